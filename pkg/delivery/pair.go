package delivery

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// blindIntervals is after how many intervals without a look we were blind
// (design §3: no complete poll for 3 intervals).
const blindIntervals = 3

// pair is one ordered pair over time.
type pair struct {
	from, to string
	contact  contact
	marks    marks
	reach    Reach
	// loss is the present loss, or the last one whose events are gone.
	loss     *Loss
	releases int64
	// delivered is the newest event that the peer's window showed as delivered;
	// notKnown where none ever did since the two processes began.
	delivered int64
	// forgot: during the present loss, the peer told no window of the node. One
	// that it tells later has begun anew, past what was lost (measured: JGroups
	// 2.12.3 at a merge, before both views show it).
	forgot bool
	stall  stall
	// stand follows the peer's window, moves: it moved at the newest look of a
	// loss. togetherSince is since when the two are in one view at every look,
	// togetherAt the newest of these.
	stand                     standing
	moves                     bool
	togetherSince, togetherAt time.Time
	quiet                     quiet
	base                      base
	// needs is the greatest that the losses towards the peer ever needed
	// together while this one was open.
	needs needs
	// leastBefore is the lower bound as it was before the newest look at which
	// the node's own view lacked the peer; notKnown while there was none.
	leastBefore int64
	// newest is the newest look; told what the coordinator says itself.
	newest pairLook
	lookAt time.Time
	told   *coordinator.Delivery
}

func newPair(from, to string) *pair {
	return &pair{from: from, to: to, contact: contact{sent: notKnown, recovered: notKnown}, delivered: notKnown, leastBefore: notKnown, reach: NotSeen}
}

// step takes one look: what is seen, and what was sent. What comes of it is
// judged afterwards, when every pair has taken its look.
func (p *pair) step(look pairLook) (events []Event, over *Loss) {
	blind := p.blind(look)
	if blind {
		p.stall, p.quiet, p.base = stall{}, quiet{}, base{}
	}
	events = p.restarts(look)
	p.contact.settle(look)
	p.marks.settle(look)
	switch {
	case look.delivered != notKnown:
		p.delivered = look.delivered
	case look.windows && p.delivered != notKnown && look.side == together:
		// An excluded sender's window goes before the view that says so
		// (measured: JGroups 2.12.3): that there are no gaps tells nothing now.
		look.contact, look.forgotten = false, true
	}
	p.watchView(look, blind)
	stood := p.stand.watch(look)
	if p.stands() {
		events = append(events, p.follow(look, blind)...)
	} else if stood && p.mayStand() {
		over = p.loss
		events = append(events, p.openStanding(look))
	}
	if look.side == apart && p.loss != nil && !p.loss.ReturnedAt.IsZero() {
		if p.loss.Open() {
			// Lost again before all had arrived: the same loss goes on.
			p.loss.ReturnedAt = time.Time{}
			p.widen(look)
			p.stall, p.quiet = stall{}, quiet{}
			events = append(events, p.event(look.at, EventLost, fmt.Sprintf("%s and %s lost each other again before all events had arrived.", p.from, p.to)))
		} else {
			over, p.loss = p.loss, nil
		}
	}
	switch {
	case look.side == apart && p.loss == nil:
		p.open(look)
		events = append(events, p.event(look.at, EventLost, fmt.Sprintf("%s does not reach %s: they are not in one view.", p.from, p.to)))
	case p.loss != nil && p.loss.ReturnedAt.IsZero() && !p.stands():
		if blind || look.side == unseen {
			p.widen(look)
		}
		if look.side == together {
			p.loss.ReturnedAt = look.at
			events = append(events, p.event(look.at, EventReturned, fmt.Sprintf("%s and %s see each other again.", p.from, p.to)))
		}
	}
	p.count(look)
	p.newest, p.lookAt = look, look.at
	return events, over
}

// blind tells whether too long went by since the last look.
func (p *pair) blind(look pairLook) bool {
	return !p.lookAt.IsZero() && look.interval > 0 && look.at.Sub(p.lookAt) > blindIntervals*look.interval
}

