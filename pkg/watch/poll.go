package watch

import (
	"context"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// errNoSnapshot is a client's breach of its contract, taken for a bad answer.
var errNoSnapshot = fmt.Errorf("%w: neither a snapshot nor an error", coordinator.ErrBadAnswer)

// pollState is what polling has gathered so far.
type pollState struct {
	timeline *timeline.Timeline
	// newest is the newest readable snapshot, complete the newest complete one.
	newest   *coordinator.Snapshot
	complete *coordinator.Snapshot
	// err is why the newest poll failed; nil when it answered.
	err           error
	errors        uint64
	masterChanges uint64
	startedAt     time.Time
	endedAt       time.Time
	took          time.Duration
	// gapInterval is the interval that was in effect after the last complete
	// poll: a gap is measured by how often complete polls were to be expected.
	// Neither backoff nor slow incomplete polls lengthen it, or blindness
	// would hide itself.
	gapInterval time.Duration
	// idleSince is when polling stopped for want of readers; zero while it
	// goes on. stopped is true once it is over for good.
	idleSince time.Time
	stopped   bool
	questions questions
}

// pollOnce reads the coordinator once, within the deadline, and publishes what
// came of it.
func (w *watcher) pollOnce() {
	settings := *w.settings.Load()
	w.adopt()
	w.refresh.begin()
	w.poll.startedAt = w.now()

	ctx, cancel := context.WithTimeout(w.ctx, settings.Deadline)
	defer cancel()
	ctx, span := w.registry.options.Tracer.Start(ctx, "unjam.poll")
	defer span.End()
	snapshot, err := w.client.Snapshot(ctx)
	if err == nil && snapshot == nil {
		err = errNoSnapshot
	}
	if err != nil {
		w.failed(err)
	} else {
		w.answered(ctx, snapshot)
	}
	w.observe(span, snapshot, err)
	w.sharing.sync(w.poll.timeline, w.now())
	w.share = w.registry.options.Jitter()
	w.look()
	w.publish()
	w.diagnose()
	w.sample()
	w.refresh.end(w.poll.endedAt)
}

func (w *watcher) failed(err error) {
	w.poll.endedAt = w.now()
	if w.ctx.Err() != nil {
		return // Stopped in the middle: no failure of the coordinator.
	}
	w.pace.failed()
	if class := coordinator.ClassOf(err); w.poll.err == nil || coordinator.ClassOf(w.poll.err) != class {
		// Once, and again where it fails in another way; not at every poll.
		w.registry.options.Logger.Warn("Polling the coordinator fails", "scope", w.key.Scope.String(), "class", string(class), "error", err)
	}
	w.poll.err = err
	w.poll.errors++
}

func (w *watcher) answered(ctx context.Context, snapshot *coordinator.Snapshot) {
	if snapshot.ReadAt.IsZero() {
		dated := *snapshot
		dated.ReadAt = w.now()
		snapshot = &dated
	}
	w.takeAnswer()
	state := &w.poll
	observation := timeline.Observation{Snapshot: snapshot, Interval: state.gapInterval}
	if snapshot.Complete {
		observation.Answers = state.questions.ask(ctx, w.client, w.now(), state.timeline.Vanished(snapshot))
	}
	before := state.timeline.Jobs()
	changes := state.timeline.Advance(observation)
	changes.Events = append(changes.Events, w.memory.advance(snapshot, observation.Answers, w.deliverySettings(), w.now())...)
	changes.Events = append(changes.Events, w.traces.restores(snapshot)...)
	changes.Events = append(changes.Events, cancelsSeen(snapshot.ReadAt, changes)...)
	dated(changes.Events, changes.Gap)
	w.traces.advance(before, snapshot, changes, state.timeline.Jobs())
	for _, event := range changes.Events {
		if event.Kind == timeline.EventMasterChanged {
			state.masterChanges++
		}
	}

	state.endedAt = w.now()
	state.took = state.endedAt.Sub(state.startedAt)
	w.pace.answered(state.took)
	// The timeline has taken the jobs, and views show them from there: to keep
	// the list beside it would cost as much again.
	kept := *snapshot
	kept.Jobs = nil
	state.newest = &kept
	if snapshot.Complete {
		state.complete = &kept
		state.gapInterval = w.pace.interval()
	}
	if state.err != nil {
		w.registry.options.Logger.Info("The coordinator answers again", "scope", w.key.Scope.String())
	}
	state.err = nil
	w.sharing.add(changes)
}
