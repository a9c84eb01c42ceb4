package action_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// newPairRig is a rig whose policy asks for a second person for force stops.
func newPairRig(t *testing.T, change ...func(*action.Deps)) *rig {
	t.Helper()
	r := newRig(t, append([]func(*action.Deps){func(deps *action.Deps) { deps.Policy.SecondPerson = action.SecondPersonForceStop }}, change...)...)
	r.stuckFor(10 * time.Minute)
	return r
}

// request is anna's request to force-stop the stuck job.
func (r *rig) request() action.Approval {
	r.t.Helper()
	plan := r.plan(action.KindForceStop)
	if !plan.SecondPerson {
		r.t.Fatal("the plan does not ask for a second person")
	}
	approval, err := r.service.RequestApproval(r.t.Context(), anna, plan.ID, typed(plan))
	if err != nil {
		r.t.Fatalf("request: %v", err)
	}
	return approval
}

// approve is what a careful second person does.
func (r *rig) approve(actor *action.Actor, approval action.Approval, acknowledged ...string) (action.Approval, *action.Intent, error) {
	return r.service.Approve(r.t.Context(), actor, approval.ID, action.Confirmation{Phrase: approval.Phrase, Acknowledged: acknowledged})
}

// state is how the store has an approval.
func (r *rig) state(id string) action.Approval {
	r.t.Helper()
	approval, err := r.store.Approval(r.t.Context(), scope, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return approval
}

// Given a policy that asks for a second person, when anna asks and otto
// approves, then one act follows in anna's name with otto as second person, and
// the trail tells the whole story.
func TestSecondPerson_WholePath(t *testing.T) {
	r := newPairRig(t)
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	plan := r.plan(action.KindForceStop)
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.CheckSecondPerson, 409)
	approval, err := r.service.RequestApproval(t.Context(), anna, plan.ID, typed(plan))
	if err != nil {
		t.Fatal(err)
	}
	if approval.State != action.ApprovalWaiting || approval.Requester != *anna || approval.Identity.Job != jobID || approval.Reason == "" || len(approval.Verdicts) == 0 || approval.ExpiresAt.Sub(approval.At) != action.ApprovalLifetime {
		t.Errorf("request: %+v", approval)
	}
	if len(r.engine.sent()) != 0 {
		t.Fatal("a request sent something")
	}
	_, err = r.service.RequestApproval(t.Context(), anna, plan.ID, typed(plan))
	if err == nil {
		t.Error("a plan asks twice")
	}

	approved, intent, err := r.approve(otto, approval)
	if err != nil {
		t.Fatal(err)
	}
	if approved.State != action.ApprovalApproved || approved.Decider != *otto || approved.ActionID != intent.ID {
		t.Errorf("approved: %+v", approved)
	}
	settled := r.settled(intent.ID)
	if settled.Actor != *anna || settled.Approver == nil || *settled.Approver != *otto || settled.Outcome != action.OutcomeStopped || settled.Reason != approval.Reason {
		t.Errorf("intent: %+v", settled)
	}
	if sent := r.engine.sent(); len(sent) != 1 || !sent[0].Force || sent[0].Address != address {
		t.Errorf("sent %+v", sent)
	}
	if stored := r.state(approval.ID); stored.State != action.ApprovalApproved || stored.ActionID != intent.ID {
		t.Errorf("stored: %+v", stored)
	}
	for _, row := range r.trail() {
		if entry := row.Entry; entry.Event == action.AuditIntent && (entry.Actor != *anna || entry.Approver == nil || *entry.Approver != *otto || entry.ApprovalID != approval.ID) {
			t.Errorf("the record lacks the second person: %+v", entry)
		}
	}
	// The second person may look at what he approved, whatever his role.
	if _, err := r.service.Status(t.Context(), &action.Actor{Login: "otto", Role: "Viewer"}, intent.ID); err != nil {
		t.Errorf("the second person may not see the act: %v", err)
	}
	// A cancel does not need one under this policy.
	if plan := r.plan(action.KindCancel); plan.SecondPerson {
		t.Error("a cancel asks for a second person")
	}
}

