package timeline

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Jobs are open jobs with their episodes, sorted by job id, as they were after
// one look. They never change; the zero value has none.
//
// A look at 50,000 jobs changes few of them, and of the others only when they
// were seen last. So that moment is kept once for all of them, and what did not
// change is shared with the Jobs before: a look then costs a pointer for a job
// instead of half a kilobyte.
type Jobs struct {
	// views have each job once; those that were seen at the newest look lack
	// LastSeen.
	views []*storedView
	// seen is the LastSeen of those.
	seen time.Time
}

// storedView is a JobView as Jobs keeps it. It never changes.
type storedView struct {
	JobView
	// atSeen: its LastSeen is that of Jobs, and its own is zero.
	atSeen bool
}

// JobsOf gives these jobs, which must be sorted by job id and have each id once.
func JobsOf(views ...JobView) Jobs {
	jobs := Jobs{views: make([]*storedView, len(views))}
	for i, view := range views {
		jobs.views[i] = &storedView{JobView: view}
	}
	return jobs
}

// Len is how many there are.
func (j Jobs) Len() int { return len(j.views) }

// At gives one by its place, from 0 to Len-1.
func (j Jobs) At(place int) JobView {
	view := j.views[place].JobView
	if j.views[place].atSeen {
		view.Episode.LastSeen = j.seen
	}
	return view
}

// All gives every job with its place, in the order of ids.
func (j Jobs) All() iter.Seq2[int, JobView] {
	return func(yield func(int, JobView) bool) {
		for place := range j.views {
			if !yield(place, j.At(place)) {
				return
			}
		}
	}
}

// Shared gives every job with its place without copying it, for those who look
// at very many: it must not be changed, and its LastSeen is not in it.
func (j Jobs) Shared() iter.Seq2[int, *JobView] {
	return func(yield func(int, *JobView) bool) {
		for place, view := range j.views {
			if !yield(place, &view.JobView) {
				return
			}
		}
	}
}

// SharedAt gives one of Shared by its place.
func (j Jobs) SharedAt(place int) *JobView { return &j.views[place].JobView }

// Find gives the job with this id; false when it is not among them.
func (j Jobs) Find(id coordinator.JobID) (JobView, bool) {
	place, found := slices.BinarySearchFunc(j.views, id, func(view *storedView, id coordinator.JobID) int {
		return cmp.Compare(view.Episode.Job, id)
	})
	if !found {
		return JobView{}, false
	}
	return j.At(place), true
}

// Without gives the jobs but the unwanted ones, of which it is asked as Shared
// gives them.
func (j Jobs) Without(unwanted func(*JobView) bool) Jobs {
	left := slices.DeleteFunc(slices.Clone(j.views), func(view *storedView) bool { return unwanted(&view.JobView) })
	return Jobs{views: left, seen: j.seen}
}

// Changed gives the jobs as change leaves a copy of each; those that stay the
// same are shared.
func (j Jobs) Changed(change func(*JobView)) Jobs {
	changed := Jobs{views: make([]*storedView, j.Len()), seen: j.seen}
	for place, before := range j.views {
		view := j.At(place)
		change(&view)
		changed.views[place] = store(view, j.seen, before)
	}
	return changed
}

// store gives a view as Jobs keeps it after a look at seen. before is how it was
// kept after the look before, nil for a job that is new: where nothing but
// LastSeen changed, it is that one.
func store(view JobView, seen time.Time, before *storedView) *storedView {
	stored := storedView{JobView: view}
	if view.Episode.LastSeen == seen {
		stored.Episode.LastSeen, stored.atSeen = time.Time{}, true
	}
	if before != nil && same(before, &stored) {
		return before
	}
	return &stored
}

// same tells whether two views say the same.
func same(a, b *storedView) bool {
	return a.atSeen == b.atSeen && a.Listed == b.Listed && a.zoneMayDiffer == b.zoneMayDiffer &&
		a.unlistedSince.Equal(b.unlistedSince) && a.own.Equal(b.own) && a.shared.Equal(b.shared) &&
		a.toldAt.Equal(b.toldAt) && a.otherwise.Equal(b.otherwise) &&
		sameEpisode(&a.Episode, &b.Episode) && sameReading(&a.Job, &b.Job)
}

func sameEpisode(a, b *Episode) bool {
	return a.ID == b.ID && a.Job == b.Job && a.CreateTime.Equal(b.CreateTime) && a.Name == b.Name && a.State == b.State &&
		a.Word == b.Word && a.Master == b.Master && a.Since.Equal(b.Since) && a.Quality == b.Quality &&
		a.ContinuousSince.Equal(b.ContinuousSince) && a.LastSeen.Equal(b.LastSeen) && a.Until.Equal(b.Until) &&
		a.MissingSince.Equal(b.MissingSince)
}

func sameReading(a, b *coordinator.Job) bool {
	return a.ID == b.ID && a.Name == b.Name && a.State == b.State && a.Word == b.Word && a.CreateTime.Equal(b.CreateTime) &&
		a.FinishTime.Equal(b.FinishTime) && a.Error == b.Error && a.Parent == b.Parent && slices.Equal(a.Nodes, b.Nodes)
}
