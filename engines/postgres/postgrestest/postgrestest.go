// Package postgrestest gives tests a real PostgreSQL: one server for a test
// program, which engines/postgres starts from the programs that npm installs,
// and a database for each test. It is for tests alone.
package postgrestest

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // for the superuser's connections
)

const (
	// toolMissing is the engine's exit code for what callers count as skipped.
	toolMissing = 3
	// Owner is the user that owns the databases, as an administrator would set
	// it up: it is no superuser.
	Owner = "unjam_owner"
	// Password is Owner's, marked so that a test can look for it, and with
	// characters that a URL must escape.
	Password = "s3cret-pass/w@rd"
)

// Server is a PostgreSQL server on 127.0.0.1.
type Server struct {
	cli string
	dir string
	// Host and Port are where it listens.
	Host string `json:"host"`
	Port int    `json:"port"`
	// The superuser, and a database that every server has.
	User     string `json:"user"`
	Admin    string `json:"password"`
	Database string `json:"database"`

	databases atomic.Int64
}

// errSkip says that this machine cannot run a server.
var errSkip = errors.New("skipped")

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
	if errors.Is(failed, errSkip) {
		t.Skip(failed)
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
		_, _ = running.run(context.Background(), "stop")
		_ = os.RemoveAll(running.dir)
		running = nil
	}
}

func start(ctx context.Context) (*Server, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "unjam-postgrestest-")
	if err != nil {
		return nil, err
	}
	s := &Server{cli: filepath.Join(root, "engines", "postgres", "cli.mjs"), dir: dir}
	told, err := s.run(ctx, "start", "--owner-pid", strconv.Itoa(os.Getpid()))
	if err == nil {
		err = json.Unmarshal(told, s)
	}
	if err == nil {
		err = s.createOwner(ctx)
	}
	if err != nil {
		_, _ = s.run(context.Background(), "stop")
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// moduleRoot finds the folder with go.mod above the test's package.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if filepath.Dir(folder) == folder {
			return "", errors.New("no go.mod above the test's folder")
		}
		folder = filepath.Dir(folder)
	}
}

func (s *Server) run(ctx context.Context, command string, options ...string) ([]byte, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("%w: no Node, which starts PostgreSQL for tests", errSkip)
	}
	var said bytes.Buffer
	process := exec.CommandContext(ctx, node, append([]string{s.cli, command, "--dir", s.dir}, options...)...)
	process.Stderr = &said
	told, err := process.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == toolMissing {
		return nil, fmt.Errorf("%w: %s", errSkip, strings.TrimSpace(said.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("engines/postgres %s: %w: %s", command, err, said.String())
	}
	return told, nil
}

func (s *Server) createOwner(ctx context.Context) error {
	db, err := sql.Open("pgx", s.url(s.User, s.Admin, s.Database))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "CREATE ROLE "+Owner+" LOGIN PASSWORD '"+Password+"'")
	return err
}

func (s *Server) url(user, password, database string) string {
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	full := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: address, Path: "/" + database, RawQuery: "sslmode=disable"}
	return full.String()
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
func (s *Server) Location(database string) string { return s.url(Owner, Password, database) }

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
	db, err := sql.Open("pgx", s.url(s.User, s.Admin, database))
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
	if _, err := s.run(context.Background(), command, options...); err != nil {
		t.Fatal(err)
	}
}
