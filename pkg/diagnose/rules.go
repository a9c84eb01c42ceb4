package diagnose

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/family"
)

// malfunction is the source of most rules.
const malfunction = `CloverDX cluster manual, "Long-Term Network Malfunction May Cause Jobs to Hang on"`

// Rule is one rule of the diagnosis.
type Rule struct {
	Name string
	// Source is where the rule is from.
	Source string
	// check says what one loss means for one parent; false where the rule does
	// not speak of it.
	check func(missing) (verdict, bool)
}

// verdict is what a rule finds.
type verdict struct {
	cause      Cause
	outlook    Outlook
	confidence delivery.Certainty
	sentence   string
	advice     string
}

// missing is one child whose event may be among those of a loss.
type missing struct {
	now    time.Time
	parent family.Parent
	child  family.Child
	loss   delivery.Loss
	// pair is the present state of that delivery; nil where it is not known.
	pair *delivery.Pair
	// certain: the child ended while the loss was seen, not just perhaps.
	certain bool
}

// Rules are the rules for a stuck parent. Of a loss exactly one speaks.
func Rules() []Rule {
	return []Rule{
		{"sent events buffer overflowed", malfunction + `, and measured on JGroups 2.12.3: more sent than the limit is lost for good`, overflowed},
		{"node restarted with undelivered events", malfunction, restarted},
		{"inbound events buffer released", malfunction + ", xmit_table_obsolete_member_timeout", released},
		{"waiting for retransmission", malfunction, retransmission},
		{"delivery over, parent waits", "measured on JGroups 2.12.3 and 5.3: without a kept window, events of an exclusion are lost unseen", over},
	}
}

func overflowed(m missing) (verdict, bool) {
	if m.loss.Outcome != delivery.OutcomeOverflowed {
		return verdict{}, false
	}
	found := verdict{cause: CauseOverflowed, sentence: m.sent()}
	if !m.loss.Gone() {
		found.outlook, found.confidence = MayRecover, m.loss.Certainty
		found.advice = fmt.Sprintf("Restore the network between %s and %s now. The buffer of %s may have overflowed: wait until it is known whether events were lost, some minutes after the return. Do not restart %s before.",
			m.loss.Node, m.loss.Peer, m.loss.Node, m.loss.Node)
		return found, true
	}
	found.outlook, found.confidence = CannotRecover, m.confidence(m.loss.Certainty)
	found.advice = fmt.Sprintf("Abort this parent and run it again: the event that it waits for is lost. Raise the limit of the sent events buffer on %s%s.", m.loss.Node, m.limit())
	return found, true
}

func restarted(m missing) (verdict, bool) {
	if m.loss.Outcome != delivery.OutcomeRestarted {
		return verdict{}, false
	}
	found := verdict{
		cause: CauseRestarted, outlook: CannotRecover, confidence: m.confidence(m.loss.Certainty),
		sentence: fmt.Sprintf("%s restarted, seen at %s, before %s had got its events.", m.loss.RestartedNode, clock(m.loss.Ended), m.loss.Peer),
		advice:   fmt.Sprintf("Abort this parent and run it again: the restart of %s lost the event that it waits for.", m.loss.RestartedNode),
	}
	switch {
	case m.loss.Gone():
	case m.loss.RestartedNode == m.loss.Peer && m.parentBefore(m.loss.Ended):
		// The process that the parent ran in is gone, and with it whoever waited.
		found.confidence = delivery.Likely
		found.sentence = fmt.Sprintf("%s, where the parent runs, restarted, seen at %s: the process that waited for the event is gone.", m.loss.Peer, clock(m.loss.Ended))
		found.advice = fmt.Sprintf("Abort this parent and run it again: %s restarted while it waited.", m.loss.Peer)
	case m.loss.RestartedNode == m.loss.Node && m.certain:
		// The child ended there while the loss lasted: so there was an event.
		found.confidence = delivery.Likely
	default:
		found.outlook, found.confidence = MayRecover, delivery.Possible
		found.advice = fmt.Sprintf("Look into the log of the parent on %s for the end of child %s. If it is not there, the restart of %s lost it, and it will not come any more.", m.loss.Peer, m.child.ID, m.loss.RestartedNode)
	}
	return found, true
}

func released(m missing) (verdict, bool) {
	if m.loss.Outcome != delivery.OutcomeReleased {
		return verdict{}, false
	}
	return verdict{
		cause: CauseReleased, outlook: CannotRecover, confidence: m.confidence(m.loss.Certainty),
		sentence: fmt.Sprintf("%s was out of reach of %s until the inbound events buffer was released, at %s.", m.loss.Node, m.loss.Peer, clock(m.loss.ReleasedAt)),
		advice:   fmt.Sprintf("Abort this parent and run it again: %s gave up waiting for the events of %s.", m.loss.Peer, m.loss.Node),
	}, true
}

