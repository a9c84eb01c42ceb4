//go:build enginejgroups

package plugin

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// JGroups 2.12.3 tells the buffer's limit itself, in GcLag.
func TestJGroupsGeneration2(t *testing.T) {
	t.Parallel()
	tell(t, newJGroupsStory(t, "2", "--gc-lag", fmt.Sprint(jgroupsLimit)))
}

// JGroups 5 has no such limit: it is the one of the settings.
func TestJGroupsGeneration5(t *testing.T) {
	t.Parallel()
	tell(t, newJGroupsStory(t, "5"))
}

func tell(t *testing.T, s *jgroupsStory) {
	t.Cleanup(s.end)
	s.addOthers()
	s.step(t, "healthy", s.healthy)
	for _, source := range []string{"exporter", "prometheus"} {
		s.step(t, source+" says the same", func() { s.saysTheSame(source) })
	}
	s.step(t, "S12 a short cut is made up for", s.shortCut)
	s.step(t, "S10 a frozen node is not known", s.frozen)
	s.step(t, "thawed after the exclusion", s.thawed)
	s.step(t, "cut until the exclusion", s.cut)
	s.step(t, "S15 another process goes on with the loss", s.goesOn)
	s.step(t, "S12 the buffer overflows", s.overflow)
	s.step(t, "S12 restarted with undelivered events", s.restarted)
	t.Logf("%d fills compared with the truth, at most %.1f points off", s.compared, 100*s.worst)
}

func (s *jgroupsStory) healthy() {
	t := s.rig.t
	looks := 0
	view := s.eachView("all reach each other", func(view *watch.View) bool {
		if reaches(view, delivery.Reachable) {
			looks++
		}
		return looks == 3
	})
	for _, pair := range view.Pairs {
		switch {
		case pair.Undelivered == nil || *pair.Undelivered > readSlack:
			t.Errorf("%s → %s: undelivered %v", pair.Node, pair.Peer, pair.Undelivered)
		case pair.Limit == nil || *pair.Limit != jgroupsLimit || pair.Fill == nil || *pair.Fill != 0 || pair.Loss != nil:
			t.Errorf("%s → %s: %+v", pair.Node, pair.Peer, pair)
		}
	}
	for _, metric := range []string{"sent_buffer_fill_ratio", "sent_buffer_bytes", "events_lost"} {
		values, _, err := s.metric(metric, fromAlert)
		if err != nil || len(values) != 6 {
			t.Errorf("%s: %v, %v", metric, values, err)
		}
		for pair, value := range values {
			if value != 0 {
				t.Errorf("%s of %v is %g", metric, pair, value)
			}
		}
	}
	if values, _, err := s.metric("time_to_overflow_seconds", fromAlert); err != nil || len(values) != 0 {
		t.Errorf("time_to_overflow_seconds: %v, %v", values, err)
	}
	if _, meta := s.rows(); !meta.Exposed || len(meta.RestartLoses) != 0 {
		t.Errorf("%+v", meta)
	}
}

// saysTheSame holds another way to read the nodes against Jolokia.
func (s *jgroupsStory) saysTheSame(source string) {
	t := s.rig.t
	other := s.others[source]
	if other == nil {
		t.Skipf("skipped: no Prometheus (prometheus in PATH, or PROMETHEUS_BIN)")
	}
	other.t = t
	looks := 0
	theirs := other.eachView("all reach each other", func(view *watch.View) bool {
		if reaches(view, delivery.Reachable) {
			looks++
		}
		return looks == 3
	})
	ours := s.datasource.lease.View()
	for _, node := range s.nodes.Nodes {
		here, there := readingOf(ours, node.Name), readingOf(theirs, node.Name)
		if there.Err != nil || there.Sent == nil || there.Gaps == nil || there.StartedAt == nil || there.RequestsReceived == nil || there.ResponsesSent == nil {
			t.Fatalf("%s: %+v", node.Name, there)
		}
		// Prometheus' Date has whole seconds.
		apart := here.ReadAt.Sub(there.ReadAt).Seconds() * s.rate
		if off := math.Abs(float64(*here.Sent-*there.Sent) - apart); off > readSlack+s.rate*1.5 {
			t.Errorf("%s sent %d, and %d by the %s: %.0f off", node.Name, *here.Sent, *there.Sent, source, off)
		}
		if (here.SentLimit == nil) != (there.SentLimit == nil) || here.SentLimit != nil && *here.SentLimit != *there.SentLimit {
			t.Errorf("%s has the limit %v, and %v by the %s", node.Name, here.SentLimit, there.SentLimit, source)
		}
		if off := here.StartedAt.Sub(*there.StartedAt).Abs(); off > time.Second {
			t.Errorf("%s started %s, and %s by the %s", node.Name, here.StartedAt, there.StartedAt, source)
		}
		if !slices.Equal(here.View, there.View) || here.ViewID != there.ViewID {
			t.Errorf("%s sees %v %s, and %v %s by the %s", node.Name, here.View, here.ViewID, there.View, there.ViewID, source)
		}
	}
}

