package watch

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// mostEnded bounds the ended jobs whose nodes are remembered: people look for
// the last ones, and a cluster may end very many in a day.
const mostEnded = 1000

// Run is where a job ran.
type Run struct {
	// CreateTime tells it from another job of the same id.
	CreateTime time.Time
	// Nodes are the members that ran it, as far as the coordinator told, and At
	// is the last poll that showed the job there.
	Nodes []string
	At    time.Time
}

// runOf is where a job is shown to run; without nodes where that is not told.
func runOf(view *JobView) Run {
	return Run{CreateTime: view.Job.CreateTime, Nodes: view.Job.Nodes, At: view.Episode.LastSeen}
}

// ranOn is where a job ran: the master takes a job off a member that left.
func (t *traces) ranOn(view *JobView, before timeline.Jobs) Run {
	run := runOf(view)
	if len(run.Nodes) > 0 {
		return run
	}
	if known := t.Ran[view.Job.ID]; len(known.Nodes) > 0 {
		return known
	}
	if was, found := before.Find(view.Job.ID); found {
		return runOf(&was)
	}
	return run
}

// ended gives where jobs ran that ended: those of earlier polls, which readers
// share, and those of which the last episode was closed now.
func (t *traces) ended(at time.Time, before timeline.Jobs, closed []timeline.Episode, jobs timeline.Jobs) map[coordinator.JobID]Run {
	next := map[coordinator.JobID]Run{}
	for id, run := range t.Ended {
		if at.Sub(run.At) <= tracesKept {
			next[id] = run
		}
	}
	for _, episode := range closed {
		was, known := before.Find(episode.Job)
		if now, open := jobs.Find(episode.Job); !known || open && now.Job.CreateTime.Equal(was.Job.CreateTime) {
			continue
		}
		if run := t.ranOn(&was, before); len(run.Nodes) > 0 {
			next[episode.Job] = run
		}
	}
	if len(next) > mostEnded {
		byAge := slices.SortedFunc(maps.Keys(next), func(a, b coordinator.JobID) int {
			return cmp.Or(next[a].At.Compare(next[b].At), cmp.Compare(a, b))
		})
		for _, id := range byAge[:len(next)-mostEnded] {
			delete(next, id)
		}
	}
	return next
}
