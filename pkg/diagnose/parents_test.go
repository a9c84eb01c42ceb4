package diagnose_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	. "github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/forecast"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const stuckAfter = time.Minute

// minutes gives a moment some minutes after noon.
func minutes(count float64) time.Time { return noon.Add(time.Duration(count * float64(time.Minute))) }

// parent waits on nodeA for child 2 of nodeB, which ended at 12:10.
func parent(change ...func(*family.Parent)) family.Parent {
	p := family.Parent{
		ID: "1", Name: "parent", Node: "nodeA", CreateTime: minutes(-10), State: coordinator.StateRunning, StateSince: minutes(-10), LastSeen: minutes(20),
		Children: []family.Child{{ID: "2", Node: "nodeB", Seen: minutes(0), LastSeen: minutes(9.9), Ended: family.EndTold, EndedAt: minutes(10)}},
	}
	for _, change := range change {
		change(&p)
	}
	return p
}

// loss is nodeB's of nodeA, since 12:05.
func loss(change ...func(*delivery.Loss)) delivery.Loss {
	l := delivery.Loss{
		Node: "nodeB", Peer: "nodeA", LastContact: minutes(5), FirstMissed: minutes(5.2), SeenSince: minutes(5.2), AtContact: 100, AtMissed: 120, AtExcluded: 120, Delivered: -1,
		Outcome: delivery.OutcomeWaiting, Certainty: delivery.Proven, Sent: delivery.Bracket{Least: 300, Most: 320}, Limit: 1000, LastLook: minutes(20), Retransmitted: 7,
	}
	for _, change := range change {
		change(&l)
	}
	return l
}

func ended(outcome delivery.Outcome, certainty delivery.Certainty, at float64) func(*delivery.Loss) {
	return func(l *delivery.Loss) { l.Outcome, l.Certainty, l.Ended = outcome, certainty, minutes(at) }
}

// standing is a loss that no view shows; kept, where it was watched throughout.
func standing(kept bool) func(*delivery.Loss) {
	return func(l *delivery.Loss) {
		l.Standing, l.Kept, l.Limit, l.Sent = true, kept, -1, delivery.Bracket{Least: 1500, Most: 1600}
		if !kept {
			l.Certainty = delivery.Possible
		}
	}
}

// inOneView is a pair without a limit or a deadline.
func inOneView(p *delivery.Pair) { p.Limit, p.Fill, p.Deadline, p.DeadlineOf = nil, nil, nil, "" }

func returned(at float64) func(*delivery.Loss) {
	return func(l *delivery.Loss) { l.ReturnedAt = minutes(at) }
}

// pair is the present state of a loss.
func pair(l delivery.Loss) delivery.Pair {
	p := delivery.Pair{Node: l.Node, Peer: l.Peer, Reach: delivery.Lost, Loss: &l, Limit: &l.Limit, SentSinceLoss: &l.Sent,
		Undelivered: new(l.Sent.Most), Fill: new(float64(l.Sent.Most) / float64(l.Limit)), Deadline: new(minutes(65)), DeadlineOf: delivery.LimitInbound}
	return p
}

