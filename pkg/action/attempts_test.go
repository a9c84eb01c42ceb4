package action_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// withAttempts gives the rig the process' limits.
func withAttempts(t *testing.T) *rig {
	t.Helper()
	var r *rig
	attempts := action.NewAttempts(func() time.Time { return r.Now() })
	r = newRig(t, func(deps *action.Deps) { deps.Attempts = attempts })
	return r
}

// A script that plans without pause is told to wait; a save of the data source
// makes a new instance and resets nothing; others are not held up.
func TestRateLimit_Plans(t *testing.T) {
	r := withAttempts(t)
	r.stuckFor(10 * time.Minute)
	var refusal *action.Refusal
	for asked := 1; ; asked++ {
		_, err := r.service.Plan(t.Context(), anna, action.KindForceStop, jobID)
		if errors.As(err, &refusal) {
			if asked <= action.PlansAMinute {
				t.Fatalf("refused at %d: %v", asked, err)
			}
			break
		}
		if asked > action.PlansAMinute+5 {
			t.Fatal("never refused")
		}
	}
	if refusal.Guard != action.CheckRateLimit || refusal.Status != 429 || refusal.RetryAfter < time.Second || refusal.RetryAfter > time.Minute {
		t.Errorf("%+v", refusal)
	}
	saved := action.NewService(r.deps)
	_, err := saved.Plan(t.Context(), &action.Actor{Login: "ANNA", Role: "Admin"}, action.KindForceStop, jobID)
	r.mustRefuse(err, action.CheckRateLimit, 429)
	if _, err := saved.Plan(t.Context(), otto, action.KindForceStop, jobID); err != nil {
		t.Errorf("otto is held up by anna: %v", err)
	}
	elsewhere := r.deps
	elsewhere.Scope = watch.Scope{OrgID: 2, DataSourceUID: "ds"}
	if _, err := action.NewService(elsewhere).Plan(t.Context(), anna, action.KindForceStop, jobID); err != nil {
		t.Errorf("an anna of another organisation is held up: %v", err)
	}
	r.advance(refusal.RetryAfter)
	if _, err := r.service.Plan(t.Context(), anna, action.KindForceStop, jobID); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// Everything that decides something shares one limit, which stops guessing of
// ids and phrases. Twenty jobs cleared by hand, one each ten seconds, stay below
// both limits.
func TestRateLimit_Decisions(t *testing.T) {
	r := withAttempts(t)
	r.stuckFor(10 * time.Minute)
	nobodys := strings.Repeat("0", 32)
	decisions := []func() error{
		func() error {
			_, err := r.service.Confirm(t.Context(), anna, nobodys, action.Confirmation{})
			return err
		},
		func() error {
			_, err := r.service.RequestApproval(t.Context(), anna, nobodys, action.Confirmation{})
			return err
		},
		func() error {
			_, _, err := r.service.Approve(t.Context(), anna, nobodys, action.Confirmation{})
			return err
		},
		func() error { _, err := r.service.Reject(t.Context(), anna, nobodys, "no reason at all"); return err },
		func() error { _, err := r.service.RequestIncident(t.Context(), anna, "short"); return err },
		func() error {
			_, err := r.service.Dismiss(t.Context(), anna, jobID, "e", "no reason at all")
			return err
		},
	}
	for asked := range action.ConfirmsAMinute {
		var refusal *action.Refusal
		if err := decisions[asked%len(decisions)](); !errors.As(err, &refusal) || refusal.Guard == action.CheckRateLimit {
			t.Fatalf("decision %d: %v", asked, err)
		}
	}
	for i, decide := range decisions {
		if err := decide(); err == nil {
			t.Errorf("decision %d is not limited", i)
		} else {
			r.mustRefuse(err, action.CheckRateLimit, 429)
		}
	}
	r.advance(time.Minute)
	for job := range 20 {
		r.advance(10 * time.Second)
		r.stuckFor(10 * time.Minute)
		plan := r.plan(action.KindCancel)
		if !plan.Allowed() {
			t.Fatalf("job %d: %+v", job, plan.Verdicts)
		}
		if _, err := r.confirm(plan); err != nil {
			t.Fatalf("job %d: %v", job, err)
		}
		r.settled(plan.ID)
	}
}

// refusedBy counts the trail's refusals by login, and gives the rows that tell
// of others.
func (r *rig) refusedBy() (byLogin map[string]int, suppressed []string) {
	r.t.Helper()
	byLogin = map[string]int{}
	before := int64(0)
	for {
		rows, err := r.store.Audit(r.t.Context(), scope, before, 500)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(rows) == 0 {
			return byLogin, suppressed
		}
		for _, row := range rows {
			before = row.Seq
			switch row.Entry.Event {
			case action.AuditRefused:
				byLogin[row.Entry.Actor.Login]++
			case action.AuditSuppressed:
				suppressed = append(suppressed, row.Entry.Detail)
			}
		}
	}
}

// A flood of refused attempts does not fill the disk, does not hide another's
// attempt, is not started anew by a save, and is told of in one row.
func TestRefusals_AFloodIsBoundedAndTold(t *testing.T) {
	r := withAttempts(t)
	// The rig's clock moves a millisecond with each look: stay in one minute.
	r.advance(time.Second)
	attempt := func(service *action.Service, login string) {
		var actor *action.Actor
		if login != "" {
			actor = &action.Actor{Login: login, Role: "Viewer"}
		}
		_, _ = service.Plan(t.Context(), actor, action.KindCancel, jobID)
	}
	for range 100 {
		attempt(r.service, "vera")
		attempt(r.service, "")
	}
	attempt(action.NewService(r.deps), "vera")
	attempt(r.service, "egon")
	byLogin, suppressed := r.refusedBy()
	if byLogin["vera"] != 10 || byLogin[""] != 10 || byLogin["egon"] != 1 || len(suppressed) != 0 {
		t.Errorf("%v, %v", byLogin, suppressed)
	}
	// The next minute tells of the rest, once.
	r.advance(time.Minute)
	attempt(r.service, "egon")
	for range 2 {
		if _, err := r.service.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, suppressed = r.refusedBy()
	if len(suppressed) != 1 || !strings.HasPrefix(suppressed[0], "181 more attempts") || !strings.Contains(suppressed[0], "vera: 91, nobody signed in: 90") {
		t.Errorf("%v", suppressed)
	}
	// Many logins at once: sixty rows, and a bounded list of names.
	r.advance(time.Minute)
	for n := range 150 {
		attempt(r.service, fmt.Sprintf("user%03d", n))
	}
	before, _ := r.refusedBy()
	r.advance(time.Minute)
	if _, err := r.service.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, suppressed := r.refusedBy()
	recorded := 0
	for login, count := range after {
		if strings.HasPrefix(login, "user") {
			recorded += count
		}
	}
	if recorded != 60 || len(before) != len(after) || len(suppressed) != 2 || !strings.HasPrefix(suppressed[0], "90 more") || !strings.Contains(suppressed[0], "others: 40") {
		t.Errorf("%d recorded, %v", recorded, suppressed)
	}
}
