package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func minutes(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

func testEvents(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given events of every form, when they are saved.
	changed := timeline.Event{At: minutes(0), Kind: timeline.EventMasterChanged, Member: "b", Before: "a"}
	joined := timeline.Event{At: minutes(1), Kind: timeline.EventMemberJoined, Member: "w"}
	lost := timeline.Event{At: minutes(2), Kind: "peer lost", Member: "n", Peer: "m", Sentence: "n does not reach m: '; DROP TABLE topology_events; --"}
	back := timeline.Event{At: minutes(2), Kind: "peer lost", Member: "m", Peer: "n", Sentence: "m does not reach n."}
	about := timeline.Event{At: minutes(3), Kind: "cause changed", Job: job, Sentence: "The cause is known."}
	saved := []timeline.Event{changed, joined, lost, back, about}
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Master: "b", Events: saved}))
	// Then they are read as they were, newest first, by range and filter.
	for _, c := range []struct {
		name     string
		from, to time.Time
		filter   watch.EventFilter
		limit    int
		want     []timeline.Event
	}{
		{"all", minutes(0), minutes(3), watch.EventFilter{}, 10, []timeline.Event{about, back, lost, joined, changed}},
		{"a part of the time", minutes(1), minutes(2), watch.EventFilter{}, 10, []timeline.Event{back, lost, joined}},
		{"before all", minutes(-10), minutes(-1), watch.EventFilter{}, 10, nil},
		{"the newest ones", minutes(0), minutes(3), watch.EventFilter{}, 2, []timeline.Event{about, back}},
		{"two kinds", minutes(0), minutes(3), watch.EventFilter{Kinds: []timeline.EventKind{timeline.EventMasterChanged, timeline.EventMemberJoined}}, 10, []timeline.Event{joined, changed}},
		{"a node at either end", minutes(0), minutes(3), watch.EventFilter{Nodes: []string{"m", "elsewhere"}}, 10, []timeline.Event{back, lost}},
		{"a kind of a node", minutes(0), minutes(3), watch.EventFilter{Kinds: []timeline.EventKind{"peer lost"}, Nodes: []string{"w"}}, 10, nil},
		{"a job", minutes(0), minutes(3), watch.EventFilter{Job: job}, 10, []timeline.Event{about}},
	} {
		got, err := s.Events(t.Context(), ours, cluster, c.from, c.to, c.filter, c.limit)
		must(t, err)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v\nwant %+v", c.name, got, c.want)
		}
	}
	// And nobody else sees them.
	for _, other := range []struct {
		scope   watch.Scope
		cluster string
	}{{otherOrg, cluster}, {otherData, cluster}, {ours, "another"}} {
		if got, err := s.Events(t.Context(), other.scope, other.cluster, minutes(0), minutes(3), watch.EventFilter{}, 10); err != nil || len(got) != 0 {
			t.Errorf("%v sees %+v, %v", other, got, err)
		}
	}
	// When another replica saw one with other numbers, then it is one still.
	again := lost
	again.At, again.Sentence = again.At.Add(10*time.Second), "n does not reach m, by another one's look."
	_, err := s.SyncTimeline(t.Context(), ours, watch.TimelineSync{
		Cluster: cluster, Replica: "another", Revision: revision(t, s), Changes: watch.TimelineChanges{Events: []timeline.Event{again}}, Now: minutes(3),
	})
	must(t, err)
	if n := count(t, s, "topology_events"); n != len(saved) {
		t.Errorf("%d events, want %d", n, len(saved))
	}
}

