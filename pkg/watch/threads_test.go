package watch

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// workersFake is a coordinator whose workers can be asked.
type workersFake struct {
	coordinatorFake
	// threads answers a look; nil is one worker without threads.
	threads                atomic.Pointer[func(ctx context.Context) ([]coordinator.WorkerThreads, error)]
	asked, asking, mostAsk atomic.Int64
	// checkpoints counts the questions about checkpoints, which hang with slow.
	checkpoints atomic.Int64
	slow        atomic.Bool
}

func (f *workersFake) settings() Settings {
	settings := tenSecond
	settings.StuckAfter = time.Minute
	settings.NewClient = func() (coordinator.Client, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.open++
		return &workersClient{&clientFake{of: &f.coordinatorFake}, f}, nil
	}
	return settings
}

// has answers polls with jobs, from a coordinator whose workers can be asked.
func (f *workersFake) has(jobs ...coordinator.Job) {
	f.answer(func(context.Context) (*coordinator.Snapshot, error) {
		snapshot := listing(jobs...)
		snapshot.Capabilities.TaskThreads.Supported = true
		return snapshot, nil
	})
}

type workersClient struct {
	*clientFake
	workers *workersFake
}

func (c *workersClient) TaskThreads(ctx context.Context) ([]coordinator.WorkerThreads, error) {
	f := c.workers
	f.asked.Add(1)
	if now := f.asking.Add(1); now > f.mostAsk.Load() {
		f.mostAsk.Store(now)
	}
	defer f.asking.Add(-1)
	if answer := f.threads.Load(); answer != nil {
		return (*answer)(ctx)
	}
	return []coordinator.WorkerThreads{{Address: "http://w:8080", Tasks: map[coordinator.JobID]int{}}}, nil
}

func (c *workersClient) LastCheckpoint(ctx context.Context, address string, id coordinator.JobID) (time.Time, error) {
	c.workers.checkpoints.Add(1)
	if address != "http://a:8080" {
		return time.Time{}, errors.New("another address")
	}
	if c.workers.slow.Load() {
		<-ctx.Done()
		return time.Time{}, ctx.Err()
	}
	return time.Unix(1, 0), nil
}

func TestWorkersAreAskedOnlyForLateJobs(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &workersFake{}
		fake.has(running("1", coordinator.StateCanceling), running("2", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings())
		// Given a job that is CANCELING, but not for long
		pass(55 * time.Second)
		if fake.asked.Load() != 0 || lease.View().Threads != nil {
			t.Fatalf("asked %d times", fake.asked.Load())
		}
		// when it is late, then the workers are asked with each poll
		pass(10 * time.Second)
		if looks := lease.View().Threads; fake.asked.Load() != 1 || len(looks) != 1 || looks[0].At.IsZero() || len(looks[0].Workers) != 1 {
			t.Fatalf("asked %d times: %+v", fake.asked.Load(), looks)
		}
		pass(30 * time.Second)
		looks := lease.View().Threads
		if fake.asked.Load() != 4 || len(looks) != 2 || looks[1].At.Sub(looks[0].At) < threadsEvery || looks[1].Checkpoints != nil {
			t.Fatalf("asked %d times: %+v", fake.asked.Load(), looks)
		}
		// and no more once none is late
		fake.has(running("1", coordinator.StateRunning))
		pass(30 * time.Second)
		if fake.asked.Load() > 5 || lease.View().Threads != nil {
			t.Errorf("asked %d times: %+v", fake.asked.Load(), lease.View().Threads)
		}
	})
}

func TestWorkersAreAskedEveryTenSecondsAtMost(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &workersFake{}
		fake.has(running("1", coordinator.StateFailing))
		settings := fake.settings()
		settings.Interval = 2 * time.Second
		acquire(t, registry, key, settings)
		pass(2 * time.Minute)
		if asked := fake.asked.Load(); asked < 5 || asked > 7 {
			t.Errorf("asked %d times in a minute", asked)
		}
	})
}

// S14: workers that hang hold up no poll, and there is never more than one look.
func TestS14_HangingWorkersHoldUpNoPoll(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &workersFake{}
		hangs := func(ctx context.Context) ([]coordinator.WorkerThreads, error) {
			<-ctx.Done()
			return []coordinator.WorkerThreads{{Address: "http://w:8080", Err: coordinator.ErrUnreachable}}, nil
		}
		fake.threads.Store(&hangs)
		fake.has(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings())
		pass(65 * time.Second)
		before := fake.count()
		pass(60 * time.Second)
		if polls := fake.count() - before; polls != 6 || fake.mostAsk.Load() != 1 {
			t.Errorf("%d polls in a minute, %d looks at once", polls, fake.mostAsk.Load())
		}
		looks := lease.View().Threads
		if len(looks) != 2 || looks[0].Workers[0].Err == nil || !lease.View().Snapshot.Complete {
			t.Errorf("%+v", looks)
		}
		// Closing the registry ends the one that runs (the bubble would tell).
		pass(time.Until(looks[1].At.Add(21 * time.Second)))
	})
}

func TestS05_SavepointsAreAskedForTheirCheckpoints(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &workersFake{}
		var jobs []coordinator.Job
		for _, id := range []coordinator.JobID{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10"} {
			jobs = append(jobs, running(id, coordinator.StateSavepointing))
		}
		fake.list(jobs...) // workers cannot be asked, the masters can
		lease := acquire(t, registry, key, fake.settings())
		pass(65 * time.Second)
		looks := lease.View().Threads
		if len(looks) != 1 || looks[0].Workers != nil || len(looks[0].Checkpoints) != maxCheckpoints || looks[0].Checkpoints["01"] != (CheckpointLook{Last: time.Unix(1, 0)}) || fake.asked.Load() != 0 {
			t.Fatalf("%+v", looks)
		}
		fake.slow.Store(true)
		asked := fake.checkpoints.Load()
		pass(19 * time.Second)
		looks = lease.View().Threads
		if last := looks[len(looks)-1]; last.Checkpoints["01"].Err == nil || last.Checkpoints["08"].Err == nil || fake.checkpoints.Load()-asked > 2*parallelCheckpoints {
			t.Errorf("%+v", looks)
		}
	})
}

func TestFailedLookIsNone(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &workersFake{}
		fails := func(context.Context) ([]coordinator.WorkerThreads, error) { return nil, coordinator.ErrNotSupported }
		fake.threads.Store(&fails)
		fake.has(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings())
		pass(2 * time.Minute)
		for _, look := range lease.View().Threads {
			if look.Workers != nil {
				t.Errorf("%+v", look)
			}
		}
	})
}
