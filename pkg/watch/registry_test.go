package watch

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestEqualKeysShareOneWatcher(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		first := acquire(t, registry, key, fake.settings(tenSecond))
		second := acquire(t, registry, key, fake.settings(tenSecond))
		pass(55 * time.Second)
		if got := fake.count(); got != 6 {
			t.Errorf("%d polls in 55 s for two leases, want 6", got)
		}
		if first.View() != second.View() || first.Client() != second.Client() {
			t.Error("two leases of one key see two watchers")
		}
		// When another interval is saved, then it counts at once.
		third := acquire(t, registry, key, fake.settings(Settings{Interval: 2 * time.Second}))
		before := fake.count()
		pass(20 * time.Second)
		if got := fake.count() - before; got < 9 || got > 11 {
			t.Errorf("%d polls in 20 s at 2 s", got)
		}
		if got := third.View().PollInterval; got != 2*time.Second {
			t.Errorf("interval %s", got)
		}
	})
}

func TestPollsAreSpreadByJitter(t *testing.T) {
	shares := []float64{0, 1, 0.5}
	next := 0
	jitter := func() float64 { next++; return shares[(next-1)%len(shares)] }
	inBubble(t, Options{Jitter: jitter}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(35 * time.Second)
		var waits []time.Duration
		fake.mu.Lock()
		defer fake.mu.Unlock()
		for i := 1; i < len(fake.pollsAt); i++ {
			waits = append(waits, fake.pollsAt[i].Sub(fake.pollsAt[i-1]))
		}
		if len(waits) != 3 || waits[0] != 9*time.Second || waits[1] != 11*time.Second || waits[2] != 10*time.Second {
			t.Errorf("waits: %v", waits)
		}
	})
}

func TestSlowPollsLengthenTheInterval(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a coordinator that takes 7 s for a complete answer.
		fake := &coordinatorFake{}
		fake.answer(slow(7 * time.Second))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(2 * time.Minute)
		view := lease.View()
		if view.PollInterval != 20*time.Second || view.GapInterval != 20*time.Second || len(view.Notes) != 1 ||
			!strings.Contains(view.Notes[0], "took 7s") {
			t.Errorf("interval %s, gap interval %s, notes %q", view.PollInterval, view.GapInterval, view.Notes)
		}
		if view.Blind(time.Now(), 10*time.Second) || view.MasterStableSince.IsZero() {
			t.Error("slow is not blind")
		}
		// When it is fast again, then the interval is the configured one.
		fake.list()
		pass(time.Minute)
		if view := lease.View(); view.PollInterval != 10*time.Second || len(view.Notes) != 0 {
			t.Errorf("interval %s, notes %q", view.PollInterval, view.Notes)
		}
	})
}

func TestCoordinatorIsLeftInPeaceAfterALongPoll(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given polls that hang for 8 s at an interval of 2 s.
		fake := &coordinatorFake{}
		fake.answer(hang)
		acquire(t, registry, key, fake.settings(Settings{Interval: 2 * time.Second, Deadline: 8 * time.Second}))
		pass(30 * time.Second)
		fake.mu.Lock()
		defer fake.mu.Unlock()
		// Then half of the interval passes between two of them.
		if wait := fake.pollsAt[1].Sub(fake.pollsAt[0]); wait != 9*time.Second {
			t.Errorf("%s from one poll to the next", wait)
		}
	})
}

func TestUnreadWatcherStopsAndSaysSo(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		// Given reads now and then, then it polls on.
		for range 3 {
			pass(14 * time.Minute)
			lease.View()
		}
		since := theJob(t, lease.View()).Episode.Since
		// When nobody reads for 15 minutes, then it stops.
		pass(15*time.Minute + 10*time.Second)
		polls := fake.count()
		pass(2 * time.Hour)
		if fake.count() != polls {
			t.Errorf("%d polls without a reader", fake.count()-polls)
		}
		// Then the next read says so, shows how old it is, and starts it again.
		view := lease.View()
		if len(view.Notes) != 1 || !strings.Contains(view.Notes[0], "nobody read") || !view.Blind(time.Now(), 0) {
			t.Errorf("notes %q, blind %v", view.Notes, view.Blind(time.Now(), 0))
		}
		pass(time.Second)
		view = lease.View()
		episode := theJob(t, view).Episode
		if len(view.Notes) != 0 || view.Blind(time.Now(), 0) || !episode.Since.Equal(since) || episode.ContinuousAge() != 0 {
			t.Errorf("after the read: notes %q, episode %+v", view.Notes, episode)
		}
		pass(time.Minute)
		if got := fake.count() - polls; got != 7 {
			t.Errorf("%d polls in the minute after it, want 7", got)
		}
	})
}

