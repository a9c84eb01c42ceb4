package store

import (
	"context"
	"errors"
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
	stored, err := s.LoadTimeline(t.Context(), scope, cluster)
	must(t, err)
	stored.Revision = 0 // of no interest
	return stored
}

// saveTimeline writes as the only replica. The newest look in the changes is
// now.
func saveTimeline(ctx context.Context, s *Store, scope watch.Scope, changes watch.TimelineChanges) error {
	stored, err := s.LoadTimeline(ctx, scope, cluster)
	if err != nil {
		return err
	}
	sync := watch.TimelineSync{Cluster: cluster, Replica: "alone", Revision: stored.Revision, Changes: changes, Now: time.Unix(0, 0)}
	for _, e := range changes.Episodes {
		for _, at := range []time.Time{e.LastSeen, e.Until} {
			if at.After(sync.Now) {
				sync.Now = at
			}
		}
	}
	shared, err := s.SyncTimeline(ctx, scope, sync)
	if err == nil && !shared.Saved {
		err = errors.New("another replica wrote")
	}
	return err
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
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{one, two}, Master: "10.0.0.1:5801"}))
	must(t, s.Close())
	s = open(t)
	want := watch.StoredTimeline{Episodes: []timeline.Episode{one}, Master: "10.0.0.1:5801"}
	if stored := load(t, s, ours); !reflect.DeepEqual(stored, want) {
		t.Fatalf("got %+v\nwant %+v", stored, want)
	}
	// When it ends, then it is no longer among the open ones.
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{closed(one, noon.Add(time.Minute))}, Master: "10.0.0.1:5801"}))
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
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: saved}))
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
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{changed}}))
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
	err = saveTimeline(t.Context(), s, ours, watch.TimelineChanges{
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
	at := noon
	event := func(kind timeline.EventKind) timeline.Event {
		at = at.Add(time.Second)
		return timeline.Event{At: at, Kind: kind, Member: "10.0.0.2:5801", Before: "10.0.0.1:5801"}
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
		{"no master is no news", watch.TimelineChanges{}, "a", 3},
	} {
		must(t, saveTimeline(t.Context(), s, ours, step.changes))
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
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: saved, Events: []timeline.Event{{At: old, Kind: timeline.EventMemberLeft}}}))
	must(t, saveTimeline(t.Context(), s, otherOrg, watch.TimelineChanges{Episodes: saved[:1]}))
	young := closed(episodeOf("young"), noon.Add(-TimelineKept))
	// When polls go on, then the old ones go in bounded portions.
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{young, episodeOf("now")}}))
	if n := count(t, s, "episodes"); n != 10+3+1 {
		t.Fatalf("%d episodes are left after the first removal, want 14", n)
	}
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("now")}}))
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
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Master: "a"}))
	// When polls go on that change nothing, and ask for no heartbeat, then the
	// store does not hear of their looks.
	known := revision(t, s)
	for second := range 10 {
		look := noon.Add(time.Duration(second) * time.Second)
		shared, err := s.SyncTimeline(t.Context(), ours, watch.TimelineSync{
			Cluster: cluster, Replica: "a", Revision: known, Changes: watch.TimelineChanges{Master: "a"},
			Watch: timeline.Watch{Master: "a", Since: noon, Last: look}, Now: look,
		})
		must(t, err)
		if !shared.Saved || shared.Revision != known {
			t.Fatalf("the answer is %+v", shared)
		}
	}
	if n := count(t, s, "replicas"); n != 0 {
		t.Fatalf("%d watches were written", n)
	}
}

func revision(t *testing.T, s *Store) int64 {
	t.Helper()
	stored, err := s.LoadTimeline(t.Context(), ours, cluster)
	must(t, err)
	return stored.Revision
}

// replicaOf is one replica's side of a timeline.
type replicaOf struct {
	t        *testing.T
	s        *Store
	name     string
	revision int64
}

// turn syncs, and expects that it is saved or not.
func (r *replicaOf) turn(saved bool, changes watch.TimelineChanges, looks ...time.Time) watch.SharedTimeline {
	r.t.Helper()
	sync := watch.TimelineSync{Cluster: cluster, Replica: r.name, Revision: r.revision, Changes: changes, Now: noon}
	if len(looks) > 0 {
		sync.Watch = timeline.Watch{Master: "m", Since: looks[0], Last: looks[len(looks)-1]}
		sync.Heartbeat, sync.Now = true, sync.Watch.Last
	}
	shared, err := r.s.SyncTimeline(r.t.Context(), ours, sync)
	must(r.t, err)
	if shared.Saved != saved {
		r.t.Fatalf("%s: saved %v, want %v", r.name, shared.Saved, saved)
	}
	r.revision = shared.Revision
	return shared
}

