package delivery

import (
	"cmp"
	"slices"
	"time"
)

// Merge puts together what two replicas know of one coordinator. It is
// commutative, and merging a memory with itself changes nothing.
//
// Of a pair in contact the later contact counts: it is a fact, whoever saw it.
// Of one loss that both saw, the earliest contact and the earliest miss count
// and the bracket is the wider one, so that it still contains what was lost; a
// final outcome goes before an open one, the better known before the other.
// What is too old by the newest look of either is left out, so that what a
// store keeps does not grow.
func Merge(a, b Memory) Memory {
	var merged Memory
	nodes := map[string]NodeMemory{}
	for _, known := range slices.Concat(a.Nodes, b.Nodes) {
		if other, ok := nodes[known.Name]; ok {
			known = mergeNodes(known, other)
		}
		nodes[known.Name] = known
	}
	for _, known := range nodes {
		merged.Nodes = append(merged.Nodes, known)
	}
	pairs := map[pairKey]PairMemory{}
	for _, known := range slices.Concat(a.Pairs, b.Pairs) {
		key := pairKey{known.Node, known.Peer}
		if other, ok := pairs[key]; ok {
			known = mergePairs(known, other)
		}
		pairs[key] = known
	}
	for _, known := range pairs {
		merged.Pairs = append(merged.Pairs, known)
	}
	merged.Losses = mergeLosses(slices.Concat(a.Losses, b.Losses))
	merged.forget()
	merged.sort()
	return merged
}

// forget leaves out what a tracker would forget.
func (m *Memory) forget() {
	var newest time.Time
	for _, known := range m.Pairs {
		newest = later(newest, known.Look)
	}
	listed := make(map[pairKey]bool, len(m.Pairs))
	m.Pairs = slices.DeleteFunc(m.Pairs, func(known PairMemory) bool {
		old := newest.Sub(known.Look) > keepPairs
		listed[pairKey{known.Node, known.Peer}] = !old
		return old
	})
	m.Nodes = slices.DeleteFunc(m.Nodes, func(known NodeMemory) bool {
		return newest.Sub(known.Answered) > keepPairs && !known.Answered.IsZero()
	})
	m.Losses = slices.DeleteFunc(m.Losses, func(loss Loss) bool {
		stays := loss.ReturnedAt.IsZero() && listed[pairKey{loss.Node, loss.Peer}]
		return !loss.Open() && newest.Sub(loss.Ended) > keepLosses && !stays
	})
	if surplus := len(m.Losses) - 2*maxLosses; surplus > 0 {
		slices.SortFunc(m.Losses, func(a, b Loss) int {
			return cmp.Or(endOf(a).Compare(endOf(b)), compareLosses(a, b), compareFull(a, b))
		})
		m.Losses = slices.Delete(m.Losses, 0, surplus)
	}
}

// endOf orders losses by their end, the open ones last.
func endOf(loss Loss) time.Time {
	if loss.Open() {
		return loss.LastLook.Add(keepLosses)
	}
	return loss.Ended
}

func mergeNodes(a, b NodeMemory) NodeMemory {
	newer := a
	if by := a.Answered.Compare(b.Answered); by < 0 || by == 0 && (b.Sent > a.Sent || b.Sent == a.Sent && b.Started.After(a.Started)) {
		newer = b
	}
	newer.Jobs = max(a.Jobs, b.Jobs)
	return newer
}

func mergePairs(a, b PairMemory) PairMemory {
	newer := a
	if by := a.Contact.Compare(b.Contact); by < 0 || by == 0 && (b.Sent < a.Sent || b.Sent == a.Sent && b.Recovered < a.Recovered) {
		newer = b
	}
	newer.Earlier = earlierContact(a.Earlier, b.Earlier)
	newer.Releases = max(a.Releases, b.Releases)
	newer.Look = later(a.Look, b.Look)
	return newer
}

// earlierContact is the later of two earlier contacts: it is a fact too.
func earlierContact(a, b *ContactMemory) *ContactMemory {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if by := cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Sent, a.Sent), cmp.Compare(b.Recovered, a.Recovered)); by < 0 {
		return b
	}
	return a
}

// mergeLosses joins losses of one pair that overlap in time: two replicas saw
// one loss.
func mergeLosses(losses []Loss) []Loss {
	slices.SortFunc(losses, func(a, b Loss) int {
		return cmp.Or(compareLosses(a, b), compareFull(a, b))
	})
	var merged []Loss
	for _, loss := range losses {
		last := len(merged) - 1
		if last >= 0 && merged[last].Node == loss.Node && merged[last].Peer == loss.Peer && overlap(merged[last], loss) {
			merged[last] = mergeLoss(merged[last], loss)
			continue
		}
		merged = append(merged, loss)
	}
	return merged
}

