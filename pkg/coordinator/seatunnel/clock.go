package seatunnel

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// dateResolution is that of the HTTP Date header.
	dateResolution = time.Second
	sourceDate     = "HTTP Date"
	sourceMetrics  = "telemetry"

	// The telemetry is for REST v1, which sends no Date header. It has 20 kB
	// and hangs when the cluster is in trouble, so it is asked seldom and not
	// waited for long.
	metricsEvery   = time.Minute
	metricsKeep    = 5 * time.Minute
	metricsTimeout = time.Second
	metricsBody    = 4 << 20
	// metricClusterTime is the cluster's running clock in ms since 1970, though
	// its help text says "Cluster start time".
	metricClusterTime = "cluster_time{"
)

// clockOf reads the coordinator's clock from an answer's Date header. The
// header names the whole second that had begun, so half of one is added.
func (c *client) clockOf(a *answer) coordinator.Clock {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return coordinator.Clock{}
	}
	return clockAt(date.Add(dateResolution/2), a.sent, a.got, dateResolution, sourceDate)
}

// clockAt compares the coordinator's time with ours in the middle of the
// request.
func clockAt(theirs, sent, got time.Time, resolution time.Duration, source string) coordinator.Clock {
	ours := sent.Add(got.Sub(sent) / 2)
	return coordinator.Clock{Known: true, Skew: theirs.Sub(ours), Resolution: resolution, Source: source}
}

// telemetryClock gives the clock from the telemetry: a kept reading, or a new
// one when it is time for it. Unknown when there is none.
func (c *client) telemetryClock(ctx context.Context, e *endpoint, d dialect) coordinator.Clock {
	now := c.config.Now()
	c.mutex.Lock()
	kept := c.telemetry
	due := now.Sub(kept.tried) >= metricsEvery || now.Before(kept.tried)
	if due {
		c.telemetry.tried = now
	}
	c.mutex.Unlock()

	if due {
		if clock, ok := c.readTelemetryClock(ctx, e, d); ok {
			c.mutex.Lock()
			c.telemetry.clock, c.telemetry.read = clock, now
			c.mutex.Unlock()
			return clock
		}
	}
	if kept.clock.Known && now.Sub(kept.read) <= metricsKeep {
		return kept.clock
	}
	return coordinator.Clock{}
}

// telemetryReading is the newest clock reading from the telemetry.
type telemetryReading struct {
	tried, read time.Time
	clock       coordinator.Clock
}

func (c *client) readTelemetryClock(ctx context.Context, e *endpoint, d dialect) (clock coordinator.Clock, ok bool) {
	ask := call{endpoint: e, path: e.metricsPath(d), limit: metricsBody, timeout: min(metricsTimeout, c.config.RequestTimeout), plainText: true}
	err := c.exchange(ctx, ask, func(a *answer) error {
		lines := bufio.NewScanner(a.body)
		for lines.Scan() {
			line := lines.Text()
			if !strings.HasPrefix(line, metricClusterTime) {
				continue
			}
			fields := strings.Fields(line)
			if ms, err := strconv.ParseFloat(fields[len(fields)-1], 64); err == nil && ms > 0 && ms < 1e15 {
				clock = clockAt(time.UnixMilli(int64(ms)), a.sent, a.got, max(a.got.Sub(a.sent), time.Millisecond), sourceMetrics)
			}
			return errEnough
		}
		return lines.Err()
	})
	return clock, err == nil && clock.Known
}
