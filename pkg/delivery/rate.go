package delivery

import "time"

// How much is remembered for the rates: a sample every 10 s for 5 minutes, and
// one a minute for an hour. That bounds a node's memory to 92 samples at any
// poll interval.
const (
	shortSpan = 5 * time.Minute
	shortStep = 10 * time.Second
	longSpan  = time.Hour
	longStep  = time.Minute
	// leastSpan is the shortest time that a rate is made from.
	leastSpan = 5 * time.Second
)

// sample is a counter at a moment.
type sample struct {
	at    time.Time
	count int64
}

// series holds the samples of one span, oldest first, at least a step apart,
// and the newest of all beside them.
type series struct {
	span    time.Duration
	step    time.Duration
	samples []sample
}

// add takes a sample and drops those older than the span, but for one at or
// before its beginning: the mean shall be over the whole span.
func (s *series) add(now sample) {
	if last := len(s.samples) - 1; last >= 0 && now.at.Sub(s.samples[last].at) < s.step {
		return
	}
	s.samples = append(s.samples, now)
	first := 0
	for first+1 < len(s.samples) && now.at.Sub(s.samples[first+1].at) >= s.span {
		first++
	}
	s.samples = append(s.samples[:0], s.samples[first:]...)
}

// mean is the mean rate in events a second from the oldest sample to now; nil
// where there is too little to tell.
func (s *series) mean(now sample) *float64 {
	if len(s.samples) == 0 {
		return nil
	}
	first := s.samples[0]
	took := now.at.Sub(first.at)
	if took < leastSpan || now.count < first.count {
		return nil
	}
	return new(float64(now.count-first.count) / took.Seconds())
}

// rates is what is remembered of one node's counter.
type rates struct {
	short, long series
	last        sample
	// slope is the rate between the last two samples; negative: not known.
	slope float64
}

func newRates() rates {
	return rates{
		short: series{span: shortSpan, step: shortStep},
		long:  series{span: longSpan, step: longStep},
		slope: -1,
	}
}

// add takes a counter that was read at a moment. A counter that fell begins
// anew.
func (r *rates) add(now sample) {
	if !r.last.at.IsZero() && (now.count < r.last.count || !now.at.After(r.last.at)) {
		if now.count >= r.last.count {
			return
		}
		*r = newRates()
	}
	r.slope = -1
	if !r.last.at.IsZero() {
		r.slope = float64(now.count-r.last.count) / now.at.Sub(r.last.at).Seconds()
	}
	r.short.add(now)
	r.long.add(now)
	r.last = now
}

// means gives the two means at the newest sample.
func (r *rates) means() (fiveMinutes, hour *float64) {
	return r.short.mean(r.last), r.long.mean(r.last)
}
