package process

import (
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

type polls struct{ seen int }

func (p *polls) Polled(watch.Poll) { p.seen++ }

// The limit follows what is watched: it may never be below what is held, or the
// collector would run all the time.
func TestThrift_LimitFollowsTheJobs(t *testing.T) {
	counted, totals, limits := &polls{}, watch.Totals{}, []int64{}
	watched := &thrift{Observer: counted, totals: func() watch.Totals { return totals }, limit: func(limit int64) int64 { limits = append(limits, limit); return 0 }}
	for _, jobs := range []int{0, 50_000, 1_000_000, 10} {
		totals.Jobs = jobs
		watched.Polled(watch.Poll{})
	}
	const kept = 700 // bytes a job, as measured
	for i, jobs := range []int64{0, 50_000, 1_000_000, 10} {
		if limits[i] < baseMemory+jobs*kept || limits[i] > baseMemory+jobs*2*kept {
			t.Errorf("the limit for %d jobs is %d bytes", jobs, limits[i])
		}
	}
	if counted.seen != len(limits) {
		t.Errorf("the observer was told of %d polls", counted.seen)
	}
}
