package delivery_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

// cutPoll is one poll: when, what nodeC had sent, nodeB's window of it, and how
// many events nodeC was asked for and sent again.
type cutPoll struct {
	at                                        float64
	sent, delivered, received, missing, again int64
}

// cutPair is the last contact, the first look at which the window stood, and all.
type cutPair struct {
	contact, stands float64
	polls           []cutPoll
}

// cutPairs are what nodeC sent and nodeB got while the two dropped each other's
// packets, from second 12 to 51, and nodeA reached both: recorded of JGroups
// (truth/recordings, jgroups2-pair-cut and jgroups5-pair-cut). All three stay in
// one view.
var cutPairs = map[string]cutPair{
	"2.12.3": {12.2, 14.27, []cutPoll{
		{10.29, 210, 210, 210, 0, 0}, {12.2, 248, 247, 247, 0, 0}, {14.27, 289, 259, 259, 0, 0}, {16.18, 327, 259, 259, 0, 0},
		{18.11, 366, 259, 259, 0, 0}, {19.94, 402, 259, 259, 0, 0}, {22.03, 444, 259, 259, 0, 0}, {24, 483, 259, 259, 0, 0},
		{26.15, 528, 259, 259, 0, 0}, {28.15, 568, 259, 259, 0, 0}, {30.14, 607, 259, 259, 0, 0}, {32.08, 646, 259, 259, 0, 0},
		{33.98, 684, 259, 259, 0, 0}, {36.1, 726, 259, 259, 0, 0}, {38.23, 769, 259, 259, 0, 0}, {40.79, 822, 259, 259, 0, 0},
		{42.7, 860, 259, 259, 0, 0}, {44.88, 903, 259, 259, 0, 0}, {46.76, 942, 259, 259, 0, 0}, {48.59, 979, 259, 259, 0, 0},
		{50.66, 1020, 259, 259, 0, 0}, {52.81, 1063, 1064, 1064, 0, 785}, {54.79, 1103, 1102, 1102, 0, 785}, {57.03, 1148, 1148, 1148, 0, 785},
		{59.03, 1188, 1187, 1187, 0, 785},
	}},
	// At 14.28 s, what was missing could still be on its way.
	"5.3.16": {14.28, 16.25, []cutPoll{
		{10.66, 223, 224, 224, 0, 0}, {12.47, 259, 259, 259, 0, 0}, {14.28, 296, 277, 277, 0, 0}, {16.25, 334, 277, 277, 0, 0},
		{18.29, 376, 277, 277, 0, 0}, {20.5, 420, 277, 277, 0, 0}, {22.58, 462, 277, 277, 0, 0}, {24.73, 504, 277, 277, 0, 0},
		{26.82, 547, 277, 277, 0, 0}, {28.97, 589, 277, 277, 0, 0}, {30.89, 628, 277, 277, 0, 0}, {32.8, 666, 277, 277, 0, 0},
		{34.74, 705, 277, 277, 0, 0}, {36.64, 743, 277, 277, 0, 0}, {38.61, 782, 277, 277, 0, 0}, {40.46, 819, 277, 277, 0, 0},
		{42.31, 856, 277, 277, 0, 0}, {44.51, 900, 277, 277, 0, 0}, {46.7, 944, 277, 277, 0, 0}, {48.84, 987, 277, 277, 0, 0},
		{50.9, 1028, 277, 277, 0, 0}, {52.84, 1067, 277, 1067, 786, 0}, {54.71, 1104, 1105, 1105, 0, 786}, {56.89, 1148, 1148, 1148, 0, 786},
		{58.8, 1187, 1186, 1186, 0, 786},
	}},
}

// look makes the look at a poll.
func (c cutPoll) look() *coordinator.Snapshot {
	snapshot := &coordinator.Snapshot{ReadAt: seconds(c.at), Complete: true}
	for _, name := range []string{"nodeA", "nodeB", "nodeC"} {
		node := coordinator.Node{
			Name: name, ReadAt: snapshot.ReadAt, StartedAt: new(noon.Add(-time.Hour)), View: []string{"nodeA", "nodeC", "nodeB"},
			Sent: new(c.sent), SentLimit: new(int64(300)), Gaps: new(int64(0)), Held: new(int64(0)),
			RequestsReceived: new(int64(0)), ResponsesSent: new(int64(0)), RequestsSent: new(int64(0)), ResponsesReceived: new(int64(0)),
			Windows: map[string]coordinator.Window{},
		}
		for _, from := range []string{"nodeA", "nodeB", "nodeC"} {
			node.Windows[from] = coordinator.Window{Delivered: c.sent, Received: c.sent, Sent: c.sent}
		}
		switch name {
		case "nodeB":
			node.Gaps, node.ResponsesReceived = new(c.missing), new(c.again)
			node.Windows["nodeC"] = coordinator.Window{Delivered: c.delivered, Received: c.received, Sent: c.received, Missing: c.missing}
		case "nodeC":
			node.RequestsReceived, node.ResponsesSent = new(c.again), new(c.again)
		}
		snapshot.Nodes = append(snapshot.Nodes, node)
	}
	return snapshot
}

