package plugin

import (
	"fmt"
	"slices"
	"strings"
	"time"
	// A maintenance window must not depend on the machine's own zone files.
	_ "time/tzdata"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

const (
	defaultSavepointing = 600
	// maxWindows bounds the maintenance windows, maxWindowReason their reasons in
	// characters, and longestWindow one that does not come back: a wrong year
	// must not silence a data source for as long.
	maxWindows      = 20
	maxWindowReason = 200
	longestWindow   = 31 * 24 * time.Hour
)

// jsonDetection is from when on jobs count as stuck, in whole seconds; 0: jobs
// in that state never do.
type jsonDetection struct {
	Canceling     *int         `json:"cancelingSeconds"`
	Failing       *int         `json:"failingSeconds"`
	Savepointing  *int         `json:"savepointingSeconds"`
	Pending       *int         `json:"pendingSeconds"`
	ParentWaiting *int         `json:"parentWaitingSeconds"`
	Maintenance   []jsonWindow `json:"maintenance"`
}

// jsonWindow is a maintenance window: once (From and To are RFC 3339), or every
// week on Days (From and To are times of day in TimeZone).
type jsonWindow struct {
	Days     []string `json:"days"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	TimeZone string   `json:"timeZone"`
	Reason   string   `json:"reason"`
}

// readDetection reads the detection policy; StuckAfter and the policy of actions
// were read before.
func (s *Settings) readDetection(stored jsonDetection) error {
	policy := diagnose.Policy{Settle: s.Policy.MasterSettleTime, SavepointStall: s.Policy.SavepointStall}
	normal := int(s.StuckAfter / time.Second)
	for _, threshold := range []struct {
		name   string
		set    *int
		normal int
		target *time.Duration
	}{
		{"cancelingSeconds", stored.Canceling, normal, &policy.Canceling},
		{"failingSeconds", stored.Failing, normal, &policy.Failing},
		{"savepointingSeconds", stored.Savepointing, defaultSavepointing, &policy.Savepointing},
		{"pendingSeconds", stored.Pending, 0, &policy.Pending},
		{"parentWaitingSeconds", stored.ParentWaiting, normal, &policy.ParentWaiting},
	} {
		value := threshold.normal
		if threshold.set != nil {
			value = *threshold.set
		}
		if value != 0 && (value < leastStuckAfter || value > longestStuckAfter) {
			return fmt.Errorf("detection.%s is %d; use %d to %d seconds, or 0 for never", threshold.name, value, leastStuckAfter, longestStuckAfter)
		}
		*threshold.target = time.Duration(value) * time.Second
	}
	if len(stored.Maintenance) > maxWindows {
		return fmt.Errorf("detection.maintenance has %d windows; use at most %d, and remove those that are over", len(stored.Maintenance), maxWindows)
	}
	for i, one := range stored.Maintenance {
		window, err := one.read()
		if err != nil {
			return fmt.Errorf("maintenance window %d of detection.maintenance: %w", i+1, err)
		}
		policy.Maintenance = append(policy.Maintenance, window)
	}
	if diagnose.Gapless(policy.Maintenance) {
		return fmt.Errorf("the windows of detection.maintenance that come back every week leave no time free, so that no job would ever count as stuck; shorten them, or set the thresholds to 0")
	}
	s.Detection = policy
	return nil
}

// read checks a window. The error is a sentence that says what to set.
func (w jsonWindow) read() (window diagnose.Window, err error) {
	window.Reason = strings.TrimSpace(w.Reason)
	if length := utf8.RuneCountInString(window.Reason); length < 1 || length > maxWindowReason {
		return window, fmt.Errorf("its reason has %d characters; say in 1 to %d what is done then: operators read it", length, maxWindowReason)
	}
	if len(w.Days) > 0 {
		window.Weekly, err = w.weekly()
		return window, err
	}
	if w.TimeZone != "" {
		return window, fmt.Errorf("it has a time zone and no days; set days, or write the zone into from and to")
	}
	if window.From, err = instant("from", w.From); err != nil {
		return window, err
	}
	if window.To, err = instant("to", w.To); err != nil {
		return window, err
	}
	if !window.From.Before(window.To) {
		return window, fmt.Errorf("its from (%s) must be before its to (%s)", w.From, w.To)
	}
	if window.To.Sub(window.From) > longestWindow {
		return window, fmt.Errorf("it lasts longer than %d days; use several, or set the thresholds to 0", int(longestWindow.Hours()/24))
	}
	return window, nil
}

func (w jsonWindow) weekly() (*diagnose.Weekly, error) {
	var weekly diagnose.Weekly
	for _, name := range w.Days {
		day := slices.Index(weekDays(), strings.ToLower(strings.TrimSpace(name)))
		if day < 0 {
			return nil, fmt.Errorf("the day %q is not known; use %s", name, strings.Join(weekDays(), ", "))
		}
		if !slices.Contains(weekly.Days, time.Weekday(day)) {
			weekly.Days = append(weekly.Days, time.Weekday(day))
		}
	}
	var err error
	// "Local" would be the zone of whichever machine Grafana runs on.
	if weekly.Zone, err = time.LoadLocation(w.TimeZone); err != nil || w.TimeZone == "" || w.TimeZone == "Local" {
		return nil, fmt.Errorf("the time zone %q is not known; use a name such as Europe/Berlin or UTC", w.TimeZone)
	}
	if weekly.From, err = timeOfDay("from", w.From); err != nil {
		return nil, err
	}
	if weekly.To, err = timeOfDay("to", w.To); err != nil {
		return nil, err
	}
	if weekly.From == weekly.To {
		return nil, fmt.Errorf("its from and to are both %s; one that ends on the next day has a to that is earlier than its from", w.From)
	}
	return &weekly, nil
}

// weekDays are the names of days, as time.Weekday counts them.
func weekDays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func instant(name, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("its %s is %q; write a time with its zone like 2026-11-22T02:00:00+01:00, or set days for one that comes back", name, text)
	}
	return at, nil
}

// timeOfDay reads hours and minutes as minutes after midnight.
func timeOfDay(name, text string) (int, error) {
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, fmt.Errorf("its %s is %q; write a time of day like 02:00", name, text)
	}
	return at.Hour()*60 + at.Minute(), nil
}
