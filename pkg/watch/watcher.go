package watch

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// watcher polls one coordinator with one connection. It lives until its last
// lease is gone, another connection takes its scope, or the registry closes.
type watcher struct {
	registry *Registry
	place    *slot
	key      Key
	client   coordinator.Client
	ctx      context.Context
	cancel   context.CancelFunc
	// done closes when it polls no more and its timeline is saved.
	done chan struct{}
	// inherited is the timeline of the watcher before it; nil for none.
	inherited *legacy

	// settings are the newest of those who hold a lease.
	settings atomic.Pointer[Settings]
	view     atomic.Pointer[View]
	// signal wakes the loop to look again at what it should do.
	signal chan struct{}
	// lastRead is when the view was last read, as time since born.
	born     time.Time
	lastRead atomic.Int64
	// parked is true while it does not poll for want of readers.
	parked  atomic.Bool
	refresh refresh
	// news is true when the store is worth asking though no poll was made.
	news atomic.Bool
	// viewing guards the changes of view; hidden are episodes that it does not
	// show although the timeline has them still.
	viewing sync.Mutex
	hidden  map[string]bool

	// Guarded by registry.mu. leases counts its users; orphanedAt is when the
	// last one left. ending: it takes no new lease. ended: it polls no more.
	leases     int
	orphanedAt time.Time
	ending     bool
	ended      bool

	// Of the loop alone.
	pace    pace
	share   float64 // the jitter of the present wait
	poll    pollState
	sharing sharing
	memory  memory
	samples *sampler
	looker  looker
	traces  traces
	diary   diary
}

func newWatcher(r *Registry, place *slot, key Key, settings Settings, client coordinator.Client, inherited *legacy) *watcher {
	w := &watcher{
		registry:  r,
		place:     place,
		key:       key,
		client:    client,
		done:      make(chan struct{}),
		inherited: inherited,
		signal:    make(chan struct{}, 1),
		born:      r.options.Now(),
		pace:      pace{configured: settings.Interval},
		refresh:   newRefresh(),
	}
	w.memory = newMemory(r.options.Memories, key, r.options.Logger)
	w.samples = newSampler(r.options, key)
	w.sharing.saver = newSaver(r.options, key, r.replica, w.kick)
	w.ctx, w.cancel = context.WithCancel(r.ctx)
	w.settings.Store(&settings)
	w.poll.timeline = timeline.New(nil, "")
	w.poll.gapInterval = settings.Interval
	w.publish()
	return w
}

func (w *watcher) now() time.Time { return w.registry.options.Now() }

// kick wakes the loop; never waits.
func (w *watcher) kick() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// read notes that somebody reads; never waits.
func (w *watcher) read() {
	w.lastRead.Store(int64(w.now().Sub(w.born)))
	if w.parked.Load() {
		w.kick()
	}
}

// unreadFor is the time since the last read.
func (w *watcher) unreadFor() time.Duration {
	return w.now().Sub(w.born) - time.Duration(w.lastRead.Load())
}

// run is the watcher's goroutine.
func (w *watcher) run() {
	defer close(w.done)
	defer w.finish()
	w.begin()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-w.signal:
		case <-timer.C:
		}
		if w.ctx.Err() != nil {
			return
		}
		gone, lingering := w.registry.retire(w)
		if gone {
			return
		}
		answered, looked := w.takeAnswer(), w.takeLook()
		if w.adopt() || answered || looked {
			w.publish()
		}
		if w.takeDiagnosis() {
			w.sharing.sync(w.poll.timeline, w.now())
		}
		w.step()
		if w.news.Swap(false) {
			w.sharing.sync(w.poll.timeline, w.now())
		}
		if w.ctx.Err() != nil {
			return
		}
		timer.Reset(w.nextLook(lingering))
	}
}

// step does what is due: park, wake up, or poll.
func (w *watcher) step() {
	idle := w.unreadFor() >= w.registry.options.IdleAfter
	switch {
	case idle && !w.parked.Load():
		w.park()
	case idle:
	case w.parked.Load():
		w.parked.Store(false)
		w.poll.idleSince = time.Time{}
		w.pollOnce()
	case w.refresh.isWanted() || !w.now().Before(w.due()):
		w.pollOnce()
	}
}

// park stops polling until somebody reads.
func (w *watcher) park() {
	w.poll.idleSince = w.now()
	w.publish()
	w.parked.Store(true)
	if w.unreadFor() < w.registry.options.IdleAfter {
		// Somebody read meanwhile and did not see that it parks.
		w.kick()
	}
}

// adopt takes over the interval of the newest settings; false when it is the
// same. From then on complete polls are to be expected only as often as it says:
// waiting for the next one is no blindness.
func (w *watcher) adopt() bool {
	interval := w.settings.Load().Interval
	if interval == w.pace.configured {
		return false
	}
	w.pace.configured = interval
	w.poll.gapInterval = max(w.poll.gapInterval, interval)
	return true
}

// due is when the next poll should begin: the wait counts from the last one's
// beginning, but leaves the coordinator at least half of it in peace.
func (w *watcher) due() time.Time {
	if w.poll.startedAt.IsZero() {
		return w.born
	}
	wait := jittered(w.pace.wait(), w.share)
	fromStart, fromEnd := w.poll.startedAt.Add(wait), w.poll.endedAt.Add(wait/2)
	if fromEnd.After(fromStart) {
		return fromEnd
	}
	return fromStart
}

// nextLook is how long the loop may sleep. A kick wakes it earlier.
func (w *watcher) nextLook(lingering time.Duration) time.Duration {
	sleep := w.registry.options.IdleAfter
	if !w.parked.Load() {
		sleep = max(0, w.due().Sub(w.now()))
	}
	if lingering > 0 {
		sleep = min(sleep, lingering)
	}
	return sleep
}

