package timeline_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// board is the store of the stories with several replicas: it takes nothing
// from a replica that has not merged what the others wrote.
type board struct {
	t        *testing.T
	revision int
	rows     map[string]boardRow
	master   string
	doubtAt  time.Time
	watches  map[string]Watch
}

type boardRow struct {
	Episode
	revision int
	writer   string
}

func newBoard(t *testing.T) *board {
	return &board{t: t, rows: map[string]boardRow{}, watches: map[string]Watch{}}
}

// shared is what the board says to a replica that knows it up to a revision.
func (b *board) shared(reader string, revision int, at time.Time) Shared {
	shared := Shared{At: at, Master: b.master, DoubtAt: b.doubtAt}
	for _, row := range b.rows {
		if row.revision > revision && (revision > 0 || row.Open()) {
			shared.Episodes = append(shared.Episodes, row.Episode)
		}
	}
	slices.SortFunc(shared.Episodes, func(x, y Episode) int { return cmp.Compare(x.ID, y.ID) })
	for replica, watch := range b.watches {
		if replica != reader {
			shared.Watches = append(shared.Watches, watch)
		}
	}
	return shared
}

func (b *board) write(writer string, unsaved Unsaved, master string, doubtAt time.Time) {
	if !unsaved.Empty() || master != b.master {
		b.revision++
	}
	for _, episode := range unsaved.Episodes {
		if row, known := b.rows[episode.ID]; known && !row.Open() {
			b.t.Errorf("%s writes over what ended: %+v", writer, episode)
			continue
		}
		b.rows[episode.ID] = boardRow{episode, b.revision, writer}
	}
	if master != "" {
		b.master = master
	}
	if doubtAt.After(b.doubtAt) {
		b.doubtAt = doubtAt
	}
}

func (b *board) open() (open []Episode) {
	for _, row := range b.rows {
		if row.Open() {
			open = append(open, row.Episode)
		}
	}
	slices.SortFunc(open, func(x, y Episode) int { return cmp.Compare(x.Job, y.Job) })
	return open
}

// replica is one of several Unjams that watch the same coordinator.
type replica struct {
	*story
	name     string
	board    *board
	revision int
	// syncedAt is the last successful sync, savedTo the newest look that the
	// others can know of.
	syncedAt time.Time
	savedTo  time.Time
}

func (b *board) join(name string, now time.Time) *replica {
	r := &replica{story: newStory(b.t), name: name, board: b}
	r.now = now
	r.merge(now)
	return r
}

func (r *replica) merge(now time.Time) {
	r.timeline.Merge(r.board.shared(r.name, r.revision, now), &r.unsaved)
	r.revision = r.board.revision
}

// look polls at a time.
func (r *replica) look(now time.Time, jobs ...coordinator.Job) {
	r.now = now
	r.poll(jobs...)
}

// sync merges what the others wrote, writes, and merges their watches.
func (r *replica) sync(now time.Time) {
	if r.revision != r.board.revision {
		r.merge(now)
	}
	r.board.write(r.name, r.unsaved.Take(), r.timeline.Master(), r.timeline.DoubtAt())
	r.revision = r.board.revision
	if watch, looked := r.timeline.Watch(); looked {
		r.board.watches[r.name] = watch
		r.savedTo = watch.Last
	}
	r.merge(now)
	r.syncedAt = now
}

// lookAndSync is a whole poll.
func (r *replica) lookAndSync(now time.Time, jobs ...coordinator.Job) {
	r.look(now, jobs...)
	r.sync(now)
}

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

var (
	runs     = job(coordinator.StateRunning)
	cancels  = job(coordinator.StateCanceling)
	otherJob = createdAt(job(coordinator.StateCanceling), created.Add(time.Second))
)

