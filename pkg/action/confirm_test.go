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
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Given a job stuck for ten minutes, when an Admin plans and confirms a force
// stop and the coordinator proves the end, then one request was sent and the
// record is whole.
func TestForceStop_WholePath(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}

	plan := r.plan(action.KindForceStop)
	if !plan.Allowed() || plan.Phrase != jobName || plan.Card.ID != jobID || len(plan.Consequences) == 0 {
		t.Fatalf("plan: %+v", plan)
	}
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}

	intent := r.settled(plan.ID)
	if intent.Outcome != action.OutcomeStopped || intent.Phase != action.PhaseSettled {
		t.Errorf("intent: %+v", intent)
	}
	want := coordinator.StopRequest{Address: address, Job: jobID, CreateTime: created, Force: true}
	if sent := r.engine.sent(); len(sent) != 1 || sent[0] != want {
		t.Errorf("sent %+v", sent)
	}
	rows := r.trail()
	if events := r.events(); len(events) != 4 || events[0] != action.AuditPlanned || events[1] != action.AuditIntent || events[2] != action.AuditAnswer || events[3] != action.AuditOutcome {
		t.Fatalf("audit events %v", events)
	}
	record := rows[1].Entry
	if record.Actor != *anna || record.Identity == nil || record.Identity.Job != jobID || record.Identity.Master != master || record.Reason == "" || record.Request == "" || len(record.Verdicts) == 0 {
		t.Errorf("S08: the record lacks something: %+v", record)
	}
	if rows[3].Entry.Outcome != action.OutcomeStopped {
		t.Errorf("outcome row: %+v", rows[3].Entry)
	}
}

// masterless is a coordinator whose nodes are all alike, and whose only stop is
// abort (CloverDX).
func (e *engine) masterless() {
	e.change(func(view *watch.View, reading *coordinator.Reading) {
		view.Snapshot.Master, reading.Master, view.MasterStableSince = "", "", time.Time{}
		view.Snapshot.Capabilities.NoMaster, view.Snapshot.Capabilities.OnlyStop = true, "abort"
		view.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Episode.Master = "" })
	})
}

