package plugin

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// number gives the only value of a metric, and -1 where it has no series.
func (r *rig) number(metric string) float64 {
	r.t.Helper()
	response := r.query(fmt.Sprintf(`{"queryType":"metric","metric":%q}`, metric), map[string]string{"FromAlert": "true"})
	if response.Error != nil || len(response.Frames) != 1 || len(response.Frames[0].Fields) > 1 {
		r.t.Fatalf("%s: %v, %+v", metric, response.Error, response.Frames)
	}
	if len(response.Frames[0].Fields) == 0 {
		return -1
	}
	value, err := response.Frames[0].Fields[0].FloatAt(0)
	if err != nil {
		r.t.Fatal(err)
	}
	return value
}

// row gives a cell of the only row that a query for jobs gives; nil without one.
func (r *rig) row(query, column string) any {
	r.t.Helper()
	response := r.query(query, nil)
	if response.Error != nil || len(response.Frames) != 1 {
		r.t.Fatalf("%s: %v", query, response.Error)
	}
	field, _ := response.Frames[0].FieldByName(column)
	if field.Len() == 0 {
		return nil
	}
	return field.At(0)
}

// S05 end to end: a savepoint that takes long while checkpoints are completed is
// not stuck. Once none is completed any more it is, and one that comes ends that.
func TestS05_SavepointThatMovesIsNotStuck(t *testing.T) {
	r := newRig(t, func(settings map[string]any) {
		settings["actions"] = map[string]any{"savepointStallSeconds": 300}
	})
	// Given a savepoint, and an engine that tells when a checkpoint was completed
	clock := r.process.Now
	completed := clock()
	r.double.set(func(c *coordinatorDouble) {
		c.state = "DOING_SAVEPOINT"
		c.extra = func(w http.ResponseWriter, request *http.Request) bool {
			w.Header().Set("Date", clock().UTC().Format(http.TimeFormat))
			if request.URL.Path != "/jobs/checkpoints/"+stuckJob {
				return false
			}
			writeJSON(w, map[string]any{"pipelines": []any{map[string]any{"pipelineId": 1, "latestCompleted": map[string]any{"completedTimestamp": completed.UnixMilli()}, "inProgress": []any{}}}})
			return true
		}
	})
	r.waitForState("DOING_SAVEPOINT")
	all, stuckOnly := `{"queryType":"jobs"}`, `{"queryType":"jobs","stuckOnly":true}`
	expect := func(what string, is bool) {
		t.Helper()
		stuck, jobs, listed := r.number("job_stuck"), r.number("stuck_jobs"), r.row(stuckOnly, "job_id") != nil
		since := r.row(all, "stuck_since").(*time.Time)
		if (stuck == 1) != is || jobs != stuck || listed != is || r.row(all, "stuck") != is || (since != nil) != is {
			t.Errorf("%s: job_stuck %g, stuck_jobs %g, among the stuck ones %t, since %v", what, stuck, jobs, listed, since)
		}
	}
	// later lets time go by until the coordinator was asked again.
	later := func(after time.Duration, alsoCompleted bool) {
		t.Helper()
		r.ahead.Store(int64(after))
		now := clock()
		if alsoCompleted {
			r.double.set(func(*coordinatorDouble) { completed = now })
		}
		r.waitFor("a look after "+after.String(), func(view *watch.View) bool {
			looks := len(view.Threads)
			return view.CompleteAsOf.After(now) && looks > 0 && view.Threads[looks-1].At.After(now) && view.Threads[looks-1].Checkpoints != nil
		})
	}
	expect("a savepoint that began a moment ago", false)

	// When it takes longer than its threshold, and checkpoints are completed
	later(11*time.Minute, true)
	// Then it is late and not stuck: the metric has its series, with 0.
	expect("a savepoint that moves", false)
	until := r.row(all, "suppressed_until").(*time.Time)
	if reason := r.row(all, "suppressed"); reason != diagnose.SuppressedBySavepoint || until == nil || until.Sub(completed.Add(5*time.Minute)).Abs() > 3*time.Second {
		t.Errorf("suppressed: %v until %v", reason, until)
	}
	// When none is completed any more
	later(17*time.Minute, false)
	expect("a savepoint that stands still", true)
	if reason := r.row(all, "suppressed"); reason != "" {
		t.Errorf("suppressed: %v", reason)
	}
	// When one comes again
	later(18*time.Minute, true)
	expect("a savepoint that moves again", false)
}