// A cut shorter than the failure detection: the gap is shown while it is there,
// and everything arrives afterwards.
func (s *jgroupsStory) shortCut() {
	t := s.rig.t
	s.nodes.run("discard", "--node", "nodeC")
	shown := 0
	s.eachView("events pile up", func(view *watch.View) bool {
		for _, way := range [][2]string{{"nodeA", "nodeC"}, {"nodeC", "nodeA"}} {
			pair, missing := pairOf(view, way[0], way[1]), s.missing(view, way[0], way[1])
			if pair.Undelivered == nil || pair.Loss != nil {
				t.Errorf("%v: %s", way, describe(view))
				continue
			}
			if off := math.Abs(float64(*pair.Undelivered - missing)); off > readSlack+s.rate/2 {
				t.Errorf("%v: undelivered %d, %d are missing", way, *pair.Undelivered, missing)
			}
			if *pair.Undelivered > 2*readSlack {
				shown++
			}
		}
		return shown >= 4
	})
	s.nodes.run("undiscard", "--node", "nodeC")
	view := s.eachView("all has arrived", func(view *watch.View) bool {
		return reaches(view, delivery.Reachable) && !slices.ContainsFunc(view.Pairs, func(pair delivery.Pair) bool {
			return pair.Undelivered == nil || *pair.Undelivered > readSlack
		})
	})
	if len(view.Losses) != 0 || s.known.lost("nodeA", "nodeC") != 0 || s.known.lost("nodeC", "nodeA") != 0 {
		t.Errorf("losses %+v, truly %d and %d", view.Losses, s.known.lost("nodeA", "nodeC"), s.known.lost("nodeC", "nodeA"))
	}
	if values, _, err := s.metric("undelivered_events", fromAlert); err != nil || len(values) != 6 {
		t.Errorf("undelivered_events: %v, %v", values, err)
	}
}

// ofSilent are the figures that a node alone can tell.
var ofSilent = []string{"sent_since_loss", "sent_since_loss_least", "fill_ratio", "sent_bytes", "undelivered", "overflow_in_seconds", "executions_left"}

