package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// diagnosed is a change of a job's diagnosis, seconds after noon.
func diagnosed(episode string, seconds int, before, after string) timeline.Event {
	return timeline.Event{
		At: noon.Add(time.Duration(seconds) * time.Second), Kind: timeline.EventDiagnosisChanged, Job: job, Episode: episode, Before: before, After: after,
		Quality: timeline.QualityObserved, Sentence: fmt.Sprintf("%s -> %s", before, after),
	}
}

func testDiagnosisOnce(t *testing.T, open func(t *testing.T) *Store) {
	a, b := &replicaOf{t: t, s: open(t), name: "a"}, &replicaOf{t: t, s: open(t), name: "b"}
	stored := 0
	for _, step := range []struct {
		name  string
		by    *replicaOf
		event timeline.Event
		told  bool
	}{
		{"a finding", a, diagnosed("e", 0, "", "lost, proven"), true},
		{"a repeated request", a, diagnosed("e", 0, "", "lost, proven"), false},
		{"another replica, a moment later and less sure", b, diagnosed("e", 5, "", "lost, likely"), false},
		{"the same after a restart, an hour later", b, diagnosed("e", 3600, "", "lost, proven"), false},
		{"another finding", b, diagnosed("e", 3700, "lost, proven", "unknown"), true},
		{"as the other replica sees it, with a long interval", a, diagnosed("e", 3900, "lost, proven", "unknown"), false},
		{"and it soon has more to tell", b, diagnosed("e", 3710, "unknown", ""), true},
		{"that nothing is the matter, once", a, diagnosed("e", 4000, "unknown", ""), false},
		{"the same in another episode", a, diagnosed("f", 5000, "", "lost, proven"), true},
	} {
		step.by.turn(true, watch.TimelineChanges{Events: []timeline.Event{step.event}})
		if step.told {
			stored++
		}
		if n := count(t, a.s, "topology_events"); n != stored {
			t.Fatalf("%s: %d events, want %d", step.name, n, stored)
		}
	}
	events, err := a.s.Events(t.Context(), ours, cluster, noon, noon.Add(time.Hour), watch.EventFilter{Job: job}, 10)
	must(t, err)
	if want := diagnosed("e", 0, "", "lost, proven"); len(events) != 1 || events[0] != want {
		t.Errorf("%+v", events)
	}
}

func testToldDiagnoses(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	episode := episodeOf("e")
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episode}, Events: []timeline.Event{
		diagnosed("d", 0, "", "of an earlier episode"), diagnosed("e", 10, "", "lost"), diagnosed("e", 20, "lost", "unknown"),
	}}))
	if told := load(t, s, ours).Told; len(told.Jobs) != 1 || told.Jobs[job] != (watch.ToldDiagnosis{Episode: "e", Says: "unknown"}) || !told.MoreAt.IsZero() {
		t.Errorf("%+v", told)
	}
	// When nothing is said any more, then nothing is told of it, whatever was
	// said before; that there were more than are named is.
	more := timeline.Event{At: noon.Add(time.Minute), Kind: timeline.EventDiagnosisChanged, Sentence: "more"}
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Events: []timeline.Event{diagnosed("e", 30, "unknown", ""), more}}))
	if told := load(t, s, ours).Told; len(told.Jobs) != 0 || !told.MoreAt.Equal(more.At) {
		t.Errorf("%+v", told)
	}
	// Another scope is told nothing.
	stranger := watch.Scope{OrgID: ours.OrgID + 1, DataSourceUID: ours.DataSourceUID}
	if told := load(t, s, stranger).Told; len(told.Jobs) != 0 || !told.MoreAt.IsZero() {
		t.Errorf("%+v", told)
	}
}

func testForeignCancels(t *testing.T, open func(t *testing.T) *Store) {
	// Given requests of ours that are recorded, sent, done, refused, …
	s := open(t)
	other := watch.Scope{OrgID: ours.OrgID, DataSourceUID: "another"}
	for id, outcome := range map[string]action.Outcome{"recorded": "", "sent": "", "stopped": action.OutcomeStopped, "refused": action.OutcomeRefused, "unknown": action.OutcomeUnknown} {
		scope := ours
		if id == "sent" {
			scope = other
		}
		intent := begun(t, s, scope, id, coordinator.JobID(id))
		if id == "recorded" {
			continue
		}
		intent.Phase, intent.Outcome = action.PhaseVerifying, outcome
		if outcome != "" {
			intent.Phase = action.PhaseSettled
		}
		_, err := s.Update(t.Context(), scope, intent, nil)
		must(t, err)
	}
	// … when jobs begin to be canceled, then those are told that no request
	// explains, also where the other data source of the cluster made it.
	later := noon.Add(oursFor + time.Minute)
	for _, c := range []struct {
		job  coordinator.JobID
		at   time.Time
		told bool
	}{
		{"recorded", noon.Add(time.Second), false},
		{"sent", noon.Add(time.Minute), false},
		{"stopped", noon.Add(-5 * time.Second), false},
		{"stopped", noon.Add(-time.Hour), true},
		{"refused", noon.Add(time.Second), true},
		{"nobody's", noon.Add(time.Second), true},
		{"unknown", later, false},
		{"stopped", later, true},
	} {
		before := count(t, s, "topology_events")
		must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Events: []timeline.Event{{At: c.at, Kind: timeline.EventCancelSeen, Job: c.job, Sentence: "seen"}}}))
		if told := count(t, s, "topology_events") > before; told != c.told {
			t.Errorf("%s at %s: told %v, want %v", c.job, c.at, told, c.told)
		}
	}
	// When another replica sees the same a poll later, then it is one.
	before := count(t, s, "topology_events")
	b := &replicaOf{t: t, s: s, name: "b", revision: revision(t, s)}
	b.turn(true, watch.TimelineChanges{Events: []timeline.Event{{At: noon.Add(watch.MaxInterval), Kind: timeline.EventCancelSeen, Job: "nobody's", Sentence: "seen"}}})
	if n := count(t, s, "topology_events"); n != before {
		t.Errorf("%d events, want %d", n, before)
	}
}

func testJobEventBounds(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	changed := timeline.Event{At: noon, Kind: timeline.EventMasterChanged, Member: "b", Before: "a"}
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Events: []timeline.Event{changed}}))
	_, err := s.writer.ExecContext(t.Context(), `INSERT INTO topology_events (org_id, ds_uid, cluster, replica, at, kind, member, previous, job_id)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		SELECT ?, ?, ?, 'a', CAST(? AS BIGINT) + CAST(i AS BIGINT) * 1000000000, 'diagnosis changed', '', '', '7' FROM n`,
		eventsKept+5, ours.OrgID, ours.DataSourceUID, cluster, toStored(noon))
	must(t, err)
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Events: []timeline.Event{diagnosed("e", 30_000, "", "lost")}}))
	events, err := s.Events(t.Context(), ours, cluster, noon, noon.Add(24*time.Hour), watch.EventFilter{}, 2*eventsKept)
	must(t, err)
	if len(events) != eventsKept+1 || events[eventsKept].Kind != timeline.EventMasterChanged {
		t.Fatalf("%d events, the last %+v", len(events), events[len(events)-1])
	}
}
