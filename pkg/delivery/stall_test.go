package delivery_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// stalled is a cluster of four after a loss of node04, at which gaps stay.
type stalled struct {
	// gaps by node; asked and answered are what node01 counts at each poll.
	gaps            map[string]int64
	asked, answered func(poll int) int64
	// missing are the gaps of node01 in node04's window; negative: not told.
	missing int64
	silent  string
	// never: the views never showed a loss, node04 was frozen and came back.
	never bool
}

// play returns the loss of node01 → node04 after a minute of that.
func (s stalled) play(polls int) (loss Loss, found bool) {
	w := newWorld(4, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.limit = nil
	for range 5 {
		w.send(10)
		w.poll(nil)
	}
	if s.never {
		w.silent["node04"] = true
	} else {
		w.cut()
	}
	for range 5 {
		w.send(10)
		w.poll(nil)
	}
	clear(w.silent)
	w.heal()
	if s.silent != "" {
		w.silent[s.silent] = true
	}
	w.gaps = s.gaps
	for poll := range polls {
		w.now = w.now.Add(interval)
		snapshot := w.snapshot()
		for index := range snapshot.Nodes {
			node := &snapshot.Nodes[index]
			switch {
			case node.Err != nil:
			case node.Name == "node01" && s.asked == nil:
				node.RequestsReceived, node.ResponsesSent = nil, nil
			case node.Name == "node01":
				node.RequestsReceived, node.ResponsesSent = new(s.asked(poll)), new(s.answered(poll))
			case node.Name == "node04" && s.missing >= 0:
				node.Windows = map[string]coordinator.Window{"node01": {Delivered: 50, Received: 100, Sent: 100, Missing: s.missing}}
			}
		}
		w.tracker.Advance(snapshot, nil, w.settings)
	}
	for _, known := range w.tracker.Losses() {
		if known.Node == "node01" && known.Peer == "node04" {
			loss, found = known, true
		}
	}
	return loss, found
}

// Facts page: lost for good looks like gaps that stay while the sender is asked
// and answers nothing. Who the gaps are of is known by windows, or where only
// one receiver has any.
func TestGapsThatStayAreLostForGood(t *testing.T) {
	rising, still := func(poll int) int64 { return int64(100 * poll) }, func(int) int64 { return 7 }
	alone, two := map[string]int64{"node04": 80}, map[string]int64{"node04": 80, "node03": 5}
	cases := []struct {
		name      string
		stalled   stalled
		polls     int
		outcome   Outcome
		certainty Certainty
		ended     bool
	}{
		{"one receiver has gaps", stalled{gaps: alone, asked: rising, answered: still, missing: -1}, 6, OutcomeOverflowed, Proven, true},
		{"not for long enough", stalled{gaps: alone, asked: rising, answered: still, missing: -1}, 3, OutcomeWaiting, Possible, false},
		{"two receivers have gaps", stalled{gaps: two, asked: rising, answered: still, missing: -1}, 6, OutcomeOverflowed, Likely, true},
		{"two have, and a window tells", stalled{gaps: two, asked: rising, answered: still, missing: 80}, 6, OutcomeOverflowed, Proven, true},
		{"a node that may have gaps does not answer", stalled{gaps: alone, asked: rising, answered: still, missing: -1, silent: "node02"}, 6, OutcomeOverflowed, Likely, true},
		{"it still answers", stalled{gaps: alone, asked: rising, answered: rising, missing: -1}, 6, OutcomeWaiting, Possible, false},
		{"it answers others, and a window tells", stalled{gaps: alone, asked: rising, answered: rising, missing: 80}, 6, OutcomeOverflowed, Proven, true},
		{"nobody asks this sender", stalled{gaps: alone, asked: still, answered: still, missing: -1}, 6, OutcomeWaiting, Possible, false},
		{"the counters are not exposed", stalled{gaps: alone, missing: -1}, 6, OutcomeOverflowed, Possible, false},
		{"the views never showed a loss", stalled{gaps: alone, asked: rising, answered: still, missing: -1, never: true}, 6, OutcomeOverflowed, Proven, true},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			loss, found := test.stalled.play(test.polls)
			if !found || loss.Outcome != test.outcome || loss.Certainty != test.certainty || loss.Open() == test.ended {
				t.Errorf("%v %+v", found, loss)
			}
			if test.stalled.never && (loss.Sent.Least < 1 || loss.Sent.Most < loss.Sent.Least || loss.LastContact.After(loss.FirstMissed)) {
				t.Errorf("%+v", loss)
			}
		})
	}
	if _, found := (stalled{gaps: alone, asked: rising, answered: rising, missing: -1, never: true}).play(6); found {
		t.Error("a node that was frozen and asks for what it missed has lost nothing yet")
	}
}