func TestS43_MergingOfTwoReplicas(t *testing.T) {
	cases := []struct {
		name string
		play func(a, b *replica)
		// what both show afterwards, in seconds after noon
		state             coordinator.State
		since, continuous int
		quality           Quality
		dead              bool // a is
	}{
		{"both see the change", func(a, b *replica) {
			a.lookAndSync(at(0), runs)
			b.lookAndSync(at(5), runs)
			a.lookAndSync(at(10), cancels)
			b.lookAndSync(at(15), cancels)
		}, "canceling", 10, 10, QualityObserved, false},
		{"the later one saved first", func(a, b *replica) {
			a.lookAndSync(at(0), runs)
			b.lookAndSync(at(5), runs)
			a.look(at(10), cancels)
			b.lookAndSync(at(15), cancels)
			a.sync(at(16))
		}, "canceling", 10, 15, QualityObserved, false},
		{"the second joins while the first watches", func(a, b *replica) {
			a.lookAndSync(at(0))
			a.lookAndSync(at(10), cancels)
			a.lookAndSync(at(20), cancels)
			b.lookAndSync(at(25), cancels)
			a.lookAndSync(at(30), cancels)
			b.lookAndSync(at(35), cancels)
		}, "canceling", 10, 10, QualityObserved, false},
		{"the second joins after the first one's death", func(a, b *replica) {
			a.lookAndSync(at(0))
			a.lookAndSync(at(10), cancels)
			b.lookAndSync(at(15), cancels)
			b.lookAndSync(at(25), cancels)
		}, "canceling", 10, 15, QualityObserved, true},
		{"one is blind, the other is not", func(a, b *replica) {
			a.lookAndSync(at(0))
			for second := 10; second <= 100; second += 10 {
				a.lookAndSync(at(second), cancels)
				if second < 30 || second > 80 {
					b.lookAndSync(at(second+5), cancels)
				}
			}
		}, "canceling", 10, 10, QualityObserved, false},
		{"both are blind", func(a, b *replica) {
			a.lookAndSync(at(0))
			a.lookAndSync(at(10), cancels)
			b.lookAndSync(at(15), cancels)
			a.lookAndSync(at(60), cancels)
			b.lookAndSync(at(65), cancels)
			a.lookAndSync(at(70), cancels)
		}, "canceling", 10, 60, QualityObserved, false},
		{"a flap that one sees", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.lookAndSync(at(10), runs)
			a.lookAndSync(at(14), cancels)
			b.lookAndSync(at(15), cancels)
			a.sync(at(16))
		}, "canceling", 14, 14, QualityObserved, false},
		{"a flap that one sees, in the middle of the other's looks", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.lookAndSync(at(10), runs)
			b.lookAndSync(at(15), cancels)
			a.lookAndSync(at(20), cancels)
		}, "canceling", 15, 15, QualityObserved, false},
		{"a flap that one sees and saves late", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.look(at(10), runs)
			b.lookAndSync(at(15), cancels)
			a.look(at(20), cancels)
			b.lookAndSync(at(25), cancels)
			a.sync(at(26))
			b.sync(at(27))
		}, "canceling", 20, 20, QualityObserved, false},
		{"another master that one sees", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.master = "b:5801"
			a.lookAndSync(at(10), cancels)
			a.master = "a:5801"
			a.lookAndSync(at(20), cancels)
			b.lookAndSync(at(25), cancels)
			a.lookAndSync(at(30), cancels)
			b.lookAndSync(at(35), cancels)
		}, "canceling", 0, 20, QualityAtLeast, false},
		{"a change of master that both see", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.master, b.master = "b:5801", "b:5801"
			a.lookAndSync(at(10), cancels)
			b.lookAndSync(at(15), cancels)
			a.lookAndSync(at(20), cancels)
			b.lookAndSync(at(25), cancels)
		}, "canceling", 0, 10, QualityAtLeast, false},
		{"masters that disagree for one", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.masters = []coordinator.MasterView{{Address: "1", Master: "a:5801"}, {Address: "2", Master: "b:5801"}}
			a.lookAndSync(at(10), cancels)
			a.masters = nil
			b.lookAndSync(at(15), cancels)
			a.lookAndSync(at(20), cancels)
			b.lookAndSync(at(25), cancels)
			a.lookAndSync(at(30), cancels)
		}, "canceling", 0, 15, QualityAtLeast, false},
		{"a look that misses the job", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.lookAndSync(at(10))
			b.lookAndSync(at(15), cancels)
			a.lookAndSync(at(20), cancels)
		}, "canceling", 0, 15, QualityAtLeast, false},
		{"an older look comes in late", func(a, b *replica) {
			a.lookAndSync(at(0), runs)
			b.lookAndSync(at(5), runs)
			a.lookAndSync(at(20), cancels)
			b.look(at(15), runs)
			b.sync(at(21))
		}, "canceling", 20, 20, QualityObserved, false},
		{"an older look, after the merge", func(a, b *replica) {
			a.lookAndSync(at(0), runs)
			b.lookAndSync(at(5), runs)
			a.lookAndSync(at(20), cancels)
			b.sync(at(21))
			b.look(at(15), runs)
			b.sync(at(22))
		}, "canceling", 20, 20, QualityObserved, false},
		{"another job under the same id", func(a, b *replica) {
			a.lookAndSync(at(0), cancels)
			b.lookAndSync(at(5), cancels)
			a.lookAndSync(at(10), otherJob)
			b.lookAndSync(at(15), otherJob)
		}, "canceling", 10, 10, QualityObserved, false},
		{"one could not save for long", func(a, b *replica) {
			a.lookAndSync(at(0), runs)
			b.lookAndSync(at(5), runs)
			for second := 10; second <= 100; second += 10 {
				a.look(at(second), cancels)
				b.lookAndSync(at(second+5), cancels)
			}
			a.sync(at(106))
			b.sync(at(107))
		}, "canceling", 10, 15, QualityObserved, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			board := newBoard(t)
			a, b := board.join("a", noon), board.join("b", noon)
			c.play(a, b)
			// The merge that a next poll would bring.
			end := later(a.last(), b.last())
			a.merge(end)
			b.merge(end)
			expected := want{c.state, at(c.since), c.quality, at(c.continuous)}
			if !c.dead {
				a.expect("a", expected)
			}
			b.expect("b", expected)
			open := board.open()
			if len(open) != 1 || a.episode().ID != open[0].ID || b.episode().ID != open[0].ID {
				t.Errorf("a has %s, b %s, stored are %+v", a.episode().ID, b.episode().ID, open)
			}
		})
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestAnEndThatOneSawIsFinal(t *testing.T) {
	setup := func(t *testing.T) (a, b *replica) {
		board := newBoard(t)
		a, b = board.join("a", noon), board.join("b", noon)
		a.lookAndSync(at(0), cancels)
		b.lookAndSync(at(5), cancels)
		a.answers[id] = reading(coordinator.StateCanceled, coordinator.ProofEnded)
		a.lookAndSync(at(20))
		return a, b
	}
	t.Run("an older look does not open it again", func(t *testing.T) {
		a, b := setup(t)
		b.look(at(15), cancels)
		b.sync(at(21))
		b.look(at(18), cancels)
		b.sync(at(22))
		if b.timeline.Jobs().Len() != 0 || len(a.board.open()) != 0 {
			t.Errorf("open: %+v, stored %+v", b.timeline.Jobs(), a.board.open())
		}
	})
	t.Run("both prove it, and it is recorded once", func(t *testing.T) {
		a, b := setup(t)
		b.answers[id] = a.answers[id]
		b.lookAndSync(at(25))
		ends := 0
		for _, row := range a.board.rows {
			if row.State.Ended() {
				ends++
			}
		}
		if ends != 1 || len(a.board.rows) != 2 {
			t.Errorf("stored: %+v", a.board.rows)
		}
	})
	t.Run("what another wrote meanwhile does not undo it", func(t *testing.T) {
		board := newBoard(t)
		a, b := board.join("a", noon), board.join("b", noon)
		a.lookAndSync(at(0), cancels)
		b.lookAndSync(at(5), cancels)
		a.answers[id] = reading(coordinator.StateCanceled, coordinator.ProofEnded)
		a.look(at(20))
		renamed := cancels
		renamed.Name = "renamed"
		b.lookAndSync(at(15), renamed)
		a.sync(at(21))
		if a.timeline.Jobs().Len() != 0 || len(board.open()) != 0 || len(board.rows) != 2 {
			t.Errorf("open: %+v, stored %+v", a.timeline.Jobs(), board.rows)
		}
		b.sync(at(22))
		if b.timeline.Jobs().Len() != 0 {
			t.Errorf("b still has %+v", b.timeline.Jobs())
		}
	})
	t.Run("the list still shows it as unknown", func(t *testing.T) {
		a, b := setup(t)
		b.sync(at(21))
		b.lookAndSync(at(25), job(coordinator.StateUnknown))
		if b.timeline.Jobs().Len() != 0 || len(a.board.open()) != 0 {
			t.Errorf("open: %+v", b.timeline.Jobs())
		}
	})
	t.Run("a newer look opens another", func(t *testing.T) {
		a, b := setup(t)
		b.look(at(25), cancels)
		b.sync(at(26))
		b.expect("b", want{coordinator.StateCanceling, at(25), QualityObserved, at(25)})
		a.sync(at(27))
		a.expect("a", want{coordinator.StateCanceling, at(25), QualityObserved, at(25)})
	})
}

