package process

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
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
	var log strings.Builder
	p := Open(t.Context(), "postgres://unjam:swordfish@db/unjam", "set somewhere", slog.New(slog.NewTextHandler(&log, nil)))
	if p.Store != nil || p.StoreErr == nil || p.Registry == nil || p.StoreLocation != "set somewhere" {
		t.Errorf("it has %v at %q, and says %v", p.Store, p.StoreLocation, p.StoreErr)
	}
	if said := log.String() + p.StoreErr.Error(); strings.Contains(said, "swordfish") || !strings.Contains(said, "could not be opened") {
		t.Errorf("it says %q", said)
	}
	if err := p.Close(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
