package watch

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// What happens to deliveries goes the way of topology events into the store,
// also while the list of jobs cannot be read.
func TestDeliveriesEventsAreSaved(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		tell := func(reachable bool) {
			fake.answer(func(context.Context) (*coordinator.Snapshot, error) {
				told := coordinator.Delivery{Node: "n", Peer: "m", Reachable: reachable, SentSinceLoss: new(int64(0)), SentLimit: new(int64(100))}
				if !reachable {
					told.LostSince, told.SentSinceLoss = new(time.Now().Add(-time.Second)), new(int64(500))
				}
				return &coordinator.Snapshot{ReadAt: time.Now(), Complete: reachable, Address: "http://a:8080", Master: "a:5801", Deliveries: []coordinator.Delivery{told}}, nil
			})
		}
		tell(true)
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(25 * time.Second)
		tell(false)
		pass(25 * time.Second)
		store.set(func(s *storeFake) {
			var kinds []timeline.EventKind
			for _, event := range s.events {
				kinds = append(kinds, event.Kind)
				if event.Member != "n" || event.Peer != "m" || event.Sentence == "" || event.At.IsZero() {
					t.Errorf("saved: %+v", event)
				}
			}
			if !slices.Equal(kinds, []timeline.EventKind{timeline.EventKind(delivery.EventLost), timeline.EventKind(delivery.EventOverflowed)}) {
				t.Errorf("saved: %v", kinds)
			}
		})
	})
}