// A frozen JVM: nothing is made up for it, the others go on, and what they send
// to it is counted once they exclude it.
func (s *jgroupsStory) frozen() {
	t := s.rig.t
	// Right after a look: where only the sender is read, a fill is as exact as
	// the last contact is near.
	s.eachView("a look", func(view *watch.View) bool { return time.Since(view.AsOf) < time.Second })
	s.nodes.run("freeze", "--node", "nodeC")
	silent, lost := 0, 0
	s.eachView("nodeC is excluded, and the fill grows", func(view *watch.View) bool {
		if took := view.Snapshot.Took; took > jgroupsDeadline+time.Second {
			t.Errorf("a poll took %s, its deadline is %s", took, jgroupsDeadline)
		}
		if readingOf(view, "nodeC").Err == nil {
			return false
		}
		silent++
		if pair := pairOf(view, "nodeA", "nodeB"); pair.Reach != delivery.Reachable || pair.Undelivered == nil || pair.Fill == nil || *pair.Fill != 0 {
			t.Errorf("the others: %s", describe(view))
		}
		if reading := readingOf(view, "nodeC"); reading.Sent != nil || reading.View != nil || reading.Gaps != nil || reading.Held != nil {
			t.Errorf("nodeC does not answer, and has %+v", reading)
		}
		excluded := true
		for _, node := range []string{"nodeA", "nodeB"} {
			if pairOf(view, node, "nodeC").Reach != delivery.Lost {
				excluded = false
				continue
			}
			s.matches(view, node, "nodeC")
			s.deadline(view, node, "nodeC")
		}
		if excluded {
			lost++
		}
		return lost >= 3
	})
	rows, _ := s.rows()
	for _, peer := range []string{"nodeA", "nodeB"} {
		told := rows[[2]string{"nodeC", peer}]
		for _, figure := range ofSilent {
			if told[figure] != nil {
				t.Errorf("nodeC does not answer, and %s is %v", figure, told[figure])
			}
		}
		if text := fmt.Sprint(told["not_exposed"]); !strings.Contains(text, "nodeC does not answer us") {
			t.Errorf("not exposed: %q", text)
		}
		if back := rows[[2]string{peer, "nodeC"}]; back["inbound_held"] != nil || !strings.Contains(fmt.Sprint(back["not_exposed"]), "nodeC does not answer us") {
			t.Errorf("%v", back)
		}
	}
	for _, metric := range []string{"undelivered_events", "sent_buffer_fill_ratio", "sent_buffer_bytes", "time_to_overflow_seconds"} {
		values, notices, err := s.metric(metric, nil)
		if err != nil || len(notices) == 0 || !strings.Contains(notices[0].Text, "Not exposed") {
			t.Errorf("%s: %v, %v", metric, notices, err)
		}
		for pair, value := range values {
			if pair[0] == "nodeC" {
				t.Errorf("nodeC does not answer, and %s of %v is %g", metric, pair, value)
			}
		}
	}
	if unread := s.alert("delivery_nodes_unread", "", ""); unread != 1 {
		t.Errorf("%g nodes count as unread", unread)
	}
	t.Logf("%d looks without an answer, %d after the exclusion", silent, lost)
}

// deadline holds the forecast for a lost pair against the truth.
func (s *jgroupsStory) deadline(view *watch.View, node, peer string) {
	t := s.rig.t
	t.Helper()
	pair := pairOf(view, node, peer)
	if pair.Deadline == nil || pair.OverflowIn == nil || pair.InboundLeft == nil || pair.ExecutionsLeft == nil {
		t.Fatalf("%s → %s has no deadline: %+v", node, peer, pair)
	}
	left := (jgroupsLimit - float64(s.missing(view, node, peer))) / s.rate
	if off := math.Abs(pair.OverflowIn.Seconds() - left); off > 0.25*left+5 {
		t.Errorf("%s → %s overflows in %s, truly in %.0f s", node, peer, pair.OverflowIn, left)
	}
	if off := pair.Deadline.Sub(view.AsOf.Add(*pair.OverflowIn)).Abs(); off > time.Second || pair.DeadlineOf != delivery.LimitOverflow {
		t.Errorf("%s → %s: the deadline is %s (%s), of %s + %s", node, peer, pair.Deadline, pair.DeadlineOf, view.AsOf, pair.OverflowIn)
	}
}

