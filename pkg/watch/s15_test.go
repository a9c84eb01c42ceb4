package watch

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Grafana's SDK makes the next instance first when settings are saved, and
// disposes of the former one this much later; of a deleted one never.
const disposeAfter = 5 * time.Second

func TestS15_OneOrNoPoller(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		var former *Lease
		save := func(connection string, settings Settings) {
			t.Helper()
			next := acquire(t, registry, Key{Scope: scope, Connection: connection}, settings)
			if old := former; old != nil {
				time.AfterFunc(disposeAfter, func() { old.Release(); old.Release() })
			}
			former = next
		}
		broken := Settings{NewClient: func() (coordinator.Client, error) { return nil, errors.New("no such zone") }}

		// Given a data source that is saved, renamed and saved again, with
		// equal connection settings.
		save("first", fake.settings(tenSecond))
		pass(15 * time.Second)
		since := theJob(t, former.View()).Episode.Since
		save("first", fake.settings(tenSecond))
		save("first", fake.settings(tenSecond))
		pass(20 * time.Second)
		if fake.openClients() != 1 {
			t.Errorf("%d clients", fake.openClients())
		}

		// When the password is rotated, then the ages go on.
		save("second", fake.settings(tenSecond))
		pass(time.Second)
		if episode := theJob(t, former.View()).Episode; !episode.Since.Equal(since) {
			t.Errorf("the age was lost: %+v", episode)
		}
		pass(20 * time.Second)

		// When broken settings are saved three times, then nothing takes over.
		for range 3 {
			if _, err := registry.Acquire(t.Context(), Key{Scope: scope, Connection: "broken"}, broken); err == nil {
				t.Error("broken settings gave a lease")
			}
		}
		former.Release()
		pass(DefaultLinger + time.Second)
		polls := fake.count()
		pass(time.Minute)
		if fake.count() != polls || fake.openClients() != 0 {
			t.Errorf("%d polls by a data source that nobody holds, %d clients", fake.count()-polls, fake.openClients())
		}

		// When it is mended and then deleted, then it polls until nobody has
		// read it for 15 minutes.
		former = nil
		save("third", fake.settings(tenSecond))
		pass(DefaultIdleAfter + time.Minute)
		polls = fake.count()
		pass(time.Hour)
		if fake.count() != polls {
			t.Errorf("%d polls by a deleted data source", fake.count()-polls)
		}
		if _, most := fake.pollsNow(); most != 1 {
			t.Errorf("%d polls at the same time", most)
		}
		if open := store.openEpisodes(); len(open) != 1 || !open[0].Since.Equal(since) {
			t.Errorf("stored: %+v", open)
		}
	})
}

func TestS15_ManySavesAtOnce(t *testing.T) {
	inBubble(t, Options{Store: &storeFake{}}, func(t *testing.T, registry *Registry) {
		// Given a slow coordinator, and many instances that come and go at the
		// same time with three different connections.
		fake := &coordinatorFake{}
		fake.answer(slow(500 * time.Millisecond))
		settings := fake.settings(Settings{Interval: 2 * time.Second})
		var users sync.WaitGroup
		for user := range 20 {
			users.Go(func() {
				random := rand.New(rand.NewPCG(uint64(user), 0))
				for range 10 {
					connection := Key{Scope: scope, Connection: fmt.Sprint(random.IntN(3))}
					lease, err := registry.Acquire(t.Context(), connection, settings)
					if err != nil {
						t.Error(err)
						return
					}
					lease.View()
					time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
					_, _ = lease.Fresh(t.Context())
					lease.Release()
				}
			})
		}
		users.Wait()
		pass(DefaultLinger + time.Minute)
		if _, most := fake.pollsNow(); most != 1 {
			t.Errorf("%d polls at the same time", most)
		}
		if fake.openClients() != 0 {
			t.Errorf("%d clients were not closed", fake.openClients())
		}
	})
}

func TestScopesDoNotShare(t *testing.T) {
	// S50: two organisations may have a data source of the same uid.
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		ours, theirs := &coordinatorFake{}, &coordinatorFake{}
		ours.list(running("1", coordinator.StateRunning))
		first := acquire(t, registry, key, ours.settings(tenSecond))
		second := acquire(t, registry, Key{Scope: Scope{OrgID: 2, DataSourceUID: "zeta"}, Connection: "first"}, theirs.settings(tenSecond))
		pass(time.Second)
		if first.View().Jobs.Len() != 1 || second.View().Jobs.Len() != 0 {
			t.Errorf("jobs: %v and %v", first.View().Jobs, second.View().Jobs)
		}
	})
}
