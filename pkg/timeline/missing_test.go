package timeline_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const id coordinator.JobID = "733584788375666689"

func TestS02_VanishedJobLastsUntilAnEndIsProven(t *testing.T) {
	unproven := []struct {
		name   string
		list   []coordinator.Job
		answer *Answer
	}{
		{name: "not listed, not asked"},
		{name: "not listed, not found", answer: &Answer{NotFound: true}},
		{name: "not listed, nothing proven", answer: ptr(reading(coordinator.StateUnknown, coordinator.ProofNone))},
		{name: "not listed, an end that is not confirmed", answer: ptr(reading(coordinator.StateCanceled, coordinator.ProofNone))},
		{name: "listed as unknown", list: []coordinator.Job{job(coordinator.StateUnknown)}},
		{name: "listed in an end state", list: []coordinator.Job{job(coordinator.StateCanceled)}},
		{name: "proof from one of two masters", answer: ptr(split(reading(coordinator.StateCanceled, coordinator.ProofEnded)))},
		{name: "open at a master that is not the present one",
			answer: ptr(from(reading(coordinator.StateRunning, coordinator.ProofOpen), "b:5801"))},
	}
	for _, c := range unproven {
		t.Run(c.name, func(t *testing.T) {
			// Given a job in CANCELING that the list no longer shows so.
			s := newStory(t)
			s.poll()
			s.poll(job(coordinator.StateCanceling))
			since := s.last()
			if c.answer != nil {
				s.answers[id] = *c.answer
			}
			// When polls pass without a proof, then the episode lasts, and
			// says since when the job is missing.
			changes := s.poll(c.list...)
			missing := s.last()
			if len(changes.Updated) != 1 || len(changes.Opened)+len(changes.Closed) != 0 {
				t.Errorf("changes: %+v", changes)
			}
			s.poll(c.list...)
			s.expect("missing", want{coordinator.StateCanceling, since, QualityObserved, since})
			view := s.view()
			if view.Listed || !view.Episode.MissingSince.Equal(missing) || view.Job.State != coordinator.StateCanceling ||
				!view.Episode.LastSeen.Equal(since) {
				t.Errorf("view: %+v", view)
			}
			// When it comes back, then it goes on, and the guard's age starts
			// anew: it was not seen at every poll.
			delete(s.answers, id)
			s.poll(job(coordinator.StateCanceling))
			s.expect("back", want{coordinator.StateCanceling, since, QualityObserved, s.last()})
			if view := s.view(); !view.Listed || !view.Episode.MissingSince.IsZero() {
				t.Errorf("view: %+v", view)
			}
		})
	}
}

func TestProvenEndClosesAndIsRecorded(t *testing.T) {
	for _, state := range []coordinator.State{coordinator.StateCanceled, coordinator.StateFailed, coordinator.StateFinished} {
		t.Run(string(state), func(t *testing.T) {
			s := newStory(t)
			s.poll(job(coordinator.StateCanceling))
			before := s.episode()
			s.answers[id] = reading(state, coordinator.ProofEnded)
			changes := s.poll()
			if s.timeline.Jobs().Len() != 0 {
				t.Errorf("still open: %+v", s.timeline.Jobs())
			}
			if len(changes.Closed) != 1 || changes.Closed[0].ID != before.ID || !changes.Closed[0].Until.Equal(s.last()) {
				t.Errorf("closed: %+v", changes.Closed)
			}
			if len(changes.Opened) != 1 {
				t.Fatalf("opened: %+v", changes.Opened)
			}
			end := changes.Opened[0]
			if end.State != state || !end.Until.Equal(end.Since) || !end.Since.Equal(s.last()) ||
				end.Quality != QualityObserved || end.Open() {
				t.Errorf("end: %+v", end)
			}
		})
	}
}

func TestEndFoundAfterItWasMissingIsALowerBound(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.poll()
	s.answers[id] = reading(coordinator.StateCanceled, coordinator.ProofEnded)
	changes := s.poll()
	if len(changes.Opened) != 1 || changes.Opened[0].Quality != QualityAtLeast {
		t.Errorf("opened: %+v", changes.Opened)
	}
}

func TestEndedJobThatIsStillListedAsUnknownStaysEnded(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.answers[id] = reading(coordinator.StateCanceled, coordinator.ProofEnded)
	s.poll(job(coordinator.StateUnknown))
	for range 3 {
		if changes := s.poll(job(coordinator.StateUnknown)); !changes.Empty() || s.timeline.Jobs().Len() != 0 {
			t.Fatalf("it came back: %+v", changes)
		}
		if vanished := s.timeline.Vanished(&coordinator.Snapshot{Complete: true, Jobs: []coordinator.Job{job(coordinator.StateUnknown)}}); len(vanished) != 0 {
			t.Errorf("no need to ask: %+v", vanished)
		}
	}
	// When the same id runs again as another job, then that is seen.
	delete(s.answers, id)
	s.poll(createdAt(job(coordinator.StateRunning), s.now))
	s.expect("another job", want{coordinator.StateRunning, s.last(), QualityObserved, s.last()})
}