// A coordinator without a master never names one: that must not refuse what the
// guards allow.
func TestForceStop_WithoutMasters(t *testing.T) {
	r := newRig(t)
	r.engine.masterless()
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.ended(coordinator.StateCanceled, "ABORTED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	plan := r.plan(action.KindForceStop)
	if _, err := r.service.Confirm(t.Context(), anna, plan.ID, action.Confirmation{
		Phrase: plan.Phrase, Reason: "its event is lost for good", Acknowledged: []string{action.GuardState},
	}); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped || len(r.engine.sent()) != 1 {
		t.Errorf("%s after %d requests", intent.Outcome, len(r.engine.sent()))
	}
}

// S45: a cancel of a running job needs plan, phrase, reason, role and audit too.
func TestS45_CancelGoesTheSameWay(t *testing.T) {
	r := newRig(t)
	r.engine.onStop = func(request coordinator.StopRequest) (coordinator.StopAnswer, error) {
		if request.Force {
			t.Error("a cancel was sent as force stop")
		}
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	plan := r.plan(action.KindCancel)
	_, err := r.service.Confirm(t.Context(), anna, plan.ID, action.Confirmation{Phrase: "orders", Reason: "stuck since the deploy"})
	r.mustRefuse(err, action.CheckPhrase, 422)
	_, err = r.service.Confirm(t.Context(), anna, plan.ID, action.Confirmation{Phrase: plan.Phrase, Reason: "  short   "})
	r.mustRefuse(err, action.CheckReason, 422)
	_, err = r.service.Confirm(t.Context(), anna, plan.ID, action.Confirmation{Phrase: plan.Phrase, Reason: strings.Repeat("x", action.LongestReason+1)})
	r.mustRefuse(err, action.CheckReason, 422)
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped || len(r.engine.sent()) != 1 {
		t.Errorf("%+v, sent %v", intent, r.engine.sent())
	}
}

// S20: a Viewer's attempt is refused, audited, and the coordinator not touched.
func TestS20_ViewerIsRefusedAndAudited(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	vera := &action.Actor{Login: "vera", Role: "Viewer"}
	_, err := r.service.Plan(t.Context(), vera, action.KindForceStop, jobID)
	r.mustRefuse(err, action.CheckRole, 403)
	_, err = r.service.Confirm(t.Context(), vera, strings.Repeat("0", 32), action.Confirmation{})
	r.mustRefuse(err, action.CheckRole, 403)
	if len(r.engine.sent()) != 0 || r.engine.reads != 0 {
		t.Errorf("the coordinator was called: %d reads, %v", r.engine.reads, r.engine.sent())
	}
	rows := r.trail()
	if len(rows) != 2 || rows[0].Entry.Event != action.AuditRefused || rows[0].Entry.Actor.Login != "vera" || rows[0].Entry.Identity.Job != jobID {
		t.Errorf("audit: %+v", rows)
	}
}

// S24: blocked before the age, with the time from which it is allowed.
func TestS24_ForceBeforeAge(t *testing.T) {
	r := newRig(t)
	r.stuckFor(2 * time.Minute)
	plan := r.plan(action.KindForceStop)
	if plan.Allowed() {
		t.Fatal("allowed before the age")
	}
	for _, verdict := range plan.Verdicts {
		if verdict.Guard == action.GuardAge && (verdict.Result != action.Block || verdict.AllowedFrom.Sub(r.Now()).Round(10*time.Second) != 3*time.Minute) {
			t.Errorf("%+v", verdict)
		}
	}
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.CheckPlanBlocked, 409)
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
	r.stuckFor(6 * time.Minute)
	if plan := r.plan(action.KindForceStop); !plan.Allowed() {
		t.Errorf("still blocked after the age: %+v", plan.Verdicts)
	}
}

// S25: the job ends between plan and confirm.
func TestS25_EndedBetweenPlanAndConfirm(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	r.engine.ended(coordinator.StateCanceled, "CANCELED")
	_, err := r.confirm(plan)
	if refusal := r.mustRefuse(err, action.CheckAlreadyEnded, 409); !strings.Contains(refusal.Message, "already ended") {
		t.Error(refusal.Message)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// S26: whatever belongs to the identity changes between plan and confirm.
func TestS26_IdentityChanges(t *testing.T) {
	for name, change := range map[string]func(*watch.View, *coordinator.Reading){
		"master": func(_ *watch.View, reading *coordinator.Reading) { reading.Master = "10.0.0.9:5801" },
		"state":  func(_ *watch.View, reading *coordinator.Reading) { reading.Job.State = coordinator.StateRunning },
		"job":    func(_ *watch.View, reading *coordinator.Reading) { reading.Job.CreateTime = created.Add(time.Second) },
		"episode": func(view *watch.View, _ *coordinator.Reading) {
			view.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Episode.ID = "another" })
		},
		"end without proof": func(_ *watch.View, reading *coordinator.Reading) {
			reading.Job.State, reading.Proof = coordinator.StateCanceled, coordinator.ProofNone
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stuckFor(10 * time.Minute)
			plan := r.plan(action.KindForceStop)
			r.engine.change(change)
			_, err := r.confirm(plan)
			if refusal := r.mustRefuse(err, action.CheckIdentity, 412); !refusal.PlanChanged {
				t.Error("the dialog is not told to plan again")
			}
			if len(r.engine.sent()) != 0 {
				t.Error("something was sent")
			}
		})
	}
}

// S26: a flapping worker alone is a difference to look at, not another job.
func TestS26_ContextChanges(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
		complete := *view.Complete
		complete.Workers = 2
		view.Complete = &complete
	})
	_, err := r.confirm(plan)
	if refusal := r.mustRefuse(err, action.CheckContext, 412); !strings.Contains(refusal.Message, "was 1 when the plan was made and is 2 now") {
		t.Error(refusal.Message)
	}
	if _, err := r.confirm(r.plan(action.KindForceStop)); err != nil {
		t.Errorf("the new plan: %v", err)
	}
}

// S27: only the planned id is ever read or stopped.
func TestS27_OnlyThePlannedID(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	_, err := r.service.Plan(t.Context(), anna, action.KindForceStop, "733584788375666690")
	r.mustRefuse(err, action.CheckJobKnown, 404)
	plan := r.plan(action.KindForceStop)
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	r.settled(plan.ID)
	if sent := r.engine.sent(); len(sent) != 1 || sent[0].Job != jobID {
		t.Errorf("sent %v", sent)
	}
}

