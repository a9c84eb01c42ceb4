package delivery

import (
	"fmt"
	"time"
)

// How long the evidence of a return must last before something is concluded
// from it. Retransmission retries every second or so [measured on JGroups
// 2.12.3: gaps shrank for up to 10 s after the return], so half a minute
// without progress is an end.
const (
	stallLooks = 3
	stallSpan  = 30 * time.Second
	// A receiver knows of its gaps only when it hears from the sender again: one
	// look without gaps right after the return tells nothing.
	quietLooks = 2
	quietSpan  = 10 * time.Second
)

// stall is a time in which the receiver's gaps stay, the sender is asked for
// them, and answers nothing: what a lost event looks like after the network's
// return.
type stall struct {
	since time.Time
	looks int
	// The figures at its beginning.
	gaps, requests, answered, counter, delivered int64
}

// watch takes one look at it and says whether it is long enough, and how
// certainly the gaps are of this sender.
func (s *stall) watch(look pairLook) (lost bool, certainty Certainty) {
	gaps := look.gaps
	if look.windowMissing != notKnown {
		gaps = look.windowMissing
	}
	switch {
	case look.side == unseen:
		return false, ""
	case look.side == apart || gaps <= 0:
		*s = stall{}
		return false, ""
	}
	// A window's gaps are of this sender alone: what it answers to others does
	// not matter then.
	answers := look.answered > s.answered && look.windowMissing == notKnown
	// Nor is one lost whose window moves: events are delivered in order.
	moves := look.delivered != notKnown && look.delivered > s.delivered
	if s.looks == 0 || gaps < s.gaps || answers || moves || look.requests < s.requests {
		*s = stall{since: look.at, looks: 1, gaps: gaps, requests: look.requests, answered: look.answered, counter: look.counter, delivered: look.delivered}
		return false, ""
	}
	s.looks++
	if s.looks < stallLooks || look.at.Sub(s.since) < stallSpan {
		return false, ""
	}
	switch {
	case look.requests == notKnown || look.answered == notKnown:
		return true, Possible
	case look.requests == s.requests:
		// Nobody asks this sender: the gaps are of another one.
		return false, ""
	case look.windowMissing > 0 || look.alone:
		return true, Proven
	}
	return true, Likely
}

// quiet is a time after the return in which the receiver has no gaps.
type quiet struct {
	since time.Time
	looks int
}

// watch takes one look at it.
func (q *quiet) watch(look pairLook) (looks int, lasted time.Duration) {
	switch {
	case look.side == unseen:
		return 0, 0
	case !look.contact:
		*q = quiet{}
		return 0, 0
	case q.looks == 0:
		q.since = look.at
	}
	q.looks++
	return q.looks, look.at.Sub(q.since)
}

// base is what the counters stood at when the two were apart for the last time
// and the receiver had no gaps: all that is retransmitted since then was sent
// while they were apart.
type base struct {
	known               bool
	recovered, answered int64
}

func (b *base) watch(look pairLook) {
	if look.side != apart {
		return
	}
	*b = base{
		known:     look.peerAnswers && look.nodeAnswers && look.gaps == 0 && look.recovered != notKnown && look.answered != notKnown,
		recovered: look.recovered, answered: look.answered,
	}
}

// needs is what the open losses towards one peer need together: a receiver's
// counters do not tell senders apart.
type needs struct {
	known bool
	// most is all that may be missing, apart what was sent while apart, before
	// what was sent until the exclusion.
	most, apart, before int64
}

// add counts one loss in.
func (n *needs) add(loss *Loss) {
	apart, before := loss.apart(), loss.before()
	if apart == notKnown || before == notKnown {
		// Whoever was never in contact may account for anything.
		n.known = false
		return
	}
	n.most += loss.Sent.Most
	n.apart += apart
	n.before += before
}

// judge says what comes of the loss at the newest look.
func (p *pair) judge(settings Settings, towardsPeer needs) (events []Event, over *Loss) {
	look := p.newest
	lost, certainty := p.stall.watch(look)
	if lost && p.loss == nil && certainty != Possible {
		p.openStalled(look)
	}
	loss := p.loss
	if loss == nil {
		return nil, nil
	}
	events = p.release(look, settings)
	if p.stands() {
		return p.judgeStanding(look, lost, certainty)
	}
	if !loss.Open() {
		if lost && certainty == Proven && loss.Outcome == OutcomeOverflowed {
			loss.Certainty = Proven
		}
		return events, nil
	}
	if p.needs.most <= towardsPeer.most || !towardsPeer.known {
		p.needs = towardsPeer
	}
	p.base.watch(look)
	p.weigh()
	overflowed := loss.Outcome == OutcomeOverflowed && loss.Certainty == Proven
	if lost && !overflowed {
		loss.Outcome = OutcomeOverflowed
		loss.Certainty = certainty
		overflowed = certainty != Possible
	}
	if overflowed {
		p.end(look.at, OutcomeOverflowed, loss.Certainty)
		return append(events, p.event(look.at, EventOverflowed, p.overflowSentence(lost))), nil
	}
	if loss.ReturnedAt.IsZero() {
		return events, nil
	}
	looks, lasted := p.quiet.watch(look)
	outcome, certainty := p.arrived(look)
	switch {
	case looks < quietLooks || lasted < quietSpan:
		if looks > 0 && certainty == Possible {
			loss.Certainty = Possible
		}
		return events, nil
	case certainty == Possible && (looks < stallLooks || lasted < stallSpan):
		// Nothing shows yet that it was retransmitted: it may still come.
		loss.Certainty = Possible
		return events, nil
	}
	p.end(look.at, outcome, certainty)
	if outcome == OutcomeDelivered {
		events = append(events, p.event(look.at, EventDelivered, fmt.Sprintf("%s has got all events of %s.", p.to, p.from)))
	}
	over, p.loss = loss, nil
	return events, over
}