// cutSettings would have everything lost at once, if the limit (300) or the
// timeout counted.
var cutSettings = Settings{EventBytes: 2000, InboundTimeout: 20 * time.Second, PollInterval: 2 * time.Second}

func find(pairs []Pair, from, to string) Pair {
	index := slices.IndexFunc(pairs, func(pair Pair) bool { return pair.Node == from && pair.Peer == to })
	return pairs[index]
}

// Two nodes lose each other while the third reaches both: nobody is excluded,
// and the window alone shows it. Nothing is discarded meanwhile, and when they
// reach each other again, all arrives.
func TestAPairThatIsCutInOneViewIsALossThatRecovers(t *testing.T) {
	for name, recorded := range cutPairs {
		t.Run(name, func(t *testing.T) {
			tracker, told := New(Memory{}), []EventKind{}
			lost := 0.0
			for index, poll := range recorded.polls {
				if index == 14 {
					// Unjam restarts in between.
					tracker = New(tracker.Memory())
				}
				for _, event := range tracker.Advance(poll.look(), nil, cutSettings) {
					if event.Node != "nodeC" || event.Peer != "nodeB" {
						t.Fatalf("at %v, and nothing else is wrong: %+v", poll.at, event)
					}
					told = append(told, event.Kind)
				}
				pairs := tracker.Pairs(seconds(poll.at), cutSettings)
				if other := find(pairs, "nodeB", "nodeC"); other.Reach != Reachable {
					t.Fatalf("at %v: the other way is %+v", poll.at, other)
				}
				pair := find(pairs, "nodeC", "nodeB")
				if pair.Loss != nil && lost == 0 {
					lost = poll.at
				}
				if poll.at < recorded.stands+10 || poll.delivered > 277 {
					if pair.Loss != nil || pair.Reach != Reachable {
						t.Fatalf("at %v: %s %+v", poll.at, pair.Reach, pair.Loss)
					}
					continue
				}
				// Then it is a loss since the last look before the window stood still
				if pair.Reach != Lost || pair.Loss == nil || !pair.Loss.LastContact.Equal(seconds(recorded.contact)) || !pair.Loss.FirstMissed.Equal(seconds(recorded.stands)) {
					t.Fatalf("at %v: %s %+v", poll.at, pair.Reach, pair.Loss)
				}
				// of what the window lacks, which waits, however much it is
				missing := poll.sent - poll.delivered
				if *pair.Undelivered != missing || pair.SentSinceLoss.Most != missing || pair.SentSinceLoss.Least > missing || pair.SentSinceLoss.Least < missing-90 || *pair.Bytes != 2000*missing {
					t.Fatalf("at %v: %d are missing: %+v, undelivered %d", poll.at, missing, pair.SentSinceLoss, *pair.Undelivered)
				}
				if pair.Loss.Outcome != OutcomeWaiting || pair.Loss.Certainty != Proven || !pair.Loss.Open() || pair.Fill != nil || pair.Loss.Limit > 0 ||
					pair.Deadline != nil || pair.InboundLeft != nil || pair.OverflowIn != nil || pair.ExecutionsLeft != nil || len(pair.NotExposed) == 0 {
					t.Fatalf("at %v: %+v %+v", poll.at, pair, pair.Loss)
				}
				if outlook, advice := diagnose.OfPair(seconds(poll.at), pair); outlook != diagnose.WillRecover || advice == "" {
					t.Fatalf("at %v: %s %s", poll.at, outlook, advice)
				}
			}
			// and when the window moves on past what was sent, all has arrived.
			if !slices.Equal(told, []EventKind{EventLost, EventReturned, EventDelivered}) || lost > recorded.stands+13 {
				t.Errorf("%v, known at %v", told, lost)
			}
			losses := tracker.Losses()
			if len(losses) != 1 || losses[0].Outcome != OutcomeDelivered || losses[0].Certainty != Proven || !losses[0].Ended.Equal(losses[0].ReturnedAt) {
				t.Errorf("%+v", losses)
			}
		})
	}
}

