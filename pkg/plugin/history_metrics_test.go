package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// pastFake is a store of looks, episodes and samples.
type pastFake struct {
	looks   []watch.Look
	spans   []watch.Span
	samples []watch.Sample
	cut     bool
	err     error
	filter  watch.EpisodeFilter
}

func (f *pastFake) LooksBetween(context.Context, watch.Scope, string, time.Time, time.Time) ([]watch.Look, error) {
	return f.looks, f.err
}

func (f *pastFake) SamplesBetween(context.Context, watch.Scope, string, string, time.Time, time.Time, int) ([]watch.Sample, bool, error) {
	return f.samples, f.cut, f.err
}

func (f *pastFake) SpansBetween(_ context.Context, _ watch.Scope, _ string, _, _ time.Time, filter watch.EpisodeFilter, _ int) ([]watch.Span, bool, error) {
	f.filter = filter
	var found []watch.Span
	for _, one := range f.spans {
		if fits(timeline.Episode{State: one.State, Name: one.Name, Job: one.Job}, filter, one.Since) {
			found = append(found, one)
		}
	}
	return found, f.cut, f.err
}

// pastRig is a data source whose last ten minutes are asked for, a point each
// minute.
type pastRig struct {
	t    *testing.T
	d    *Datasource
	view *watch.View
	// jobs are those of view.
	jobs  []watch.JobView
	now   time.Time
	store *pastFake
}

func newPastRig(t *testing.T, store *pastFake) *pastRig {
	view, now := goldenView()
	view.Jobs, view.Pairs = timeline.Jobs{}, nil
	d := goldenSource(now)
	d.process.History, d.process.Samples = &historyFake{}, store
	if store.looks == nil {
		store.looks = []watch.Look{{Since: now.Add(-24 * time.Hour), Until: now}}
	}
	return &pastRig{t: t, d: d, view: view, now: now, store: store}
}

func (r *pastRig) ago(minutes float64) time.Time {
	return r.now.Add(-time.Duration(minutes * float64(time.Minute)))
}

// span is an episode from so many minutes ago to so many; 0 is open.
func (r *pastRig) span(job coordinator.JobID, state coordinator.State, since, until float64) watch.Span {
	one := watch.Span{Job: job, Name: "orders", State: state, Since: r.ago(since)}
	if until > 0 {
		one.Until = r.ago(until)
	}
	return one
}

// open shows a job at the newest look, too.
func (r *pastRig) open(job coordinator.JobID, state coordinator.State, since float64) {
	r.jobs = append(r.jobs, watch.JobView{Listed: true, Job: coordinator.Job{ID: job, Name: "orders", State: state},
		Episode: timeline.Episode{ID: string(job), Job: job, Name: "orders", State: state, Since: r.ago(since), LastSeen: r.view.CompleteAsOf}})
	r.view.Jobs = timeline.JobsOf(r.jobs...)
}

func (r *pastRig) ask(metric string, change func(*backend.DataQuery, *query, *jobFilter)) (data.Frames, error) {
	r.t.Helper()
	raw := backend.DataQuery{RefID: "A", Interval: time.Minute, MaxDataPoints: 500, TimeRange: backend.TimeRange{From: r.ago(10), To: r.now}}
	parsed, filter := query{Metric: metric, Range: true}, jobFilter{judge: judge{policy: r.d.settings.Detection, view: r.view}}
	if change != nil {
		change(&raw, &parsed, &filter)
	}
	filter.StuckOnly = parsed.StuckOnly
	return r.d.answerPast(r.t.Context(), raw, parsed, filter, r.view, r.now)
}

