package health

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// sized is a registry of watchers that holds this much.
type sized watch.Totals

func (s sized) Totals() watch.Totals { return watch.Totals(s) }

// busy gives metrics to which everything has happened.
func busy(t *testing.T) (*Metrics, prometheus.Gatherer) {
	t.Helper()
	m, registry := New(), prometheus.NewRegistry()
	if err := m.Register(registry, sized{Watchers: 2, Jobs: 50_000, Nodes: 6}); err != nil {
		t.Fatal(err)
	}
	for _, class := range []coordinator.ErrorClass{"", coordinator.ClassUnreachable, coordinator.ClassUnauthorised, coordinator.ClassBadAnswer, coordinator.ClassOther} {
		m.Polled(watch.Poll{Took: time.Second, Complete: class == "", Class: class})
	}
	m.Polled(watch.Poll{Took: 2 * time.Second})
	m.Queried("jobs", "ok", 3*time.Millisecond)
	m.StoreFailed(store.FailureDamaged)
	m.Refused("role")
	m.Reconciled(watch.Scope{OrgID: 77, DataSourceUID: "secret-uid"}, 2)
	m.Reconciled(watch.Scope{OrgID: 78, DataSourceUID: "secret-uid"}, 1)
	return m, registry
}

func gather(t *testing.T, from prometheus.Gatherer) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*dto.MetricFamily{}
	for _, family := range families {
		found[family.GetName()] = family
	}
	return found
}

// value gives a series' value, or a histogram's count.
func value(family *dto.MetricFamily, labels ...string) float64 {
	for _, metric := range family.GetMetric() {
		var has []string
		for _, label := range metric.GetLabel() {
			has = append(has, label.GetName(), label.GetValue())
		}
		if slices.Equal(has, labels) {
			return metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return -1
}

func TestMetrics_CountWhatHappens(t *testing.T) {
	m, registry := busy(t)
	found := gather(t, registry)
	for _, test := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"unjam_polls_total", []string{"result", "complete"}, 1},
		{"unjam_polls_total", []string{"result", "incomplete"}, 1},
		{"unjam_polls_total", []string{"result", "failed"}, 4},
		{"unjam_poll_duration_seconds", nil, 6},
		{"unjam_poll_errors_total", []string{"class", "bad_answer"}, 1},
		{"unjam_queries_total", []string{"result", "ok", "type", "jobs"}, 1},
		{"unjam_query_duration_seconds", []string{"type", "jobs"}, 1},
		{"unjam_store_failures_total", []string{"class", "damaged"}, 1},
		{"unjam_store_failures_total", []string{"class", "unreachable"}, 0},
		{"unjam_refused_attempts_total", []string{"guard", "role"}, 1},
		{"unjam_watchers", nil, 2},
		{"unjam_snapshot_jobs", nil, 50_000},
		{"unjam_snapshot_nodes", nil, 6},
		{"unjam_open_intents", nil, 3},
	} {
		if got := value(found[test.name], test.labels...); got != test.want {
			t.Errorf("%s%v is %v, not %v", test.name, test.labels, got, test.want)
		}
	}

	m.Reconciled(watch.Scope{OrgID: 77, DataSourceUID: "secret-uid"}, 0)
	if got := value(gather(t, registry)["unjam_open_intents"]); got != 1 {
		t.Errorf("after two were settled %v are open", got)
	}
}

// Each label has a few fixed values: plugin tests show that nothing else comes in.
func TestMetrics_HaveFewLabelsAndNoneThatNamesAnybody(t *testing.T) {
	_, registry := busy(t)
	labels := map[string]bool{}
	for _, family := range gather(t, registry) {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = true
				if strings.Contains(label.GetValue(), "secret-uid") || strings.Contains(label.GetValue(), "77") {
					t.Errorf("%s has %s", family.GetName(), label)
				}
			}
		}
	}
	for label := range labels {
		if !slices.Contains([]string{"result", "class", "type", "guard"}, label) {
			t.Errorf("there is a label %s", label)
		}
	}
}

func TestMetrics_AreRegisteredOnce(t *testing.T) {
	registry := prometheus.NewRegistry()
	if err := New().Register(registry, sized{}); err != nil {
		t.Fatal(err)
	}
	if err := New().Register(registry, sized{}); err == nil {
		t.Error("they were registered twice")
	}
}

const (
	dashboardFile = "../../src/dashboards/own-health.json"
	docsFile      = "../../docs/own-health.md"
)

// ofOthers are the metrics of the SDK and of the Go client, of which the
// dashboard and the page speak, too.
var ofOthers = []string{"grafana_plugin_request_total", "process_resident_memory_bytes", "process_cpu_seconds_total", "go_goroutines"}

// metricName finds names of metrics in PromQL and in prose.
var metricName = regexp.MustCompile(`\b(?:unjam|grafana_plugin|process|go)_[a-z_]+[a-z]`)

// known tells whether a metric of a name is there; a histogram's parts are.
func known(found map[string]*dto.MetricFamily, name string) bool {
	if slices.Contains(ofOthers, name) || found[name] != nil {
		return true
	}
	for _, part := range []string{"_bucket", "_count", "_sum"} {
		if family := found[strings.TrimSuffix(name, part)]; family != nil && family.GetType() == dto.MetricType_HISTOGRAM {
			return true
		}
	}
	return false
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTheDashboardAsksForMetricsThatExist(t *testing.T) {
	_, registry := busy(t)
	found := gather(t, registry)
	var dashboard struct {
		Panels []struct {
			Title      string
			Type       string
			Datasource struct{ Type, UID string }
			Targets    []struct {
				Expr       string
				Datasource struct{ Type, UID string }
			}
		}
	}
	text := read(t, dashboardFile)
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		if panel.Type == "row" || panel.Type == "text" {
			continue
		}
		if len(panel.Targets) == 0 {
			t.Errorf("%q asks for nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			names := metricName.FindAllString(target.Expr, -1)
			if len(names) == 0 || target.Datasource.UID != "${prometheus}" || target.Datasource.Type != "prometheus" {
				t.Errorf("%q asks %+v", panel.Title, target)
			}
			for _, name := range names {
				if !known(found, name) {
					t.Errorf("%q asks for %s, which is not there", panel.Title, name)
				}
			}
		}
	}
	for name := range found {
		if !strings.Contains(text, name) {
			t.Errorf("%s is on no panel", name)
		}
	}
}

func TestThePageExplainsEveryMetricAndNoOther(t *testing.T) {
	_, registry := busy(t)
	found := gather(t, registry)
	text := read(t, docsFile)
	for name := range found {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("%s is not explained", name)
		}
	}
	for _, name := range metricName.FindAllString(text, -1) {
		if !known(found, name) {
			t.Errorf("it speaks of %s, which is not there", name)
		}
	}
}
