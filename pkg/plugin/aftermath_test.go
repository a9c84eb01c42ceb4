package plugin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	leftoverQuery    = `{"queryType":"metric","metric":"leftover_tasks"}`
	unconfirmedQuery = `{"queryType":"metric","metric":"force_stops_unconfirmed"}`
)

// S39, S30: what is left behind is a number for each job with its worker in the
// notice, and a force stop without proof is counted. Nobody is named (S47).
func TestS39_LeftoversAndUnconfirmedAsMetrics(t *testing.T) {
	r := newRig(t, quiet)
	r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
	until := time.Now().Add(time.Hour)
	r.forceStop("733584788375666694", action.OutcomeStopped, &action.Leftovers{CheckedAt: time.Now(), Until: until, Tasks: []action.LeftoverTask{{Worker: "http://worker-1:8080", Threads: 2}}, NotChecked: []string{"http://worker-3:8080"}})
	r.forceStop("733584788375666695", action.OutcomeStopped, &action.Leftovers{CheckedAt: time.Now(), Until: until})
	r.forceStop("733584788375666696", action.OutcomeStopped, &action.Leftovers{CheckedAt: time.Now(), Until: until, NotChecked: []string{"http://worker-3:8080"}})
	open := r.forceStop("733584788375666697", action.OutcomeUnknown, nil)
	r.waitForRecords(4)

	for _, headers := range []map[string]string{nil, fromAlert} {
		response := r.query(leftoverQuery, headers)
		if response.Error != nil {
			t.Fatal(response.Error)
		}
		values := map[string]float64{}
		for _, field := range response.Frames[0].Fields {
			value, err := field.FloatAt(0)
			if err != nil || field.Labels["job_name"] != "orders to lake" || field.Labels["cluster"] != "lake" || len(field.Labels) != 3 {
				t.Errorf("%v, %v", field.Labels, err)
			}
			values[field.Labels["job_id"]] = value
		}
		// The third is not known, and not 0.
		if len(values) != 2 || values["733584788375666694"] != 2 || values["733584788375666695"] != 0 {
			t.Errorf("leftover tasks are %v", values)
		}
		if notice := response.Frames[0].Meta.Notices[0].Text; !strings.Contains(notice, "Not exposed") || !strings.Contains(notice, "733584788375666696") || !strings.Contains(notice, "worker-3") {
			t.Errorf("the notice says %q", notice)
		}
		if response := r.query(unconfirmedQuery, headers); response.Error != nil || valueOf(t, response) != 1 {
			t.Errorf("unconfirmed: %+v", response)
		}
	}
	body := r.call(editor, "GET", "/aftermath", "", nil)
	if len(body.body["watched"].([]any)) != 3 || len(body.body["unconfirmed"].([]any)) != 1 {
		t.Errorf("%s", body.raw)
	}
	if got := r.call(viewer, "GET", "/aftermath", "", nil); got.status != 403 {
		t.Errorf("a Viewer reads %d %s", got.status, got.raw)
	}
	result, err := r.datasource.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
	if err != nil || result.Status != backend.HealthStatusOk || !strings.Contains(result.Message, "force-stop of job 733584788375666697") || !strings.Contains(result.Message, "(unknown)") || !strings.Contains(result.Message, "Records are kept in SQLite.") {
		t.Errorf("health: %v %+v", err, result)
	}
	// The coordinator that would have to prove it does not answer: all the more.
	r.double.set(func(c *coordinatorDouble) { c.down = true })
	result, err = r.datasource.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
	if err != nil || result.Status != backend.HealthStatusError || !strings.Contains(result.Message, "733584788375666697") || strings.Contains(result.Message, "anna") {
		t.Errorf("health: %v %+v", err, result)
	}
	r.framesHold(t, "anna", "stuck since the deploy", open.ID)
}

// An alert rule never takes "not known" for "nothing is left".
func TestLeftovers_UnknownIsAnErrorToAlerts(t *testing.T) {
	for name, leftovers := range map[string]*action.Leftovers{
		"not asked yet":      nil,
		"no worker answered": {CheckedAt: time.Now(), NotChecked: []string{"http://worker-1:8080"}},
		"no addresses":       {CheckedAt: time.Now(), Unasked: "No worker addresses are set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, quiet)
			r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
			r.forceStop("733584788375666694", action.OutcomeStopped, leftovers)
			r.waitForRecords(1)
			response := r.query(leftoverQuery, fromAlert)
			if !errors.Is(response.Error, errNotExposed) || response.Status != backend.StatusBadGateway {
				t.Errorf("an alert rule gets %v", response.Error)
			}
			if response := r.query(leftoverQuery, nil); response.Error != nil || len(response.Frames[0].Fields) != 0 || len(response.Frames[0].Meta.Notices) == 0 {
				t.Errorf("a panel gets %+v", response)
			}
		})
	}
}

