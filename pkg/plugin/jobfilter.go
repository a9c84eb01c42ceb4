package plugin

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// jobFilter chooses jobs; its zero value chooses all.
type jobFilter struct {
	States   []coordinator.State
	JobNames []string
	JobID    coordinator.JobID
	MinAge   time.Duration
	// StuckOnly chooses the jobs that judge calls stuck.
	StuckOnly bool
	judge     judge
}

// candidates are the jobs of a view that the filter may choose: all, or those
// that can be stuck.
func (f jobFilter) candidates(view *watch.View) iter.Seq[*watch.JobView] {
	return func(yield func(*watch.JobView) bool) {
		if f.StuckOnly && f.judge.speaking != nil && f.judge.view == view {
			for _, index := range f.judge.speaking {
				if !yield(&view.Jobs[index]) {
					return
				}
			}
			return
		}
		for index := range view.Jobs {
			if !yield(&view.Jobs[index]) {
				return
			}
		}
	}
}

func (f jobFilter) matches(job *watch.JobView, now time.Time) bool {
	switch {
	case len(f.States) > 0 && !slices.Contains(f.States, job.Episode.State):
		return false
	// Names come back as frames show them.
	case len(f.JobNames) > 0 && !slices.Contains(f.JobNames, inert(job.Job.Name)):
		return false
	case f.JobID != "" && f.JobID != job.Job.ID:
		return false
	case f.MinAge > 0 && job.Episode.Age(now) < f.MinAge:
		return false
	case f.StuckOnly && !f.judge.at(job, now).Is:
		return false
	}
	return true
}

// sortJobs orders by age (oldest first when descending), name or state; ids
// break ties, so that pages do not overlap.
func sortJobs(jobs []*watch.JobView, by string, descending bool) {
	slices.SortFunc(jobs, func(a, b *watch.JobView) int {
		order := 0
		switch by {
		case sortByName:
			order = strings.Compare(a.Job.Name, b.Job.Name)
		case sortByState:
			order = cmp.Compare(a.Episode.State, b.Episode.State)
		default:
			order = b.Episode.Since.Compare(a.Episode.Since)
		}
		if descending {
			order = -order
		}
		return cmp.Or(order, strings.Compare(string(a.Job.ID), string(b.Job.ID)))
	})
}

func lowerBound(job watch.JobView) bool { return job.Episode.Quality == timeline.QualityAtLeast }
