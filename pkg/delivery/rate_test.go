package delivery

import (
	"math"
	"testing"
	"time"
)

func TestRatesAreMeansOverTheirSpans(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		name string
		// every is the poll interval; quick is sent a second in the last
		// minutes, slow before.
		every       time.Duration
		slow, quick float64
		short, long float64
	}{
		{"steady", 10 * time.Second, 2, 2, 2, 2},
		{"a burst in the last five minutes", 10 * time.Second, 1, 13, 13, 2},
		{"a pause in the last five minutes", 2 * time.Second, 12, 0, 0, 11},
		{"polled every five minutes", 5 * time.Minute, 1, 13, 13, 2},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			r := newRates()
			const whole = 2 * time.Hour
			count := 0.0
			for at := time.Duration(0); at <= whole; at += test.every {
				if at > 0 {
					rate := test.slow
					if at > whole-shortSpan {
						rate = test.quick
					}
					count += rate * test.every.Seconds()
				}
				r.add(sample{at: start.Add(at), count: int64(count)})
			}
			short, long := r.means()
			if short == nil || long == nil || math.Abs(*short-test.short) > 0.5 || math.Abs(*long-test.long) > 0.3 {
				t.Errorf("%v %v; want %v %v", *short, *long, test.short, test.long)
			}
			if len(r.short.samples) > 32 || len(r.long.samples) > 62 {
				t.Errorf("%d and %d samples are remembered", len(r.short.samples), len(r.long.samples))
			}
		})
	}
}

func TestRatesBeginAnewWhenTheCounterFalls(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	r := newRates()
	if short, long := r.means(); short != nil || long != nil {
		t.Error("a rate of nothing")
	}
	r.add(sample{at: start, count: 1000})
	r.add(sample{at: start.Add(time.Second), count: 1010})
	if short, _ := r.means(); short != nil {
		t.Error("a rate of one second")
	}
	r.add(sample{at: start.Add(10 * time.Second), count: 1100})
	r.add(sample{at: start.Add(10 * time.Second), count: 1100})
	if short, _ := r.means(); short == nil || *short != 10 {
		t.Error(short)
	}
	r.add(sample{at: start.Add(20 * time.Second), count: 5})
	if short, long := r.means(); short != nil || long != nil || r.slope >= 0 {
		t.Error("the old counter still counts")
	}
}
