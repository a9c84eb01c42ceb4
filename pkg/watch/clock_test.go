package watch

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestStoreClock(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	ms := time.Millisecond
	type reading struct {
		before, store, after time.Duration
		jumped, slow         bool
		// what a moment of ours, noon plus one hour, is by the store's clock
		hour time.Duration
	}
	cases := []struct {
		name     string
		readings []reading
	}{
		{"the same clock changes nothing", []reading{
			{0, 1 * ms, 2 * ms, false, false, time.Hour},
			{10 * time.Second, 10*time.Second + 5*ms, 10*time.Second + 9*ms, false, false, time.Hour},
		}},
		{"a clock that is ahead", []reading{
			{0, 90 * time.Second, 10 * ms, false, false, time.Hour + 90*time.Second - 5*ms},
			{10 * time.Second, 100 * time.Second, 10*time.Second + 10*ms, false, false, time.Hour + 90*time.Second - 5*ms},
		}},
		{"a clock that drifts", []reading{
			{0, -90 * time.Second, 10 * ms, false, false, time.Hour - 90*time.Second - 5*ms},
			{10 * time.Second, -79 * time.Second, 10*time.Second + 10*ms, false, false, time.Hour - 89*time.Second - 5*ms},
		}},
		{"a clock that is set", []reading{
			{0, 0, 0, false, false, time.Hour},
			{10 * time.Second, time.Hour, 10*time.Second + 10*ms, true, false, 2*time.Hour - 10*time.Second - 5*ms},
			{20 * time.Second, time.Hour + 10*time.Second, 20*time.Second + 10*ms, false, false, 2*time.Hour - 10*time.Second - 5*ms},
			{30 * time.Second, 30 * time.Second, 30 * time.Second, true, false, time.Hour},
		}},
		{"a store that takes long to tell", []reading{
			{0, 0, 0, false, false, time.Hour},
			{10 * time.Second, time.Hour, 10*time.Second + maxClockDoubt + ms, false, true, time.Hour},
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var clock storeClock
			for n, r := range c.readings {
				jumped, err := clock.read(at(r.before), at(r.store), at(r.after))
				if jumped != r.jumped || errors.Is(err, errSlowClock) != r.slow {
					t.Errorf("reading %d: jumped %v, %v", n, jumped, err)
				}
				ours := at(time.Hour)
				if got := clock.toStore(ours); !got.Equal(at(r.hour)) || !clock.fromStore(got).Equal(ours) {
					t.Errorf("reading %d: %s is %s, and back %s", n, ours, got, clock.fromStore(got))
				}
			}
			if !clock.toStore(time.Time{}).IsZero() || !clock.fromStore(time.Time{}).IsZero() {
				t.Error("no time must stay none")
			}
		})
	}
}

func TestStoreClockKeepsTheMonotonicClock(t *testing.T) {
	// Given a stored time of a minute ago, when the wall clock is set
	// afterwards, then its age by our clock does not change.
	var clock storeClock
	now := time.Now()
	if _, err := clock.read(now, now.Round(0), now); err != nil {
		t.Fatal(err)
	}
	stored := clock.fromStore(now.Round(0).Add(-time.Minute))
	if stored == stored.Round(0) {
		t.Error("it has no monotonic part")
	}
}

func TestStoreClockThatIsSetRestartsGuardsAges(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(5 * time.Minute)
		before := theJob(t, lease.View()).Episode
		if before.ContinuousAge() < 4*time.Minute {
			t.Fatalf("before: %+v", before)
		}
		// When the store's clock is set forward, then stored times cannot be
		// compared any more: guards begin anew here and, told by the doubt, on
		// every other replica. The age for people goes on.
		store.set(func(s *storeFake) { s.ahead = time.Hour })
		set := time.Now()
		pass(25 * time.Second)
		view := lease.View()
		after := theJob(t, view).Episode
		if after.ContinuousSince.Before(set) || view.MasterStableSince.Before(set) || !after.Since.Equal(before.Since) || after.ID != before.ID {
			t.Errorf("after: %+v, master stable since %s", after, view.MasterStableSince)
		}
		store.set(func(s *storeFake) {
			if s.doubtAt.Before(set.Add(time.Hour - 10*time.Second)) {
				t.Errorf("doubt %s", s.doubtAt)
			}
		})
		pass(time.Minute)
		if age := theJob(t, lease.View()).Episode.ContinuousAge(); age < 50*time.Second {
			t.Errorf("it does not count again: %s", age)
		}
	})
}

// slowClock takes its time to tell the time.
type slowClock struct{ *storeFake }

func (s slowClock) Now(ctx context.Context) (time.Time, error) {
	time.Sleep(2 * maxClockDoubt)
	return s.storeFake.Now(ctx)
}

func TestStoreThatIsSlowToTellTheTimeCountsAsFailing(t *testing.T) {
	inBubble(t, Options{Store: slowClock{&storeFake{}}}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(2 * time.Minute)
		view := lease.View()
		if len(view.Notes) != 1 || theJob(t, view).Episode.ContinuousAge() < time.Minute {
			t.Errorf("notes %q, episode %+v", view.Notes, theJob(t, view).Episode)
		}
	})
}
