package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

var fromAlert = map[string]string{"FromAlert": "true"}

// The editor's catalogue and the backend's are one.
func TestCatalogue_MatchesTheEditors(t *testing.T) {
	raw, err := os.ReadFile("../../src/model/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	var editor []struct {
		metric
		PerJob  bool `json:"perJob"`
		PerPair bool `json:"perPair"`
		OfJobs  bool `json:"ofJobs"`
	}
	if err := json.Unmarshal(raw, &editor); err != nil {
		t.Fatal(err)
	}
	own := catalogue()
	if len(editor) != len(own) {
		t.Fatalf("%d metrics here, %d in the editor", len(own), len(editor))
	}
	for i, entry := range own {
		other := editor[i]
		if entry.Name != other.Name || entry.Unit != other.Unit || entry.Help != other.Help || !slices.Equal(entry.Labels, other.Labels) || other.PerJob != slices.Contains(entry.Labels, "job_id") || other.PerPair != slices.Contains(entry.Labels, "peer") || other.OfJobs != entry.OfJobs {
			t.Errorf("%s differs: %+v and %+v", entry.Name, entry, other)
		}
	}
}

// A fixed view, so that frames can be compared with golden files.
func goldenView() (*watch.View, time.Time) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	created := now.Add(-2 * time.Hour)
	job := func(id coordinator.JobID, name string, state coordinator.State, word string, age time.Duration, quality timeline.Quality, listed bool) watch.JobView {
		return watch.JobView{
			Job:    coordinator.Job{ID: id, Name: name, State: state, Word: word, CreateTime: created, Nodes: []string{"10.0.0.2:5802"}},
			Listed: listed,
			Episode: timeline.Episode{
				ID: string(id), Job: id, Name: name, State: state, Word: word, Since: now.Add(-age), ContinuousSince: now.Add(-age), Quality: quality,
				LastSeen: now.Add(-3 * time.Second), CreateTime: created,
			},
		}
	}
	snapshot := &coordinator.Snapshot{
		ReadAt: now.Add(-3 * time.Second), Complete: true, Master: "10.0.0.1:5801", Workers: 1, Version: "3.0.0", Dialect: "REST v2",
		Members: []coordinator.Member{{Address: "10.0.0.1:5801", Master: true}, {Address: "10.0.0.2:5802"}},
		Clock:   coordinator.Clock{Known: true, Skew: 90 * time.Second, Source: "HTTP Date"},
		Nodes:   []coordinator.Node{{Name: "nodeA"}, {Name: "nodeB"}, {Name: "nodeC", Err: coordinator.ErrUnreachable}},
	}
	snapshot.Capabilities.Delivery.Supported = true
	return &watch.View{
		Snapshot: snapshot, Complete: snapshot, AsOf: snapshot.ReadAt, CompleteAsOf: snapshot.ReadAt, Pairs: goldenPairs(now), PollErrors: 4, MasterChanges: 1, MasterStableSince: now.Add(-time.Hour),
		Jobs: timeline.JobsOf(
			job("733584788375666689", "orders to lake", coordinator.StateCanceling, "CANCELING", 12*time.Minute, timeline.QualityObserved, true),
			job("733584788375666690", `<img src=x onerror=alert(1)>`, coordinator.StateCanceling, "CANCELING", 40*time.Minute, timeline.QualityAtLeast, true),
			job("733584788375666691", "young", coordinator.StateCanceling, "CANCELING", 20*time.Second, timeline.QualityObserved, true),
			job("733584788375666692", "healthy", coordinator.StateRunning, "RUNNING", time.Hour, timeline.QualityAtLeast, true),
			job("733584788375666693", "vanished", coordinator.StateCanceling, "CANCELING", 15*time.Minute, timeline.QualityObserved, false),
			job("733584788375666698", "lost", coordinator.StateLost, "RUNNING", 11*time.Minute, timeline.QualityObserved, false),
		),
	}, now
}

