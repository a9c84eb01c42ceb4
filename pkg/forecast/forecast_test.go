package forecast_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/forecast"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The manual's numbers: a buffer of 10,000 events and a timeout of an hour. At
// 10,000 events in 3,600 s (55.6 executions of one phase a minute) both strike
// at once.
func TestTheDeadlineIsTheEarlierLimit(t *testing.T) {
	const limit = 10_000
	const perMinute = EventsPerExecution / 60.0
	cases := []struct {
		name      string
		rate      float64
		sent      int64
		lostSince time.Duration
		at        time.Duration
		of        Strike
	}{
		{"55 executions a minute: the timeout strikes", 55 * perMinute, 0, 0, time.Hour, StrikeInbound},
		{"56 executions a minute: the overflow strikes", 56 * perMinute, 0, 0, 3571 * time.Second, StrikeOverflow},
		{"at the very rate the overflow is named", limit / 3600.0, 0, 0, time.Hour, StrikeOverflow},
		{"far below, half an hour in", 0.1, 180, 30 * time.Minute, 30 * time.Minute, StrikeInbound},
		{"far above, a minute in", 100, 6000, time.Minute, 40 * time.Second, StrikeOverflow},
		{"nothing is sent", 0, 0, 10 * time.Minute, 50 * time.Minute, StrikeInbound},
		{"full", 10, 10_000, time.Minute, 0, StrikeOverflow},
		{"over full", 10, 12_000, time.Minute, 0, StrikeOverflow},
		{"the timeout is over", 0.1, 180, 2 * time.Hour, 0, StrikeInbound},
		{"full, and nothing is sent any more", 0, 10_000, time.Minute, 0, StrikeOverflow},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			var overflow *time.Duration
			if left, strikes := OverflowIn(limit, test.sent, test.rate); strikes {
				overflow = &left
			}
			inbound := InboundLeft(now, now.Add(-test.lostSince), time.Hour)
			at, of := Deadline(now, overflow, &inbound)
			if of != test.of || at.Sub(now).Round(time.Second) != test.at {
				t.Errorf("%v by %q; want %v by %q", at.Sub(now), of, test.at, test.of)
			}
		})
	}
}

func TestWithoutALimitThereIsNoDeadline(t *testing.T) {
	if at, of := Deadline(now, nil, nil); !at.IsZero() || of != StrikeNone {
		t.Error(at, of)
	}
	minute := time.Minute
	if at, of := Deadline(now, &minute, nil); !at.Equal(now.Add(minute)) || of != StrikeOverflow {
		t.Error(at, of)
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1), 1e-9} {
		if _, strikes := OverflowIn(10_000, 0, rate); strikes {
			t.Errorf("overflows at a rate of %v", rate)
		}
	}
	if left := InboundLeft(now, now.Add(time.Minute), time.Hour); left != time.Hour {
		t.Errorf("a contact after now: %v", left)
	}
}

func TestRateIsTheGreaterMean(t *testing.T) {
	cases := []struct {
		five, hour *float64
		rate       float64
		known      bool
	}{
		{nil, nil, 0, false}, {new(2.0), nil, 2, true}, {nil, new(3.0), 3, true}, {new(2.0), new(3.0), 3, true}, {new(5.0), new(3.0), 5, true}, {new(0.0), nil, 0, true},
	}
	for _, test := range cases {
		if rate, known := Rate(test.five, test.hour); rate != test.rate || known != test.known {
			t.Errorf("%v %v: %v %v", test.five, test.hour, rate, known)
		}
	}
}

// CloverDX cluster manual: 3,333, 2,500 and 2,000 executions of 1, 2, 3 phases.
func TestExecutionsThatFit(t *testing.T) {
	cases := []struct {
		limit, sent int64
		phases      int
		want        int64
	}{
		{10_000, 0, 1, 3333}, {10_000, 0, 2, 2500}, {10_000, 0, 3, 2000}, {10_000, 0, 0, 3333},
		{10_000, 9_998, 1, 0}, {10_000, 9_997, 1, 1}, {10_000, 10_000, 1, 0}, {10_000, 20_000, 1, 0},
	}
	for _, test := range cases {
		if got := ExecutionsLeft(test.limit, test.sent, test.phases); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}

// What fits, fits: the executions left never overflow, one more does; and more
// sent or a higher rate never makes a forecast better.
func TestPropertyForecastsAreMonotone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		limit, sent, phases, rate := random.Int64N(20_000), random.Int64N(25_000), 1+random.IntN(5), random.Float64()*50
		left := ExecutionsLeft(limit, sent, phases)
		each := int64(2 + phases)
		if left < 0 || left > 0 && sent+left*each > limit || sent < limit && sent+(left+1)*each <= limit {
			t.Fatalf("%d of %d, %d phases: %d", sent, limit, phases, left)
		}
		now, strikes := OverflowIn(limit, sent, rate)
		later, still := OverflowIn(limit, sent+10, rate*1.1)
		if now < 0 || strikes && (!still || later > now) {
			t.Fatalf("%d of %d at %v: %v, then %v", sent, limit, rate, now, later)
		}
	}
}

func TestWhatARestartLoses(t *testing.T) {
	events := func(count int64) *int64 { return &count }
	cases := []struct {
		name        string
		undelivered []Undelivered
		waiting     []Waiting
		want        []RestartLoss
	}{
		{"nothing", []Undelivered{{"a", "b", events(0)}}, []Waiting{{"1", "b", "a"}}, []RestartLoss{}},
		{"428 events, 3 parents",
			[]Undelivered{{"b", "a", events(428)}, {"b", "c", events(100)}},
			[]Waiting{{"12", "a", "b"}, {"10", "a", "b"}, {"11", "c", "b"}, {"10", "a", "b"}},
			[]RestartLoss{{"b", events(428), []coordinator.JobID{"10", "11", "12"}}}},
		{"a parent on another node is not among them",
			[]Undelivered{{"b", "a", events(5)}}, []Waiting{{"1", "c", "b"}, {"2", "a", "c"}},
			[]RestartLoss{{"b", events(5), nil}}},
		{"how many is not known",
			[]Undelivered{{"b", "a", nil}, {"b", "c", events(7)}, {"a", "b", events(1)}}, []Waiting{{"1", "a", "b"}},
			[]RestartLoss{{"a", events(1), nil}, {"b", nil, []coordinator.JobID{"1"}}}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if got := RestartLoses(test.undelivered, test.waiting); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%+v", got)
			}
		})
	}
}