func TestWithoutTheStoreOnlyOwnLooksCount(t *testing.T) {
	board := newBoard(t)
	a, b := board.join("a", noon), board.join("b", noon)
	a.lookAndSync(at(0), cancels)
	b.lookAndSync(at(25), cancels)
	a.lookAndSync(at(30), cancels)
	b.lookAndSync(at(35), cancels)
	b.expect("while it shares", want{coordinator.StateCanceling, noon, QualityAtLeast, noon})
	// When b cannot sync for longer than a gap, then it counts its own looks.
	for second := 45; second <= 75; second += 10 {
		b.look(at(second), cancels)
	}
	b.expect("alone", want{coordinator.StateCanceling, noon, QualityAtLeast, at(25)})
	// When it can again, then all is as if it never was.
	b.sync(at(76))
	b.expect("again", want{coordinator.StateCanceling, noon, QualityAtLeast, noon})
}

func TestUnknownElsewhereIsNoOtherState(t *testing.T) {
	board := newBoard(t)
	a, b := board.join("a", noon), board.join("b", noon)
	a.look(at(0), job(coordinator.StateUnknown))
	b.lookAndSync(at(5), cancels)
	a.sync(at(6))
	a.lookAndSync(at(10), cancels)
	b.lookAndSync(at(15), cancels)
	if a.episode().ID != b.episode().ID || len(board.rows) != 1 {
		t.Errorf("a %+v, b %+v, stored %+v", a.episode(), b.episode(), board.rows)
	}
}