// goldenPairs are a pair that is lost, one whose events are gone, a healthy one
// and one that nobody tells about.
func goldenPairs(now time.Time) []delivery.Pair {
	lost := &delivery.Loss{
		Node: "nodeA", Peer: "nodeC", LastContact: now.Add(-10 * time.Minute), FirstMissed: now.Add(-9 * time.Minute), AtContact: 1000, AtMissed: 1090,
		Outcome: delivery.OutcomeWaiting, Certainty: delivery.Likely, Sent: delivery.Bracket{Least: 2410, Most: 2500}, Limit: 10_000, LastLook: now.Add(-3 * time.Second),
	}
	gone := &delivery.Loss{
		Node: "nodeC", Peer: "nodeA", FirstMissed: now.Add(-2 * time.Hour), ReturnedAt: now.Add(-time.Hour), Ended: now.Add(-time.Hour),
		Outcome: delivery.OutcomeOverflowed, Certainty: delivery.Proven, Sent: delivery.Bracket{Least: 10_400, Most: 10_600}, Limit: 10_000, LastLook: now.Add(-time.Hour),
	}
	return []delivery.Pair{
		{Node: "nodeA", Peer: "nodeB", Reach: delivery.Reachable, Limit: new(int64(10_000)), Undelivered: new(int64(0)), Held: new(int64(0)), Rate: new(2.5), NodeStarted: new(now.Add(-48 * time.Hour))},
		{
			Node: "nodeA", Peer: "nodeC", Reach: delivery.Lost, Loss: lost, Limit: new(int64(10_000)), SentSinceLoss: &lost.Sent, Fill: new(0.25), Bytes: new(int64(5_000_000)),
			Undelivered: new(int64(2500)), InboundLeft: new(50 * time.Minute), Rate: new(4.0), OverflowIn: new(1875 * time.Second), Deadline: new(now.Add(1872 * time.Second)),
			DeadlineOf: delivery.LimitOverflow, ExecutionsLeft: new(int64(2500)), NotExposed: []string{"nodeC does not answer: its inbound events buffer is not known."},
		},
		{Node: "nodeC", Peer: "nodeA", Reach: delivery.Reachable, Loss: gone, Limit: new(int64(10_000)), Undelivered: new(int64(0)), Releases: 1},
		{Node: "nodeC", Peer: "nodeB", Reach: delivery.NotSeen, NotExposed: []string{"nodeC does not answer: what it has sent is not known."}},
	}
}

// goldenFindings is a parent that waits for what cannot come.
func goldenFindings(now time.Time) map[coordinator.JobID]diagnose.Finding {
	return map[coordinator.JobID]diagnose.Finding{"733584788375666692": {
		Rule: "sent events buffer overflowed", Cause: diagnose.CauseOverflowed, Outlook: diagnose.CannotRecover, Confidence: delivery.Proven,
		Advice: "Abort this parent and run it again.", WaitingSince: now.Add(-30 * time.Minute), Child: "12", Node: "nodeC", Peer: "nodeA",
		Evidence: []diagnose.Evidence{{At: now.Add(-30 * time.Minute), Source: diagnose.SourceExecutions, Sentence: "Child 12 ended."}},
	}}
}

