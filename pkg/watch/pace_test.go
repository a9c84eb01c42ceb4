package watch

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	type poll struct {
		took   time.Duration
		failed bool
		wait   time.Duration
	}
	const s = time.Second
	cases := map[string]struct {
		configured time.Duration
		polls      []poll
	}{
		"fast": {10 * s, []poll{{took: s, wait: 10 * s}, {took: 5 * s, wait: 10 * s}}},
		"slower than half doubles, faster than a quarter halves": {10 * s, []poll{
			{took: 6 * s, wait: 20 * s}, {took: 6 * s, wait: 20 * s}, {took: 11 * s, wait: 40 * s},
			{took: 11 * s, wait: 40 * s}, {took: 5 * s, wait: 20 * s}, {took: 5 * s, wait: 10 * s}, {took: s, wait: 10 * s},
		}},
		"doubling ends at the longest interval": {200 * s, []poll{
			{took: 150 * s, wait: 300 * s}, {took: 200 * s, wait: 300 * s},
		}},
		"backoff begins with the second failure and ends at a minute": {10 * s, []poll{
			{failed: true, wait: 10 * s}, {failed: true, wait: 20 * s}, {failed: true, wait: 40 * s},
			{failed: true, wait: 60 * s}, {failed: true, wait: 60 * s}, {took: s, wait: 10 * s},
		}},
		"backoff does not shorten a long interval": {200 * s, []poll{{failed: true, wait: 200 * s}, {failed: true, wait: 200 * s}}},
		"failures do not double, and backoff counts from the slowed interval": {10 * s, []poll{
			{took: 8 * s, wait: 20 * s}, {failed: true, wait: 20 * s}, {failed: true, wait: 40 * s}, {took: 8 * s, wait: 20 * s},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := pace{configured: c.configured}
			for i, poll := range c.polls {
				if poll.failed {
					p.failed()
				} else {
					p.answered(poll.took)
				}
				if got := p.wait(); got != poll.wait {
					t.Fatalf("poll %d: wait %s, want %s", i+1, got, poll.wait)
				}
			}
		})
	}
}

func TestJitterIsBounded(t *testing.T) {
	for share, want := range map[float64]time.Duration{0: 9 * time.Second, 0.5: 10 * time.Second, 1: 11 * time.Second} {
		if got := jittered(10*time.Second, share); got != want {
			t.Errorf("share %v: %s, want %s", share, got, want)
		}
	}
}
