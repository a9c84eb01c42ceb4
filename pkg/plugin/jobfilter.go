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

// candidates are the jobs of a view that the filter may choose, with their
// places: all, or those that can be stuck. They are shared (timeline.Jobs).
func (f jobFilter) candidates(view *watch.View) iter.Seq2[int, *watch.JobView] {
	if !f.StuckOnly || f.judge.speaking == nil || f.judge.view != view {
		return view.Jobs.Shared()
	}
	return func(yield func(int, *watch.JobView) bool) {
		for _, place := range f.judge.speaking {
			if !yield(place, view.Jobs.SharedAt(place)) {
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

// sortPlaces orders jobs by age (oldest first when descending), name or state;
// ids break ties, so that pages do not overlap.
func sortPlaces(places []int, jobs timeline.Jobs, by string, descending bool) {
	slices.SortFunc(places, func(one, other int) int {
		a, b, order := jobs.SharedAt(one), jobs.SharedAt(other), 0
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
		return cmp.Or(order, cmp.Compare(one, other))
	})
}

func lowerBound(job watch.JobView) bool { return job.Episode.Quality == timeline.QualityAtLeast }
