package timeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// The stories use one interval and a clock that starts at noon.
const interval = 10 * time.Second

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// created is when the jobs of the stories were created.
var created = noon.Add(-3 * time.Hour)

// story plays polls into a timeline, one interval apart.
type story struct {
	t        *testing.T
	timeline *Timeline
	now      time.Time
	// What the next polls show.
	master  string
	address string
	masters []coordinator.MasterView
	members []coordinator.Member
	answers map[coordinator.JobID]Answer
	// gathered holds every episode that ever changed, in its newest form.
	gathered map[string]Episode
	// unsaved is what no store has yet: nobody takes it.
	unsaved Unsaved
}

func newStory(t *testing.T) *story {
	t.Helper()
	return &story{
		t: t, timeline: New(nil, ""), now: noon, master: "a:5801", address: "http://a:8080",
		answers: map[coordinator.JobID]Answer{}, gathered: map[string]Episode{},
	}
}

// restart goes on with a new timeline from what a store would have kept.
func (s *story) restart() {
	var open []Episode
	for _, episode := range s.gathered {
		if episode.Open() {
			open = append(open, episode)
		}
	}
	s.timeline = New(open, s.timeline.Master())
}

// poll plays a complete poll that lists these jobs, and moves the clock on.
func (s *story) poll(jobs ...coordinator.Job) Changes {
	s.t.Helper()
	return s.play(&coordinator.Snapshot{
		ReadAt: s.now, Complete: true, Address: s.address, Master: s.master, Masters: s.masters,
		Members: s.members, Jobs: jobs,
	})
}

// adopt merges what a store kept.
func (s *story) adopt(episodes []Episode, master string) {
	s.timeline.Merge(Shared{Episodes: episodes, Master: master}, &s.unsaved)
}

func (s *story) play(snapshot *coordinator.Snapshot) Changes {
	s.t.Helper()
	changes := s.timeline.Advance(Observation{Snapshot: snapshot, Answers: s.answers, Interval: interval})
	s.unsaved.Add(changes)
	for _, episode := range slices.Concat(changes.Closed, changes.Updated, changes.Opened) {
		s.gathered[episode.ID] = episode
	}
	s.now = s.now.Add(interval)
	return changes
}

// blind lets time pass without a poll.
func (s *story) blind(length time.Duration) { s.now = s.now.Add(length) }

// last is the time of the last poll.
func (s *story) last() time.Time { return s.now.Add(-interval) }

// episode gives the open episode of the one open job.
func (s *story) episode() Episode {
	s.t.Helper()
	return s.view().Episode
}

func (s *story) view() JobView {
	s.t.Helper()
	jobs := s.timeline.Jobs()
	if jobs.Len() != 1 {
		s.t.Fatalf("open jobs: %d, want 1: %+v", jobs.Len(), jobs)
	}
	return jobs.At(0)
}

func job(state coordinator.State) coordinator.Job {
	return coordinator.Job{ID: "733584788375666689", Name: "orders", State: state, Word: string(state), CreateTime: created}
}

func createdAt(j coordinator.Job, at time.Time) coordinator.Job {
	j.CreateTime = at
	return j
}

func reading(state coordinator.State, proof coordinator.Proof) Answer {
	return Answer{Reading: coordinator.Reading{Job: job(state), Proof: proof, Address: "http://a:8080"}}
}

// want is what a test expects of an episode.
type want struct {
	state      coordinator.State
	since      time.Time
	quality    Quality
	continuous time.Time
}

func (s *story) expect(step string, expected want) {
	s.t.Helper()
	got := s.episode()
	if got.State != expected.state || !got.Since.Equal(expected.since) || got.Quality != expected.quality ||
		!got.ContinuousSince.Equal(expected.continuous) {
		s.t.Errorf("%s: got %s since %s (%s), continuous since %s\nwant %s since %s (%s), continuous since %s", step,
			got.State, clock(got.Since), got.Quality, clock(got.ContinuousSince),
			expected.state, clock(expected.since), expected.quality, clock(expected.continuous))
	}
}

func clock(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format("15:04:05")
}
