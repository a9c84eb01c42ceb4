package double

import (
	"sync"
	"time"
)

// meter measures for how long the double was at work on at least one request:
// requests that overlap count once, as the time that somebody waits for them.
type meter struct {
	mu      sync.Mutex
	running int
	since   time.Time
	busy    time.Duration
}

// enter counts a request in; the function that it gives counts it out.
func (m *meter) enter() (leave func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == 0 {
		m.since = time.Now()
	}
	m.running++
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.running--
		if m.running == 0 {
			m.busy += time.Since(m.since)
		}
	}
}

// Busy is for how long it has been at work since it began, up to now.
func (c *Coordinator) Busy() time.Duration {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	busy := c.meter.busy
	if c.meter.running > 0 {
		busy += time.Since(c.meter.since)
	}
	return busy
}

// Quiet tells whether no request is being answered.
func (c *Coordinator) Quiet() bool {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	return c.meter.running == 0
}
