package delivery_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

// Outcome 1: node C is frozen for 30 s, excluded, comes back, and gets
// everything by retransmission. Nobody is advised to abort anything, at any
// look; who waits for a child on A or B is told that it will recover.
func TestS12_Outcome1IsRetransmittedAndNeverSuggestsAnAbort(t *testing.T) {
	for _, every := range intervals {
		t.Run(every.String(), func(t *testing.T) {
			steps := replay(t, recorded(t, "emu-gclag2000-stop30s").goOn(40*time.Second).looks(every), defaults(every), seconds(47))
			for _, from := range []string{"nodeA", "nodeB"} {
				said := map[diagnose.Outlook]bool{}
				for _, step := range steps {
					noAbort(t, step)
					loss, lost := step.loss(from, "nodeC")
					if lost && loss.Outcome != OutcomeWaiting && loss.Outcome != OutcomeDelivered {
						t.Fatalf("%v: %s → nodeC is %s", step.at.Sub(noon), from, loss.Outcome)
					}
					finding, found := step.findings[coordinator.JobID(from+"-nodeC")]
					if !found {
						continue
					}
					said[finding.Outlook] = true
					if step.pair(from, "nodeC").Reach == Lost {
						if finding.Outlook != diagnose.WillRecover || finding.Deadline.IsZero() {
							t.Errorf("%v: %s, deadline %v; want will recover, with a deadline", step.at.Sub(noon), finding.Outlook, finding.Deadline)
						}
					}
					if finding.Outlook == diagnose.CannotRecover {
						t.Errorf("%v: %+v", step.at.Sub(noon), finding)
					}
				}
				if !said[diagnose.WillRecover] {
					t.Errorf("nobody was told that the parent of %s's child will recover", from)
				}
				last := steps[len(steps)-1]
				if loss, _ := last.loss(from, "nodeC"); loss.Outcome != OutcomeDelivered || loss.Certainty != Likely {
					t.Errorf("%s → nodeC ended as %s, %s", from, loss.Outcome, loss.Certainty)
				}
				if pair := last.pair(from, "nodeC"); pair.Reach != Reachable || pair.Loss != nil || *pair.Fill != 0 || *pair.Undelivered != 0 {
					t.Errorf("after it: %+v", pair)
				}
			}
			// What C sent while A and B had excluded it: nothing tells a cluster
			// that kept it from one that threw it away (see outcome 3).
			if loss, _ := steps[len(steps)-1].loss("nodeC", "nodeA"); loss.Outcome != OutcomeUnknown {
				t.Errorf("nodeC → nodeA ended as %s, %s", loss.Outcome, loss.Certainty)
			}
		})
	}
}

// A node that is frozen for 16 s, and never excluded: not lost, no finding.
func TestS12_ShortFreezeIsNoLoss(t *testing.T) {
	for _, every := range intervals {
		seen := map[Reach]bool{}
		for _, step := range replay(t, recorded(t, "emu-gclag300-short-stop16s").looks(every), defaults(every), seconds(30)) {
			if len(step.losses) > 0 || len(step.findings) > 0 {
				t.Fatalf("%v at %v: %+v %+v", step.at.Sub(noon), every, step.losses, step.findings)
			}
			for _, pair := range step.pairs {
				seen[pair.Reach] = true
				if pair.Reach == NotSeen && (pair.SentSinceLoss != nil || pair.Undelivered != nil || pair.Fill != nil) {
					t.Fatalf("%v: figures of a pair that is not seen: %+v", step.at.Sub(noon), pair)
				}
			}
		}
		if !seen[NotSeen] || seen[Lost] || !seen[Reachable] {
			t.Errorf("at %v: %v", every, seen)
		}
	}
}

// Outcome 2: the buffer keeps 300 events, and C is away for longer than that.
// With the limit known it is proven during the outage; without, by what the
// nodes count after the return, within 60 s.
func TestS12_Outcome2IsLostForGoodWithin60sOfTheReturn(t *testing.T) {
	for _, every := range intervals {
		for _, limit := range []bool{true, false} {
			name := every.String() + ", limit told"
			if !limit {
				name = every.String() + ", limit not told"
			}
			t.Run(name, func(t *testing.T) {
				looks := recorded(t, "emu-gclag300-stop45s").goOn(60 * time.Second).looks(every)
				settings := defaults(every)
				if !limit {
					settings.SentLimit = 0
					for _, look := range looks {
						for index := range look.snapshot.Nodes {
							look.snapshot.Nodes[index].SentLimit = nil
						}
					}
				}
				var returned, told time.Time
				for _, step := range replay(t, looks, settings, seconds(52)) {
					noAbort(t, step)
					loss, _ := step.loss("nodeA", "nodeC")
					if returned.IsZero() {
						returned = loss.ReturnedAt
					}
					finding := step.findings["nodeA-nodeC"]
					if finding.Outlook == diagnose.CannotRecover && told.IsZero() {
						told = step.at
						if finding.Cause != diagnose.CauseOverflowed || finding.Confidence != Proven ||
							!strings.HasPrefix(finding.Advice, "Abort this parent") {
							t.Errorf("%+v", finding)
						}
					}
					if !told.IsZero() && finding.Outlook != diagnose.CannotRecover {
						t.Errorf("%v: taken back: %s", step.at.Sub(noon), finding.Outlook)
					}
					if back, ok := step.loss("nodeC", "nodeA"); ok && back.Gone() {
						t.Errorf("%v: nodeC → nodeA has lost nothing: %+v", step.at.Sub(noon), back)
					}
				}
				if told.IsZero() || told.After(returned.Add(time.Minute)) {
					t.Errorf("returned at %v, told at %v", returned.Sub(noon), told.Sub(noon))
				}
				if limit && !told.Before(returned) {
					t.Errorf("the limit was known, and it was told only after the return")
				}
			})
		}
	}
}

