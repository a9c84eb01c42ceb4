package diagnose

import (
	"slices"
	"time"
)

// Window is a time of maintenance: once, from From to before To, or every week.
type Window struct {
	From   time.Time
	To     time.Time
	Weekly *Weekly
	// Reason is the operator's own, for people.
	Reason string
}

// Weekly is a window that comes back on days of the week, by the clock on the
// wall of a zone.
type Weekly struct {
	// Days are those on which it begins.
	Days []time.Weekday
	// From and To are minutes after midnight. A To that is not after From is on
	// the next day.
	From int
	To   int
	Zone *time.Location
}

// around is the window's occurrence that holds a moment; false where none does.
func (w *Window) around(at time.Time) (from, to time.Time, holds bool) {
	if w.Weekly == nil {
		return w.From, w.To, !at.Before(w.From) && at.Before(w.To)
	}
	// No occurrence lasts longer than a day: this one began today or yesterday.
	today := at.In(w.Weekly.Zone)
	for _, back := range []int{0, 1} {
		day := time.Date(today.Year(), today.Month(), today.Day()-back, 0, 0, 0, 0, time.UTC)
		if !slices.Contains(w.Weekly.Days, day.Weekday()) {
			continue
		}
		if from, to = w.Weekly.on(day); !at.Before(from) && at.Before(to) {
			return from, to, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// on is the occurrence that begins on a day, which is given as midnight in UTC.
func (w *Weekly) on(day time.Time) (from, to time.Time) {
	last := day
	if w.To <= w.From {
		last = day.AddDate(0, 0, 1)
	}
	from, _ = w.wall(day.Add(time.Duration(w.From) * time.Minute))
	_, to = w.wall(last.Add(time.Duration(w.To) * time.Minute))
	return from, to
}

// wall gives the first and the last moment at which the clock on the wall of
// the zone shows what reads has as UTC: two where clocks are set back. Where
// they are set forward and skip it, both are the moment of the change.
func (w *Weekly) wall(reads time.Time) (first, last time.Time) {
	const beside = 24 * time.Hour // clocks are not set twice within so long
	shown := func(at time.Time) bool {
		at = at.In(w.Zone)
		return at.Day() == reads.Day() && at.Hour() == reads.Hour() && at.Minute() == reads.Minute()
	}
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(w.Zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := reads.Add(-offset(reads.Add(-beside))), reads.Add(-offset(reads.Add(beside)))
	switch {
	case shown(before) && shown(after):
		return before, after
	case shown(before):
		return before, before
	case shown(after):
		return after, after
	}
	_, change := after.In(w.Zone).ZoneBounds()
	return change, change
}

// Gapless tells whether windows that come back every week leave no time free,
// so that no job could ever become stuck.
func Gapless(windows []Window) bool {
	policy := Policy{}
	for _, window := range windows {
		if window.Weekly != nil {
			policy.Maintenance = append(policy.Maintenance, window)
		}
	}
	const week = 7 * 24 * time.Hour
	begin := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a week in which no zone sets its clocks
	for at := begin; ; {
		holds := policy.suppression(Standing{}, at)
		if holds == nil {
			return false
		}
		if at = holds.Until; at.Sub(begin) > week {
			return true
		}
	}
}
