package watch

import (
	"math/rand/v2"
	"time"
)

const (
	// maxBackoff bounds the time between two polls after errors (design §4);
	// only a configured interval may be longer.
	maxBackoff = 60 * time.Second
	// jitterShare is how far a wait may be off its length, in both directions:
	// many data sources must not poll in step, and a poll must not come so
	// late that it looks like a gap.
	jitterShare = 0.1
)

// randomJitter gives a number from 0 to 1.
func randomJitter() float64 { return rand.Float64() } //nolint:gosec // spreads load, protects nothing

// pace decides when the next poll comes.
type pace struct {
	configured time.Duration
	// slowed is the interval after doublings; zero when never doubled.
	slowed time.Duration
	// failures counts the polls that failed in a row.
	failures int
}

// interval is the time between two polls without backoff.
func (p *pace) interval() time.Duration { return max(p.configured, p.slowed) }

// slow tells whether slow polls have lengthened the interval.
func (p *pace) slow() bool { return p.slowed > p.configured }

// answered takes a poll that answered after took. The interval doubles while a
// poll takes more than half of it, and halves again when a poll would fit into
// a quarter, so that it does not swing.
func (p *pace) answered(took time.Duration) {
	p.failures = 0
	now := p.interval()
	switch {
	case took > now/2:
		p.slowed = min(2*now, MaxInterval)
	case took <= now/4:
		p.slowed = now / 2
	}
}

// failed takes a poll that did not answer. How long that took says nothing
// about how long an answer takes.
func (p *pace) failed() { p.failures++ }

// wait is the time from one poll's start to the next one's, with backoff: after
// the first failure the usual one, then twice as long each time.
func (p *pace) wait() time.Duration {
	wait := p.interval()
	for i := 1; i < p.failures && wait < maxBackoff; i++ {
		wait = min(2*wait, maxBackoff)
	}
	return wait
}

// jittered spreads a wait; share is from 0 to 1.
func jittered(wait time.Duration, share float64) time.Duration {
	return time.Duration(float64(wait) * (1 + jitterShare*(2*share-1)))
}