func testEventBounds(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	sync := func(now time.Time, events ...timeline.Event) {
		t.Helper()
		_, err := s.SyncTimeline(t.Context(), ours, watch.TimelineSync{
			Cluster: cluster, Replica: "a", Revision: revision(t, s), Changes: watch.TimelineChanges{Events: events}, Heartbeat: true,
			Watch: timeline.Watch{Since: noon, Last: now}, Now: now,
		})
		must(t, err)
	}
	changed := timeline.Event{At: noon, Kind: timeline.EventMasterChanged, Member: "b", Before: "a"}
	lost := timeline.Event{At: noon, Kind: "peer lost", Member: "n", Peer: "m"}
	// Given a change of master and a loss, when a week has passed, then only
	// the change of master is kept, and after a month nothing.
	sync(noon, changed, lost)
	sync(noon.Add(PairEventsKept))
	if n := count(t, s, "topology_events"); n != 2 {
		t.Fatalf("%d events after a week", n)
	}
	sync(noon.Add(PairEventsKept + time.Second))
	if n := count(t, s, "topology_events"); n != 1 {
		t.Fatalf("%d events after more than a week", n)
	}
	sync(noon.Add(TimelineKept + time.Second))
	if n := count(t, s, "topology_events"); n != 0 {
		t.Fatalf("%d events after more than a month", n)
	}
	// Given more losses than may be kept, when one more comes, then the oldest
	// go, and the change of master stays.
	later := noon.Add(2 * TimelineKept)
	changed.At = later
	sync(later, changed)
	_, err := s.writer.ExecContext(t.Context(), `INSERT INTO topology_events (org_id, ds_uid, cluster, replica, at, kind, member, previous, peer)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT ?, ?, ?, 'a', CAST(? AS BIGINT) + CAST(i AS BIGINT) * 1000000000, 'peer lost', 'n', '', 'm' FROM n`,
		eventsKept+5, ours.OrgID, ours.DataSourceUID, cluster, toStored(later))
	must(t, err)
	last := lost
	last.At = later.Add(24 * time.Hour)
	sync(last.At, last)
	events, err := s.Events(t.Context(), ours, cluster, later, last.At, watch.EventFilter{}, 2*eventsKept)
	must(t, err)
	if len(events) != eventsKept+1 || !events[0].At.Equal(last.At) || events[eventsKept].Kind != timeline.EventMasterChanged {
		t.Fatalf("%d events, from %+v to %+v", len(events), events[0], events[len(events)-1])
	}
}

// span is an episode of a job; to < 0 is an open one.
func span(id string, of coordinator.JobID, state coordinator.State, from, to int) timeline.Episode {
	e := timeline.Episode{
		ID: id, Job: of, Name: "job " + string(of), State: state, Word: strings.ToUpper(string(state)), Master: "m", Since: minutes(from),
		Quality: timeline.QualityObserved, ContinuousSince: minutes(from), LastSeen: minutes(max(from, to)),
	}
	if to >= 0 {
		e.Until = minutes(to)
	}
	return e
}

func testEpisodesBetween(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Master: "m", Episodes: []timeline.Episode{
		span("1a", "1", coordinator.StateRunning, 0, 10), span("1b", "1", coordinator.StateCanceling, 10, 30), span("1c", "1", coordinator.StateCanceled, 30, 30),
		span("2a", "2", coordinator.StatePending, 5, 6), span("2b", "2", coordinator.StateRunning, 6, -1),
		span("3a", "3", coordinator.StateCanceling, 20, -1),
	}}))
	for _, c := range []struct {
		name     string
		from, to int
		filter   watch.EpisodeFilter
		limit    int
		want     string
		jobs     int
	}{
		{"all of the time", 0, 60, watch.EpisodeFilter{}, 10, "1a 1b 1c 2a 2b 3a", 3},
		{"only what lasted in the range", 12, 15, watch.EpisodeFilter{}, 10, "1b 2b", 2},
		{"what ended as it began", 30, 30, watch.EpisodeFilter{}, 10, "1b 1c 2b 3a", 3},
		{"before all", -20, -10, watch.EpisodeFilter{}, 10, "", 0},
		{"jobs that were canceling, with all their states", 0, 60, watch.EpisodeFilter{States: []coordinator.State{coordinator.StateCanceling}}, 10, "1a 1b 1c 3a", 2},
		{"jobs that were canceling then", 0, 15, watch.EpisodeFilter{States: []coordinator.State{coordinator.StateCanceling}}, 10, "1a 1b", 1},
		{"for long", 0, 45, watch.EpisodeFilter{States: []coordinator.State{coordinator.StateCanceling}, MinAge: 25 * time.Minute}, 10, "3a", 1},
		{"not yet for so long", 0, 40, watch.EpisodeFilter{States: []coordinator.State{coordinator.StateCanceling}, MinAge: 25 * time.Minute}, 10, "", 0},
		{"by name", 0, 60, watch.EpisodeFilter{Names: []string{"job 2", "job 9"}}, 10, "2a 2b", 1},
		{"by id", 0, 60, watch.EpisodeFilter{Job: "3"}, 10, "3a", 1},
		{"those that changed last", 0, 60, watch.EpisodeFilter{}, 2, "1a 1b 1c 3a", 3},
	} {
		got, err := s.EpisodesBetween(t.Context(), ours, cluster, minutes(c.from), minutes(c.to), c.filter, c.limit)
		must(t, err)
		var ids []string
		for _, e := range got.Episodes {
			ids = append(ids, e.ID)
		}
		if strings.Join(ids, " ") != c.want || got.Jobs != c.jobs || got.Cut {
			t.Errorf("%s: %v of %d jobs, want %s of %d", c.name, ids, got.Jobs, c.want, c.jobs)
		}
	}
	// Every field is there, and an open one was seen at the newest look.
	a := &replicaOf{t: t, s: s, name: "a", revision: revision(t, s)}
	a.turn(true, watch.TimelineChanges{Master: "m"}, minutes(0), minutes(59))
	got, err := s.EpisodesBetween(t.Context(), ours, cluster, minutes(0), minutes(60), watch.EpisodeFilter{Job: "3"}, 1)
	must(t, err)
	want := span("3a", "3", coordinator.StateCanceling, 20, -1)
	want.LastSeen = minutes(59)
	if !reflect.DeepEqual(got.Episodes, []timeline.Episode{want}) {
		t.Errorf("got  %+v\nwant %+v", got.Episodes, want)
	}
	// Nobody else sees them.
	for _, other := range []watch.Scope{otherOrg, otherData} {
		if got, err := s.EpisodesBetween(t.Context(), other, cluster, minutes(0), minutes(60), watch.EpisodeFilter{}, 10); err != nil || len(got.Episodes) != 0 || got.Jobs != 0 {
			t.Errorf("%s sees %+v, %v", other, got, err)
		}
	}
	if got, err := s.EpisodesBetween(t.Context(), ours, "another", minutes(0), minutes(60), watch.EpisodeFilter{}, 10); err != nil || len(got.Episodes) != 0 {
		t.Errorf("another cluster has %+v, %v", got, err)
	}
}

