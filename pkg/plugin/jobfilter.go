package plugin

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// jobFilter chooses jobs; its zero value chooses all.
type jobFilter struct {
	States   []coordinator.State
	JobNames []string
	JobID    coordinator.JobID
	MinAge   time.Duration
	// StuckAfter, when not 0, chooses stuck jobs only.
	StuckAfter time.Duration
	// findings are the diagnoses, by which jobs are stuck too.
	findings map[coordinator.JobID]diagnose.Finding
}

func (f jobFilter) matches(job watch.JobView, now time.Time) bool {
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
	case f.StuckAfter > 0 && !stuck(job, now, f.StuckAfter, f.findings):
		return false
	}
	return true
}

// sortJobs orders by age (oldest first when descending), name or state; ids
// break ties, so that pages do not overlap.
func sortJobs(jobs []watch.JobView, by string, descending bool) {
	slices.SortFunc(jobs, func(a, b watch.JobView) int {
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
