package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Store is a database with the records of all scopes. It is safe for
// concurrent use, also by several processes on one file.
type Store struct {
	path string
	// writer has one connection: SQLite has one writer at a time, and waiting
	// in the pool is fairer than waiting for the file's lock.
	writer *sql.DB
	reader *sql.DB
	// fresh opens the path anew at each use: it sees what a restart would see.
	fresh *sql.DB
}

var (
	_ watch.Store  = (*Store)(nil)
	_ action.Store = (*Store)(nil)
)

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the store at a location ("sqlite:/absolute/path/unjam.db"),
// creates it where there is none, brings its schema up to date and proves that
// it can be written. An error is a *Problem in one sentence or two that says
// what to do, without any secret of the location.
func Open(ctx context.Context, location string) (*Store, error) {
	path, err := parseLocation(location)
	if err != nil {
		return nil, err
	}
	s, err := openSQLite(ctx, path)
	if err != nil {
		return nil, err
	}
	if err = s.migrate(ctx, migrations); err == nil {
		err = s.Writable(ctx)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Location gives where the store is, for display: it holds no secret.
func (s *Store) Location() string { return sqliteScheme + s.path }

// Now is the store's clock: the machine's, since all processes on one SQLite
// file share it.
func (s *Store) Now(context.Context) (time.Time, error) { return time.Now(), nil }

// Close waits for what is under way and closes the database. The store must
// not be used afterwards.
func (s *Store) Close() error {
	var errs []error
	// The writer last: the last connection folds the write-ahead log into the
	// file.
	for _, pool := range []*sql.DB{s.fresh, s.reader, s.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// write runs do in one transaction that holds the write lock from its
// beginning, so that no check in it can be overtaken. It is all or nothing.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	if err := do(tx); err != nil {
		// After a failed statement SQLite may have rolled back by itself, and
		// the first error is the one that tells something.
		_ = tx.Rollback()
		return s.explain(err)
	}
	return s.explain(tx.Commit())
}

// snapshot runs read on one consistent state of the database.
func (s *Store) snapshot(ctx context.Context, read func(tx *sql.Tx) error) error {
	return s.explain(inSnapshot(ctx, s.reader, read))
}

func inSnapshot(ctx context.Context, db *sql.DB, read func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return read(tx)
}

// record is write for what must outlive the process: after it returned nil, a
// restart finds the record at the store's location. A file that was removed or
// replaced while it is open takes writes without an error, and loses them:
// each record counts up a row, and a new connection must see that count in the
// same store.
func (s *Store) record(ctx context.Context, do func(tx *sql.Tx) error) error {
	var wrote, seen probe
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return wrote.scan(tx.QueryRowContext(ctx, "UPDATE write_probe SET count = count + 1 WHERE id = 1 RETURNING store_id, count"))
	})
	if err != nil {
		return err
	}
	// The commit stands: a caller that gives up now must not turn it into a
	// failure.
	check, cancel := context.WithTimeout(context.WithoutCancel(ctx), busyTimeout)
	defer cancel()
	err = seen.scan(s.fresh.QueryRowContext(check, "SELECT store_id, count FROM write_probe WHERE id = 1"))
	if err != nil || seen.store != wrote.store || seen.count < wrote.count {
		s.reopen()
		return gone(s.path, err)
	}
	return nil
}

// probe is the row that every record counts up.
type probe struct {
	store string
	count int64
}

func (p *probe) scan(row *sql.Row) error { return row.Scan(&p.store, &p.count) }

// explain makes a sentence of a failure, for the caller to return. After one
// that a restored file would cure, the next access opens the file anew.
func (s *Store) explain(err error) error {
	if staleSQLite(err) {
		s.reopen()
	}
	return explain(s.path, err)
}

// reopen makes the pools drop their connections, which lead to a file that is
// no longer at the store's location. New ones never create a file.
func (s *Store) reopen() {
	for pool, idle := range map[*sql.DB]int{s.writer: 1, s.reader: readers} {
		pool.SetMaxIdleConns(-1)
		pool.SetMaxIdleConns(idle)
	}
}

// Writable proves by a write that a record can be made now.
func (s *Store) Writable(ctx context.Context) error {
	err := s.record(ctx, func(*sql.Tx) error { return nil })
	if err == nil || errors.Is(err, ErrNotWritable) {
		return err
	}
	return &Problem{Kind: ErrNotWritable, Detail: err.Error(), Err: err}
}
