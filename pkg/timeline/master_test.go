package timeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestMasterChangeKeepsTheAgeForPeopleOnly(t *testing.T) {
	// Given a job in CANCELING under master a.
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	since, first := s.last(), s.episode()

	// When master b takes over and shows it in CANCELING, then it is another
	// episode whose guard's age starts anew, and its age for people goes on.
	s.master = "b:5801"
	changes := s.poll(job(coordinator.StateCanceling))
	s.expect("under b", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
	second := s.episode()
	if second.ID == first.ID || second.Master != "b:5801" {
		t.Errorf("episode under b: %+v", second)
	}
	if len(changes.Closed) != 1 || changes.Closed[0].ID != first.ID {
		t.Errorf("closed: %+v", changes.Closed)
	}
	if len(changes.Events) != 1 || changes.Events[0] != (Event{At: s.last(), Kind: EventMasterChanged, Member: "b:5801", Before: "a:5801"}) {
		t.Errorf("events: %+v", changes.Events)
	}

	// When a takes over again, then a third episode begins: a plan made under
	// the first one must not fit it, though job, state, since and master do.
	s.master = "a:5801"
	s.poll(job(coordinator.StateCanceling))
	if third := s.episode(); third.ID == first.ID || third.ID == second.ID || !third.Since.Equal(since) {
		t.Errorf("episode under a again: %+v", third)
	}
}

func TestS13_CancelForgottenInAFailover(t *testing.T) {
	// Given CANCELING under a; b takes over and shows UNKNOWABLE, then RUNNING.
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	since := s.last()
	s.master = "b:5801"
	s.poll(job(coordinator.StateUnknown))
	// Then the episode lasts while nobody knows.
	s.expect("unknown", want{coordinator.StateCanceling, since, QualityObserved, since})
	s.poll(job(coordinator.StateRunning))
	// Then RUNNING is a lower bound: it may have begun while it was unknown.
	s.expect("running", want{coordinator.StateRunning, s.last(), QualityAtLeast, s.last()})
	// When it is cancelled again, the old age does not come back.
	s.poll(job(coordinator.StateCanceling))
	s.expect("cancelled again", want{coordinator.StateCanceling, s.last(), QualityObserved, s.last()})
}

func TestMasterChangeWithUnknownInBetweenInherits(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	since := s.last()
	s.master = "b:5801"
	s.poll(job(coordinator.StateUnknown))
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	s.expect("no other known state in between", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
	if got := s.episode(); got.Master != "b:5801" || !got.MissingSince.IsZero() {
		t.Errorf("episode: %+v", got)
	}
}

func TestMasterChangeWithAnotherState(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.master = "b:5801"
	s.poll(job(coordinator.StateRunning))
	s.expect("without a gap", want{coordinator.StateRunning, s.last(), QualityObserved, s.last()})

	s.blind(time.Minute)
	s.master = "a:5801"
	s.poll(job(coordinator.StateCanceling))
	s.expect("after a gap", want{coordinator.StateCanceling, s.last(), QualityAtLeast, s.last()})
}

func TestMasterStableSince(t *testing.T) {
	split := []coordinator.MasterView{{Address: "1", Master: "a:5801"}, {Address: "2", Master: "b:5801"}}
	steps := []struct {
		name   string
		master string
		split  bool
		blind  time.Duration
		// incomplete plays an incomplete snapshot with this master instead
		incomplete bool
		stable     time.Duration // offset to noon; -1 for "not stable"
	}{
		{name: "first look", master: "a:5801", stable: 0},
		{name: "same master", master: "a:5801", stable: 0},
		{name: "no master named", master: "", stable: -1},
		{name: "named again", master: "a:5801", stable: 30 * time.Second},
		{name: "incomplete, same master", master: "a:5801", incomplete: true, stable: 30 * time.Second},
		{name: "incomplete, no master", master: "", incomplete: true, stable: 30 * time.Second},
		{name: "incomplete, other master", master: "b:5801", incomplete: true, stable: -1},
		{name: "complete, and still a", master: "a:5801", stable: 70 * time.Second},
		{name: "masters disagree", master: "b:5801", split: true, stable: -1},
		{name: "agree again", master: "a:5801", stable: 90 * time.Second},
		{name: "incomplete, masters disagree", master: "a:5801", split: true, incomplete: true, stable: -1},
		{name: "agree again", master: "a:5801", stable: 110 * time.Second},
		{name: "after a gap", master: "a:5801", blind: time.Minute, stable: 180 * time.Second},
		{name: "another master", master: "b:5801", stable: 190 * time.Second},
		{name: "stays", master: "b:5801", stable: 190 * time.Second},
	}
	s := newStory(t)
	for _, step := range steps {
		s.blind(step.blind)
		s.master, s.masters = step.master, nil
		if step.split {
			s.masters = split
		}
		if step.incomplete {
			s.play(&coordinator.Snapshot{ReadAt: s.now, Master: step.master, Masters: s.masters})
		} else {
			s.poll()
		}
		expected := time.Time{}
		if step.stable >= 0 {
			expected = noon.Add(step.stable)
		}
		if got := s.timeline.MasterStableSince(); !got.Equal(expected) {
			t.Errorf("%s: stable since %s, want %s", step.name, clock(got), clock(expected))
		}
	}
}

func TestS16_ContinuousDoesNotProgressWhileMastersDisagree(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	since := s.last()
	s.masters = []coordinator.MasterView{{Address: "1", Master: "a:5801"}, {Address: "2", Master: "b:5801"}}
	for _, master := range []string{"b:5801", "a:5801", "b:5801"} {
		s.master = master
		changes := s.poll(job(coordinator.StateCanceling))
		s.expect("disagreement", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
		changes.Events = slices.DeleteFunc(changes.Events, func(event Event) bool { return event.Kind == EventSplitBegan })
		if !changes.Empty() {
			t.Errorf("a disagreement is no change of master: %+v", changes)
		}
	}
	s.masters, s.master = nil, "a:5801"
	s.poll(job(coordinator.StateCanceling))
	s.expect("first agreement", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
	agreed := s.last()
	s.poll(job(coordinator.StateCanceling))
	s.expect("second agreement", want{coordinator.StateCanceling, since, QualityObserved, agreed})
}

func TestEmptyMasterIsNoChange(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	first := s.last()
	id := s.episode().ID
	s.master = ""
	s.poll(job(coordinator.StateCanceling))
	s.master = "a:5801"
	changes := s.poll(job(coordinator.StateCanceling))
	s.expect("a again", want{coordinator.StateCanceling, first, QualityObserved, first})
	if s.episode().ID != id || len(changes.Events) != 0 {
		t.Errorf("episode %+v, events %v", s.episode(), changes.Events)
	}
	// When another one comes after the silence, then that is a change.
	s.master = ""
	s.poll(job(coordinator.StateCanceling))
	s.master = "b:5801"
	changes = s.poll(job(coordinator.StateCanceling))
	if s.episode().ID == id || len(changes.Events) != 1 || changes.Events[0].Before != "a:5801" {
		t.Errorf("episode %+v, events %v", s.episode(), changes.Events)
	}
}

func TestMasterThatBecomesKnownIsNoChange(t *testing.T) {
	s := newStory(t)
	s.master = ""
	s.poll(job(coordinator.StateCanceling))
	id := s.episode().ID
	s.master = "a:5801"
	changes := s.poll(job(coordinator.StateCanceling))
	if e := s.episode(); e.ID != id || e.Master != "a:5801" || len(changes.Events) != 0 {
		t.Errorf("episode %+v, events %v", e, changes.Events)
	}
}

func TestMasterChangeDuringARestartIsSeen(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.restart()
	s.master = "b:5801"
	changes := s.poll(job(coordinator.StateCanceling))
	if len(changes.Events) != 1 || changes.Events[0].Kind != EventMasterChanged {
		t.Errorf("events: %+v", changes.Events)
	}
	s.expect("under b", want{coordinator.StateCanceling, noon, QualityAtLeast, s.last()})
}

func TestMemberEvents(t *testing.T) {
	members := func(addresses ...string) []coordinator.Member {
		list := make([]coordinator.Member, len(addresses))
		for i, address := range addresses {
			list[i].Address = address
		}
		return list
	}
	split := []coordinator.MasterView{{Address: "1", Master: "a"}, {Address: "2", Master: "b"}}
	steps := []struct {
		name    string
		members []coordinator.Member
		masters []coordinator.MasterView
		events  []Event
	}{
		{name: "the first list is the baseline", members: members("a", "w1")},
		{name: "joined", members: members("a", "w1", "w2"), events: []Event{{Kind: EventMemberJoined, Member: "w2"}}},
		{name: "not read"},
		{name: "seen from two sides", members: members("b"), masters: split, events: []Event{{Kind: EventSplitBegan, Member: "a, b"}}},
		{name: "left and joined", members: members("a", "w2", "w3"), events: []Event{
			{Kind: EventSplitEnded, Member: "a:5801"}, {Kind: EventMemberLeft, Member: "w1"}, {Kind: EventMemberJoined, Member: "w3"},
		}},
		{name: "no change", members: members("w3", "a", "w2")},
	}
	s := newStory(t)
	for _, step := range steps {
		s.members, s.masters = step.members, step.masters
		events := s.poll().Events
		if len(events) != len(step.events) {
			t.Errorf("%s: events %+v, want %+v", step.name, events, step.events)
			continue
		}
		for i := range events {
			expected := step.events[i]
			expected.At = s.last()
			if events[i] != expected {
				t.Errorf("%s: event %+v, want %+v", step.name, events[i], expected)
			}
		}
	}
}
