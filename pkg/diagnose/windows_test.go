package diagnose_test

import (
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

func everyDay() []time.Weekday { return []time.Weekday{0, 1, 2, 3, 4, 5, 6} }

// Windows that come back every week, by the clock on the wall. A job becomes
// late at the moment that is asked for, in UTC.
func TestWeekly(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		parsed, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	clock := func(hour, minute int) int { return hour*60 + minute }
	weekly := func(zone *time.Location, from, to int, days ...time.Weekday) Weekly {
		return Weekly{Days: days, From: from, To: to, Zone: zone}
	}
	for name, test := range map[string]struct {
		weekly Weekly
		late   string
		// until is the end of the window, in UTC; empty where none holds.
		until string
	}{
		// 2026-11-23 is a Monday.
		"within":                          {weekly(berlin, clock(2, 0), clock(4, 0), time.Monday), "2026-11-23 01:30", "2026-11-23 03:00"},
		"just before":                     {weekly(berlin, clock(2, 0), clock(4, 0), time.Monday), "2026-11-23 00:59", ""},
		"its first moment":                {weekly(berlin, clock(2, 0), clock(4, 0), time.Monday), "2026-11-23 01:00", "2026-11-23 03:00"},
		"its end":                         {weekly(berlin, clock(2, 0), clock(4, 0), time.Monday), "2026-11-23 03:00", ""},
		"another day":                     {weekly(berlin, clock(2, 0), clock(4, 0), time.Tuesday), "2026-11-23 01:30", ""},
		"the day is the zone's, not ours": {weekly(berlin, clock(0, 0), clock(1, 0), time.Monday), "2026-11-22 23:30", "2026-11-23 00:00"},

		"across midnight, the evening":           {weekly(berlin, clock(22, 0), clock(4, 0), time.Sunday), "2026-11-22 22:00", "2026-11-23 03:00"},
		"across midnight, the morning":           {weekly(berlin, clock(22, 0), clock(4, 0), time.Sunday), "2026-11-23 02:00", "2026-11-23 03:00"},
		"across midnight, not the evening after": {weekly(berlin, clock(22, 0), clock(4, 0), time.Sunday), "2026-11-23 22:00", ""},
		"until midnight":                         {weekly(berlin, clock(22, 0), 0, time.Sunday), "2026-11-22 22:59", "2026-11-22 23:00"},
		"over the end of a year":                 {weekly(time.UTC, clock(23, 0), clock(1, 0), time.Thursday), "2027-01-01 00:30", "2027-01-01 01:00"},

		// Clocks are set forward on 2026-03-29 at 02:00 (01:00 UTC), a Sunday.
		"forward, over the gap":           {weekly(berlin, clock(1, 30), clock(3, 30), time.Sunday), "2026-03-29 00:45", "2026-03-29 01:30"},
		"forward, begins in the gap":      {weekly(berlin, clock(2, 30), clock(4, 0), time.Sunday), "2026-03-29 01:10", "2026-03-29 02:00"},
		"forward, not before the gap":     {weekly(berlin, clock(2, 30), clock(4, 0), time.Sunday), "2026-03-29 00:59", ""},
		"forward, ends in the gap":        {weekly(berlin, clock(1, 0), clock(2, 30), time.Sunday), "2026-03-29 00:30", "2026-03-29 01:00"},
		"forward, all of it is skipped":   {weekly(berlin, clock(2, 15), clock(2, 45), time.Sunday), "2026-03-29 01:00", ""},
		"forward, across midnight before": {weekly(berlin, clock(22, 0), clock(4, 0), time.Saturday), "2026-03-29 01:30", "2026-03-29 02:00"},

		// Clocks are set back on 2026-10-25 at 03:00 (01:00 UTC), a Sunday.
		"back, both hours":               {weekly(berlin, clock(2, 0), clock(3, 0), time.Sunday), "2026-10-25 00:10", "2026-10-25 02:00"},
		"back, the second of them":       {weekly(berlin, clock(2, 0), clock(3, 0), time.Sunday), "2026-10-25 01:10", "2026-10-25 02:00"},
		"back, it is over":               {weekly(berlin, clock(2, 0), clock(3, 0), time.Sunday), "2026-10-25 02:00", ""},
		"back, a quarter that is twice":  {weekly(berlin, clock(2, 30), clock(2, 45), time.Sunday), "2026-10-25 01:15", "2026-10-25 01:45"},
		"back, ends in the hour that is": {weekly(berlin, clock(1, 0), clock(2, 30), time.Sunday), "2026-10-25 01:20", "2026-10-25 01:30"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := Policy{Canceling: time.Minute, Maintenance: []Window{{Weekly: &test.weekly, Reason: "backup"}}}
			late := at(test.late)
			got := policy.Judge(late, Standing{State: coordinator.StateCanceling, Since: late.Add(-time.Minute)})
			switch {
			case test.until == "":
				if !got.Is || got.Suppressed != nil {
					t.Errorf("%+v", got.Suppressed)
				}
			case got.Suppressed == nil:
				t.Error("not suppressed")
			case !got.Suppressed.Until.Equal(at(test.until)):
				t.Errorf("until %s", got.Suppressed.Until.UTC())
			}
		})
	}
}

// A policy under which no job could ever be stuck is told apart.
func TestGapless(t *testing.T) {
	weekly := func(from, to int, days ...time.Weekday) Window {
		return Window{Weekly: &Weekly{Days: days, From: from, To: to, Zone: time.UTC}}
	}
	for name, test := range map[string]struct {
		windows []Window
		gapless bool
	}{
		"none":                    {nil, false},
		"one that does not recur": {[]Window{{From: minutes(-1e6), To: minutes(1e6)}}, false},
		"every night":             {[]Window{weekly(22*60, 4*60, everyDay()...)}, false},
		"night and day":           {[]Window{weekly(22*60, 4*60, everyDay()...), weekly(4*60, 22*60, everyDay()...)}, true},
		"all but a minute":        {[]Window{weekly(0, 23*60+59, everyDay()...)}, false},
		"all but a day":           {[]Window{weekly(0, 12*60, everyDay()...), weekly(12*60, 0, everyDay()[1:]...)}, false},
	} {
		if got := Gapless(test.windows); got != test.gapless {
			t.Errorf("%s: %t", name, got)
		}
	}
}