// inOneView is a cluster of three whose first two nodes drop each other's
// packets, in one view, and whose nodes tell windows.
type inOneView struct {
	*windowed
	cut bool
}

func newInOneView() *inOneView {
	w := &inOneView{windowed: &windowed{world: newWorld(3, Settings{InboundTimeout: 5 * time.Minute, PollInterval: 2 * time.Second, DetectionTime: 10 * time.Second})}}
	w.limit = new(int64(500))
	w.play(5, 40)
	return w
}

// play sends so many events before each of so many looks.
func (w *inOneView) play(looks int, events int64) {
	first, second := w.names[0], w.names[1]
	for range looks {
		before, after := w.got[first][second], w.got[second][first]
		w.send(events)
		if w.cut {
			w.got[first][second], w.got[second][first] = before, after
		}
		w.look()
	}
}

func (w *inOneView) pair() Pair { return w.world.pair(0, 1) }

// When a view shows it later, it is the same loss, since then; and from the
// exclusion on the limit and the timeout count.
func TestAPairThatIsCutAndExcludedLaterIsOneLoss(t *testing.T) {
	w := newInOneView()
	w.cut = true
	w.play(200, 40) // 400 s: 8,000 events, past limit and timeout
	before := w.pair()
	if before.Loss == nil || before.Loss.Outcome != OutcomeWaiting || !before.Loss.Open() || before.Releases != 0 {
		t.Fatalf("%+v", before.Loss)
	}
	// When the second node is excluded
	w.side[w.names[1]] = 1
	w.detect()
	excluded := w.now.Add(w.settings.PollInterval)
	w.play(1, 0)
	pair := w.pair()
	// then it began when it began, and what is missing is what was missing.
	if pair.Reach != Lost || !pair.Loss.Open() || pair.Loss.Standing || !pair.Loss.LastContact.Equal(before.Loss.LastContact) || !pair.Loss.FirstMissed.Equal(before.Loss.FirstMissed) {
		t.Errorf("%s %+v", pair.Reach, pair.Loss)
	}
	if pair.SentSinceLoss.Most != 8000 || *pair.Undelivered != 8000 || pair.Fill == nil || pair.Loss.Gone() {
		t.Errorf("%+v %+v", pair.SentSinceLoss, pair.Loss)
	}
	// and the inbound timeout counts from the exclusion.
	if *pair.InboundLeft != w.settings.InboundTimeout {
		t.Errorf("%v are left", *pair.InboundLeft)
	}
	for w.now.Before(excluded.Add(w.settings.InboundTimeout)) {
		if releases := w.pair().Releases; releases != 0 {
			t.Fatalf("released at %v", w.now.Sub(excluded))
		}
		w.play(1, 0)
	}
	if pair = w.pair(); pair.Releases != 1 {
		t.Errorf("%+v", pair)
	}
	// Nor is it past the limit for certain where the peer alone excluded it.
	w = newInOneView()
	w.cut = true
	w.play(50, 40)
	w.view[w.names[1]] = w.names[1:]
	w.play(1, 0)
	if pair = w.pair(); pair.Reach != Lost || pair.Loss.Gone() {
		t.Errorf("%s %+v", pair.Reach, pair.Loss)
	}
}

// Requests that get through while the answers do not look like a sender that
// has nothing left. In one view it has.
func TestInOneViewNothingIsCalledLostForGood(t *testing.T) {
	w := newInOneView()
	w.cut, w.gaps[w.names[1]] = true, 40
	for poll := range 100 {
		w.asked = int64(100 * poll)
		w.play(1, 40)
		if pair := w.pair(); pair.Loss != nil && (pair.Loss.Gone() || pair.Loss.Outcome != OutcomeWaiting) {
			t.Fatalf("%+v", pair.Loss)
		}
	}
	if pair := w.pair(); pair.Loss == nil || pair.Reach != Lost {
		t.Errorf("%+v", pair)
	}
	// A restart of the sender does lose it.
	w.started[w.names[0]] = w.now
	w.sent[w.names[0]] = 10
	w.play(1, 0)
	if pair := w.pair(); pair.Loss.Outcome != OutcomeRestarted || pair.Loss.Certainty != Proven {
		t.Errorf("%+v", pair.Loss)
	}
}

