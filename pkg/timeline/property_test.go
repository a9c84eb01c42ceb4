package timeline_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// TestWhateverHappens plays random polls (failovers, gaps, restarts, splits,
// missing jobs, all answers) and checks what must hold at every moment.
func TestWhateverHappens(t *testing.T) {
	const stories, polls = 60, 150
	for seed := range uint64(stories) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			s := newStory(t)
			for range polls {
				disturb(s, random)
				before := s.timeline.Jobs()
				snapshot := randomSnapshot(s, random)
				changes := s.play(snapshot)
				if snapshot.Complete {
					checkViews(s, before, snapshot)
					checkGathered(s, changes)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

func disturb(s *story, random *rand.Rand) {
	switch random.IntN(30) {
	case 0:
		s.blind(time.Duration(random.IntN(120)) * time.Second)
	case 1:
		s.master = []string{"a:5801", "b:5801", ""}[random.IntN(3)]
	case 2:
		s.masters = []coordinator.MasterView{{Master: "a:5801"}, {Master: []string{"a:5801", "b:5801"}[random.IntN(2)]}}
	case 3:
		s.address = []string{"http://a:8080", "http://b:8080"}[random.IntN(2)]
	case 4:
		s.restart()
	case 5:
		s.masters = nil
	}
}

func randomSnapshot(s *story, random *rand.Rand) *coordinator.Snapshot {
	snapshot := &coordinator.Snapshot{
		ReadAt: s.now, Complete: random.IntN(8) > 0, Address: s.address, Master: s.master, Masters: s.masters,
	}
	open := []coordinator.State{
		coordinator.StatePending, coordinator.StateRunning, coordinator.StateCanceling,
		coordinator.StateCanceling, coordinator.StateUnknown, coordinator.StateCanceled,
	}
	s.answers = map[coordinator.JobID]Answer{}
	for i := range 6 {
		listed := coordinator.Job{
			ID: coordinator.JobID(fmt.Sprint(i)), State: open[random.IntN(len(open))],
			CreateTime: created.Add(time.Duration(random.IntN(12)/11) * time.Hour),
		}
		if random.IntN(4) > 0 {
			snapshot.Jobs = append(snapshot.Jobs, listed)
		}
		proof := []coordinator.Proof{coordinator.ProofOpen, coordinator.ProofEnded, coordinator.ProofNone}[random.IntN(3)]
		switch random.IntN(4) {
		case 0:
			s.answers[listed.ID] = Answer{NotFound: true}
		case 1:
			s.answers[listed.ID] = Answer{Reading: coordinator.Reading{Job: listed, Proof: proof, Address: s.address}}
		}
	}
	return snapshot
}

// checkViews checks the open jobs after a complete snapshot.
func checkViews(s *story, before Jobs, snapshot *coordinator.Snapshot) {
	s.t.Helper()
	now := map[coordinator.JobID]JobView{}
	for i, view := range s.timeline.Jobs().All() {
		e := view.Episode
		now[e.Job] = view
		switch {
		case i > 0 && s.timeline.Jobs().At(i-1).Episode.Job >= e.Job:
			s.t.Errorf("not sorted, or two open episodes of %s", e.Job)
		case view.Job.ID != e.Job:
			s.t.Errorf("job %s with the episode of %s", view.Job.ID, e.Job)
		case !e.Open() || e.State.Ended():
			s.t.Errorf("an ended episode is among the open ones: %+v", e)
		case e.Since.After(e.ContinuousSince) || e.ContinuousSince.After(e.LastSeen) && view.Listed || e.LastSeen.After(snapshot.ReadAt):
			s.t.Errorf("times out of order: %+v", e)
		case e.Age(snapshot.ReadAt) < 0 || e.ContinuousAge() < 0 || e.ContinuousAge() > e.Age(snapshot.ReadAt):
			s.t.Errorf("age %s, continuous %s", e.Age(snapshot.ReadAt), e.ContinuousAge())
		case view.Listed != e.MissingSince.IsZero():
			s.t.Errorf("listed %v, but missing since %s", view.Listed, clock(e.MissingSince))
		case view.Listed && !e.LastSeen.Equal(snapshot.ReadAt):
			s.t.Errorf("listed, but not seen by this look: %+v", e)
		}
	}
	for _, was := range before.All() {
		if _, open := now[was.Episode.Job]; open {
			continue
		}
		answer, asked := s.answers[was.Episode.Job]
		if !asked || answer.Reading.Proof != coordinator.ProofEnded {
			s.t.Errorf("job %s ended without a proof", was.Episode.Job)
		}
	}
	if _, split := snapshot.SplitMasters(); split && !s.timeline.MasterStableSince().IsZero() {
		s.t.Error("stable though masters disagree")
	}
}

// checkGathered checks what a store has after the changes.
func checkGathered(s *story, changes Changes) {
	s.t.Helper()
	for _, e := range changes.Closed {
		if e.Open() || e.Until.Before(e.Since) {
			s.t.Errorf("closed: %+v", e)
		}
	}
	open := map[string]bool{}
	for _, e := range s.gathered {
		if e.Open() {
			open[e.ID] = true
		}
	}
	for _, e := range s.timeline.OpenEpisodes() {
		if !open[e.ID] {
			s.t.Errorf("open, but not told: %+v", e)
		}
		delete(open, e.ID)
	}
	if len(open) > 0 {
		s.t.Errorf("ended, but not told: %v", open)
	}
}

// BenchmarkAdvance is one poll of 50,000 jobs of which nothing changed.
func BenchmarkAdvance(b *testing.B) {
	const count = 50_000
	jobs := make([]coordinator.Job, count)
	for i := range jobs {
		jobs[i] = coordinator.Job{ID: coordinator.JobID(fmt.Sprintf("7335847883%08d", i)), State: coordinator.StateRunning, CreateTime: created}
	}
	tl := New(nil, "")
	now := noon
	poll := func() {
		tl.Advance(Observation{Interval: interval, Snapshot: &coordinator.Snapshot{ReadAt: now, Complete: true, Master: "a", Jobs: jobs}})
		now = now.Add(interval)
	}
	poll()
	b.ReportAllocs()
	for b.Loop() {
		poll()
	}
}