// After the thaw the values return. JGroups as published loses what was sent
// during an exclusion: that is never called delivered, and the bracket holds
// what was really lost.
func (s *jgroupsStory) thawed() {
	t := s.rig.t
	s.nodes.run("thaw", "--node", "nodeC")
	s.returned()
	view := s.eachView("the loss is over", func(view *watch.View) bool {
		return reaches(view, delivery.Reachable) && len(view.Losses) >= 4 && !slices.ContainsFunc(view.Losses, delivery.Loss.Open)
	})
	for _, pair := range view.Pairs {
		if pair.Fill == nil || *pair.Fill != 0 || pair.Undelivered == nil || *pair.Undelivered > readSlack {
			t.Errorf("the values have not returned: %s", describe(view))
		}
	}
	for _, loss := range view.Losses {
		truly := s.known.lost(loss.Node, loss.Peer)
		if truly > 0 && loss.Outcome == delivery.OutcomeDelivered {
			t.Errorf("%s → %s: %d are lost, and it says delivered (%s)", loss.Node, loss.Peer, truly, loss.Certainty)
		}
		if !s.containsLost(loss.Sent, truly) {
			t.Errorf("%s → %s: %d are lost, and the bracket is %+v", loss.Node, loss.Peer, truly, loss.Sent)
		}
		t.Logf("%s → %s: %s (%s), bracket %+v, truly lost %d", loss.Node, loss.Peer, loss.Outcome, loss.Certainty, loss.Sent, truly)
	}
}

// cut is a network outage whose truth can be read on both sides.
func (s *jgroupsStory) cut() {
	t := s.rig.t
	s.nodes.run("discard", "--node", "nodeC")
	began := time.Now()
	ways := [][2]string{{"nodeA", "nodeC"}, {"nodeB", "nodeC"}, {"nodeC", "nodeA"}, {"nodeC", "nodeB"}}
	looks := 0
	view := s.eachView("both sides have lost each other", func(view *watch.View) bool {
		for _, way := range ways {
			if pairOf(view, way[0], way[1]).Reach != delivery.Lost {
				return false
			}
		}
		for _, way := range ways {
			s.matches(view, way[0], way[1])
			s.deadline(view, way[0], way[1])
		}
		looks++
		return looks >= 3
	})
	for source, other := range s.others {
		other.t = t
		theirs := other.eachView("lost there, too", func(view *watch.View) bool {
			return !slices.ContainsFunc(ways, func(way [2]string) bool { return pairOf(view, way[0], way[1]).Reach != delivery.Lost })
		})
		for _, way := range ways {
			here, there := pairOf(view, way[0], way[1]), pairOf(theirs, way[0], way[1])
			if there.SentSinceLoss == nil || !s.contains(*there.SentSinceLoss, s.missing(theirs, way[0], way[1])) {
				t.Errorf("%v by the %s: %+v, %d are missing", way, source, there.SentSinceLoss, s.missing(theirs, way[0], way[1]))
			}
			if there.Fill != nil && way == ways[0] {
				t.Logf("%v by the %s: the fill is %.3f, truly %.3f", way, source, *there.Fill, float64(s.missing(theirs, way[0], way[1]))/jgroupsLimit)
			}
			if late := there.Loss.FirstMissed.Sub(here.Loss.FirstMissed); late.Abs() > 2*jgroupsPoll+time.Second {
				t.Errorf("%v by the %s: lost %s later", way, source, late)
			}
		}
	}
	rows, _ := s.rows()
	if told := rows[ways[0]]; told["reach"] != "lost" || told["outcome"] != string(delivery.OutcomeWaiting) || told["outlook"] != string(diagnose.WillRecover) ||
		told["lost_since_quality"] != "observed" || told["deadline"] == nil || told["deadline_of"] != "overflow" || told["node_started"] == nil {
		t.Errorf("%v", told)
	}
	missing := float64(s.known.undelivered("nodeA", "nodeC", time.Now()))
	off := jgroupsLimit*fillTolerance + (jgroupsPoll.Seconds()+1)*s.rate
	if got := s.alert("undelivered_events", "nodeA", "nodeC"); math.Abs(got-missing) > off {
		t.Errorf("undelivered_events is %g, %g are missing", got, missing)
	}
	if got := s.alert("sent_buffer_fill_ratio", "nodeA", "nodeC"); math.Abs(got-missing/jgroupsLimit) > off/jgroupsLimit {
		t.Errorf("sent_buffer_fill_ratio is %g, %g are missing", got, missing)
	}
	if got := s.alert("sent_buffer_bytes", "nodeA", "nodeC"); math.Abs(got-missing*delivery.DefaultEventBytes) > off*delivery.DefaultEventBytes {
		t.Errorf("sent_buffer_bytes is %g, %g events are missing", got, missing)
	}
	if got := s.alert("time_to_overflow_seconds", "nodeA", "nodeC"); got <= 0 || got > jgroupsLimit/s.rate {
		t.Errorf("time_to_overflow_seconds is %g", got)
	}
	if got := s.alert("inbound_timeout_remaining_seconds", "nodeA", "nodeC"); got > 3600-time.Since(began).Seconds()+jgroupsPoll.Seconds() || got < 3400 {
		t.Errorf("inbound_timeout_remaining_seconds is %g", got)
	}
	if got := s.alert("events_lost", "nodeA", "nodeC"); got != 0 {
		t.Errorf("events_lost is %g", got)
	}
	if got := s.alert("sent_buffer_fill_ratio", "nodeA", "nodeB"); got != 0 {
		t.Errorf("a pair without a loss has the fill %g", got)
	}
}