// The policy decides again when a plan is used.
func TestSecondPerson_PolicyDecidesAgain(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	_, err := r.service.RequestApproval(t.Context(), anna, plan.ID, typed(plan))
	r.mustRefuse(err, action.CheckSecondPerson, 409)
	stricter := r.deps
	stricter.Policy.SecondPerson = action.SecondPersonAll
	_, err = action.NewService(stricter).Confirm(t.Context(), anna, plan.ID, typed(plan))
	if refusal := r.mustRefuse(err, action.CheckSecondPerson, 409); !refusal.PlanChanged {
		t.Error("the dialog is not told to plan again")
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// A request is checked like a confirmation.
func TestRequestApproval_ChecksAsConfirm(t *testing.T) {
	r := newPairRig(t)
	plan := r.plan(action.KindForceStop)
	ask := func(actor *action.Actor, typed action.Confirmation) error {
		_, err := r.service.RequestApproval(t.Context(), actor, plan.ID, typed)
		return err
	}
	r.mustRefuse(ask(anna, action.Confirmation{Phrase: "orders", Reason: "stuck since the deploy"}), action.CheckPhrase, 422)
	r.mustRefuse(ask(anna, action.Confirmation{Phrase: plan.Phrase, Reason: "short"}), action.CheckReason, 422)
	r.mustRefuse(ask(otto, typed(plan)), action.CheckPlanOwner, 403)
	r.mustRefuse(ask(&action.Actor{Login: "vera", Role: "Viewer"}, typed(plan)), action.CheckRole, 403)
	r.engine.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Job.CreateTime = created.Add(time.Second) })
	r.mustRefuse(ask(anna, typed(plan)), action.CheckIdentity, 412)
	r.stuckFor(10 * time.Minute)
	// While a request waits, nobody can plan another act on the job.
	r.request()
	blocked, err := r.service.Plan(t.Context(), otto, action.KindCancel, jobID)
	if err != nil || blocked.Allowed() {
		t.Errorf("%+v, %v", blocked.Verdicts, err)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// S40: nobody approves his own request, under whatever login.
func TestS40_NobodyApprovesHisOwn(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	for name, actor := range map[string]*action.Actor{
		"himself":              anna,
		"in capitals":          {Login: "ANNA", Role: "Admin"},
		"another login":        {Login: "anna2", Email: "Anna@Example.org", Role: "Admin"},
		"with blanks around":   {Login: " anna ", Role: "Admin"},
		"the same mail, blank": {Login: "a", Email: " anna@example.org ", Role: "Admin"},
	} {
		_, _, err := r.approve(actor, approval)
		r.mustRefuse(err, action.CheckSecondPerson, 403)
		if r.service.MayDecide(actor, approval) == nil {
			t.Errorf("%s: the button is shown", name)
		}
	}
	refused := 0
	for _, row := range r.trail() {
		if row.Entry.Event == action.AuditRefused && strings.HasPrefix(row.Entry.Detail, action.CheckSecondPerson) {
			refused++
		}
	}
	if refused != 5 || len(r.engine.sent()) != 0 || r.state(approval.ID).State != action.ApprovalWaiting {
		t.Errorf("%d refusals in the trail, %d sent, %+v", refused, len(r.engine.sent()), r.state(approval.ID))
	}
}

// Who may approve: whoever may act; and the requester must still be allowed.
func TestApprove_Who(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	_, _, err := r.approve(nil, approval)
	r.mustRefuse(err, action.CheckSignedIn, 403)
	_, _, err = r.approve(&action.Actor{Login: "egon", Role: "Editor"}, approval)
	r.mustRefuse(err, action.CheckRole, 403)
	_, _, err = r.approve(&action.Actor{Login: "sa-1-robot", Role: "Admin"}, approval)
	r.mustRefuse(err, action.CheckPerson, 403)
	narrower := r.deps
	narrower.Policy.AllowedLogins = []string{"otto"}
	_, _, err = action.NewService(narrower).Approve(t.Context(), otto, approval.ID, action.Confirmation{Phrase: approval.Phrase})
	r.mustRefuse(err, action.CheckAllowList, 403)
	_, _, err = r.service.Approve(t.Context(), otto, strings.Repeat("ab", 16), action.Confirmation{})
	r.mustRefuse(err, action.CheckApprovalKnown, 404)
	_, _, err = r.service.Approve(t.Context(), otto, approval.ID, action.Confirmation{Phrase: "orders"})
	r.mustRefuse(err, action.CheckPhrase, 422)
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// S50: a request belongs to its organisation.
func TestS50_ApprovalsBelongToTheirScope(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	theirs := r.deps
	theirs.Scope = watch.Scope{OrgID: 2, DataSourceUID: "other"}
	other := action.NewService(theirs)
	_, _, err := other.Approve(t.Context(), otto, approval.ID, action.Confirmation{Phrase: approval.Phrase})
	r.mustRefuse(err, action.CheckApprovalKnown, 404)
	_, err = other.Reject(t.Context(), otto, approval.ID, "not ours to decide")
	r.mustRefuse(err, action.CheckApprovalKnown, 404)
	if list, err := other.Approvals(t.Context(), otto); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	// The job is taken all the same: locks belong to the cluster.
	plan, err := other.Plan(t.Context(), otto, action.KindForceStop, jobID)
	if err != nil || plan.Allowed() {
		t.Fatalf("%v, %+v", err, plan.Verdicts)
	}
	for _, text := range reasons(plan) {
		if strings.Contains(text, "anna") {
			t.Errorf("a person of another organisation is named: %s", text)
		}
	}
}

// What changed while a request waited ends it, or lets it wait, as it deserves.
func TestApprove_WhatChanged(t *testing.T) {
	read := func(edit func(*coordinator.Reading)) func(*rig) {
		return func(r *rig) {
			r.engine.change(func(_ *watch.View, reading *coordinator.Reading) { edit(reading) })
		}
	}
	for name, row := range map[string]struct {
		change func(*rig)
		guard  string
		status int
		state  action.ApprovalState
	}{
		"another master": {read(func(reading *coordinator.Reading) { reading.Master = "10.0.0.9:5801" }), action.CheckIdentity, 412, action.ApprovalCanceled},
		"another state":  {read(func(reading *coordinator.Reading) { reading.Job.State = coordinator.StateRunning }), action.CheckIdentity, 412, action.ApprovalCanceled},
		"another job":    {read(func(reading *coordinator.Reading) { reading.Job.CreateTime = created.Add(time.Second) }), action.CheckIdentity, 412, action.ApprovalCanceled},
		"another episode": {func(r *rig) {
			r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
				view.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Episode.ID = "another" })
			})
		}, action.CheckIdentity, 412, action.ApprovalCanceled},
		"S25 ended": {func(r *rig) { r.engine.ended(coordinator.StateCanceled, "CANCELED") }, action.CheckAlreadyEnded, 409, action.ApprovalCanceled},
		"UNKNOWABLE": {read(func(reading *coordinator.Reading) {
			reading.Job.State, reading.Job.Word, reading.Proof = coordinator.StateUnknown, "UNKNOWABLE", coordinator.ProofNone
		}), action.CheckCoordinator, 503, action.ApprovalWaiting},
		"no master told": {read(func(reading *coordinator.Reading) { reading.Master = "" }), action.GuardMaster, 503, action.ApprovalWaiting},
		"S16 split": {read(func(reading *coordinator.Reading) {
			reading.Master, reading.Split = "10.0.0.9:5801", []string{master, "10.0.0.9:5801"}
		}), action.GuardSplit, 409, action.ApprovalWaiting},
		"S16 split, and one master says ended": {read(func(reading *coordinator.Reading) {
			reading.Split = []string{master, "10.0.0.9:5801"}
			reading.Job.State, reading.Job.Word, reading.Proof = coordinator.StateCanceled, "CANCELED", coordinator.ProofEnded
		}), action.CheckCoordinator, 503, action.ApprovalWaiting},
		"coordinator gone": {func(r *rig) { r.engine.mu.Lock(); r.engine.readErr = coordinator.ErrUnreachable; r.engine.mu.Unlock() }, action.CheckCoordinator, 503, action.ApprovalWaiting},
		"a poll failed": {func(r *rig) {
			r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
				view.Err = coordinator.ErrUnreachable
				view.Jobs = timeline.Jobs{}
			})
		}, action.GuardFresh, 409, action.ApprovalWaiting},
		"restore pending":    {func(r *rig) { r.snapshot(func(s *coordinator.Snapshot) { s.Restoring = []coordinator.JobID{"1"} }) }, action.GuardRestore, 409, action.ApprovalWaiting},
		"a task is alive":    {func(r *rig) { r.threads(map[coordinator.JobID]int{jobID: 1}) }, action.CheckAcknowledged, 422, action.ApprovalWaiting},
		"S26 worker flaps":   {func(r *rig) { r.snapshot(func(s *coordinator.Snapshot) { s.Workers = 2 }) }, action.CheckContext, 422, action.ApprovalWaiting},
		"actions are off":    {func(r *rig) { r.deps.Policy.Enabled = false; r.service = action.NewService(r.deps) }, action.GuardEnabled, 403, action.ApprovalWaiting},
		"S35 no store time":  {func(r *rig) { r.store.nowErr = errors.New("connection refused") }, action.GuardStore, 503, action.ApprovalWaiting},
		"S37 budget is gone": {func(r *rig) { r.deps.Policy.MaxForceStops = 0; r.service = action.NewService(r.deps) }, action.GuardBudget, 429, action.ApprovalWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			r := newPairRig(t)
			approval := r.request()
			row.change(r)
			_, _, err := r.approve(otto, approval)
			r.mustRefuse(err, row.guard, row.status)
			if stored := r.state(approval.ID); stored.State != row.state || (stored.Note == "") != (row.state == action.ApprovalWaiting) {
				t.Errorf("the request is %s (%q), want %s", stored.State, stored.Note, row.state)
			}
			if len(r.engine.sent()) != 0 {
				t.Error("something was sent")
			}
			decided := strings.Contains(strings.Join(words(r.events()), " "), string(action.AuditDecided))
			if decided != (row.state == action.ApprovalCanceled) {
				t.Errorf("the trail: %v", r.events())
			}
		})
	}
}