func TestJobThatTheListMissesButThatAnswersIsSeen(t *testing.T) {
	// Given pages that drift: the list misses a job that is there.
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateCanceling))
	since := s.last()
	s.answers[id] = reading(coordinator.StateCanceling, coordinator.ProofOpen)
	s.poll()
	s.expect("answered by itself", want{coordinator.StateCanceling, since, QualityObserved, since})
	if view := s.view(); !view.Listed || !view.Episode.LastSeen.Equal(s.last()) || !view.Episode.MissingSince.IsZero() {
		t.Errorf("view: %+v", view)
	}
	// When it answers with another state, then that is a change like any.
	s.answers[id] = reading(coordinator.StateRunning, coordinator.ProofOpen)
	s.poll()
	s.expect("another state", want{coordinator.StateRunning, s.last(), QualityObserved, s.last()})
	// When a member with another zone answers, then it is the same job, also
	// when the list shows it again.
	running := s.last()
	elsewhere := reading(coordinator.StateRunning, coordinator.ProofOpen)
	elsewhere.Reading.Address = "http://b:8080"
	elsewhere.Reading.Job.CreateTime = created.Add(time.Hour)
	s.answers[id] = elsewhere
	s.poll()
	delete(s.answers, id)
	s.poll(job(coordinator.StateRunning))
	s.expect("another zone", want{coordinator.StateRunning, running, QualityObserved, running})
}

func TestJobFirstReadFromAnotherMemberIsOneJob(t *testing.T) {
	// Given a job that the list shows as unknown and without a create time,
	// and that a member of another zone knows.
	s := newStory(t)
	s.poll()
	elsewhere := reading(coordinator.StateRunning, coordinator.ProofOpen)
	elsewhere.Reading.Address = "http://b:8080"
	elsewhere.Reading.Job.CreateTime = created.Add(time.Hour)
	s.answers[id] = elsewhere
	s.poll(createdAt(job(coordinator.StateUnknown), time.Time{}))
	first := s.last()
	s.expect("answered", want{coordinator.StateRunning, first, QualityObserved, first})
	// When the list tells in its own zone, then it is the same job.
	delete(s.answers, id)
	s.poll(job(coordinator.StateRunning))
	s.expect("listed", want{coordinator.StateRunning, first, QualityObserved, first})
}

func TestUnknownJob(t *testing.T) {
	// Given a job that is first seen in a state that nobody knows.
	s := newStory(t)
	s.poll()
	s.poll(job(coordinator.StateUnknown))
	first := s.last()
	s.expect("first", want{coordinator.StateUnknown, first, QualityObserved, first})
	if view := s.view(); view.Listed || !view.Episode.MissingSince.Equal(first) {
		t.Errorf("view: %+v", view)
	}
	if vanished := s.timeline.Vanished(&coordinator.Snapshot{Complete: true, Jobs: []coordinator.Job{job(coordinator.StateUnknown)}}); len(vanished) != 1 {
		t.Errorf("worth asking about: %+v", vanished)
	}
	s.poll(job(coordinator.StateUnknown))
	s.expect("still", want{coordinator.StateUnknown, first, QualityObserved, first})
	// When its state becomes known, then since when is not known.
	s.poll(job(coordinator.StateRunning))
	s.expect("known", want{coordinator.StateRunning, s.last(), QualityAtLeast, s.last()})
}

func TestUnknownIsNeverLost(t *testing.T) {
	s := newStory(t)
	s.poll(job(coordinator.StateCanceling))
	s.answers[id] = reading(coordinator.StateUnknown, coordinator.ProofNone)
	for range 2 * int(LostAfter/interval) {
		s.poll(job(coordinator.StateUnknown))
	}
	if got := s.episode().State; got != coordinator.StateCanceling {
		t.Errorf("a job that is listed became %s", got)
	}
}

