package action

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// LeftoversFor is how long workers are asked for leftover tasks after the end
// of a job was proven (design §7).
const LeftoversFor = time.Hour

// Leftovers is what still ran on the workers after a job's end was proven.
type Leftovers struct {
	// CheckedAt is the newest look; zero before the first.
	CheckedAt time.Time `json:"checkedAt,omitzero"`
	// Tasks are the workers that still run tasks of the job ("zombie tasks").
	Tasks []LeftoverTask `json:"tasks"`
	// NotChecked are the configured workers that gave no answer at that look.
	NotChecked []string `json:"notChecked"`
	// Unasked is why no worker could be asked at all; empty when some were.
	Unasked string `json:"unasked,omitempty"`
	// Until is when the looking ends.
	Until time.Time `json:"until"`
}

// LeftoverTask is a worker that still runs tasks of an ended job.
type LeftoverTask struct {
	// Worker is the configured address.
	Worker string `json:"worker"`
	// Threads is the number of task threads.
	Threads int `json:"threads"`
}

// Count is the number of task threads that were left behind.
func (l *Leftovers) Count() int {
	if l == nil {
		return 0
	}
	count := 0
	for _, task := range l.Tasks {
		count += task.Threads
	}
	return count
}

// Sentence says what was found, for the action's detail.
func (l *Leftovers) Sentence() string {
	switch {
	case l == nil:
		return ""
	case len(l.Tasks) == 0 && l.Unasked != "":
		return "Not checked for tasks left behind: " + l.Unasked
	}
	var parts []string
	if len(l.Tasks) > 0 {
		named := make([]string, 0, len(l.Tasks))
		for _, task := range l.Tasks {
			named = append(named, fmt.Sprintf("%s (%s)", task.Worker, threads(task.Threads)))
		}
		parts = append(parts, "Zombie task on "+strings.Join(named, ", ")+".")
	} else if len(l.NotChecked) == 0 {
		parts = append(parts, "No worker runs a task of it any more.")
	}
	if len(l.NotChecked) > 0 {
		parts = append(parts, "Not checked for tasks left behind, no answer: "+strings.Join(l.NotChecked, ", ")+".")
	} else if l.Unasked != "" {
		parts = append(parts, "Not checked again: "+l.Unasked)
	}
	return strings.Join(parts, " ")
}

func threads(count int) string {
	if count == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", count)
}

// Aftermath is what is still open after the acts of a scope.
type Aftermath struct {
	ReadAt time.Time
	// Unconfirmed are actions without a proven end, Watched those whose
	// workers are still asked for leftover tasks.
	Unconfirmed []Intent
	Watched     []Intent
}

// aftermathFresh is how old a cached aftermath may be: all metrics of one
// evaluation share one look at the store.
const aftermathFresh = 5 * time.Second

type cachedAftermath struct {
	mu    sync.Mutex
	value Aftermath
}

// Aftermath gives what is still open, at most aftermathFresh old. It asks for
// no person: it is for metrics, which carry none. Errors are the store's.
func (s *Service) Aftermath(ctx context.Context) (Aftermath, error) {
	if s.deps.Store == nil {
		return Aftermath{}, s.deps.StoreErr
	}
	s.aftermath.mu.Lock()
	defer s.aftermath.mu.Unlock()
	readAt := s.deps.Now()
	if cached := s.aftermath.value; !cached.ReadAt.IsZero() && readAt.Sub(cached.ReadAt).Abs() < aftermathFresh {
		return cached, nil
	}
	now, err := s.deps.Store.Now(ctx)
	if err != nil {
		return Aftermath{}, err
	}
	read := Aftermath{ReadAt: readAt}
	if read.Unconfirmed, err = s.deps.Store.Unresolved(ctx, s.deps.Scope, now.Add(-s.deps.Timing.ReconcileFor)); err != nil {
		return Aftermath{}, err
	}
	if read.Watched, err = s.deps.Store.Ended(ctx, s.deps.Scope, now.Add(-LeftoversFor)); err != nil {
		return Aftermath{}, err
	}
	s.aftermath.value = read
	return read, nil
}
