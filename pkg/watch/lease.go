package watch

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// ErrStopped is given by a lease whose watcher has ended: it was replaced after
// a change of settings, or the lease was released.
var ErrStopped = errors.New("this data source is no longer watched with these settings; reload to use the present ones")

// Lease is the right to use a watcher. Safe for concurrent use.
type Lease struct {
	watcher  *watcher
	released atomic.Bool
}

// View gives the newest view, never nil, and never waits. It counts as a read:
// a watcher that had stopped for want of readers polls again.
func (l *Lease) View() *View {
	l.read()
	return l.watcher.view.Load()
}

// Fresh gives a view whose newest readable snapshot is at most two intervals
// old. Where there is none, it waits for one poll, which all who wait share,
// as long as ctx and the poll's deadline allow. After a poll that failed, the
// next one is not asked for before an interval has passed. The view is never
// nil; with an error it is the newest there is, and the error says why it is
// not fresher.
func (l *Lease) Fresh(ctx context.Context) (*View, error) {
	if !l.read() {
		return l.watcher.view.Load(), ErrStopped
	}
	return l.watcher.fresh(ctx)
}

// read notes a read; false when the lease was released.
func (l *Lease) read() bool {
	if l.released.Load() {
		return false
	}
	l.watcher.read()
	return true
}

// Client gives the watcher's client for live reads and stops. It can be used
// until the lease is released, and by an action that runs under Registry.Go at
// that time until it ends.
func (l *Lease) Client() coordinator.Client { return l.watcher.client }

// Retain gives a second lease on the same watcher, for a user that may outlive
// the first one; ErrStopped when the last lease has gone.
func (l *Lease) Retain() (*Lease, error) {
	if !l.watcher.registry.retain(l.watcher) {
		return nil, ErrStopped
	}
	return &Lease{watcher: l.watcher}, nil
}

// Release gives the lease back. Idempotent.
func (l *Lease) Release() {
	if l.released.CompareAndSwap(false, true) {
		l.watcher.registry.release(l.watcher)
	}
}
