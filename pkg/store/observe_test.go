package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// failures keeps what an observer is told.
type failures struct {
	mu      sync.Mutex
	classes []FailureClass
}

func (f *failures) StoreFailed(class FailureClass) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.classes = append(f.classes, class)
}

func (f *failures) take() []FailureClass {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.classes
	f.classes = nil
	return taken
}

func TestTheObserverIsToldOfFailuresAndOfNothingElse(t *testing.T) {
	var told failures
	path := filepath.Join(t.TempDir(), "unjam.db")
	s, err := Open(t.Context(), "sqlite:"+path, WithObserver(&told))
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	scope := watch.Scope{OrgID: 1, DataSourceUID: "ds"}

	// Answers that are refusals, and a caller who left, are no failures.
	must(t, s.Writable(t.Context()))
	if _, err := s.Plan(t.Context(), scope, "none"); err == nil {
		t.Error("there is a plan")
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.Unresolved(gone, scope, time.Time{}); err == nil {
		t.Error("it answered a caller who had left")
	}
	if got := told.take(); got != nil {
		t.Errorf("it told %v", got)
	}

	// The file is taken away under it: one failure for each operation.
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && suffix == "" {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.Writable(t.Context()); err == nil {
			t.Error("it can be written though its file is gone")
		}
	}
	if got := told.take(); !slices.Equal(got, []FailureClass{FailureNotWritable, FailureNotWritable}) {
		t.Errorf("it told %v", got)
	}
}

func TestClassOf_NamesNoPlace(t *testing.T) {
	for err, want := range map[error]FailureClass{
		&Problem{Kind: ErrNotWritable, Err: ErrUnreachable}: FailureUnreachable,
		&Problem{Kind: ErrNotWritable}:                      FailureNotWritable,
		&Problem{Kind: ErrDamaged}:                          FailureDamaged,
		context.DeadlineExceeded:                            FailureOther,
	} {
		if got := classOf(err); got != want || strings.ContainsAny(string(got), "/:") {
			t.Errorf("%v is %q, not %q", err, got, want)
		}
	}
}
