package store

import (
	"reflect"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func episodeOf(id string) timeline.Episode {
	return timeline.Episode{
		ID: id, Job: job, CreateTime: noon.Add(-time.Hour), Name: "orders", State: coordinator.StateCanceling, Word: "CANCELING",
		Master: "10.0.0.1:5801", Since: noon.Add(-10 * time.Minute), Quality: timeline.QualityObserved,
		ContinuousSince: noon.Add(-5 * time.Minute), LastSeen: noon,
	}
}

func closed(e timeline.Episode, until time.Time) timeline.Episode {
	e.Until = until
	return e
}

func load(t *testing.T, s *Store, scope watch.Scope) watch.StoredTimeline {
	t.Helper()
	stored, err := s.LoadTimeline(t.Context(), scope)
	must(t, err)
	return stored
}

func testTimelineSurvives(t *testing.T, open func(t *testing.T) *Store) {
	// Given a scope that nobody ever saved, when it is loaded, then it is empty.
	s := open(t)
	if stored := load(t, s, ours); !reflect.DeepEqual(stored, watch.StoredTimeline{}) {
		t.Fatalf("an unknown scope has %+v", stored)
	}
	// Given an open and a closed episode, when the store is closed and opened
	// again, then the open one is there with its ages.
	one, two := episodeOf("one"), closed(episodeOf("two"), noon)
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: []timeline.Episode{one, two}, Master: "10.0.0.1:5801"}))
	must(t, s.Close())
	s = open(t)
	want := watch.StoredTimeline{Episodes: []timeline.Episode{one}, Master: "10.0.0.1:5801"}
	if stored := load(t, s, ours); !reflect.DeepEqual(stored, want) {
		t.Fatalf("got %+v\nwant %+v", stored, want)
	}
	// When it ends, then it is no longer among the open ones.
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: []timeline.Episode{closed(one, noon.Add(time.Minute))}, Master: "10.0.0.1:5801"}))
	if stored := load(t, s, ours); len(stored.Episodes) != 0 {
		t.Fatalf("the episode is still open: %+v", stored.Episodes)
	}
	if n := count(t, s, "episodes"); n != 2 {
		t.Fatalf("%d episodes are kept, want both", n)
	}
}

func testTimelineFields(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	full := episodeOf("full")
	full.MissingSince = noon.Add(-time.Second)
	bare := timeline.Episode{ID: "bare", State: coordinator.StateUnknown, Quality: timeline.QualityAtLeast, LastSeen: noon}
	hostile := episodeOf("hostile")
	hostile.Name = "<img src=x onerror=alert(1)>'; DROP TABLE episodes; --\x00\xff end"
	zoned := episodeOf("zoned")
	zoned.Since = noon.In(time.FixedZone("CET", 3600))
	saved := []timeline.Episode{bare, full, hostile, zoned}
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: saved}))
	zoned.Since = noon
	want := []timeline.Episode{bare, full, hostile, zoned}
	if got := load(t, s, ours).Episodes; !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	// When every field changes, then every field is updated.
	changed := timeline.Episode{
		ID: "full", Job: "9", CreateTime: noon.Add(1), Name: "n", State: coordinator.StateFailing, Word: "FAILING", Master: "m",
		Since: noon.Add(2), Quality: timeline.QualityExact, ContinuousSince: noon.Add(3), LastSeen: noon.Add(4), MissingSince: noon.Add(5),
	}
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: []timeline.Episode{changed}}))
	want[1] = changed
	if got := load(t, s, ours).Episodes; !reflect.DeepEqual(got, want) {
		t.Fatalf("after the update: got  %+v\nwant %+v", got, want)
	}
}