// series gives the frames as text: for each the labels that tell it apart, then
// the minutes before now with their values.
func (r *pastRig) series(metric string, change func(*backend.DataQuery, *query, *jobFilter)) string {
	r.t.Helper()
	frames, err := r.ask(metric, change)
	if err != nil {
		r.t.Fatal(err)
	}
	var all []string
	for _, frame := range frames {
		var points []string
		for row := range frame.Rows() {
			at, _ := frame.Fields[0].At(row).(time.Time)
			value, _ := frame.Fields[1].At(row).(*float64)
			text := "-"
			if value != nil {
				text = fmt.Sprint(*value)
			}
			points = append(points, fmt.Sprintf("%g:%s", r.now.Sub(at).Minutes(), text))
		}
		if labels := frame.Fields[1].Labels; len(points) > 0 {
			all = append(all, strings.TrimSpace(labels["job_id"]+labels["state"]+labels["node"])+" "+strings.Join(points, " "))
		}
	}
	return strings.TrimSpace(strings.Join(all, " | "))
}

func TestPast_AgesFromEpisodes(t *testing.T) {
	r := newPastRig(t, &pastFake{})
	r.store.spans = []watch.Span{r.span("1", coordinator.StateRunning, 60, 8), r.span("1", coordinator.StateCanceling, 8, 5), r.span("2", coordinator.StateCanceling, 2, 0)}
	r.open("2", coordinator.StateCanceling, 2)
	// Then there is an age at each step while the job was so, a gap after it, and
	// the present value at the end.
	if got, want := r.series("canceling_age_seconds", nil), "1 8:0 7:60 6:120 5:- | 2 2:0 1:60 0:120"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if states := r.store.filter.States; len(states) != 1 || states[0] != coordinator.StateCanceling {
		t.Errorf("asked for %v", states)
	}
	// Filters hold for the past as they do now.
	onlyOld := func(_ *backend.DataQuery, _ *query, f *jobFilter) { f.MinAge = time.Minute }
	if got, want := r.series("canceling_age_seconds", onlyOld), "1 7:60 6:120 5:- | 2 1:60 0:120"; got != want {
		t.Errorf("of at least a minute: %s, want %s", got, want)
	}
	if got, want := r.series("longest_canceling_age_seconds", nil), "10:0 9:0 8:0 7:60 6:120 5:0 4:0 3:0 2:0 1:60 0:120"; got != want {
		t.Errorf("the longest: %s", got)
	}
	otherState := func(_ *backend.DataQuery, _ *query, f *jobFilter) {
		f.States = []coordinator.State{coordinator.StateRunning}
	}
	if got := r.series("canceling_age_seconds", otherState); got != "" {
		t.Errorf("of running ones: %s", got)
	}
}

