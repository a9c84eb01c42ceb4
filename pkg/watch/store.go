package watch

import (
	"context"
	"errors"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Store keeps the timeline over restarts. Implemented by package store; a
// watcher works without one (ages then start at "at least").
type Store interface {
	// LoadTimeline gives the scope's open episodes and the count of master
	// changes. An unknown scope is an empty timeline, not an error.
	LoadTimeline(ctx context.Context, scope Scope) (StoredTimeline, error)
	// SaveTimeline writes one poll's changes in one transaction.
	SaveTimeline(ctx context.Context, scope Scope, changes TimelineChanges) error
}

// StoredTimeline is what a store kept of a scope's timeline.
type StoredTimeline struct {
	Episodes []timeline.Episode
	// Master is the last known active master; empty when none.
	Master        string
	MasterChanges uint64
}

// TimelineChanges is what one poll changed: episodes to insert or update (by
// id) and topology events to append.
type TimelineChanges struct {
	Episodes []timeline.Episode
	Events   []timeline.Event
	// Master is the active master after the poll.
	Master string
}

// ErrNoStore is given where a store is needed and none could be opened.
var ErrNoStore = errors.New("no store")