// goldenAftermath has a force stop that left tasks behind, a clean one, one of
// which nobody knows, and one whose end is not proven.
func goldenAftermath(now time.Time) action.Aftermath {
	forced := func(id coordinator.JobID, name string, leftovers *action.Leftovers) action.Intent {
		return action.Intent{
			ID: "plan-" + string(id), Kind: action.KindForceStop, Actor: action.Actor{Login: "anna", Email: "anna@example.org"}, Reason: "stuck since the deploy",
			Card: action.JobCard{ID: id, Name: name}, Identity: action.Identity{Cluster: "lake", Job: id}, At: now.Add(-10 * time.Minute), Phase: action.PhaseSettled, Outcome: action.OutcomeStopped, Leftovers: leftovers,
		}
	}
	unconfirmed := forced("733584788375666697", "unproven", nil)
	unconfirmed.Outcome = action.OutcomeUnknown
	return action.Aftermath{
		ReadAt:      now.Add(-2 * time.Second),
		Unconfirmed: []action.Intent{unconfirmed},
		Watched: []action.Intent{
			forced("733584788375666694", "left behind", &action.Leftovers{CheckedAt: now, Tasks: []action.LeftoverTask{{Worker: "http://worker-1:8080", Threads: 2}, {Worker: "http://worker-2:8080", Threads: 1}}, NotChecked: []string{"http://worker-3:8080"}}),
			forced("733584788375666695", "clean", &action.Leftovers{CheckedAt: now}),
			forced("733584788375666696", "nobody knows", &action.Leftovers{CheckedAt: now, NotChecked: []string{"http://worker-3:8080"}}),
		},
	}
}

// goldenDetection is the policy of detection that stands where nothing is set.
func goldenDetection() diagnose.Policy {
	return diagnose.Policy{
		Canceling: 3 * time.Minute, Failing: 3 * time.Minute, Savepointing: 10 * time.Minute, ParentWaiting: 3 * time.Minute,
		Settle: time.Minute, SavepointStall: 10 * time.Minute,
	}
}

// goldenSource is a data source without a watcher, for pure frames.
func goldenSource(now time.Time) *Datasource {
	policy := action.DefaultPolicy()
	policy.Enabled = true
	process := &Process{Now: func() time.Time { return now }}
	d := &Datasource{process: process, started: now.Add(-time.Hour), settings: Settings{Cluster: "lake", Interval: 10 * time.Second, StuckAfter: 3 * time.Minute, Policy: policy, Detection: goldenDetection()}}
	d.guard = action.NewService(action.Deps{Policy: policy, Cluster: "lake", Interval: 10 * time.Second, Now: process.Now})
	return d
}

func TestFrames_Golden(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	limit := defaultLimit
	jobs := query{QueryType: queryTypeJobs, SortBy: sortByAge, Limit: &limit}
	experimental.CheckGoldenJSONFrame(t, "testdata", "jobs-stuck", d.jobsFrame(view, jobs, jobFilter{StuckOnly: true, judge: d.judge(view)}, now), false)
	all := jobs
	d.diagnosed.view, d.diagnosed.of, d.diagnosed.spoken = view, goldenFindings(now), nil
	experimental.CheckGoldenJSONFrame(t, "testdata", "jobs-diagnosed", d.jobsFrame(view, all, jobFilter{JobID: "733584788375666692", judge: d.judge(view)}, now), false)
	experimental.CheckGoldenJSONFrame(t, "testdata", "delivery", d.deliveryFrame(view, jobs, pairFilter{}, now), false)
	for _, entry := range catalogue() {
		read := d.reading(view, jobFilter{judge: d.judge(view)}, now)
		read.eventBytes, read.aftermath, read.timing = 2000, goldenAftermath(now), action.DefaultTiming()
		experimental.CheckGoldenJSONFrame(t, "testdata", "metric-"+entry.Name, metricFrame(entry, entry.samples(read), asOf(entry, read)), false)
	}
}

// Labels identify and never describe, so that one job stays one alert.
func TestMetrics_LabelsAreStable(t *testing.T) {
	view, now := goldenView()
	later := *view
	later.Jobs = view.Jobs.Changed(func(job *watch.JobView) {
		job.Episode.Quality = timeline.QualityAtLeast
		job.Episode.ID, job.Listed = "another", false
		job.Job.Nodes = []string{"elsewhere"}
	})
	for _, entry := range catalogue() {
		before := entry.samples(reading{view: view, now: now, cluster: "lake", filter: jobFilter{judge: judge{policy: goldenDetection(), view: view}}})
		after := entry.samples(reading{view: &later, now: now.Add(time.Minute), cluster: "lake", filter: jobFilter{judge: judge{policy: goldenDetection(), view: &later}}})
		for i := range before {
			if !sameLabels(before[i].labels, after[i].labels) {
				t.Errorf("%s: %v became %v", entry.Name, before[i].labels, after[i].labels)
			}
		}
	}
}