// A force stop that an act is still looking after is not unconfirmed.
func TestUnconfirmed_NotWhileTheActLooks(t *testing.T) {
	now, timing := time.Now(), action.DefaultTiming()
	intent := func(kind action.Kind, phase action.Phase, age time.Duration) action.Intent {
		return action.Intent{Kind: kind, Phase: phase, At: now.Add(-age)}
	}
	for name, row := range map[string]struct {
		intent action.Intent
		want   int
	}{
		"just sent":                 {intent(action.KindForceStop, action.PhaseVerifying, time.Minute), 0},
		"settled without proof":     {intent(action.KindForceStop, action.PhaseSettled, time.Minute), 1},
		"left behind by a crash":    {intent(action.KindForceStop, action.PhaseIntended, 3*time.Minute), 1},
		"a cancel without proof":    {intent(action.KindCancel, action.PhaseSettled, time.Hour), 0},
		"just recorded, not sent":   {intent(action.KindForceStop, action.PhaseIntended, time.Second), 0},
		"recorded by another clock": {intent(action.KindForceStop, action.PhaseIntended, -time.Minute), 0},
	} {
		if got := unconfirmedForceStops(action.Aftermath{Unconfirmed: []action.Intent{row.intent}}, now, timing); got != row.want {
			t.Errorf("%s counts %d, want %d", name, got, row.want)
		}
	}
}

// unreadable is a store whose records of acts cannot be read.
type unreadable struct{ action.Store }

func (unreadable) Unresolved(context.Context, watch.Scope, time.Time) ([]action.Intent, error) {
	return nil, errors.New("disk I/O error")
}

// S35: while the store is gone, the metrics of acts are an error to alert rules
// and "not exposed" to panels, and never 0; the others go on.
func TestS35_MetricsWithoutStore(t *testing.T) {
	for name, broken := range map[string]func(p *Process){
		"never opened": func(p *Process) { p.Store, p.StoreErr = nil, errors.New("the folder does not exist") },
		"unreadable":   func(p *Process) { p.Store = unreadable{p.Store} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, quiet)
			r.forceStop(stuckJob, action.OutcomeStopped, &action.Leftovers{CheckedAt: time.Now()})
			r.changeProcess(broken)
			r.datasource.Dispose()
			r.datasource = r.open(map[string]any{"urls": []string{r.double.server.URL}, "clusterId": "lake", "pollIntervalSeconds": 300})
			r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
			for _, query := range []string{leftoverQuery, unconfirmedQuery} {
				if response := r.query(query, fromAlert); !errors.Is(response.Error, errNotExposed) {
					t.Errorf("an alert rule gets %+v", response)
				}
				response := r.query(query, nil)
				if response.Error != nil || len(response.Frames[0].Fields) != 0 || !strings.Contains(response.Frames[0].Meta.Notices[0].Text, "The store cannot be read") {
					t.Errorf("a panel gets %+v", response)
				}
			}
			if response := r.query(`{"queryType":"metric","metric":"members"}`, fromAlert); response.Error != nil || valueOf(t, response) != 2 {
				t.Errorf("members: %+v", response)
			}
			if got := r.call(admin, "GET", "/aftermath", "", nil); got.status != 503 {
				t.Errorf("%d %s", got.status, got.raw)
			}
			if got := r.call(admin, "GET", "/support", "", nil).body; name == "never opened" && got["dismiss"].(map[string]any)["allowed"] != false {
				t.Errorf("%v", got["dismiss"])
			}
		})
	}
}

// S17: a lost job is counted, and is a series of its own for an alert rule.
func TestS17_LostJobsAsMetrics(t *testing.T) {
	view, now := goldenView()
	read := reading{view: view, now: now, cluster: "lake"}
	count, _ := findMetric("jobs_lost")
	if samples := count.samples(read); len(samples) != 1 || samples[0].value != 1 {
		t.Errorf("%v", samples)
	}
	read.filter = jobFilter{States: []coordinator.State{coordinator.StateLost}}
	ages, _ := findMetric("state_age_seconds")
	if samples := ages.samples(read); len(samples) != 1 || samples[0].labels["job_id"] != "733584788375666698" || samples[0].value < 0 {
		t.Errorf("%v", samples)
	}
	read.view = &watch.View{}
	if samples := count.samples(read); len(samples) != 1 || samples[0].value != 0 {
		t.Errorf("without lost jobs: %v", samples)
	}
}
