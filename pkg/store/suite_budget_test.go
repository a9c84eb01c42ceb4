package store

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// tryAt makes a plan at a time and begins it with a budget of limit in 10 min.
func tryAt(t *testing.T, s *Store, scope watch.Scope, id string, kind action.Kind, at time.Time, limit int) error {
	t.Helper()
	plan := planOf(id, coordinator.JobID(id))
	plan.Kind, plan.CreatedAt, plan.ExpiresAt = kind, at, at.Add(2*time.Minute)
	must(t, s.SavePlan(t.Context(), scope, plan))
	begin := beginOf(plan)
	begin.Now, begin.Intent.At, begin.Budget = at, at, limit
	_, err := s.Begin(t.Context(), scope, begin)
	return err
}

func testBudget(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	const window = 10 * time.Minute
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	for _, step := range []struct {
		id      string
		kind    action.Kind
		at      time.Time
		limit   int
		retryAt time.Time // zero: it may begin
	}{
		{"1", action.KindForceStop, minute(0), 3, time.Time{}},
		{"2", action.KindForceStop, minute(1), 3, time.Time{}},
		{"3", action.KindForceStop, minute(2), 3, time.Time{}},
		{"4", action.KindForceStop, minute(3), 3, minute(10)},
		{"5", action.KindCancel, minute(3), 3, time.Time{}}, // its own budget
		{"6", action.KindForceStop, minute(3), 50, time.Time{}},
		{"7", action.KindForceStop, minute(4), 3, minute(11)}, // 4 are in the window: two must leave it
		{"8", action.KindForceStop, minute(10).Add(-1), 4, minute(10)},
		{"9", action.KindForceStop, minute(10), 4, time.Time{}}, // the moment that was told
		{"10", action.KindForceStop, minute(10), 0, minute(20)},
	} {
		err := tryAt(t, s, ours, step.id, step.kind, step.at, step.limit)
		var budget *action.BudgetError
		switch {
		case step.retryAt.IsZero() && err != nil:
			t.Fatalf("%s: %v", step.id, err)
		case !step.retryAt.IsZero() && (!errors.As(err, &budget) || !budget.RetryAt.Equal(step.retryAt) || budget.Limit != step.limit || budget.Window != window):
			t.Fatalf("%s: %v, want a refusal until %s", step.id, err, step.retryAt)
		}
	}
	for _, test := range []struct {
		cluster string
		kind    action.Kind
		since   time.Time
		count   int
		oldest  time.Time
	}{
		{cluster, action.KindForceStop, noon.Add(-1), 5, minute(0)},
		{cluster, action.KindForceStop, noon, 4, minute(1)},
		{cluster, action.KindCancel, noon, 1, minute(3)},
		{cluster, action.KindCancel, minute(3), 0, time.Time{}},
		{"elsewhere", action.KindForceStop, noon.Add(-time.Hour), 0, time.Time{}},
	} {
		n, oldest, err := s.Spent(t.Context(), test.cluster, test.kind, test.since)
		if err != nil || n != test.count || !oldest.Equal(test.oldest) {
			t.Errorf("spent %s since %s: %d, %s, %v, want %d, %s", test.kind, test.since, n, oldest, err, test.count, test.oldest)
		}
	}
}

func testTwoScopesOneCluster(t *testing.T, open func(t *testing.T) *Store) {
	// Given two data sources, even of two organisations, that show one cluster.
	handles := map[watch.Scope]*Store{ours: open(t), otherData: open(t), otherOrg: open(t)}
	for scope, s := range handles {
		must(t, s.SavePlan(t.Context(), scope, planOf("plan-"+scope.String(), job)))
	}
	// When all confirm at once, then there is one request.
	var wait sync.WaitGroup
	var mu sync.Mutex
	won, lost := 0, 0
	for scope, s := range handles {
		wait.Go(func() {
			_, err := s.Begin(t.Context(), scope, beginOf(planOf("plan-"+scope.String(), job)))
			mu.Lock()
			defer mu.Unlock()
			var inFlight *action.InFlightError
			switch {
			case err == nil:
				won++
			case errors.As(err, &inFlight):
				lost++
			default:
				t.Errorf("%s: %v", scope, err)
			}
		})
	}
	wait.Wait()
	if won != 1 || lost != 2 {
		t.Fatalf("%d began and %d were refused", won, lost)
	}
	// And there is one budget: the first is in it already.
	at := noon.Add(time.Minute)
	for n, scope := range []watch.Scope{otherData, otherOrg} {
		if err := tryAt(t, handles[scope], scope, numbered("more", n), action.KindForceStop, at, 3); err != nil {
			t.Fatal(err)
		}
	}
	var budget *action.BudgetError
	if err := tryAt(t, handles[ours], ours, "too-many", action.KindForceStop, at, 3); !errors.As(err, &budget) {
		t.Fatalf("the fourth of three: %v", err)
	}
	if n, _, err := handles[ours].Spent(t.Context(), cluster, action.KindForceStop, noon); err != nil || n != 3 {
		t.Fatalf("spent: %d, %v", n, err)
	}
}