func sameLabels(a, b data.Labels) bool { return a.Equals(b) }

// Numeric wide frames: what alert rules take ("must be a wide series but got
// type long" is what users complain about).
func TestMetrics_AreNumericWide(t *testing.T) {
	view, now := goldenView()
	for _, entry := range catalogue() {
		frame := metricFrame(entry, entry.samples(reading{view: view, now: now, cluster: "lake", filter: jobFilter{judge: judge{policy: goldenDetection(), view: view}}}), now)
		if frame.Meta.Type != data.FrameTypeNumericWide {
			t.Errorf("%s: %s", entry.Name, frame.Meta.Type)
		}
		for _, field := range frame.Fields {
			if field.Len() != 1 || field.Type() != data.FieldTypeFloat64 || field.Labels["cluster"] != "lake" {
				t.Errorf("%s: %d rows of %s with %v", entry.Name, field.Len(), field.Type(), field.Labels)
			}
		}
	}
}

func TestQuery_Faults(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	for body, says := range map[string]string{
		`{"queryType":"jobs","limit":0}`:                                   "use 1 to 5000",
		`{"queryType":"jobs","limit":1000000}`:                             "use 1 to 5000",
		`{"queryType":"jobs","offset":-1}`:                                 "must not be negative",
		`{"queryType":"jobs","sortBy":"colour"}`:                           "cannot be sorted",
		`{"queryType":"jobs","states":["CANCELING"]}`:                      "is not known",
		`{"queryType":"jobs","minAgeSeconds":-3}`:                          "out of range",
		`{"queryType":"jobs","limit":"many"}`:                              "limit must not be a string",
		`{"queryType":"metric","metric":"happiness"}`:                      "is not known",
		`{"queryType":"stop","jobId":"733584788375666689"}`:                `use "jobs", "metric", "delivery", "states" or "events"`,
		`{"queryType":"jobs","schemaVersion":2}`:                           "newer version",
		`{"queryType":"metric","metric":"members","states":"x","limit":1}`: "must not be a string",
	} {
		response := r.query(body, nil)
		if response.Error == nil || !strings.Contains(response.Error.Error(), says) || response.Status != backend.StatusBadRequest {
			t.Errorf("%s: %v (%d), want a sentence with %q", body, response.Error, response.Status, says)
		}
	}
	// S23: no query of any form changes anything.
	if stops := r.double.seen("stop-job"); len(stops) != 0 {
		t.Errorf("a query sent a stop: %v", stops)
	}
}

