package store

import (
	"database/sql"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
)

// with gives a location with another part.
func with(t *testing.T, location string, change func(*url.URL)) string {
	t.Helper()
	parsed, err := url.Parse(location)
	must(t, err)
	change(parsed)
	return parsed.String()
}

// nobodyListens gives an address of this machine that refuses connections.
func nobodyListens(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, listener.Close())
	return listener.Addr().String()
}

// silence gives an address that takes connections and never answers.
func silence(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func TestPostgresIsRefusedWithASentence(t *testing.T) {
	server := postgrestest.Start(t)
	ready := server.NewDatabase(t)
	must(t, openAt(t, server.Location(ready)).Close())
	good := server.Location(ready)

	latin := server.NewDatabase(t, "ENCODING 'LATIN1' TEMPLATE template0")
	rightless := server.NewDatabase(t)
	server.Exec(t, rightless, "ALTER DATABASE "+rightless+" OWNER TO "+server.User)
	othersSchema := server.NewDatabase(t)
	server.Exec(t, othersSchema, "CREATE SCHEMA unjam")
	foreign := server.NewDatabase(t)
	server.Exec(t, foreign, "CREATE SCHEMA unjam AUTHORIZATION "+postgrestest.Owner, "CREATE TABLE unjam.dashboard (id integer)", "ALTER TABLE unjam.dashboard OWNER TO "+postgrestest.Owner)
	marked := server.NewDatabase(t)
	server.Exec(t, marked, "CREATE SCHEMA unjam AUTHORIZATION "+postgrestest.Owner, "CREATE TABLE unjam.store_mark (application text)", "INSERT INTO unjam.store_mark VALUES ('another')", "ALTER TABLE unjam.store_mark OWNER TO "+postgrestest.Owner)
	rightlessLater := server.NewDatabase(t)
	must(t, openAt(t, server.Location(rightlessLater)).Close())
	server.Exec(t, rightlessLater, "ALTER SCHEMA unjam OWNER TO "+server.User)
	newer := server.NewDatabase(t)
	must(t, openAt(t, server.Location(newer)).Close())
	server.Exec(t, newer, "INSERT INTO unjam.schema_version VALUES (99, 'later')")
	standby := server.NewDatabase(t)
	server.Exec(t, standby, "ALTER DATABASE "+standby+" SET default_transaction_read_only = on")
	closed := server.NewDatabase(t)
	server.Exec(t, closed, "REVOKE CONNECT ON DATABASE "+closed+" FROM public", "ALTER DATABASE "+closed+" OWNER TO "+server.User)

	for _, test := range []struct {
		name     string
		location string
		kind     error
		says     string
	}{
		{"wrong password", with(t, good, func(u *url.URL) { u.User = url.UserPassword(postgrestest.Owner, "wr0ng-pass/w@rd") }), ErrUnreachable, "refused user or password"},
		{"no password", with(t, good, func(u *url.URL) { u.User = url.User(postgrestest.Owner) }), ErrUnreachable, "refused user or password"},
		{"unknown user", with(t, good, func(u *url.URL) { u.User = url.UserPassword("s0mebody", postgrestest.Password) }), ErrUnreachable, "refused user or password"},
		{"unknown host", with(t, good, func(u *url.URL) { u.Host = "db.invalid" }), ErrUnreachable, "the host db.invalid is not known"},
		{"unknown database", server.Location("missing"), ErrUnreachable, "there is no database missing on 127.0.0.1"},
		{"no right to connect", server.Location(closed), ErrUnreachable, "may not connect"},
		{"nobody listens", with(t, good, func(u *url.URL) { u.Host = nobodyListens(t) }), ErrUnreachable, "no server accepts connections"},
		{"TLS demanded of a server without", with(t, good, func(u *url.URL) { u.RawQuery = "sslmode=require" }), ErrUnreachable, "TLS"},
		{"no right to make a schema", server.Location(rightless), ErrNotWritable, "CREATE SCHEMA unjam AUTHORIZATION"},
		{"a schema of another user", server.Location(othersSchema), ErrNotWritable, "the schema unjam"},
		{"a schema that another user took", server.Location(rightlessLater), ErrNotWritable, "the schema unjam"},
		{"a schema of another program", server.Location(foreign), ErrForeign, "another program created it"},
		{"a mark of another program", server.Location(marked), ErrForeign, "another program created it"},
		{"a newer schema", server.Location(newer), ErrNewer, "schema 99"},
		{"an encoding that cannot hold every name", server.Location(latin), ErrOpen, "its encoding is LATIN1"},
		{"a server that is read only", server.Location(standby), ErrNotWritable, "can be read only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Open(t.Context(), test.location)
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			t.Log(err)
			var problem *Problem
			if !errors.Is(err, test.kind) || !errors.As(err, &problem) || problem.Advice == "" || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v, want %v in one line with %q and advice", err, test.kind, test.says)
			}
			if errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrOpen) {
				t.Errorf("%v, want that it was not opened", err)
			}
			tellsNothing(t, err, postgrestest.Password, url.QueryEscape(postgrestest.Password), "wr0ng", postgrestest.Owner, "s0mebody")
		})
	}
	// What was refused was left as it is.
	for database, want := range map[string]int{foreign: 1, marked: 1, othersSchema: 0} {
		db := server.Open(t, database)
		var relations int
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'unjam'").Scan(&relations)
		if err != nil || relations != want {
			t.Errorf("%s has %d tables, %v", database, relations, err)
		}
		must(t, db.Close())
	}
}

