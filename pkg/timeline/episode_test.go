package timeline_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestFirstLookIsALowerBound(t *testing.T) {
	// Given a job that already is in CANCELING, when it is looked at for the
	// first time, then its age is "at least".
	s := newStory(t)
	changes := s.poll(job(coordinator.StateCanceling))
	s.expect("first look", want{coordinator.StateCanceling, noon, QualityAtLeast, noon})
	if len(changes.Opened) != 1 || len(changes.Closed)+len(changes.Updated) != 0 {
		t.Errorf("changes: %+v", changes)
	}

	// When it stays so, then nothing changes but the look's time.
	changes = s.poll(job(coordinator.StateCanceling))
	s.expect("second look", want{coordinator.StateCanceling, noon, QualityAtLeast, noon})
	if !changes.Empty() || !changes.Progressed {
		t.Errorf("a poll that shows nothing new must change nothing: %+v", changes)
	}
	if got := s.episode().ContinuousAge(); got != interval {
		t.Errorf("continuous age %s, want %s", got, interval)
	}
}

func TestChangeBetweenTwoPollsIsObserved(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateRunning))
	before := s.episode()
	changes := s.poll(job(coordinator.StateCanceling))
	seen := s.last()
	s.expect("after the change", want{coordinator.StateCanceling, seen, QualityObserved, seen})
	if len(changes.Closed) != 1 || changes.Closed[0].ID != before.ID || !changes.Closed[0].Until.Equal(seen) {
		t.Errorf("closed: %+v", changes.Closed)
	}
	if s.episode().ID == before.ID {
		t.Error("another state must be another episode")
	}
}

func TestNewJobIsObserved(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StatePending))
	s.expect("a job that was not there", want{coordinator.StatePending, s.last(), QualityObserved, s.last()})
}

func TestGap(t *testing.T) {
	cases := []struct {
		name  string
		blind time.Duration // beside the interval between two polls
		then  coordinator.State
		// what the look afterwards shows, as offsets to noon
		since      time.Duration
		quality    Quality
		continuous time.Duration
	}{
		{"three intervals are no gap", 2 * interval, coordinator.StateCanceling, interval, QualityObserved, interval},
		{"same state after a gap", 3 * interval, coordinator.StateCanceling, interval, QualityObserved, 5 * interval},
		{"other state, no gap", 2 * interval, coordinator.StateRunning, 4 * interval, QualityObserved, 4 * interval},
		{"other state after a gap", 3 * interval, coordinator.StateRunning, 5 * interval, QualityAtLeast, 5 * interval},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			s.poll()
			s.poll(job(coordinator.StateCanceling))
			s.blind(c.blind)
			s.poll(job(c.then))
			s.expect("afterwards", want{c.then, noon.Add(c.since), c.quality, noon.Add(c.continuous)})
		})
	}
}

func TestNewJobAfterAGapIsALowerBound(t *testing.T) {
	s := newStory(t)
	s.poll()
	s.blind(time.Hour)
	s.poll(job(coordinator.StateRunning))
	if got := s.episode().Quality; got != QualityAtLeast {
		t.Errorf("quality %q", got)
	}
}

func TestSuspendedMachineIsAGap(t *testing.T) {
	// Given a machine that was suspended for an hour: the monotonic clock
	// stood still, the wall clock did not.
	tl := New(nil, "")
	first := time.Now()
	look := func(at time.Time) {
		tl.Advance(Observation{Interval: interval, Snapshot: &coordinator.Snapshot{
			ReadAt: at, Complete: true, Jobs: []coordinator.Job{job(coordinator.StateCanceling)},
		}})
	}
	look(first)
	after := first.Round(0).Add(time.Hour) // only the wall clock tells
	look(after)
	if got := tl.Jobs().At(0).Episode.ContinuousSince; !got.Equal(after) {
		t.Errorf("continuous since %s, want %s", got, after)
	}
}

