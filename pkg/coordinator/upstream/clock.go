package upstream

import (
	"net/http"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// dateResolution is that of the HTTP Date header.
	dateResolution = time.Second
	sourceDate     = "HTTP Date"
)

// DateClock reads the coordinator's clock from an answer's Date header; not
// Known where there is none. The header names the whole second that had begun,
// so half of one is added.
func DateClock(a *Answer) coordinator.Clock {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return coordinator.Clock{}
	}
	return ClockAt(a, date.Add(dateResolution/2), dateResolution, sourceDate)
}

// ClockAt compares the coordinator's time with ours in the middle of the
// request.
func ClockAt(a *Answer, theirs time.Time, resolution time.Duration, source string) coordinator.Clock {
	ours := a.Sent.Add(a.Got.Sub(a.Sent) / 2)
	return coordinator.Clock{Known: true, Skew: theirs.Sub(ours), Resolution: resolution, Source: source}
}
