package timeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// stored is an episode as a store would have kept it from before noon.
func stored(state coordinator.State, master string) Episode {
	since := noon.Add(-time.Hour)
	return Episode{
		ID: "stored-" + string(state) + master, Job: id, CreateTime: created, Name: "orders", State: state, Master: master,
		Since: since, Quality: QualityObserved, ContinuousSince: since, LastSeen: since.Add(time.Minute),
	}
}

func TestAdoptLate(t *testing.T) {
	// The store could not be read at first, and is read after two polls.
	cases := []struct {
		name    string
		seen    []coordinator.State // what the polls before showed
		stored  Episode
		since   time.Duration // the age's beginning afterwards, to noon
		sameID  bool          // goes on under the stored id
		closed  int           // stored episodes that end with the next poll
		changed int           // master changes told
	}{
		{name: "same state", seen: []coordinator.State{"canceling", "canceling"},
			stored: stored("canceling", "a:5801"), since: -time.Hour, sameID: true},
		{name: "same state under another master", seen: []coordinator.State{"canceling", "canceling"},
			stored: stored("canceling", "b:5801"), since: -time.Hour, closed: 1, changed: 1},
		{name: "another state", seen: []coordinator.State{"running", "running"},
			stored: stored("canceling", "a:5801"), since: 0, closed: 1},
		{name: "the state came back after another", seen: []coordinator.State{"running", "canceling"},
			stored: stored("canceling", "a:5801"), since: interval, closed: 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			for _, state := range c.seen {
				s.poll(job(state))
			}
			current := s.episode()
			s.adopt([]Episode{c.stored}, c.stored.Master)
			adopted := s.last()
			closed, events := ended(s.unsaved.Episodes, c.stored.ID), s.unsaved.Events
			s.poll(job(current.State))
			s.expect("adopted", want{current.State, noon.Add(c.since), s.episode().Quality, current.ContinuousSince})
			if got := s.episode().ID == c.stored.ID; got != c.sameID {
				t.Errorf("id %s, stored %s", s.episode().ID, c.stored.ID)
			}
			if len(closed) != c.closed || len(events) != c.changed {
				t.Errorf("closed %+v, events %+v", closed, events)
			}
			for _, closed := range closed {
				if closed.Until.After(adopted) {
					t.Errorf("closed: %+v", closed)
				}
			}
		})
	}
}

func TestAdoptUnknownJobIsMissing(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.adopt([]Episode{stored(coordinator.StateCanceling, "a:5801")}, "a:5801")
	if view := s.view(); view.Listed || view.Job.Name != "orders" {
		t.Errorf("view: %+v", view)
	}
	missing := s.last()
	s.poll()
	if got := s.episode(); !got.MissingSince.Equal(missing) {
		t.Errorf("episode: %+v", got)
	}
}

func TestTwoStoredEpisodesOfOneJobBecomeOne(t *testing.T) {
	older, newer := stored(coordinator.StateRunning, "a:5801"), stored(coordinator.StateCanceling, "a:5801")
	newer.LastSeen = newer.LastSeen.Add(time.Minute)
	over := stored(coordinator.StatePending, "a:5801")
	over.Until = over.LastSeen
	s := newStory(t)
	s.adopt([]Episode{older, over, newer}, "a:5801")
	if got := s.episode(); got.ID != newer.ID {
		t.Errorf("kept %+v", got)
	}
	if closed := ended(s.unsaved.Episodes, older.ID); len(closed) != 1 || len(s.unsaved.Episodes) != 1 {
		t.Errorf("to be saved: %+v", s.unsaved.Episodes)
	}
}

// ended gives what of an episode is known to have ended.
func ended(episodes []Episode, id string) []Episode {
	return slices.DeleteFunc(slices.Clone(episodes), func(e Episode) bool { return e.Open() || e.ID != id })
}

func TestOpenEpisodesAreThoseOfTheJobs(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateRunning))
	open := s.timeline.OpenEpisodes()
	if len(open) != 1 || open[0] != s.episode() {
		t.Errorf("open: %+v", open)
	}
}
