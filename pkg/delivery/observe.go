package delivery

import (
	"errors"
	"math"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/forecast"
)

// restartMargin is by how much a start time must lie after a loss to be called
// later, where nothing but the two clocks tells: they may differ.
const restartMargin = time.Minute

// inFlight is for how long an event may be on its way.
const inFlight = time.Second

// startJitter is by how much a node's own start time may vary from reading to
// reading.
const startJitter = 2 * time.Second

// node is what the tracker remembers of one node between looks.
type node struct {
	name string
	// started and sent are the last that it told.
	started  time.Time
	sent     int64
	answered time.Time
	// everTold is true once it told a sent counter: then no estimate is made.
	everTold bool
	// jobs counts the jobs that finished there since we look; jobsTold whether
	// anybody counts them.
	jobs     int64
	jobsTold bool
	rates    rates
}

// nodeLook is one node at one look.
type nodeLook struct {
	*coordinator.Node
	memory  *node
	answers bool
	readAt  time.Time
	view    map[string]bool
	// counter is the sent counter, or the estimate of it; NotKnown else.
	counter  int64
	estimate bool
	// restarted: it is another process than at the look before.
	restarted bool
}

// look reads one node and remembers what the next look compares with.
func (t *Tracker) look(reading *coordinator.Node, at time.Time) *nodeLook {
	memory := t.remember(reading.Name)
	// One without a messaging layer that can be read answers all the same.
	answers := reading.Err == nil || errors.Is(reading.Err, coordinator.ErrNotSupported)
	look := &nodeLook{Node: reading, memory: memory, answers: answers, readAt: reading.ReadAt, counter: notKnown}
	if look.readAt.IsZero() {
		look.readAt = at
	}
	if !look.answers {
		return look
	}
	if reading.View != nil {
		look.view = make(map[string]bool, len(reading.View))
		for _, member := range reading.View {
			look.view[member] = true
		}
	}
	if reading.StartedAt != nil {
		look.restarted = !memory.started.IsZero() && reading.StartedAt.Sub(memory.started).Abs() > startJitter
		memory.started = *reading.StartedAt
	}
	switch {
	case reading.Sent != nil:
		// A fall means a restart (coordinator.Node): the counter counts since
		// the start.
		look.restarted = look.restarted || memory.sent != notKnown && *reading.Sent < memory.sent
		memory.sent, memory.everTold = *reading.Sent, true
		look.counter = *reading.Sent
	case !memory.everTold && memory.jobsTold:
		look.counter, look.estimate = memory.jobs*forecast.EventsPerExecution, true
	}
	if look.restarted {
		memory.rates = newRates()
	}
	if look.counter != notKnown {
		memory.rates.add(sample{at: look.readAt, count: look.counter})
	}
	memory.answered = at
	return look
}

// counterAt is the node's counter at another moment close to its reading, by
// the rate between its last two readings; down rounds against the events, up
// for them. Two nodes are never read at the same moment. NotKnown where the
// rate is needed and there was only one reading.
func (l *nodeLook) counterAt(at time.Time, round func(float64) float64) int64 {
	switch {
	case l.counter == notKnown || l.estimate || at.Equal(l.readAt):
		return l.counter
	case l.memory.rates.slope < 0:
		return notKnown
	}
	return max(0, l.counter+int64(round(at.Sub(l.readAt).Seconds()*l.memory.rates.slope)))
}

// side is what the views say of two nodes.
type side int

const (
	unseen side = iota
	together
	apart
)

// pairLook is one ordered pair at one look: everything that the rules of a loss
// need, wherever it came from.
type pairLook struct {
	at        time.Time
	interval  time.Duration
	detection time.Duration
	side      side
	// mutual: the views of both are told.
	mutual bool
	// excluded: the node's own view lacks the peer.
	excluded bool
	// contact: what is sent arrives, as far as is told.
	contact bool
	// nodeAnswers, peerAnswers: we read them at this look.
	nodeAnswers, peerAnswers bool
	// counter is the node's sent counter, atContact and atMissed the same at
	// the moment at which a contact or a miss was seen.
	counter, atContact, atMissed int64
	// lag is by how much the node was read after the peer, slope its rate
	// (negative: not known).
	lag      time.Duration
	slope    float64
	estimate bool
	limit    int64
	// delivered is the peer's window of the node, gaps are the peer's.
	delivered, gaps int64
	// windowMissing are the peer's gaps of this node alone.
	windowMissing int64
	// windows: the peer tells windows at this look; forgotten: it tells none of
	// this node any more.
	windows, forgotten bool
	// requests and answers are the node's: received requests, sent responses.
	// recovered is what the peer got by retransmission.
	requests, answered, recovered int64
	// alone: no other node has gaps, and every node answers.
	alone bool
	// nodeRestarted, peerRestarted: it is another process than before.
	nodeRestarted, peerRestarted bool
	nodeStarted                  time.Time
}

