package watch

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// eventsAtOnce is how many jobs a look tells one by one for each kind of
	// event: when a whole cluster goes down, nobody reads 50,000 lines, and no
	// store should have to keep them.
	eventsAtOnce = 200
	// restoreEndLooks is how many complete looks without a job that is being
	// restored end a restore: the queue that tells of it may not answer once.
	restoreEndLooks = 2
)

// restore is a restore of jobs that is under way; none where since is zero.
type restore struct {
	since time.Time
	jobs  map[coordinator.JobID]bool
	// clear are the complete looks without one, clearAt the first of them.
	clear   int
	clearAt time.Time
}

// restores tells of a restore that began or ended: once for the cluster, not for
// each job.
func (t *traces) restores(snapshot *coordinator.Snapshot) []timeline.Event {
	under := &t.restore
	began := under.since.IsZero() && len(snapshot.Restoring) > 0
	if began {
		*under = restore{since: snapshot.ReadAt, jobs: map[coordinator.JobID]bool{}}
	}
	if under.since.IsZero() {
		return nil
	}
	for _, id := range snapshot.Restoring {
		under.jobs[id] = true
	}
	switch {
	case began:
		return []timeline.Event{{
			At: snapshot.ReadAt, Kind: timeline.EventRestoreBegan, Member: snapshot.Master,
			Sentence: fmt.Sprintf("%s restores jobs: %d at this look.", cmp.Or(snapshot.Master, "The master"), len(snapshot.Restoring)),
		}}
	case len(snapshot.Restoring) > 0:
		under.clear = 0
		return nil
	case !snapshot.Complete:
		return nil
	}
	if under.clear == 0 {
		under.clearAt = snapshot.ReadAt
	}
	if under.clear++; under.clear < restoreEndLooks {
		return nil
	}
	ended := timeline.Event{
		At: under.clearAt, Kind: timeline.EventRestoreEnded, Member: snapshot.Master,
		Sentence: fmt.Sprintf("No job is being restored any more. The restore was seen for %s, of %d jobs in all.", under.clearAt.Sub(under.since).Round(time.Second), len(under.jobs)),
	}
	*under = restore{}
	return []timeline.Event{ended}
}

// cancelsSeen tells which jobs began to be canceled. Whether one of our own
// requests did it is known to the store, where each is recorded before it is
// sent: who writes the event decides there.
//
// A job that already was so at the first look is not told: nobody saw it begin.
func cancelsSeen(at time.Time, changes timeline.Changes) []timeline.Event {
	before := map[coordinator.JobID]coordinator.State{}
	for _, episode := range changes.Closed {
		before[episode.Job] = episode.State
	}
	var seen []timeline.Event
	for _, episode := range changes.Opened {
		was, known := before[episode.Job]
		goesOn := known && (was == coordinator.StateCanceling || was == coordinator.StateLost)
		if episode.State != coordinator.StateCanceling || goesOn || !known && episode.Quality == timeline.QualityAtLeast {
			continue
		}
		seen = append(seen, timeline.Event{
			At: episode.Since, Kind: timeline.EventCancelSeen, Job: episode.Job, Episode: episode.ID, Quality: episode.Quality,
			Sentence: fmt.Sprintf("%s (%s) is being canceled, and Unjam did not ask for it: somebody else did, or the coordinator itself.", episode.Name, episode.Job),
		})
	}
	slices.SortFunc(seen, func(a, b timeline.Event) int { return cmp.Compare(a.Job, b.Job) })
	return summed(seen, timeline.Event{At: at, Kind: timeline.EventCancelSeen}, "%d more jobs began to be canceled at the same look.")
}

// summed gives at most eventsAtOnce events, and then one that says how many more
// there are.
func summed(events []timeline.Event, rest timeline.Event, sentence string) []timeline.Event {
	more := len(events) - eventsAtOnce
	if more <= 0 {
		return events
	}
	rest.Sentence = fmt.Sprintf(sentence, more)
	return append(events[:eventsAtOnce:eventsAtOnce], rest)
}

// dated says of events how well their time is known, where they do not say it
// themselves.
func dated(events []timeline.Event, gap bool) {
	quality := timeline.QualityObserved
	if gap {
		quality = timeline.QualityAtLeast
	}
	for i := range events {
		events[i].Quality = cmp.Or(events[i].Quality, quality)
	}
}