func testEpisodesCut(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given a job that flaps more often than is read at once.
	_, err := s.writer.ExecContext(t.Context(), `INSERT INTO episodes (org_id, ds_uid, cluster, revision, `+episodeFields+`)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT ?, ?, ?, 0, 'e' || i, '1', 0, 'flapping', 'running', 'RUNNING', 'm', CAST(? AS BIGINT) + i, 'observed', 0, 0, CAST(? AS BIGINT) + i + 1, 0 FROM n`,
		episodesRead+10, ours.OrgID, ours.DataSourceUID, cluster, toStored(noon), toStored(noon))
	must(t, err)
	// When it is read, then the oldest changes are left out, and that is said.
	got, err := s.EpisodesBetween(t.Context(), ours, cluster, noon, minutes(1), watch.EpisodeFilter{}, 10)
	must(t, err)
	if len(got.Episodes) != episodesRead || !got.Cut || got.Jobs != 1 || got.Episodes[0].ID != "e11" || got.Episodes[episodesRead-1].ID != fmt.Sprintf("e%d", episodesRead+10) {
		t.Fatalf("%d episodes of %d jobs, cut: %v", len(got.Episodes), got.Jobs, got.Cut)
	}
}

func testDeeds(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given an action that ended, and one that goes on.
	ended := begun(t, s, ours, "plan-1", job)
	_, err := s.Update(t.Context(), ours, settled(ended, action.OutcomeStopped), nil)
	must(t, err)
	going := begun(t, s, ours, "plan-2", "2")
	at := ended.At
	stopped := action.Deed{Kind: action.KindForceStop, Job: job, JobName: "orders", At: at, Outcome: action.OutcomeStopped, SettledAt: at.Add(time.Minute)}
	other := action.Deed{Kind: action.KindForceStop, Job: "2", JobName: "orders", At: going.At}
	for _, c := range []struct {
		name     string
		from, to time.Time
		job      coordinator.JobID
		limit    int
		want     []action.Deed
	}{
		{"all", at.Add(-time.Hour), at.Add(time.Hour), "", 10, []action.Deed{other, stopped}},
		{"one job", at.Add(-time.Hour), at.Add(time.Hour), job, 10, []action.Deed{stopped}},
		{"settled in the range", at.Add(time.Second), at.Add(time.Hour), "", 10, []action.Deed{stopped}},
		{"before", at.Add(-time.Hour), at.Add(-time.Second), "", 10, nil},
		{"after", at.Add(time.Hour), at.Add(2 * time.Hour), "", 10, nil},
		{"the newest", at.Add(-time.Hour), at.Add(time.Hour), "", 1, []action.Deed{other}},
	} {
		got, err := s.Deeds(t.Context(), ours, cluster, c.from, c.to, c.job, c.limit)
		must(t, err)
		for i := range got {
			got[i].At, got[i].SettledAt = got[i].At.UTC(), got[i].SettledAt.UTC()
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v\nwant %+v", c.name, got, c.want)
		}
		// And they hold nobody's name, and no reason.
		if said := fmt.Sprintf("%+v", got); strings.Contains(said, operator.Login) || strings.Contains(said, "stuck since") || strings.Contains(said, "plan-") {
			t.Errorf("%s: %s", c.name, said)
		}
	}
	for _, other := range []watch.Scope{otherOrg, otherData} {
		if got, err := s.Deeds(t.Context(), other, cluster, at.Add(-time.Hour), at.Add(time.Hour), "", 10); err != nil || len(got) != 0 {
			t.Errorf("%s sees %+v, %v", other, got, err)
		}
	}
}
