package delivery

import (
	"fmt"
	"time"
)

// When a window that stands still is a loss. Two nodes may drop each other's
// packets while a third reaches both: then nobody is excluded, and no view ever
// shows it (measured on JGroups 2.12.3 and 5.3.16: 40 s, and no end to it).
const (
	// standLooks is at how many looks the number must be the same: two polls.
	standLooks = 3
	// standSpan is how long. JGroups asks again every second or so, and gaps
	// shrank for up to 10 s after a return (measured on 2.12.3): a window that
	// delivers nothing for longer is cut off. The failure detection's time
	// (90 s by default) is no measure here: whom nobody excludes, it never finds.
	standSpan = 10 * time.Second
)

// standing follows the number up to which the peer's window has delivered.
type standing struct {
	// since is the first look at which it stood there and lacked something, looks
	// counts them, missed is the node's counter then.
	since     time.Time
	looks     int
	delivered int64
	missed    int64
	// from is the last look before it, of which is known that more arrived after
	// it or that nothing was missing; last is the newest look.
	from, last contact
	// counter is the node's counter at the newest look; whole: nothing was
	// missing there.
	counter int64
	whole   bool
}

// watch takes one look and tells whether the window stands still while the
// sender went on.
func (s *standing) watch(look pairLook) bool {
	if look.side != together || look.delivered == notKnown || look.counter == notKnown || look.estimate {
		return false
	}
	newest := contact{at: look.at, sent: look.delivered, recovered: look.recovered, shown: true}
	if s.looks == 0 || s.whole || look.contact || look.delivered != s.delivered {
		*s = standing{
			since: look.at, looks: 1, delivered: look.delivered, missed: look.atMissed,
			from: s.last, last: newest, counter: look.counter, whole: look.contact,
		}
		return false
	}
	s.looks++
	// What was sent until the look before had a whole poll to arrive.
	behind := s.counter > look.delivered
	s.last, s.counter = newest, look.counter
	return behind && s.looks >= standLooks && look.at.Sub(s.since) >= standSpan
}

// watchView follows since when the two were in one view at every look.
func (p *pair) watchView(look pairLook, blind bool) {
	if look.side == apart || look.forgotten || look.nodeRestarted || look.peerRestarted {
		p.togetherSince, p.stand = time.Time{}, standing{}
		return
	}
	if blind || look.tooLongAfter(p.togetherAt) {
		p.togetherSince, p.stand = time.Time{}, standing{}
	}
	if look.side == together && !look.mutual {
		p.togetherSince = time.Time{}
	}
	if look.side == together && look.mutual {
		if p.togetherSince.IsZero() {
			p.togetherSince = look.at
		}
		p.togetherAt = look.at
	}
}

// tooLongAfter tells whether so much time went by since a look that the views
// may have changed twice meanwhile.
func (l pairLook) tooLongAfter(at time.Time) bool {
	return !at.IsZero() && l.interval > 0 && l.at.Sub(at) > blindIntervals*l.interval
}

// stands tells whether the present loss is one that the window alone shows.
func (p *pair) stands() bool { return p.loss != nil && p.loss.Standing && p.loss.Open() }

// mayStand tells whether a window that stands still begins a loss: not while
// another is open, nor after one that lost events for good, until the window
// was seen whole again: there it stands for ever.
func (p *pair) mayStand() bool {
	return p.loss == nil || !p.loss.Open() && !p.loss.ReturnedAt.IsZero() && p.contact.at.After(p.loss.ReturnedAt)
}

// openStanding begins a loss that no view shows, at the last look before the
// window stood still.
func (p *pair) openStanding(look pairLook) Event {
	stalled, stand := p.stall, p.stand
	if !stand.from.at.IsZero() {
		p.contact = stand.from
	}
	p.open(look)
	p.stall = stalled
	p.loss.FirstMissed, p.loss.AtMissed, p.loss.SeenSince = stand.since, stand.missed, stand.since
	p.loss.Delivered, p.loss.Limit, p.loss.Standing = stand.delivered, notKnown, true
	p.loss.Kept = !p.contact.at.IsZero() && !p.togetherSince.IsZero() && !p.togetherSince.After(p.contact.at)
	return p.event(look.at, EventLost, fmt.Sprintf("%s gets nothing of what %s sends since %s, though they are in one view.", p.to, p.from, clock(stand.since)))
}