func testTimelineAllOrNothing(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given a database that refuses events, when a poll is saved, then its
	// episodes are not kept either.
	_, err := s.writer.ExecContext(t.Context(), "ALTER TABLE topology_events RENAME TO elsewhere")
	must(t, err)
	err = s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{
		Episodes: []timeline.Episode{episodeOf("one")}, Events: []timeline.Event{{At: noon, Kind: timeline.EventMemberLeft, Member: "w"}}, Master: "m",
	})
	if err == nil {
		t.Fatal("the events had no place, and yet there was no error")
	}
	if stored := load(t, s, ours); !reflect.DeepEqual(stored, watch.StoredTimeline{}) {
		t.Fatalf("half a poll was kept: %+v", stored)
	}
}

func testMasterChanges(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	event := func(kind timeline.EventKind) timeline.Event {
		return timeline.Event{At: noon, Kind: kind, Member: "10.0.0.2:5801", Before: "10.0.0.1:5801"}
	}
	for _, step := range []struct {
		name    string
		changes watch.TimelineChanges
		master  string
		changed uint64
	}{
		{"the first master is no change", watch.TimelineChanges{Master: "a"}, "a", 0},
		{"a failover", watch.TimelineChanges{Master: "b", Events: []timeline.Event{event(timeline.EventMasterChanged), event(timeline.EventMemberLeft)}}, "b", 1},
		{"a member alone", watch.TimelineChanges{Master: "b", Events: []timeline.Event{event(timeline.EventMemberJoined)}}, "b", 1},
		{"two failovers in one poll", watch.TimelineChanges{Master: "a", Events: []timeline.Event{event(timeline.EventMasterChanged), event(timeline.EventMasterChanged)}}, "a", 3},
		{"no master", watch.TimelineChanges{}, "", 3},
	} {
		must(t, s.SaveTimeline(t.Context(), ours, step.changes))
		if stored := load(t, s, ours); stored.Master != step.master || stored.MasterChanges != step.changed {
			t.Fatalf("%s: master %q after %d changes, want %q after %d", step.name, stored.Master, stored.MasterChanges, step.master, step.changed)
		}
	}
	if n := count(t, s, "topology_events"); n != 5 {
		t.Fatalf("%d events are kept, want 5", n)
	}
}

func testRetention(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given more old closed episodes than one call removes, an open one of the
	// same age, and a closed one just inside the bound.
	old := noon.Add(-TimelineKept - time.Hour)
	var saved []timeline.Episode
	for n := range removedAtOnce + 10 {
		e := closed(episodeOf(numbered("old", n)), old)
		e.LastSeen = old
		saved = append(saved, e)
	}
	still := episodeOf("still")
	still.Since, still.LastSeen = old, old
	saved = append(saved, still)
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: saved, Events: []timeline.Event{{At: old, Kind: timeline.EventMemberLeft}}}))
	must(t, s.SaveTimeline(t.Context(), otherOrg, watch.TimelineChanges{Episodes: saved[:1]}))
	young := closed(episodeOf("young"), noon.Add(-TimelineKept))
	// When polls go on, then the old ones go in bounded portions.
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: []timeline.Episode{young, episodeOf("now")}}))
	if n := count(t, s, "episodes"); n != 10+3+1 {
		t.Fatalf("%d episodes are left after the first removal, want 14", n)
	}
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("now")}}))
	if n := count(t, s, "episodes"); n != 3+1 {
		t.Fatalf("%d episodes are left, want the open, the young, and the other scope's", n)
	}
	if n := count(t, s, "topology_events"); n != 0 {
		t.Fatalf("%d old events are left", n)
	}
	if got := load(t, s, ours).Episodes; len(got) != 2 {
		t.Fatalf("open episodes: %+v, want both whatever their age", got)
	}
}

func testUnchangedPoll(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Master: "a"}))
	changes := func() (n int) {
		must(t, s.writer.QueryRowContext(t.Context(), "SELECT total_changes()").Scan(&n))
		return n
	}
	before := changes()
	for range 10 {
		must(t, s.SaveTimeline(t.Context(), ours, watch.TimelineChanges{Master: "a"}))
	}
	if after := changes(); after != before {
		t.Fatalf("polls without a change wrote %d rows", after-before)
	}
}