// Outcome 3 as JGroups does it when nobody changed it: what is sent during an
// exclusion is lost, and the receiver counts no gaps after it. Nothing that the
// nodes expose tells this from a delivery, but for how little was
// retransmitted: so it is not called delivered, and not called lost.
func TestS12_Outcome3LostAtExclusionIsNotCalledDelivered(t *testing.T) {
	for _, name := range []string{"jg2-stop30s", "jg5-stop30s"} {
		for _, every := range intervals {
			t.Run(name+" "+every.String(), func(t *testing.T) {
				steps := replay(t, recorded(t, name).goOn(60*time.Second).looks(every), defaults(every), seconds(34))
				for _, way := range [][2]string{{"nodeA", "nodeC"}, {"nodeB", "nodeC"}, {"nodeC", "nodeA"}, {"nodeC", "nodeB"}} {
					for _, step := range steps {
						noAbort(t, step)
						if loss, ok := step.loss(way[0], way[1]); ok && (loss.Outcome == OutcomeDelivered || loss.Outcome.Gone()) {
							t.Fatalf("%v: %v is called %s", step.at.Sub(noon), way, loss.Outcome)
						}
					}
					last := steps[len(steps)-1]
					lost := last.truth[way[1]].lost[way[0]]
					loss, _ := last.loss(way[0], way[1])
					if lost == 0 || loss.Outcome != OutcomeUnknown || loss.Sent.Least > lost || loss.Sent.Most < lost {
						t.Errorf("%v lost %d: %+v", way, lost, loss)
					}
				}
				finding := steps[len(steps)-1].findings["nodeA-nodeC"]
				if finding.Cause != diagnose.CauseUnknown || finding.Outlook != diagnose.MayRecover {
					t.Errorf("%+v", finding)
				}
				if sentence := finding.Evidence[len(finding.Evidence)-1].Sentence; !strings.Contains(sentence, "again, from all senders together") {
					t.Errorf("the evidence does not name what was retransmitted: %s", sentence)
				}
			})
		}
	}
}

// Outcome 3: a node is restarted while another has not got its events.
func TestS12_Outcome3RestartIsToldAtOnce(t *testing.T) {
	started := func(node *coordinator.Node, first bool) {
		if first {
			node.StartedAt = new(noon.Add(-time.Hour))
		} else {
			node.StartedAt = new(noon.Add(50 * time.Second))
		}
	}
	fell := func(node *coordinator.Node, first bool) {
		if !first && node.Sent != nil {
			*node.Sent -= 900
		}
	}
	cases := []struct {
		name      string
		recording string
		restarted string
		at        float64
		change    func(node *coordinator.Node, first bool)
		parent    coordinator.JobID
		outcome   Certainty
		finding   Certainty
	}{
		{"the sender, seen by its start time", "emu-gclag2000-stop30s", "nodeA", 50, started, "nodeA-nodeC", Proven, Proven},
		{"the sender, seen by its counter", "emu-gclag2000-stop30s", "nodeA", 50, fell, "nodeA-nodeC", Proven, Proven},
		// C was frozen: what it had sent is not known. But a child ended there.
		{"the frozen sender", "jg5-stop30s", "nodeC", 39, started, "nodeC-nodeA", Possible, Likely},
		{"the receiver", "jg5-stop30s", "nodeC", 39, started, "nodeA-nodeC", Possible, Likely},
	}
	for _, test := range cases {
		for _, every := range intervals {
			t.Run(test.name+" "+every.String(), func(t *testing.T) {
				// A look before the restart must have shown the loss.
				at, ended := seconds(test.at+every.Seconds()), seconds(test.at-3)
				if test.restarted == "nodeC" {
					// It did not answer before.
					at = seconds(test.at)
				}
				looks := recorded(t, test.recording).looks(every)
				for _, look := range looks {
					if node := look.find(test.restarted); node.Err == nil {
						changed := *node
						changed.Sent = new(*node.Sent)
						test.change(&changed, look.at.Before(at))
						*node = changed
					}
				}
				first := true
				for _, step := range replay(t, looks, defaults(every), ended) {
					noAbort(t, step)
					node := step.find(test.restarted)
					if step.at.Before(at) || node.Err != nil || !first {
						continue
					}
					first = false
					loss, _ := step.loss(strings.Split(string(test.parent), "-")[0], strings.Split(string(test.parent), "-")[1])
					certainty := test.outcome
					if certainty == Proven && loss.Sent.Least == 0 {
						// One look alone showed the loss.
						certainty = Likely
					}
					if loss.Outcome != OutcomeRestarted || loss.RestartedNode != test.restarted || loss.Certainty != certainty {
						t.Fatalf("%v: %+v", step.at.Sub(noon), loss)
					}
					finding := step.findings[test.parent]
					if finding.Cause != diagnose.CauseRestarted || finding.Outlook != diagnose.CannotRecover || !strings.HasPrefix(finding.Advice, "Abort this parent") {
						t.Errorf("%v: %+v", step.at.Sub(noon), finding)
					}
				}
				if first {
					t.Error("no look showed the restart")
				}
			})
		}
	}
}

