package timeline

import (
	"maps"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// topology takes what a complete snapshot says of master and members.
//
// A snapshot without a master, or with masters that disagree, is no change of
// master: the last known one stays, but it is not stable. While masters
// disagree, ContinuousSince restarts at every look and once more at the first
// look after it.
func (t *Timeline) topology(l *look, snapshot *coordinator.Snapshot, split bool) {
	l.masterKnown = snapshot.Master != "" && !split
	l.restart = l.gap || split || t.unsettled || t.doubtElsewhere

	changed := l.masterKnown && t.master != "" && snapshot.Master != t.master
	if changed {
		l.changes.Events = append(l.changes.Events, Event{
			At: l.at, Kind: EventMasterChanged, Member: snapshot.Master, Before: t.master,
		})
		l.zoneMayDiffer = true
	}
	if l.masterKnown {
		t.master = snapshot.Master
	}
	l.master = t.master
	if changed || split {
		t.doubtAt, t.doubtIsChange, t.doubtAfter = l.at, changed, t.lastComplete
	}
	if changed || l.restart {
		t.ownSince, t.watchedSince = l.at, l.at
	}

	switch {
	case !l.masterKnown:
		t.stableSince = time.Time{}
	case changed, l.restart, t.stableSince.IsZero():
		t.stableSince = l.at
	}
	if !t.stableSince.IsZero() {
		l.stableFor = l.at.Sub(t.stableSince)
	}
	if !split {
		t.memberChanges(l, snapshot.Members)
	}
}

// memberChanges takes a member list. An empty one was not read: a cluster that
// answers has a member. The first one is the baseline and no event.
func (t *Timeline) memberChanges(l *look, members []coordinator.Member) {
	if len(members) == 0 {
		return
	}
	now := make(map[string]bool, len(members))
	for _, member := range members {
		now[member.Address] = true
	}
	if t.members != nil {
		l.memberEvents(EventMemberLeft, t.members, now)
		l.memberEvents(EventMemberJoined, now, t.members)
	}
	t.members = now
}

// memberEvents adds an event for each member that is in have and not in lack.
func (l *look) memberEvents(kind EventKind, have, lack map[string]bool) {
	for _, address := range slices.Sorted(maps.Keys(have)) {
		if !lack[address] {
			l.changes.Events = append(l.changes.Events, Event{At: l.at, Kind: kind, Member: address})
		}
	}
}