func TestLastReleaseEndsTheWatcherAfterAWhile(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		// Given a release and a new lease within the linger time, then it is
		// the same watcher.
		client := lease.Client()
		lease.Release()
		pass(DefaultLinger - time.Second)
		lease = acquire(t, registry, key, fake.settings(tenSecond))
		if lease.Client() != client {
			t.Error("the watcher did not wait for its next lease")
		}
		// When the last lease is released, then polling and client end.
		lease.Release()
		lease.Release()
		pass(2*DefaultLinger + time.Second)
		polls := fake.count()
		pass(time.Hour)
		if fake.count() != polls || fake.openClients() != 0 {
			t.Errorf("%d polls afterwards, %d clients", fake.count()-polls, fake.openClients())
		}
		// Then what was released still shows something, and says what it is.
		if view := lease.View(); view == nil || !strings.Contains(strings.Join(view.Notes, ""), "not kept up to date") {
			t.Errorf("view: %+v", lease.View())
		}
		if _, err := lease.Fresh(t.Context()); !errors.Is(err, ErrStopped) {
			t.Errorf("fresh: %v", err)
		}
		if _, err := lease.Retain(); !errors.Is(err, ErrStopped) {
			t.Errorf("retain: %v", err)
		}
	})
}

func TestReleasedWatcherEndsThoughItSleeps(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given one watcher that waits for its next poll for minutes, and one
		// that stopped for want of readers.
		fake := &coordinatorFake{}
		slowly := acquire(t, registry, key, fake.settings(Settings{Interval: MaxInterval}))
		unread := acquire(t, registry, Key{Scope: Scope{OrgID: 2}}, fake.settings(tenSecond))
		pass(DefaultIdleAfter + time.Minute)
		// When they are released, then both end after the linger time.
		slowly.Release()
		unread.Release()
		pass(2*DefaultLinger + time.Second)
		if fake.openClients() != 0 {
			t.Errorf("%d clients", fake.openClients())
		}
	})
}

func TestReplacedWatcherIsStoppedFirst(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a watcher in the middle of a poll that hangs.
		before, after := &coordinatorFake{}, &coordinatorFake{}
		before.list(running("1", coordinator.StateCanceling))
		old := acquire(t, registry, key, before.settings(tenSecond))
		pass(time.Second)
		since := theJob(t, old.View()).Episode.Since
		before.answer(hang)
		pass(10 * time.Second)
		// When other settings take its scope, then the poll ends at once and
		// counts as no failure; the age goes on without any store.
		after.list(running("1", coordinator.StateCanceling))
		next := acquire(t, registry, Key{Scope: scope, Connection: "second"}, after.settings(tenSecond))
		if now, _ := before.pollsNow(); now != 0 {
			t.Error("the former watcher still polls")
		}
		pass(time.Second)
		if episode := theJob(t, next.View()).Episode; !episode.Since.Equal(since) {
			t.Errorf("episode: %+v", episode)
		}
		if view := old.View(); view.PollErrors != 0 || !strings.Contains(view.Notes[0], ErrStopped.Error()) {
			t.Errorf("old view: %+v", view)
		}
		// Then the old lease starts nothing, and its client lives until it is
		// released.
		polls := before.count()
		pass(time.Minute)
		if _, err := old.Fresh(t.Context()); err == nil {
			t.Error("a replaced watcher has nothing fresh")
		}
		pass(time.Minute)
		if before.count() != polls || before.openClients() != 1 {
			t.Errorf("%d polls, %d clients", before.count()-polls, before.openClients())
		}
		old.Release()
		pass(DefaultLinger + time.Second)
		if before.openClients() != 0 {
			t.Error("the old client was not closed")
		}
	})
}

