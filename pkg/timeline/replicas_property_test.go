package timeline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// sight is one complete look of one replica, as an all-knowing observer noted
// it.
type sight struct {
	by     *replica
	at     time.Time
	master string
	split  bool
	jobs   map[coordinator.JobID]coordinator.Job
	// known is the number of the sync that told the others; zero before it.
	known int
}

// world is what really happens in a coordinator that several replicas watch.
type world struct {
	t      *testing.T
	random *rand.Rand
	now    time.Time
	board  *board
	living []*replica
	states []coordinator.State
	master string
	split  bool
	sights []*sight
	ends   map[string]time.Time
	named  int
	// syncs counts them; synced is the number of each replica's last one.
	syncs  int
	synced map[*replica]int
	trace  []string
}

// TestWhateverHappensToReplicas plays two or three replicas with random
// phases, gaps, restarts, and stores that fail, and checks after each step
// that no guard's age is longer than what was watched without a gap and
// without another opinion, and that one job has one episode.
func TestWhateverHappensToReplicas(t *testing.T) {
	const stories, steps = 60, 200
	for seed := range uint64(stories) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := &world{
				t: t, random: rand.New(rand.NewPCG(seed, 43)), now: noon, board: newBoard(t), master: "a:5801",
				states: []coordinator.State{coordinator.StateRunning, coordinator.StateCanceling, coordinator.StateCanceling},
				ends:   map[string]time.Time{}, synced: map[*replica]int{},
			}
			for range 2 + w.random.IntN(2) {
				w.start()
			}
			for range steps {
				w.step()
				if t.Failed() {
					for _, line := range w.trace[max(0, len(w.trace)-12):] {
						t.Log(line)
					}
					return
				}
			}
			w.settle()
		})
	}
}

