package watch

import (
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
	// Jobs and Nodes are those of the newest views.
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
		view := w.view.Load()
		totals.Jobs += view.Jobs.Len()
		if snapshot := view.Snapshot; snapshot != nil {
			// A coordinator's members, and the nodes of a messaging layer, are
			// the same machines.
			totals.Nodes += max(len(snapshot.Members), len(snapshot.Nodes))
		}
	}
	return totals
}

// observe tells the observer, and the poll's span, how the poll went. Neither is
// told who is watched.
func (w *watcher) observe(span trace.Span, snapshot *coordinator.Snapshot, err error) {
	if w.ctx.Err() != nil {
		return // Stopped in the middle: that tells nothing of the coordinator.
	}
	poll := Poll{Took: w.poll.endedAt.Sub(w.poll.startedAt), Class: coordinator.ClassOf(err)}
	if err == nil {
		poll.Complete = snapshot.Complete
		span.SetAttributes(attribute.Bool("unjam.poll.complete", snapshot.Complete), attribute.Int("unjam.poll.jobs", len(snapshot.Jobs)))
	} else {
		// The sentence stays out: it names addresses.
		span.SetStatus(codes.Error, string(poll.Class))
		span.SetAttributes(attribute.String("error.type", string(poll.Class)))
	}
	if observer := w.registry.options.Observer; observer != nil {
		observer.Polled(poll)
	}
}