// Whoever did not watch all the time does not know that they were in one view
// all the time: nothing is promised.
func TestACutThatWasNotWatchedThroughoutPromisesNothing(t *testing.T) {
	// Given a window that stands still since before the first look
	w := newInOneView()
	w.cut = true
	w.play(3, 40)
	w.tracker = New(Memory{})
	w.play(10, 40)
	pair := w.pair()
	if pair.Loss == nil || pair.Loss.Certainty != Possible || !pair.Loss.LastContact.IsZero() || pair.Fill != nil {
		t.Fatalf("%+v", pair.Loss)
	}
	if outlook, _ := diagnose.OfPair(w.now, pair); outlook != diagnose.MayRecover {
		t.Error(outlook)
	}
	// when the sender is asked and answers nothing, it is lost.
	w.gaps[w.names[1]] = 40
	for poll := range 20 {
		w.asked = int64(100 * poll)
		w.play(1, 40)
	}
	if pair = w.pair(); !pair.Loss.Gone() || pair.Loss.Outcome != OutcomeOverflowed {
		t.Errorf("%+v", pair.Loss)
	}
	// Nor is it called delivered when much may have happened meanwhile.
	w = newInOneView()
	w.cut = true
	w.play(10, 40)
	w.now = w.now.Add(time.Minute)
	w.cut = false
	w.play(20, 40)
	if losses := w.tracker.Losses(); len(losses) == 0 || slices.ContainsFunc(losses, func(loss Loss) bool { return loss.Outcome == OutcomeDelivered }) {
		t.Errorf("%+v", losses)
	}
}

// A window that is behind and moves, stands for less than 10 s, or belongs to a
// node that sends nothing, shows no loss.
func TestAWindowThatMovesIsNoLoss(t *testing.T) {
	w := newInOneView()
	quiet := func(what string) {
		t.Helper()
		if losses := w.tracker.Losses(); len(losses) > 0 {
			t.Errorf("%s: %+v", what, losses)
		}
	}
	for range 60 {
		// Some are always missing, and asked for.
		w.gaps[w.names[1]], w.asked = 40, w.asked+100
		got := w.got[w.names[1]][w.names[0]]
		w.cut = true
		w.send(40)
		w.got[w.names[1]][w.names[0]] = got + 20
		w.look()
		quiet("half as fast")
	}
	w.cut = false
	clear(w.gaps)
	w.play(2, 40)
	w.cut = true
	w.play(5, 40) // 8 s since the first of them
	w.cut = false
	w.play(2, 40)
	quiet("a blip")
	w.play(300, 0)
	quiet("nothing is sent")
	w.silent[w.names[0]] = true
	w.cut = true
	w.play(10, 0)
	quiet("the sender is not read")
}

// What two replicas saw of one such loss is one loss.
func TestMergeOfACutThatOneSawExcluded(t *testing.T) {
	w := newInOneView()
	w.cut = true
	w.play(10, 40)
	early := w.tracker.Memory()
	w.side[w.names[1]] = 1
	w.detect()
	w.play(1, 0)
	late := w.tracker.Memory()
	for _, merged := range []Memory{Merge(early, late), Merge(late, early)} {
		loss := merged.Losses[0]
		if loss.Standing || loss.Kept || loss.ApartAt.IsZero() || !loss.FirstMissed.Equal(early.Losses[0].FirstMissed) {
			t.Errorf("%+v", loss)
		}
	}
}

// Whatever happens to two that cut each other off now and then, are excluded,
// or are not watched for a while: the bracket contains the truth, and nothing
// is called lost for good.
func TestPropertyACutPairIsNeverCalledLostForGood(t *testing.T) {
	stood := 0
	for seed := range uint64(seeds) {
		random := rand.New(rand.NewPCG(seed, 7))
		w := newInOneView()
		w.limit, w.settings.InboundTimeout = new(int64(1_000_000)), 24*time.Hour
		for range 150 {
			switch random.IntN(25) {
			case 0, 1:
				w.cut = !w.cut
			case 2:
				w.side[w.names[1]] = random.IntN(2)
				w.detect()
			case 3:
				w.tracker = New(w.tracker.Memory())
			case 4:
				w.silent[w.names[random.IntN(2)]] = random.IntN(3) == 0
			case 5:
				w.now = w.now.Add(time.Duration(random.IntN(8)) * w.settings.PollInterval)
			}
			w.play(1, int64(random.IntN(60)))
			for _, loss := range w.tracker.Losses() {
				missing := w.sent[loss.Node] - w.got[loss.Peer][loss.Node]
				if loss.Gone() {
					t.Fatalf("seed %d: %+v", seed, loss)
				}
				if !loss.Standing || !loss.Open() || !loss.LastLook.Equal(w.now) {
					continue
				}
				stood++
				if loss.Sent.Least > missing || loss.Sent.Most > missing {
					t.Fatalf("seed %d: %d are missing: %+v", seed, missing, loss)
				}
			}
		}
	}
	if stood < 1000 {
		t.Errorf("just %d looks at such a loss", stood)
	}
}
