package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const fill = "sent_buffer_fill_ratio"

func figureAt(at time.Time, node string, value *float64) watch.Sample {
	return watch.Sample{Metric: fill, Node: node, Peer: "nodeC", At: at, Value: value}
}

func testSamples(t *testing.T, open func(t *testing.T) *Store) {
	// Given two pairs' figures over some minutes, one of them twice in a minute
	// and one that is not exposed any more.
	s := open(t)
	minute := func(n int) time.Time { return noon.Truncate(time.Minute).Add(time.Duration(n) * time.Minute) }
	must(t, s.SaveSamples(t.Context(), ours, cluster, []watch.Sample{
		figureAt(minute(0), "nodeB", new(0.1)), figureAt(minute(0).Add(20*time.Second), "nodeA", new(0.2)),
	}, []watch.Look{{Since: minute(0), Until: minute(1)}}, minute(1)))
	must(t, s.SaveSamples(t.Context(), ours, cluster, []watch.Sample{figureAt(minute(0).Add(40*time.Second), "nodeA", new(0.3)), figureAt(minute(2), "nodeB", nil)},
		[]watch.Look{{Since: minute(0), Until: minute(2)}, {Since: minute(8), Until: minute(9)}}, minute(9)))
	// Then each series has one value a minute, the last one, by node and time.
	got, cut, err := s.SamplesBetween(t.Context(), ours, cluster, fill, minute(0), minute(9), 10)
	must(t, err)
	if cut || written(got) != "nodeA 12:00 0.3, nodeB 12:00 0.1, nodeB 12:02 none" {
		t.Errorf("%s, cut %v", written(got), cut)
	}
	// A limit leaves the oldest out.
	if got, cut, err = s.SamplesBetween(t.Context(), ours, cluster, fill, minute(0), minute(9), 1); err != nil || !cut || written(got) != "nodeB 12:02 none" {
		t.Errorf("%s, cut %v, %v", written(got), cut, err)
	}
	// And a look that went on is one, those that reach into a range are found.
	looks, err := s.LooksBetween(t.Context(), ours, cluster, minute(0), minute(9))
	must(t, err)
	if len(looks) != 2 || !looks[0].Until.Equal(minute(2)) || !looks[1].Since.Equal(minute(8)) {
		t.Errorf("%v", looks)
	}
	if looks, err = s.LooksBetween(t.Context(), ours, cluster, minute(3), minute(7)); err != nil || len(looks) != 0 {
		t.Errorf("between two looks there is %v, %v", looks, err)
	}
	// No other scope or cluster sees any of it.
	for _, other := range []struct {
		scope   watch.Scope
		cluster string
	}{{otherOrg, cluster}, {otherData, cluster}, {ours, "another"}} {
		got, _, err := s.SamplesBetween(t.Context(), other.scope, other.cluster, fill, minute(0), minute(9), 10)
		must(t, err)
		looks, err := s.LooksBetween(t.Context(), other.scope, other.cluster, minute(0), minute(9))
		must(t, err)
		if len(got) != 0 || len(looks) != 0 {
			t.Errorf("%v sees %v and %v", other, got, looks)
		}
	}
}

func written(samples []watch.Sample) string {
	text := ""
	for i, one := range samples {
		if i > 0 {
			text += ", "
		}
		value := "none"
		if one.Value != nil {
			value = fmt.Sprint(*one.Value)
		}
		text += one.Node + " " + one.At.Format("15:04") + " " + value
	}
	return text
}