func TestPostgresThatIsSilent(t *testing.T) {
	at, err := parseLocation("postgres://unjam:s3cret@" + silence(t) + "/unjam")
	must(t, err)
	ctx, cancel := contextOf(t, 200*time.Millisecond)
	defer cancel()
	s, err := Open(ctx, "postgres://unjam:s3cret@"+strings.TrimPrefix(at.String(), "postgres://"))
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "did not answer") {
		t.Fatalf("%v, %v", s, err)
	}
	tellsNothing(t, err, "s3cret")
}

func TestSchemaThatAnAdministratorMade(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewDatabase(t)
	server.Exec(t, name, "ALTER DATABASE "+name+" OWNER TO "+server.User, "CREATE SCHEMA unjam AUTHORIZATION "+postgrestest.Owner)
	s := openAt(t, server.Location(name))
	trailOf(t, s, ours, 1)
	holds(t, s, ours, 1)
}

func TestAdvisoryLocksThatDoNotLock(t *testing.T) {
	server := postgrestest.Start(t)
	s := openAt(t, server.Location(server.NewDatabase(t)))
	database := s.database.(*postgresServer)
	// Given a transaction that should hold the lock, and does not.
	err := s.snapshot(t.Context(), func(tx *sql.Tx) error { return database.suits(t.Context(), tx, s.reader) })
	if !errors.Is(err, ErrOpen) || !strings.Contains(err.Error(), "advisory locks do not lock") {
		t.Fatalf("a server without locks: %v", err)
	}
	// One that has it is fit.
	must(t, s.write(t.Context(), func(tx *sql.Tx) error { return database.suits(t.Context(), tx, s.reader) }))
}

func TestOpenOfANewDatabaseByManyAtOnce(t *testing.T) {
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			s, err := Open(t.Context(), location)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Writable(t.Context()), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := count(t, openAt(t, location), "schema_version"); n == 0 {
		t.Fatal("there is no schema")
	}
}

func TestWhatAServerSays(t *testing.T) {
	at, err := parseLocation("postgres://unjam:s3cret@db/unjam")
	must(t, err)
	p := &postgresServer{at: at.(postgresPlace)}
	for state, want := range map[string]struct {
		kind error
		says string
	}{
		"25006": {ErrNotWritable, "can be read only"},
		"42501": {ErrNotWritable, "may not make or use the schema"},
		"55P03": {ErrNotWritable, "for more than"},
		"57014": {ErrNotWritable, "did not answer in time"},
		"40001": {ErrNotWritable, "Try again"},
		"40P01": {ErrNotWritable, "Try again"},
		"53100": {ErrNotWritable, "is full"},
		"53200": {ErrNotWritable, "short of memory"},
		"58030": {ErrNotWritable, "failed to read or write"},
		"42P01": {ErrNotWritable, "tables of Unjam are missing"},
		"3F000": {ErrNotWritable, "tables of Unjam are missing"},
		"57P01": {ErrUnreachable, "was lost"},
		"57P02": {ErrUnreachable, "was lost"},
		"25P03": {ErrUnreachable, "was lost"},
		"08006": {ErrUnreachable, "was lost"},
		"XX001": {ErrDamaged, "cannot read the data"},
	} {
		err := p.explain(&pgconn.PgError{Code: state, Message: "of unjam:s3cret", Detail: "of unjam:s3cret"})
		var problem *Problem
		if !errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.says) || !errors.As(err, &problem) || problem.Advice == "" {
			t.Errorf("%s: %v, want %v with %q", state, err, want.kind, want.says)
		}
		tellsNothing(t, err, "s3cret")
	}
	for state, says := range map[string]string{
		"28P01": "refused user or password", "28000": "pg_hba.conf", "3D000": "there is no database", "42501": "CONNECT",
		"57P03": "starting or stopping", "53300": "no connection left", "XX000": "SQLSTATE XX000",
	} {
		err := p.explain(&connectError{&pgconn.PgError{Code: state, Message: "of unjam:s3cret"}})
		if !errors.Is(err, ErrUnreachable) || !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s while connecting: %v, want %q", state, err, says)
		}
		tellsNothing(t, err, "s3cret")
	}
}