// The data source is saved with another setting, and then the plugin is
// restarted: both go on with the same loss.
func (s *jgroupsStory) goesOn() {
	t := s.rig.t
	before := *pairOf(s.datasource.lease.View(), "nodeA", "nodeC").Loss
	for _, one := range []struct {
		what string
		how  func()
	}{{"saved", s.save}, {"restarted", s.reopen}} {
		one.how()
		looks := 0
		view := s.eachView("the loss goes on", func(view *watch.View) bool {
			if readingOf(view, "nodeA").Err == nil && readingOf(view, "nodeC").Err == nil {
				looks++
			}
			return looks == 2
		})
		for _, way := range [][2]string{{"nodeA", "nodeC"}, {"nodeC", "nodeA"}} {
			if pairOf(view, way[0], way[1]).Reach != delivery.Lost {
				t.Fatalf("%s, %v: %s", one.what, way, describe(view))
			}
			s.matches(view, way[0], way[1])
		}
		after := *pairOf(view, "nodeA", "nodeC").Loss
		if !after.FirstMissed.Equal(before.FirstMissed) || !after.LastContact.Equal(before.LastContact) || after.AtContact != before.AtContact ||
			after.Delivered != before.Delivered || after.Sent.Most < before.Sent.Most || after.Outcome != before.Outcome {
			t.Errorf("%s: before %+v\nafter %+v", one.what, before, after)
		}
	}
}

// More is sent than the limit: that is told before the network returns, and
// stands afterwards.
func (s *jgroupsStory) overflow() {
	t := s.rig.t
	lostBefore := map[[2]string]int64{}
	ways := [][2]string{{"nodeA", "nodeC"}, {"nodeC", "nodeA"}}
	for _, way := range ways {
		lostBefore[way] = s.known.lost(way[0], way[1])
	}
	s.nodes.run("rate", "--per-second", "150")
	s.rate = 150
	view := s.eachView("the overflow is told", func(view *watch.View) bool {
		return !slices.ContainsFunc(ways, func(way [2]string) bool {
			loss := pairOf(view, way[0], way[1]).Loss
			return loss == nil || loss.Outcome != delivery.OutcomeOverflowed || loss.Certainty != delivery.Proven
		})
	})
	for _, way := range ways {
		s.matches(view, way[0], way[1])
		if missing := s.missing(view, way[0], way[1]); missing < jgroupsLimit {
			t.Errorf("%v: %d are missing, and it says overflowed", way, missing)
		}
	}
	s.nodes.run("rate", "--per-second", fmt.Sprint(jgroupsRate))
	s.nodes.run("undiscard", "--node", "nodeC")
	s.rate = jgroupsRate
	returned := time.Now()
	s.returned()
	rows, _ := s.rows()
	for _, way := range ways {
		if told := rows[way]; told["outlook"] != string(diagnose.CannotRecover) || told["outcome"] != string(delivery.OutcomeOverflowed) || told["certainty"] != string(delivery.Proven) {
			t.Errorf("%v", told)
		}
		if got := s.alert("events_lost", way[0], way[1]); got != 1 {
			t.Errorf("events_lost of %v is %g", way, got)
		}
	}
	view = s.eachView("the values have returned", func(view *watch.View) bool {
		return reaches(view, delivery.Reachable) && !slices.ContainsFunc(view.Pairs, func(pair delivery.Pair) bool {
			return pair.Fill == nil || *pair.Fill != 0 || pair.Undelivered == nil || *pair.Undelivered > readSlack
		})
	})
	t.Logf("all back %s after the end of the cut", time.Since(returned).Round(time.Second))
	for _, way := range ways {
		truly := s.known.lost(way[0], way[1]) - lostBefore[way]
		loss := pairOf(view, way[0], way[1]).Loss
		if loss == nil || !s.containsLost(loss.Sent, truly) {
			t.Errorf("%v: %d are lost: %+v", way, truly, loss)
			continue
		}
		t.Logf("%v: bracket %+v, truly lost %d", way, loss.Sent, truly)
	}
}