func testTwoReplicas(t *testing.T, open func(t *testing.T) *Store) {
	a, b := &replicaOf{t: t, s: open(t), name: "a"}, &replicaOf{t: t, s: open(t), name: "b"}
	one, other := episodeOf("one"), episodeOf("other")
	// Given two replicas that both begin with an empty timeline, when both
	// have something to write, then the second must merge first.
	a.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{one}, Master: "m"}, noon)
	shared := b.turn(false, watch.TimelineChanges{Episodes: []timeline.Episode{other}, Master: "m"}, noon)
	if got := shared.Shared; !reflect.DeepEqual(got.Episodes, []timeline.Episode{one}) || got.Master != "m" ||
		!reflect.DeepEqual(got.Watches, []timeline.Watch{{Master: "m", Since: noon, Last: noon}}) {
		t.Fatalf("b learns %+v", got)
	}
	if n := count(t, a.s, "episodes"); n != 1 {
		t.Fatalf("%d episodes are stored, want a's", n)
	}
	// When b has merged, then its turn is written, and a learns only that.
	shared = b.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{other}, Master: "m"}, noon)
	if len(shared.Shared.Episodes) != 0 {
		t.Fatalf("b is told its own: %+v", shared.Shared.Episodes)
	}
	shared = a.turn(false, watch.TimelineChanges{Master: "m"})
	if !reflect.DeepEqual(shared.Shared.Episodes, []timeline.Episode{other}) {
		t.Fatalf("a learns %+v", shared.Shared.Episodes)
	}
	// When a ends b's episode, then b learns the end, and nothing undoes it.
	ended := closed(other, noon.Add(time.Minute))
	a.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{ended}, Master: "m"})
	shared = b.turn(false, watch.TimelineChanges{Episodes: []timeline.Episode{other}, Master: "m"})
	if !reflect.DeepEqual(shared.Shared.Episodes, []timeline.Episode{ended}) {
		t.Fatalf("b learns %+v", shared.Shared.Episodes)
	}
	b.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{other}, Master: "m"})
	if got := load(t, b.s, ours).Episodes; len(got) != 1 || got[0].ID != "one" {
		t.Fatalf("open are %+v", got)
	}
}

func testWatches(t *testing.T, open func(t *testing.T) *Store) {
	a, b := &replicaOf{t: t, s: open(t), name: "a"}, &replicaOf{t: t, s: open(t), name: "b"}
	one := episodeOf("one")
	a.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{one}, Master: "m"}, noon)
	// When only looks are told, then others need not merge, and an episode's
	// LastSeen is the newest look.
	last := noon.Add(time.Minute)
	a.turn(true, watch.TimelineChanges{Master: "m"}, noon, last)
	b.revision = a.revision
	shared := b.turn(true, watch.TimelineChanges{Master: "m"})
	if !reflect.DeepEqual(shared.Shared.Watches, []timeline.Watch{{Master: "m", Since: noon, Last: last}}) {
		t.Fatalf("watches: %+v", shared.Shared.Watches)
	}
	if got := load(t, b.s, ours).Episodes[0].LastSeen; !got.Equal(last) {
		t.Fatalf("seen at %s", got)
	}
	// When a missing one was not seen then, that is told.
	one.MissingSince = last
	a.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{one}, Master: "m"}, noon, last.Add(time.Minute))
	if got := load(t, b.s, ours).Episodes[0].LastSeen; !got.Equal(noon) {
		t.Fatalf("seen at %s", got)
	}
	// When a is dead for long, then its watch is gone.
	b.revision = a.revision
	shared = b.turn(true, watch.TimelineChanges{Master: "m"}, last.Add(2*watchKept))
	if n := count(t, b.s, "replicas"); len(shared.Shared.Watches) != 0 || n != 1 {
		t.Fatalf("%d watches, told %+v", n, shared.Shared.Watches)
	}
}

