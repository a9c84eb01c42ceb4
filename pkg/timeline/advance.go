package timeline

import (
	"maps"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Advance takes one observation and says what it changed.
//
// An incomplete snapshot changes no episode. It is noted only when it casts
// doubt on the master: then the next complete one starts ContinuousSince and
// MasterStableSince anew. What it tells for certain is an event all the same: a
// split, a node that restarted.
func (t *Timeline) Advance(observation Observation) Changes {
	snapshot := observation.Snapshot
	if snapshot == nil {
		return Changes{}
	}
	_, split := snapshot.SplitMasters()
	happened := t.happenings(snapshot)
	if !snapshot.Complete {
		otherMaster := snapshot.Master != "" && t.master != "" && snapshot.Master != t.master
		if split || otherMaster {
			t.unsettled, t.doubtAt, t.doubtIsChange = true, snapshot.ReadAt, false
		}
		return Changes{Events: happened, Gap: t.gapBefore(snapshot.ReadAt, observation.Interval)}
	}

	look := &look{
		at:      snapshot.ReadAt,
		address: snapshot.Address,
		gap:     t.gapBefore(snapshot.ReadAt, observation.Interval),
		answers: observation.Answers,
		jobs:    make([]*storedView, 0, max(len(snapshot.Jobs), t.jobs.Len())),
		guard:   t.guardSince,
		ended:   map[coordinator.JobID]time.Time{},
	}
	// At the first look that is every job.
	look.changes.Opened = make([]Episode, 0, max(0, len(snapshot.Jobs)-t.jobs.Len()))
	began := snapshot.ReadAt.Add(-snapshot.Took)
	// Which member answers decides the zone of the create times; after a
	// restart it is not known which one answered before.
	look.zoneMayDiffer = t.lastComplete.IsZero() || snapshot.Address != t.address
	look.changes.Events, look.changes.Gap = happened, look.gap
	t.topology(look, snapshot, split)

	// Guards count by what the others watch from here on.
	t.gapLength = GapIntervals * observation.Interval
	t.sharing = t.stillSharing(look.at)

	var was JobView
	join(t.jobs, inOrder(snapshot.Jobs), func(place int, known *storedView, job *coordinator.Job) {
		var before *JobView
		if look.known = known; known != nil {
			was = t.jobs.At(place)
			before = &was
		}
		if before != nil && began.Before(before.toldAt) {
			// Another replica looked later than this.
			look.keep(*before)
			return
		}
		if before == nil && began.Before(t.endedElsewhere[job.ID]) {
			return
		}
		if job != nil && t.knownEnded(*job) && !telling(job.State) {
			look.ended[job.ID] = t.ended[job.ID]
			return
		}
		look.take(before, job)
	})

	look.changes.Progressed = len(look.jobs) > 0
	t.jobs, t.ended = Jobs{views: look.jobs, seen: look.at}, look.ended
	t.lastComplete, t.began, t.address, t.masterKnown = snapshot.ReadAt, began, snapshot.Address, look.masterKnown
	t.unsettled, t.doubtElsewhere = split, false
	maps.DeleteFunc(t.endedElsewhere, func(_ coordinator.JobID, until time.Time) bool { return !began.Before(until) })
	return look.changes
}

// gapBefore tells whether we were blind before at: no complete poll for
// GapIntervals. The greater of the monotonic and the wall clock's difference
// counts, since the monotonic one stands still while a machine is suspended.
// A wall clock set forward makes a gap too many, which only delays a guard.
func (t *Timeline) gapBefore(at time.Time, interval time.Duration) bool {
	if t.lastComplete.IsZero() {
		return true
	}
	elapsed := max(at.Sub(t.lastComplete), at.Round(0).Sub(t.lastComplete.Round(0)))
	return elapsed > GapIntervals*interval
}
