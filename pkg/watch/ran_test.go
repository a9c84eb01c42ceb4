package watch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// proveEnd answers every question for a single job with its end.
func (c *coordinatorFake) proveEnd() {
	c.answerJob(func(_ context.Context, id coordinator.JobID) (coordinator.Reading, error) {
		return coordinator.Reading{Job: running(id, coordinator.StateCanceled), Proof: coordinator.ProofEnded}, nil
	})
}

// on is an open job on a node.
func on(node string, id coordinator.JobID, state coordinator.State) coordinator.Job {
	job := running(id, state)
	job.Nodes = []string{node}
	return job
}

func TestWhereEndedJobsRanIsRememberedForADay(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a job on a worker that leaves while the job is canceled, and one
		// that goes on.
		fake := &coordinatorFake{}
		fake.proveEnd()
		members := []string{"a:5801", "w:5802"}
		fake.answer(under("a:5801", members, on("w:5802", "1", coordinator.StateRunning), on("a:5801", "2", coordinator.StateRunning)))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		seen := lease.View().CompleteAsOf
		fake.answer(under("a:5801", members[:1], running("1", coordinator.StateCanceling), on("a:5801", "2", coordinator.StateCanceling)))
		pass(20 * time.Second)
		// When it has ended.
		fake.answer(under("a:5801", members[:1], on("a:5801", "2", coordinator.StateCanceling)))
		pass(20 * time.Second)
		// Then it is told where it ran last, and when that was seen; the one that
		// is open has not ended.
		view := lease.View()
		run, told := view.Traces.Ended["1"]
		if _, open := view.Jobs.Find("1"); open || !told || !slices.Equal(run.Nodes, []string{"w:5802"}) || !run.At.Equal(seen) {
			t.Errorf("%+v, want %s", run, seen)
		}
		if _, told := view.Traces.Ended["2"]; told {
			t.Error("an open job has ended")
		}
		// And not for ever.
		pass(25 * time.Hour)
		lease.View()
		pass(time.Minute)
		if ended := lease.View().Traces.Ended; len(ended) != 0 {
			t.Errorf("after a day: %+v", ended)
		}
	})
}

func TestEndedJobsAreBounded(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.proveEnd()
		var jobs []coordinator.Job
		for n := range mostEnded + 10 {
			jobs = append(jobs, on("w:5802", coordinator.JobID(fmt.Sprint(n+1)), coordinator.StateRunning))
		}
		fake.list(jobs...)
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		// Given more jobs than are remembered, when all end.
		fake.list()
		pass(2 * time.Hour)
		lease.View()
		pass(time.Minute)
		if open, ended := lease.View().Jobs.Len(), len(lease.View().Traces.Ended); open != 0 || ended != mostEnded {
			t.Errorf("%d are open, %d remembered", open, ended)
		}
	})
}
