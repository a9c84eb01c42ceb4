package watch

import (
	"maps"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// tracesKept is how long departures and forgotten cancels are remembered: an
// operator who comes the next morning still sees them.
const tracesKept = 24 * time.Hour

// Traces is what earlier polls of this process showed and the newest one does
// not show any more. It is not kept over restarts.
type Traces struct {
	// MasterChangedAt is when the active master was seen to change last; zero
	// if never.
	MasterChangedAt time.Time
	// ListSilentSince is since when the coordinator answers, but not with its
	// list of jobs; zero while it does.
	ListSilentSince time.Time
	// Left are the members that left in the last day, the first first.
	Left []Departure
	// Forgotten are the CANCELING episodes, under another master, of jobs that
	// are running or pending now.
	Forgotten map[coordinator.JobID]timeline.Episode
	// Ran is where jobs that are on their way to an end run, or ran last, as far
	// as the master told; Ended the same of jobs that ended in the last day.
	Ran   map[coordinator.JobID]Run
	Ended map[coordinator.JobID]Run
	// Restoring is since when jobs are being restored.
	Restoring map[coordinator.JobID]time.Time
}

// Departure is a member that left the cluster.
type Departure struct {
	Member string
	At     time.Time
	// Back is when a member of the same address was seen again; zero if never.
	Back time.Time
}

// traces makes Traces from one poll after the other. It is pure.
type traces struct {
	Traces
	// canceling are the first CANCELING episodes of jobs that were in that
	// state under some master before.
	canceling map[coordinator.JobID]timeline.Episode
	// restore is the one under way.
	restore restore
}

// advance takes a poll that answered: before are the open jobs as they were
// known before it, sorted by id; changes and jobs are what the timeline made of
// it.
func (t *traces) advance(before timeline.Jobs, snapshot *coordinator.Snapshot, changes timeline.Changes, jobs timeline.Jobs) {
	at := snapshot.ReadAt
	t.topology(at, changes.Events)
	switch {
	case snapshot.Complete || snapshot.Jobs != nil:
		t.ListSilentSince = time.Time{}
	case t.ListSilentSince.IsZero():
		t.ListSilentSince = at
	}
	t.cancels(at, changes, jobs)

	t.Ended = t.ended(at, before, changes.Closed, jobs)
	ran, restoring := map[coordinator.JobID]Run{}, map[coordinator.JobID]time.Time{}
	for _, view := range jobs.Shared() {
		if ending(view.Episode.State) {
			ran[view.Job.ID] = t.ranOn(view, before)
		}
	}
	for _, id := range snapshot.Restoring {
		if restoring[id] = at; !t.Restoring[id].IsZero() {
			restoring[id] = t.Restoring[id]
		}
	}
	// New ones at each poll: views share the former.
	t.Ran, t.Restoring = ran, restoring
}

func ending(state coordinator.State) bool {
	return state == coordinator.StateCanceling || state == coordinator.StateFailing || state == coordinator.StateSavepointing
}

func (t *traces) topology(at time.Time, events []timeline.Event) {
	left := slices.DeleteFunc(slices.Clone(t.Left), func(d Departure) bool { return at.Sub(d.At) > tracesKept })
	for _, event := range events {
		switch event.Kind {
		case timeline.EventMasterChanged:
			t.MasterChangedAt = event.At
		case timeline.EventMemberLeft:
			left = slices.DeleteFunc(left, func(d Departure) bool { return d.Member == event.Member })
			left = append(left, Departure{Member: event.Member, At: event.At})
		case timeline.EventMemberJoined:
			for i := range left {
				if left[i].Member == event.Member && left[i].Back.IsZero() {
					left[i].Back = event.At
				}
			}
		}
	}
	t.Left = left
}

// cancels finds the cancels that a failover has forgotten.
func (t *traces) cancels(at time.Time, changes timeline.Changes, jobs timeline.Jobs) {
	canceling, forgotten := maps.Clone(t.canceling), maps.Clone(t.Forgotten)
	if canceling == nil {
		canceling, forgotten = map[coordinator.JobID]timeline.Episode{}, map[coordinator.JobID]timeline.Episode{}
	}
	closed := map[coordinator.JobID]bool{}
	for _, episode := range changes.Closed {
		if episode.State != coordinator.StateCanceling {
			continue
		}
		closed[episode.Job] = true
		if first, known := canceling[episode.Job]; known {
			episode.Master, episode.Since = first.Master, first.Since
		}
		canceling[episode.Job] = episode
	}
	for _, episode := range changes.Opened {
		first, known := canceling[episode.Job]
		switch {
		case episode.State == coordinator.StateCanceling:
			delete(forgotten, episode.Job)
			if !closed[episode.Job] {
				delete(canceling, episode.Job) // a new cancel
			}
		case !known:
		case runs(episode.State) && sameRun(first, episode) && (first.Master != episode.Master || !forgotten[episode.Job].Since.IsZero()):
			forgotten[episode.Job] = first
		case episode.State != coordinator.StateUnknown:
			delete(canceling, episode.Job)
			delete(forgotten, episode.Job)
		}
	}
	gone := func(id coordinator.JobID, episode timeline.Episode) bool {
		_, open := jobs.Find(id)
		return !open || at.Sub(episode.LastSeen) > tracesKept
	}
	maps.DeleteFunc(canceling, gone)
	maps.DeleteFunc(forgotten, gone)
	t.canceling, t.Forgotten = canceling, forgotten
}

func runs(state coordinator.State) bool {
	return state == coordinator.StateRunning || state == coordinator.StatePending
}

// zoneStep is the smallest difference between two time zones: two masters may
// print one create time in different ones.
const zoneStep = 15 * time.Minute

// sameRun tells whether a job that another master has is the one that was
// canceled, and not one that was started anew under its id.
func sameRun(canceled, now timeline.Episode) bool {
	return now.Master != "" && canceled.Master != "" && canceled.Name == now.Name && canceled.CreateTime.Sub(now.CreateTime)%zoneStep == 0
}
