package seatunnel

import (
	"net/http"
	"testing"
	"time"
)

// settable is a clock that tests move.
type settable struct{ at time.Time }

func (s *settable) now() time.Time { return s.at }

func TestS04_ClockOfTheCoordinator(t *testing.T) {
	// Given a coordinator whose clock is 90 s ahead of ours
	ours := &settable{at: time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)}
	f := v2Canceling(t)
	overview := sample(t, "v2-2.3.13-CANCELING-overview.json")
	f.on("/overview", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", ours.at.Add(90*time.Second).Format(http.TimeFormat))
		answerJSON(200, overview)(w, r)
	})
	got := snapshot(t, newTestClient(t, func(c *Config) { c.Now = ours.now }, f))
	if off := (got.Clock.Skew - 90*time.Second).Abs(); !got.Clock.Known || off > time.Second || got.Clock.Resolution != time.Second {
		t.Errorf("clock is %+v", got.Clock)
	}
}

func TestS04_ClockFromTheTelemetryWhereThereIsNoDate(t *testing.T) {
	// cluster_time of the sample, as 1.795…E12
	ours := &settable{at: time.UnixMilli(telemetrySample(t)).Add(-time.Hour)}
	f := v1Canceling(t)
	client := newTestClient(t, func(c *Config) { c.Now = ours.now }, f)
	if got := snapshot(t, client); !got.Clock.Known || got.Clock.Skew != time.Hour || got.Clock.Source != "telemetry" {
		t.Errorf("clock is %+v", got.Clock)
	}
	// it is asked seldom, and kept for a while
	ours.at = ours.at.Add(50 * time.Second)
	if got := snapshot(t, client); !got.Clock.Known || len(f.asked(v1Metrics)) != 1 {
		t.Errorf("clock is %+v after %d requests", got.Clock, len(f.asked(v1Metrics)))
	}
	// when it hangs, the poll waits a second at most, and does not ask again at once
	f.on(v1Metrics, f.hang)
	ours.at = ours.at.Add(time.Minute)
	within(t, metricsTimeout, func() {
		if got := snapshot(t, client); !got.Clock.Known || !got.Complete {
			t.Errorf("clock is %+v", got.Clock)
		}
	})
	asked := len(f.asked(v1Metrics))
	ours.at = ours.at.Add(30 * time.Second)
	snapshot(t, client)
	if now := len(f.asked(v1Metrics)); now != asked {
		t.Errorf("asked %d times, then %d", asked, now)
	}
	// and an old reading is none
	ours.at = ours.at.Add(metricsKeep)
	if got := snapshot(t, client); got.Clock.Known {
		t.Errorf("clock is %+v", got.Clock)
	}
}

// telemetrySample is cluster_time of v1-2.3.8-metrics.txt in ms.
func telemetrySample(t *testing.T) int64 {
	t.Helper()
	return clusterTimeOf(t, sample(t, "v1-2.3.8-metrics.txt"))
}

func TestParseTime(t *testing.T) {
	c := &client{config: Config{TimeZone: shanghai(t)}}
	if got, err := c.parseTime("createTime", "2026-11-23 01:43:39"); err != nil || got != time.Date(2026, 11, 22, 17, 43, 39, 0, time.UTC) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.parseTime("finishTime", ""); err != nil || !got.IsZero() {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"2026-11-23T01:43:39Z", "2026-13-01 00:00:00", "0"} {
		if _, err := c.parseTime("createTime", text); err == nil {
			t.Errorf("%q was taken for a time", text)
		}
	}
}
