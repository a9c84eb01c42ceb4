package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// worker is what one worker says.
func worker(address string, threads int) coordinator.WorkerThreads {
	answer := coordinator.WorkerThreads{Address: address, Tasks: map[coordinator.JobID]int{}}
	if threads > 0 {
		answer.Tasks[jobID] = threads
	}
	return answer
}

func silent(address string) coordinator.WorkerThreads {
	return coordinator.WorkerThreads{Address: address, Err: coordinator.ErrUnreachable}
}

func (r *rig) workers(answers ...coordinator.WorkerThreads) {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	r.engine.threads, r.engine.threadsErr = answers, nil
}

func (r *rig) looks() int {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	return r.engine.looks
}

// stopWith makes a force stop that the coordinator calls CANCELED at once.
func (r *rig) stopWith() action.Intent {
	r.t.Helper()
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	return r.act()
}

// minute is the next reconciliation.
func (r *rig) minute(service *action.Service) {
	r.t.Helper()
	r.advance(action.ReconcileEvery)
	if _, err := service.Reconcile(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// S39: the coordinator says CANCELED while a worker still runs the task.
func TestS39_ZombieTask(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.workers(worker("http://w1", 2), worker("http://w2", 0))
	intent := r.stopWith()
	if intent.Outcome != action.OutcomeStopped || intent.Leftovers.Count() != 2 || !strings.HasSuffix(intent.Detail, "Zombie task on http://w1 (2 threads).") {
		t.Fatalf("%q, %+v", intent.Detail, intent.Leftovers)
	}
	proven := intent.UpdatedAt
	if until := intent.Leftovers.Until.Sub(proven); until != action.LeftoversFor {
		t.Errorf("watched for %s", until)
	}
	if found, err := r.service.Aftermath(t.Context()); err != nil || len(found.Watched) != 1 || found.Watched[0].Leftovers.Count() != 2 || len(found.Unconfirmed) != 0 {
		t.Errorf("%+v, %v", found, err)
	}

	for step, row := range []struct {
		answers []coordinator.WorkerThreads
		count   int
		detail  string
		// told: the trail tells of it.
		told bool
	}{
		{[]coordinator.WorkerThreads{worker("http://w1", 1), worker("http://w2", 0)}, 1, "Zombie task on http://w1 (1 thread).", false},
		{[]coordinator.WorkerThreads{worker("http://w1", 1), worker("http://w2", 3)}, 4, "Zombie task on http://w1 (1 thread), http://w2 (3 threads).", true},
		{[]coordinator.WorkerThreads{silent("http://w1"), worker("http://w2", 0)}, 1, "Zombie task on http://w1 (1 thread). Not checked for tasks left behind, no answer: http://w1.", true},
		{[]coordinator.WorkerThreads{silent("http://w1"), silent("http://w2")}, 1, "Zombie task on http://w1 (1 thread). Not checked for tasks left behind, no answer: http://w1, http://w2.", false},
		{[]coordinator.WorkerThreads{worker("http://w1", 0), silent("http://w2")}, 0, "Not checked for tasks left behind, no answer: http://w2.", true},
		{[]coordinator.WorkerThreads{worker("http://w1", 0), worker("http://w2", 0)}, 0, "No worker runs a task of it any more.", false},
	} {
		before := len(r.trail())
		r.workers(row.answers...)
		r.minute(r.service)
		intent = r.settled(intent.ID)
		if intent.Leftovers.Count() != row.count || intent.Detail != "The coordinator keeps the job among its ended jobs as CANCELED. "+row.detail {
			t.Errorf("step %d: %q, %+v", step, intent.Detail, intent.Leftovers)
		}
		rows := r.trail()
		if told := len(rows) > before; told != row.told {
			t.Errorf("step %d: told in the trail: %v", step, told)
		}
		if last := rows[len(rows)-1].Entry; row.told && (last.Event != action.AuditLeftovers || last.Detail != row.detail || last.Outcome != action.OutcomeStopped || last.ActionID != intent.ID) {
			t.Errorf("step %d: %+v", step, last)
		}
		if !intent.UpdatedAt.Equal(proven) || intent.Outcome != action.OutcomeStopped {
			t.Errorf("step %d: looking changed the outcome: %+v", step, intent)
		}
	}

	// After an hour nobody looks any more.
	r.advance(action.LeftoversFor)
	before := r.looks()
	r.minute(r.service)
	if r.looks() != before {
		t.Error("workers are asked after the hour")
	}
	if found, err := r.service.Aftermath(t.Context()); err != nil || len(found.Watched) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

// Replicas share the looking: one look a minute, whoever makes it, and not
// while the action is under way.
func TestS39_ReplicasTakeTurns(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.workers(worker("http://w1", 1))
	r.stopWith()
	before := r.looks()
	other := action.NewService(r.deps)
	for _, service := range []*action.Service{r.service, other, r.service} {
		if _, err := service.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if r.looks() != before {
		t.Errorf("%d looks within the minute of the first one", r.looks()-before)
	}
	r.minute(r.service)
	if _, err := other.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.looks() != before+1 {
		t.Errorf("%d looks in a minute", r.looks()-before)
	}
}

// The end is proven by reconciliation: the workers are asked then. A cancel's
// workers are not: its tasks end when they react.
func TestS39_AfterReconciliation(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	intent := r.act()
	if intent.Outcome != action.OutcomeNotConfirmed || intent.Leftovers != nil {
		t.Fatalf("%+v", intent)
	}
	if found, err := r.service.Aftermath(t.Context()); err != nil || len(found.Unconfirmed) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	r.workers(worker("http://w1", 1))
	r.engine.ended(coordinator.StateCanceled, "CANCELED")
	r.minute(r.service)
	if intent = r.settled(intent.ID); intent.Outcome != action.OutcomeStopped || intent.Leftovers.Count() != 1 {
		t.Errorf("%+v, %+v", intent, intent.Leftovers)
	}

	c := newRig(t)
	c.workers(worker("http://w1", 1))
	c.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		c.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	plan := c.plan(action.KindCancel)
	if _, err := c.confirm(plan); err != nil {
		t.Fatal(err)
	}
	if canceled := c.settled(plan.ID); canceled.Outcome != action.OutcomeStopped || canceled.Leftovers != nil || c.looks() != 0 {
		t.Errorf("%+v, %d looks", canceled, c.looks())
	}
}

// Where nobody can be asked, it says why, and claims nothing.
func TestS39_NobodyCanBeAsked(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*rig)
		detail string
	}{
		"no worker addresses": {func(r *rig) {
			r.snapshot(func(s *coordinator.Snapshot) {
				s.Capabilities.TaskThreads = coordinator.Capability{Reason: "No worker addresses are configured."}
			})
		}, "Not checked for tasks left behind: No worker addresses are configured."},
		"not supported": {func(r *rig) { r.engine.threadsErr = coordinator.ErrNotSupported }, "Not checked for tasks left behind: No worker addresses are set."},
		"all fail":      {func(r *rig) { r.engine.threadsErr = coordinator.ErrUnreachable }, "Not checked for tasks left behind: The workers could not be asked: coordinator unreachable."},
		"the id runs again": {func(r *rig) {
			r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
				view.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Job.CreateTime = created.Add(time.Hour) })
			})
		}, "Not checked for tasks left behind: A new job runs under the same id, and its tasks cannot be told from those left behind."},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stuckFor(10 * time.Minute)
			r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
				r.engine.ended(coordinator.StateCanceled, "CANCELED")
				row.change(r)
				return coordinator.StopAnswer{Status: 200}, nil
			}
			intent := r.act()
			if intent.Outcome != action.OutcomeStopped || intent.Leftovers == nil || intent.Leftovers.Unasked == "" || intent.Leftovers.Count() != 0 || !strings.HasSuffix(intent.Detail, row.detail) {
				t.Errorf("%q, %+v", intent.Detail, intent.Leftovers)
			}
			for _, event := range r.events() {
				if event == action.AuditLeftovers {
					t.Error("the trail claims something")
				}
			}
		})
	}
}