// openStalled begins a loss that no view ever showed: the two never left each
// other's view, and yet events are gone.
func (p *pair) openStalled(look pairLook) {
	stalled := p.stall
	p.open(look)
	p.stall = stalled
	p.loss.FirstMissed, p.loss.ReturnedAt, p.loss.SeenSince = stalled.since, stalled.since, stalled.since
	p.loss.AtMissed = stalled.counter
	if from := p.loss.from(); from != notKnown && stalled.counter >= from {
		p.loss.Sent = Bracket{Least: 1, Most: stalled.counter - from}
		p.loss.LastLook = look.at
	}
}

// weigh compares what was sent with the buffer's limit. More than the limit at
// least is proven; at most, it is likely when the middle is above it.
func (p *pair) weigh() {
	loss := p.loss
	sent, limit := loss.Sent, loss.Limit
	loss.Outcome = OutcomeWaiting
	switch {
	case loss.Standing && loss.Kept:
		loss.Certainty = Proven
	case limit == notKnown || sent.Least == notKnown:
		loss.Certainty = Possible
	case sent.Least > limit && loss.Estimate:
		loss.Outcome, loss.Certainty = OutcomeOverflowed, Likely
	case sent.Least > limit:
		loss.Outcome, loss.Certainty = OutcomeOverflowed, Proven
	case sent.Most == notKnown:
		loss.Certainty = Possible
	case sent.Most > limit && (sent.Least+sent.Most)/2 > limit && !loss.Estimate:
		loss.Outcome, loss.Certainty = OutcomeOverflowed, Likely
	case sent.Most > limit:
		loss.Outcome, loss.Certainty = OutcomeOverflowed, Possible
	case loss.Estimate:
		loss.Certainty = Likely
	default:
		loss.Certainty = Proven
	}
}

// arrived says what a return without gaps means. Gaps of 0 alone do not mean
// that everything arrived: a receiver that forgot the sender while it was
// excluded (measured: JGroups 2.12.3 and 5.3 as they come) begins with what is
// sent after the return, and counts no gap. So the retransmitted events are
// counted: when there are more than the time before the exclusion explains,
// as many as were sent after it, and no fewer than were surely sent since the
// loss, the receiver did ask for what was sent meanwhile, and having no gaps it
// has got all of it. Less than that shows nothing: where the exclusion was seen
// at once, one retransmitted event is more than the time before it explains
// (seen on JGroups 2.12.3 after a thaw on a busy machine: all was lost).
func (p *pair) arrived(look pairLook) (Outcome, Certainty) {
	loss := p.loss
	apart := loss.apart()
	switch {
	case loss.Sent.Most == 0 && !loss.Estimate:
		return OutcomeDelivered, Proven
	case loss.Retransmitted == notKnown || look.answered == notKnown || loss.Estimate:
		// Not exposed: nothing speaks against it, nothing shows it.
		return OutcomeDelivered, Possible
	}
	if p.needs.known {
		switch {
		case loss.Retransmitted >= p.needs.most:
			return OutcomeDelivered, Proven
		case loss.Retransmitted < loss.Sent.Least:
			// Fewer came again than were surely sent meanwhile.
		case loss.Retransmitted > p.needs.before && loss.Retransmitted >= p.needs.apart:
			return OutcomeDelivered, Likely
		case apart > 0 && p.base.known && look.recovered-p.base.recovered >= p.needs.apart && look.answered-p.base.answered >= apart:
			return OutcomeDelivered, Likely
		}
	}
	return OutcomeUnknown, Possible
}

// release tells when the peer's inbound events buffer is released: it is
// counted once in a loss, also where the events were gone before.
func (p *pair) release(look pairLook, settings Settings) []Event {
	loss := p.loss
	if !loss.ReleasedAt.IsZero() || !loss.ReturnedAt.IsZero() || settings.InboundTimeout <= 0 || p.stands() ||
		loss.Sent.Most == 0 || look.at.Sub(later(loss.FirstMissed, loss.ApartAt)) < settings.InboundTimeout {
		return nil
	}
	loss.ReleasedAt = look.at
	p.releases++
	if loss.Open() {
		certainty := Likely
		if look.at.Sub(loss.SeenSince) >= settings.InboundTimeout {
			certainty = Proven
		}
		p.end(look.at, OutcomeReleased, certainty)
	}
	return []Event{p.event(look.at, EventReleased, fmt.Sprintf(
		"%s was out of %s's reach for longer than %s: the inbound events buffer there was released.", p.to, p.from, settings.InboundTimeout))}
}

// overflowSentence says by what the overflow is known.
func (p *pair) overflowSentence(stalled bool) string {
	if stalled {
		return fmt.Sprintf("%s asks %s again and again for %d events and gets no answer: they are no longer kept.", p.to, p.from, p.stall.gaps)
	}
	return fmt.Sprintf("%s sent at least %d events while %s was lost; its buffer keeps %d.", p.from, p.loss.Sent.Least, p.to, p.loss.Limit)
}
