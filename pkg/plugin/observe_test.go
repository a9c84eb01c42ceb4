package plugin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// ownMetrics gives the process' own metrics as Grafana is told them.
func (r *rig) ownMetrics() string {
	r.t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	var text strings.Builder
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			r.t.Fatal(err)
		}
	}
	return text.String()
}

// The plugin's metrics are readable without a login: whatever happens, they
// name nobody and nothing, and do not grow with what is asked.
func TestOwnMetrics_CountWhatHappensAndNameNobody(t *testing.T) {
	r := newRig(t, nil)
	r.double.set(func(c *coordinatorDouble) { c.threads = 1 })
	r.waitForState("RUNNING")
	r.settleMaster()
	plan := r.makePlan("cancel")
	r.confirmPlan(plan)
	for _, body := range []string{`{"queryType":"jobs"}`, `{"queryType":"metric","metric":"jobs"}`, `{"queryType":"metric","metric":"none"}`, `{`} {
		r.query(body, nil)
	}
	for i := range 50 {
		r.query(fmt.Sprintf(`{"queryType":"invented-%d"}`, i), nil)
	}
	for _, route := range routeCases() {
		r.later.Add(int64(10 * time.Second))
		r.call(viewer, route.method, route.path, route.body, intent(route.intent))
	}
	r.double.set(func(c *coordinatorDouble) { c.down = true })
	r.waitForMetric(`unjam_poll_errors_total{class="unreachable"} `)

	text := r.ownMetrics()
	for _, line := range []string{
		`unjam_polls_total{result="complete"} `, `unjam_polls_total{result="failed"} `, `unjam_watchers 1`, `unjam_snapshot_jobs 1`, `unjam_snapshot_nodes 2`,
		`unjam_queries_total{result="ok",type="jobs"} 1`, `unjam_queries_total{result="ok",type="metric"} 1`, `unjam_queries_total{result="wrong_query",type="metric"} 1`,
		`unjam_queries_total{result="wrong_query",type="other"} 51`, `unjam_refused_attempts_total{guard="role"} `,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("there is no %s", line)
		}
	}
	for _, name := range []string{stuckJob, "orders", "lake", "anna", "vera", "127.0.0.1", "http", `"ds"`, "invented", strings.TrimPrefix(r.double.server.URL, "http://")} {
		if strings.Contains(text, name) {
			t.Errorf("the metrics name %s", name)
		}
	}
	// Measured 100: histograms have 15 series each.
	if series := strings.Count(text, "\n") - strings.Count(text, "# "); series > 150 {
		t.Errorf("there are %d series:\n%s", series, text)
	}
}

// waitForMetric waits until a series has counted.
func (r *rig) waitForMetric(series string) {
	r.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for strings.Contains(r.ownMetrics(), "\n"+series+"0\n") {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s stays 0", series)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// One trace tells how an action went; the act itself, which outlives the
// request, is linked to it.
func TestTraces_OfAnActionNameNoJobAndNoHost(t *testing.T) {
	r := newRig(t, nil)
	r.double.set(func(c *coordinatorDouble) { c.onStop = func(c *coordinatorDouble) { c.state = "CANCELED" } })
	r.waitForState("RUNNING")
	r.settleMaster()
	plan := r.makePlan("cancel")
	r.confirmPlan(plan)
	r.follow(plan.body["id"].(string))
	r.datasource.Dispose()
	r.process.Registry.Close()

	var confirmed, linked string
	names := map[string]bool{}
	for _, span := range r.spans.GetSpans() {
		names[span.Name] = true
		switch span.Name {
		case "unjam.confirm":
			confirmed = span.SpanContext.SpanID().String()
		case "unjam.act":
			if len(span.Links) == 1 {
				linked = span.Links[0].SpanContext.SpanID().String()
			}
		}
		told := fmt.Sprintf("%s %v %v %v", span.Name, span.Attributes, span.Events, span.Status)
		for _, name := range []string{stuckJob, "orders", "lake", "anna", "127.0.0.1", "http:", "stuck since"} {
			if strings.Contains(told, name) {
				t.Errorf("the span %s names %s: %s", span.Name, name, told)
			}
		}
	}
	for _, name := range []string{"unjam.poll", "unjam.plan", "unjam.confirm", "unjam.act", "GET /running-jobs", "GET /job-info/{id}", "POST /stop-job"} {
		if !names[name] {
			t.Errorf("no span %s among %v", name, names)
		}
	}
	if confirmed == "" || linked != confirmed {
		t.Errorf("the act is linked to %q and was confirmed in %q", linked, confirmed)
	}
}

// A query type that is added is counted by its name.
func TestEveryQueryTypeIsCountedByItsName(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	constant := regexp.MustCompile(`(?m)^\s+queryType\w+\s+= "(\w+)"`)
	var types []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range constant.FindAllStringSubmatch(string(source), -1) {
			types = append(types, match[1])
		}
	}
	slices.Sort(types)
	if known := slices.Sorted(slices.Values(knownQueryTypes)); !slices.Equal(types, known) {
		t.Errorf("the types are %v, and knownQueryTypes %v", types, known)
	}
}

func TestResultOf_HasAFewWords(t *testing.T) {
	unreachable := &coordinator.Error{Kind: coordinator.ErrUnreachable}
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, "ok"},
		{errWrongQuery("no"), "wrong_query"},
		{fmt.Errorf("%w: buffers", errNotExposed), "not_exposed"},
		{fmt.Errorf("%w: %w", errBlind, unreachable), "blind"},
		{unreachable, "unreachable"},
		{&coordinator.Error{Kind: coordinator.ErrUnauthorised}, "unauthorised"},
		{&coordinator.Error{Kind: coordinator.ErrBadAnswer}, "bad_answer"},
		{errors.New("settings"), "other"},
	} {
		if got := resultOf(test.err); got != test.want {
			t.Errorf("%v is %q, not %q", test.err, got, test.want)
		}
	}
}