func TestS17_LostForOneIsLostForAll(t *testing.T) {
	board := newBoard(t)
	a, b := board.join("a", noon), board.join("b", noon)
	a.lookAndSync(at(0), cancels)
	b.lookAndSync(at(5), cancels)
	a.answers[id], b.answers[id] = Answer{NotFound: true}, Answer{NotFound: true}
	second := 10
	for ; second <= 10+int(LostAfter/time.Second); second += 10 {
		a.lookAndSync(at(second))
		b.lookAndSync(at(second + 5))
	}
	if a.episode().State != coordinator.StateLost || a.episode().ID != b.episode().ID || len(board.rows) != 2 {
		t.Fatalf("a %+v, b %+v, stored %+v", a.episode(), b.episode(), board.rows)
	}
	// When it is dismissed in the store, then it is gone everywhere.
	lost := board.open()[0]
	lost.Until = at(second)
	board.write("somebody", Unsaved{Episodes: []Episode{lost}}, "a:5801", time.Time{})
	for _, r := range []*replica{a, b} {
		r.lookAndSync(at(second + 1))
		r.lookAndSync(at(second + 10))
		if r.timeline.Jobs().Len() != 0 {
			t.Errorf("%s still has %+v", r.name, r.timeline.Jobs())
		}
	}
	// When it is listed again, then as a new episode.
	a.lookAndSync(at(second+20), cancels)
	b.lookAndSync(at(second+25), cancels)
	if a.episode().ID == lost.ID || a.episode().ID != b.episode().ID {
		t.Errorf("a %+v, b %+v", a.episode(), b.episode())
	}
}

func TestListedByOneIsNotLostForTheOther(t *testing.T) {
	board := newBoard(t)
	a, b := board.join("a", noon), board.join("b", noon)
	b.answers[id] = Answer{NotFound: true}
	for second := 0; second <= 2*int(LostAfter/time.Second); second += 10 {
		a.lookAndSync(at(second), cancels)
		b.lookAndSync(at(second + 5))
	}
	if got := b.episode(); got.State != coordinator.StateCanceling || len(board.rows) != 1 {
		t.Errorf("b has %+v, stored %+v", got, board.rows)
	}
}