// What earlier views showed puts off what a newer one alone would call stuck:
// two failovers in a row, and a checkpoint that the engine does not tell while
// it makes the next.
func TestJudge_RemembersMastersAndCheckpoints(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	job := view.Jobs.At(0)
	job.Episode.Since = now.Add(-3 * time.Minute)
	failover := func(at time.Time) *watch.View {
		next := *view
		next.Traces.MasterChangedAt = at
		return &next
	}
	d.judge(failover(now.Add(-20 * time.Second)))
	newest := failover(now.Add(30 * time.Second))
	got := d.judge(newest).at(&job, now.Add(time.Minute))
	if got.Is || got.Suppressed == nil || got.Suppressed.Reason != diagnose.SuppressedByMaster || !got.Suppressed.Until.Equal(now.Add(90*time.Second)) {
		t.Errorf("%+v", got)
	}

	savepoint := *view
	saving := job
	saving.Episode.State, saving.Episode.Since, saving.Episode.ContinuousSince = coordinator.StateSavepointing, now.Add(-time.Hour), now.Add(-time.Hour)
	savepoint.Jobs = timeline.JobsOf(saving)
	look := func(err error, last time.Time) *watch.View {
		next := savepoint
		next.Threads = []watch.ThreadLook{{At: now, Checkpoints: map[coordinator.JobID]watch.CheckpointLook{job.Job.ID: {Last: last, Err: err}}}}
		return &next
	}
	for _, step := range []struct {
		view *watch.View
		is   bool
		what string
	}{
		{&savepoint, true, "watched for an hour, and never asked"},
		{look(coordinator.ErrNotSupported, time.Time{}), true, "asked, and not told"},
		// The coordinator's clock is 90 s ahead.
		{look(nil, now.Add(-3*time.Minute)), false, "told"},
		{look(coordinator.ErrNotSupported, time.Time{}), false, "told before"},
		{look(nil, now.Add(-20*time.Minute)), false, "an older one does not take a newer one back"},
	} {
		if got := d.judge(step.view).at(step.view.Jobs.SharedAt(0), now); got.Is != step.is {
			t.Errorf("%s: %+v", step.what, got)
		}
	}
	// A moment after a restart nobody has been asked yet.
	restarted := savepoint
	restarted.Jobs = savepoint.Jobs.Changed(func(job *watch.JobView) {
		job.Episode.ID, job.Episode.ContinuousSince = "other", now.Add(-time.Second)
	})
	if got := d.judge(&restarted).at(restarted.Jobs.SharedAt(0), now); got.Is {
		t.Errorf("after a restart: %+v", got)
	}
}

// A rule may combine both: job_stuck has a series, with the same labels, for
// each of canceling_age_seconds.
func TestMetrics_JobStuckGoesWithCancelingAge(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	read := d.reading(view, jobFilter{judge: d.judge(view)}, now)
	age, _ := findMetric("canceling_age_seconds")
	stuck, _ := findMetric("job_stuck")
	values := map[string]float64{}
	for _, one := range stuck.samples(read) {
		values[data.Labels(one.labels).String()] = one.value
	}
	for _, one := range age.samples(read) {
		value, found := values[data.Labels(one.labels).String()]
		if !found || (value == 1) != (one.value >= 180) {
			t.Errorf("%v: %g s, stuck %g (%t)", one.labels, one.value, value, found)
		}
	}
}
