package watch

import (
	"errors"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// maxClockDoubt bounds the time in which the store tells its time: half of
	// it is how wrong a translated time may be.
	maxClockDoubt = time.Second
	// maxClockStep is how far the store's clock may go off ours between two
	// readings. Clocks that are kept right drift by milliseconds; what is more
	// was set, or a machine was suspended, and no stored time can be compared
	// with a later one.
	maxClockStep = 2 * time.Second
)

var errSlowClock = errors.New("the store took too long to tell its time")

// storeClock translates between this process' clock and the store's. Our own
// times keep their monotonic part, so that a wall clock that is set changes no
// age. The zero value translates nothing.
type storeClock struct {
	// local and store are one moment by both clocks.
	local time.Time
	store time.Time
}

// read takes what the store's clock said between two moments of ours. jumped
// tells that it went off ours since the last reading.
func (c *storeClock) read(before, store, after time.Time) (jumped bool, err error) {
	if after.Sub(before) > maxClockDoubt {
		return false, errSlowClock
	}
	store = store.Round(0)
	if !c.local.IsZero() {
		early, late := store.Sub(c.toStore(before)), store.Sub(c.toStore(after))
		if early >= 0 && late <= 0 {
			return false, nil // as good as a new one, and no time changes
		}
		jumped = min(early.Abs(), late.Abs()) > maxClockStep
	}
	c.store, c.local = store, before.Add(after.Sub(before)/2)
	if into := store.Sub(before.Round(0)); into >= 0 && into <= after.Sub(before) {
		// The same clock as ours: then times stay as they are.
		c.local = before.Add(into)
	}
	return jumped, nil
}

func (c *storeClock) toStore(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return c.store.Add(at.Sub(c.local))
}

func (c *storeClock) fromStore(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return c.local.Add(at.Sub(c.store))
}

// translated gives episodes by the other clock. Create times are the
// coordinator's and stay.
func translated(episodes []timeline.Episode, by func(time.Time) time.Time) []timeline.Episode {
	if len(episodes) == 0 {
		return nil
	}
	other := make([]timeline.Episode, len(episodes))
	for i, e := range episodes {
		e.Since, e.ContinuousSince, e.LastSeen = by(e.Since), by(e.ContinuousSince), by(e.LastSeen)
		e.Until, e.MissingSince = by(e.Until), by(e.MissingSince)
		other[i] = e
	}
	return other
}

func translatedWatch(w timeline.Watch, by func(time.Time) time.Time) timeline.Watch {
	w.Since, w.Last = by(w.Since), by(w.Last)
	return w
}

func translatedEvents(events []timeline.Event, by func(time.Time) time.Time) []timeline.Event {
	other := make([]timeline.Event, len(events))
	for i, event := range events {
		event.At = by(event.At)
		other[i] = event
	}
	return other
}

func translatedShared(shared timeline.Shared, by func(time.Time) time.Time) timeline.Shared {
	shared.Episodes, shared.DoubtAt = translated(shared.Episodes, by), by(shared.DoubtAt)
	watches := make([]timeline.Watch, len(shared.Watches))
	for i, watch := range shared.Watches {
		watches[i] = translatedWatch(watch, by)
	}
	shared.Watches = watches
	return shared
}
