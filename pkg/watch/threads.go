package watch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// DefaultStuckAfter is from which age on a job on its way to an end is late.
	DefaultStuckAfter = 3 * time.Minute
	// threadsEvery is the least time between two looks at the workers: each asks
	// every one of them for all its threads.
	threadsEvery = 10 * time.Second
	// maxCheckpoints bounds the jobs that are asked about their checkpoints in a
	// look; parallelCheckpoints the requests at the same time.
	maxCheckpoints      = 8
	parallelCheckpoints = 4
)

// ThreadLook is what was asked at one moment because jobs were late.
type ThreadLook struct {
	// At is when the asking began, by our clock.
	At time.Time
	// Workers is what each configured worker said about its task threads; nil
	// where they could not be asked.
	Workers []coordinator.WorkerThreads
	// Checkpoints are those of jobs that are late with a savepoint.
	Checkpoints map[coordinator.JobID]CheckpointLook
}

// CheckpointLook is when a job last completed a checkpoint.
type CheckpointLook struct {
	// Last is by the coordinator's clock; zero where none was ever completed.
	Last time.Time
	// Err is why it is not known; nil where it is.
	Err error
}

// checkpointReader is what an adapter offers that can tell a savepoint's
// progress.
type checkpointReader interface {
	LastCheckpoint(ctx context.Context, address string, id coordinator.JobID) (time.Time, error)
}

// looker asks the workers beside the polls: a worker that hangs holds up no
// poll. One look runs at a time.
type looker struct {
	work sync.WaitGroup
	// done is a look that has come and was not taken yet.
	done atomic.Pointer[ThreadLook]
	busy atomic.Bool

	// Of the loop alone: when the last look began and what ends it, and the last
	// two that came.
	askedAt time.Time
	cancel  context.CancelFunc
	looks   []ThreadLook
}

// stop ends a look that is under way, and waits for that.
func (l *looker) stop() {
	if l.cancel != nil {
		l.cancel()
	}
	l.work.Wait()
}

// late tells whether a job is on its way to an end for longer than it should.
func late(job *timeline.JobView, now time.Time, after time.Duration) bool {
	switch job.Episode.State {
	case coordinator.StateCanceling, coordinator.StateFailing, coordinator.StateSavepointing:
		return job.Episode.Age(now) >= after
	}
	return false
}

// look begins a look at the workers if jobs are late and it is time, and
// returns at once. Without late jobs, earlier looks are forgotten.
func (w *watcher) look() {
	snapshot, now := w.poll.newest, w.now()
	if snapshot == nil || w.poll.err != nil {
		return
	}
	after := w.settings.Load().StuckAfter
	var savepoints []coordinator.JobID
	some := false
	jobs := w.poll.timeline.Jobs()
	for _, job := range jobs.Shared() {
		if !late(job, now, after) {
			continue
		}
		some = true
		if job.Episode.State == coordinator.StateSavepointing && len(savepoints) < maxCheckpoints {
			savepoints = append(savepoints, job.Job.ID)
		}
	}
	if !some {
		w.looker.looks = nil
		return
	}
	threads := snapshot.Capabilities.TaskThreads.Supported
	reader, tells := w.client.(checkpointReader)
	if !threads && (!tells || len(savepoints) == 0) {
		return
	}
	if !w.looker.askedAt.IsZero() && now.Sub(w.looker.askedAt) < threadsEvery || !w.looker.busy.CompareAndSwap(false, true) {
		return
	}
	w.looker.askedAt = now
	ctx, cancel := context.WithTimeout(w.ctx, w.settings.Load().Deadline)
	w.looker.cancel = cancel
	w.looker.work.Go(func() {
		defer cancel()
		found := &ThreadLook{At: now}
		var group sync.WaitGroup
		if tells {
			group.Go(func() { found.Checkpoints = lastCheckpoints(ctx, reader, snapshot.Address, savepoints) })
		}
		if threads {
			if workers, err := w.client.TaskThreads(ctx); err == nil {
				found.Workers = workers
			}
		}
		group.Wait()
		w.looker.busy.Store(false)
		if w.ctx.Err() == nil {
			w.looker.done.Store(found)
			w.kick()
		}
	})
}

// takeLook takes a look that has come; false when none has.
func (w *watcher) takeLook() bool {
	found := w.looker.done.Swap(nil)
	if found == nil {
		return false
	}
	// A new slice: views share the former one.
	recent := w.looker.looks[max(0, len(w.looker.looks)-1):]
	w.looker.looks = append(slices.Clone(recent), *found)
	return true
}

// errUnasked: the look was over before it was the job's turn.
var errUnasked = errors.New("it was not asked in time")

// lastCheckpoints asks when jobs last completed a checkpoint, within ctx.
func lastCheckpoints(ctx context.Context, reader checkpointReader, address string, jobs []coordinator.JobID) map[coordinator.JobID]CheckpointLook {
	if len(jobs) == 0 {
		return nil
	}
	answers := make([]CheckpointLook, len(jobs))
	var group errgroup.Group
	group.SetLimit(parallelCheckpoints)
	for i, id := range jobs {
		group.Go(func() error {
			if ctx.Err() != nil {
				answers[i].Err = errUnasked
				return nil
			}
			answers[i].Last, answers[i].Err = reader.LastCheckpoint(ctx, address, id)
			return nil
		})
	}
	_ = group.Wait() // no question ends the others
	found := make(map[coordinator.JobID]CheckpointLook, len(jobs))
	for i, id := range jobs {
		found[id] = answers[i]
	}
	return found
}