func testDoubt(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	doubt := func(at, now time.Time) time.Time {
		t.Helper()
		shared, err := s.SyncTimeline(t.Context(), ours, watch.TimelineSync{Cluster: cluster, Replica: "a", Revision: revision(t, s), DoubtAt: at, Now: now})
		must(t, err)
		return shared.Shared.DoubtAt
	}
	minute := noon.Add(time.Minute)
	for _, step := range []struct {
		name          string
		at, now, want time.Time
	}{
		{"first", noon, noon, noon},
		{"none", time.Time{}, minute, noon},
		{"newer", minute, minute, minute},
		{"older", noon, minute, minute},
		{"in the future of a clock that was set back", noon, noon, noon},
	} {
		if got := doubt(step.at, step.now); !got.Equal(step.want) {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
}

func testEventsOnce(t *testing.T, open func(t *testing.T) *Store) {
	a, b := &replicaOf{t: t, s: open(t), name: "a"}, &replicaOf{t: t, s: open(t), name: "b"}
	failover := func(at time.Time) watch.TimelineChanges {
		return watch.TimelineChanges{Master: "b", Events: []timeline.Event{{At: at, Kind: timeline.EventMasterChanged, Member: "b", Before: "a"}}}
	}
	a.turn(true, failover(noon))
	b.revision = a.revision
	// When the other replica saw it too, or a request is repeated, then it is
	// still one.
	b.turn(true, failover(noon.Add(sameEvent)))
	a.revision = b.revision
	a.turn(true, failover(noon))
	if stored := load(t, a.s, ours); stored.MasterChanges != 1 || count(t, a.s, "topology_events") != 1 {
		t.Fatalf("%d changes of master", stored.MasterChanges)
	}
	// When it happens again, then it is another one.
	a.turn(true, failover(noon.Add(10*time.Second)))
	if stored := load(t, a.s, ours); stored.MasterChanges != 2 {
		t.Fatalf("%d changes of master", stored.MasterChanges)
	}
}

func testClusters(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	first := &replicaOf{t: t, s: s, name: "a"}
	first.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("one")}, Master: "m"}, noon)
	// When the data source shows another cluster, then it has a timeline of
	// its own.
	elsewhere, err := s.LoadTimeline(t.Context(), ours, "another")
	if err != nil || !reflect.DeepEqual(elsewhere, watch.StoredTimeline{}) {
		t.Fatalf("another cluster has %+v, %v", elsewhere, err)
	}
	sync := watch.TimelineSync{
		Cluster: "another", Replica: "a", Changes: watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("two")}, Master: "n"},
		Watch: timeline.Watch{Master: "n", Since: noon, Last: noon}, Now: noon,
	}
	shared, err := s.SyncTimeline(t.Context(), ours, sync)
	if err != nil || !shared.Saved || len(shared.Shared.Episodes)+len(shared.Shared.Watches) != 0 {
		t.Fatalf("it learns %+v, %v", shared, err)
	}
	if stored := load(t, s, ours); len(stored.Episodes) != 1 || stored.Episodes[0].ID != "one" || stored.Master != "m" {
		t.Fatalf("the first one has %+v", stored)
	}
	// When it comes back within a month, all is there; later it is not.
	sync.Changes.Episodes = nil
	sync.Revision, sync.Heartbeat, sync.Now = shared.Revision, true, noon.Add(TimelineKept-time.Hour)
	_, err = s.SyncTimeline(t.Context(), ours, sync)
	must(t, err)
	if n := count(t, s, "episodes"); n != 2 {
		t.Fatalf("%d episodes", n)
	}
	sync.Now = noon.Add(TimelineKept + time.Hour)
	_, err = s.SyncTimeline(t.Context(), ours, sync)
	must(t, err)
	if n := count(t, s, "episodes"); n != 1 || len(load(t, s, ours).Episodes) != 0 {
		t.Fatalf("%d episodes", n)
	}
}

func testRestoredStore(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("one")}, Master: "m"}))
	// Given a replica that knows more than the store, which was restored from
	// a backup, then it is told so, with all that is there.
	a := &replicaOf{t: t, s: s, name: "a", revision: 100}
	shared := a.turn(false, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("two")}})
	if !shared.Reset || len(shared.Shared.Episodes) != 1 {
		t.Fatalf("it learns %+v", shared)
	}
	a.turn(true, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("two")}})
}

func testDismissal(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	lost := episodeOf("lost")
	lost.State, lost.MissingSince = coordinator.StateLost, noon
	running := episodeOf("running")
	running.Job = "2"
	before := closed(episodeOf("before"), noon)
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{lost, running, before}, Master: "m"}))
	a := &replicaOf{t: t, s: s, name: "a", revision: revision(t, s)}
	for _, c := range []struct {
		name    string
		scope   watch.Scope
		cluster string
		job     coordinator.JobID
		episode string
		want    error
	}{
		{"an episode that runs", ours, cluster, "2", "running", watch.ErrNotLost},
		{"an unknown episode of a lost job", ours, cluster, job, "earlier", watch.ErrOtherEpisode},
		{"an episode that was never lost", ours, cluster, job, "before", watch.ErrNotLost},
		{"an unknown job", ours, cluster, "3", "lost", watch.ErrNoEpisode},
		{"another cluster", ours, "another", job, "lost", watch.ErrNoEpisode},
		{"another organisation", otherOrg, cluster, job, "lost", watch.ErrNoEpisode},
		{"the lost one", ours, cluster, job, "lost", nil},
		{"once more", ours, cluster, job, "lost", nil},
	} {
		if err := s.DismissLost(t.Context(), c.scope, c.cluster, c.job, c.episode); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	// Then it is no longer open, after a restart neither, and a replica that
	// has it still is told.
	must(t, s.Close())
	s = open(t)
	if got := load(t, s, ours).Episodes; len(got) != 1 || got[0].ID != "running" {
		t.Fatalf("open are %+v", got)
	}
	a.s = s
	shared := a.turn(false, watch.TimelineChanges{Episodes: []timeline.Episode{lost}, Master: "m"})
	if got := shared.Shared.Episodes; len(got) != 1 || got[0].ID != "lost" || got[0].Open() {
		t.Fatalf("a learns %+v", got)
	}
}
