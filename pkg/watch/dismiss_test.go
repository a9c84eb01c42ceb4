package watch

import (
	"errors"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestDismissNeedsAStoreAndALease(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		lease := acquire(t, registry, key, (&coordinatorFake{}).settings(tenSecond))
		if err := lease.Dismiss(t.Context(), "1", "e"); !errors.Is(err, ErrNoStore) {
			t.Errorf("without a store: %v", err)
		}
		lease.Release()
		if err := lease.Dismiss(t.Context(), "1", "e"); !errors.Is(err, ErrStopped) {
			t.Errorf("after the release: %v", err)
		}
	})
}

func TestDismissalThatFailsHidesNothing(t *testing.T) {
	inBubble(t, Options{Store: &storeFake{}}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		if err := lease.Dismiss(t.Context(), "1", theJob(t, lease.View()).Episode.ID); !errors.Is(err, errStore) {
			t.Errorf("a store that fails: %v", err)
		}
		theJob(t, lease.View())
	})
}

func TestAnotherClusterInheritsNothing(t *testing.T) {
	// Given a data source without any store, when it is pointed at another
	// cluster, then the former jobs are not taken for vanished ones.
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateRunning))
		acquire(t, registry, Key{Scope: scope, Cluster: "one", Connection: "first"}, fake.settings(tenSecond))
		pass(15 * time.Second)
		fake.list(running("2", coordinator.StateRunning))
		lease := acquire(t, registry, Key{Scope: scope, Cluster: "two", Connection: "second"}, fake.settings(tenSecond))
		pass(15 * time.Second)
		if job := theJob(t, lease.View()); job.Job.ID != "2" {
			t.Errorf("job: %+v", job)
		}
	})
}
