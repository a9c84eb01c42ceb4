package delivery_test

import (
	"testing"
	"time"

	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// Nothing was sent: nothing is held, nothing is released, nothing was missed.
func TestALossInWhichNothingWasSentEndsDelivered(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Minute, PollInterval: interval, DetectionTime: time.Second})
	w.send(10)
	w.poll(nil)
	w.poll(nil)
	w.cut()
	for range 20 {
		w.poll(nil)
	}
	if pair := w.pair(0, 1); pair.Releases != 0 || pair.Loss.Outcome != OutcomeWaiting || pair.Loss.Certainty != Proven {
		t.Errorf("%+v", pair)
	}
	w.heal()
	for range 3 {
		w.poll(nil)
	}
	if loss := w.tracker.Losses()[0]; loss.Outcome != OutcomeDelivered || loss.Certainty != Proven {
		t.Errorf("%+v", loss)
	}
}

// A node restarts, and its peer is lost before any contact with the new
// process: all that the new process sent may be missing.
func TestALossRightAfterARestartCountsFromTheRestart(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.send(500)
	for range 3 {
		w.poll(nil)
	}
	w.started["node01"], w.sent["node01"] = w.now, 0
	w.cut()
	w.send(30)
	w.poll(nil)
	if pair := w.pair(0, 1); pair.Loss.Outcome != OutcomeWaiting || *pair.SentSinceLoss != (Bracket{Least: 0, Most: 30}) {
		t.Errorf("%+v %+v", pair.SentSinceLoss, pair.Loss)
	}
}

// Two replicas, of which one began during the loss: the other's contact counts.
// The wider bracket of the two is kept.
func TestMergeTakesTheContactFromWhoSawOne(t *testing.T) {
	base := Loss{Node: "a", Peer: "b", FirstMissed: noon, SeenSince: noon, Outcome: OutcomeWaiting, Certainty: Proven, Limit: 100, Delivered: -1, Retransmitted: -1}
	saw, began := base, base
	saw.LastContact, saw.AtContact, saw.AtMissed, saw.AtExcluded, saw.Sent = noon.Add(-time.Minute), 10, 20, 20, Bracket{Least: 30, Most: 40}
	began.FirstMissed, began.SeenSince = noon.Add(time.Minute), noon.Add(time.Minute)
	began.AtContact, began.AtMissed, began.AtExcluded, began.Sent, began.Certainty = -1, 35, 35, Bracket{Least: 15, Most: -1}, Possible
	want := saw
	want.AtExcluded, want.SeenSince, want.Sent = 35, began.SeenSince, Bracket{Least: 15, Most: 40}
	for _, losses := range [][2]Loss{{saw, began}, {began, saw}} {
		merged := Merge(Memory{Losses: losses[:1]}, Memory{Losses: losses[1:]})
		if len(merged.Losses) != 1 || merged.Losses[0] != want {
			t.Errorf("%+v", merged.Losses)
		}
	}
	// Also where the one that began later knows the outcome.
	began.Outcome, began.Certainty, began.Ended = OutcomeReleased, Proven, noon.Add(time.Hour)
	merged := Merge(Memory{Losses: []Loss{began}}, Memory{Losses: []Loss{saw}}).Losses
	if len(merged) != 1 || merged[0].Outcome != OutcomeReleased || !merged[0].LastContact.Equal(saw.LastContact) || merged[0].AtContact != 10 {
		t.Errorf("%+v", merged)
	}
	// And where it saw the loss first.
	began.FirstMissed = noon.Add(-30 * time.Second)
	merged = Merge(Memory{Losses: []Loss{began}}, Memory{Losses: []Loss{saw}}).Losses
	if len(merged) != 1 || !merged[0].LastContact.Equal(saw.LastContact) || merged[0].AtContact != 10 || !merged[0].FirstMissed.Equal(began.FirstMissed) {
		t.Errorf("%+v", merged)
	}
}