func TestS03_RestartKeepsSinceAndRestartsContinuous(t *testing.T) {
	// Given a job that was seen to go into CANCELING.
	s := newStory(t)
	s.poll(job(coordinator.StateRunning))
	s.poll(job(coordinator.StateCanceling))
	since, id := s.last(), s.episode().ID

	// When Unjam restarts, then before the first look the job is known but
	// not listed.
	s.restart()
	if view := s.view(); view.Listed || view.Job.Name != "orders" || view.Job.State != coordinator.StateCanceling {
		t.Errorf("before the first look: %+v", view)
	}

	// Then the age goes on and the guard's age starts anew, even where the
	// restart took no longer than a poll.
	s.poll(job(coordinator.StateCanceling))
	s.expect("after the restart", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
	if s.episode().ID != id {
		t.Error("a restart must not make another episode of it")
	}

	// When it restarts and finds another state, then that is a lower bound.
	s.restart()
	s.poll(job(coordinator.StateRunning))
	s.expect("other state after a restart", want{coordinator.StateRunning, s.last(), QualityAtLeast, s.last()})
}

func TestClockSetBackOverARestart(t *testing.T) {
	// Given a stored episode from a clock that was an hour ahead.
	s := newStory(t)
	future := noon.Add(time.Hour)
	s.timeline = New([]Episode{{
		ID: "stored", Job: "733584788375666689", CreateTime: created, Name: "orders", State: coordinator.StateCanceling,
		Since: future, Quality: QualityObserved, ContinuousSince: future, LastSeen: future, Master: "a:5801",
	}}, "a:5801")
	// When it is looked at, then no age is negative, and it ends no earlier
	// than it began.
	s.poll(job(coordinator.StateCanceling))
	if e := s.episode(); e.Age(s.now) != 0 || e.ContinuousAge() != 0 {
		t.Errorf("age %s, continuous %s", e.Age(s.now), e.ContinuousAge())
	}
	closed := s.poll(job(coordinator.StateRunning)).Closed
	if len(closed) != 1 || closed[0].Until.Before(closed[0].Since) {
		t.Errorf("closed: %+v", closed)
	}
}

func TestIncompleteSnapshotChangesNothing(t *testing.T) {
	s := newStory(t)
	s.members = []coordinator.Member{{Address: "a:5801"}, {Address: "w:5802"}}
	s.poll(job(coordinator.StateCanceling))
	before := s.view()
	incomplete := &coordinator.Snapshot{ReadAt: s.now, Members: []coordinator.Member{{Address: "a:5801"}}}
	if changes := s.play(incomplete); !changes.Empty() || changes.Progressed {
		t.Errorf("changes: %+v", changes)
	}
	if got := s.view(); got.Episode != before.Episode || !got.Listed {
		t.Errorf("the job changed: %+v", got)
	}
	if vanished := s.timeline.Vanished(incomplete); vanished != nil {
		t.Errorf("an incomplete list cannot tell who vanished: %v", vanished)
	}
	s.poll(job(coordinator.StateCanceling))
	s.expect("next complete poll", want{coordinator.StateCanceling, noon, QualityAtLeast, noon})
}

func TestWordAndNameChangeWithinAnEpisode(t *testing.T) {
	s := newStory(t)
	created := job(coordinator.StatePending)
	created.Word = "CREATED"
	s.poll(created)
	id := s.episode().ID
	scheduled := created
	scheduled.Word, scheduled.Name = "SCHEDULED", ""
	changes := s.poll(scheduled)
	if e := s.episode(); e.ID != id || e.Word != "SCHEDULED" || e.Name != "orders" {
		t.Errorf("episode: %+v", e)
	}
	if len(changes.Updated) != 1 || len(changes.Opened)+len(changes.Closed) != 0 {
		t.Errorf("changes: %+v", changes)
	}
}

func TestJobsAreSharedAndImmutable(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateRunning))
	view := s.timeline.Jobs()
	seen := view.At(0).Episode.LastSeen
	s.poll(job(coordinator.StateRunning))
	s.poll(job(coordinator.StateCanceling))
	if view.At(0).Episode.State != coordinator.StateRunning || !view.At(0).Episode.LastSeen.Equal(seen) {
		t.Error("an earlier view changed")
	}
}

func TestSnapshotOutOfOrderAndWithDuplicates(t *testing.T) {
	s := newStory(t)
	listing := []coordinator.Job{
		{ID: "3", State: coordinator.StateRunning}, {ID: "1", State: coordinator.StateRunning},
		{ID: "2", State: coordinator.StateRunning}, {ID: "1", State: coordinator.StateRunning},
	}
	s.poll(listing...)
	s.poll(listing...)
	var ids string
	for _, view := range s.timeline.Jobs().All() {
		ids += string(view.Job.ID)
	}
	if ids != "123" {
		t.Errorf("jobs %q, want each once and in order", ids)
	}
	if listing[0].ID != "3" {
		t.Error("the snapshot was changed")
	}
}
