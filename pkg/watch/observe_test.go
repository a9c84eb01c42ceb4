package watch

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// observerFake keeps what it is told.
type observerFake struct {
	mu    sync.Mutex
	polls []Poll
}

func (o *observerFake) Polled(poll Poll) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.polls = append(o.polls, poll)
}

func (o *observerFake) last() Poll {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.polls[len(o.polls)-1]
}

func TestTheObserverIsToldOfEachPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fake coordinatorFake
		var observer observerFake
		var log strings.Builder
		registry := NewRegistry(Options{Observer: &observer, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		defer registry.Close()
		tell := func(class coordinator.ErrorClass, complete bool) {
			t.Helper()
			synctest.Wait()
			if got := observer.last(); got.Class != class || got.Complete != complete {
				t.Errorf("it was told %+v", got)
			}
		}
		next := func(answer func(context.Context) (*coordinator.Snapshot, error)) {
			fake.answer(answer)
			time.Sleep(2 * time.Minute) // longer than any backoff
		}

		fake.answer(slow(3 * time.Second))
		lease, err := registry.Acquire(t.Context(), key, fake.settings(tenSecond))
		if err != nil {
			t.Fatal(err)
		}
		defer lease.Release()
		time.Sleep(5 * time.Second)
		tell("", true)
		if got := observer.last().Took; got != 3*time.Second {
			t.Errorf("the poll took %v", got)
		}
		next(func(context.Context) (*coordinator.Snapshot, error) {
			snapshot := listing(running("1", coordinator.StateRunning))
			snapshot.Complete = false
			return snapshot, nil
		})
		tell("", false)
		next(down)
		tell(coordinator.ClassUnreachable, false)
		next(func(context.Context) (*coordinator.Snapshot, error) { return nil, coordinator.ErrUnauthorised })
		tell(coordinator.ClassUnauthorised, false)
		next(func(context.Context) (*coordinator.Snapshot, error) { return nil, nil })
		tell(coordinator.ClassBadAnswer, false)
		next(func(context.Context) (*coordinator.Snapshot, error) { return nil, errors.New("odd") })
		tell(coordinator.ClassOther, false)
		next(slow(0))
		tell("", true)

		// Failures are logged when they begin, when their class changes, and
		// when they end; not at every poll.
		if fails, ends := strings.Count(log.String(), "Polling the coordinator fails"), strings.Count(log.String(), "answers again"); fails != 4 || ends != 1 {
			t.Errorf("%d failures and %d ends are logged:\n%s", fails, ends, log.String())
		}
	})
}

func TestTotalsAreWhatAllWatchersHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var one, two coordinatorFake
		one.answer(func(context.Context) (*coordinator.Snapshot, error) {
			snapshot := listing(running("1", coordinator.StateRunning), running("2", coordinator.StateRunning))
			snapshot.Members = make([]coordinator.Member, 3)
			return snapshot, nil
		})
		two.answer(func(context.Context) (*coordinator.Snapshot, error) {
			snapshot := listing(running("1", coordinator.StateRunning))
			snapshot.Members, snapshot.Nodes = make([]coordinator.Member, 1), make([]coordinator.Node, 2)
			return snapshot, nil
		})
		registry := NewRegistry(Options{})
		defer registry.Close()
		if got := registry.Totals(); got != (Totals{}) {
			t.Errorf("before anything is watched it holds %+v", got)
		}
		first, err := registry.Acquire(t.Context(), key, one.settings(tenSecond))
		if err != nil {
			t.Fatal(err)
		}
		other := Key{Scope: Scope{OrgID: 2, DataSourceUID: "zeta"}, Connection: "first"}
		second, err := registry.Acquire(t.Context(), other, two.settings(tenSecond))
		if err != nil {
			t.Fatal(err)
		}
		defer second.Release()
		synctest.Wait()
		if got := registry.Totals(); got != (Totals{Watchers: 2, Jobs: 3, Nodes: 5}) {
			t.Errorf("it holds %+v", got)
		}
		first.Release()
		time.Sleep(DefaultLinger + time.Second)
		synctest.Wait()
		if got := registry.Totals(); got != (Totals{Watchers: 1, Jobs: 1, Nodes: 2}) {
			t.Errorf("after one was released it holds %+v", got)
		}
	})
}