// known gives a pointer's value, or NotKnown.
func known(value *int64) int64 {
	if value == nil || *value < 0 {
		return notKnown
	}
	return *value
}

// between makes the look at one ordered pair of two nodes.
func (t *Tracker) between(n, p *nodeLook, all []*nodeLook, at time.Time, settings Settings, gappy int, silent bool) pairLook {
	look := pairLook{
		at: at, interval: settings.PollInterval, detection: settings.detection(), nodeAnswers: n.answers, peerAnswers: p.answers,
		counter: n.counter, estimate: n.estimate, atContact: notKnown, atMissed: notKnown,
		limit: limitOf(n.Node, settings), delivered: notKnown, windowMissing: notKnown,
		gaps: known(p.Gaps), requests: known(n.RequestsReceived),
		answered: known(n.ResponsesSent), recovered: known(p.ResponsesReceived),
		nodeRestarted: n.restarted, peerRestarted: p.restarted,
	}
	if n.answers {
		look.nodeStarted = n.memory.started
	}
	look.alone = !silent && (gappy == 0 || gappy == 1 && look.gaps > 0)
	look.side, look.excluded = sideOf(n, p, all)
	look.mutual = n.view != nil && p.view != nil
	whole := look.gaps == 0 || look.gaps == notKnown
	if p.answers {
		look.windows = p.Windows != nil
		if window, ok := p.Windows[n.Name]; ok {
			look.delivered = window.Delivered
			whole = window.Missing <= 0 && window.Delivered >= window.Received && window.Received >= window.Sent
			if window.Missing >= 0 {
				look.windowMissing = window.Missing
			}
		}
	}
	early, late := n.readAt, n.readAt
	if p.answers && p.readAt.Before(early) {
		early = p.readAt
	}
	if p.answers && p.readAt.After(late) {
		late = p.readAt
	}
	look.lag, look.slope = n.readAt.Sub(early), n.memory.rates.slope
	look.atContact, look.atMissed = n.counterAt(early, math.Floor), n.counterAt(late, math.Ceil)
	if look.delivered != notKnown && look.atContact != notKnown && !look.estimate {
		// The peer knows nothing of what does not reach it at all: the node's
		// own counter shows that, but for what is on its way.
		onItsWay := int64(math.Ceil(max(0, look.slope)*inFlight.Seconds())) + 1
		whole = whole && look.delivered+onItsWay >= look.atContact
		// What is on its way has not arrived, and may never.
		look.atContact = min(look.atContact, look.delivered)
	}
	look.contact = look.side == together && whole
	return look
}

// sideOf says whether two nodes are in one view. A node that does not answer us
// is not lost by that: the other's view decides, and where neither answers, a
// third node's view that has one of them alone.
func sideOf(n, p *nodeLook, all []*nodeLook) (is side, excluded bool) {
	excluded = n.view != nil && !n.view[p.Name]
	if excluded || p.view != nil && !p.view[n.Name] {
		return apart, excluded
	}
	if n.answers && p.answers && (n.view != nil || p.view != nil) {
		return together, false
	}
	if n.view == nil && p.view == nil {
		for _, other := range all {
			if other != n && other != p && other.view != nil && other.view[n.Name] != other.view[p.Name] {
				return apart, false
			}
		}
	}
	return unseen, false
}

// limitOf is the sent events buffer's limit: what the node tells, else the
// setting.
func limitOf(reading *coordinator.Node, settings Settings) int64 {
	if reading.Err == nil && reading.SentLimit != nil && *reading.SentLimit > 0 {
		return *reading.SentLimit
	}
	if settings.SentLimit > 0 {
		return settings.SentLimit
	}
	return notKnown
}
