package timeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// S16: a split has a beginning and an end, each once, and a master that is
// silent for a moment ends nothing.
func TestS16_SplitBeganAndEnded(t *testing.T) {
	silent := errors.New("no answer")
	disagree := []coordinator.MasterView{{Address: "1", Master: "b"}, {Address: "2", Master: "a"}}
	one := []coordinator.MasterView{{Address: "1", Master: "b"}, {Address: "2", Err: silent}}
	agree := []coordinator.MasterView{{Address: "1", Master: "b"}, {Address: "2", Master: "b"}}
	s := newStory(t)
	s.master = "b"
	for _, step := range []struct {
		name    string
		masters []coordinator.MasterView
		want    []EventKind
	}{
		{"one master", agree, nil},
		{"they disagree", disagree, []EventKind{EventSplitBegan}},
		{"still", disagree, nil},
		{"one is silent", one, nil},
		{"still silent", one, nil},
		{"they disagree again", disagree, nil},
		{"they agree", agree, []EventKind{EventSplitEnded}},
		{"later", agree, nil},
		{"a new split", disagree, []EventKind{EventSplitBegan}},
		{"the other was shut down", one, nil},
		{"for a while", one, nil},
		{"for good", one, []EventKind{EventSplitEnded}},
	} {
		s.masters = step.masters
		var kinds []EventKind
		for _, event := range s.poll().Events {
			kinds = append(kinds, event.Kind)
		}
		if !slices.Equal(kinds, step.want) {
			t.Errorf("%s: %v, want %v", step.name, kinds, step.want)
		}
	}
}

func TestS16_SplitIsToldByAnIncompleteSnapshotToo(t *testing.T) {
	masters := []coordinator.MasterView{{Address: "1", Master: "b"}, {Address: "2", Master: "a"}}
	changes := New(nil, "").Advance(Observation{Snapshot: &coordinator.Snapshot{ReadAt: noon, Masters: masters}, Interval: interval})
	if len(changes.Events) != 1 || changes.Events[0].Kind != EventSplitBegan || changes.Events[0].Member != "a, b" {
		t.Errorf("it tells %+v", changes)
	}
}

// A node restarted where its own start time moved on; whoever does not tell one
// says nothing.
func TestNodeRestarted(t *testing.T) {
	yesterday := noon.Add(-24 * time.Hour)
	node := func(started *time.Time, err error) []coordinator.Node {
		return []coordinator.Node{{Name: "node01", StartedAt: started, Err: err}}
	}
	steps := []struct {
		name  string
		nodes []coordinator.Node
		pairs []coordinator.Delivery
		want  string
	}{
		{name: "the first time is the baseline", nodes: node(new(yesterday), nil)},
		{name: "rounded otherwise", nodes: node(new(yesterday.Add(time.Second)), nil)},
		{name: "no answer", nodes: node(nil, errors.New("no answer"))},
		{name: "it does not tell", nodes: node(nil, nil)},
		{name: "its clock was set back", nodes: node(new(yesterday.Add(-time.Hour)), nil)},
		{name: "restarted", nodes: node(new(noon), nil), want: "node01 restarted: by its own clock it runs since 2026-11-22T12:00:00Z."},
		{name: "told once", nodes: node(new(noon), nil)},
		{name: "told by pairs", pairs: []coordinator.Delivery{{Node: "node01", Peer: "node02", NodeStartedAt: new(noon.Add(time.Hour))}}, want: "13:00:00Z"},
	}
	timeline := New(nil, "")
	for i, step := range steps {
		at := noon.Add(time.Duration(i) * interval)
		changes := timeline.Advance(Observation{Snapshot: &coordinator.Snapshot{ReadAt: at, Nodes: step.nodes, Deliveries: step.pairs}, Interval: interval})
		switch {
		case step.want == "" && len(changes.Events) > 0:
			t.Errorf("%s: %+v", step.name, changes.Events)
		case step.want != "" && (len(changes.Events) != 1 || changes.Events[0].Kind != EventNodeRestarted || changes.Events[0].Member != "node01" ||
			!changes.Events[0].At.Equal(at) || !strings.Contains(changes.Events[0].Text(), step.want)):
			t.Errorf("%s: %+v", step.name, changes.Events)
		}
	}
}

// Every event is a sentence, those that an earlier version stored too.
func TestEventText(t *testing.T) {
	for _, c := range []struct {
		event Event
		want  string
	}{
		{Event{Kind: EventMasterChanged, Member: "b", Before: "a"}, "The active master changed from a to b."},
		{Event{Kind: EventMasterChanged, Member: "b"}, "The active master is now b."},
		{Event{Kind: EventMemberJoined, Member: "w"}, "w joined the cluster."},
		{Event{Kind: EventMemberLeft, Member: "w"}, "w left the cluster."},
		{Event{Kind: EventSplitBegan, Member: "a, b"}, "The configured masters name different active masters: a, b."},
		{Event{Kind: EventSplitEnded, Member: "a"}, "No configured master that answers disagrees any more: the active master is a."},
		{Event{Kind: EventNodeRestarted, Member: "n"}, "n restarted."},
		{Event{Kind: "peer lost", Member: "n", Peer: "m", Sentence: "n lost m."}, "n lost m."},
		{Event{Kind: "of tomorrow", Member: "n"}, "n: of tomorrow."},
	} {
		if got := c.event.Text(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
