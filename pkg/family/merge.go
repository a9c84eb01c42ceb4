package family

import (
	"cmp"
	"maps"
	"slices"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Merge puts together what two replicas know of one coordinator. It is
// commutative, and merging a memory with itself changes nothing. What the
// newer look says of a parent counts; a child's first look is the earliest,
// and an end is kept that one of them saw after the other's last look.
//
// A parent that only one of them knows is over where the other has read a
// complete list after it was listed last: so what a store keeps does not grow.
func Merge(a, b Memory) Memory {
	parents := make(map[coordinator.JobID]Parent, len(a.Parents)+len(b.Parents))
	for _, parent := range a.Parents {
		parents[parent.ID] = parent
	}
	both := make(map[coordinator.JobID]bool, len(b.Parents))
	for _, parent := range b.Parents {
		other, ok := parents[parent.ID]
		switch {
		case ok:
			parents[parent.ID], both[parent.ID] = mergeParents(parent, other), true
		case !a.Complete.After(parent.LastSeen):
			parents[parent.ID] = parent
			both[parent.ID] = true
		}
	}
	maps.DeleteFunc(parents, func(id coordinator.JobID, parent Parent) bool {
		return !both[id] && b.Complete.After(parent.LastSeen)
	})
	merged := Memory{Beyond: a.Beyond, Complete: a.Complete}
	if by := b.Complete.Compare(a.Complete); by > 0 || by == 0 && b.Beyond > a.Beyond {
		merged.Beyond, merged.Complete = b.Beyond, b.Complete
	}
	merged.Parents = slices.SortedFunc(maps.Values(parents), func(a, b Parent) int { return cmp.Compare(a.ID, b.ID) })
	if surplus := len(merged.Parents) - MaxParents; surplus > 0 {
		merged.Parents = merged.Parents[:MaxParents]
		merged.Beyond += surplus
	}
	return merged
}

func mergeParents(a, b Parent) Parent {
	if compareParents(b, a) > 0 {
		a, b = b, a
	}
	if !sameJob(a.CreateTime, b.CreateTime) {
		return a
	}
	merged := a
	if merged.CreateTime.IsZero() {
		merged.CreateTime = b.CreateTime
	}
	if merged.Node == "" {
		merged.Node = b.Node
	}
	if a.State == b.State && b.StateSince.Before(a.StateSince) {
		merged.StateSince = b.StateSince
	}
	children := map[coordinator.JobID]Child{}
	for _, child := range slices.Concat(a.Children, b.Children) {
		if other, ok := children[child.ID]; ok {
			child = mergeChildren(child, other)
		}
		children[child.ID] = child
	}
	merged.Children = slices.SortedFunc(maps.Values(children), func(a, b Child) int { return cmp.Compare(a.ID, b.ID) })
	merged.MoreEnded = max(a.MoreEnded, b.MoreEnded)
	return merged
}

// compareParents orders two readings of one id, the newer one last.
func compareParents(a, b Parent) int {
	return cmp.Or(
		a.LastSeen.Compare(b.LastSeen), a.StateSince.Compare(b.StateSince), cmp.Compare(a.State, b.State),
		cmp.Compare(a.Node, b.Node), cmp.Compare(a.Name, b.Name), a.CreateTime.Compare(b.CreateTime),
	)
}

func mergeChildren(a, b Child) Child {
	if compareChildren(b, a) > 0 {
		a, b = b, a
	}
	// a was listed as open later, or knows more of the end.
	merged := a
	if b.Seen.Before(a.Seen) {
		merged.Seen = b.Seen
	}
	if merged.Node == "" {
		merged.Node = b.Node
	}
	if b.Ended != EndNone && b.EndedAt.After(a.LastSeen) {
		if merged.Ended == EndNone || merged.Ended == EndGone && b.Ended == EndTold {
			merged.Ended, merged.State = b.Ended, b.State
		}
		if merged.EndedAt.IsZero() || b.EndedAt.Before(merged.EndedAt) {
			merged.EndedAt = b.EndedAt
		}
		if merged.FinishTime.IsZero() {
			merged.FinishTime = b.FinishTime
		}
	}
	return merged
}

// compareChildren orders two readings of one child: the later open look last,
// then the better known end.
func compareChildren(a, b Child) int {
	return cmp.Or(
		a.LastSeen.Compare(b.LastSeen), cmp.Compare(rankEnd(a.Ended), rankEnd(b.Ended)), b.EndedAt.Compare(a.EndedAt),
		a.FinishTime.Compare(b.FinishTime), cmp.Compare(a.State, b.State), cmp.Compare(a.Node, b.Node),
		cmp.Compare(a.Name, b.Name), b.Seen.Compare(a.Seen),
	)
}

func rankEnd(end End) int {
	return map[End]int{EndGone: 1, EndTold: 2}[end]
}
