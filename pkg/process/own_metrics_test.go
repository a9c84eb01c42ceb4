package process

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestAProcessShowsItsOwnMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	open := func() *Process {
		return Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "unjam.db"), "set somewhere", logger, WithMetrics(registry))
	}
	p := open()
	families, err := registry.Gather()
	if err != nil || len(families) < 5 {
		t.Errorf("it shows %v, and says %v", families, err)
	}
	// A second one in the same program works, and says what it lacks.
	second := open()
	if second.StoreErr != nil || !strings.Contains(log.String(), "own metrics are not shown") {
		t.Errorf("it has %v and says %q", second.StoreErr, log.String())
	}
	for _, one := range []*Process{p, second} {
		if err := one.Close(); err != nil {
			t.Error(err)
		}
	}
}
