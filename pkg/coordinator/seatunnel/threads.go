package seatunnel

import (
	"context"
	"regexp"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathThreads = "/running-threads"
	// maxThreadName: a task group's thread name has 90 bytes.
	maxThreadName = 1 << 10
	// workersAtOnce bounds the calls that run side by side.
	workersAtOnce = 8
)

// taskThread finds the job in the name of a task group's thread, such as
// "BlockingWorker-TaskGroupLocation{jobId=1, pipelineId=1, taskGroupId=2}".
// Such a thread lives exactly as long as the task group runs on that worker
// (unless thread sharing is switched on). Other threads carry job ids too, such
// as a master's "checkpoint-coordinator-1/ID": they prove nothing.
var taskThread = regexp.MustCompile(`TaskGroupLocation\{jobId=(\d{1,19})[,}]`)

// TaskThreads asks every configured worker which jobs it has task threads of.
func (c *client) TaskThreads(ctx context.Context) ([]coordinator.WorkerThreads, error) {
	if len(c.workers) == 0 {
		return nil, &coordinator.Error{Kind: coordinator.ErrNotSupported, Detail: c.capabilities("").TaskThreads.Reason}
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	answers := make([]coordinator.WorkerThreads, len(c.workers))
	slots := make(chan struct{}, workersAtOnce)
	var running sync.WaitGroup
	for i, worker := range c.workers {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			tasks, err := c.readThreads(ctx, worker)
			answers[i] = coordinator.WorkerThreads{Address: worker.address, Tasks: tasks, Err: err}
		})
	}
	running.Wait()
	return answers, nil
}

// readThreads counts the task threads of one worker by job.
func (c *client) readThreads(ctx context.Context, worker *endpoint) (map[coordinator.JobID]int, error) {
	d, err := c.dialectOf(ctx, worker)
	if err != nil {
		return nil, err
	}
	tasks := map[coordinator.JobID]int{}
	ask := upstream.Call{Address: worker.address, Path: worker.path(d, pathThreads), Route: pathThreads, Limit: smallBody}
	err = c.json(ctx, worker, ask, func(_ *upstream.Answer, r *jsonReader) error {
		return r.List("the list of threads", func() error {
			return r.Object("a thread", func(name string) (bool, error) {
				if name != "threadName" {
					return false, nil
				}
				thread, err := r.Text(name, maxThreadName)
				if match := taskThread.FindStringSubmatch(thread); match != nil {
					tasks[coordinator.JobID(match[1])]++
				}
				return true, err
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return tasks, nil
}