// snapshot edits the newest snapshot.
func (r *rig) snapshot(edit func(*coordinator.Snapshot)) {
	r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
		snapshot := *view.Snapshot
		edit(&snapshot)
		view.Snapshot, view.Complete = &snapshot, &snapshot
	})
}

// threads makes the only worker run tasks.
func (r *rig) threads(tasks map[coordinator.JobID]int) {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	r.engine.threads = []coordinator.WorkerThreads{{Address: "http://w1", Tasks: tasks}}
}

func words(events []action.AuditEvent) []string {
	texts := make([]string, 0, len(events))
	for _, event := range events {
		texts = append(texts, string(event))
	}
	return texts
}

// The second person acknowledges what he sees: warnings and differences.
func TestApprove_Acknowledges(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	r.threads(map[coordinator.JobID]int{jobID: 1})
	r.snapshot(func(s *coordinator.Snapshot) { s.Workers = 2 })
	_, _, err := r.approve(otto, approval, action.GuardTaskAlive)
	if refusal := r.mustRefuse(err, action.CheckContext, 422); !strings.Contains(refusal.Message, "is 2 now") || refusal.PlanChanged {
		t.Errorf("%+v", refusal)
	}
	_, _, err = r.approve(otto, approval, action.CheckContext)
	r.mustRefuse(err, action.CheckAcknowledged, 422)
	if _, _, err = r.approve(otto, approval, action.CheckContext, action.GuardTaskAlive); err != nil {
		t.Error(err)
	}
}