// S01 at the query: while blind, alert rules get an error for jobs and values
// for the watchdog; panels get the last jobs with a notice, never nothing.
func TestS01_Blind(t *testing.T) {
	r := newRig(t, nil)
	r.double.set(func(c *coordinatorDouble) { c.state = "CANCELING" })
	r.waitForState("CANCELING")
	if response := r.query(`{"queryType":"metric","metric":"canceling_age_seconds"}`, fromAlert); response.Error != nil || len(response.Frames[0].Fields) != 1 {
		t.Fatalf("while seen: %v, %v", response.Error, response.Frames)
	}

	r.double.set(func(c *coordinatorDouble) { c.down = true })
	r.waitFor("the outage", func(view *watch.View) bool { return view.Err != nil && r.datasource.blind(view, time.Now()) })
	for _, metric := range []string{"canceling_age_seconds", "canceling_age_is_lower_bound", "state_age_seconds", "stuck_jobs", "jobs", "jobs_lost"} {
		response := r.query(`{"queryType":"metric","metric":"`+metric+`"}`, fromAlert)
		if !errors.Is(response.Error, errBlind) || response.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s to an alert rule: %v", metric, response.Error)
		}
		if response := r.query(`{"queryType":"metric","metric":"`+metric+`"}`, nil); response.Error != nil || len(response.Frames[0].Meta.Notices) == 0 {
			t.Errorf("%s to a panel: %v", metric, response.Error)
		}
	}
	for metric, least := range map[string]float64{"poll_age_seconds": 5, "poll_errors_total": 1} {
		response := r.query(`{"queryType":"metric","metric":"`+metric+`"}`, fromAlert)
		if response.Error != nil {
			t.Fatalf("%s failed: %v", metric, response.Error)
		}
		if value, err := response.Frames[0].Fields[0].FloatAt(0); err != nil || value < least {
			t.Errorf("%s is %g, %v", metric, value, err)
		}
	}
	if response := r.query(`{"queryType":"metric","metric":"members"}`, fromAlert); response.Error != nil || valueOf(t, response) != 0 {
		t.Errorf("members: %v", response)
	}
	response := r.query(`{"queryType":"jobs"}`, nil)
	meta, ok := response.Frames[0].Meta.Custom.(frameMeta)
	if response.Error != nil || !ok || !meta.Blind || response.Frames[0].Rows() != 1 || !strings.Contains(response.Frames[0].Meta.Notices[0].Text, "UNKNOWN") {
		t.Errorf("the panel: %v, %+v", response.Error, response.Frames[0].Meta)
	}
}

func valueOf(t *testing.T, response backend.DataResponse) float64 {
	t.Helper()
	value, err := response.Frames[0].Fields[0].FloatAt(0)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// One failing poll is not blindness, but no proof of emptiness either.
func TestEmptyAnswer_OnlyAfterACompletePoll(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 60 })
	r.waitForState("RUNNING")
	if response := r.query(`{"queryType":"metric","metric":"canceling_age_seconds"}`, fromAlert); response.Error != nil || len(response.Frames[0].Fields) != 0 {
		t.Fatalf("after a complete poll: %v", response.Error)
	}
	view, now := goldenView()
	view.Jobs, view.Err = timeline.Jobs{}, coordinator.ErrUnreachable
	if lastPollComplete(view) {
		t.Error("a failed poll counts as complete")
	}
	_ = now
}

// S47: no frame holds persons, reasons or plan ids, and frames do not differ
// by user.
func TestS47_FramesHoldNoPersons(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	r.settleMaster()
	plan := r.makePlan("cancel")
	r.confirmPlan(plan)
	r.follow(plan.body["id"].(string))
	r.framesHold(t, "anna", "Anna", "example.org", "stuck since the deploy", plan.body["id"].(string))
}

// framesHold fails where a frame of any query, asked by anybody, holds one of
// these texts, and where frames differ by who asks.
func (r *rig) framesHold(t *testing.T, secrets ...string) {
	t.Helper()
	queries := []backend.DataQuery{{RefID: "jobs", JSON: []byte(`{"queryType":"jobs"}`)}}
	for _, entry := range catalogue() {
		queries = append(queries, backend.DataQuery{RefID: entry.Name, JSON: []byte(`{"queryType":"metric","metric":"` + entry.Name + `"}`)})
	}
	shapes := map[string]string{}
	for _, user := range []*backend.User{nil, viewer, admin, second, {Login: "service", Role: "Admin"}, {Login: "grafana_scheduler", Role: "Admin"}} {
		response, err := r.datasource.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext(user), Queries: queries})
		if err != nil {
			t.Fatal(err)
		}
		for name, one := range response.Responses {
			text, err := one.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range secrets {
				if strings.Contains(string(text), secret) {
					t.Errorf("%s holds %q", name, secret)
				}
			}
			shape := ""
			for _, frame := range one.Frames {
				for _, field := range frame.Fields {
					shape += fmt.Sprintln(field.Name, field.Labels, field.Len())
				}
			}
			if earlier, seen := shapes[name]; seen && earlier != shape {
				t.Errorf("%s differs by who asks: %s and %s", name, earlier, shape)
			}
			shapes[name] = shape
		}
	}
}
