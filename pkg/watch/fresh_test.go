package watch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestFreshSharesOnePoll(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a watcher whose first poll takes 3 s.
		fake := &coordinatorFake{}
		fake.answer(slow(3 * time.Second))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		ask := func() {
			t.Helper()
			var readers sync.WaitGroup
			for range 50 {
				readers.Go(func() {
					view, err := lease.Fresh(t.Context())
					if err != nil || view.Snapshot == nil {
						t.Errorf("view %+v, error %v", view, err)
					}
				})
			}
			readers.Wait()
		}
		// When 50 queries come at once, then they share it.
		ask()
		if fake.count() != 1 {
			t.Errorf("%d polls for the first queries", fake.count())
		}
		// When they come again within two intervals, then nobody waits.
		before := time.Now()
		pass(5 * time.Second)
		ask()
		if time.Since(before) != 5*time.Second || fake.count() != 1 {
			t.Errorf("%d polls, %s", fake.count(), time.Since(before))
		}
		// When they come after the watcher had stopped, then they share one.
		pass(time.Hour)
		polls := fake.count()
		ask()
		if got := fake.count() - polls; got != 1 {
			t.Errorf("%d polls for 50 queries", got)
		}
		pass(time.Second)
		if got := fake.count() - polls; got != 1 {
			t.Errorf("%d polls a second later", got)
		}
	})
}

func TestFreshOfAFailingCoordinator(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list()
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		seen := lease.View().Snapshot
		fake.answer(down)
		// Given one failure, then the snapshot is not yet too old.
		pass(10 * time.Second)
		if view, err := lease.Fresh(t.Context()); err != nil || view.Err == nil {
			t.Errorf("view %+v, error %v", view, err)
		}
		// When it is, then a query gets the error and the last snapshot.
		pass(5 * time.Minute)
		view, err := lease.Fresh(t.Context())
		if !errors.Is(err, coordinator.ErrUnreachable) || view.Snapshot != seen {
			t.Errorf("view %+v, error %v", view, err)
		}
		// Then queries poll again while it backs off, but never more often
		// than once an interval, and do not wait in between.
		polls, began := fake.count(), time.Now()
		for range 100 {
			_, _ = lease.Fresh(t.Context())
			time.Sleep(time.Second)
		}
		if got := fake.count() - polls; got < 8 || got > 11 {
			t.Errorf("%d polls in 100 s of queries", got)
		}
		if waited := time.Since(began) - 100*time.Second; waited != 0 {
			t.Errorf("queries waited %s", waited)
		}
	})
}

func TestFreshIsBounded(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.answer(hang)
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		// By its context, while the poll goes on.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		view, err := lease.Fresh(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || view == nil || time.Since(began) != time.Second {
			t.Errorf("view %v, error %v after %s", view, err, time.Since(began))
		}
		// By the poll's deadline.
		if _, err := lease.Fresh(t.Context()); !errors.Is(err, coordinator.ErrUnreachable) || time.Since(began) > 8*time.Second {
			t.Errorf("error %v after %s", err, time.Since(began))
		}
		// By the end of the watcher.
		go func() {
			time.Sleep(3 * time.Second)
			acquire(t, registry, Key{Scope: scope, Connection: "second"}, fake.settings(tenSecond))
		}()
		pass(2 * time.Second) // the next poll hangs
		time.Sleep(10 * time.Second)
		if _, err := lease.Fresh(t.Context()); err == nil {
			t.Error("a replaced watcher has nothing fresh")
		}
	})
}

func TestALongerIntervalIsNoBlindness(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a watcher that polls every 2 s.
		fake := &coordinatorFake{}
		settings := fake.settings(tenSecond)
		settings.Interval = 2 * time.Second
		lease := acquire(t, registry, key, settings)
		defer lease.Release()
		pass(5 * time.Second)
		// When the settings are saved with 20 s.
		settings.Interval = 20 * time.Second
		defer acquire(t, registry, key, settings).Release()
		// Then nobody is blind while the next poll is waited for, and no guard's
		// age begins anew.
		stable := lease.View().MasterStableSince
		for range 6 {
			pass(5 * time.Second)
			if view := lease.View(); view.Blind(time.Now(), 0) || !view.MasterStableSince.Equal(stable) {
				t.Errorf("after %s: blind, or stable since %s and not %s", time.Since(view.AsOf), view.MasterStableSince, stable)
			}
		}
	})
}
