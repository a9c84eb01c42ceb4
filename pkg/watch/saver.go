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
)

// saver speaks with the store in its own goroutine, one request at a time and
// each until it is answered: a store that is slow or fails never holds up
// polling.
type saver struct {
	store   Store
	scope   Scope
	cluster string
	replica string
	logger  Logger
	now     func() time.Time
	// answered is called when an answer waits; it must not block.
	answered func()

	// tried closes after the first try to load.
	tried    chan struct{}
	requests chan TimelineSync
	ctx      context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup
	// clock is of the goroutine alone, and after its end of who stopped it.
	clock storeClock

	mu     sync.Mutex
	answer *answer
	// failing is the last access's error.
	failing error
}

// answer is what the store said, in our times.
type answer struct {
	SharedTimeline
	// loaded: it is the stored timeline, and not the answer to a sync. told
	// comes with it.
	loaded bool
	told   Told
	// jumped: the store's clock was set, or this machine was suspended.
	jumped bool
}

func newSaver(options Options, key Key, replica string, answered func()) *saver {
	s := &saver{
		store: options.Store, scope: key.Scope, cluster: key.Cluster, replica: replica, logger: options.Logger, now: options.Now,
		answered: answered, tried: make(chan struct{}), requests: make(chan TimelineSync, 1),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// start begins the work; load asks for the stored timeline first.
func (s *saver) start(load bool) {
	if s.store == nil || !load {
		close(s.tried)
	}
	if s.store != nil {
		s.work.Go(func() { s.run(load) })
	}
}

// stop ends the work. A request that was under way may have been written.
func (s *saver) stop() {
	s.cancel()
	s.work.Wait()
}

// ask hands a request over, in our times. Only one may be under way.
func (s *saver) ask(request TimelineSync) { s.requests <- request }

// take gives the answer, once; nil while there is none.
func (s *saver) take() *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.answer
	s.answer = nil
	return answer
}

func (s *saver) fails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failing != nil
}

// run loads, then answers requests, until stop.
func (s *saver) run(load bool) {
	if load && !s.until(storeTimeout, s.load) {
		return
	}
	for {
		select {
		case <-s.ctx.Done():
			return
		case request := <-s.requests:
			if !s.until(saveTimeout, func(ctx context.Context) (answer, error) { return s.sync(ctx, request) }) {
				return
			}
		}
	}
}

// until tries until there is an answer; false when stopped before.
func (s *saver) until(timeout time.Duration, try func(ctx context.Context) (answer, error)) bool {
	for {
		ctx, cancel := context.WithTimeout(s.ctx, timeout)
		answer, err := try(ctx)
		cancel()
		s.mu.Lock()
		s.note(err)
		if err == nil {
			s.answer = &answer
		}
		s.mu.Unlock()
		s.closeTried()
		if err == nil {
			s.answered()
			return true
		}
		if !s.pause() {
			return false
		}
	}
}

func (s *saver) closeTried() {
	select {
	case <-s.tried:
	default:
		close(s.tried)
	}
}

// readClock asks for the store's time, once for each access.
func (s *saver) readClock(ctx context.Context) (jumped bool, err error) {
	before := s.now()
	store, err := s.store.Now(ctx)
	if err != nil {
		return false, err
	}
	return s.clock.read(before, store, s.now())
}

func (s *saver) load(ctx context.Context) (answer, error) {
	if _, err := s.readClock(ctx); err != nil {
		return answer{}, err
	}
	stored, err := s.store.LoadTimeline(ctx, s.scope, s.cluster)
	if err != nil {
		return answer{}, err
	}
	loaded := answer{loaded: true, told: stored.Told, SharedTimeline: SharedTimeline{
		Revision: stored.Revision, MasterChanges: stored.MasterChanges,
		Shared: timeline.Shared{Episodes: stored.Episodes, Master: stored.Master, DoubtAt: stored.DoubtAt},
	}}
	loaded.Shared = translatedShared(loaded.Shared, s.clock.fromStore)
	loaded.Shared.At = s.now()
	loaded.told.MoreAt = s.clock.fromStore(stored.Told.MoreAt)
	return loaded, nil
}

// sync makes one request, in the store's times, and gives what it answered.
func (s *saver) sync(ctx context.Context, request TimelineSync) (answer, error) {
	jumped, err := s.readClock(ctx)
	if err != nil {
		return answer{}, err
	}
	askedAt := s.now()
	toStore := s.clock.toStore
	request.Cluster, request.Replica, request.Now = s.cluster, s.replica, toStore(askedAt)
	request.Changes.Episodes = translated(request.Changes.Episodes, toStore)
	request.Changes.Events = translatedEvents(request.Changes.Events, toStore)
	request.Watch, request.DoubtAt = translatedWatch(request.Watch, toStore), toStore(request.DoubtAt)
	if jumped {
		// What the request says of the past is by a clock that is gone.
		request.Heartbeat, request.Watch = false, timeline.Watch{}
	}
	shared, err := s.store.SyncTimeline(ctx, s.scope, request)
	if err != nil {
		return answer{}, err
	}
	shared.Shared = translatedShared(shared.Shared, s.clock.fromStore)
	// What was written after we asked may be missing.
	shared.Shared.At = askedAt
	return answer{SharedTimeline: shared, jumped: jumped}, nil
}

// last makes a request after stop, while somebody waits.
func (s *saver) last(request TimelineSync) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	return s.sync(ctx, request)
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
