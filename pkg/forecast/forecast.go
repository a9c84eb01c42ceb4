// Package forecast works out when waiting stops to help: when a sent events
// buffer overflows, when the peer's inbound events buffer is released, what
// still fits until then, and what a restart would lose. It is pure: numbers
// in, numbers out.
//
// The rules are those of the CloverDX cluster manual ("Long-Term Network
// Malfunction May Cause Jobs to Hang on").
package forecast

import (
	"math"
	"time"
)

// eventsBesidePhases are an execution's events beside one for each phase: job
// started and job finished (CloverDX cluster manual).
const eventsBesidePhases = 2

// EventsPerExecution is how many events an execution makes at least: started,
// one phase finished, finished.
const EventsPerExecution = eventsBesidePhases + 1

// horizon is the longest time that a forecast speaks of. What is farther away
// is no forecast (and no time.Duration would hold it).
const horizon = 365 * 24 * time.Hour

// Strike names the limit that a deadline comes from; its words are those of
// delivery.Limit.
type Strike string

// The strikes.
const (
	StrikeNone     Strike = ""
	StrikeOverflow Strike = "overflow"
	StrikeInbound  Strike = "inbound timeout"
)

// Rate is the rate that a forecast reckons with, in events a second: the
// greater of the means over 5 minutes and over an hour, so that neither a
// burst nor a pause makes it look better than it is. Known is false where
// neither is known.
func Rate(fiveMinutes, hour *float64) (rate float64, known bool) {
	for _, mean := range []*float64{fiveMinutes, hour} {
		if mean != nil && (!known || *mean > rate) {
			rate, known = *mean, true
		}
	}
	return rate, known
}

// OverflowIn is the time until a buffer of limit events overflows, when sent
// events wait in it and rate events a second are added: (limit − sent) / rate.
// It is 0 when it is full, and nothing (false) when at this rate it does not
// overflow within a year.
func OverflowIn(limit, sent int64, rate float64) (time.Duration, bool) {
	left := limit - sent
	if left <= 0 {
		return 0, true
	}
	if !(rate > 0) || math.IsInf(rate, 0) {
		return 0, false
	}
	seconds := float64(left) / rate
	if seconds > horizon.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// InboundLeft is the time left until the peer's inbound events buffer is
// released, when the peer was in contact last at lastContact; never negative.
func InboundLeft(now, lastContact time.Time, timeout time.Duration) time.Duration {
	left := timeout - now.Sub(lastContact)
	switch {
	case left < 0:
		return 0
	case left > timeout:
		// The contact lies after now: two clocks, or a clock that was set.
		return timeout
	}
	return left
}

// Deadline is the earlier of overflow and release, and which of the two it is.
// Nil means that this limit does not strike; with both nil there is no
// deadline (zero time, StrikeNone). Of two at the same moment the overflow is
// named: it is the one that losing contact for longer makes worse.
func Deadline(now time.Time, overflowIn, inboundLeft *time.Duration) (time.Time, Strike) {
	switch {
	case overflowIn == nil && inboundLeft == nil:
		return time.Time{}, StrikeNone
	case inboundLeft == nil || overflowIn != nil && *overflowIn <= *inboundLeft:
		return now.Add(*overflowIn), StrikeOverflow
	default:
		return now.Add(*inboundLeft), StrikeInbound
	}
}

// ExecutionsLeft counts the executions with that many phases whose events
// still fit into a buffer of limit events that holds sent: (limit − sent) /
// (2 + phases). Phases below 1 count as 1.
func ExecutionsLeft(limit, sent int64, phases int) int64 {
	left := limit - sent
	if left <= 0 {
		return 0
	}
	return left / int64(eventsBesidePhases+max(phases, 1))
}
