package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// moved is the guard after the data source was pointed at another coordinator.
func (r *rig) moved() *action.Service {
	deps := r.deps
	deps.Cluster = "another lake"
	return action.NewService(deps)
}

// An action on a coordinator that the data source does not show any more: a job
// of the same small id at another one proves nothing about it.
func TestMoved_AnotherCoordinatorsJobProvesNoEnd(t *testing.T) {
	for name, row := range map[string]struct {
		created time.Time
		want    action.Outcome
	}{
		"no create time: any job may have that id":          {time.Time{}, action.OutcomeNotConfirmed},
		"the same create time: the same job, newly reached": {created, action.OutcomeStopped},
	} {
		t.Run(name, func(t *testing.T) {
			// Given a force stop of which the end was not seen.
			r := newRig(t)
			r.stuckFor(10 * time.Minute)
			r.engine.change(func(view *watch.View, reading *coordinator.Reading) {
				reading.Job.CreateTime = row.created
				view.Jobs = view.Jobs.Changed(func(job *watch.JobView) {
					job.Job.CreateTime, job.Episode.CreateTime = row.created, row.created
				})
			})
			intent := r.act()
			if intent.Outcome != action.OutcomeNotConfirmed {
				t.Fatalf("%q: %s", intent.Outcome, intent.Detail)
			}
			// When the coordinator that is shown now has ended such a job.
			r.engine.ended(coordinator.StateCanceled, "CANCELED")
			r.minute(r.moved())
			if got := r.settled(intent.ID); got.Outcome != row.want {
				t.Errorf("%q: %s", got.Outcome, got.Detail)
			}
			// Then the first one still can prove it.
			r.minute(action.NewService(r.deps))
			if got := r.settled(intent.ID); got.Outcome != action.OutcomeStopped {
				t.Errorf("back again: %q: %s", got.Outcome, got.Detail)
			}
		})
	}
}

// The workers of another coordinator never ran the job: that they do not run it
// now says nothing about a task that was left behind.
func TestMoved_AnotherCoordinatorsWorkersClearNoZombie(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.workers(worker("http://w1", 2))
	intent := r.stopWith()
	if intent.Leftovers.Count() != 2 {
		t.Fatalf("%+v", intent.Leftovers)
	}
	r.workers(worker("http://w1", 0))
	r.minute(r.moved())
	if got := r.settled(intent.ID); got.Leftovers.Count() != 2 || !strings.Contains(got.Detail, "have changed since") || strings.Contains(got.Detail, "No worker runs") {
		t.Errorf("%s: %+v", got.Detail, got.Leftovers)
	}
	r.minute(action.NewService(r.deps))
	if got := r.settled(intent.ID); got.Leftovers.Count() != 0 {
		t.Errorf("back again: %s", got.Detail)
	}
}
