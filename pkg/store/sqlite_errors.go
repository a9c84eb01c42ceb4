package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

func (f *sqliteFile) foreign(why string, err error) error {
	return &Problem{Kind: ErrForeign, Detail: fmt.Sprintf("%s was left as it is, since %s", f.path, why),
		Advice: "Choose the path of a file that does not exist yet. " + example, Err: err}
}

func (f *sqliteFile) readOnly(err error) error {
	return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("%s can be read only", f.path),
		Advice: fmt.Sprintf("Give the user that runs Grafana the right to write the file and its folder %s", filepath.Dir(f.path)), Err: err}
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
// After one that a restored file would cure, the next access opens the file
// anew; that never creates a file.
func (f *sqliteFile) explain(err error) error {
	if staleSQLite(err) && f.reopen != nil {
		f.reopen()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Problem{Kind: ErrNotWritable, Detail: "the store did not answer in time", Advice: "Check the load of the disk that holds " + f.path, Err: err}
	}
	switch code(err) {
	case sqlitecode.SQLITE_OK:
		return err
	case sqlitecode.SQLITE_FULL:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("the disk or the quota that holds %s is full", f.path), Advice: "Free space there", Err: err}
	case sqlitecode.SQLITE_READONLY, sqlitecode.SQLITE_PERM:
		return f.readOnly(err)
	case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("another program has held %s for more than %s", f.path, busyTimeout),
			Advice: "Look for a program (a backup, an SQLite shell) that has the file open, and try again", Err: err}
	case sqlitecode.SQLITE_IOERR:
		return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("the disk that holds %s failed to read or write", f.path), Advice: "Check the disk and the system's log", Err: err}
	case sqlitecode.SQLITE_CANTOPEN:
		return f.gone(err)
	case sqlitecode.SQLITE_CORRUPT, sqlitecode.SQLITE_NOTADB:
		return &Problem{Kind: ErrDamaged, Detail: fmt.Sprintf("SQLite cannot read %s any more", f.path), Advice: "Restore the file from a backup, or move it away and restart Grafana to begin a new one", Err: err}
	}
	return fmt.Errorf("the store failed: %w", err)
}

// gone is the problem of a file that is no longer where it was opened.
func (f *sqliteFile) gone(err error) error {
	return &Problem{Kind: ErrNotWritable, Detail: fmt.Sprintf("%s was removed or replaced while it was in use, or its folder cannot be read", f.path),
		Advice: "Put the file back, or restart Grafana to begin a new one", Err: err}
}

func (f *sqliteFile) newer(version, known int) error {
	return &Problem{Kind: ErrNewer, Detail: fmt.Sprintf("%s has schema %d, and this version of Unjam knows up to %d", f.path, version, known),
		Advice: "Install the newer version of Unjam again, or choose another file. " + example}
}
