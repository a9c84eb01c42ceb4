package plugin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// waitForEvent waits until the history tells of an event, oldest first, and
// gives all of its kind.
func (r *rig) waitForEvent(kind timeline.EventKind, fits func(event happening) bool) []happening {
	r.t.Helper()
	var found []happening
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		now := r.process.Now()
		var err error
		if found, err = r.datasource.happenings(r.t.Context(), watch.EventFilter{Kinds: []timeline.EventKind{kind}}, span{now.Add(-time.Hour), now}, 100); err != nil {
			r.t.Fatal(err)
		}
		slices.Reverse(found)
		if slices.ContainsFunc(found, fits) {
			return found
		}
	}
	r.t.Fatalf("%s was not told in time: %+v", kind, found)
	return nil
}

// alerting gives the label sets of a job's alerting series, as an alert rule
// gets them.
func (r *rig) alerting() string {
	r.t.Helper()
	var sets []string
	for _, metric := range []string{"canceling_age_seconds", "state_age_seconds"} {
		response := r.query(fmt.Sprintf(`{"queryType":"metric","metric":%q}`, metric), map[string]string{"FromAlert": "true"})
		if response.Error != nil {
			r.t.Fatal(response.Error)
		}
		for _, frame := range response.Frames {
			for _, field := range frame.Fields {
				if len(field.Labels) > 0 {
					sets = append(sets, metric+" "+field.Labels.String())
				}
			}
		}
	}
	slices.Sort(sets)
	return strings.Join(sets, "\n")
}

// S18 and S13, from a coordinator's answers to the queries: the diagnosis of a
// firing job changes, which is told; the series keep their labels; the restore,
// and a cancel that nobody here asked for, are told too. Nobody reads meanwhile.
func TestS18_ChangeOfADiagnosisIsAnEventAndOneAlert(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["stuckAfterSeconds"] = 10 })
	r.waitForState("RUNNING")
	r.double.set(func(c *coordinatorDouble) { c.state = "CANCELING" })
	r.waitForState("CANCELING")
	r.waitForEvent(timeline.EventCancelSeen, func(event happening) bool { return event.Job == stuckJob })
	before := r.alerting()
	if strings.Count(before, stuckJob) < 1 {
		t.Fatalf("series: %s", before)
	}
	r.double.set(func(c *coordinatorDouble) {
		c.extra = func(w http.ResponseWriter, request *http.Request) bool {
			if request.URL.Path != "/pending-jobs" {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"queueSummary":{"size":1},"clusterSnapshot":{"workerCount":1,"workers":[]},"pendingJobs":[{"jobId":%s,"pendingSourceState":"RESTORE"}]}`, stuckJob)
			return true
		}
	})
	restoring := func(event happening) bool { return strings.HasPrefix(event.After, "restore in progress") }
	r.waitForEvent(timeline.EventDiagnosisChanged, restoring)
	r.waitForEvent(timeline.EventRestoreBegan, func(happening) bool { return true })
	during := r.alerting()
	r.double.set(func(c *coordinatorDouble) { c.extra = nil })
	told := r.waitForEvent(timeline.EventDiagnosisChanged, func(event happening) bool { return strings.HasPrefix(event.Before, "restore in progress") })
	r.waitForEvent(timeline.EventRestoreEnded, func(happening) bool { return true })
	if after := r.alerting(); before != during || during != after {
		t.Errorf("the series were\n%s\nthen\n%s\nthen\n%s", before, during, after)
	}
	for i, event := range told {
		if event.Job != stuckJob || i > 0 && event.Before != told[i-1].After || !strings.Contains(event.Text(), "orders to lake ("+stuckJob+"): ") {
			t.Errorf("%+v", event)
		}
	}
	if seen := r.waitForEvent(timeline.EventRestoreBegan, func(happening) bool { return true }); len(seen) != 1 {
		t.Errorf("%d restores began", len(seen))
	}
}