func TestAcquireWaitsOnlyAsLongAsItsContext(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a client that does not end its poll when it is told to.
		stubborn, after := &coordinatorFake{}, &coordinatorFake{}
		free := make(chan struct{})
		stubborn.answer(func(context.Context) (*coordinator.Snapshot, error) { <-free; return nil, errDown })
		acquire(t, registry, key, stubborn.settings(tenSecond))
		pass(time.Second)
		// When another connection wants the scope, then it fails rather than
		// poll beside the first.
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		second := Key{Scope: scope, Connection: "second"}
		if _, err := registry.Acquire(ctx, second, after.settings(tenSecond)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("acquire: %v", err)
		}
		if after.openClients() != 0 || after.count() != 0 {
			t.Error("it polls beside the first, or leaves a client")
		}
		// When the first has ended, then the scope is free.
		close(free)
		acquire(t, registry, second, after.settings(tenSecond))
		pass(time.Second)
		if after.count() != 1 {
			t.Errorf("%d polls", after.count())
		}
	})
}

func TestSettingsBounds(t *testing.T) {
	cases := []struct{ given, want time.Duration }{
		{0, DefaultInterval}, {time.Millisecond, MinInterval}, {time.Hour, MaxInterval}, {42 * time.Second, 42 * time.Second},
	}
	for _, c := range cases {
		if got := (Settings{Interval: c.given}).withDefaults(); got.Interval != c.want || got.Deadline != DefaultDeadline {
			t.Errorf("%s: %+v", c.given, got)
		}
	}
}

func TestS48_ActionOutlivesItsInstance(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given an action that runs for a minute with the lease's client.
		fake := &coordinatorFake{}
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		acted := make(chan error, 1)
		client := lease.Client()
		registry.Go(func(ctx context.Context) {
			time.Sleep(time.Minute)
			_, err := client.Job(ctx, "", "1") // panics when it was closed
			acted <- errors.Join(ctx.Err(), onlyUnexpected(err))
		})
		// When the settings are saved and the instance is disposed of, then the
		// action goes on to its end, and its client is closed after it.
		next := acquire(t, registry, Key{Scope: scope, Connection: "second"}, fake.settings(tenSecond))
		lease.Release()
		pass(50 * time.Second)
		if fake.openClients() != 2 {
			t.Errorf("%d clients during the action, want 2", fake.openClients())
		}
		pass(time.Minute)
		if err := <-acted; err != nil {
			t.Errorf("the action was cut off: %v", err)
		}
		if fake.openClients() != 1 {
			t.Errorf("%d clients after the action, want 1", fake.openClients())
		}
		next.Release()
	})
}

func onlyUnexpected(err error) error {
	if errors.Is(err, coordinator.ErrNotFound) {
		return nil
	}
	return err
}

func TestCloseStopsAndWaitsForEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Given a poll that hangs, a lingering watcher, and an action.
		registry := NewRegistry(Options{})
		hanging, lingering := &coordinatorFake{}, &coordinatorFake{}
		hanging.answer(hang)
		lease := acquire(t, registry, key, hanging.settings(tenSecond))
		acquire(t, registry, Key{Scope: Scope{OrgID: 2}}, lingering.settings(tenSecond)).Release()
		var ended, late bool
		registry.Go(func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(3 * time.Second) // it writes down what it knows
			ended = true
		})
		pass(time.Second)
		// When the registry closes, then it waits for all of them, and nothing
		// can be started any more.
		registry.Close()
		registry.Close()
		polling, _ := hanging.pollsNow()
		if clients := hanging.openClients() + lingering.openClients(); !ended || clients != 0 || polling != 0 {
			t.Errorf("action ended %v, %d clients, %d polls", ended, clients, polling)
		}
		if _, err := registry.Acquire(t.Context(), key, hanging.settings(tenSecond)); !errors.Is(err, ErrClosed) {
			t.Errorf("acquire: %v", err)
		}
		registry.Go(func(ctx context.Context) { late = ctx.Err() != nil })
		if !late {
			t.Error("a late action must be told that it cannot act")
		}
		lease.Release()
		lease.View()
	})
}
