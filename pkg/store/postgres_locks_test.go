package store

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// impatient makes a pool of one connection give up soon.
func impatient(t *testing.T, pool *sql.DB) {
	t.Helper()
	_, err := pool.ExecContext(t.Context(), "SET lock_timeout = 50")
	must(t, err)
}

func TestRecordsExcludeEachOther(t *testing.T) {
	// Given a transaction that has only begun, when another Grafana begins one
	// too, then it waits: no check can be overtaken.
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	s, other, third := openAt(t, location), openAt(t, location), openAt(t, location)
	impatient(t, other.writer)
	tx, err := s.writer.BeginTx(t.Context(), nil)
	must(t, err)
	if err := other.Writable(t.Context()); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "have held a lock") {
		t.Fatalf("two writers at once: %v", err)
	}
	// Readers go on meanwhile, and so do the writes of timelines.
	if _, err := other.Audit(t.Context(), ours, 0, 1); err != nil {
		t.Fatal(err)
	}
	must(t, saveTimeline(t.Context(), other, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("e")}, Master: "m"}))
	must(t, tx.Rollback())
	must(t, other.Writable(t.Context()))
	// A caller that gives up is told so, and costs nobody the lock.
	tx, err = s.writer.BeginTx(t.Context(), nil)
	must(t, err)
	ctx, cancel := contextOf(t, 20*time.Millisecond)
	defer cancel()
	if err := third.Writable(ctx); err == nil {
		t.Fatal("two writers at once")
	}
	must(t, tx.Rollback())
	must(t, other.Writable(t.Context()))
}

func TestSaveOfATimelineHoldsUpNoRecord(t *testing.T) {
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	s, other := openAt(t, location), openAt(t, location)
	other.timelines.SetMaxOpenConns(1)
	impatient(t, other.timelines)
	changes := watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("e")}, Master: "m"}
	must(t, s.writeTimeline(t.Context(), ours, func(*sql.Tx) error {
		// Given a long write of a timeline, then records are made, and other
		// timelines are written, but not the same one.
		must(t, other.Writable(t.Context()))
		must(t, saveTimeline(t.Context(), other, otherOrg, changes))
		if err := saveTimeline(t.Context(), other, ours, changes); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "have held a lock") {
			t.Errorf("two writes of one timeline: %v", err)
		}
		return nil
	}))
	must(t, saveTimeline(t.Context(), other, ours, changes))
}

func TestTableLockedByAnotherSession(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	s := openAt(t, server.Location(name))
	must(t, s.SavePlan(t.Context(), ours, planOf("plan-1", job)))
	impatient(t, s.writer)
	shell := server.Open(t, name)
	defer shell.Close()
	tx, err := shell.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), "LOCK TABLE unjam.intents")
	must(t, err)
	if _, err := s.Begin(t.Context(), ours, beginOf(planOf("plan-1", job))); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "Look for a session") {
		t.Fatalf("a locked table: %v", err)
	}
	must(t, tx.Rollback())
	_, err = s.Begin(t.Context(), ours, beginOf(planOf("plan-1", job)))
	must(t, err)
}

func TestGrafanaThatFrozeWithTheLock(t *testing.T) {
	// Given a process that holds the lock and does nothing any more, then the
	// server ends its transaction before others give up waiting.
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	frozen, s := openAt(t, location), openAt(t, location)
	tx, err := frozen.writer.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = appendAudit(t.Context(), tx, ours, entryOf("never committed"))
	must(t, err)
	trailOf(t, s, ours, 1)
	if err := frozen.explain(tx.Commit()); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "was lost") {
		t.Fatalf("when it thaws: %v", err)
	}
	holds(t, frozen, ours, 1)
	trailOf(t, frozen, ours, 1)
	holds(t, s, ours, 2)
}

func TestDefaultsOfTheServerDoNotWeakenUs(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	for setting, value := range map[string]string{
		"default_transaction_isolation": "serializable", "synchronous_commit": "off", "search_path": "public",
		"lock_timeout": "0", "statement_timeout": "1000", "idle_in_transaction_session_timeout": "1000", "client_encoding": "LATIN1",
	} {
		server.Exec(t, server.Database, "ALTER DATABASE "+name+" SET "+setting+" = '"+value+"'")
	}
	location := server.Location(name)
	s, other := openAt(t, location), openAt(t, location)
	in := func(pool *sql.DB, setting string) (value string) {
		t.Helper()
		tx, err := pool.BeginTx(t.Context(), nil)
		must(t, err)
		must(t, tx.QueryRowContext(t.Context(), "SELECT current_setting(?)", setting).Scan(&value))
		must(t, tx.Rollback())
		return value
	}
	for _, test := range []struct {
		pool          *sql.DB
		setting, want string
	}{
		{s.writer, "transaction_isolation", "read committed"},
		{s.writer, "synchronous_commit", "on"},
		{s.writer, "search_path", "unjam"},
		{s.writer, "lock_timeout", "5s"},
		{s.writer, "statement_timeout", "10s"},
		{s.writer, "idle_in_transaction_session_timeout", "4s"},
		{s.writer, "client_encoding", "UTF8"},
		{s.writer, "transaction_read_only", "off"},
		{s.timelines, "transaction_isolation", "read committed"},
		{s.timelines, "synchronous_commit", "off"}, // the server's choice: it is no record
		{s.timelines, "lock_timeout", "20s"},
		{s.reader, "transaction_isolation", "repeatable read"},
		{s.reader, "transaction_read_only", "on"},
	} {
		if got := in(test.pool, test.setting); got != test.want {
			t.Errorf("%s is %q, want %q", test.setting, got, test.want)
		}
	}
	// Many writers at once see each other's rows, and none is turned away.
	var wait sync.WaitGroup
	for _, handle := range []*Store{s, other, s, other} {
		wait.Go(func() {
			for range 10 {
				if _, err := handle.Append(t.Context(), ours, entryOf("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	holds(t, s, ours, 40)
	// What is stricter than ours stays.
	server.Exec(t, server.Database, "ALTER DATABASE "+name+" SET synchronous_commit = remote_apply")
	if got := in(openAt(t, location).writer, "synchronous_commit"); got != "remote_apply" {
		t.Errorf("synchronous_commit is %q", got)
	}
}

func TestAuditTableIsAppendOnly(t *testing.T) {
	server := postgrestest.Start(t)
	s := openAt(t, server.Location(server.NewDatabase(t)))
	trailOf(t, s, ours, 2)
	for _, statement := range []string{"UPDATE audit SET hash = 'x'", "DELETE FROM audit", "TRUNCATE audit"} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := s.reader.ExecContext(t.Context(), "INSERT INTO audit_head VALUES (9, 'x', 1, 'x')"); err == nil {
		t.Error("a reader wrote")
	}
	holds(t, s, ours, 2)
}
