package action_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// act confirms a force stop of the stuck job and gives its settled intent.
func (r *rig) act() action.Intent {
	r.t.Helper()
	plan := r.plan(action.KindForceStop)
	if _, err := r.confirm(plan); err != nil {
		r.t.Fatal(err)
	}
	return r.settled(plan.ID)
}

// S30, S31: what proves no end is never called stopped.
func TestS30S31_AnswerIsNoProof(t *testing.T) {
	for name, change := range map[string]func(*engine){
		"S30 state unchanged": func(*engine) {},
		"S31 UNKNOWABLE": func(e *engine) {
			e.change(func(_ *watch.View, reading *coordinator.Reading) {
				reading.Job.State, reading.Job.Word, reading.Proof = coordinator.StateUnknown, "UNKNOWABLE", coordinator.ProofNone
			})
		},
		"S31 a bare id": func(e *engine) { e.mu.Lock(); e.readErr = coordinator.ErrNotFound; e.mu.Unlock() },
		"canceled, but not among the ended": func(e *engine) {
			e.change(func(_ *watch.View, reading *coordinator.Reading) {
				reading.Job.State, reading.Proof = coordinator.StateCanceled, coordinator.ProofNone
			})
		},
		"another job under the id": func(e *engine) {
			e.change(func(_ *watch.View, reading *coordinator.Reading) {
				reading.Job.State, reading.Proof, reading.Job.CreateTime = coordinator.StateCanceled, coordinator.ProofEnded, created.Add(time.Hour)
			})
		},
		"S16 one of two masters says canceled": func(e *engine) {
			e.ended(coordinator.StateCanceled, "CANCELED")
			e.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Split = []string{master, "10.0.0.9:5801"} })
		},
		"S16 the other master answered the last poll only": func(e *engine) {
			e.ended(coordinator.StateCanceled, "CANCELED")
			e.change(func(view *watch.View, _ *coordinator.Reading) {
				split := *view.Complete
				split.Masters = []coordinator.MasterView{{Address: address, Master: master}, {Address: "http://10.0.0.9:8080", Master: "10.0.0.9:5801"}}
				view.Complete = &split
			})
		},
		"an end state with no word on its proof": func(e *engine) {
			e.change(func(_ *watch.View, reading *coordinator.Reading) {
				reading.Job.State, reading.Proof = coordinator.StateCanceled, ""
			})
		},
		"a proof of an end in an open state": func(e *engine) {
			e.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Proof = coordinator.ProofEnded })
		},
		"the coordinator went away": func(e *engine) { e.mu.Lock(); e.readErr = coordinator.ErrUnreachable; e.mu.Unlock() },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stuckFor(10 * time.Minute)
			r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
				change(r.engine)
				return coordinator.StopAnswer{Status: 200}, nil
			}
			if intent := r.act(); intent.Outcome != action.OutcomeNotConfirmed {
				t.Errorf("outcome %q: %s", intent.Outcome, intent.Detail)
			}
			for _, row := range r.trail() {
				if row.Entry.Outcome == action.OutcomeStopped {
					t.Errorf("the trail says stopped: %+v", row.Entry)
				}
			}
		})
	}
}

// A job that ended in another way was not stopped by us.
func TestEndedByItself(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.ended(coordinator.StateFailed, "FAILED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	if intent := r.act(); intent.Outcome != action.OutcomeEndedByItself || !strings.Contains(intent.Detail, "FAILED") {
		t.Errorf("%+v", intent)
	}
}

// S32, S33: no answer in time. One request, outcome unknown, settled later by
// reading, never sent again.
func TestS32S33_NoAnswer(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		r.engine.mu.Lock()
		r.engine.readErr = coordinator.ErrUnreachable
		r.engine.mu.Unlock()
		return coordinator.StopAnswer{}, &coordinator.StopError{Delivered: coordinator.DeliveredUnknown, Err: context.DeadlineExceeded}
	}
	intent := r.act()
	if intent.Outcome != action.OutcomeUnknown {
		t.Fatalf("outcome %q", intent.Outcome)
	}

	// The coordinator comes back and proves the end.
	r.engine.mu.Lock()
	r.engine.readErr = nil
	r.engine.mu.Unlock()
	r.engine.ended(coordinator.StateCanceled, "CANCELED")
	r.advance(5 * time.Minute)
	if open, err := r.service.Reconcile(t.Context()); err != nil || open != 0 {
		t.Errorf("%d open, %v", open, err)
	}
	if intent := r.settled(intent.ID); intent.Outcome != action.OutcomeStopped {
		t.Errorf("outcome %q after reconciliation", intent.Outcome)
	}
	if len(r.engine.sent()) != 1 {
		t.Errorf("%d requests", len(r.engine.sent()))
	}
}

