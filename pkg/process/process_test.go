package process

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
)

func TestAProcessHasItsStore(t *testing.T) {
	location := "sqlite:" + filepath.Join(t.TempDir(), "unjam.db")
	p := Open(t.Context(), location, "set somewhere", slog.New(slog.DiscardHandler))
	if p.StoreErr != nil || p.Store == nil || p.StoreLocation != location {
		t.Errorf("it has %v at %q, and says %v", p.Store, p.StoreLocation, p.StoreErr)
	}
	if err := p.Store.Writable(t.Context()); err != nil {
		t.Errorf("it cannot be written: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestWithoutAStoreItStartsAndNamesNoSecret(t *testing.T) {
	for _, test := range []struct {
		location string
		shown    string
		// later is set where the store may be there later.
		later bool
	}{
		{"mysql://unjam:swordfish@db/unjam", "set somewhere", false},
		{"postgres://unjam:swordfish@db.invalid/unjam", "postgres://db.invalid/unjam", true},
	} {
		var log strings.Builder
		p := Open(t.Context(), test.location, "set somewhere", slog.New(slog.NewTextHandler(&log, nil)))
		if (p.Store != nil) != test.later || (p.StoreErr == nil) != test.later || p.Registry == nil || p.StoreLocation != test.shown {
			t.Errorf("it has %v at %q, and says %v", p.Store, p.StoreLocation, p.StoreErr)
		}
		said := log.String()
		if !strings.Contains(said, "No record can be made") || !strings.Contains(said, "grafana.ini") && !test.later {
			t.Errorf("it says %q", said)
		}
		if test.later {
			said += p.Store.Writable(t.Context()).Error()
		}
		if strings.Contains(said, "swordfish") || strings.Contains(said, "unjam:") {
			t.Errorf("it tells %q", said)
		}
		if err := p.Close(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

func TestTwoProcessesShareOneStore(t *testing.T) {
	server := postgrestest.Start(t)
	location := server.Location(server.NewDatabase(t))
	for range 2 {
		p := Open(t.Context(), location, "set somewhere", slog.New(slog.DiscardHandler))
		defer func() {
			if err := p.Close(); err != nil {
				t.Errorf("it ended with %v", err)
			}
		}()
		if p.StoreErr != nil || strings.Contains(p.StoreLocation, postgrestest.Owner) {
			t.Fatalf("it has the store %s, and says %v", p.StoreLocation, p.StoreErr)
		}
		if err := p.Store.Writable(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
