package watch

import (
	"context"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// storeTimeout bounds a load, which the first poll waits for, and the last
	// save, which the scope's next watcher waits for.
	storeTimeout = 5 * time.Second
	// saveTimeout bounds a save that nobody waits for: 50,000 episodes at once
	// take their time on a slow disk.
	saveTimeout = 30 * time.Second
	// storeRetry is the time between two tries of a store that fails.
	storeRetry = 10 * time.Second
	// touchEvery is how often LastSeen alone is worth a save.
	touchEvery = 30 * time.Second
	// touchShare bounds the share of time that such saves may take: after one
	// that took d, the next comes no sooner than touchShare × d.
	touchShare = 20
	// maxUnsaved bounds the ended episodes, and the events, that are kept for
	// a store that fails; the oldest are dropped first.
	maxUnsaved = 20_000
)

// saver loads a scope's timeline and saves what changes, in its own goroutine:
// a store that is slow or fails never holds up polling. Nothing is saved
// before the stored timeline was loaded, so that a watcher which began without
// it does not leave a second open episode beside the stored one.
type saver struct {
	store  Store
	scope  Scope
	logger Logger
	now    func() time.Time

	// tried closes after the first try to load.
	tried  chan struct{}
	signal chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	loaded *StoredTimeline // until taken
	ready  bool            // taken, or nothing to load
	batch  batch
	// savedMaster is the master that the store has.
	savedMaster string
	// failing is the last access's error; dropped counts what maxUnsaved cost.
	failing error
	dropped int
	// touchAt is when LastSeen alone is worth the next save.
	touchAt time.Time
}

// newSaver makes a saver; with a nil store it does nothing.
func newSaver(store Store, scope Scope, logger Logger, now func() time.Time) *saver {
	s := &saver{
		store: store, scope: scope, logger: logger, now: now,
		tried: make(chan struct{}), signal: make(chan struct{}, 1),
		ready: store == nil, touchAt: now().Add(touchEvery),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// skipLoad takes over the timeline of a former watcher instead of loading.
func (s *saver) skipLoad(open []timeline.Episode, master string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	s.batch.add(TimelineChanges{Episodes: open, Master: master})
}

func (s *saver) start() {
	if s.store == nil {
		close(s.tried)
		return
	}
	s.work.Go(s.run)
}

// stop saves a last time, with what is open, and waits.
func (s *saver) stop(open []timeline.Episode, master string) {
	s.cancel()
	s.work.Wait()
	s.mu.Lock()
	s.batch.add(TimelineChanges{Episodes: open, Master: master})
	save := s.store != nil && s.ready
	s.mu.Unlock()
	if save && !s.save(context.Background(), storeTimeout) {
		s.logger.Error("The store fails at the end of watching: ages may begin anew", "scope", s.scope.String())
	}
}

// takeLoaded gives the stored timeline once, when it has been loaded.
func (s *saver) takeLoaded() (StoredTimeline, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded == nil {
		return StoredTimeline{}, false
	}
	stored := *s.loaded
	s.loaded, s.ready = nil, true
	s.savedMaster = stored.Master
	// Open episodes of before may go on under the stored ones' ids: the next
	// poll brings them all.
	s.batch.dropOpen()
	s.touchAt = s.now()
	return stored, true
}

// add takes what a poll changed, to be saved soon; where it changed nothing
// but LastSeen, only when a touch is due.
func (s *saver) add(changes timeline.Changes, state *timeline.Timeline) {
	if s.store == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	added := TimelineChanges{Episodes: changes.Episodes(), Events: changes.Events, Master: state.Master()}
	touch := changes.Progressed && !s.now().Before(s.touchAt)
	if touch {
		s.touchAt = s.now().Add(touchEvery)
		added.Episodes = append(added.Episodes, state.OpenEpisodes()...)
	}
	s.batch.add(added)
	s.dropped += s.batch.trim()
	if touch || !changes.Empty() || added.Master != s.savedMaster {
		select {
		case s.signal <- struct{}{}:
		default:
		}
	}
}

// notes say what the store does not do.
func (s *saver) notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var notes []string
	if s.failing != nil {
		notes = append(notes, "The store fails. Watching goes on and the store is tried again, but a restart now would lose what it has not saved: ages would begin anew.")
	}
	if s.dropped > 0 {
		notes = append(notes, "The store failed for so long that part of the history was dropped.")
	}
	return notes
}

// run loads, then saves at each signal, until stop.
func (s *saver) run() {
	if !s.load() {
		return
	}
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.signal:
		}
		for !s.save(s.ctx, saveTimeout) {
			if !s.pause() {
				return
			}
		}
	}
}

// load tries until the timeline is loaded; false when stopped before.
func (s *saver) load() bool {
	s.mu.Lock()
	ready := s.ready
	s.mu.Unlock()
	if ready {
		close(s.tried)
		return true
	}
	for first := true; ; first = false {
		ctx, cancel := context.WithTimeout(s.ctx, storeTimeout)
		stored, err := s.store.LoadTimeline(ctx, s.scope)
		cancel()
		s.mu.Lock()
		if err == nil {
			s.loaded = &stored
		}
		s.note(err)
		s.mu.Unlock()
		if first {
			close(s.tried)
		}
		if err == nil {
			return true
		}
		if !s.pause() {
			return false
		}
	}
}

// save writes the batch; false when that failed and must be tried again.
func (s *saver) save(ctx context.Context, timeout time.Duration) bool {
	s.mu.Lock()
	if !s.ready {
		s.mu.Unlock()
		return true
	}
	batch := s.batch
	s.batch = batch.after()
	if batch.empty() && batch.changes.Master == s.savedMaster {
		s.mu.Unlock()
		return true
	}
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := s.now()
	err := s.store.SaveTimeline(ctx, s.scope, batch.changes)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(err)
	if err != nil {
		newer := s.batch
		s.batch = batch
		s.batch.add(newer.changes)
		s.dropped += s.batch.trim()
		return false
	}
	s.savedMaster = batch.changes.Master
	if calm := began.Add(touchShare * s.now().Sub(began)); calm.After(s.touchAt) {
		s.touchAt = calm
	}
	return true
}

// note keeps and logs how the last access went. s.mu is held.
func (s *saver) note(err error) {
	switch {
	case err != nil && s.ctx.Err() != nil:
		// Stopped in the middle; the last save tells.
		return
	case err != nil && s.failing == nil:
		s.logger.Error("The store of the timeline fails", "scope", s.scope.String(), "error", err)
	case err == nil && s.failing != nil:
		s.logger.Info("The store of the timeline works again", "scope", s.scope.String())
	}
	s.failing = err
}

// pause waits before the next try; false when stopped.
func (s *saver) pause() bool {
	timer := time.NewTimer(storeRetry)
	defer timer.Stop()
	select {
	case <-s.ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
