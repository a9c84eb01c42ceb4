package delivery_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/family"
)

const interval = 10 * time.Second

// kinds lists what changed.
func kinds(events []Event) (kinds []EventKind) {
	for _, event := range events {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}

// Nodes that tell nothing: no figure, and a sentence for each.
func TestS10_WhatIsNotExposedIsNeverZero(t *testing.T) {
	w := newWorld(3, Settings{SentLimit: 10_000, EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.hidden = true
	for range 5 {
		w.poll(nil)
	}
	check := func(when string, pair Pair) {
		t.Helper()
		if pair.Undelivered != nil || pair.Held != nil || pair.Fill != nil || pair.Bytes != nil || pair.SentSinceLoss != nil || pair.Rate != nil || pair.OverflowIn != nil || pair.ExecutionsLeft != nil {
			t.Errorf("%s: %+v", when, pair)
		}
		all := strings.Join(pair.NotExposed, " ")
		for _, word := range []string{"sent counter", "missing events", "inbound events buffer"} {
			if !strings.Contains(all, word) {
				t.Errorf("%s: no sentence on %s: %s", when, word, all)
			}
		}
	}
	check("in contact", w.pair(0, 2))
	w.cut()
	w.poll(nil)
	w.poll(nil)
	lost := w.pair(0, 2)
	check("lost", lost)
	if lost.Reach != Lost || lost.InboundLeft == nil || lost.DeadlineOf != LimitInbound {
		t.Errorf("the inbound countdown needs no figure: %+v", lost)
	}
}

// With finished jobs known, what was sent is estimated, and said to be.
func TestS10_FinishedJobsGiveAnEstimate(t *testing.T) {
	w := newWorld(3, Settings{SentLimit: 30, EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.hidden = true
	finished := map[string]int{"node01": 2}
	for range 3 {
		w.poll(finished)
	}
	w.cut()
	for range 3 {
		w.poll(finished)
	}
	pair := w.pair(0, 2)
	if !pair.Estimate || pair.SentSinceLoss == nil || *pair.SentSinceLoss != (Bracket{Least: 12, Most: 18}) || *pair.Fill != 0.6 || *pair.Bytes != 36_000 {
		t.Fatalf("%+v %+v", pair, pair.SentSinceLoss)
	}
	if !strings.Contains(strings.Join(pair.NotExposed, " "), "estimated from finished jobs") {
		t.Error(pair.NotExposed)
	}
	for range 10 {
		w.poll(finished)
	}
	if loss := w.pair(0, 2).Loss; loss.Outcome != OutcomeOverflowed || loss.Certainty != Likely || !loss.Open() || loss.Gone() {
		t.Errorf("an estimate proves nothing: %+v", loss)
	}
	// A node that told its counter before gets no estimate in its place.
	w = newWorld(3, w.settings)
	w.poll(finished)
	w.hidden = true
	w.cut()
	w.poll(finished)
	if pair := w.pair(0, 2); pair.Estimate || pair.SentSinceLoss != nil {
		t.Errorf("%+v", pair)
	}
}

// Healthy nodes keep 10,000 delivered events and more, and now and then one is
// on its way at a look: no loss, no fill, no finding, for two hours.
func TestS11_HealthyNodesThatRetainNeverGiveALoss(t *testing.T) {
	for _, windows := range []bool{false, true} {
		w := newWorld(3, Settings{SentLimit: 10_000, EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
		w.limit = new(int64(10_000))
		for poll := range 720 {
			w.send(1000)
			w.gaps["node02"] = int64(poll % 3)
			w.now = w.now.Add(interval)
			snapshot := w.snapshot()
			for index := range snapshot.Nodes {
				node := &snapshot.Nodes[index]
				node.RequestsReceived, node.ResponsesSent = new(int64(poll)), new(int64(poll))
				if !windows {
					continue
				}
				node.Windows = map[string]coordinator.Window{}
				for _, from := range w.names {
					node.Windows[from] = coordinator.Window{Delivered: w.sent[from], Received: w.sent[from], Sent: w.sent[from]}
				}
			}
			if events := w.tracker.Advance(snapshot, nil, w.settings); len(events) > 0 {
				t.Fatalf("poll %d: %+v", poll, events)
			}
			for _, pair := range w.tracker.Pairs(w.now, w.settings) {
				if pair.Reach != Reachable || pair.Loss != nil || *pair.Fill != 0 || *pair.Bytes != 0 || pair.Deadline != nil || pair.OverflowIn != nil || pair.InboundLeft != nil {
					t.Fatalf("poll %d: %+v", poll, pair)
				}
			}
		}
		parents := []family.Parent{{ID: "1", Node: "node01", State: coordinator.StateRunning, Children: []family.Child{{ID: "2", Node: "node02", Ended: family.EndGone, EndedAt: noon.Add(time.Minute)}}}}
		if findings := diagnose.Parents(w.now, time.Minute, parents, w.tracker.Losses(), w.tracker.Pairs(w.now, w.settings)); len(findings) > 0 {
			t.Errorf("%+v", findings)
		}
	}
}

// A partition, told by both sides, with figures that follow from the rules.
func TestAPartitionIsFollowedFromLossToDelivery(t *testing.T) {
	w := newWorld(3, Settings{EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	for range 40 {
		w.send(20)
		w.poll(nil)
	}
	w.cut()
	w.send(20)
	events := w.poll(nil)
	if len(events) != 4 || events[0].Kind != EventLost {
		t.Fatalf("%v", kinds(events))
	}
	for range 9 {
		w.send(20)
		w.poll(nil)
	}
	pair := w.pair(0, 2)
	if pair.Reach != Lost || *pair.SentSinceLoss != (Bracket{Least: 180, Most: 200}) || *pair.Fill != 0.2 || *pair.Bytes != 400_000 || *pair.Undelivered != 200 {
		t.Errorf("%+v %+v", pair, pair.SentSinceLoss)
	}
	// 800 events fit at 2 a second; the inbound buffer lasts for an hour since
	// the last contact, 100 s ago.
	if *pair.Rate != 2 || *pair.OverflowIn != 400*time.Second || *pair.InboundLeft != time.Hour-100*time.Second || pair.DeadlineOf != LimitOverflow || *pair.ExecutionsLeft != 266 {
		t.Errorf("rate %v, overflow in %v, inbound %v, %v, %d executions", *pair.Rate, *pair.OverflowIn, *pair.InboundLeft, pair.DeadlineOf, *pair.ExecutionsLeft)
	}
	if inside := w.pair(0, 1); inside.Reach != Reachable || inside.Loss != nil {
		t.Errorf("%+v", inside)
	}
	// The network returns: gaps that shrink are still returning.
	w.heal()
	var got []EventKind
	for _, gaps := range []int64{180, 60, 0, 0} {
		w.gaps["node03"], w.gaps["node01"], w.gaps["node02"] = gaps, gaps, gaps
		w.now = w.now.Add(interval)
		snapshot := w.snapshot()
		for index := range snapshot.Nodes {
			node := &snapshot.Nodes[index]
			node.ResponsesReceived, node.ResponsesSent, node.RequestsReceived = new(600-gaps), new(600-gaps), new(600-gaps)
		}
		got = append(got, kinds(w.tracker.Advance(snapshot, nil, w.settings))...)
		if pair := w.pair(0, 2); gaps > 0 && (pair.Reach != Returning || *pair.Undelivered != gaps || pair.Deadline != nil) {
			t.Errorf("%+v", pair)
		}
	}
	if pair := w.pair(0, 2); pair.Reach != Reachable || pair.Loss != nil {
		t.Errorf("%+v", pair)
	}
	if want := []EventKind{EventReturned, EventReturned, EventReturned, EventReturned, EventDelivered, EventDelivered, EventDelivered, EventDelivered}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, loss := range w.tracker.Losses() {
		if loss.Outcome != OutcomeDelivered || loss.Certainty != Proven {
			t.Errorf("%+v", loss)
		}
	}
}

// Both ends answer us all the time, and their views lag behind the network: the
// loss began up to that much earlier than the views say.
func TestALivePartitionBeganBeforeTheViewsShowIt(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval})
	for range 30 {
		w.send(10)
		w.poll(nil)
	}
	w.side["node02"] = 1
	for range 8 {
		w.send(10)
		w.poll(nil)
		if pair := w.pair(0, 1); pair.Reach != Reachable {
			t.Fatalf("the views do not show it yet: %s", pair.Reach)
		}
	}
	w.detect()
	w.send(10)
	w.poll(nil)
	pair := w.pair(0, 1)
	if missing := w.sent["node01"] - w.got["node02"]["node01"]; pair.SentSinceLoss.Least > missing || pair.SentSinceLoss.Most < missing {
		t.Errorf("%d are missing: %+v", missing, pair.SentSinceLoss)
	}
	if since, _ := pair.Loss.Since(); w.now.Sub(since) < DefaultDetectionTime || w.now.Sub(since) > DefaultDetectionTime+2*interval {
		t.Errorf("lost for %v", w.now.Sub(since))
	}
}

// While the sender does not answer, its figures are not known: nothing is
// made up, the countdown goes on, and it is said how old the last figure is.
func TestWhileANodeDoesNotAnswerNothingIsInvented(t *testing.T) {
	w := newWorld(3, Settings{EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	for range 5 {
		w.send(20)
		w.poll(nil)
	}
	w.cut()
	w.send(20)
	w.poll(nil)
	w.silent["node01"] = true
	w.poll(nil)
	// node03's view still tells that node01 is not in it.
	pair := w.pair(0, 2)
	if pair.Reach != Lost || pair.SentSinceLoss != nil || pair.Fill != nil || pair.Rate != nil || pair.Undelivered != nil || pair.NodeStarted != nil || pair.InboundLeft == nil {
		t.Errorf("%+v", pair)
	}
	if !strings.Contains(strings.Join(pair.NotExposed, " "), "since 12:01:00 UTC") || !pair.Loss.LastLook.Equal(noon.Add(time.Minute)) {
		t.Errorf("%v %v", pair.NotExposed, pair.Loss.LastLook)
	}
	// With both ends silent a third node's view decides.
	w.silent["node03"] = true
	w.poll(nil)
	if pair := w.pair(0, 2); pair.Reach != Lost {
		t.Errorf("%s", pair.Reach)
	}
	// With nobody left who tells, it is not seen.
	w.silent["node02"] = true
	w.poll(nil)
	if pair := w.pair(0, 1); pair.Reach != NotSeen || pair.Loss != nil {
		t.Errorf("%+v", pair)
	}
}

// The inbound buffer is released after its timeout, counted once.
func TestTheInboundReleaseIsToldOnce(t *testing.T) {
	w := newWorld(2, Settings{EventBytes: 2000, InboundTimeout: 10 * time.Minute, PollInterval: interval, DetectionTime: time.Second})
	w.send(5)
	w.poll(nil)
	w.poll(nil)
	w.cut()
	var released []time.Time
	for range 80 {
		w.send(1)
		for _, event := range w.poll(nil) {
			if event.Kind == EventReleased && event.Node == "node01" {
				released = append(released, event.At)
			}
		}
	}
	loss := w.pair(0, 1).Loss
	if len(released) != 1 || !released[0].Equal(loss.FirstMissed.Add(10*time.Minute)) || loss.Outcome != OutcomeReleased || loss.Certainty != Proven || !loss.Gone() {
		t.Errorf("%v %+v", released, loss)
	}
	if pair := w.pair(0, 1); pair.Releases != 1 || *pair.InboundLeft != 0 || pair.Deadline != nil || pair.SentSinceLoss.Most != 80 {
		t.Errorf("%+v", pair)
	}
	// An overflow that was proven before stays the outcome; the release counts.
	w = newWorld(2, w.settings)
	w.poll(nil)
	w.poll(nil)
	w.cut()
	for range 80 {
		w.send(100)
		w.poll(nil)
	}
	if pair := w.pair(0, 1); pair.Loss.Outcome != OutcomeOverflowed || pair.Loss.Certainty != Proven || pair.Releases != 1 {
		t.Errorf("%+v", pair)
	}
}

// Restarts: only one during a loss is one.
func TestARestartWithoutALossIsNoLoss(t *testing.T) {
	w := newWorld(3, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	for range 5 {
		w.send(20)
		w.poll(nil)
	}
	w.sent["node01"], w.started["node01"] = 3, w.now
	if events := w.poll(nil); len(events) > 0 {
		t.Errorf("%v", kinds(events))
	}
	// A planned restart: gone from the view and silent, and back as another
	// process. It is possible that something was lost, and no more.
	w.silent["node03"] = true
	w.cut()
	w.send(20)
	w.poll(nil)
	w.silent["node03"], w.started["node03"], w.sent["node03"] = false, w.now, 1
	w.heal()
	w.poll(nil)
	for _, loss := range w.tracker.Losses() {
		if loss.Outcome != OutcomeRestarted || loss.Certainty != Possible || loss.Gone() || loss.RestartedNode != "node03" {
			t.Errorf("%+v", loss)
		}
	}
	for range 3 {
		w.poll(nil)
	}
	if pair := w.pair(0, 2); pair.Reach != Reachable {
		t.Errorf("%+v", pair)
	}
}

// A time without looks widens what was known: the two may have met meanwhile.
func TestABlindTimeWidensTheBracket(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.send(10)
	w.poll(nil)
	w.poll(nil)
	w.cut()
	for range 10 {
		w.send(10)
		w.poll(nil)
	}
	before := *w.pair(0, 1).SentSinceLoss
	w.now = w.now.Add(10 * interval)
	w.send(10)
	w.poll(nil)
	after := *w.pair(0, 1).SentSinceLoss
	if before != (Bracket{Least: 90, Most: 100}) || after != (Bracket{Least: 0, Most: 110}) {
		t.Errorf("%+v, then %+v", before, after)
	}
}

// A peer that was lost before the first look: at least.
func TestALossBeforeTheFirstLookIsAtLeast(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.send(5000)
	w.cut()
	for range 5 {
		w.send(10)
		w.poll(nil)
	}
	pair := w.pair(0, 1)
	if since, observed := pair.Loss.Since(); observed || !since.Equal(noon.Add(interval)) {
		t.Error(since, observed)
	}
	if *pair.SentSinceLoss != (Bracket{Least: 40, Most: 40}) || pair.Loss.Sent.Most != coordinator.NotKnown || pair.Undelivered != nil {
		t.Errorf("%+v", pair)
	}
	if !strings.Contains(strings.Join(pair.NotExposed, " "), "at least") {
		t.Error(pair.NotExposed)
	}
}

// With windows the greater bound is what the peer really has not got.
func TestWindowsMakeTheBracketExact(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.send(100)
	look := func() {
		w.now = w.now.Add(interval)
		snapshot := w.snapshot()
		for index := range snapshot.Nodes {
			node := &snapshot.Nodes[index]
			other := w.names[1-index]
			got := w.got[node.Name][other]
			node.Windows = map[string]coordinator.Window{other: {Delivered: got, Received: got, Sent: got, Missing: 0}}
		}
		w.tracker.Advance(snapshot, nil, w.settings)
	}
	look()
	// 50 more arrive after the look, then the network is gone.
	w.send(50)
	w.cut()
	w.send(30)
	look()
	w.send(10)
	look()
	pair := w.pair(0, 1)
	if *pair.SentSinceLoss != (Bracket{Least: 10, Most: 40}) || *pair.Undelivered != 40 {
		t.Errorf("%+v %d", pair.SentSinceLoss, *pair.Undelivered)
	}
}

// A tracker that goes on from a memory tells what the old one would have told.
func TestAMemoryGoesOn(t *testing.T) {
	for _, name := range outages {
		looks := recorded(t, name).goOn(70 * time.Second).looks(5 * time.Second)
		settings := defaults(5 * time.Second)
		for stop := range looks {
			tracker := New(Memory{})
			for index, look := range looks {
				if index == stop {
					packed, err := json.Marshal(tracker.Memory())
					if err != nil {
						t.Fatal(err)
					}
					var memory Memory
					if err := json.Unmarshal(packed, &memory); err != nil {
						t.Fatal(err)
					}
					tracker = New(memory)
					if again := tracker.Memory(); !reflect.DeepEqual(again, memory) {
						t.Fatalf("%s, look %d:\n%+v\n%+v", name, stop, memory, again)
					}
				}
				tracker.Advance(look.snapshot, nil, settings)
			}
			for _, loss := range tracker.Losses() {
				switch {
				case loss.Node == "nodeC":
				case strings.HasPrefix(name, "emu-gclag300-stop45s") && loss.Outcome != OutcomeOverflowed,
					strings.HasPrefix(name, "emu-gclag2000") && loss.Outcome != OutcomeDelivered,
					strings.HasPrefix(name, "jg") && loss.Outcome != OutcomeUnknown:
					t.Errorf("%s, restarted at look %d: %s → %s is %s", name, stop, loss.Node, loss.Peer, loss.Outcome)
				}
			}
		}
	}
}

// A snapshot without nodes is no look, and one whose nodes all fail shows
// nothing.
func TestAPollWithoutNodesChangesNothing(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	w.poll(nil)
	before := w.tracker.Memory()
	w.tracker.Advance(&coordinator.Snapshot{ReadAt: w.now.Add(interval)}, nil, w.settings)
	if !reflect.DeepEqual(before, w.tracker.Memory()) {
		t.Error("it changed")
	}
	failed := &coordinator.Snapshot{ReadAt: w.now.Add(interval)}
	for _, name := range w.names {
		failed.Nodes = append(failed.Nodes, coordinator.Node{Name: name, Err: errors.New("refused")})
	}
	w.tracker.Advance(failed, nil, w.settings)
	for _, pair := range w.tracker.Pairs(w.now, w.settings) {
		if pair.Reach != NotSeen || pair.Loss != nil || pair.Fill != nil {
			t.Errorf("%+v", pair)
		}
	}
}
