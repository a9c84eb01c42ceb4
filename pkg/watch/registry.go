package watch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed is given by a registry that was closed.
var ErrClosed = errors.New("the watcher registry is closed")

// Registry owns all watchers of a process, at most one polling for each scope,
// and the context in which actions act. Safe for concurrent use.
type Registry struct {
	options Options
	// replica names this process among those that share a store.
	replica string
	ctx     context.Context
	cancel  context.CancelFunc
	// work counts watchers, actions and pending ends of clients: Close waits
	// for all of them.
	work sync.WaitGroup

	mu     sync.Mutex
	closed bool
	slots  map[Scope]*slot
	// watchers are those whose client is not closed yet.
	watchers map[*watcher]bool
	// actions are the running functions of Go; each channel closes at its end.
	actions map[chan struct{}]bool
}

// slot is a scope's place for one watcher.
type slot struct {
	// turn is held while a watcher of the scope is stopped or started, so that
	// two never run at the same time.
	turn chan struct{}
	// watcher is the present one, perhaps about to end; nil when there is none.
	// legacy is the timeline of the last one, where nothing else keeps it.
	// Both are guarded by Registry.mu.
	watcher *watcher
	legacy  *legacy
}

// NewRegistry makes a registry. It must be closed.
func NewRegistry(options Options) *Registry {
	ctx, cancel := context.WithCancel(context.Background())
	return &Registry{
		options:  options.withDefaults(),
		replica:  rand.Text(),
		ctx:      ctx,
		cancel:   cancel,
		slots:    map[Scope]*slot{},
		watchers: map[*watcher]bool{},
		actions:  map[chan struct{}]bool{},
	}
}

// Acquire gives a lease on the key's watcher and starts it if it does not run.
// A watcher of the same scope with another connection is stopped first, and
// waited for as long as ctx allows; the new one goes on with its timeline. Of
// an equal key, the newest interval and deadline count.
//
// It fails with ErrClosed, with ctx's error, or with NewClient's.
func (r *Registry) Acquire(ctx context.Context, key Key, settings Settings) (*Lease, error) {
	settings = settings.withDefaults()
	place, err := r.slot(key.Scope)
	if err != nil {
		return nil, err
	}
	if lease := r.share(place, key, settings); lease != nil {
		return lease, nil
	}
	select {
	case place.turn <- struct{}{}:
		defer func() { <-place.turn }()
	case <-r.ctx.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for another change of %s: %w", key.Scope, ctx.Err())
	}
	if lease := r.share(place, key, settings); lease != nil {
		return lease, nil
	}
	client, err := settings.NewClient()
	if err != nil {
		return nil, err
	}
	inherited, err := r.stopPrevious(ctx, place)
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("waiting for the end of the former watcher of %s: %w", key.Scope, err)
	}
	next := newWatcher(r, place, key, settings, client, inherited)
	lease, err := r.start(place, next)
	if err != nil {
		client.Close()
		return nil, err
	}
	return lease, nil
}

func (r *Registry) slot(scope Scope) (*slot, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	place := r.slots[scope]
	if place == nil {
		place = &slot{turn: make(chan struct{}, 1)}
		r.slots[scope] = place
	}
	return place, nil
}

// share gives a lease on the running watcher of the key, or nil.
func (r *Registry) share(place *slot, key Key, settings Settings) *Lease {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := place.watcher
	if r.closed || w == nil || w.ending || w.key != key {
		return nil
	}
	w.leases++
	w.settings.Store(&settings)
	w.read()
	w.kick() // the interval may be another
	return &Lease{watcher: w}
}

// stopPrevious ends the slot's watcher, waits for it, and gives its timeline.
func (r *Registry) stopPrevious(ctx context.Context, place *slot) (*legacy, error) {
	r.mu.Lock()
	w := place.watcher
	if w != nil {
		w.ending = true
		w.cancel()
	}
	r.mu.Unlock()
	if w != nil {
		select {
		case <-w.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	legacy := place.legacy
	place.legacy = nil
	return legacy, nil
}

func (r *Registry) start(place *slot, w *watcher) (*Lease, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	w.leases = 1
	w.read()
	place.watcher = w
	r.watchers[w] = true
	r.work.Go(w.run)
	return &Lease{watcher: w}, nil
}

// retain counts one more lease; false when the watcher's last lease has gone.
func (r *Registry) retain(w *watcher) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.leases == 0 {
		return false
	}
	w.leases++
	return true
}

// release counts a lease off. The last one starts the watcher's linger time,
// or, if it has ended already, the end of its client.
func (r *Registry) release(w *watcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.leases--
	if w.leases > 0 {
		return
	}
	w.orphanedAt = r.options.Now()
	w.kick()
	if w.ended {
		r.closeClientLocked(w)
	}
}

// retire ends a watcher whose last lease went a linger time ago; false when it
// goes on. left is the time until it should be asked again, zero for never.
func (r *Registry) retire(w *watcher) (gone bool, left time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.leases > 0 {
		return false, 0
	}
	left = r.options.Linger - r.options.Now().Sub(w.orphanedAt)
	if left > 0 {
		return false, left
	}
	w.ending = true
	return true, 0
}

// ended is called by a watcher that polls no more, with its timeline. That is
// kept for the next watcher of the scope if one waits for it, or no store has
// it.
func (r *Registry) ended(w *watcher, left legacy) {
	r.mu.Lock()
	defer r.mu.Unlock()
	retired := w.leases == 0
	if !retired || r.options.Store == nil {
		w.place.legacy = &left
	}
	w.place.watcher = nil
	w.ended = true
	w.ending = true
	if w.leases == 0 {
		r.closeClientLocked(w)
	}
}

// closeClientLocked closes the client of a watcher without leases: after a
// linger time, for the requests of a disposed instance that still run, and
// after every action that runs then, since it may use this client. r.mu is
// held.
func (r *Registry) closeClientLocked(w *watcher) {
	if r.closed || !r.watchers[w] {
		return // Close does it, or it was done.
	}
	delete(r.watchers, w)
	r.work.Go(func() {
		timer := time.NewTimer(r.options.Linger)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.ctx.Done():
		}
		for _, action := range r.runningActions() {
			<-action
		}
		w.client.Close()
	})
}

func (r *Registry) runningActions() []chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	running := make([]chan struct{}, 0, len(r.actions))
	for action := range r.actions {
		running = append(running, action)
	}
	return running
}

// Go runs an action in a goroutine and a context that the registry owns: no
// closed tab and no replaced instance ends it. Close cancels the context and
// waits for run. On a closed registry, run is called at once, in the caller's
// goroutine, with a context that has ended: so it can record that it did
// nothing.
func (r *Registry) Go(run func(ctx context.Context)) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		run(r.ctx)
		return
	}
	done := make(chan struct{})
	r.actions[done] = true
	r.work.Go(func() {
		defer func() {
			r.mu.Lock()
			delete(r.actions, done)
			r.mu.Unlock()
			close(done)
		}()
		run(r.ctx)
	})
	r.mu.Unlock()
}

// Close stops all watchers and actions and waits for them. Idempotent.
func (r *Registry) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	r.work.Wait()

	r.mu.Lock()
	remaining := r.watchers
	r.watchers = map[*watcher]bool{}
	r.mu.Unlock()
	for w := range remaining {
		w.client.Close()
	}
}
