package action

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// A force stop ends a job at the master, whatever its workers do: a task that
// hangs in a connector goes on as a "zombie task" (SeaTunnel, measured: a sink
// blocked on I/O). Only the workers' own threads tell; what the master believes
// to run there proves nothing.

// leftoversSlack lets a look begin a little early, so that a reconciliation
// that comes each minute never skips one.
const leftoversSlack = 10 * time.Second

// watchLeftovers asks the workers once for all actions that are due.
func (s *Service) watchLeftovers(ctx context.Context, now time.Time) error {
	if s.leavesNothing() {
		return nil
	}
	ended, err := s.deps.Store.Ended(ctx, s.deps.Scope, now.Add(-LeftoversFor))
	if err != nil {
		return err
	}
	var due []Intent
	for _, intent := range ended {
		if s.isActive(intent.ID) || !leftoversDue(intent, now) || !s.lease(ctx, intent, leaseTime) {
			continue
		}
		// Another replica may have looked before the lease was free.
		if intent, err = s.deps.Store.Intent(ctx, s.deps.Scope, intent.ID); err == nil && leftoversDue(intent, now) {
			due = append(due, intent)
		}
	}
	s.lookForLeftovers(ctx, due)
	return nil
}

// leavesNothing tells whether a force stop here is the coordinator's ordinary
// stop, which ends the tasks themselves.
func (s *Service) leavesNothing() bool {
	view := s.deps.Coordinator.View()
	return view.Snapshot != nil && view.Snapshot.Capabilities.OnlyStop != ""
}

func leftoversDue(intent Intent, now time.Time) bool {
	return intent.Leftovers == nil || now.Sub(intent.Leftovers.CheckedAt) >= ReconcileEvery-leftoversSlack
}

// lookForLeftovers asks all workers once for what they still run of these jobs,
// which a force stop has ended, and records it.
func (s *Service) lookForLeftovers(ctx context.Context, ended []Intent) {
	ended = slices.DeleteFunc(ended, func(intent Intent) bool { return intent.Kind != KindForceStop || !provenEnd(intent.Outcome) })
	if len(ended) == 0 || ctx.Err() != nil || s.leavesNothing() {
		return
	}
	look := s.askWorkers(ctx)
	for _, intent := range ended {
		told := look.of(intent, s.deps.Coordinator.View().Jobs)
		if intent.Identity.Cluster != s.deps.Cluster {
			// Other workers, perhaps, which never ran it.
			told = workersLook{unasked: "The data source's coordinator, or its addresses, have changed since."}
		}
		s.keepLeftovers(ctx, intent, told)
	}
}

func provenEnd(outcome Outcome) bool {
	return outcome == OutcomeStopped || outcome == OutcomeEndedByItself
}

// workersLook is what the workers said.
type workersLook struct {
	answers []coordinator.WorkerThreads
	// unasked is why none could be asked; empty when some were.
	unasked string
}

func (s *Service) askWorkers(ctx context.Context) workersLook {
	if view := s.deps.Coordinator.View(); view.Snapshot != nil && !view.Snapshot.Capabilities.TaskThreads.Supported {
		return workersLook{unasked: view.Snapshot.Capabilities.TaskThreads.Reason}
	}
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timing.Read)
	defer cancel()
	answers, err := s.deps.Coordinator.Client().TaskThreads(ctx)
	switch {
	case errors.Is(err, coordinator.ErrNotSupported):
		return workersLook{unasked: "No worker addresses are set."}
	case err != nil:
		return workersLook{unasked: fmt.Sprintf("The workers could not be asked: %v.", err)}
	case len(answers) == 0:
		return workersLook{unasked: "No worker addresses are set."}
	}
	return workersLook{answers: answers}
}

// of gives what the look tells of one action's job. jobs are the open ones.
func (l workersLook) of(intent Intent, jobs timeline.Jobs) workersLook {
	job, open := jobs.Find(intent.Identity.Job)
	if open && job.Listed && !job.Job.CreateTime.Equal(intent.Identity.CreateTime) {
		return workersLook{unasked: "A new job runs under the same id, and its tasks cannot be told from those left behind."}
	}
	return l
}

// leftoversAfter is what is known after a look. A worker that gave no answer
// keeps what was last seen on it: silence is no end.
func leftoversAfter(before *Leftovers, job coordinator.JobID, look workersLook, now, until time.Time) Leftovers {
	after := Leftovers{CheckedAt: now, Tasks: []LeftoverTask{}, NotChecked: []string{}, Unasked: look.unasked, Until: until}
	answered := map[string]bool{}
	for _, worker := range look.answers {
		if worker.Err != nil {
			after.NotChecked = append(after.NotChecked, worker.Address)
			continue
		}
		answered[worker.Address] = true
		if count := worker.Tasks[job]; count > 0 {
			after.Tasks = append(after.Tasks, LeftoverTask{Worker: worker.Address, Threads: count})
		}
	}
	if before != nil {
		for _, task := range before.Tasks {
			if answered[task.Worker] {
				continue
			}
			after.Tasks = append(after.Tasks, task)
			if look.unasked == "" && !slices.Contains(after.NotChecked, task.Worker) {
				// Its address was taken out of the settings.
				after.NotChecked = append(after.NotChecked, task.Worker)
			}
		}
	}
	slices.SortFunc(after.Tasks, func(a, b LeftoverTask) int { return strings.Compare(a.Worker, b.Worker) })
	slices.Sort(after.NotChecked)
	return after
}

// keepLeftovers writes what a look found. A row of the trail tells when tasks
// are found, when they are on other workers than before, and when they are
// gone; the looks between change nothing that a person must know.
func (s *Service) keepLeftovers(ctx context.Context, intent Intent, look workersLook) {
	ctx = context.WithoutCancel(ctx)
	now, refusal := s.now(ctx)
	if refusal != nil {
		return // the next reconciliation looks again
	}
	before := intent.Leftovers
	after := leftoversAfter(before, intent.Identity.Job, look, now, intent.UpdatedAt.Add(LeftoversFor))
	intent.Detail = strings.TrimSpace(strings.TrimSuffix(intent.Detail, before.Sentence())) + " " + after.Sentence()
	intent.Leftovers = &after
	var entry *AuditEntry
	if !slices.Equal(workersOf(before), workersOf(&after)) {
		written := s.entry(intent, AuditLeftovers)
		written.At, written.Detail = now, after.Sentence()
		entry = &written
	}
	row, err := s.deps.Store.Update(ctx, s.deps.Scope, intent, entry)
	switch {
	case err != nil:
		s.deps.Log.Error("What was left behind could not be recorded", "scope", s.deps.Scope.String(), "action", intent.ID, "error", err.Error())
	case entry != nil:
		s.logHead("What a force stop left behind has changed", intent, row)
	}
}

func workersOf(leftovers *Leftovers) []string {
	workers := []string{}
	if leftovers != nil {
		for _, task := range leftovers.Tasks {
			workers = append(workers, task.Worker)
		}
	}
	return workers
}
