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
// concurrent use, also by several processes on one database.
type Store struct {
	database database
	// writer begins each transaction with the lock that all records are made
	// under, and has one connection: waiting in the pool is fairer than waiting
	// for the database's lock.
	writer *sql.DB
	// timelines is for the writes of package watch, which take no record's
	// lock where the database can do without.
	timelines *sql.DB
	// reader is for statements that change nothing.
	reader *sql.DB
	// migrator is for Open alone.
	migrator *sql.DB
	// observer is told of failures; nil is nobody.
	observer Observer
}

var (
	_ watch.Store         = (*Store)(nil)
	_ watch.History       = (*Store)(nil)
	_ watch.SampleStore   = (*Store)(nil)
	_ watch.SampleHistory = (*Store)(nil)
	_ action.Store        = (*Store)(nil)
	_ action.Deeds        = (*Store)(nil)
)

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// options are what an Option changes.
type options struct {
	now      func() time.Time
	patient  bool
	observer Observer
}

// Option changes how a store is opened.
type Option func(*options)

// WithClock replaces the machine's clock, by which an SQLite store tells the
// time. PostgreSQL has its own.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// Patient opens a store also while its server is away: each use fails with
// ErrNotWritable until it is there.
func Patient() Option { return func(o *options) { o.patient = true } }

// WithObserver tells an observer of every failure.
func WithObserver(observer Observer) Option { return func(o *options) { o.observer = observer } }

// Open opens the store at a location ("sqlite:/absolute/path/unjam.db" or
// "postgres://user:password@host/database"), creates what is missing, brings
// the schema up to date and proves that it can be written. An error is a
// *Problem in one sentence or two that says what to do, without any secret of
// the location.
func Open(ctx context.Context, location string, chosen ...Option) (*Store, error) {
	o := options{now: time.Now}
	for _, choose := range chosen {
		choose(&o)
	}
	at, err := parseLocation(location)
	if err != nil {
		return nil, err
	}
	s, err := at.open(ctx, o)
	if err != nil {
		return nil, err
	}
	s.observer = o.observer
	if err = s.database.prepare(ctx, s); err == nil {
		err = s.Writable(ctx)
	}
	if err == nil || o.patient && s.database.mayRecover(err) {
		return s, nil
	}
	_ = s.Close()
	if errors.Is(err, ErrUnreachable) {
		err = unopened(err)
	}
	return nil, err
}

// unopened says of a store that cannot be reached that it was not opened.
func unopened(err error) error {
	var problem *Problem
	if !errors.As(err, &problem) {
		return err
	}
	opening := *problem
	opening.Kind = ErrOpen
	return &opening
}

// Location gives where the store is, for display: it holds no secret.
func (s *Store) Location() string { return s.database.place() }

// Now is the clock by which records are made: one for all processes that share
// the store.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	now, err := s.database.now(ctx)
	return now.UTC(), s.explain(err)
}

// Close waits for what is under way and closes the database. The store must
// not be used afterwards.
func (s *Store) Close() error {
	err := s.database.close()
	closed := map[*sql.DB]bool{nil: true}
	// The writer last: SQLite's last connection folds the write-ahead log into
	// the file.
	for _, pool := range []*sql.DB{s.reader, s.timelines, s.migrator, s.writer} {
		if !closed[pool] && pool != s.writer {
			closed[pool] = true
			err = errors.Join(err, pool.Close())
		}
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	return err
}

// write runs do in one transaction that holds the write lock from its
// beginning, so that no check in it can be overtaken. It is all or nothing.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.transact(ctx, s.writer, do)
}

// writeTimeline is write for a scope's timeline: it excludes only those who
// write the same one, where the database can lock that alone.
func (s *Store) writeTimeline(ctx context.Context, scope watch.Scope, do func(tx *sql.Tx) error) error {
	return s.transact(ctx, s.timelines, func(tx *sql.Tx) error {
		if err := s.database.lockTimeline(ctx, tx, scope); err != nil {
			return err
		}
		return do(tx)
	})
}

func (s *Store) transact(ctx context.Context, pool *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	if err := do(tx); err != nil {
		// After a failed statement the database may have rolled back by itself,
		// and the first error is the one that tells something.
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
// restart finds the record at the store's location. Each record counts up a
// row, so that every one of them writes, and the database proves that the
// count is where it should be.
func (s *Store) record(ctx context.Context, do func(tx *sql.Tx) error) error {
	var wrote probe
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return wrote.scan(tx.QueryRowContext(ctx, "UPDATE write_probe SET count = count + 1 WHERE id = 1 RETURNING store_id, count"))
	})
	if err != nil {
		return err
	}
	return s.explain(s.database.prove(ctx, wrote))
}

// probe is the row that every record counts up.
type probe struct {
	store string
	count int64
}

func (p *probe) scan(row *sql.Row) error { return row.Scan(&p.store, &p.count) }

// explain makes a sentence of a failure, for the caller to return, and tells the
// observer of it. Each operation calls it once.
func (s *Store) explain(err error) error {
	explained := explain(s.database, err)
	s.observe(err, explained)
	return explained
}

func explain(db database, err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	return db.explain(err)
}

// Writable proves by a write that a record can be made now.
func (s *Store) Writable(ctx context.Context) error {
	err := s.record(ctx, func(*sql.Tx) error { return nil })
	if err == nil || errors.Is(err, ErrNotWritable) {
		return err
	}
	return &Problem{Kind: ErrNotWritable, Detail: err.Error(), Err: err}
}