// overlap tells whether two losses of a pair, the first of which began no
// later, are one.
func overlap(a, b Loss) bool {
	until := a.ReturnedAt
	if until.IsZero() {
		until = a.Ended
	}
	// A loss that is still going on, and its next look.
	return until.IsZero() || !b.FirstMissed.After(until)
}

func mergeLoss(a, b Loss) Loss {
	known := a
	if rankLoss(b) > rankLoss(a) || rankLoss(b) == rankLoss(a) && compareFull(b, a) < 0 {
		known = b
	}
	if early := earliest(a, b); early.LastContact != known.LastContact {
		known.LastContact, known.AtContact = early.LastContact, early.AtContact
	}
	first := a
	if b.FirstMissed.Before(a.FirstMissed) || b.FirstMissed.Equal(a.FirstMissed) && b.AtMissed > a.AtMissed {
		first = b
	}
	known.FirstMissed, known.AtMissed = first.FirstMissed, first.AtMissed
	// Later and greater is the wider bracket.
	known.AtExcluded = max(a.AtExcluded, b.AtExcluded)
	known.SeenSince = later(a.SeenSince, b.SeenSince)
	known.Sent = Bracket{Least: least(a.Sent.Least, b.Sent.Least), Most: max(a.Sent.Most, b.Sent.Most)}
	known.LastLook = later(a.LastLook, b.LastLook)
	known.ReleasedAt = soonest(a.ReleasedAt, b.ReleasedAt)
	// Whoever saw them apart knows more than who did not.
	known.Standing, known.Kept = a.Standing && b.Standing, a.Kept && b.Kept
	known.ApartAt = later(a.ApartAt, b.ApartAt)
	return known
}

// earliest is the loss with the earlier contact; one that never had a contact
// knows less than the other.
func earliest(a, b Loss) Loss {
	switch {
	case a.LastContact.IsZero():
		return b
	case b.LastContact.IsZero():
		return a
	case b.LastContact.Before(a.LastContact), b.LastContact.Equal(a.LastContact) && b.AtContact < a.AtContact:
		return b
	}
	return a
}

// rankLoss is how much a loss tells of its outcome: final before open, then the
// certainty, gone before the rest.
func rankLoss(loss Loss) int {
	rank := map[Certainty]int{Possible: 1, Likely: 2, Proven: 3}[loss.Certainty]
	if !loss.Open() {
		rank += 10
	}
	if loss.Gone() {
		rank += 20
	}
	return rank
}

// compareFull orders losses that begin alike, by everything that may differ.
func compareFull(a, b Loss) int {
	return cmp.Or(
		a.LastContact.Compare(b.LastContact), cmp.Compare(a.AtContact, b.AtContact), cmp.Compare(a.AtMissed, b.AtMissed),
		cmp.Compare(a.AtExcluded, b.AtExcluded), cmp.Compare(a.Delivered, b.Delivered), a.NodeStarted.Compare(b.NodeStarted),
		a.ReturnedAt.Compare(b.ReturnedAt), a.Ended.Compare(b.Ended), a.ReleasedAt.Compare(b.ReleasedAt),
		cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Certainty, b.Certainty), cmp.Compare(a.Sent.Least, b.Sent.Least),
		cmp.Compare(a.Sent.Most, b.Sent.Most), cmp.Compare(a.Limit, b.Limit), a.LastLook.Compare(b.LastLook),
		a.SeenSince.Compare(b.SeenSince), cmp.Compare(a.RestartedNode, b.RestartedNode), cmp.Compare(a.Retransmitted, b.Retransmitted),
		compareBool(a.Standing, b.Standing), compareBool(a.Kept, b.Kept), a.ApartAt.Compare(b.ApartAt),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// least is the lesser of two figures, of which one may not be known.
func least(a, b int64) int64 {
	if a == notKnown || b == notKnown {
		return max(a, b)
	}
	return min(a, b)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// soonest is the earlier of two moments, of which one may be zero.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// sortPairs orders rows by node and peer.
func sortPairs(pairs []Pair) {
	slices.SortFunc(pairs, func(a, b Pair) int {
		return (pairKey{a.Node, a.Peer}).compare(pairKey{b.Node, b.Peer})
	})
}
