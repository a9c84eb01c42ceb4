package watch

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Observer is told of every poll, for the process' own health. Watchers call it
// at the same time, and it must not make them wait.
type Observer interface {
	Polled(poll Poll)
}

// Poll is how one poll went. It does not say whose.
type Poll struct {
	Took time.Duration
	// Complete is true when the list of open jobs was whole.
	Complete bool
	// Class is why it failed; empty when the coordinator answered.
	Class coordinator.ErrorClass
}

// Totals are what all watchers of a process hold together.
type Totals struct {
	Watchers int
	// Jobs and Nodes are those of the newest snapshots.
	Jobs  int
	Nodes int
}

// Totals counts what is held now. It does not count as a read of any view.
func (r *Registry) Totals() Totals {
	r.mu.Lock()
	defer r.mu.Unlock()
	var totals Totals
	for w := range r.watchers {
		if w.ended {
			continue
		}
		totals.Watchers++
		if snapshot := w.view.Load().Snapshot; snapshot != nil {
			totals.Jobs += len(snapshot.Jobs)
			// A coordinator's members, and the nodes of a messaging layer, are
			// the same machines.
			totals.Nodes += max(len(snapshot.Members), len(snapshot.Nodes))
		}
	}
	return totals
}

// observed reads the coordinator once, in a span and under the observer's eyes.
// Neither is told who is watched.
func (w *watcher) observed(ctx context.Context) (*coordinator.Snapshot, error) {
	ctx, span := w.registry.options.Tracer.Start(ctx, "unjam.poll")
	defer span.End()
	started := w.now()
	snapshot, err := w.client.Snapshot(ctx)
	if err == nil && snapshot == nil {
		err = errNoSnapshot
	}
	if w.ctx.Err() != nil {
		return snapshot, err // Stopped in the middle: that tells nothing of the coordinator.
	}
	poll := Poll{Took: w.now().Sub(started), Class: coordinator.ClassOf(err)}
	if err == nil {
		poll.Complete = snapshot.Complete
		span.SetAttributes(attribute.Bool("unjam.poll.complete", snapshot.Complete), attribute.Int("unjam.poll.jobs", len(snapshot.Jobs)))
	} else {
		spanFailed(span, poll.Class)
	}
	if observer := w.registry.options.Observer; observer != nil {
		observer.Polled(poll)
	}
	return snapshot, err
}

// spanFailed marks a span with the class of a failure. The sentence stays out:
// it names addresses.
func spanFailed(span trace.Span, class coordinator.ErrorClass) {
	span.SetStatus(codes.Error, string(class))
	span.SetAttributes(attribute.String("error.type", string(class)))
}