// An approval is for one act, and does not last.
func TestApprove_OnceAndInTime(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	_, intent, err := r.approve(otto, approval)
	if err != nil {
		t.Fatal(err)
	}
	r.settled(intent.ID)
	_, _, err = r.approve(otto, approval)
	r.mustRefuse(err, action.CheckApprovalWaits, 409)

	late := r.request()
	r.advance(action.ApprovalLifetime + time.Second)
	r.stuckFor(30 * time.Minute)
	_, _, err = r.approve(otto, late)
	if refusal := r.mustRefuse(err, action.CheckApprovalWaits, 409); !strings.Contains(refusal.Message, "expired") {
		t.Error(refusal.Message)
	}
	if len(r.engine.sent()) != 1 {
		t.Errorf("%d requests were sent", len(r.engine.sent()))
	}
}

// decideAtOnce lets several decide on one request at the same moment, and gives
// how many succeeded.
func (r *rig) decideAtOnce(decide ...func() error) int {
	r.t.Helper()
	var wins atomic.Int32
	var all sync.WaitGroup
	start := make(chan struct{})
	for _, one := range decide {
		all.Go(func() {
			<-start
			err := one()
			var refusal *action.Refusal
			switch {
			case err == nil:
				wins.Add(1)
			case !errors.As(err, &refusal) || refusal.Status != 409 && refusal.Guard != action.GuardBudget:
				r.t.Errorf("the loser is told %v", err)
			}
		})
	}
	close(start)
	all.Wait()
	return int(wins.Load())
}

// Two approvers at once: one act. Approve against withdraw: one of them.
func TestApprove_Races(t *testing.T) {
	r := newPairRig(t, func(deps *action.Deps) { deps.Policy.MaxForceStops = 100 })
	berta := &action.Actor{Login: "berta", Role: "Admin"}
	for round := range 6 {
		r.stuckFor(10 * time.Minute)
		approval := r.request()
		before := len(r.engine.sent())
		approve := func(actor *action.Actor) func() error {
			return func() error {
				_, _, err := r.approve(actor, approval)
				return err
			}
		}
		withdraw := func() error {
			_, err := r.service.Reject(context.Background(), anna, approval.ID, "it has resolved itself")
			return err
		}
		var wins int
		if round%2 == 0 {
			wins = r.decideAtOnce(approve(otto), approve(berta))
		} else {
			wins = r.decideAtOnce(approve(otto), withdraw)
		}
		r.work.group.Wait()
		sent := len(r.engine.sent()) - before
		stored := r.state(approval.ID)
		if wins != 1 || sent > 1 || (stored.State == action.ApprovalApproved) != (sent == 1) {
			t.Errorf("round %d: %d succeeded, %d sent, %s", round, wins, sent, stored.State)
		}
	}
	r.trail()
}
