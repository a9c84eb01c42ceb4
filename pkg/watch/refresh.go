package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// staleIntervals is the age of a snapshot, in intervals, beyond which a query
// asks for a newer one (design §4).
const staleIntervals = 2

var errNoSnapshotYet = errors.New("the coordinator has not been read yet")

// refresh lets readers wait for one shared poll.
type refresh struct {
	mu sync.Mutex
	// polling is true during a poll: it serves those who ask meanwhile.
	polling bool
	// wanted asks the loop for a poll at once.
	wanted bool
	// polled closes at the end of the present or else the next poll.
	polled chan struct{}
	// endedAt is the end of the last poll; zero before the first.
	endedAt time.Time
}

func newRefresh() refresh { return refresh{polled: make(chan struct{})} }

func (r *refresh) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polling, r.wanted = true, false
}

func (r *refresh) end(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polling, r.endedAt = false, at
	close(r.polled)
	r.polled = make(chan struct{})
}

func (r *refresh) isWanted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wanted
}

// join gives what to wait for: the running poll, or a new one, which is asked
// for unless the last one ended less than calm ago; false then.
func (r *refresh) join(now time.Time, calm time.Duration) (<-chan struct{}, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.polling {
		if !r.endedAt.IsZero() && now.Sub(r.endedAt) < calm {
			return nil, false
		}
		r.wanted = true
	}
	return r.polled, true
}

// fresh is Lease.Fresh.
func (w *watcher) fresh(ctx context.Context) (*View, error) {
	if view := w.view.Load(); w.isFresh(view) {
		return view, nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.settings.Load().Deadline)
	defer cancel()
	if polled, ok := w.refresh.join(w.now(), w.view.Load().interval); ok {
		w.kick()
		select {
		case <-polled:
		case <-w.done:
			return w.view.Load(), ErrStopped
		case <-ctx.Done():
			return w.view.Load(), fmt.Errorf("waiting for the coordinator to be read: %w", ctx.Err())
		}
	}
	view := w.view.Load()
	switch {
	case w.isFresh(view):
		return view, nil
	case view.Err != nil:
		return view, view.Err
	case view.Snapshot == nil:
		return view, errNoSnapshotYet
	}
	return view, fmt.Errorf("the newest reading of the coordinator is of %s", view.AsOf.UTC().Format(time.RFC3339))
}

// isFresh tells whether the view's snapshot need not be read anew.
func (w *watcher) isFresh(view *View) bool {
	return view.Snapshot != nil && w.now().Sub(view.AsOf) <= staleIntervals*view.interval
}
