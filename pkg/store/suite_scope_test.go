package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// everything is all that a scope can see of itself.
type everything struct {
	Timeline     watch.StoredTimeline
	Plan         action.Plan
	PlanErr      error
	Intent       action.Intent
	IntentErr    error
	Unresolved   []action.Intent
	Audit        []action.AuditRow
	Verification action.Verification
}

func see(t *testing.T, s *Store, scope watch.Scope) (e everything) {
	t.Helper()
	var err error
	e.Timeline, err = s.LoadTimeline(t.Context(), scope, cluster)
	must(t, err)
	e.Plan, e.PlanErr = s.Plan(t.Context(), scope, "plan-1")
	e.Intent, e.IntentErr = s.Intent(t.Context(), scope, "plan-1")
	e.Unresolved, err = s.Unresolved(t.Context(), scope, time.Time{})
	must(t, err)
	e.Audit, err = s.Audit(t.Context(), scope, 0, 100)
	must(t, err)
	e.Verification, err = s.Verify(t.Context(), scope)
	must(t, err)
	return e
}

func testIsolation(t *testing.T, open func(t *testing.T) *Store) {
	for _, stranger := range []watch.Scope{otherOrg, otherData, {}, {OrgID: 1}, {DataSourceUID: "seatunnel"}, {OrgID: 1, DataSourceUID: "SEATUNNEL"}} {
		t.Run(stranger.String(), func(t *testing.T) {
			// Given a scope with a row in every table.
			s := open(t)
			must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{
				Episodes: []timeline.Episode{episodeOf("episode-1")}, Master: "m",
				Events: []timeline.Event{{At: noon, Kind: timeline.EventMasterChanged, Member: "m"}},
			}))
			intent := begun(t, s, ours, "plan-1", job)
			if held, err := s.Lease(t.Context(), ours, "plan-1", "a", noon, noon.Add(time.Hour)); err != nil || !held {
				t.Fatal(held, err)
			}
			before := see(t, s, ours)

			// When a stranger looks, then he sees nothing.
			nothing := everything{PlanErr: action.ErrNoPlan, IntentErr: action.ErrNoIntent}
			if seen := see(t, s, stranger); !reflect.DeepEqual(seen, nothing) {
				t.Fatalf("the stranger sees %+v", seen)
			}
			// When he tries to change what is not his, then he is refused.
			if _, err := s.Update(t.Context(), stranger, settled(intent, action.OutcomeStopped), nil); !errors.Is(err, action.ErrNoIntent) {
				t.Errorf("update: %v", err)
			}
			if held, err := s.Lease(t.Context(), stranger, "plan-1", "b", noon.Add(2*time.Hour), noon.Add(3*time.Hour)); !errors.Is(err, action.ErrNoIntent) || held {
				t.Errorf("lease: %v, %v", held, err)
			}
			if _, err := s.Begin(t.Context(), stranger, beginOf(planOf("plan-1", job))); !errors.Is(err, action.ErrNoPlan) {
				t.Errorf("begin: %v", err)
			}
			// When he has rows of the same ids, then they are his own.
			must(t, saveTimeline(t.Context(), s, stranger, watch.TimelineChanges{Episodes: []timeline.Episode{closed(episodeOf("episode-1"), noon)}, Master: "x"}))
			must(t, s.SavePlan(t.Context(), stranger, planOf("plan-1", "2")))
			_, err := s.Begin(t.Context(), stranger, beginOf(planOf("plan-1", "2")))
			must(t, err)
			row, err := s.Append(t.Context(), stranger, entryOf("his own"))
			if err != nil || row.Seq != 2 {
				t.Fatalf("his own trail: %+v, %v", row, err)
			}
			holds(t, s, stranger, 2)
			if after := see(t, s, ours); !reflect.DeepEqual(after, before) {
				t.Fatalf("ours became %+v\nfrom        %+v", after, before)
			}
			if seen := see(t, s, stranger); seen.Plan.Identity.Job != "2" || seen.Intent.Identity.Job != "2" || len(seen.Unresolved) != 1 || seen.Timeline.Master != "x" || len(seen.Timeline.Episodes) != 0 {
				t.Fatalf("his own rows: %+v", seen)
			}
		})
	}
}
