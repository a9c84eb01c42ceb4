package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// postgresSchema holds all that is ours; the names in every statement are
	// looked for there.
	postgresSchema = "unjam"
	// oldestPostgres is the first version that has all we use
	// (gen_random_uuid), as server_version_num gives it.
	oldestPostgres = 130000

	// holdTimeout is how long a transaction may stay open without a statement.
	// Ours never wait between two. It is for a Grafana that froze or was cut
	// off while it held the lock, and is shorter than busyTimeout, so that
	// whoever waits for that lock gets it.
	holdTimeout = 4 * time.Second
	// timelinePatience is how long a write of a timeline waits for another
	// Grafana's write of the same one: 50,000 episodes take a few seconds.
	timelinePatience = 20 * time.Second
	// statementTimeout bounds one statement that is no record: the longest is
	// the load of 50,000 episodes.
	statementTimeout = 30 * time.Second
	// overTime is what a client waits longer than the server's own bounds, so
	// that the server's answer says which of them it was.
	overTime = 2 * time.Second
	// connectTimeout bounds the making of a connection.
	connectTimeout = 5 * time.Second

	// Connections stay for a while, and are made anew from time to time, so
	// that a name that leads to another server by now is looked up again.
	idleTime     = 5 * time.Minute
	lifeTime     = 30 * time.Minute
	timelinePool = 2
)

// postgresServer is a database on a PostgreSQL server.
type postgresServer struct {
	at postgresPlace
	// reader is for the clock.
	reader *sql.DB
	// preparing is held while the schema is made; ready is set when it is.
	preparing chan struct{}
	ready     bool
}

var _ database = (*postgresServer)(nil)

// open makes the pools of a Store. Nothing is sent yet.
func (p postgresPlace) open(_ context.Context, _ options) (*Store, error) {
	config, err := p.config()
	if err != nil {
		return nil, err
	}
	server := &postgresServer{at: p, preparing: make(chan struct{}, 1)}
	s := &Store{database: server}
	prepare := func(ctx context.Context) error { return server.prepare(ctx, s) }
	guard := session{lock: busyTimeout, statement: 2 * busyTimeout, begin: beginRecord}
	timeline := session{lock: timelinePatience, statement: statementTimeout, begin: beginWrite}
	s.migrator = guard.pool(config, 2, nil)
	// A migration needs a connection once.
	s.migrator.SetMaxIdleConns(-1)
	s.writer = guard.pool(config, 1, prepare)
	s.timelines = timeline.pool(config, timelinePool, prepare)
	s.reader = session{lock: busyTimeout, statement: statementTimeout, begin: beginSnapshot, reads: true}.pool(config, readers, prepare)
	server.reader = s.reader
	return s, nil
}

// config gives the driver's settings.
func (p postgresPlace) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(p.url())
	if err != nil {
		// The cause may repeat the location. All that we have not checked
		// ourselves are the files.
		return nil, refusePostgres("a file that it names (sslrootcert, sslcert, sslkey) cannot be read or does not hold what it should, or one of sslcert and sslkey is missing")
	}
	config.ConnectTimeout = connectTimeout
	// The settings of the process's surroundings have no say.
	config.RuntimeParams = map[string]string{"application_name": "unjam"}
	return config, nil
}

// session is how the connections of a pool are set up.
type session struct {
	lock, statement time.Duration
	begin           string
	reads           bool
}

func (s session) pool(config *pgx.ConnConfig, connections int, first func(context.Context) error) *sql.DB {
	settings := strings.Join([]string{
		"set search_path = " + postgresSchema,
		"set client_encoding = 'UTF8'",
		fmt.Sprintf("set lock_timeout = %d", s.lock.Milliseconds()),
		fmt.Sprintf("set statement_timeout = %d", s.statement.Milliseconds()),
		fmt.Sprintf("set idle_in_transaction_session_timeout = %d", holdTimeout.Milliseconds()),
	}, "; ")
	if s.reads {
		settings += "; set default_transaction_read_only = on"
	}
	db := sql.OpenDB(&postgresConnector{
		inner: stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, settings)
			return err
		})),
		first: first, begin: s.begin, repeatable: s.reads, patience: s.statement + overTime,
	})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleTime)
	db.SetConnMaxLifetime(lifeTime)
	return db
}

// How transactions begin. "Read committed" whatever the server's default is: a
// transaction must see what was committed while it waited for the lock.
const beginWrite = "begin isolation level read committed"

// beginRecord begins a transaction that makes a record: it is the only one of
// its kind from its beginning, as BEGIN IMMEDIATE makes it in SQLite, and its
// commit is on the disk (and on the synchronous standbys) even where the
// server's default is to be quicker. A stricter default stays.
var beginRecord = beginWrite + `;
	select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') <> 'remote_apply';
	` + lockForRecords

// Advisory locks are numbers that all programs on a database share. Ours come
// from our schema's name. One lock is for records; the other space is for
// timelines, a lock for each scope.
var (
	recordSpace   = lockNumber(postgresSchema + " records")
	timelineSpace = lockNumber(postgresSchema + " timelines")

	lockForRecords = fmt.Sprintf("select pg_advisory_xact_lock(%d, 0)", recordSpace)
	tryForRecords  = fmt.Sprintf("select pg_try_advisory_xact_lock(%d, 0)", recordSpace)
)

func lockNumber(name string) int32 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	return int32(hash.Sum32())
}

// lockTimeline takes the lock of a scope. Two scopes of the same number only
// wait for each other.
func (p *postgresServer) lockTimeline(ctx context.Context, tx *sql.Tx, scope watch.Scope) error {
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?, ?)", timelineSpace, lockNumber(scope.String()))
	return err
}

func (p *postgresServer) place() string { return p.at.String() }

func (p *postgresServer) close() error { return nil }

// mayRecover is true of servers that are away, or standbys for the moment:
// Grafana and its databases are often started together.
func (p *postgresServer) mayRecover(err error) bool { return errors.Is(err, ErrNotWritable) }

// prepare looks at the server and makes the schema, once. Every connection
// waits for it, so that a store which was opened without its server gets ready
// as soon as that answers.
func (p *postgresServer) prepare(ctx context.Context, s *Store) error {
	select {
	case p.preparing <- struct{}{}:
		defer func() { <-p.preparing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.ready {
		return nil
	}
	if err := s.transact(ctx, s.migrator, func(tx *sql.Tx) error { return p.suits(ctx, tx, s.migrator) }); err != nil {
		return err
	}
	steps, err := migrations("postgres")
	if err == nil {
		err = s.migrate(ctx, steps)
	}
	if err != nil {
		return err
	}
	p.ready = true
	return nil
}

// suits refuses a server that cannot keep what a Store promises.
func (p *postgresServer) suits(ctx context.Context, tx *sql.Tx, others *sql.DB) error {
	var version int
	var encoding string
	if err := tx.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding')").Scan(&version, &encoding); err != nil {
		return err
	}
	switch {
	case version < oldestPostgres:
		return p.unsuitable(fmt.Sprintf("its version is older than PostgreSQL %d", oldestPostgres/10000), "Use a newer server")
	case encoding != "UTF8":
		return p.unsuitable("its encoding is "+encoding+", and names of jobs need UTF8", "Make a database WITH ENCODING 'UTF8' TEMPLATE template0")
	}
	// Some databases that speak PostgreSQL's protocol take an advisory lock
	// without locking, and some proxies spread statements over several servers.
	// The transaction holds the lock for records: nobody else may get it.
	var got bool
	if err := others.QueryRowContext(ctx, tryForRecords).Scan(&got); err != nil {
		return err
	}
	if got {
		return p.unsuitable("its advisory locks do not lock, so that two Grafanas could act at once", "Use a PostgreSQL server, and no proxy that spreads one user's connections over several servers")
	}
	return nil
}

func (p *postgresServer) unsuitable(why, advice string) error {
	return &Problem{Kind: ErrOpen, Detail: p.place() + " cannot be used, since " + why, Advice: advice}
}

// recognise looks for our mark in our schema.
func (p *postgresServer) recognise(ctx context.Context, tx *sql.Tx) (version int, err error) {
	var relations, marks int
	if err := tx.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE c.relname = 'store_mark' AND c.relkind = 'r')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ?`, postgresSchema).Scan(&relations, &marks); err != nil {
		return 0, err
	}
	switch {
	case relations == 0:
		return 0, nil
	case marks == 0:
		return 0, p.foreign()
	}
	var application string
	if err := tx.QueryRowContext(ctx, "SELECT application FROM "+postgresSchema+".store_mark").Scan(&application); err != nil {
		return 0, err
	}
	if application != postgresMark {
		return 0, p.foreign()
	}
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&version)
	return version, err
}

// postgresMark is what the table store_mark of our schema says.
const postgresMark = "unjam-jobs-app"

// mark makes the schema, unless an administrator has, and puts our mark into
// it.
func (p *postgresServer) mark(ctx context.Context, tx *sql.Tx) error {
	var exists bool
	if err := tx.QueryRowContext(ctx, "SELECT count(*) > 0 FROM pg_namespace WHERE nspname = ?", postgresSchema).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		if _, err := tx.ExecContext(ctx, "CREATE SCHEMA "+postgresSchema); err != nil {
			return err
		}
	}
	// With the schema's name, so that a missing right is told as such.
	if _, err := tx.ExecContext(ctx, "CREATE TABLE "+postgresSchema+".store_mark (application TEXT NOT NULL PRIMARY KEY)"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO store_mark (application) VALUES (?)", postgresMark)
	return err
}

// prove has nothing to do: a server that has confirmed a commit keeps it.
func (p *postgresServer) prove(context.Context, probe) error { return nil }

// now is the server's clock, so that the clocks of several Grafanas need not
// agree.
func (p *postgresServer) now(ctx context.Context) (now time.Time, err error) {
	err = p.reader.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&now)
	return now, err
}