func testSamplesAreBounded(t *testing.T, open func(t *testing.T) *Store) {
	// Given samples and looks of long ago, when something is kept today …
	s := open(t)
	must(t, s.SaveSamples(t.Context(), ours, cluster, []watch.Sample{figureAt(noon, "nodeA", new(1.0))}, []watch.Look{{Since: noon, Until: noon}}, noon))
	must(t, s.SaveSamples(t.Context(), otherOrg, cluster, []watch.Sample{figureAt(noon, "nodeA", new(1.0))}, nil, noon))
	later := noon.Add(SamplesKept + time.Hour)
	must(t, s.SaveSamples(t.Context(), ours, cluster, []watch.Sample{figureAt(later, "nodeA", new(1.0))}, nil, later))
	// … then samples are gone after a week, looks not before a month, and what is
	// another scope's stays.
	if samples, looks := count(t, s, "samples"), count(t, s, "looks"); samples != 2 || looks != 1 {
		t.Errorf("%d samples, %d looks", samples, looks)
	}
	later = noon.Add(TimelineKept + time.Hour)
	must(t, s.SaveSamples(t.Context(), ours, cluster, nil, nil, later))
	if looks := count(t, s, "looks"); looks != 0 {
		t.Errorf("%d looks", looks)
	}
	// And there are never more looks than a bound, the oldest go first.
	var looks []watch.Look
	for i := range looksKept + 50 {
		at := later.Add(time.Duration(i) * time.Second)
		looks = append(looks, watch.Look{Since: at, Until: at})
	}
	must(t, s.SaveSamples(t.Context(), ours, cluster, nil, looks, later.Add(24*time.Hour)))
	if rows := count(t, s, "looks"); rows != looksKept {
		t.Errorf("%d looks, want %d", rows, looksKept)
	}
}

func testSpans(t *testing.T, open func(t *testing.T) *Store) {
	// Given a job that ran, was canceled and is still CANCELING, and another one
	// that ended before the range.
	s := open(t)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	episode := func(id string, job coordinator.JobID, state coordinator.State, since, until int) timeline.Episode {
		e := timeline.Episode{ID: id, Job: job, Name: "orders " + string(job), State: state, Quality: timeline.QualityObserved, Since: at(since), ContinuousSince: at(since), LastSeen: at(since)}
		if until > 0 {
			e.Until, e.LastSeen = at(until), at(until)
		}
		return e
	}
	must(t, s.SaveSamples(t.Context(), ours, cluster, nil, nil, noon))
	_, err := s.SyncTimeline(t.Context(), ours, watch.TimelineSync{Cluster: cluster, Replica: "a", Now: at(60), Heartbeat: true, Watch: timeline.Watch{Since: noon, Last: at(59)},
		Changes: watch.TimelineChanges{Episodes: []timeline.Episode{
			episode("1", "1", coordinator.StateRunning, 1, 30), episode("2", "1", coordinator.StateCanceling, 30, 0), episode("3", "2", coordinator.StateRunning, 1, 10),
		}}})
	must(t, err)
	spans, cut, err := s.SpansBetween(t.Context(), ours, cluster, at(20), at(60), watch.EpisodeFilter{}, 10)
	must(t, err)
	// Then the range has the first one's, the open one seen at the newest look.
	if cut || len(spans) != 2 || spans[0].State != coordinator.StateRunning || !spans[1].Until.IsZero() || !spans[1].LastSeen.Equal(at(59)) || spans[1].Name != "orders 1" {
		t.Errorf("%+v, cut %v", spans, cut)
	}
	filtered, _, err := s.SpansBetween(t.Context(), ours, cluster, noon, at(60), watch.EpisodeFilter{States: []coordinator.State{coordinator.StateRunning}, Names: []string{"orders 2"}}, 10)
	if err != nil || len(filtered) != 1 || filtered[0].Job != "2" {
		t.Errorf("%+v, %v", filtered, err)
	}
	if newest, cut, err := s.SpansBetween(t.Context(), ours, cluster, noon, at(60), watch.EpisodeFilter{}, 1); err != nil || !cut || len(newest) != 1 || newest[0].State != coordinator.StateCanceling {
		t.Errorf("%+v, cut %v, %v", newest, cut, err)
	}
	if other, _, err := s.SpansBetween(t.Context(), otherOrg, cluster, noon, at(60), watch.EpisodeFilter{}, 10); err != nil || len(other) != 0 {
		t.Errorf("another organisation sees %+v, %v", other, err)
	}
}
