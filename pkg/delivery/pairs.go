package delivery

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/forecast"
)

// Pairs are the deliveries between all nodes of the newest look, sorted by node
// and peer. now is the moment for which the times left are given.
func (t *Tracker) Pairs(now time.Time, settings Settings) []Pair {
	pairs := make([]Pair, 0, len(t.listed)*max(0, len(t.listed)-1)+len(t.told))
	told := make(map[pairKey]bool, len(t.told))
	for _, key := range t.told {
		if row := t.pairs[key]; row != nil {
			told[key] = true
			pairs = append(pairs, row.showTold(now, settings))
		}
	}
	for _, from := range t.listed {
		for _, to := range t.listed {
			key := pairKey{from, to}
			if row := t.pairs[key]; row != nil && !told[key] {
				pairs = append(pairs, t.show(row, now, settings))
			}
		}
	}
	if len(told) > 0 {
		sortPairs(pairs)
	}
	return pairs
}

// begin makes the part of a row that is the same however it came about.
func (p *pair) begin() Pair {
	row := Pair{Node: p.from, Peer: p.to, Reach: p.reach, Releases: p.releases}
	if p.loss != nil {
		row.Loss = new(*p.loss)
	}
	if p.newest.limit > 0 {
		row.Limit = new(p.newest.limit)
	}
	if !p.newest.nodeStarted.IsZero() {
		row.NodeStarted = new(p.newest.nodeStarted)
	}
	return row
}

// waiting tells whether events wait in the sent events buffer for the peer.
func (p *pair) waiting() bool {
	return p.loss != nil && (p.loss.Open() || p.loss.ReturnedAt.IsZero())
}

// show makes a row from what the two nodes said.
func (t *Tracker) show(p *pair, now time.Time, settings Settings) Pair {
	row, look := p.begin(), p.newest
	from, to := t.shown[p.from], t.shown[p.to]
	row.NotExposed = p.notExposed(from, to)
	if to.answers && to.Held != nil {
		row.Held = new(*to.Held)
	}
	row.Undelivered = p.undelivered()
	if !from.answers {
		row.forecast(p, nil, now, settings)
		return row
	}
	fiveMinutes, hour := from.memory.rates.means()
	if rate, known := forecast.Rate(fiveMinutes, hour); known && look.counter != notKnown {
		row.Rate = new(rate)
	}
	var sent *int64
	switch {
	case p.waiting() && p.loss.LastLook.Equal(look.at) || p.waiting() && !p.loss.ReturnedAt.IsZero():
		sent = row.show(p.loss)
		row.Estimate = p.loss.Estimate
	case !p.waiting() && p.reach != NotSeen && p.reach != Lost && look.counter != notKnown && row.Limit != nil:
		// Nothing of the buffer waits for this peer.
		row.Fill, row.Bytes = new(0.0), new(int64(0))
	}
	row.size(sent, settings)
	if p.stands() {
		row.Fill = nil
	}
	row.forecast(p, sent, now, settings)
	return row
}

// show puts a loss's bracket into the row and returns the greater bound that is
// known.
func (r *Pair) show(loss *Loss) *int64 {
	switch {
	case loss.Sent.Most != notKnown:
		r.SentSinceLoss = new(loss.Sent)
	case loss.Sent.Least != notKnown:
		r.SentSinceLoss = &Bracket{Least: loss.Sent.Least, Most: loss.Sent.Least}
		r.NotExposed = append(r.NotExposed, fmt.Sprintf("%s was lost before the first look: what was sent since is at least what is shown.", r.Peer))
	default:
		return nil
	}
	return &r.SentSinceLoss.Most
}

// size gives the fill and the bytes of what was sent.
func (r *Pair) size(sent *int64, settings Settings) {
	if sent == nil {
		return
	}
	if r.Limit != nil && *r.Limit > 0 {
		r.Fill = new(float64(*sent) / float64(*r.Limit))
	}
	if settings.EventBytes > 0 {
		r.Bytes = new(*sent * settings.EventBytes)
	}
}

// forecast gives what is left while the peer is lost and nothing is final.
func (r *Pair) forecast(p *pair, sent *int64, now time.Time, settings Settings) {
	loss := p.loss
	if loss == nil || !loss.ReturnedAt.IsZero() || p.stands() {
		return
	}
	var inboundLeft *time.Duration
	if settings.InboundTimeout > 0 {
		since, _ := loss.Since()
		inboundLeft = new(forecast.InboundLeft(now, later(since, loss.ApartAt), settings.InboundTimeout))
		if !loss.ReleasedAt.IsZero() {
			*inboundLeft = 0
		}
		r.InboundLeft = inboundLeft
	}
	if !loss.Open() {
		return
	}
	if sent != nil && r.Limit != nil {
		r.ExecutionsLeft = new(forecast.ExecutionsLeft(*r.Limit, *sent, 1))
		if r.Rate != nil {
			if left, strikes := forecast.OverflowIn(*r.Limit, *sent, *r.Rate); strikes {
				r.OverflowIn = new(left)
			}
		}
	}
	if at, of := forecast.Deadline(now, r.OverflowIn, inboundLeft); of != forecast.StrikeNone {
		r.Deadline, r.DeadlineOf = new(at), Limit(of)
	}
}

