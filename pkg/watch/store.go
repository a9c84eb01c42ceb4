package watch

import (
	"context"
	"errors"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Store keeps timelines over restarts, and brings those of several replicas of
// Unjam together. Implemented by package store; a watcher works without one
// (ages then start at "at least").
//
// A timeline belongs to a scope and a coordinator's identity (cluster): a data
// source that is pointed at another cluster has another timeline. All times
// are by the store's clock.
type Store interface {
	// Now is the store's clock: the one that all replicas have in common.
	Now(ctx context.Context) (time.Time, error)
	// LoadTimeline gives the open episodes, the last master and the count of
	// master changes. An unknown scope or cluster is an empty timeline, not an
	// error.
	LoadTimeline(ctx context.Context, scope Scope, cluster string) (StoredTimeline, error)
	// SyncTimeline tells what other replicas changed, and writes what this one
	// changed, in one transaction: all of it, or nothing where the others
	// wrote something that this replica has not merged yet. Where there is
	// nothing to write, it only reads.
	SyncTimeline(ctx context.Context, scope Scope, sync TimelineSync) (SharedTimeline, error)
	// DismissLost ends a lost episode. It is no error when it has ended
	// already. Errors are ErrNotLost, ErrOtherEpisode and ErrNoEpisode.
	DismissLost(ctx context.Context, scope Scope, cluster string, job coordinator.JobID, episode string) error
}

// StoredTimeline is what a store kept of a timeline.
type StoredTimeline struct {
	Episodes []timeline.Episode
	// Master is the last known active master; empty when none.
	Master        string
	MasterChanges uint64
	// DoubtAt is timeline.Shared's.
	DoubtAt time.Time
	// Revision counts the writes; a replica names the last one it knows.
	Revision int64
	// Told is what events have told of the diagnoses of these episodes.
	Told Told
}

// TimelineChanges is what polls changed: episodes to insert or update (by id)
// and topology events to append.
type TimelineChanges struct {
	Episodes []timeline.Episode
	Events   []timeline.Event
	// Master is the last known active master after the poll; empty changes
	// nothing.
	Master string
}

// TimelineSync is one replica's turn.
type TimelineSync struct {
	Cluster string
	// Replica names who writes.
	Replica string
	// Revision is the newest that the replica has merged.
	Revision int64
	Changes  TimelineChanges
	// Watch is the replica's own, zero before its first look. Heartbeat asks
	// to write it though nothing else is to be written.
	Watch     timeline.Watch
	Heartbeat bool
	// DoubtAt is timeline.Timeline's.
	DoubtAt time.Time
	// Now is the time, by the store's clock.
	Now time.Time
}

// SharedTimeline is what a store answers.
type SharedTimeline struct {
	// Saved is false when the replica has to merge first; nothing was written.
	Saved bool
	// Reset: the store is behind the replica (it was restored from a backup).
	// Shared then has all open episodes, and the replica must save its own.
	Reset    bool
	Revision int64
	// Shared has times by the store's clock, and no At.
	Shared        timeline.Shared
	MasterChanges uint64
}

// ErrNoStore is given where a store is needed and none could be opened.
var ErrNoStore = errors.New("no store")

// Why a lost job cannot be dismissed.
var (
	ErrNotLost      = errors.New("the job is not lost")
	ErrOtherEpisode = errors.New("the job was lost anew since then")
	ErrNoEpisode    = errors.New("there is no such lost job")
)
