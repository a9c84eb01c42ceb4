package plugin

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/seatunnel"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const v1 = "/hazelcast/rest/maps"

// recording is what a real engine answered, by path. threads are the answers of
// its worker at two looks; empty: it gave none.
type recording struct {
	paths   map[string]string
	threads [2]string
}

// The recordings: 2.3.8 with a lost final status beside a job that runs; the
// same cluster while both jobs' threads were alive; and 2.3.13 in the deadlock
// after its only worker was killed.
var (
	recordedLost = recording{map[string]string{
		v1 + "/overview": "v1-2.3.8-overview.json", v1 + "/running-jobs": "v1-2.3.8-CANCELING-running-jobs.json", v1 + "/system-monitoring-information": "v1-2.3.8-system-monitoring-information.json",
	}, [2]string{"v1-2.3.8-worker-CANCELING-lost-running-threads.json", "v1-2.3.8-worker-CANCELING-lost-running-threads.json"}}
	recordedAlive    = recording{recordedLost.paths, [2]string{"v1-2.3.8-worker-RUNNING-running-threads.json", "v1-2.3.8-worker-RUNNING-running-threads.json"}}
	recordedDeadlock = recording{map[string]string{
		"/overview": "v2-deadlock-overview.json", "/running-jobs": "v2-deadlock-running-jobs.json", "/system-monitoring-information": "v2-deadlock-system-monitoring-information.json", "/pending-jobs": "v2-deadlock-pending-jobs.json",
	}, [2]string{}}
)

