package watch

import (
	"context"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// History reads what a store has kept of a cluster over a range of time. All
// times are by the store's clock. Implemented by package store.
type History interface {
	// Events gives what happened from from to to, both included, newest first,
	// at most limit.
	Events(ctx context.Context, scope Scope, cluster string, from, to time.Time, filter EventFilter, limit int) ([]timeline.Event, error)
	// EpisodesBetween gives the episodes that lasted at some moment from from
	// to to, of at most limit jobs: those that changed last.
	EpisodesBetween(ctx context.Context, scope Scope, cluster string, from, to time.Time, filter EpisodeFilter, limit int) (EpisodeHistory, error)
}

// EventFilter chooses events; its zero value chooses all.
type EventFilter struct {
	Kinds []timeline.EventKind
	// Nodes: it happened to one of them, or between one of them and another.
	Nodes []string
	// Job is the job that it is about; empty for any.
	Job coordinator.JobID
}

// EpisodeFilter chooses jobs: those with an episode in the range that fits all
// of it. Its zero value chooses all.
type EpisodeFilter struct {
	States []coordinator.State
	Names  []string
	Job    coordinator.JobID
	// MinAge is how long the episode must have lasted, up to the end of the
	// range if it goes on.
	MinAge time.Duration
}

// EpisodeHistory is what EpisodesBetween found.
type EpisodeHistory struct {
	// Episodes are all that the chosen jobs had in the range, by job and
	// beginning.
	Episodes []timeline.Episode
	// Jobs is how many jobs the filter chose, before the limit.
	Jobs int
	// Cut: there were more episodes than are read at once; the oldest are left
	// out.
	Cut bool
}
