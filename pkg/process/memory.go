package process

import "github.com/unjam/unjam-jobs-app/pkg/watch"

const (
	// baseMemory is what the process takes without any job, and the room for
	// what comes and goes: answers, exports, rows of the store.
	baseMemory = 48 << 20
	// jobMemory is about what is kept of a job (0.7 kB, `npm run bench -- --only
	// scale`), and some of what exists twice while a poll makes the next view.
	// With 900 a poll took twice the CPU time, and the peak hardly fell.
	jobMemory = 1_100
)

// thrift keeps the garbage of polls small. A poll of a great cluster makes a
// new view beside the old one, and what is garbage after it; without a limit
// the collector lets that grow to twice what is needed at any time. The limit
// is a soft one and follows the number of jobs, so that it never comes near to
// what is really held.
type thrift struct {
	watch.Observer
	totals func() watch.Totals
	// limit sets the soft limit in bytes (runtime/debug.SetMemoryLimit).
	limit func(int64) int64
}

// Polled is told of each poll.
func (t *thrift) Polled(poll watch.Poll) {
	t.Observer.Polled(poll)
	t.limit(memoryFor(t.totals()))
}

// memoryFor is the soft limit for what is watched, in bytes.
func memoryFor(totals watch.Totals) int64 { return baseMemory + int64(totals.Jobs)*jobMemory }