// open begins a loss at a look.
func (p *pair) open(look pairLook) {
	p.stall, p.quiet, p.base, p.needs, p.leastBefore = stall{}, quiet{}, base{}, needs{}, notKnown
	p.forgot = p.newest.forgotten
	if look.nodeAnswers && look.peerAnswers && look.delivered == notKnown && !p.contact.shown {
		// Both are alive, and their views lag: they may have lost each other
		// while the views still said otherwise. A window would have shown it.
		p.contact = p.marks.before(look.at.Add(-look.detection), p.contact)
	}
	loss := &Loss{
		Node: p.from, Peer: p.to, LastContact: p.contact.at, FirstMissed: look.at,
		AtContact: notKnown, AtMissed: look.atMissed, AtExcluded: notKnown, Delivered: p.delivered,
		NodeStarted: look.nodeStarted, Outcome: OutcomeWaiting, Certainty: Possible,
		Sent: Bracket{Least: notKnown, Most: notKnown}, Limit: look.limit,
		SeenSince: look.at, Estimate: look.estimate, Retransmitted: notKnown,
	}
	if !p.contact.at.IsZero() {
		loss.AtContact = p.contact.sent
	}
	p.loss = loss
}

// widen takes back what a time in which nobody told of the two may have undone:
// meanwhile they may have met, and lost each other again.
func (p *pair) widen(look pairLook) {
	loss := p.loss
	loss.SeenSince = look.at
	loss.AtExcluded, p.leastBefore = notKnown, notKnown
	if loss.Open() && loss.Sent.Least > 0 {
		loss.Sent.Least = 0
	}
}

// count brings the bracket of what was sent since the loss up to date. It grows
// until the return and stands still from then on: what is sent after it arrives
// on its own.
func (p *pair) count(look pairLook) {
	loss := p.loss
	if loss == nil {
		return
	}
	p.forgot = p.forgot || look.windows && look.delivered == notKnown
	if loss.Open() && look.peerAnswers && look.recovered != notKnown && p.contact.recovered != notKnown {
		loss.Retransmitted = max(0, look.recovered-p.contact.recovered)
	}
	if p.stands() {
		p.countStanding(look)
		return
	}
	if !loss.grows(look) {
		return
	}
	if look.counter == notKnown || look.estimate != loss.Estimate && loss.Sent.Least != notKnown {
		return
	}
	loss.Estimate = look.estimate
	if look.excluded && loss.AtExcluded == notKnown {
		loss.AtExcluded = look.atMissed
	}
	if look.delivered != notKnown && look.side == apart && !p.forgot {
		loss.Delivered = max(loss.Delivered, look.delivered)
	}
	if loss.NodeStarted.IsZero() {
		loss.NodeStarted = look.nodeStarted
	}
	least := max(0, loss.Sent.Least)
	switch {
	case look.excluded && loss.AtExcluded != notKnown:
		p.leastBefore = least
		least = max(0, look.counter-max(loss.AtExcluded, loss.Delivered))
	case p.leastBefore != notKnown:
		// What a node sends while the two groups merge arrives, though its own
		// view still lacks the peer (measured on JGroups 2.12.3, up to 2 s): of
		// the last look that lacked it, it is not certain.
		least, p.leastBefore = min(least, p.leastBefore), notKnown
	}
	most := notKnown
	if from := loss.from(); from != notKnown {
		most = max(0, look.counter-from)
		least = min(least, most)
	}
	loss.Sent = Bracket{Least: least, Most: most}
	loss.Limit, loss.LastLook = look.limit, look.at
}

// grows tells whether what is sent at this look belongs to the loss: until the
// return, also when the outcome is known before; not after a restart, which
// begins to count anew.
func (l Loss) grows(look pairLook) bool {
	if !l.Open() && l.Outcome != OutcomeOverflowed && l.Outcome != OutcomeReleased {
		return false
	}
	return l.ReturnedAt.IsZero() || l.ReturnedAt.Equal(look.at)
}

