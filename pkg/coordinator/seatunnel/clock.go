package seatunnel

import (
	"bufio"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	sourceMetrics = "telemetry"

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
	ask := upstream.Call{Address: e.address, Path: e.metricsPath(d), Route: v2Metrics, Limit: metricsBody, Timeout: min(metricsTimeout, c.config.RequestTimeout), PlainText: true}
	err := c.server.Get(ctx, ask, func(a *upstream.Answer) error {
		lines := bufio.NewScanner(a.Body)
		for lines.Scan() {
			line := lines.Text()
			if !strings.HasPrefix(line, metricClusterTime) {
				continue
			}
			fields := strings.Fields(line)
			if ms, err := strconv.ParseFloat(fields[len(fields)-1], 64); err == nil && ms > 0 && ms < 1e15 {
				clock = upstream.ClockAt(a, time.UnixMilli(int64(ms)), max(a.Got.Sub(a.Sent), time.Millisecond), sourceMetrics)
			}
			return upstream.ErrEnough
		}
		return lines.Err()
	})
	return clock, err == nil && clock.Known
}
