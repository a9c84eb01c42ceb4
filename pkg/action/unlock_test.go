package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// S37: the incident budget takes a second person and a reason, lasts for an
// hour, and is still one plan for each job.
func TestS37_IncidentBudget(t *testing.T) {
	r := newRig(t, func(deps *action.Deps) { deps.Policy.MaxForceStops, deps.Policy.IncidentBudget = 1, 2 })
	r.stuckFor(10 * time.Minute)
	forceStop := func() error {
		plan := r.plan(action.KindForceStop)
		_, err := r.confirm(plan)
		r.work.group.Wait()
		return err
	}
	if err := forceStop(); err != nil {
		t.Fatal(err)
	}
	spare := r.plan(action.KindForceStop)
	if spare.Allowed() {
		t.Fatal("the budget allows a second force stop")
	}
	for _, verdict := range spare.Verdicts {
		if verdict.Guard == action.GuardBudget && !strings.Contains(verdict.Change, "second person") {
			t.Errorf("nobody is told of the incident budget: %+v", verdict)
		}
	}

	_, err := r.service.RequestIncident(t.Context(), anna, "many")
	r.mustRefuse(err, action.CheckReason, 422)
	_, err = r.service.RequestIncident(t.Context(), &action.Actor{Login: "vera", Role: "Viewer"}, "forty jobs hang since the switch died")
	r.mustRefuse(err, action.CheckRole, 403)
	asked, err := r.service.RequestIncident(t.Context(), anna, "forty jobs hang since the switch died")
	if err != nil || asked.Kind != action.KindIncident || asked.Phrase != "" || asked.Identity.Cluster != "lake" || asked.Identity.Job != "" {
		t.Fatalf("%+v, %v", asked, err)
	}
	_, err = r.service.RequestIncident(t.Context(), otto, "forty jobs hang since the switch died")
	r.mustRefuse(err, action.GuardWaiting, 409)
	_, _, err = r.approve(anna, asked)
	r.mustRefuse(err, action.CheckSecondPerson, 403)
	if _, found := r.service.Incident(t.Context()); found {
		t.Fatal("unlocked by a request alone")
	}

	approved, intent, err := r.approve(otto, asked)
	if err != nil || intent != nil || approved.State != action.ApprovalApproved {
		t.Fatalf("%+v, %+v, %v", approved, intent, err)
	}
	incident, found := r.service.Incident(t.Context())
	if !found || incident.Limit != 2 || incident.Requester != *anna || incident.Approver != *otto || incident.Until.Sub(incident.From) != action.IncidentLifetime || incident.Reason == "" {
		t.Fatalf("%+v, %v", incident, found)
	}
	_, err = r.service.RequestIncident(t.Context(), anna, "and forty more since then")
	r.mustRefuse(err, action.CheckIncident, 409)

	for range 2 {
		if err := forceStop(); err != nil {
			t.Fatal(err)
		}
	}
	third := r.plan(action.KindForceStop)
	if third.Allowed() {
		t.Error("the incident budget allows more than its limit")
	}
	for _, verdict := range third.Verdicts {
		if verdict.Guard == action.GuardBudget && !verdict.AllowedFrom.Equal(incident.Until) {
			t.Errorf("%+v", verdict)
		}
	}
	r.advance(action.IncidentLifetime)
	if _, found := r.service.Incident(t.Context()); found {
		t.Error("it lasts for more than an hour")
	}
	rows := r.trail()
	decided := 0
	for _, row := range rows {
		if row.Entry.Event == action.AuditDecided && row.Entry.Actor.Login == "otto" && strings.Contains(row.Entry.Detail, "Up to 2 force stops") && strings.Contains(row.Entry.Detail, "anna") {
			decided++
		}
	}
	if decided != 1 || len(r.engine.sent()) != 3 {
		t.Errorf("%d decisions in the trail, %d sent", decided, len(r.engine.sent()))
	}
}

