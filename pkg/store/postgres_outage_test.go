package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func contextOf(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func TestS35_ServerIsAwayAndComesBack(t *testing.T) {
	server := postgrestest.Start(t)
	s := openAt(t, server.Location(server.NewDatabase(t)))
	intent := begun(t, s, ours, "plan-1", job)
	next := planOf("plan-2", "2")
	must(t, s.SavePlan(t.Context(), ours, next))
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("e")}, Master: "m"}))
	rows := int64(1)
	for name, end := range map[string]func(testing.TB){"shut down": server.Down, "crashed": server.Crash} {
		t.Run(name, func(t *testing.T) {
			end(t)
			up := false
			defer func() {
				if !up {
					server.Up(t)
				}
			}()
			// While it is away, nothing is recorded, and each use says why.
			_, beginErr := s.Begin(t.Context(), ours, beginOf(next))
			_, auditErr := s.Append(t.Context(), ours, entryOf("x"))
			_, loadErr := s.LoadTimeline(t.Context(), ours, cluster)
			_, nowErr := s.Now(t.Context())
			for what, err := range map[string]error{"writable": s.Writable(t.Context()), "begin": beginErr, "append": auditErr, "timeline": loadErr, "clock": nowErr} {
				if !errors.Is(err, ErrUnreachable) || !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "no server accepts connections") {
					t.Errorf("%s: %v", what, err)
				}
				tellsNothing(t, err, postgrestest.Password, postgrestest.Owner)
			}
			// When it is back, then all goes on without a restart of ours.
			server.Up(t)
			up = true
			must(t, s.Writable(t.Context()))
			if got := load(t, s, ours); len(got.Episodes) != 1 {
				t.Errorf("%+v", got)
			}
			if got, err := s.Intent(t.Context(), ours, intent.ID); err != nil || got.ID != intent.ID {
				t.Errorf("%+v, %v", got, err)
			}
			trailOf(t, s, ours, 1)
			rows++
			holds(t, s, ours, rows)
		})
	}
	_, err := s.Begin(t.Context(), ours, beginOf(next))
	must(t, err)
}

func TestConnectionsThatTheServerEnded(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	s := openAt(t, server.Location(name))
	end := func() {
		t.Helper()
		server.Exec(t, server.Database, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+name+"'")
	}
	// Given idle connections that were ended, then nobody notices.
	load(t, s, ours)
	must(t, s.Writable(t.Context()))
	end()
	must(t, s.Writable(t.Context()))
	end()
	load(t, s, ours)
	if _, err := s.Audit(t.Context(), ours, 0, 1); err != nil {
		t.Fatal(err)
	}
	// Given one that is ended in a transaction, then nothing of it is kept.
	tx, err := s.writer.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = appendAudit(t.Context(), tx, ours, entryOf("lost"))
	must(t, err)
	end()
	if err := s.explain(tx.Commit()); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "was lost") {
		t.Fatalf("a lost commit: %v", err)
	}
	holds(t, s, ours, 0)
}

func TestStoreIsOpenedBeforeItsServer(t *testing.T) {
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	server.Down(t)
	up := false
	defer func() {
		if !up {
			server.Up(t)
		}
	}()
	s, err := Open(t.Context(), location, Patient())
	must(t, err)
	defer s.Close()
	if err := s.Writable(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Fatalf("without a server: %v", err)
	}
	server.Up(t)
	up = true
	// The first use makes the schema, whichever it is.
	load(t, s, ours)
	trailOf(t, s, ours, 1)
	holds(t, s, ours, 1)
}

func TestPatienceIsForServersAlone(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	server.Exec(t, name, "CREATE SCHEMA unjam AUTHORIZATION "+postgrestest.Owner, "CREATE TABLE unjam.dashboard (id integer)")
	if _, err := Open(t.Context(), server.Location(name), Patient()); !errors.Is(err, ErrForeign) {
		t.Errorf("another program's schema: %v", err)
	}
	if _, err := Open(t.Context(), "sqlite:"+t.TempDir()+"/missing/unjam.db", Patient()); !errors.Is(err, ErrOpen) {
		t.Errorf("a missing folder: %v", err)
	}
}

func TestServerBecomesReadOnly(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	s := openAt(t, server.Location(name))
	plan := planOf("plan-1", job)
	must(t, s.SavePlan(t.Context(), ours, plan))
	// As after a fail-over that made a standby of it: connections begin anew.
	become := func(value string) {
		server.Exec(t, server.Database, "ALTER DATABASE "+name+" SET default_transaction_read_only = "+value,
			"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+name+"'")
	}
	become("on")
	_, beginErr := s.Begin(t.Context(), ours, beginOf(plan))
	for what, err := range map[string]error{
		"writable": s.Writable(t.Context()), "begin": beginErr,
		"timeline": saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("e")}, Master: "m"}),
	} {
		if !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "can be read only") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Plan(t.Context(), ours, plan.ID); err != nil {
		t.Errorf("reading must go on: %v", err)
	}
	become("off")
	_, err := s.Begin(t.Context(), ours, beginOf(plan))
	must(t, err)
}

func TestTablesAreGone(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	s := openAt(t, server.Location(name))
	server.Exec(t, name, "DROP SCHEMA unjam CASCADE")
	if err := s.Writable(t.Context()); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "missing in the schema") {
		t.Fatalf("without tables: %v", err)
	}
}

func TestOwnClocks(t *testing.T) {
	// SQLite's is the machine's, and can be replaced.
	s, err := Open(t.Context(), "sqlite:"+t.TempDir()+"/unjam.db", WithClock(func() time.Time { return noon.In(time.FixedZone("CET", 3600)) }))
	must(t, err)
	defer s.Close()
	if now, err := s.Now(t.Context()); err != nil || now != noon {
		t.Errorf("SQLite says %s, %v", now, err)
	}
	// PostgreSQL has one for all who use it.
	server := postgrestest.Start(t)
	p, err := Open(t.Context(), server.Location(server.NewDatabase(t)), WithClock(func() time.Time { return noon }))
	must(t, err)
	defer p.Close()
	before := time.Now()
	now, err := p.Now(t.Context())
	if err != nil || now.Before(before.Add(-time.Minute)) || now.After(time.Now().Add(time.Minute)) || now.Location() != time.UTC {
		t.Errorf("PostgreSQL says %s, %v", now, err)
	}
	if again, err := p.Now(t.Context()); err != nil || !again.After(now) {
		t.Errorf("it stands still: %s, %v", again, err)
	}
}
