package timeline

import (
	"cmp"
	"slices"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Adopt takes stored open episodes and the last known master into the
// timeline. Usually that is how it begins (New); it may come later, when the
// store could not be read at first:
//
//   - a job that is in the same state since the first look of this run goes on
//     as the stored episode, with its Since and Quality; its ContinuousSince
//     stays as it was seen in this run;
//   - under another master, it keeps its own episode and inherits Since and
//     Quality;
//   - if another state was seen in this run, the stored episode ends with the
//     next observation;
//   - a job that is not known yet is taken as not listed.
//
// Two stored open episodes of one job (two processes wrote them) become one:
// the one seen last. What follows for a store comes with the next Changes.
func (t *Timeline) Adopt(openEpisodes []Episode, master string) {
	stored := slices.Clone(openEpisodes)
	slices.SortStableFunc(stored, func(a, b Episode) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), b.LastSeen.Compare(a.LastSeen))
	})
	known := make(map[coordinator.JobID]int, len(t.jobs))
	jobs := slices.Clone(t.jobs)
	for i := range jobs {
		known[jobs[i].Episode.Job] = i
	}
	adopted := map[coordinator.JobID]bool{}
	for _, episode := range stored {
		at, listed := known[episode.Job]
		switch {
		case !episode.Open():
		case adopted[episode.Job]:
			t.owed.Closed = append(t.owed.Closed, episode)
		case listed:
			t.reconcile(&jobs[at], episode)
		default:
			jobs = append(jobs, JobView{Job: lastSeen(episode), Episode: episode, zoneMayDiffer: true})
		}
		adopted[episode.Job] = true
	}
	slices.SortFunc(jobs, func(a, b JobView) int { return cmp.Compare(a.Episode.Job, b.Episode.Job) })
	t.jobs = jobs

	if t.master == "" {
		t.master = master
	} else if master != "" && master != t.master {
		t.owed.Events = append(t.owed.Events, Event{
			At: t.lastComplete, Kind: EventMasterChanged, Member: t.master, Before: master,
		})
	}
}

// reconcile joins a stored episode with the one that this run began for the
// same job id.
func (t *Timeline) reconcile(view *JobView, stored Episode) {
	current := &view.Episode
	same := stored.State == current.State && sameJob(stored.CreateTime, current.CreateTime, true)
	if !same || !current.Since.Equal(t.firstComplete) {
		t.owed.Closed = append(t.owed.Closed, stored)
		return
	}
	current.Since, current.Quality = stored.Since, stored.Quality
	if stored.Master != "" && current.Master != "" && stored.Master != current.Master {
		t.owed.Closed = append(t.owed.Closed, stored)
	} else {
		current.ID = stored.ID
	}
	t.owed.Updated = append(t.owed.Updated, *current)
}

// lastSeen is what an episode tells of its job.
func lastSeen(episode Episode) coordinator.Job {
	return coordinator.Job{
		ID: episode.Job, Name: episode.Name, State: episode.State, Word: episode.Word,
		CreateTime: episode.CreateTime,
	}
}
