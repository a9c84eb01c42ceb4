package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
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

// openSQLite opens the file as the pools of a Store, without migrating it. A
// file that is not ours is refused before anything in it is changed.
func openSQLite(ctx context.Context, path string) (*Store, error) {
	if err := inspectSQLite(ctx, path); err != nil {
		return nil, err
	}
	s := &Store{path: path}
	for _, pool := range []struct {
		db                **sql.DB
		dsn               string
		connections, idle int
	}{
		{&s.writer, sqliteDSN(path, "rw", writeOptions...), 1, 1},
		{&s.reader, sqliteDSN(path, "rw", readOptions...), readers, readers},
		// This one keeps no connection: each use opens the path anew.
		{&s.fresh, sqliteDSN(path, "rw", readOptions...), readers, -1},
	} {
		db, err := sqlitePool(pool.dsn, pool.connections, pool.idle)
		if err != nil {
			_ = s.Close()
			return nil, err
		}
		*pool.db = db
	}
	if err := s.startWAL(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
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

// inspectSQLite looks into the file, which SQLite creates if it is missing,
// and refuses one that is not ours or is newer than we are.
func inspectSQLite(ctx context.Context, path string) error {
	db, err := sqlitePool(sqliteDSN(path, "rwc"), 1, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	return retryBusy(ctx, func() error {
		err := inSnapshot(ctx, db, func(tx *sql.Tx) error {
			_, err := recogniseSQLite(ctx, tx, path)
			return err
		})
		switch code(err) {
		case sqlitecode.SQLITE_CANTOPEN:
			return &Problem{Kind: ErrOpen, Detail: fmt.Sprintf("%s cannot be opened or created, since its folder is missing or may not be written, or it is a folder itself", path), Err: err,
				Advice: fmt.Sprintf("Create the folder %s and give the user that runs Grafana the right to write in it, or choose another place. %s", filepath.Dir(path), example)}
		case sqlitecode.SQLITE_NOTADB:
			return foreign(path, "it is not an SQLite database", err)
		}
		return explain(path, err)
	})
}

// startWAL opens the writing connection. Turning on WAL needs the file for
// oneself for a moment, and SQLite does not wait for that by itself.
func (s *Store) startWAL(ctx context.Context) error {
	var mode string
	err := retryBusy(ctx, func() error {
		return s.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	})
	switch {
	case code(err) == sqlitecode.SQLITE_CANTOPEN:
		return readOnly(s.path, err)
	case err != nil:
		return s.explain(err)
	case mode != "wal":
		return &Problem{Kind: ErrOpen, Detail: fmt.Sprintf("%s is at a place where SQLite's write-ahead log cannot work, such as a network share", s.path),
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

// recogniseSQLite gives the schema version of the file; 0 when it is empty. It
// refuses a file of another program. It reads in one transaction, since another
// process may be making the schema.
func recogniseSQLite(ctx context.Context, db *sql.Tx, path string) (version int, err error) {
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
		return 0, foreign(path, "another program created it", nil)
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&version)
	return version, err
}

// markSQLite puts our mark into the file's header.
func markSQLite(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

func foreign(path, why string, err error) error {
	return &Problem{Kind: ErrForeign, Detail: fmt.Sprintf("%s was left as it is, since %s", path, why),
		Advice: "Choose the path of a file that does not exist yet. " + example, Err: err}
}

func readOnly(path string, err error) error {
	return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("%s can be read only", path),
		Advice: fmt.Sprintf("Give the user that runs Grafana the right to write the file and its folder %s", filepath.Dir(path)), Err: err}
}

// code gives SQLite's primary result code of an error; SQLITE_OK when it is
// not one of SQLite's.
func code(err error) int {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return sqlitecode.SQLITE_OK
	}
	return failure.Code() & 0xff
}

// staleSQLite tells whether an error may come from a connection to a file that
// is no longer the one at its path.
func staleSQLite(err error) bool {
	switch code(err) {
	case sqlitecode.SQLITE_CORRUPT, sqlitecode.SQLITE_NOTADB, sqlitecode.SQLITE_IOERR, sqlitecode.SQLITE_CANTOPEN:
		return true
	}
	return false
}

// explain makes a sentence of SQLite's error; other errors stay as they are.
func explain(path string, err error) error {
	var known *Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Problem{Kind: ErrNotWritable, Detail: "the store did not answer in time", Advice: "Check the load of the disk that holds " + path, Err: err}
	}
	switch code(err) {
	case sqlitecode.SQLITE_OK:
		return err
	case sqlitecode.SQLITE_FULL:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("the disk or the quota that holds %s is full", path), Advice: "Free space there", Err: err}
	case sqlitecode.SQLITE_READONLY, sqlitecode.SQLITE_PERM:
		return readOnly(path, err)
	case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("another program has held %s for more than %s", path, busyTimeout),
			Advice: "Look for a program (a backup, an SQLite shell) that has the file open, and try again", Err: err}
	case sqlitecode.SQLITE_IOERR:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("the disk that holds %s failed to read or write", path), Advice: "Check the disk and the system's log", Err: err}
	case sqlitecode.SQLITE_CANTOPEN:
		return gone(path, err)
	case sqlitecode.SQLITE_CORRUPT, sqlitecode.SQLITE_NOTADB:
		return &Problem{Kind: ErrDamaged, Detail: fmt.Sprintf("SQLite cannot read %s any more", path), Advice: "Restore the file from a backup, or move it away and restart Grafana to begin a new one", Err: err}
	}
	return fmt.Errorf("the store failed: %w", err)
}

// gone is the problem of a file that is no longer where it was opened.
func gone(path string, err error) error {
	return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("%s was removed or replaced while it was in use, or its folder cannot be read", path),
		Advice: "Put the file back, or restart Grafana to begin a new one", Err: err}
}