func retransmission(m missing) (verdict, bool) {
	if m.loss.Outcome != delivery.OutcomeWaiting || !m.loss.Open() {
		return verdict{}, false
	}
	found := verdict{cause: CauseRetransmission, outlook: MayRecover, confidence: delivery.Possible, sentence: m.sent()}
	if !m.loss.ReturnedAt.IsZero() {
		found.sentence = fmt.Sprintf("%s and %s see each other again since %s, and what was kept is being sent again.", m.loss.Node, m.loss.Peer, clock(m.loss.ReturnedAt))
		found.advice = fmt.Sprintf("Wait: the network is back. Do not restart %s until everything has arrived.", m.loss.Node)
		if m.loss.Certainty != delivery.Possible {
			found.outlook, found.confidence = WillRecover, m.confidence(delivery.Likely)
		}
		return found, true
	}
	found.advice = fmt.Sprintf("Restore the network between %s and %s%s. Do not restart %s: that would lose the events.",
		m.loss.Node, m.loss.Peer, m.until(), m.loss.Node)
	if m.roomLeft() {
		found.outlook, found.confidence = WillRecover, m.confidence(m.loss.Certainty)
	}
	return found, true
}

func over(m missing) (verdict, bool) {
	if m.loss.Open() || m.loss.Outcome != delivery.OutcomeDelivered && m.loss.Outcome != delivery.OutcomeUnknown {
		return verdict{}, false
	}
	found := verdict{
		cause: CauseUnknown, outlook: MayRecover, confidence: delivery.Possible,
		sentence: fmt.Sprintf("%s has got all events of %s, as far as is known (%s), and the parent still waits.", m.loss.Peer, m.loss.Node, m.loss.Certainty),
		advice:   fmt.Sprintf("Look into the log of the parent on %s: the end of child %s should be there.", m.loss.Peer, m.child.ID),
	}
	if m.loss.Outcome == delivery.OutcomeUnknown {
		found.sentence = fmt.Sprintf("%s and %s see each other again and nothing is reported missing, but it does not show that what was sent meanwhile arrived%s.", m.loss.Node, m.loss.Peer, m.retransmitted())
		found.advice = fmt.Sprintf("Look into the log of the parent on %s for the end of child %s. If it is not there, the event was lost while %s was excluded, and it will not come any more.", m.loss.Peer, m.child.ID, m.loss.Peer)
	}
	return found, true
}

// confidence is the outcome's certainty, and not proven where the child may
// have ended just before the loss.
func (m missing) confidence(certainty delivery.Certainty) delivery.Certainty {
	if certainty == delivery.Proven && !m.certain {
		return delivery.Likely
	}
	return certainty
}

// roomLeft tells whether everything is still in the buffer, by what the sender
// tells now, and no deadline has passed. In one view nothing is discarded,
// however much it is.
func (m missing) roomLeft() bool {
	if m.loss.Standing && m.loss.Open() {
		return m.loss.Kept && m.pair != nil && m.pair.SentSinceLoss != nil
	}
	if m.pair == nil || m.pair.SentSinceLoss == nil || m.pair.Fill == nil || m.loss.Sent.Most < 0 || *m.pair.Fill >= 1 {
		return false
	}
	return m.pair.Deadline == nil || m.pair.Deadline.After(m.now)
}

// until names the deadline.
func (m missing) until() string {
	if m.loss.Standing {
		return ""
	}
	if m.pair == nil || m.pair.Deadline == nil || !m.pair.Deadline.After(m.now) {
		return " now"
	}
	return fmt.Sprintf(" before %s (%s)", clock(*m.pair.Deadline), m.pair.DeadlineOf)
}

// sent says what was sent since the loss.
func (m missing) sent() string {
	sent, limit := m.loss.Sent, m.loss.Limit
	kept := "the buffer's limit is not known"
	if limit > 0 {
		kept = fmt.Sprintf("the buffer keeps %d", limit)
	}
	switch {
	case m.loss.Standing && m.loss.Open() && sent.Most >= 0:
		return fmt.Sprintf("%s has sent between %d and %d events that %s has not got; they are in one view, where nothing is discarded until both have it.", m.loss.Node, sent.Least, sent.Most, m.loss.Peer)
	case sent.Least < 0:
		return fmt.Sprintf("What %s sent since it lost %s is not known.", m.loss.Node, m.loss.Peer)
	case sent.Most < 0:
		return fmt.Sprintf("%s sent at least %d events since it lost %s; %s.", m.loss.Node, sent.Least, m.loss.Peer, kept)
	}
	return fmt.Sprintf("%s sent between %d and %d events since it lost %s; %s.", m.loss.Node, sent.Least, sent.Most, m.loss.Peer, kept)
}

// limit names the setting of the limit, with its value where it is known.
func (m missing) limit() string {
	if m.loss.Limit > 0 {
		return fmt.Sprintf(" (cluster.jgroups.protocol.NAKACK.gc_lag, now %d)", m.loss.Limit)
	}
	return " (cluster.jgroups.protocol.NAKACK.gc_lag)"
}

// retransmitted says how little was sent again.
func (m missing) retransmitted() string {
	if m.loss.Retransmitted < 0 || m.loss.Sent.Most < 0 {
		return ""
	}
	return fmt.Sprintf(": between %d and %d events were sent in that time, and %s got %d again, from all senders together",
		m.loss.Sent.Least, m.loss.Sent.Most, m.loss.Peer, m.loss.Retransmitted)
}

// parentBefore tells whether the parent began before a moment.
func (m missing) parentBefore(at time.Time) bool {
	if !m.parent.CreateTime.IsZero() {
		return m.parent.CreateTime.Before(at)
	}
	return m.child.Seen.Before(at)
}

// clock writes a moment for people.
func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }
