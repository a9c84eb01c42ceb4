package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// busyTimeout is how long a transaction waits for another process' one. The
	// longest of ours, a first poll of 50,000 episodes, takes about two
	// seconds; a guard should not keep a person waiting for longer than this.
	busyTimeout = 5 * time.Second
	// readers is how many reads may run at once: enough for a page that shows
	// plan, action and audit while a verification walks the chain.
	readers = 4
	// applicationID marks our files in SQLite's header: "UNJM".
	applicationID = 0x554E4A4D
	// openRetry is the pause between two tries to open while another process
	// creates the same file.
	openRetry = 20 * time.Millisecond
)

// sqliteDSN gives the driver's name for a file. Mode is SQLite's: "rwc" may
// create the file, "rw" may not.
func sqliteDSN(path, mode string, options ...string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	query := append([]string{
		"mode=" + mode,
		fmt.Sprintf("_busy_timeout=%d", busyTimeout.Milliseconds()),
		"_foreign_keys=1",
		// The file may have been altered by others: no SQL in it is trusted,
		// and no statement may break the file itself.
		"_defensive=1", "_dqs=0", "_pragma=trusted_schema(0)",
		"_error_rc=1",
	}, options...)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(query, "&")
}

// The options of connections that write. WAL lets readers go on during a
// write. Synchronous FULL makes every commit reach the disk: with WAL's usual
// NORMAL the newest commits may be lost in a power failure, and an intent that
// is lost after its request was sent is an action without a record.
var writeOptions = []string{"_txlock=immediate", "_journal_mode=WAL", "_synchronous=FULL"}

// The options of connections that read.
var readOptions = []string{"_query_only=1"}

// sqliteFile is a database in one file.
type sqliteFile struct {
	path  string
	clock func() time.Time
	// fresh opens the path anew at each use: it sees what a restart would see.
	fresh *sql.DB
	// reopen makes the pools drop their connections.
	reopen func()
}

var _ database = (*sqliteFile)(nil)

// open opens the file as the pools of a Store, without migrating it. A file
// that is not ours is refused before anything in it is changed.
func (path sqlitePath) open(ctx context.Context, o options) (*Store, error) {
	file := &sqliteFile{path: string(path), clock: o.now}
	if err := file.inspect(ctx); err != nil {
		return nil, err
	}
	s := &Store{database: file}
	for _, pool := range []struct {
		db                **sql.DB
		dsn               string
		connections, idle int
	}{
		{&s.writer, sqliteDSN(file.path, "rw", writeOptions...), 1, 1},
		{&s.reader, sqliteDSN(file.path, "rw", readOptions...), readers, readers},
		// This one keeps no connection.
		{&file.fresh, sqliteDSN(file.path, "rw", readOptions...), readers, -1},
	} {
		db, err := sqlitePool(pool.dsn, pool.connections, pool.idle)
		if err != nil {
			_ = s.Close()
			return nil, err
		}
		*pool.db = db
	}
	// SQLite has one writer, whatever it writes.
	s.timelines, s.migrator = s.writer, s.writer
	file.reopen = func() {
		for pool, idle := range map[*sql.DB]int{s.writer: 1, s.reader: readers} {
			pool.SetMaxIdleConns(-1)
			pool.SetMaxIdleConns(idle)
		}
	}
	if err := file.startWAL(ctx, s.writer); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (f *sqliteFile) place() string { return sqlitePath(f.path).String() }

func (f *sqliteFile) prepare(ctx context.Context, s *Store) error {
	steps, err := migrations("sqlite")
	if err != nil {
		return err
	}
	return s.migrate(ctx, steps)
}

// lockTimeline has nothing to do: each write has the file for itself.
func (f *sqliteFile) lockTimeline(context.Context, *sql.Tx, watch.Scope) error { return nil }

// now is the machine's clock: all processes on one file run on one machine.
func (f *sqliteFile) now(context.Context) (time.Time, error) { return f.clock(), nil }

// mayRecover is false: a file that cannot be used when Grafana starts is a
// fault of the installation.
func (f *sqliteFile) mayRecover(error) bool { return false }

func (f *sqliteFile) close() error {
	if f.fresh == nil {
		return nil
	}
	return f.fresh.Close()
}

// prove reads the count of a record through a new connection. A file that was
// removed or replaced while it is open takes writes without an error, and loses
// them.
func (f *sqliteFile) prove(ctx context.Context, wrote probe) error {
	// The commit stands: a caller that gives up now must not turn it into a
	// failure.
	check, cancel := context.WithTimeout(context.WithoutCancel(ctx), busyTimeout)
	defer cancel()
	var seen probe
	err := seen.scan(f.fresh.QueryRowContext(check, "SELECT store_id, count FROM write_probe WHERE id = 1"))
	if err != nil || seen.store != wrote.store || seen.count < wrote.count {
		f.reopen()
		return f.gone(err)
	}
	return nil
}

func sqlitePool(dsn string, connections, idle int) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, &Problem{Kind: ErrLocation, Detail: "its path cannot be given to SQLite", Advice: example, Err: err}
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(idle)
	return db, nil
}

// inspect looks into the file, which SQLite creates if it is missing, and
// refuses one that is not ours.
func (f *sqliteFile) inspect(ctx context.Context) error {
	db, err := sqlitePool(sqliteDSN(f.path, "rwc"), 1, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	return retryBusy(ctx, func() error {
		err := inSnapshot(ctx, db, func(tx *sql.Tx) error {
			_, err := f.recognise(ctx, tx)
			return err
		})
		switch code(err) {
		case sqlitecode.SQLITE_CANTOPEN:
			return &Problem{Kind: ErrOpen, Detail: fmt.Sprintf("%s cannot be opened or created, since its folder is missing or may not be written, or it is a folder itself", f.path), Err: err,
				Advice: fmt.Sprintf("Create the folder %s and give the user that runs Grafana the right to write in it, or choose another place. %s", filepath.Dir(f.path), example)}
		case sqlitecode.SQLITE_NOTADB:
			return f.foreign("it is not an SQLite database", err)
		}
		return explain(f, err)
	})
}

// startWAL opens the writing connection. Turning on WAL needs the file for
// oneself for a moment, and SQLite does not wait for that by itself.
func (f *sqliteFile) startWAL(ctx context.Context, writer *sql.DB) error {
	var mode string
	err := retryBusy(ctx, func() error {
		return writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	})
	switch {
	case code(err) == sqlitecode.SQLITE_CANTOPEN:
		return f.readOnly(err)
	case err != nil:
		return explain(f, err)
	case mode != "wal":
		return &Problem{Kind: ErrOpen, Detail: fmt.Sprintf("%s is at a place where SQLite's write-ahead log cannot work, such as a network share", f.path),
			Advice: "Choose a place on a local disk. " + example}
	}
	return nil
}

// retryBusy tries again while another process holds the file, for busyTimeout.
func retryBusy(ctx context.Context, try func() error) error {
	deadline := time.Now().Add(busyTimeout)
	for {
		err := try()
		if code(err) != sqlitecode.SQLITE_BUSY || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(openRetry):
		}
	}
}

// recognise reads in one transaction, since another process may be making the
// schema.
func (f *sqliteFile) recognise(ctx context.Context, db *sql.Tx) (version int, err error) {
	var id, tables int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return 0, err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return 0, err
	}
	switch {
	case id == 0 && tables == 0:
		return 0, nil
	case id != applicationID:
		return 0, f.foreign("another program created it", nil)
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&version)
	return version, err
}

// mark puts our mark into the file's header.
func (f *sqliteFile) mark(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}