// S28: two operators confirm at once; one request, the other is told who won.
func TestS28_TwoOperatorsAtOnce(t *testing.T) {
	r := newRig(t, func(deps *action.Deps) { deps.Policy.MaxForceStops = 100 })
	r.stuckFor(10 * time.Minute)
	annas := r.plan(action.KindForceStop)
	ottos, err := r.service.Plan(t.Context(), otto, action.KindForceStop, jobID)
	if err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		<-release
		return coordinator.StopAnswer{Status: 200}, nil
	}
	var wins, losses atomic.Int32
	var both sync.WaitGroup
	for actor, plan := range map[*action.Actor]action.Plan{anna: annas, otto: ottos} {
		both.Go(func() {
			_, err := r.service.Confirm(t.Context(), actor, plan.ID, typed(plan))
			var refusal *action.Refusal
			switch {
			case err == nil:
				wins.Add(1)
			case errors.As(err, &refusal) && refusal.Status == 409 && refusal.ActionID != "":
				losses.Add(1)
			default:
				t.Errorf("%s: %v", actor.Login, err)
			}
		})
	}
	both.Wait()
	close(release)
	r.work.group.Wait()
	if wins.Load() != 1 || losses.Load() != 1 || len(r.engine.sent()) != 1 {
		t.Errorf("%d won, %d lost, %d sent", wins.Load(), losses.Load(), len(r.engine.sent()))
	}
}

// S29: double click, replay, expiry, and somebody else's plan.
func TestS29_PlansAreSingleUse(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	r.settled(plan.ID)
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.CheckPlanUsed, 409)

	stolen := r.plan(action.KindForceStop)
	_, err = r.service.Confirm(t.Context(), &action.Actor{Login: "otto", Role: "Admin"}, stolen.ID, typed(stolen))
	r.mustRefuse(err, action.CheckPlanOwner, 403)

	r.advance(action.PlanLifetime + time.Second)
	_, err = r.confirm(stolen)
	r.mustRefuse(err, action.CheckPlanExpired, 412)

	_, err = r.service.Confirm(t.Context(), anna, strings.Repeat("ab", 16), action.Confirmation{})
	r.mustRefuse(err, action.CheckPlanKnown, 404)
	if len(r.engine.sent()) != 1 {
		t.Errorf("%d requests were sent", len(r.engine.sent()))
	}
	refused := 0
	for _, event := range r.events() {
		if event == action.AuditRefused {
			refused++
		}
	}
	if refused != 4 {
		t.Errorf("%d refusals in the trail, want 4", refused)
	}
}

// S49, S50: another organisation's data source on the same cluster is acting:
// refused, without naming the person.
func TestS49S50_AnotherScopeIsActing(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	theirs := r.deps
	theirs.Scope = watch.Scope{OrgID: 2, DataSourceUID: "other"}
	theirs.Background = nowhere{}
	other := action.NewService(theirs)
	ottos, err := other.Plan(t.Context(), otto, action.KindForceStop, jobID)
	if err != nil {
		t.Fatal(err)
	}
	annas := r.plan(action.KindForceStop)
	if _, err := other.Confirm(t.Context(), otto, ottos.ID, typed(ottos)); err != nil {
		t.Fatal(err)
	}
	_, err = r.confirm(annas)
	refusal := r.mustRefuse(err, action.GuardInFlight, 409)
	again := r.plan(action.KindForceStop)
	if again.Allowed() || refusal.ActionID != "" {
		t.Errorf("%+v, %+v", again.Verdicts, refusal)
	}
	for _, text := range append([]string{refusal.Message}, reasons(again)...) {
		if strings.Contains(text, "otto") {
			t.Errorf("a person of another organisation is named: %s", text)
		}
	}
	_, err = r.service.Confirm(t.Context(), otto, ottos.ID, typed(ottos))
	r.mustRefuse(err, action.CheckPlanKnown, 404)
}

func reasons(plan action.Plan) []string {
	var texts []string
	for _, verdict := range plan.Verdicts {
		texts = append(texts, verdict.Reason)
	}
	return texts
}

// S46: cancel pressed twice is one request for each plan.
func TestS46_CancelTwice(t *testing.T) {
	r := newRig(t)
	for range 2 {
		plan := r.plan(action.KindCancel)
		if _, err := r.confirm(plan); err != nil {
			t.Fatal(err)
		}
		r.settled(plan.ID)
		r.stuckFor(time.Minute)
	}
	if len(r.engine.sent()) != 2 {
		t.Errorf("%d requests for 2 plans", len(r.engine.sent()))
	}
}

