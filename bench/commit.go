//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// commits makes bare durable transactions with SQLite, one row each, as a
// yardstick for the machine: what they take changes with its disk and its load
// as an action does.
type commits struct{ db *sql.DB }

func openCommits(ctx context.Context, folder string) (*commits, error) {
	// The options are those of pkg/store.
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "yardstick.db")+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, fmt.Errorf("open the yardstick: %w", err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE yardstick (body TEXT)"); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open the yardstick: %w", err)
	}
	return &commits{db: db}, nil
}

// one makes a transaction and gives what it took.
func (c *commits) one(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	_, err := c.db.ExecContext(ctx, "INSERT INTO yardstick VALUES (?)", began.String())
	return time.Since(began), err
}

func (c *commits) close() { _ = c.db.Close() }
