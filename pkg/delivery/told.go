package delivery

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// advanceTold takes one delivery that the coordinator tells itself. What it
// says of the pair goes before what is worked out from nodes.
func (t *Tracker) advanceTold(delivery *coordinator.Delivery, at time.Time, settings Settings) []Event {
	key := pairKey{delivery.Node, delivery.Peer}
	row := t.pair(key)
	t.told = append(t.told, key)
	row.told = delivery
	look := toldLook(delivery, at, settings)
	events, over := row.step(look)
	t.keep(over)
	row.toldFigures(delivery, look)
	events = append(events, row.judgeTold(delivery, look, settings)...)
	if row.loss != nil && !row.loss.Open() && row.loss.Outcome == OutcomeDelivered {
		t.keep(row.loss)
		row.loss = nil
	}
	row.settle()
	return events
}

// toldLook turns what is told into a look. The coordinator knows both ends, so
// both count as answering, and no view lags.
func toldLook(delivery *coordinator.Delivery, at time.Time, settings Settings) pairLook {
	look := pairLook{
		at: at, interval: settings.PollInterval, side: together,
		nodeAnswers: true, peerAnswers: true, slope: -1, counter: notKnown, atContact: notKnown, atMissed: notKnown,
		limit: known(delivery.SentLimit), delivered: notKnown, windowMissing: notKnown,
		gaps: known(delivery.Undelivered), requests: notKnown, answered: notKnown, recovered: notKnown,
	}
	if look.limit == notKnown && settings.SentLimit > 0 {
		look.limit = settings.SentLimit
	}
	if !delivery.Reachable {
		look.side, look.excluded = apart, true
	}
	if delivery.NodeStartedAt != nil {
		look.nodeStarted = *delivery.NodeStartedAt
	}
	look.contact = delivery.Reachable && look.gaps <= 0
	return look
}

// toldFigures puts the told figures into the loss.
func (p *pair) toldFigures(delivery *coordinator.Delivery, look pairLook) {
	loss := p.loss
	if loss == nil || !loss.Open() || !loss.ReturnedAt.IsZero() {
		return
	}
	if delivery.LostSince != nil && !delivery.LostSince.After(look.at) {
		loss.LastContact, loss.FirstMissed, loss.SeenSince = *delivery.LostSince, *delivery.LostSince, *delivery.LostSince
	}
	sent := known(delivery.SentSinceLoss)
	if sent == notKnown {
		sent = known(delivery.Undelivered)
	}
	if sent != notKnown {
		loss.Sent, loss.Limit, loss.LastLook = Bracket{Least: sent, Most: sent}, look.limit, look.at
	}
}

// judgeTold says what comes of a loss whose figures are told.
func (p *pair) judgeTold(delivery *coordinator.Delivery, look pairLook, settings Settings) (events []Event) {
	loss := p.loss
	if loss == nil {
		return nil
	}
	if loss.Open() && delivery.LostSince != nil && look.nodeStarted.After(*delivery.LostSince) && loss.ReturnedAt.IsZero() {
		// One clock told both: the process began after the loss.
		p.end(look.at, OutcomeRestarted, Likely)
		loss.RestartedNode = p.from
		events = append(events, p.event(look.at, EventRestarted, fmt.Sprintf("%s restarted after it had lost %s: what it kept for it is gone.", p.from, p.to)))
	}
	if delivery.InboundTimeout != nil {
		settings.InboundTimeout = *delivery.InboundTimeout
	}
	events = append(events, p.release(look, settings)...)
	if !loss.Open() {
		return events
	}
	p.weigh()
	switch {
	case loss.Outcome == OutcomeOverflowed && loss.Certainty == Proven:
		p.end(look.at, OutcomeOverflowed, Proven)
		events = append(events, p.event(look.at, EventOverflowed, p.overflowSentence(false)))
	case !loss.ReturnedAt.IsZero() && look.contact:
		certainty := Proven
		if delivery.Undelivered == nil {
			certainty = Possible
		}
		p.end(look.at, OutcomeDelivered, certainty)
		events = append(events, p.event(look.at, EventDelivered, fmt.Sprintf("%s has got all events of %s.", p.to, p.from)))
	}
	return events
}