// Design §6, CloverDX: each rule with what makes it speak.
func TestRules(t *testing.T) {
	cases := []struct {
		name       string
		loss       delivery.Loss
		pair       func(*delivery.Pair)
		cause      Cause
		outlook    Outlook
		confidence delivery.Certainty
		advice     string
	}{
		{"room left", loss(), nil, CauseRetransmission, WillRecover, delivery.Proven, "Restore the network between nodeB and nodeA before 2026-11-22 13:05:00 UTC (inbound timeout)."},
		{"room left by an estimate", loss(func(l *delivery.Loss) { l.Certainty, l.Estimate = delivery.Likely, true }), nil, CauseRetransmission, WillRecover, delivery.Likely, "Restore the network"},
		{"the sender does not answer", loss(), func(p *delivery.Pair) { p.SentSinceLoss, p.Fill = nil, nil }, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network"},
		{"the limit is not known", loss(func(l *delivery.Loss) { l.Limit, l.Certainty = -1, delivery.Possible }), func(p *delivery.Pair) { p.Limit, p.Fill = nil, nil }, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network"},
		{"lost before the first look", loss(func(l *delivery.Loss) { l.LastContact, l.AtContact, l.Sent.Most = time.Time{}, -1, -1 }), nil, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network"},
		{"the deadline has passed", loss(), func(p *delivery.Pair) { p.Deadline = new(minutes(19)) }, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network between nodeB and nodeA now."},
		{"in one view, past the limit", loss(standing(true)), inOneView, CauseRetransmission, WillRecover, delivery.Proven, "Restore the network between nodeB and nodeA. Do not restart nodeB"},
		{"in one view now, not watched throughout", loss(standing(false)), inOneView, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network between nodeB and nodeA."},
		{"in one view, the sender does not answer", loss(standing(true)), func(p *delivery.Pair) { inOneView(p); p.SentSinceLoss = nil }, CauseRetransmission, MayRecover, delivery.Possible, "Restore the network between nodeB and nodeA."},
		{"returning", loss(returned(15)), nil, CauseRetransmission, WillRecover, delivery.Likely, "Wait: the network is back."},
		{"returning, and nothing is sent again", loss(returned(15), func(l *delivery.Loss) { l.Certainty = delivery.Possible }), nil, CauseRetransmission, MayRecover, delivery.Possible, "Wait: the network is back."},
		{"more sent than fits, perhaps", loss(func(l *delivery.Loss) {
			l.Outcome, l.Certainty, l.Sent.Most = delivery.OutcomeOverflowed, delivery.Possible, 1100
		}), nil, CauseOverflowed, MayRecover, delivery.Possible, "Restore the network between nodeB and nodeA now."},
		{"overflowed", loss(ended(delivery.OutcomeOverflowed, delivery.Proven, 12)), nil, CauseOverflowed, CannotRecover, delivery.Proven, "Abort this parent and run it again: the event that it waits for is lost. Raise the limit of the sent events buffer on nodeB (cluster.jgroups.protocol.NAKACK.gc_lag, now 1000)."},
		{"overflowed, by one of several senders", loss(returned(11), ended(delivery.OutcomeOverflowed, delivery.Likely, 12)), nil, CauseOverflowed, CannotRecover, delivery.Likely, "Abort this parent"},
		{"the child ended just before the loss was seen", loss(ended(delivery.OutcomeOverflowed, delivery.Proven, 12), func(l *delivery.Loss) { l.FirstMissed, l.LastContact = minutes(10), minutes(9.95) }), nil, CauseOverflowed, CannotRecover, delivery.Likely, "Abort this parent"},
		{"the child's node restarted", loss(ended(delivery.OutcomeRestarted, delivery.Proven, 15), func(l *delivery.Loss) { l.RestartedNode = "nodeB" }), nil, CauseRestarted, CannotRecover, delivery.Proven, "Abort this parent and run it again: the restart of nodeB lost"},
		{"the child's node restarted, what it kept is not known", loss(ended(delivery.OutcomeRestarted, delivery.Possible, 15), func(l *delivery.Loss) { l.RestartedNode = "nodeB" }), nil, CauseRestarted, CannotRecover, delivery.Likely, "Abort this parent"},
		{"the same, and the child may have ended before the loss", loss(ended(delivery.OutcomeRestarted, delivery.Possible, 15), func(l *delivery.Loss) {
			l.RestartedNode, l.FirstMissed, l.LastContact = "nodeB", minutes(10), minutes(9)
		}), nil, CauseRestarted, MayRecover, delivery.Possible, "Look into the log of the parent on nodeA for the end of child 2."},
		{"the parent's node restarted", loss(ended(delivery.OutcomeRestarted, delivery.Possible, 15), func(l *delivery.Loss) { l.RestartedNode = "nodeA" }), nil, CauseRestarted, CannotRecover, delivery.Likely, "Abort this parent and run it again: nodeA restarted while it waited."},
		{"released", loss(ended(delivery.OutcomeReleased, delivery.Proven, 15), func(l *delivery.Loss) { l.ReleasedAt = minutes(15) }), nil, CauseReleased, CannotRecover, delivery.Proven, "Abort this parent"},
		{"delivered", loss(returned(11), ended(delivery.OutcomeDelivered, delivery.Likely, 12)), nil, CauseUnknown, MayRecover, delivery.Possible, "Look into the log of the parent on nodeA: the end of child 2 should be there."},
		{"what came of it is not known", loss(returned(11), ended(delivery.OutcomeUnknown, delivery.Possible, 12)), nil, CauseUnknown, MayRecover, delivery.Possible, "Look into the log of the parent on nodeA for the end of child 2."},
	}
	spoke := map[string]bool{}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			row := pair(test.loss)
			if test.pair != nil {
				test.pair(&row)
			}
			finding, found := Parents(minutes(20), stuckAfter, []family.Parent{parent()}, []delivery.Loss{test.loss}, []delivery.Pair{row})["1"]
			if !found || finding.Cause != test.cause || finding.Outlook != test.outlook || finding.Confidence != test.confidence || !strings.HasPrefix(finding.Advice, test.advice) {
				t.Fatalf("%+v", finding)
			}
			if finding.Outlook != CannotRecover && strings.Contains(strings.ToLower(finding.Advice), "abort") {
				t.Errorf("an abort is advised: %s", finding.Advice)
			}
			if !finding.WaitingSince.Equal(minutes(10)) || finding.Child != "2" || finding.Node != "nodeB" || finding.Peer != "nodeA" {
				t.Errorf("%+v", finding)
			}
			for _, evidence := range finding.Evidence {
				if evidence.At.IsZero() || evidence.Source == "" || !strings.HasSuffix(evidence.Sentence, ".") || strings.Contains(evidence.Sentence, "0001") || strings.Contains(evidence.Sentence, "-1") && !strings.Contains(evidence.Sentence, "-11-") {
					t.Errorf("%+v", evidence)
				}
			}
			if (finding.Outlook == CannotRecover || test.loss.Standing) != finding.Deadline.IsZero() {
				t.Errorf("deadline %v", finding.Deadline)
			}
			spoke[finding.Rule] = true
		})
	}
	for _, rule := range Rules() {
		if !spoke[rule.Name] || rule.Source == "" {
			t.Errorf("the rule %q has no test or no source", rule.Name)
		}
	}
}

func TestWhatIsNoFinding(t *testing.T) {
	open := func(p *family.Parent) {
		p.Children = append(p.Children, family.Child{ID: "3", Node: "nodeB", Seen: noon, LastSeen: minutes(20)})
	}
	cases := []struct {
		name   string
		parent family.Parent
		losses []delivery.Loss
		now    float64
	}{
		{"no loss at all", parent(), nil, 20},
		{"a child still runs", parent(open), []delivery.Loss{loss()}, 20},
		{"not stuck for long enough", parent(), []delivery.Loss{loss()}, 11},
		{"the child ran on the parent's node", parent(func(p *family.Parent) { p.Node = "nodeB" }), []delivery.Loss{loss(), loss(func(l *delivery.Loss) { l.Peer = "nodeB" })}, 20},
		{"nobody tells where the child ran", parent(func(p *family.Parent) { p.Children[0].Node = "" }), []delivery.Loss{loss()}, 20},
		{"the loss was the other way round", parent(), []delivery.Loss{loss(func(l *delivery.Loss) { l.Node, l.Peer = "nodeA", "nodeB" })}, 20},
		{"the loss was over before the child ended", parent(), []delivery.Loss{loss(returned(9), ended(delivery.OutcomeOverflowed, delivery.Proven, 7))}, 20},
		{"the loss began after the child ended", parent(), []delivery.Loss{loss(func(l *delivery.Loss) { l.LastContact, l.FirstMissed = minutes(11), minutes(11.2) })}, 20},
		{"the child ended after the restart", parent(), []delivery.Loss{loss(ended(delivery.OutcomeRestarted, delivery.Proven, 9))}, 20},
		{"the parent does not run", parent(func(p *family.Parent) { p.State = coordinator.StatePending }), []delivery.Loss{loss()}, 20},
		{"no children", parent(func(p *family.Parent) { p.Children = nil }), []delivery.Loss{loss()}, 20},
		{"asked to abort just now", parent(func(p *family.Parent) { p.State, p.StateSince = coordinator.StateCanceling, minutes(19.5) }), []delivery.Loss{loss()}, 20},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if got := Parents(minutes(test.now), stuckAfter, []family.Parent{test.parent}, test.losses, nil); len(got) > 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Of several children and losses the worst counts: one lost event is enough.
func TestTheWorstIsTold(t *testing.T) {
	p := parent(func(p *family.Parent) {
		p.Children = append(p.Children, family.Child{ID: "3", Node: "nodeC", Seen: noon, LastSeen: minutes(11.9), Ended: family.EndGone, EndedAt: minutes(12)})
	})
	gone := loss(ended(delivery.OutcomeReleased, delivery.Likely, 15), func(l *delivery.Loss) { l.Node, l.ReleasedAt = "nodeC", minutes(15) })
	for _, losses := range [][]delivery.Loss{{loss(), gone}, {gone, loss()}} {
		finding := Parents(minutes(20), stuckAfter, []family.Parent{p}, losses, []delivery.Pair{pair(loss())})["1"]
		if finding.Cause != CauseReleased || finding.Child != "3" || !finding.WaitingSince.Equal(minutes(12)) || !strings.Contains(finding.Evidence[0].Sentence, "no longer among the open jobs") {
			t.Errorf("%+v", finding)
		}
	}
}

func TestAnAbortWithoutEffect(t *testing.T) {
	canceling := parent(func(p *family.Parent) { p.State, p.StateSince = coordinator.StateCanceling, minutes(15) })
	finding := Parents(minutes(20), stuckAfter, []family.Parent{canceling}, nil, nil)["1"]
	if finding.Cause != CauseAbort || finding.Outlook != MayRecover || finding.Confidence != delivery.Proven || !finding.WaitingSince.Equal(minutes(15)) || len(finding.Evidence) != 1 {
		t.Errorf("%+v", finding)
	}
	far := pair(loss())
	finding = Parents(minutes(20), stuckAfter, []family.Parent{canceling}, nil, []delivery.Pair{far})["1"]
	if len(finding.Evidence) != 2 || !strings.HasPrefix(finding.Advice, "Restore the network to nodeA") {
		t.Errorf("%+v", finding)
	}
	if _, found := Abort(minutes(20), stuckAfter, time.Time{}, "nodeA", nil); found {
		t.Error("nobody asked")
	}
}

func TestWhatARestartWouldLose(t *testing.T) {
	parents := []family.Parent{parent(), parent(func(p *family.Parent) {
		p.ID = "9"
		p.Children[0].LastSeen = minutes(1)
		p.Children[0].EndedAt = minutes(2)
	})}
	got := RestartLoses(parents, []delivery.Pair{pair(loss()), pair(loss(returned(9), ended(delivery.OutcomeOverflowed, delivery.Proven, 12), func(l *delivery.Loss) { l.Node = "nodeC" }))})
	if want := []forecast.RestartLoss{{Node: "nodeB", Events: new(int64(320)), Parents: []coordinator.JobID{"1"}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// Whatever the evidence: "will recover" only for an open loss with room left,
// and an abort is advised only where nothing else helps.
func TestPropertyAdviceFitsTheOutlook(t *testing.T) {
	outcomes := []delivery.Outcome{delivery.OutcomeWaiting, delivery.OutcomeDelivered, delivery.OutcomeOverflowed, delivery.OutcomeRestarted, delivery.OutcomeReleased, delivery.OutcomeUnknown}
	certainties := []delivery.Certainty{delivery.Proven, delivery.Likely, delivery.Possible}
	random := rand.New(rand.NewPCG(4, 4))
	pick := func() float64 { return float64(random.IntN(25)) }
	for range 20_000 {
		l := loss(func(l *delivery.Loss) {
			l.Outcome, l.Certainty = outcomes[random.IntN(len(outcomes))], certainties[random.IntN(3)]
			l.LastContact = minutes(pick())
			l.FirstMissed = l.LastContact.Add(time.Duration(random.IntN(100)) * time.Second)
			l.RestartedNode = []string{"nodeA", "nodeB"}[random.IntN(2)]
			l.Sent.Most = random.Int64N(1500) - 1
			l.Sent.Least = min(l.Sent.Least, l.Sent.Most)
			if random.IntN(2) == 0 {
				l.Ended = minutes(pick())
			}
			if random.IntN(2) == 0 {
				l.ReturnedAt = minutes(pick())
			}
		})
		row := pair(l)
		if random.IntN(4) == 0 {
			row.SentSinceLoss, row.Fill = nil, nil
		}
		findings := Parents(minutes(20), stuckAfter, []family.Parent{parent()}, []delivery.Loss{l}, []delivery.Pair{row})
		for _, finding := range findings {
			abort := strings.HasPrefix(finding.Advice, "Abort")
			if abort != (finding.Outlook == CannotRecover) || !abort && strings.Contains(strings.ToLower(finding.Advice), "abort") {
				t.Fatalf("%s: %s", finding.Outlook, finding.Advice)
			}
			if finding.Outlook == WillRecover && (l.Outcome != delivery.OutcomeWaiting || !l.Open() || l.ReturnedAt.IsZero() && (row.Fill == nil || *row.Fill >= 1)) {
				t.Fatalf("%+v\n%+v", finding, l)
			}
			if finding.Outlook == CannotRecover && !l.Outcome.Gone() {
				t.Fatalf("%+v", finding)
			}
			if !slices.Contains(Causes(), finding.Cause) || !slices.Contains(Outlooks(), finding.Outlook) || finding.Confidence == "" {
				t.Fatalf("%+v", finding)
			}
		}
	}
}