// What certainly was not sent, and what was refused, is final.
func TestRefusedByCoordinator(t *testing.T) {
	for name, err := range map[string]error{
		"no connection": &coordinator.StopError{Delivered: coordinator.DeliveredNo, Err: coordinator.ErrUnreachable},
		"refused":       &coordinator.StopError{Delivered: coordinator.DeliveredRefused, Err: coordinator.ErrBadAnswer},
		"not supported": &coordinator.Error{Kind: coordinator.ErrNotSupported},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stuckFor(10 * time.Minute)
			r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
				return coordinator.StopAnswer{}, err
			}
			if intent := r.act(); intent.Outcome != action.OutcomeRefused || !intent.Outcome.Final() {
				t.Errorf("%+v", intent)
			}
		})
	}
}

// S34: a restart between plan and confirm is no problem for a stored plan of
// the same person; a restart between intent and outcome is reconciled.
func TestS34_RestartBetweenIntentAndOutcome(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	// The process dies right after the record: nothing was sent by it.
	dying := r.deps
	dying.Background = nowhere{}
	if _, err := action.NewService(dying).Confirm(t.Context(), anna, plan.ID, typed(plan)); err != nil {
		t.Fatal(err)
	}

	// Another action for the job is refused while nobody knows.
	next := action.NewService(r.deps)
	second := r.plan(action.KindForceStop)
	if second.Allowed() {
		t.Error("a plan is allowed beside an open intent")
	}
	if _, err := next.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	intent := r.settled(plan.ID)
	if intent.Outcome != action.OutcomeUnknown || intent.Phase != action.PhaseSettled {
		t.Errorf("%+v", intent)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("reconciliation sent something")
	}
	// Now the job is free for a new plan.
	if third := r.plan(action.KindForceStop); !third.Allowed() {
		t.Errorf("%+v", third.Verdicts)
	}
}

type nowhere struct{}

func (nowhere) Go(func(context.Context)) {}

// S48: the browser is closed right after the confirmation.
func TestS48_BrowserClosed(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	ctx, closeTab := context.WithCancel(t.Context())
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		closeTab()
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	if _, err := r.service.Confirm(ctx, anna, plan.ID, typed(plan)); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped || len(r.engine.sent()) != 1 {
		t.Errorf("%+v, %d sent", intent, len(r.engine.sent()))
	}
}

// The process ends while an end is looked for: the intent stays open, and the
// next process finds out.
func TestShutdownWhileVerifying(t *testing.T) {
	r := newRig(t, func(deps *action.Deps) { deps.Timing.Verify = time.Hour; deps.Timing.VerifyEvery = time.Hour })
	ctx, shutdown := context.WithCancel(context.Background())
	r.work.ctx = ctx
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	for len(r.engine.sent()) == 0 {
		time.Sleep(time.Millisecond)
	}
	shutdown()
	intent := r.settled(plan.ID)
	if intent.Phase != action.PhaseVerifying || !intent.Answered {
		t.Fatalf("%+v", intent)
	}
	r.advance(3 * time.Hour) // the dead process' lease runs out
	r.engine.ended(coordinator.StateCanceled, "CANCELED")
	if _, err := action.NewService(r.deps).Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped {
		t.Errorf("%+v", intent)
	}
}

// Status is for the actor and for those who may read the audit trail.
func TestStatus_IsNotForEverybody(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	intent := r.act()
	for login, role := range map[string]string{"vera": "Viewer", "service": "Admin"} {
		if _, err := r.service.Status(t.Context(), &action.Actor{Login: login, Role: role}, intent.ID); err == nil {
			t.Errorf("%s reads the action", login)
		}
	}
	for login, role := range map[string]string{"anna": "Admin", "egon": "Editor"} {
		if _, err := r.service.Status(t.Context(), &action.Actor{Login: login, Role: role}, intent.ID); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
	var refusal *action.Refusal
	if _, err := r.service.Audit(t.Context(), &action.Actor{Login: "vera", Role: "Viewer"}, action.AuditFilter{Limit: 10}); !errors.As(err, &refusal) || refusal.Status != 403 {
		t.Errorf("a Viewer reads the audit trail: %v", err)
	}
}