// from is the highest event that is known to have arrived before the loss, or
// NotKnown.
func (l Loss) from() int64 { return max(l.AtContact, l.Delivered) }

// apart counts what was sent from the first miss to the return (or the last
// look); where the miss was not counted, all that may be missing. NotKnown
// where nothing is known.
func (l Loss) apart() int64 {
	from := l.from()
	if from == notKnown || l.Sent.Most == notKnown || l.AtMissed == notKnown {
		return l.Sent.Most
	}
	return max(0, from+l.Sent.Most-max(l.AtMissed, l.Delivered))
}

// before counts what was sent from the contact until the node's own view lacked
// the peer: the most that a peer can ask for that forgot it meanwhile.
func (l Loss) before() int64 {
	from := l.from()
	switch {
	case from == notKnown || l.Sent.Most == notKnown:
		return notKnown
	case l.AtExcluded == notKnown:
		return l.Sent.Most
	}
	return max(0, l.AtExcluded-from)
}

// restarts looks for ends that are other processes than before.
//
// A restart of the sender during a loss loses what it kept: OutcomeRestarted at
// once. It is proven where events were known to be undelivered, likely where
// the sender answered during the loss, and merely possible where we know
// nothing of what it sent: every planned restart looks like that.
//
// A restart of the receiver loses what it held, and it begins anew with what is
// sent from now on: its former self gets nothing any more. What waited for the
// events ran in that process and went with it, so this is only possible as a
// loss of events; the diagnosis makes more of it where a job still waits.
func (p *pair) restarts(look pairLook) (events []Event) {
	loss := p.loss
	open := loss != nil && loss.Open()
	byClock := open && !look.nodeRestarted && loss.NodeStarted.IsZero() && !look.nodeStarted.IsZero() &&
		look.nodeStarted.After(loss.FirstMissed.Add(restartMargin))
	sender := look.nodeRestarted || byClock || open && !loss.NodeStarted.IsZero() && !look.nodeStarted.IsZero() &&
		look.nodeStarted.Sub(loss.NodeStarted).Abs() > startJitter
	if open && sender {
		certainty := Possible
		switch {
		case loss.Sent.Most == 0 || p.quiet.looks > 0:
			// Nothing was left, as far as is known.
		case loss.Sent.Least > 0 && !loss.Estimate && !byClock:
			certainty = Proven
		case loss.Sent.Most > 0 || loss.Sent.Least > 0:
			certainty = Likely
		}
		p.end(look.at, OutcomeRestarted, certainty)
		loss.RestartedNode = p.from
		events = append(events, p.event(look.at, EventRestarted, fmt.Sprintf("%s restarted while %s had not got its events: what it kept for it is gone.", p.from, p.to)))
	} else if open && look.peerRestarted {
		p.end(look.at, OutcomeRestarted, Possible)
		loss.RestartedNode = p.to
		events = append(events, p.event(look.at, EventRestarted, fmt.Sprintf("%s restarted before it had got the events of %s: what waited there for them went with it.", p.to, p.from)))
	}
	if sender || look.peerRestarted {
		p.delivered = notKnown
	}
	if sender && !p.contact.at.IsZero() {
		// Whatever the new process sent may be undelivered.
		p.contact.sent, p.contact.raw = 0, 0
		p.marks = nil
	}
	if look.peerRestarted && p.contact.recovered != notKnown {
		p.contact.recovered = 0
		p.marks = nil
	}
	return events
}

// end makes an outcome final.
func (p *pair) end(at time.Time, outcome Outcome, certainty Certainty) {
	p.loss.Outcome, p.loss.Certainty, p.loss.Ended = outcome, certainty, at
}

// event names a change of this pair.
func (p *pair) event(at time.Time, kind EventKind, sentence string) Event {
	return Event{At: at, Kind: kind, Node: p.from, Peer: p.to, Sentence: sentence}
}
