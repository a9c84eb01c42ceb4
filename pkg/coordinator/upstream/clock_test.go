package upstream

import (
	"net/http"
	"testing"
	"time"
)

func TestClockAt_HalfOfTheRequestIsTakenOff(t *testing.T) {
	sent := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	answer := &Answer{Sent: sent, Got: sent.Add(4 * time.Second)}
	if clock := ClockAt(answer, sent.Add(5*time.Second), dateResolution, sourceDate); clock.Skew != 3*time.Second {
		t.Errorf("skew is %v", clock.Skew)
	}
}

func TestDateClock_IsNotKnownWithoutADate(t *testing.T) {
	for _, date := range []string{"", "yesterday"} {
		if clock := DateClock(&Answer{Header: http.Header{"Date": {date}}}); clock.Known {
			t.Errorf("%q gives %+v", date, clock)
		}
	}
}