func TestS01_PastIsAGapWhereNobodyLooked(t *testing.T) {
	r := newPastRig(t, &pastFake{})
	r.store.looks = []watch.Look{{Since: r.ago(60), Until: r.ago(7)}, {Since: r.ago(3), Until: r.ago(1)}}
	r.store.spans = []watch.Span{r.span("1", coordinator.StateCanceling, 9, 0)}
	r.open("1", coordinator.StateCanceling, 9)
	if got, want := r.series("canceling_age_seconds", nil), "1 9:0 8:60 7:120 6:- 3:360 2:420 1:480 0:540"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := r.series("stuck_jobs", nil), "10:0 9:0 8:0 7:0 6:- 3:1 2:1 1:1 0:1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// What was watched without a gap by an episode's own word was looked at.
	r.store.spans[0].ContinuousSince, r.store.spans[0].LastSeen = r.ago(9), r.ago(2)
	if got := r.series("canceling_age_seconds", nil); strings.Contains(got, "-") {
		t.Errorf("%s", got)
	}
	// Blind now: the line ends.
	r.store.spans[0].ContinuousSince, r.store.spans[0].LastSeen = time.Time{}, time.Time{}
	r.view.CompleteAsOf = r.ago(2)
	r.store.looks[1].Until = r.ago(2)
	if got, want := r.series("canceling_age_seconds", nil), "1 9:0 8:60 7:120 6:- 3:360 2:420 1:-"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPast_Counts(t *testing.T) {
	r := newPastRig(t, &pastFake{})
	// Given a job that is canceled while the master changes (its second episode
	// takes over the beginning), and one that the coordinator dates between two
	// looks.
	taken := r.span("1", coordinator.StateCanceling, 9, 4)
	taken.Until = r.ago(2)
	r.store.spans = []watch.Span{
		r.span("1", coordinator.StateCanceling, 9, 4), taken,
		r.span("2", coordinator.StateRunning, 60, 5.5), r.span("2", coordinator.StateCanceling, 6.5, 3), r.span("3", coordinator.StateRunning, 60, 0),
	}
	r.open("3", coordinator.StateRunning, 60)
	// Then each is counted once at a time.
	wanted := "canceling 10:0 9:1 8:1 7:1 6:2 5:2 4:2 3:1 2:0 1:0 0:0"
	if got := r.series("jobs", nil); !strings.Contains(got, wanted) || !strings.Contains(got, "running 10:2 9:2 8:2 7:2 6:1 5:1 4:1 3:1 2:1 1:1 0:1") {
		t.Errorf("%s", got)
	}
	// Stuck counts from the threshold of 3 minutes on.
	if got, want := r.series("stuck_jobs", nil), "10:0 9:0 8:0 7:0 6:1 5:1 4:1 3:1 2:0 1:0 0:0"; got != want {
		t.Errorf("stuck: %s", got)
	}
	// A change of master before it puts it off, one after it does not.
	r.d.settings.Detection.Settle = 90 * time.Second
	r.d.process.History = &historyFake{events: []timeline.Event{{At: r.ago(6.5), Kind: timeline.EventMasterChanged}, {At: r.ago(3.5), Kind: timeline.EventMasterChanged}}}
	if got, want := r.series("stuck_jobs", nil), "10:0 9:0 8:0 7:0 6:0 5:1 4:1 3:1 2:0 1:0 0:0"; got != want {
		t.Errorf("stuck beside changes of master: %s", got)
	}
}

func TestPast_Samples(t *testing.T) {
	r := newPastRig(t, &pastFake{})
	at := func(node string, minutes float64, value *float64) watch.Sample {
		one := watch.Sample{Node: node, At: r.ago(minutes), Value: value}
		if node != "" {
			one.Peer = "nodeC"
		}
		return one
	}
	// A pair's figure stands until it changes, is gone, or nobody looks.
	r.store.samples = []watch.Sample{at("nodeA", 60, new(0.25)), at("nodeA", 7, new(0.5)), at("nodeA", 4, nil), at("nodeB", 3, new(1.0))}
	r.store.looks = []watch.Look{{Since: r.ago(60), Until: r.ago(8)}, {Since: r.ago(7), Until: r.ago(2)}}
	r.view.CompleteAsOf = r.ago(2)
	if got, want := r.series("sent_buffer_fill_ratio", nil), "nodeA 10:0.25 9:0.25 8:0.25 7:0.5 6:0.5 5:0.5 4:- | nodeB 3:1 2:1 1:-"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// The cluster's own are known only where they were told, and the extreme of a
	// step is not overlooked.
	r = newPastRig(t, &pastFake{})
	r.store.samples = []watch.Sample{at("", 10, new(3.0)), at("", 9, new(200.0)), at("", 8.5, new(5.0)), at("", 8, new(4.0))}
	everyTwo := func(raw *backend.DataQuery, _ *query, _ *jobFilter) { raw.Interval = 2 * time.Minute }
	if got, want := r.series("poll_age_seconds", everyTwo), "10:3 8:200 6:4 4:- 0:3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.store.samples = []watch.Sample{at("", 10, new(3.0)), at("", 9, new(0.0)), at("", 8, new(3.0))}
	if got := r.series("members", everyTwo); !strings.HasPrefix(got, "10:3 8:0") {
		t.Errorf("members: %s", got)
	}
}

func TestPast_IsBoundedAndSaysSo(t *testing.T) {
	r := newPastRig(t, &pastFake{cut: true})
	for i := range mostSeries + 20 {
		r.store.spans = append(r.store.spans, r.span(coordinator.JobID(fmt.Sprintf("%04d", i)), coordinator.StateCanceling, 600, 1))
	}
	frames, err := r.ask("canceling_age_seconds", func(raw *backend.DataQuery, _ *query, _ *jobFilter) {
		raw.Interval, raw.MaxDataPoints, raw.TimeRange.From = time.Second, 100_000, r.ago(60*24*30)
	})
	if err != nil || len(frames) != mostSeries {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	var said []string
	for _, notice := range frames[0].Meta.Notices {
		said = append(said, notice.Text)
	}
	for _, part := range []string{"at most 1000 are computed", "more than 100000 episodes", "500 of 520 jobs are shown"} {
		if !strings.Contains(strings.Join(said, " "), part) {
			t.Errorf("%q is not said in %q", part, said)
		}
	}
	for length := time.Duration(1); length < 400*24*time.Hour; length = length*7 + 13*time.Millisecond {
		steps, _ := stepsOf(span{r.now.Add(-length), r.now}, backend.DataQuery{Interval: time.Millisecond, MaxDataPoints: 5000})
		if steps.count > mostSteps || steps.count > 0 && (steps.at(0).Before(r.now.Add(-length)) || steps.at(steps.count-1).After(r.now)) {
			t.Errorf("%s: %+v", length, steps)
		}
	}
}

func TestPast_NoStoreFailsOrKeepsNothing(t *testing.T) {
	r := newPastRig(t, &pastFake{err: errors.New("disk full")})
	for _, metric := range []string{"stuck_jobs", "members"} {
		if _, err := r.ask(metric, nil); !errors.Is(err, errHistory) {
			t.Errorf("%s: %v", metric, err)
		}
	}
	// What is not kept is told as it is now, and so is everything without a store.
	r.open("1", coordinator.StateCanceling, 9)
	for metric, part := range map[string]string{"master_changes_total": "Nothing of this metric is kept", "stuck_jobs": "Only the present is known"} {
		r.d.process.Samples = nil
		frames, err := r.ask(metric, nil)
		if err != nil || r.series(metric, nil) != "0:1" || !strings.Contains(frames[0].Meta.Notices[0].Text, part) {
			t.Errorf("%s: %v, %s", metric, err, r.series(metric, nil))
		}
	}
	// A range without an end is refused.
	if _, err := r.ask("stuck_jobs", func(raw *backend.DataQuery, _ *query, _ *jobFilter) { raw.TimeRange = backend.TimeRange{} }); err == nil {
		t.Error("a query without a range was answered")
	}
}

// What the process keeps, a query over time finds; alert rules always get now.
func TestPast_ThroughTheWholeProcess(t *testing.T) {
	r := newRig(t, nil)
	r.process.Samples = r.store
	r.waitForState("RUNNING")
	r.double.set(func(c *coordinatorDouble) { c.state = "CANCELING" })
	r.waitForState("CANCELING")
	body := `{"queryType":"metric","schemaVersion":1,"metric":"jobs","range":true}`
	now := time.Now()
	response, err := r.datasource.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext(nil), Queries: []backend.DataQuery{
		{RefID: "A", JSON: []byte(body), Interval: time.Second, MaxDataPoints: 100, TimeRange: backend.TimeRange{From: now.Add(-time.Minute), To: now}},
	}})
	if err != nil || response.Responses["A"].Error != nil {
		t.Fatalf("%v, %v", err, response.Responses["A"].Error)
	}
	frames := response.Responses["A"].Frames
	if len(frames) != len(openStates) || frames[0].Meta.Type != data.FrameTypeTimeSeriesMulti {
		t.Errorf("%d frames", len(frames))
	}
	alert := r.query(body, fromAlert)
	if alert.Error != nil || len(alert.Frames) != 1 || alert.Frames[0].Meta.Type != data.FrameTypeNumericWide {
		t.Errorf("an alert rule gets %+v", alert)
	}
}
