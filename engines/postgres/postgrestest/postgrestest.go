// Package postgrestest gives tests a real PostgreSQL: one server for a test
// program, which engines/postgres starts from the programs that npm installs,
// and a database for each test. It is for tests alone.
package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // for the superuser's connections

	"github.com/unjam/unjam-jobs-app/engines/postgres/pgserver"
)

const (
	// Owner is the user that owns the databases, as an administrator would set
	// it up: it is no superuser.
	Owner = "unjam_owner"
	// Password is Owner's, marked so that a test can look for it, and with
	// characters that a URL must escape.
	Password = "s3cret-pass/w@rd"
)

// Server is a PostgreSQL server on 127.0.0.1 with a user for the store.
type Server struct {
	*pgserver.Server
	dir       string
	databases atomic.Int64
}

// The server of this test program, or why there is none.
var (
	mu      sync.Mutex
	running *Server
	failed  error
)

// Start gives the server of this test program, and starts it if it does not run
// yet. The test is skipped where there are no programs.
func Start(t testing.TB) *Server {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if running == nil && failed == nil {
		running, failed = start(t.Context())
	}
	if missing, is := errors.AsType[pgserver.Missing](failed); is {
		t.Skipf("skipped: %s", missing)
	}
	if failed != nil {
		t.Fatal(failed)
	}
	return running
}

// Stop ends the server of this test program, if it runs. Call it at the end of
// TestMain; a program that does not come to its end is looked after by the
// engine's watchdog.
func Stop() {
	mu.Lock()
	defer mu.Unlock()
	if running != nil {
		running.Server.Stop()
		_ = os.RemoveAll(running.dir)
		running = nil
	}
}

func start(ctx context.Context) (*Server, error) {
	root, err := pgserver.ModuleRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "unjam-postgrestest-")
	if err != nil {
		return nil, err
	}
	server, err := pgserver.Start(ctx, root, dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	s := &Server{Server: server, dir: dir}
	if err := s.createOwner(ctx); err != nil {
		server.Stop()
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *Server) createOwner(ctx context.Context) error {
	db, err := sql.Open("pgx", s.URL(s.User, s.Admin, s.Database))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "CREATE ROLE "+Owner+" LOGIN PASSWORD '"+Password+"'")
	return err
}

// NewDatabase makes an empty database that Owner owns, and gives its name. It
// is dropped at the end of the test. Options are added to CREATE DATABASE.
func (s *Server) NewDatabase(t testing.TB, options ...string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.databases.Add(1))
	s.Exec(t, s.Database, "CREATE DATABASE "+name+" OWNER "+Owner+" STRATEGY file_copy "+strings.Join(options, " "))
	t.Cleanup(func() { s.Exec(t, s.Database, "DROP DATABASE "+name+" WITH (FORCE)") })
	return name
}

// Location gives the store's location of a database, for Owner.
func (s *Server) Location(database string) string { return s.URL(Owner, Password, database) }

// Exec runs statements as the superuser.
func (s *Server) Exec(t testing.TB, database string, statements ...string) {
	t.Helper()
	db := s.Open(t, database)
	defer db.Close()
	for _, statement := range statements {
		// The test's own context is over in its Cleanup.
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Open gives connections of the superuser to a database; the caller closes
// them.
func (s *Server) Open(t testing.TB, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", s.URL(s.User, s.Admin, database))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Down ends the server; its data stay.
func (s *Server) Down(t testing.TB) { s.must(t, "down") }

// Crash ends the server without a goodbye to those who are connected.
func (s *Server) Crash(t testing.TB) { s.must(t, "down", "--at-once") }

// Up starts a server again that is down.
func (s *Server) Up(t testing.TB) { s.must(t, "up") }

func (s *Server) must(t testing.TB, command string, options ...string) {
	t.Helper()
	if _, err := s.Run(context.Background(), command, options...); err != nil {
		t.Fatal(err)
	}
}
