package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// database is what differs between the databases behind a Store. All other SQL
// of the package is written once, for both, with ? for its parameters.
type database interface {
	// place is where the records are, for display.
	place() string
	// prepare makes the store ready for use: its schema is ours and up to date.
	prepare(ctx context.Context, s *Store) error
	// recognise gives the version of the schema; 0 when nothing is there yet.
	// It refuses what belongs to another program.
	recognise(ctx context.Context, tx *sql.Tx) (version int, err error)
	// mark marks an empty place as ours.
	mark(ctx context.Context, tx *sql.Tx) error
	// newer refuses a schema of a later version of Unjam.
	newer(version, known int) error
	// lockTimeline makes a transaction of the pool for timelines the only one
	// that writes the scope's timeline, until its end.
	lockTimeline(ctx context.Context, tx *sql.Tx, scope watch.Scope) error
	// prove fails when a restart would not find what was committed.
	prove(ctx context.Context, wrote probe) error
	// now is the clock that all processes on the database share.
	now(ctx context.Context) (time.Time, error)
	// explain makes a sentence of a failure that is none yet.
	explain(err error) error
	// mayRecover tells whether a store that could not be prepared may work
	// later, without being opened again.
	mayRecover(err error) bool
	// close closes what the Store does not know of.
	close() error
}