// undelivered counts what the peer has not got: exactly where its window is
// known, else at most.
func (p *pair) undelivered() *int64 {
	look := p.newest
	switch {
	case look.delivered != notKnown && look.counter != notKnown && !look.estimate:
		return new(max(0, look.counter-look.delivered))
	case look.side == unseen || look.forgotten:
		return nil
	case look.side == apart:
		if p.loss == nil || !p.loss.LastLook.Equal(look.at) || p.loss.Sent.Most == notKnown {
			return nil
		}
		return new(p.loss.Sent.Most)
	case look.gaps != notKnown:
		return new(look.gaps)
	}
	return nil
}

// notExposed says what cannot be told, and why.
func (p *pair) notExposed(from, to *nodeLook) (sentences []string) {
	say := func(format string, values ...any) { sentences = append(sentences, fmt.Sprintf(format, values...)) }
	look := p.newest
	lost := p.waiting()
	switch {
	case !from.answers && lost && !p.loss.LastLook.IsZero():
		say("%s does not answer us: what it sent since %s is not known.", p.from, clock(p.loss.LastLook))
	case !from.answers:
		say("%s does not answer us: what it sends is not known.", p.from)
	case look.counter == notKnown && from.memory.everTold:
		say("%s did not tell its sent counter at this look.", p.from)
	case look.counter == notKnown:
		say("%s does not expose its sent counter, and its finished jobs are not known: what was sent is not exposed.", p.from)
	case look.estimate:
		say("%s does not expose its sent counter: what was sent is estimated from finished jobs, %d events each.", p.from, forecast.EventsPerExecution)
	}
	if from.answers && look.limit == notKnown {
		say("The sent events buffer's limit is neither exposed by %s nor set.", p.from)
	}
	if p.stands() {
		say("%s and %s are in one view, and nothing is discarded there until both have it: neither the limit nor the inbound timeout counts, and no fill is given.", p.from, p.to)
		if !p.loss.Kept {
			say("They were not seen in one view all the time: what was sent before may be lost already.")
		}
	}
	if from.answers && from.View == nil {
		say("%s does not expose its view of the cluster.", p.from)
	}
	switch {
	case !to.answers:
		say("%s does not answer us: what it has got and holds is not known.", p.to)
		return sentences
	case to.View == nil:
		say("%s does not expose its view of the cluster.", p.to)
	}
	if look.forgotten {
		say("%s tells no window of %s any more: what it has not got is not known until their views change.", p.to, p.from)
	} else if look.gaps == notKnown && look.delivered == notKnown {
		say("%s exposes neither missing events nor windows: what it has not got is not exposed.", p.to)
	} else if look.gaps > 0 && look.delivered == notKnown {
		say("%s counts missing events of all senders together.", p.to)
	}
	if to.Held == nil {
		say("%s does not expose its inbound events buffer.", p.to)
	}
	return sentences
}

// clock writes a moment for people.
func clock(at time.Time) string { return at.UTC().Format("15:04:05 UTC") }

// showTold makes a row from what the coordinator says itself.
func (p *pair) showTold(now time.Time, settings Settings) Pair {
	row, told := p.begin(), p.told
	if told.InboundTimeout != nil {
		settings.InboundTimeout = *told.InboundTimeout
	}
	if told.Undelivered != nil {
		row.Undelivered = new(*told.Undelivered)
	} else {
		row.NotExposed = append(row.NotExposed, fmt.Sprintf("The coordinator does not tell what %s has not got of %s.", p.to, p.from))
	}
	if told.InboundHeld != nil {
		row.Held = new(*told.InboundHeld)
	} else {
		row.NotExposed = append(row.NotExposed, fmt.Sprintf("The coordinator does not tell what %s holds.", p.to))
	}
	if row.Limit == nil {
		row.NotExposed = append(row.NotExposed, fmt.Sprintf("The sent events buffer's limit is neither told by the coordinator nor set for %s.", p.from))
	}
	var sent *int64
	switch {
	case told.SentSinceLoss != nil && !told.Reachable:
		sent = new(*told.SentSinceLoss)
		row.SentSinceLoss = &Bracket{Least: *sent, Most: *sent}
	case !told.Reachable:
		row.NotExposed = append(row.NotExposed, fmt.Sprintf("The coordinator does not tell what %s sent since the loss.", p.from))
	case !p.waiting() && row.Limit != nil:
		row.Fill, row.Bytes = new(0.0), new(int64(0))
	case p.waiting():
		sent = row.show(p.loss)
	}
	row.size(sent, settings)
	if told.SentBytes != nil {
		row.Bytes = new(*told.SentBytes)
	}
	row.forecast(p, sent, now, settings)
	return row
}
