package timeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// restartTolerance is by how much a start time may differ between two readings
// of one process: metrics tell it as a rounded number of seconds.
const restartTolerance = 2 * time.Second

// splitEndLooks is how many looks without disagreement end a split while some
// configured master does not answer: one that is silent for a moment has not
// changed its mind, and one that was shut down will never answer.
const splitEndLooks = 3

// happenings gives what any readable snapshot tells, a complete one or not: that
// a split began or ended, and that nodes restarted.
func (t *Timeline) happenings(snapshot *coordinator.Snapshot) []Event {
	return append(t.splits(snapshot), t.restarts(snapshot)...)
}

func (t *Timeline) splits(snapshot *coordinator.Snapshot) []Event {
	masters, split := snapshot.SplitMasters()
	switch {
	case split && t.split:
		t.agreed = 0
	case split:
		t.split, t.agreed = true, 0
		return []Event{{At: snapshot.ReadAt, Kind: EventSplitBegan, Member: strings.Join(slices.Sorted(slices.Values(masters)), ", ")}}
	case t.split && snapshot.Complete && snapshot.Master != "":
		t.agreed++
		silent := slices.ContainsFunc(snapshot.Masters, func(view coordinator.MasterView) bool { return view.Err != nil })
		if !silent || t.agreed >= splitEndLooks {
			t.split = false
			return []Event{{At: snapshot.ReadAt, Kind: EventSplitEnded, Member: snapshot.Master}}
		}
	}
	return nil
}

// restarts compares the start times that nodes tell with the last ones that
// were told. The first one is the baseline and no event. A start time that went
// back is a clock that was set, no restart.
func (t *Timeline) restarts(snapshot *coordinator.Snapshot) []Event {
	told := map[string]time.Time{}
	for _, node := range snapshot.Nodes {
		if node.Err == nil && node.StartedAt != nil {
			told[node.Name] = *node.StartedAt
		}
	}
	for _, pair := range snapshot.Deliveries {
		if pair.NodeStartedAt != nil {
			told[pair.Node] = *pair.NodeStartedAt
		}
	}
	var events []Event
	for _, name := range slices.Sorted(maps.Keys(told)) {
		started, before := told[name], t.started[name]
		if !before.IsZero() && started.Sub(before) > restartTolerance {
			events = append(events, Event{
				At: snapshot.ReadAt, Kind: EventNodeRestarted, Member: name,
				Sentence: fmt.Sprintf("%s restarted: by its own clock it runs since %s.", name, started.UTC().Format(time.RFC3339)),
			})
		}
	}
	if len(told) > 0 && t.started == nil {
		t.started = map[string]time.Time{}
	}
	maps.Copy(t.started, told)
	return events
}