// follow takes one look at a loss that the window alone shows.
func (p *pair) follow(look pairLook, blind bool) (events []Event) {
	loss := p.loss
	if blind || look.forgotten || p.forgot || look.tooLongAfter(loss.LastLook) || look.side == together && !look.mutual {
		loss.Kept = false
	}
	switch {
	case look.side == apart:
		// The views show it now. From here on the limit counts, and the timeout;
		// the loss began when it began.
		loss.Standing, loss.Kept, loss.ApartAt, loss.Sent.Least = false, false, look.at, 0
		p.stall = stall{}
		return []Event{p.event(look.at, EventLost, fmt.Sprintf("%s and %s, which got nothing of what it sent, are not in one view any more.", p.from, p.to))}
	case look.side == unseen || look.delivered == notKnown:
	case p.forgot:
		// The window began anew, past what was lost.
		loss.Standing = false
	case loss.Sent.Most != notKnown && look.delivered >= loss.from()+loss.Sent.Most:
		if !loss.Kept {
			// They may have excluded each other meanwhile: it is judged by what was
			// sent again.
			loss.Standing = false
			break
		}
		loss.ReturnedAt = look.at
		return []Event{p.event(look.at, EventReturned, fmt.Sprintf("%s gets what %s sends again.", p.to, p.from))}
	}
	return nil
}

// countStanding brings the bracket of such a loss up to date: what the peer has
// not got, by its window. What was sent when the window began to move again is
// what has to arrive.
func (p *pair) countStanding(look pairLook) {
	loss := p.loss
	if !loss.ReturnedAt.IsZero() || look.side != together || look.delivered == notKnown || look.counter == notKnown || look.estimate || p.forgot {
		return
	}
	top := look.counter
	p.moves = look.delivered > loss.Delivered
	if p.moves && loss.Sent.Most != notKnown {
		top = loss.from() + loss.Sent.Most
	}
	before := loss.from()
	loss.Delivered = max(loss.Delivered, look.delivered)
	most := max(0, top-loss.from())
	least := max(0, loss.Sent.Least-(loss.from()-before))
	if !p.newest.at.IsZero() && p.newest.counter != notKnown {
		// What was sent until the look before had a whole poll to arrive.
		least = max(0, p.newest.counter-loss.from())
	}
	loss.Sent, loss.LastLook = Bracket{Least: min(least, most), Most: most}, look.at
	if loss.NodeStarted.IsZero() {
		loss.NodeStarted = look.nodeStarted
	}
}

// judgeStanding says what comes of such a loss. In one view nothing is
// discarded until all have it (measured on JGroups 2.12.3 and 5.3.16): neither
// the limit nor the timeout counts, and what stays missing is not lost.
func (p *pair) judgeStanding(look pairLook, stalled bool, certainty Certainty) (events []Event, over *Loss) {
	loss := p.loss
	if !loss.ReturnedAt.IsZero() {
		certainty = Proven
		if loss.Retransmitted != notKnown && loss.Retransmitted < loss.Sent.Least {
			// It came by other means than being asked for.
			certainty = Likely
		}
		p.end(look.at, OutcomeDelivered, certainty)
		over, p.loss = loss, nil
		return []Event{{At: look.at, Kind: EventDelivered, Node: p.from, Peer: p.to, Sentence: fmt.Sprintf("%s has got all events of %s.", p.to, p.from)}}, over
	}
	p.weigh()
	if !stalled || loss.Kept {
		return nil, nil
	}
	loss.Outcome, loss.Certainty = OutcomeOverflowed, certainty
	if certainty == Possible {
		return nil, nil
	}
	loss.ReturnedAt = look.at
	p.end(look.at, OutcomeOverflowed, certainty)
	return []Event{p.event(look.at, EventOverflowed, p.overflowSentence(true))}, nil
}
