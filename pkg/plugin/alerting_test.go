package plugin

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// watchdogs never fail: they tell that the others cannot be read. observed are
// the cluster's own metrics that are no watchdogs: they say what was read last.
var (
	watchdogs = map[string]bool{"poll_age_seconds": true, "poll_errors_total": true, "members": true}
	observed  = map[string]bool{"masters_disagree": true, "clock_skew_seconds": true}
)

// The rules that ship ask for metrics that exist, and none of them takes "not
// known" for good news: rules on jobs and acts stay as they were, the watchdog
// fires.
func TestAlertRules_FitTheMetrics(t *testing.T) {
	raw, err := os.ReadFile("../../provisioning/alerting/unjam.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules := strings.Split(string(raw), "\n      - uid: ")[1:]
	asked := map[string]bool{}
	for _, rule := range rules {
		name, _, _ := strings.Cut(rule, "\n")
		failing := "execErrState: KeepLast"
		for _, match := range regexp.MustCompile(`(?m)^ +metric: (\S+)$`).FindAllStringSubmatch(rule, -1) {
			entry, known := findMetric(match[1])
			if !known {
				t.Errorf("%s asks for %s, which does not exist", name, match[1])
			}
			asked[match[1]] = true
			if watchdogs[match[1]] {
				failing = "execErrState: Alerting"
			} else if !entry.OfJobs && !entry.OfStore && !entry.OfPairs && !observed[match[1]] {
				t.Errorf("%s asks for %s, of which this test does not know what its silence means", name, match[1])
			}
		}
		if !strings.Contains(rule, failing) {
			t.Errorf("%s does not say %s", name, failing)
		}
		if noData := strings.Replace(strings.Replace(failing, "execErrState", "noDataState", 1), "KeepLast", "OK", 1); !strings.Contains(rule, noData) {
			t.Errorf("%s does not say %s", name, noData)
		}
	}
	for _, metric := range []string{"canceling_age_seconds", "stuck_jobs", "state_age_seconds", "force_stops_unconfirmed", "leftover_tasks", "poll_age_seconds", "job_stuck", "job_outlook_code", "masters_disagree", "clock_skew_seconds"} {
		if !asked[metric] {
			t.Errorf("no rule asks for %s", metric)
		}
	}
	if !strings.Contains(string(raw), "states: [lost]") {
		t.Error("no rule asks for lost jobs")
	}
}