func (w *world) log(format string, args ...any) {
	w.trace = append(w.trace, w.now.Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

func (w *world) start() {
	w.named++
	r := w.board.join(fmt.Sprintf("replica-%d", w.named), w.now)
	r.syncedAt, w.synced[r] = w.now, w.syncs
	w.living = append(w.living, r)
	w.log("%s starts", r.name)
}

func (w *world) step() {
	w.now = w.now.Add(time.Duration(500+w.random.IntN(6000)) * time.Millisecond)
	switch w.random.IntN(40) {
	case 0, 1:
		w.states[w.random.IntN(len(w.states))] = []coordinator.State{
			coordinator.StateRunning, coordinator.StateCanceling, coordinator.StateCanceling, coordinator.StateCanceled,
		}[w.random.IntN(4)]
		w.log("the jobs are %v", w.states)
	case 2:
		w.master = []string{"a:5801", "b:5801"}[w.random.IntN(2)]
		w.log("master %s", w.master)
	case 3:
		w.split = w.random.IntN(3) == 0
		w.log("split %v", w.split)
	case 4:
		w.now = w.now.Add(time.Duration(w.random.IntN(60)) * time.Second)
	case 5:
		i := w.random.IntN(len(w.living))
		w.log("%s dies", w.living[i].name)
		w.living = slices.Delete(w.living, i, i+1)
		w.start()
	}
	r := w.living[w.random.IntN(len(w.living))]
	w.look(r)
	if w.random.IntN(5) > 0 {
		w.sync(r)
	}
	w.check(r)
	if other := w.living[w.random.IntN(len(w.living))]; w.random.IntN(4) == 0 {
		w.sync(other)
		w.check(other)
	}
}

// look lets a replica see the world, now and then with a job less.
func (w *world) look(r *replica) {
	seen := &sight{by: r, at: w.now, master: w.master, split: w.split, jobs: map[coordinator.JobID]coordinator.Job{}}
	r.master, r.masters = w.master, nil
	if w.split {
		r.masters = []coordinator.MasterView{{Address: "1", Master: "a:5801"}, {Address: "2", Master: "b:5801"}}
	}
	r.answers = map[coordinator.JobID]Answer{}
	var listed []coordinator.Job
	for i, state := range w.states {
		j := coordinator.Job{ID: coordinator.JobID(fmt.Sprint(i)), Name: "orders", State: state, Word: string(state), CreateTime: created}
		switch {
		case state.Ended():
			r.answers[j.ID] = Answer{Reading: coordinator.Reading{Job: j, Proof: coordinator.ProofEnded, Address: r.address}}
			seen.jobs[j.ID] = j
		case w.random.IntN(30) == 0:
		default:
			listed = append(listed, j)
			seen.jobs[j.ID] = j
		}
	}
	r.look(w.now, listed...)
	w.sights = append(w.sights, seen)
	w.log("%s looks: %v under %s, split %v: %s", r.name, w.states, w.master, w.split, describe(r))
}

func (w *world) sync(r *replica) {
	r.sync(w.now)
	w.syncs++
	w.synced[r] = w.syncs
	for _, s := range w.sights {
		if s.by == r && s.known == 0 {
			s.known = w.syncs
		}
	}
	w.log("%s syncs: %s", r.name, describe(r))
}

func describe(r *replica) (text string) {
	for _, view := range r.timeline.Jobs().All() {
		e := view.Episode
		text += fmt.Sprintf(" [%s %s %s %s since %s cs %s seen %s listed %v]", e.Job, e.State, e.Master, e.ID[:4], clock(e.Since),
			e.ContinuousSince.Format("15:04:05.000"), e.LastSeen.Format("15:04:05.000"), view.Listed)
	}
	return text
}

// check is what must hold at every moment.
func (w *world) check(r *replica) {
	w.t.Helper()
	open := map[coordinator.JobID]string{}
	for _, e := range w.board.open() {
		if other, twice := open[e.Job]; twice {
			w.t.Errorf("job %s has the open episodes %s and %s", e.Job, other, e.ID)
		}
		open[e.Job] = e.ID
	}
	for id, row := range w.board.rows {
		until, ended := w.ends[id]
		switch {
		case ended && !row.Until.Equal(until):
			w.t.Errorf("episode %s ended at %s, and now at %s", id, until, row.Until)
		case !row.Open():
			w.ends[id] = row.Until
		}
	}
	seen := map[coordinator.JobID]bool{}
	for _, view := range r.timeline.Jobs().All() {
		e := view.Episode
		if seen[e.Job] || e.ID == "" || !e.Open() {
			w.t.Errorf("%s: %+v", r.name, e)
		}
		seen[e.Job] = true
		if view.Listed {
			w.checkAge(r, e)
		}
		if e.Since.After(e.ContinuousSince) {
			w.t.Errorf("%s: since %s, continuous since %s", r.name, clock(e.Since), clock(e.ContinuousSince))
		}
	}
	if stable := r.timeline.MasterStableSince(); !stable.IsZero() {
		for _, s := range w.sights {
			if s.at.After(stable) && !s.at.After(r.last()) && (s.split || s.master != r.timeline.Master()) && w.knows(r, s) {
				w.t.Errorf("%s: master %s stable since %s, but %s saw %s at %s", r.name, r.timeline.Master(), clock(stable), s.by.name, s.master, clock(s.at))
			}
		}
	}
}

// knows tells whether a replica could have learnt of a look.
func (w *world) knows(r *replica, s *sight) bool {
	return s.by == r || s.known > 0 && s.known <= w.synced[r]
}

// checkAge checks that the time a guard counts was watched without a gap, by
// replicas whose looks this one can know of, and that none of these looks
// showed the job otherwise.
func (w *world) checkAge(r *replica, e Episode) {
	w.t.Helper()
	const gap = GapIntervals * interval
	alone := r.last().Sub(r.syncedAt) > gap
	last := e.ContinuousSince
	for _, s := range w.sights {
		if s.at.Before(e.ContinuousSince) || s.at.After(e.LastSeen) || !w.knows(r, s) {
			continue
		}
		job, told := s.jobs[e.Job]
		otherwise := told && job.State != e.State || s.split || s.master != e.Master
		if otherwise && s.at.After(e.ContinuousSince) {
			w.t.Errorf("%s counts %s of job %s from %s to %s, but %s saw %s under %s (split %v) at %s", r.name, e.State, e.Job,
				e.ContinuousSince.Format("15:04:05.000"), e.LastSeen.Format("15:04:05.000"), s.by.name, job.State, s.master, s.split, s.at.Format("15:04:05.000"))
			return
		}
		if !told || alone && s.by != r {
			continue
		}
		if s.at.Sub(last) > gap {
			w.t.Errorf("%s counts %s of job %s from %s to %s, but nobody looked from %s to %s", r.name, e.State, e.Job,
				clock(e.ContinuousSince), clock(e.LastSeen), clock(last), clock(s.at))
			return
		}
		last = s.at
	}
	if e.LastSeen.Sub(last) > gap {
		w.t.Errorf("%s counts %s of job %s to %s, but nobody looked after %s", r.name, e.State, e.Job, clock(e.LastSeen), clock(last))
	}
}

// settle lets nothing happen any more: then all agree.
func (w *world) settle() {
	w.split = false
	for i := range w.states {
		if w.states[i].Ended() {
			w.states[i] = coordinator.StateRunning
		}
	}
	for round := range 8 {
		for _, r := range w.living {
			w.now = w.now.Add(time.Second)
			r.master, r.masters, r.answers = w.master, nil, nil
			var listed []coordinator.Job
			for i, state := range w.states {
				listed = append(listed, coordinator.Job{ID: coordinator.JobID(fmt.Sprint(i)), Name: "orders", State: state, Word: string(state), CreateTime: created})
			}
			r.lookAndSync(w.now, listed...)
			if round > 4 && !r.unsaved.Empty() {
				w.t.Errorf("%s still writes", r.name)
			}
		}
	}
	stored := w.board.open()
	for _, r := range w.living {
		jobs := r.timeline.Jobs()
		if jobs.Len() != len(stored) || jobs.Len() != len(w.states) {
			w.t.Fatalf("%s has %d jobs, stored are %d, and there are %d", r.name, jobs.Len(), len(stored), len(w.states))
		}
		for i, view := range jobs.All() {
			first := w.living[0].timeline.Jobs().At(i).Episode
			if view.Episode.ID != stored[i].ID || view.Episode.State != w.states[i] || !view.Episode.Since.Equal(first.Since) ||
				!view.Episode.ContinuousSince.Equal(first.ContinuousSince) {
				w.t.Errorf("%s has %+v\n%s %+v\nstored %+v", r.name, view.Episode, w.living[0].name, first, stored[i])
			}
		}
	}
}