// legacy is what a watcher leaves to the next one of its scope.
type legacy struct {
	cluster string
	StoredTimeline
	unsaved timeline.Unsaved
	memory  memory
	traces  traces
	told    Told
}

// begin brings the timeline back, from the watcher before it or the store.
func (w *watcher) begin() {
	inherits := w.inherited != nil && w.inherited.cluster == w.key.Cluster
	if inherits {
		w.poll.masterChanges = w.inherited.MasterChanges
		w.poll.timeline.Merge(timeline.Shared{
			Episodes: w.inherited.Episodes, Master: w.inherited.Master, DoubtAt: w.inherited.DoubtAt,
		}, &timeline.Unsaved{})
		w.sharing.ready, w.sharing.revision, w.sharing.unsaved = true, w.inherited.Revision, w.inherited.unsaved
	}
	w.memory.keeper.start()
	w.samples.start()
	if inherits {
		w.memory.inherit(w.inherited.memory)
		w.traces = w.inherited.traces
		w.diary.load(w.inherited.told, w.heldUntil())
	} else {
		w.memory.load(w.ctx)
	}
	w.inherited = nil
	w.sharing.saver.start(!inherits)
	select {
	case <-w.sharing.saver.tried:
	case <-w.ctx.Done():
		return
	}
	w.takeAnswer()
	w.publish()
}

// takeAnswer merges what the store said; false when it said nothing. Where
// there is more to say in return, it is said at once.
func (w *watcher) takeAnswer() bool {
	answer := w.sharing.saver.take()
	if answer == nil {
		return false
	}
	w.sharing.merge(*answer, w.poll.timeline)
	if answer.loaded {
		w.poll.masterChanges += answer.MasterChanges
		w.diary.load(answer.told, w.heldUntil())
	} else {
		w.poll.masterChanges = max(w.poll.masterChanges, answer.MasterChanges)
	}
	if w.sharing.again {
		w.sharing.sync(w.poll.timeline, w.now())
	}
	return true
}

// finish saves, says in the view that it is over, and lets the registry go on.
func (w *watcher) finish() {
	w.looker.stop()
	w.diary.stop()
	w.takeDiagnosis()
	w.memory.keep()
	w.memory.keeper.stop()
	w.samples.stop()
	w.sharing.stop(w.poll.timeline, w.now())
	w.poll.stopped = true
	w.publish()
	left := legacy{cluster: w.key.Cluster, unsaved: w.sharing.unsaved, memory: w.memory, traces: w.traces, told: w.diary.left(), StoredTimeline: StoredTimeline{
		Episodes:      w.poll.timeline.OpenEpisodes(),
		Master:        w.poll.timeline.Master(),
		MasterChanges: w.poll.masterChanges,
		DoubtAt:       w.poll.timeline.DoubtAt(),
		Revision:      w.sharing.revision,
	}}
	w.registry.ended(w, left)
}

// publish makes the view that readers get from now on.
func (w *watcher) publish() {
	now := w.now()
	state := &w.poll
	view := &View{
		Snapshot:          state.newest,
		Complete:          state.complete,
		Jobs:              state.timeline.Jobs(),
		Err:               state.err,
		PollInterval:      w.pace.wait(),
		GapInterval:       state.gapInterval,
		interval:          w.pace.interval(),
		PollErrors:        state.errors,
		MasterChanges:     state.masterChanges,
		MasterStableSince: state.timeline.MasterStableSince(),
		Threads:           w.looker.looks,
		Traces:            w.traces.Traces,
		Notes:             w.notes(),
	}
	if view.Snapshot != nil {
		view.AsOf = view.Snapshot.ReadAt
		view.Pairs = w.memory.tracker.Pairs(view.AsOf, w.deliverySettings())
		view.Losses = w.memory.tracker.Losses()
		view.Families = w.memory.families.Parents()
	}
	if view.Complete != nil {
		view.CompleteAsOf = view.Complete.ReadAt
	}
	if view.Blind(now, state.gapInterval) {
		view.MasterStableSince = time.Time{}
	}
	w.show(view)
}

// notes are the sentences of the present view about the watching itself.
func (w *watcher) notes() []string {
	var notes []string
	if w.poll.stopped {
		notes = append(notes, "This view is not kept up to date any more: "+ErrStopped.Error()+".")
	}
	if !w.poll.idleSince.IsZero() {
		notes = append(notes, fmt.Sprintf(
			"Polling stopped at %s because nobody read this data source for %s. Reading it starts polling again.",
			w.poll.idleSince.UTC().Format(time.RFC3339), w.registry.options.IdleAfter))
	}
	if w.pace.slow() {
		notes = append(notes, fmt.Sprintf(
			"The last poll took %s. Polls come every %s instead of every %s until they are faster.",
			w.poll.took.Round(time.Millisecond), w.pace.interval(), w.pace.configured))
	}
	if w.pace.failures > 1 {
		notes = append(notes, fmt.Sprintf(
			"%d polls in a row failed. The next one comes after %s.", w.pace.failures, w.pace.wait()))
	}
	if w.memory.lacks != nil {
		notes = append(notes, fmt.Sprintf("What was remembered of event deliveries and of parents and children could not be read (%v): they are known since this start only.", w.memory.lacks))
	}
	return append(notes, w.sharing.notes()...)
}

// deliverySettings are the present ones, with the interval in effect.
func (w *watcher) deliverySettings() delivery.Settings {
	settings := w.settings.Load().Delivery
	settings.PollInterval = w.pace.interval()
	return settings
}
