package plugin

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// longestStoreRead bounds a reading of the store, so that a query never hangs.
const longestStoreRead = 5 * time.Second

// readAftermath gives what is still open after the acts of this data source.
// The guard keeps it for some seconds, so that all queries share one reading.
func (d *Datasource) readAftermath(ctx context.Context) (action.Aftermath, error) {
	ctx, cancel := context.WithTimeout(ctx, longestStoreRead)
	defer cancel()
	return d.guard.Aftermath(ctx)
}

// storeUnreadable is what a request gets whose answer is in the store.
func storeUnreadable(err error) error {
	return &action.Refusal{Guard: action.GuardStore, Status: http.StatusServiceUnavailable, Message: fmt.Sprintf("The store cannot be read: %v", err), Change: "The data source's health check says what to do."}
}

// unconfirmedForceStops counts force stops whose end is not proven, without
// those that an act is still looking after.
func unconfirmedForceStops(aftermath action.Aftermath, now time.Time, timing action.Timing) int {
	count := 0
	underWay := timing.Act + timing.Verify + timing.Read
	for _, intent := range aftermath.Unconfirmed {
		if intent.Kind == action.KindForceStop && (intent.Phase == action.PhaseSettled || now.Sub(intent.At) > underWay) {
			count++
		}
	}
	return count
}

// leftoverJob is a force-stopped job with the tasks that still run.
type leftoverJob struct {
	intent action.Intent
	tasks  int
	// unknown is why the number may be too small, or why there is none; empty
	// when every worker answered.
	unknown string
}

// leftoverJobs gives the newest watched force stop of each job.
func leftoverJobs(aftermath action.Aftermath) []leftoverJob {
	newest := map[action.Identity]int{}
	var jobs []leftoverJob
	for _, intent := range aftermath.Watched {
		job := leftoverJob{intent: intent, tasks: intent.Leftovers.Count(), unknown: notChecked(intent.Leftovers)}
		key := action.Identity{Job: intent.Identity.Job, CreateTime: intent.Identity.CreateTime.UTC()}
		if i, found := newest[key]; !found {
			newest[key] = len(jobs)
			jobs = append(jobs, job)
		} else if intent.At.After(jobs[i].intent.At) {
			jobs[i] = job
		}
	}
	return jobs
}

func notChecked(leftovers *action.Leftovers) string {
	switch {
	case leftovers == nil || leftovers.CheckedAt.IsZero() && leftovers.Unasked == "":
		return "its workers have not been asked yet"
	case leftovers.Unasked != "":
		return strings.TrimSuffix(leftovers.Unasked, ".")
	case len(leftovers.NotChecked) > 0:
		return "no answer from " + strings.Join(leftovers.NotChecked, ", ")
	}
	return ""
}