// Without an incident budget in the policy there is nothing to unlock, also if
// the policy changes while a request waits. Another scope's is not ours.
func TestIncidentBudget_PolicyAndScope(t *testing.T) {
	r := newRig(t)
	asked, err := r.service.RequestIncident(t.Context(), anna, "forty jobs hang since the switch died")
	if err != nil {
		t.Fatal(err)
	}
	none := r.deps
	none.Policy.IncidentBudget = 0
	without := action.NewService(none)
	_, err = without.RequestIncident(t.Context(), anna, "forty jobs hang since the switch died")
	r.mustRefuse(err, action.CheckIncident, 409)
	_, _, err = without.Approve(t.Context(), otto, asked.ID, action.Confirmation{})
	r.mustRefuse(err, action.CheckIncident, 409)
	off := r.deps
	off.Policy.Enabled = false
	_, err = action.NewService(off).RequestIncident(t.Context(), anna, "forty jobs hang since the switch died")
	r.mustRefuse(err, action.GuardEnabled, 403)
	if _, _, err := r.approve(otto, asked); err != nil {
		t.Fatal(err)
	}
	theirs := r.deps
	theirs.Scope = watch.Scope{OrgID: 2, DataSourceUID: "other"}
	if _, found := action.NewService(theirs).Incident(t.Context()); found {
		t.Error("another organisation's incident budget is in force here")
	}
}

// S49: two data sources of one cluster share its budget, also when both confirm
// at once.
func TestS49_OneBudgetForACluster(t *testing.T) {
	r := newRig(t, func(deps *action.Deps) { deps.Policy.MaxForceStops = 1; deps.Background = nowhere{} })
	r.stuckFor(10 * time.Minute)
	second := r.deps
	second.Scope = watch.Scope{OrgID: 1, DataSourceUID: "ds2"}
	services := []*action.Service{r.service, action.NewService(second)}
	plans := make([]action.Plan, len(services))
	for i, service := range services {
		plan, err := service.Plan(t.Context(), anna, action.KindForceStop, jobID)
		if err != nil || !plan.Allowed() {
			t.Fatalf("%v, %+v", err, plan.Verdicts)
		}
		plans[i] = plan
	}
	if wins := r.decideAtOnce(
		func() error {
			_, err := services[0].Confirm(t.Context(), anna, plans[0].ID, typed(plans[0]))
			return err
		},
		func() error {
			_, err := services[1].Confirm(t.Context(), anna, plans[1].ID, typed(plans[1]))
			return err
		},
	); wins != 1 {
		t.Errorf("%d acts began", wins)
	}
	if count, _, err := r.store.Spent(t.Context(), "lake", action.KindForceStop, created); err != nil || count != 1 {
		t.Errorf("%d recorded, %v", count, err)
	}
}

// The store's clock counts, not this process': a wrong clock neither keeps a
// plan alive nor kills it.
func TestStoreTimeCounts(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	ahead := 3 * time.Hour
	r.store.now = func() time.Time { return r.Now().Add(ahead) }
	plan := r.plan(action.KindForceStop)
	if plan.CreatedAt.Sub(r.Now()) < ahead-time.Minute || !plan.Allowed() {
		t.Fatalf("%s, %+v", plan.CreatedAt, plan.Verdicts)
	}
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.At.Sub(r.Now()) < ahead-time.Minute || intent.UpdatedAt.Before(intent.At) {
		t.Errorf("%s, %s", intent.At, intent.UpdatedAt)
	}
	late := r.plan(action.KindForceStop)
	ahead += action.PlanLifetime + time.Second
	_, err := r.confirm(late)
	r.mustRefuse(err, action.CheckPlanExpired, 412)

	r.store.nowErr = coordinator.ErrUnreachable
	blind, err := r.service.Plan(t.Context(), anna, action.KindForceStop, jobID)
	if err != nil || blind.Allowed() {
		t.Errorf("a store that tells no time allows a plan: %v", err)
	}
	_, err = r.confirm(late)
	r.mustRefuse(err, action.GuardStore, 503)
	if _, err := r.service.Reconcile(t.Context()); err == nil {
		t.Error("reconciliation goes on without the store's time")
	}
}
