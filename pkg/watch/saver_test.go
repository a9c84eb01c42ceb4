package watch

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestStoreIsNotWrittenAtEachPoll(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateRunning))
		acquire(t, registry, key, fake.settings(Settings{Interval: 2 * time.Second}))
		pass(time.Second)
		if loads, saves := store.counts(); loads != 1 || saves != 1 {
			t.Errorf("%d loads and %d saves at the start", loads, saves)
		}
		pass(5 * time.Minute)
		_, saves := store.counts()
		if saves < 10 || saves > 11 {
			t.Errorf("%d saves in 5 minutes of which only LastSeen tells", saves)
		}
		// When a state changes, then that is saved at once.
		fake.list(running("1", coordinator.StateCanceling))
		pass(2 * time.Second)
		_, now := store.counts()
		if open := store.openEpisodes(); now != saves+1 || len(open) != 1 || open[0].State != coordinator.StateCanceling {
			t.Errorf("stored: %+v", open)
		}
	})
}

func TestStopSavesLastSeen(t *testing.T) {
	store := &storeFake{}
	var last time.Time
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(25 * time.Second)
		last = lease.View().CompleteAsOf
	})
	if !store.seenAt.Equal(last) {
		t.Errorf("stored %s, last look %s", store.seenAt, last)
	}
}

func TestMasterOfAnEmptyClusterIsSaved(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		acquire(t, registry, key, (&coordinatorFake{}).settings(tenSecond))
		pass(5 * time.Minute)
		stored, err := store.LoadTimeline(t.Context(), scope, "")
		if _, saves := store.counts(); err != nil || stored.Master != "a:5801" || saves != 1 {
			t.Errorf("master %q after %d saves", stored.Master, saves)
		}
	})
}

func TestS35_FailingStoreNeverStopsWatching(t *testing.T) {
	failures := map[string]func(s *storeFake){
		"fails": func(s *storeFake) { s.saveErr = errStore },
		"hangs": func(s *storeFake) { s.hangs = true },
	}
	for name, fail := range failures {
		t.Run(name, func(t *testing.T) {
			store := &storeFake{}
			inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
				fake := &coordinatorFake{}
				fake.list(running("1", coordinator.StateRunning))
				lease := acquire(t, registry, key, fake.settings(Settings{Interval: 2 * time.Second}))
				pass(time.Second)
				// When the store fails, then polls go on without a gap, and the
				// view says what is at stake, without the store's own words.
				store.set(fail)
				fake.list(running("1", coordinator.StatePending))
				pass(5 * time.Second) // the first save is under way or has failed
				fake.list(running("1", coordinator.StateCanceling))
				pass(2 * time.Minute)
				view := lease.View()
				if age := theJob(t, view).Episode.ContinuousAge(); age < 110*time.Second || view.Blind(time.Now(), 0) {
					t.Errorf("continuous age %s", age)
				}
				if notes := strings.Join(view.Notes, " "); !strings.Contains(notes, "store fails") || strings.Contains(notes, "disk full") {
					t.Errorf("notes: %q", view.Notes)
				}
				// When it works again, then nothing was lost.
				store.set(func(s *storeFake) { s.saveErr, s.hangs = nil, false })
				pass(time.Minute)
				open := store.openEpisodes()
				if len(open) != 1 || open[0].State != coordinator.StateCanceling {
					t.Errorf("stored: %+v", open)
				}
				store.set(func(s *storeFake) {
					if len(s.episodes) != 3 {
						t.Errorf("stored: %+v", s.episodes)
					}
				})
				if notes := lease.View().Notes; len(notes) != 0 {
					t.Errorf("notes: %q", notes)
				}
			})
		})
	}
}

func TestTimelineThatCouldNotBeLoadedIsAdoptedLater(t *testing.T) {
	// Given a stored episode of an hour ago, and a store that cannot be read.
	past := time.Date(1999, 12, 31, 23, 0, 0, 0, time.UTC)
	job := running("1", coordinator.StateCanceling)
	store := &storeFake{loadErr: errStore, master: "a:5801", episodes: map[string]timeline.Episode{"stored": {
		ID: "stored", Job: "1", CreateTime: job.CreateTime, State: job.State, Master: "a:5801",
		Since: past, Quality: timeline.QualityObserved, ContinuousSince: past, LastSeen: past,
	}}}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(job, running("2", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(35 * time.Second)
		// When it watches meanwhile, then it writes nothing beside the stored.
		if view := lease.View(); len(view.Notes) != 1 || view.Jobs.At(0).Episode.Quality != timeline.QualityAtLeast {
			t.Errorf("view: %+v", view)
		}
		store.set(func(s *storeFake) {
			if s.saves != 0 {
				t.Error("saved before it was loaded")
			}
			s.loadErr = nil
		})
		// When it can be read, then the age is the stored one, and what was
		// seen meanwhile is saved.
		pass(16 * time.Second)
		view := lease.View()
		episode := view.Jobs.At(0).Episode
		if !episode.Since.Equal(past) || episode.ID != "stored" || len(view.Notes) != 0 {
			t.Errorf("episode %+v, notes %q", episode, view.Notes)
		}
		if open := store.openEpisodes(); len(open) != 2 {
			t.Errorf("stored: %+v", open)
		}
	})
}

func TestSaverStopsWhileTheStoreHangs(t *testing.T) {
	store := &storeFake{}
	began := time.Time{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateRunning))
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		store.set(func(s *storeFake) { s.hangs = true })
		began = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*storeTimeout)
		defer cancel()
		if _, err := registry.Acquire(ctx, Key{Scope: scope, Connection: "second"}, fake.settings(tenSecond)); err != nil {
			t.Errorf("acquire: %v", err)
		}
		if waited := time.Since(began); waited > storeTimeout {
			t.Errorf("waited %s for the former watcher's last save", waited)
		}
		// Then the next one has the timeline from the former, not from a store
		// that may lack its last part, and saves it.
		store.set(func(s *storeFake) { s.hangs = false })
		pass(time.Minute)
		if loads, saves := store.counts(); loads != 1 || saves < 2 {
			t.Errorf("%d loads, %d saves", loads, saves)
		}
	})
}