// view reads a recording through the real adapter and timeline: the jobs are as
// they are for ten minutes, and the workers were looked at twice.
func (r recording) view(t *testing.T, now time.Time) *watch.View {
	t.Helper()
	look := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		name := r.paths[request.URL.Path]
		if strings.HasSuffix(request.URL.Path, "/running-threads") {
			name = r.threads[look]
		}
		body, err := os.ReadFile(filepath.Join("../coordinator/seatunnel/testdata", name))
		if name == "" || err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer server.Close()
	client, err := seatunnel.New(seatunnel.Config{Masters: []string{server.URL}, Workers: []string{server.URL}, RequestTimeout: 2 * time.Second, PollDeadline: 4 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	view := &watch.View{AsOf: now, CompleteAsOf: now}
	jobs := timeline.New(nil, "")
	for at := now.Add(-10 * time.Minute); !at.After(now); at = at.Add(10 * time.Second) {
		if view.Snapshot == nil {
			if view.Snapshot, err = client.Snapshot(t.Context()); err != nil || !view.Snapshot.Complete {
				t.Fatalf("%+v, %v", view.Snapshot, err)
			}
		}
		snapshot := *view.Snapshot
		snapshot.ReadAt = at
		jobs.Advance(timeline.Observation{Snapshot: &snapshot, Interval: 10 * time.Second})
		view.Snapshot, view.Complete = &snapshot, &snapshot
	}
	view.Jobs, view.MasterStableSince = jobs.Jobs(), jobs.MasterStableSince()
	for look = range r.threads {
		workers, err := client.TaskThreads(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		view.Threads = append(view.Threads, watch.ThreadLook{At: now.Add(time.Duration(look-2) * 10 * time.Second), Workers: workers})
	}
	return view
}

// zetaSource is a data source on SeaTunnel without a watcher or a store.
func zetaSource(now time.Time) *Datasource {
	d := goldenSource(now)
	d.settings.Kind = kindSeaTunnel
	return d
}

func theFinding(t *testing.T, d *Datasource, view *watch.View) diagnose.Finding {
	t.Helper()
	findings := d.findings(view)
	if len(findings) != 1 {
		t.Fatalf("%+v", findings)
	}
	for _, one := range findings {
		return one
	}
	return diagnose.Finding{}
}

func TestDiagnosisOfRecordings(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	forced := func(d *Datasource, view *watch.View) {
		job := view.Jobs.At(0)
		d.diagnosed.requests.intents = []action.Intent{{
			Kind: action.KindForceStop, Answered: true, Outcome: action.OutcomeNotConfirmed, At: now.Add(-2 * time.Minute),
			Identity: action.Identity{Job: job.Job.ID, CreateTime: job.Episode.CreateTime, Master: view.Snapshot.Master},
		}}
	}
	for name, test := range map[string]struct {
		recording  recording
		before     func(*Datasource, *watch.View)
		cause      diagnose.Cause
		outlook    diagnose.Outlook
		confidence delivery.Certainty
	}{
		"final status lost, 2.3.8":                 {recordedLost, nil, diagnose.CauseStatusLost, diagnose.CannotRecover, delivery.Proven},
		"its threads still there, 2.3.8":           {recordedAlive, nil, diagnose.CauseWillNotStop, diagnose.MayRecover, delivery.Proven},
		"deadlock, before a force stop, 2.3.13":    {recordedDeadlock, nil, diagnose.CauseDeadlocked, diagnose.CannotRecover, delivery.Likely},
		"deadlock, force stop had no effect":       {recordedDeadlock, forced, diagnose.CauseDeadlocked, diagnose.CannotRecover, delivery.Likely},
		"force stop without effect beats all else": {recordedLost, forced, diagnose.CauseDeadlocked, diagnose.CannotRecover, delivery.Likely},
	} {
		t.Run(name, func(t *testing.T) {
			d, view := zetaSource(now), test.recording.view(t, now)
			if test.before != nil {
				test.before(d, view)
			}
			got := theFinding(t, d, view)
			if got.Cause != test.cause || got.Outlook != test.outlook || got.Confidence != test.confidence {
				t.Errorf("%+v", got)
			}
			if text := evidence(got); strings.Count(text, "\n")+1 < len(got.Evidence) || got.Needs != "" && !strings.Contains(text, " · not known · ") {
				t.Error(text)
			}
			// None of them forbids a force stop.
			outlook := diagnoser{d}.Outlook(view, view.Jobs.At(0))
			if outlook.WillRecover || !strings.Contains(outlook.Sentence, string(test.cause)) {
				t.Errorf("%+v", outlook)
			}
		})
	}
}

// S05 at the guard: waiting helps, so a force stop is blocked, at once; and the
// job does not count as stuck.
func TestS05_SavepointBlocksForceStop(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	d, view := zetaSource(now), recordedAlive.view(t, now)
	view.Snapshot.Clock = coordinator.Clock{Known: true, Skew: 90 * time.Second}
	id := view.Jobs.At(0).Job.ID
	view.Jobs = view.Jobs.Changed(func(job *watch.JobView) {
		if job.Job.ID == id {
			job.Episode.State, job.Job.State = coordinator.StateSavepointing, coordinator.StateSavepointing
		}
	})
	job := view.Jobs.At(0)
	// Given a checkpoint that was completed a minute ago, by a clock that is 90 s ahead
	view.Threads[1].Checkpoints = map[coordinator.JobID]watch.CheckpointLook{id: {Last: now.Add(30 * time.Second)}}
	got := theFinding(t, d, view)
	if got.Cause != diagnose.CauseSavepoint || got.Outlook != diagnose.WillRecover || !got.Deadline.Equal(now.Add(9*time.Minute)) {
		t.Errorf("%+v", got)
	}
	if outlook := (diagnoser{d}).Outlook(view, view.Jobs.At(0)); !outlook.WillRecover || outlook.Stuck {
		t.Errorf("%+v", outlook)
	}
	if d.judge(view).at(&job, now).Is {
		t.Error("a savepoint counts as stuck")
	}
}

// S18: whatever the diagnosis says, the series of a job keep their labels, so
// that one job stays one alert.
func TestS18_LabelsDoNotChangeWithTheDiagnosis(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	d, recorded := zetaSource(now), recordedLost.view(t, now)
	next := func(after time.Duration, change func(view *watch.View)) *watch.View {
		view := *recorded
		snapshot := *recorded.Snapshot
		view.Snapshot = &snapshot
		view.AsOf = now.Add(after)
		change(&view)
		return &view
	}
	silent := func(view *watch.View) {
		view.Traces.ListSilentSince, view.Threads = now, nil
		view.Snapshot.Complete = false
	}
	split := func(view *watch.View) {
		view.Snapshot.Masters = []coordinator.MasterView{{Address: "http://a", Master: "a:5801"}, {Address: "http://b", Master: "b:5801"}}
	}
	causes, labels := map[float64]bool{}, map[string]string{}
	for i, change := range []func(*watch.View){
		func(view *watch.View) { view.Threads = nil }, func(*watch.View) {}, silent, silent, split, split, func(*watch.View) {}, func(*watch.View) {},
	} {
		view := next(time.Duration(i)*10*time.Second, change)
		read := d.reading(view, jobFilter{judge: d.judge(view)}, view.AsOf)
		for _, name := range []string{"canceling_age_seconds", "job_cause_code", "job_outlook_code"} {
			entry, _ := findMetric(name)
			samples := entry.samples(read)
			if len(samples) != 1 {
				t.Fatalf("step %d: %s has %d series", i, name, len(samples))
			}
			said := samples[0].labels["cluster"] + " " + samples[0].labels["job_id"] + " " + samples[0].labels["job_name"]
			if len(samples[0].labels) != 3 || labels[""] != "" && labels[""] != said {
				t.Errorf("step %d: %s has %v, before %q", i, name, samples[0].labels, labels[""])
			}
			labels[""] = said
			if name == "job_cause_code" {
				causes[samples[0].value] = true
			}
		}
	}
	for _, cause := range []diagnose.Cause{diagnose.CauseNotKnown, diagnose.CauseStatusLost, diagnose.CauseUnresponsive, diagnose.CauseSplit} {
		if !causes[float64(cause.Code())] {
			t.Errorf("%q was not shown: %v", cause, causes)
		}
	}
}

// What earlier polls showed, and our own requests, reach the rules.
func TestS13_ForgottenCancelAndOtherTraces(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	asked := func(view *watch.View, change func(*action.Intent)) []action.Intent {
		job := view.Jobs.At(1)
		intent := action.Intent{Kind: action.KindCancel, Answered: true, Outcome: action.OutcomeNotConfirmed, At: now.Add(-5 * time.Minute), Identity: action.Identity{Job: job.Job.ID, CreateTime: job.Episode.CreateTime, Master: view.Snapshot.Master}}
		change(&intent)
		return []action.Intent{intent}
	}
	for name, test := range map[string]struct {
		change func(d *Datasource, view *watch.View)
		cause  diagnose.Cause
	}{
		"forgotten": {func(_ *Datasource, view *watch.View) {
			view.Traces.Forgotten = map[coordinator.JobID]timeline.Episode{view.Jobs.At(1).Job.ID: {Master: "m0:5801", Since: now.Add(-time.Hour), LastSeen: now.Add(-time.Minute)}}
		}, diagnose.CauseForgotten},
		"restoring": {func(_ *Datasource, view *watch.View) {
			view.Traces.Restoring = map[coordinator.JobID]time.Time{view.Jobs.At(1).Job.ID: now.Add(-time.Second)}
		}, diagnose.CauseRestore},
		"cancel without effect": {func(d *Datasource, view *watch.View) {
			d.diagnosed.requests.intents = asked(view, func(*action.Intent) {})
		}, diagnose.CauseCancel},
		"cancel not answered": {func(d *Datasource, view *watch.View) {
			d.diagnosed.requests.intents = asked(view, func(intent *action.Intent) { intent.Answered = false })
		}, ""},
		"cancel of another job of that id": {func(d *Datasource, view *watch.View) {
			d.diagnosed.requests.intents = asked(view, func(intent *action.Intent) { intent.Identity.CreateTime = now })
		}, ""},
		"cancel to an earlier master": {func(d *Datasource, view *watch.View) {
			d.diagnosed.requests.intents = asked(view, func(intent *action.Intent) { intent.Identity.Master = "m0:5801" })
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, view := zetaSource(now), recordedLost.view(t, now)
			test.change(d, view)
			// The second job of the recording runs.
			if got := d.findings(view)[view.Jobs.At(1).Job.ID]; got.Cause != test.cause {
				t.Errorf("%+v", got)
			}
		})
	}
}