// S37: a used-up budget is told with the time to wait.
func TestS37_Budget(t *testing.T) {
	r := newRig(t, func(deps *action.Deps) { deps.Policy.MaxForceStops = 1 })
	r.stuckFor(10 * time.Minute)
	// Two plans are made while the budget still allows one.
	first, second := r.plan(action.KindForceStop), r.plan(action.KindForceStop)
	if _, err := r.confirm(first); err != nil {
		t.Fatal(err)
	}
	r.settled(first.ID)
	_, err := r.confirm(second)
	refusal := r.mustRefuse(err, action.GuardBudget, 429)
	if refusal.RetryAfter < 9*time.Minute || refusal.RetryAfter > 10*time.Minute {
		t.Errorf("retry after %s", refusal.RetryAfter)
	}
}

// S35: without a store that can be written, actions are refused; the plan is
// still shown with the reason.
func TestS35_StoreGone(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.GuardStore, 503)
	blocked, err := r.service.Plan(t.Context(), anna, action.KindForceStop, jobID)
	if err != nil || blocked.Allowed() {
		t.Errorf("%v, %+v", err, blocked.Verdicts)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent without a record")
	}

	none := newRig(t, func(deps *action.Deps) { deps.Store, deps.StoreErr = nil, errors.New("no such folder") })
	none.stuckFor(10 * time.Minute)
	if plan := none.plan(action.KindForceStop); plan.Allowed() {
		t.Error("allowed without a store")
	}
	_, err = none.service.Confirm(t.Context(), anna, strings.Repeat("0", 32), action.Confirmation{})
	none.mustRefuse(err, action.GuardStore, 503)
}

// S38: too old for force; nothing is sent, also when called directly.
func TestS38_TooOldForForce(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
		snapshot := *view.Snapshot
		snapshot.Capabilities.ForceStop = coordinator.Capability{Reason: "Force stop needs SeaTunnel 3.0.0; this one says 2.3.8."}
		view.Snapshot = &snapshot
	})
	if refusal := r.service.Support(anna, action.KindForceStop); refusal == nil || !strings.Contains(refusal.Message, "2.3.8") {
		t.Errorf("the button is not told why: %v", refusal)
	}
	plan := r.plan(action.KindForceStop)
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.CheckPlanBlocked, 409)
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// A warning must be acknowledged by its id; one that came up later needs a new
// plan.
func TestWarnings_AreAcknowledged(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	before := r.plan(action.KindForceStop)
	r.engine.threads = []coordinator.WorkerThreads{{Address: "http://w1", Tasks: map[coordinator.JobID]int{jobID: 1}}}
	_, err := r.confirm(before)
	r.mustRefuse(err, action.CheckAcknowledged, 412)
	plan := r.plan(action.KindForceStop)
	_, err = r.service.Confirm(t.Context(), anna, plan.ID, action.Confirmation{Phrase: plan.Phrase, Reason: "the worker is gone for good"})
	r.mustRefuse(err, action.CheckAcknowledged, 422)
	if _, err := r.confirm(plan); err != nil {
		t.Error(err)
	}
}

// Phrases: a name that cannot be typed is replaced by the id's last digits.
func TestPhrase(t *testing.T) {
	for name, want := range map[string]string{
		"orders": "orders", "": "75666689", "名前": "75666689", " orders": "75666689", "a\tb": "75666689",
		"<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>", strings.Repeat("n", 64): strings.Repeat("n", 64), strings.Repeat("n", 65): "75666689",
	} {
		r := newRig(t)
		r.stuckFor(10 * time.Minute)
		r.engine.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Job.Name = name })
		if plan := r.plan(action.KindForceStop); plan.Phrase != want {
			t.Errorf("%q: phrase %q, want %q", name, plan.Phrase, want)
		}
	}
}

// The store refuses at the very last moment: nothing is sent.
func TestRecordBeforeAct(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.service.Confirm(ctx, anna, plan.ID, typed(plan)); err == nil {
		t.Error("confirmed although the record could not be written")
	}
	r.work.group.Wait()
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent without a record")
	}
}