// A node is restarted while its events have not arrived, one of which a parent
// waits for.
func (s *jgroupsStory) restarted() {
	t := s.rig.t
	s.nodes.run("discard", "--node", "nodeC")
	s.eachView("nodeC is lost", func(view *watch.View) bool {
		return pairOf(view, "nodeA", "nodeC").Reach == delivery.Lost && pairOf(view, "nodeC", "nodeA").Reach == delivery.Lost
	})
	s.clover.end(childRun)
	s.eachView("the parent waits for the retransmission", func(*watch.View) bool {
		cause, outlook := s.parent()
		return cause == string(diagnose.CauseRetransmission) && outlook == string(diagnose.WillRecover)
	})
	_, meta := s.rows()
	missing := s.known.undelivered("nodeC", "nodeA", time.Now())
	loses := slices.IndexFunc(meta.RestartLoses, func(one restartLoss) bool { return one.Node == "nodeC" })
	if loses < 0 || meta.RestartLoses[loses].Events == nil || !slices.Contains(meta.RestartLoses[loses].Parents, fmt.Sprint(parentRun)) {
		t.Fatalf("what a restart loses: %+v", meta.RestartLoses)
	}
	if told := *meta.RestartLoses[loses].Events; math.Abs(float64(told-missing)) > fillTolerance*jgroupsLimit+jgroupsPoll.Seconds()*s.rate {
		t.Errorf("a restart of nodeC loses %d events, and it says %d", missing, told)
	}
	was := *readingOf(s.datasource.lease.View(), "nodeC").StartedAt
	s.nodes.run("restart", "--node", "nodeC")
	polls := 0
	view := s.eachView("nodeC answers again", func(view *watch.View) bool {
		node := readingOf(view, "nodeC")
		if node.Err == nil && node.StartedAt != nil && !node.StartedAt.Equal(was) {
			polls++
		}
		return polls == 1
	})
	for _, peer := range []string{"nodeA", "nodeB"} {
		loss := pairOf(view, "nodeC", peer).Loss
		if loss == nil || loss.Outcome != delivery.OutcomeRestarted || loss.Certainty != delivery.Proven || loss.RestartedNode != "nodeC" || !loss.Gone() {
			t.Errorf("nodeC → %s: %+v", peer, loss)
		}
	}
	if loss := pairOf(view, "nodeC", "nodeA").Loss; loss != nil && (loss.Sent.Most < missing-readSlack || loss.Sent.Least > missing+readSlack+int64(3*s.rate)) {
		t.Errorf("%d were undelivered before the restart, and the bracket is %+v", missing, loss.Sent)
	}
	rows, _ := s.rows()
	if told := rows[[2]string{"nodeC", "nodeA"}]; told["outlook"] != string(diagnose.CannotRecover) || told["outcome"] != string(delivery.OutcomeRestarted) {
		t.Errorf("%v", told)
	}
	if got := s.alert("events_lost", "nodeC", "nodeA"); got != 1 {
		t.Errorf("events_lost is %g", got)
	}
	if cause, outlook := s.parent(); cause != string(diagnose.CauseRestarted) || outlook != string(diagnose.CannotRecover) {
		t.Errorf("the parent: %s, %s", cause, outlook)
	}
}
