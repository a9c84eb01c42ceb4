package watch

import (
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// touchEvery is how often a replica that is alone says that it still
	// looks at jobs. Beside others, who spoke within companyFor, it says so
	// with every poll: they build on it.
	touchEvery = 30 * time.Second
	companyFor = 2 * touchEvery
	// maxUnsaved bounds the ended episodes, and the events, that are kept for
	// a store that fails; the oldest are dropped first.
	maxUnsaved = 20_000
	// lastTries bounds how often the last save begins anew because another
	// replica wrote in between.
	lastTries = 3
)

// sharing is the loop's side of keeping a timeline together with the store
// and, through it, with other replicas. Nothing is saved before the stored
// timeline was loaded, so that a watcher which began without it does not leave
// a second open episode beside the stored one.
type sharing struct {
	saver *saver
	// ready: the stored timeline was taken, or there was none to load.
	ready bool
	// revision is the newest of the store that was merged.
	revision int64
	unsaved  timeline.Unsaved
	// asked is what is under way; busy while something is.
	asked timeline.Unsaved
	busy  bool
	// again: the store has news, or a merge changed something, since the last
	// request was made.
	again bool
	// touchedAt is when the store was told last that we look; accompanied
	// while other replicas look too.
	touchedAt   time.Time
	accompanied bool
	// dropped counts what maxUnsaved cost.
	dropped int
}

// add takes what a poll changed.
func (s *sharing) add(changes timeline.Changes) {
	if s.saver.store == nil {
		return
	}
	s.unsaved.Add(changes)
	s.dropped += s.unsaved.Trim(maxUnsaved)
}

// sync asks the store, unless it is being asked: then once more afterwards.
func (s *sharing) sync(state *timeline.Timeline, now time.Time) {
	if s.saver.store == nil || !s.ready {
		return
	}
	if s.busy {
		s.again = true
		return
	}
	s.busy, s.again = true, false
	s.saver.ask(s.request(state, now))
}

// request says all that the store has not got.
func (s *sharing) request(state *timeline.Timeline, now time.Time) TimelineSync {
	s.asked = s.unsaved.Take()
	request := TimelineSync{
		Revision: s.revision,
		Changes:  TimelineChanges{Episodes: s.asked.Episodes, Events: s.asked.Events, Master: state.Master()},
		DoubtAt:  state.DoubtAt(),
	}
	if watch, looked := state.Watch(); looked {
		request.Watch = watch
		due := state.Jobs().Len() > 0 && now.Sub(s.touchedAt) >= touchEvery
		request.Heartbeat = due || s.accompanied || s.touchedAt.IsZero()
		if request.Heartbeat {
			s.touchedAt = now
		}
	}
	return request
}

// merge takes an answer of the store into the timeline.
func (s *sharing) merge(answer answer, state *timeline.Timeline) {
	if !answer.loaded && !answer.Saved {
		s.unsaved.PutBack(s.asked)
		// Our watch was not written either.
		s.touchedAt, s.again = time.Time{}, true
	}
	s.busy, s.ready, s.asked = false, true, timeline.Unsaved{}
	if answer.jumped {
		state.Distrust()
	}
	state.Merge(answer.Shared, &s.unsaved)
	s.revision = answer.Revision
	if answer.Reset {
		s.unsaved.Add(timeline.Changes{Updated: state.OpenEpisodes()})
	}
	s.accompanied = slices.ContainsFunc(answer.Shared.Watches, func(w timeline.Watch) bool {
		return answer.Shared.At.Sub(w.Last) < companyFor
	})
	s.again = s.again || !s.unsaved.Empty()
}

// stop saves a last time. What could not be saved stays in unsaved.
func (s *sharing) stop(state *timeline.Timeline, now time.Time) {
	s.saver.stop()
	if answer := s.saver.take(); answer != nil {
		s.merge(*answer, state)
	}
	if s.busy {
		s.unsaved.PutBack(s.asked)
		s.asked, s.busy = timeline.Unsaved{}, false
	}
	if s.saver.store == nil || !s.ready {
		return
	}
	for range lastTries {
		s.touchedAt = time.Time{}
		answer, err := s.saver.last(s.request(state, now))
		if err != nil {
			s.unsaved.PutBack(s.asked)
			s.saver.logger.Error("The store fails at the end of watching: ages may begin anew", "scope", s.saver.scope.String(), "error", err)
			return
		}
		s.merge(answer, state)
		if s.unsaved.Empty() {
			return
		}
	}
}

// notes say what the store does not do.
func (s *sharing) notes() []string {
	var notes []string
	if s.saver.fails() {
		notes = append(notes, "The store fails. Watching goes on and the store is tried again, but a restart now would lose what it has not saved: ages would begin anew.")
	}
	if s.dropped > 0 {
		notes = append(notes, "The store failed for so long that part of the history was dropped.")
	}
	return notes
}
