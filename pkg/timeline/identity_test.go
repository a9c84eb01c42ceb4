package timeline_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestJobIdentity(t *testing.T) {
	const a, b = "a:5801", "b:5801"
	cases := []struct {
		name    string
		master  string
		address string
		restart bool
		offset  time.Duration
		same    bool
	}{
		{name: "same create time", master: a, same: true},
		{name: "another second", master: a, offset: time.Second, same: false},
		{name: "an hour, same master", master: a, offset: time.Hour, same: false},
		{name: "an hour, other master", master: b, offset: time.Hour, same: true},
		{name: "a quarter hour (Nepal), other master", master: b, offset: 345 * time.Minute, same: true},
		{name: "the widest zones, other master", master: b, offset: -26 * time.Hour, same: true},
		{name: "wider than zones go, other master", master: b, offset: 26*time.Hour + 15*time.Minute, same: false},
		{name: "no zone differs by a minute", master: b, offset: time.Minute, same: false},
		{name: "no zone differs by a second more", master: b, offset: time.Hour + time.Second, same: false},
		{name: "an hour, same master, another member answers", master: a, address: "http://b:8080", offset: time.Hour, same: true},
		{name: "an hour, same master, after a restart", master: a, restart: true, offset: time.Hour, same: true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			s.poll(job(coordinator.StateCanceling))
			before := s.episode()
			s.master = c.master
			if c.address != "" {
				s.address = c.address
			}
			if c.restart {
				s.restart()
			}
			now := createdAt(job(coordinator.StateCanceling), created.Add(c.offset))
			changes := s.poll(now)
			if c.same {
				if got := s.episode(); !got.Since.Equal(before.Since) || !got.CreateTime.Equal(now.CreateTime) {
					t.Errorf("the age was lost, or the create time is not the present master's: %+v", got)
				}
				// The tolerance lasts for one look: another difference right
				// after it is another job.
				s.poll(createdAt(now, now.CreateTime.Add(time.Hour)))
				if got := s.episode(); !got.Since.Equal(s.last()) {
					t.Errorf("taken for the same job without a reason: %+v", got)
				}
				return
			}
			if got := s.episode(); !got.Since.Equal(s.last()) || got.Quality != QualityObserved {
				t.Errorf("another job must be a new episode: %+v", got)
			}
			if len(changes.Closed) != 1 || changes.Closed[0].ID != before.ID {
				t.Errorf("closed: %+v", changes.Closed)
			}
		})
	}
}

func TestZoneToleranceWaitsForAJobThatIsMissing(t *testing.T) {
	// Given a failover in which the job is not listed at first.
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.master = "b:5801"
	s.poll()
	s.poll()
	// When it comes back with b's zone, then it is the same job.
	s.poll(createdAt(job(coordinator.StateCanceling), created.Add(2*time.Hour)))
	if got := s.episode(); !got.Since.Equal(noon) {
		t.Errorf("episode: %+v", got)
	}
}

func TestUntoldCreateTimeTellsNothing(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	id := s.episode().ID
	s.poll(createdAt(job(coordinator.StateCanceling), time.Time{}))
	if got := s.episode(); got.ID != id || !got.CreateTime.Equal(created) {
		t.Errorf("episode: %+v", got)
	}
	if view := s.view(); !view.Job.CreateTime.Equal(created) {
		t.Errorf("job: %+v", view.Job)
	}
}

func TestS08_EpisodeKeepsEveryDigitOfTheJobID(t *testing.T) {
	s := newStory(t)
	near := job(coordinator.StateRunning)
	near.ID = "733584788375666688"
	s.poll(near, job(coordinator.StateRunning))
	jobs := s.timeline.Jobs()
	if jobs.Len() != 2 || jobs.At(0).Episode.Job != "733584788375666688" || jobs.At(1).Episode.Job != "733584788375666689" ||
		jobs.At(0).Episode.ID == jobs.At(1).Episode.ID {
		t.Errorf("jobs: %+v", jobs)
	}
}

func TestEpisodeIDIsDeterministicAndShort(t *testing.T) {
	first, second := newStory(t), newStory(t)
	first.poll(job(coordinator.StateRunning))
	second.poll(job(coordinator.StateRunning))
	if a, b := first.episode().ID, second.episode().ID; a != b || len(a) != 16 {
		t.Errorf("ids %q and %q", a, b)
	}
}