// While a peer is lost, what was sent since lies between the bounds, at every
// look of every recording and at every poll interval.
func TestTheBracketContainsWhatIsReallyMissing(t *testing.T) {
	for _, name := range outages {
		for _, every := range intervals {
			t.Run(name+" "+every.String(), func(t *testing.T) {
				last := map[string]truth{}
				never := recorded(t, name).neverSent()
				for _, step := range replay(t, recorded(t, name).looks(every), defaults(every), seconds(1e6)) {
					for node, truth := range step.truth {
						last[node] = truth
					}
					for _, loss := range step.losses {
						if !loss.Open() && loss.Outcome != OutcomeOverflowed || !loss.ReturnedAt.IsZero() || !loss.LastLook.Equal(step.at) {
							continue
						}
						missing := last[loss.Node].sent - last[loss.Peer].received[loss.Node] - never[loss.Node+loss.Peer]
						// The counters of one node are read one after the other, and
						// the nodes too: 20 events a second.
						apart := int64(3)
						if node, peer := step.find(loss.Node), step.find(loss.Peer); peer.Err == nil {
							apart += int64(20 * node.ReadAt.Sub(peer.ReadAt).Abs().Seconds())
						}
						if loss.Sent.Least > missing+apart || loss.Sent.Most < missing-apart {
							t.Errorf("%v: %s → %s misses %d, told %+v", step.at.Sub(noon), loss.Node, loss.Peer, missing, loss.Sent)
						}
					}
				}
			})
		}
	}
}

// The fill is within 5 points of the truth while the peer is lost, where one
// look's events are less than that. With a limit of 300, one second's 20
// events and what a second of protocol messages adds are more.
func TestTheFillIsWithinFivePointsOfTheTruth(t *testing.T) {
	cases := []struct {
		name   string
		every  time.Duration
		points float64
	}{
		{"emu-gclag2000-stop30s", time.Second, 5}, {"emu-gclag2000-stop30s", 2 * time.Second, 5}, {"emu-gclag2000-stop30s", 5 * time.Second, 5},
		{"jg2-stop30s", time.Second, 5}, {"jg2-stop30s", 10 * time.Second, 5},
		{"jg5-stop30s", time.Second, 5}, {"jg5-stop30s", 10 * time.Second, 5},
		{"emu-gclag300-stop45s", time.Second, 5 + 2*100*20.0/300},
	}
	for _, test := range cases {
		t.Run(test.name+" "+test.every.String(), func(t *testing.T) {
			last := map[string]truth{}
			looked, worst := 0, 0.0
			never := recorded(t, test.name).neverSent()
			for _, step := range replay(t, recorded(t, test.name).looks(test.every), defaults(test.every), seconds(1e6)) {
				for node, truth := range step.truth {
					last[node] = truth
				}
				for _, from := range []string{"nodeA", "nodeB"} {
					pair := step.pair(from, "nodeC")
					if pair.Reach != Lost || len(step.truth) == 3 {
						continue
					}
					missing := last[from].sent - last["nodeC"].received[from] - never[from+"nodeC"]
					off := 100 * (*pair.Fill - float64(missing)/float64(*pair.Limit))
					looked++
					worst = max(worst, max(off, -off))
				}
			}
			t.Logf("%d looks, off by %.1f points at most", looked, worst)
			if looked == 0 || worst > test.points {
				t.Errorf("%d looks, off by %.1f points", looked, worst)
			}
		})
	}
}
