package delivery_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// windowed is a world whose nodes tell windows. forgets is what JGroups 2.12.3
// does: who is excluded has no window any more.
type windowed struct {
	*world
	forgets bool
	// early: the window goes a look before the view does.
	early bool
}

func (w *windowed) look() {
	w.now = w.now.Add(w.settings.PollInterval)
	snapshot := w.snapshot()
	for index := range snapshot.Nodes {
		node := &snapshot.Nodes[index]
		node.Windows = map[string]coordinator.Window{}
		for _, from := range w.names {
			got := w.got[node.Name][from]
			if from == node.Name || w.forgets && (!w.sees(node.Name, from) || w.early && w.side[from] != w.side[node.Name]) {
				continue
			}
			node.Windows[from] = coordinator.Window{Delivered: got, Received: got + w.gaps[node.Name], Sent: got + w.gaps[node.Name], Missing: w.gaps[node.Name]}
		}
	}
	w.tracker.Advance(snapshot, nil, w.settings)
}

// Measured on JGroups 2.12.3: the two are cut off from each other for 10 s
// before their views show it, and the receiver drops the sender's window just
// before that. The windows told until then say to the event what was missed.
func TestWindowsDroppedAtTheExclusionKeepTheBracketExact(t *testing.T) {
	w := &windowed{world: newWorld(2, Settings{SentLimit: 1000, PollInterval: 2 * time.Second}), forgets: true}
	for range 20 {
		w.send(40)
		w.look()
	}
	// Given a cut that the views do not show yet.
	w.side[w.names[1]] = 1
	missed := int64(0)
	for range 4 {
		w.sendApart(40)
		missed += 40
		w.look()
		if got := w.pair(0, 1); got.Undelivered == nil || *got.Undelivered != missed || got.Reach != Reachable {
			t.Fatalf("before the exclusion: %+v, %d are missing", got, missed)
		}
	}
	// When the window goes first
	w.early = true
	w.sendApart(40)
	missed += 40
	w.look()
	// then nothing is said of what is undelivered: not 0.
	got := w.pair(0, 1)
	if got.Undelivered != nil || len(got.NotExposed) == 0 {
		t.Errorf("without a window: %+v", got)
	}
	// And when the views follow, all that is missing is counted, and no more.
	w.detect()
	w.sendApart(40)
	missed += 40
	w.look()
	got = w.pair(0, 1)
	if got.Reach != Lost || got.SentSinceLoss == nil || got.SentSinceLoss.Most != missed || got.Loss.Outcome != OutcomeWaiting {
		t.Errorf("lost: %+v %+v, %d are missing", got.SentSinceLoss, got.Loss, missed)
	}
}

// sendApart lets every node send, and nothing arrives.
func (w *world) sendApart(events int64) {
	for _, from := range w.names {
		w.sent[from] += events
	}
}

// What was on its way at the last contact is not counted as arrived.
func TestWhatWasOnItsWayAtTheContactIsMissing(t *testing.T) {
	w := &windowed{world: newWorld(2, Settings{SentLimit: 1000, PollInterval: time.Second})}
	for range 5 {
		w.send(40)
		w.look()
	}
	w.sendApart(10) // within a second's worth: a contact
	w.look()
	w.cut()
	w.sendApart(40)
	w.look()
	if got := w.pair(0, 1); got.SentSinceLoss == nil || got.SentSinceLoss.Most != 50 {
		t.Errorf("sent since the loss %+v, want at most 50", got.SentSinceLoss)
	}
}

// Watching begins while a peer is lost, and its nodes are not read at the same
// moment: what the sender has sent in its life is not what the peer lacks.
func TestTheFirstLookDuringALossProvesNoOverflow(t *testing.T) {
	w := newWorld(2, Settings{SentLimit: 1000, PollInterval: 2 * time.Second})
	w.send(5000)
	w.cut()
	w.sendApart(20)
	for range 3 {
		w.now = w.now.Add(w.settings.PollInterval)
		snapshot := w.snapshot()
		snapshot.Nodes[0].ReadAt = w.now.Add(-20 * time.Millisecond)
		w.tracker.Advance(snapshot, nil, w.settings)
		for _, way := range [][2]int{{0, 1}, {1, 0}} {
			missing := w.sent[w.names[way[0]]] - 5000
			if got := w.pair(way[0], way[1]); got.Loss.Outcome == OutcomeOverflowed || got.SentSinceLoss != nil && got.SentSinceLoss.Least > missing {
				t.Fatalf("%v: %d are missing: %+v %+v", way, missing, got.SentSinceLoss, got.Loss)
			}
		}
		w.sendApart(20)
	}
}

// Measured on JGroups 2.12.3: at the merge the receiver begins a new window of
// the sender, before the sender's view shows the receiver. What lies before that
// window is lost, and not delivered.
func TestAWindowThatBeginsAnewDeliversNothingOfTheLoss(t *testing.T) {
	w := &windowed{world: newWorld(2, Settings{SentLimit: 1000, PollInterval: time.Second}), forgets: true}
	for range 5 {
		w.send(40)
		w.look()
	}
	w.cut()
	missed := int64(0)
	for range 5 {
		w.sendApart(40)
		missed += 40
		w.look()
	}
	// When the receiver has the sender in its view again, and not the other way round
	first, second := w.names[0], w.names[1]
	w.view[second] = []string{first, second}
	w.got[second][first] = w.sent[first]
	w.look()
	if got := w.pair(0, 1); got.Reach != Lost || got.SentSinceLoss.Most != missed {
		t.Errorf("%s %+v, %d are missing", got.Reach, got.SentSinceLoss, missed)
	}
	// and when both see each other.
	clear(w.side)
	w.detect()
	w.look()
	if got := w.pair(0, 1); got.Loss == nil || got.Loss.Sent.Most < missed || got.Loss.Sent.Least > missed {
		t.Errorf("%+v, %d are missing", got.Loss, missed)
	}
}