func TestS17_LostAfterTenStableMinutes(t *testing.T) {
	polls := int(LostAfter / interval)
	noProof := reading(coordinator.StateUnknown, coordinator.ProofNone)
	for name, answer := range map[string]Answer{"not found": {NotFound: true}, "nothing proven": noProof} {
		t.Run(name, func(t *testing.T) {
			// Given a job that vanished, and a coordinator that does not know it.
			s := newStory(t)
			s.poll(job(coordinator.StateCanceling))
			before := s.episode()
			s.answers[id] = answer
			for range polls {
				s.poll()
			}
			missing := noon.Add(interval)
			if got := s.episode(); got.ID != before.ID {
				t.Fatalf("lost too early: %+v", got)
			}
			// When ten minutes are full, then it is lost.
			changes := s.poll()
			s.expect("lost", want{coordinator.StateLost, s.last(), QualityObserved, s.last()})
			if len(changes.Closed) != 1 || changes.Closed[0].ID != before.ID {
				t.Errorf("closed: %+v", changes.Closed)
			}
			if got := s.episode(); !got.MissingSince.Equal(missing) || got.Name != "orders" {
				t.Errorf("episode: %+v", got)
			}
			// Then it stays lost, over gaps, restarts and masters.
			lost := s.episode()
			s.poll()
			s.blind(time.Hour)
			s.poll()
			s.restart()
			s.master = "b:5801"
			if changes := s.poll(); len(changes.Opened)+len(changes.Closed) != 0 {
				t.Errorf("changes: %+v", changes)
			}
			if got := s.episode(); got.ID != lost.ID || !got.Since.Equal(lost.Since) {
				t.Errorf("episode: %+v", got)
			}
			// Until it is listed again.
			s.poll(job(coordinator.StateRunning))
			s.expect("found", want{coordinator.StateRunning, s.last(), QualityAtLeast, s.last()})
		})
	}
}

func TestNotLostWithoutCertainty(t *testing.T) {
	polls := 2 * int(LostAfter/interval)
	cases := map[string]func(s *story, poll int){
		"nobody could ask": func(s *story, _ int) { delete(s.answers, id) },
		"the master changes": func(s *story, poll int) {
			s.master = []string{"a:5801", "b:5801"}[poll/30%2]
		},
		"masters disagree": func(s *story, _ int) {
			s.masters = []coordinator.MasterView{{Address: "1", Master: "a"}, {Address: "2", Master: "b"}}
		},
		"no master is named": func(s *story, _ int) { s.master = "" },
		"gaps": func(s *story, poll int) {
			if poll%30 == 0 {
				s.blind(time.Minute)
			}
		},
		"listed now and then": func(s *story, poll int) {
			if poll%30 == 0 {
				s.poll(job(coordinator.StateUnknown))
			}
		},
		"asked of one of two masters": func(s *story, _ int) {
			s.answers[id] = split(reading(coordinator.StateUnknown, coordinator.ProofNone))
		},
	}
	for name, disturb := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStory(t)
			s.poll(job(coordinator.StateCanceling))
			s.answers[id] = Answer{NotFound: true}
			for poll := range polls {
				disturb(s, poll)
				s.poll()
			}
			if got := s.episode().State; got != coordinator.StateCanceling {
				t.Errorf("became %s", got)
			}
		})
	}
}

func TestLostJobThatIsProvenEndedOrListedAsUnknown(t *testing.T) {
	lose := func(t *testing.T) *story {
		s := newStory(t)
		s.poll(job(coordinator.StateCanceling))
		s.answers[id] = Answer{NotFound: true}
		for range int(LostAfter/interval) + 1 {
			s.poll()
		}
		if s.episode().State != coordinator.StateLost {
			t.Fatal("not lost")
		}
		return s
	}
	s := lose(t)
	s.answers[id] = reading(coordinator.StateCanceled, coordinator.ProofEnded)
	if changes := s.poll(); s.timeline.Jobs().Len() != 0 || len(changes.Closed) != 1 || changes.Closed[0].State != coordinator.StateLost {
		t.Errorf("proven ended: %+v", changes)
	}
	s = lose(t)
	s.poll(job(coordinator.StateUnknown))
	if got := s.episode(); got.State != coordinator.StateUnknown || got.Quality != QualityAtLeast {
		t.Errorf("listed as unknown: %+v", got)
	}
}

func TestVanished(t *testing.T) {
	// Given four open jobs.
	s := newStory(t)
	with := func(id coordinator.JobID, state coordinator.State) coordinator.Job {
		return coordinator.Job{ID: id, State: state}
	}
	s.poll(with("1", coordinator.StateRunning), with("2", coordinator.StateRunning), with("3", coordinator.StateRunning), with("4", coordinator.StateRunning))
	// When a list lacks one, shows one as unknown and one in an end state, and
	// brings a new one and an ended one.
	vanished := s.timeline.Vanished(&coordinator.Snapshot{Complete: true, Jobs: []coordinator.Job{
		with("2", coordinator.StateUnknown), with("3", coordinator.StateCanceled), with("4", coordinator.StateCanceling),
		with("5", coordinator.StateUnknown), with("6", coordinator.StateFinished),
	}})
	var ids string
	for _, view := range vanished {
		ids += string(view.Job.ID)
	}
	// Then it is worth asking about those that it does not tell about.
	if ids != "1235" {
		t.Errorf("vanished %q, want 1235", ids)
	}
}

func ptr(answer Answer) *Answer { return &answer }

func split(answer Answer) Answer {
	answer.Reading.Split = []string{"a:5801", "b:5801"}
	return answer
}

func from(answer Answer, master string) Answer {
	answer.Reading.Master = master
	return answer
}
