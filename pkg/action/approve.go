package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// RequestApproval uses a plan to ask a second person, where the plan needs one.
// All checks of Confirm are made, so that nobody is asked to approve what could
// not be done. Nothing is sent to the coordinator but reads. Errors are
// *Refusal.
func (s *Service) RequestApproval(ctx context.Context, actor *Actor, planID string, typed Confirmation) (Approval, error) {
	plan, approval, refusal := s.request(ctx, actor, planID, typed)
	if refusal == nil {
		return approval, nil
	}
	identity := plan.Identity
	s.recordRefusal(ctx, actor, plan.Kind, planID, &identity, refusal)
	return Approval{}, refusal
}

func (s *Service) request(ctx context.Context, actor *Actor, planID string, typed Confirmation) (Plan, Approval, *Refusal) {
	plan, facts, refusal := s.ready(ctx, actor, planID, typed, ask)
	if refusal != nil {
		return plan, Approval{}, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return plan, Approval{}, refusal
	}
	approval := Approval{
		// The plan's id goes on as the request's: it names the whole story in
		// the audit trail.
		ID: plan.ID, Kind: plan.Kind, Requester: *actor, Card: plan.Card, Identity: plan.Identity, Context: plan.Context,
		Verdicts: Judge(s.guards, facts), Phrase: plan.Phrase, Reason: strings.TrimSpace(typed.Reason),
		At: now, ExpiresAt: now.Add(ApprovalLifetime), State: ApprovalWaiting,
	}
	identity := plan.Identity
	row, err := s.deps.Store.RequestApproval(ctx, s.deps.Scope, RequestApproval{
		Approval: approval, PlanID: plan.ID, Now: now,
		Entry: AuditEntry{
			At: now, Event: AuditRequested, Actor: *actor, Kind: plan.Kind, ActionID: plan.ID, ApprovalID: approval.ID, JobName: plan.Card.Name,
			Identity: &identity, Verdicts: approval.Verdicts, Reason: approval.Reason, Detail: waitsUntil(approval),
		},
	})
	if err != nil {
		return plan, Approval{}, s.recordRefused(ctx, plan, now, err)
	}
	s.logDecision("A second person was asked for", approval, row)
	return plan, approval, nil
}

func waitsUntil(approval Approval) string {
	return fmt.Sprintf("Waits for a second person until %s.", clock(approval.ExpiresAt))
}

// Approve lets a second person carry out a request: the job is read, compared
// with what was asked for, all guards are run again, a new plan and the record
// are made, and the act begins at once. An incident budget is unlocked without
// an act: the intent is nil then. Errors are *Refusal; after an error nothing
// was sent.
func (s *Service) Approve(ctx context.Context, actor *Actor, id string, typed Confirmation) (Approval, *Intent, error) {
	ctx, span := s.span(ctx, "unjam.approve", "")
	defer span.End()
	approval, intent, refusal := s.approve(ctx, actor, id, typed)
	spanKind(ctx, approval.Kind)
	spanRefused(ctx, refusal)
	if refusal == nil {
		return approval, intent, nil
	}
	identity := approval.Identity
	s.recordRefusal(ctx, actor, approval.Kind, id, &identity, refusal)
	return Approval{}, nil, refusal
}

func (s *Service) approve(ctx context.Context, actor *Actor, id string, typed Confirmation) (Approval, *Intent, *Refusal) {
	if refusal := s.admit(actor, attemptConfirm); refusal != nil {
		return Approval{}, nil, refusal
	}
	approval, now, refusal := s.waitingApproval(ctx, id)
	if refusal != nil {
		return approval, nil, refusal
	}
	if refusal := s.MayDecide(actor, approval); refusal != nil {
		return approval, nil, refusal
	}
	if typed.Phrase != approval.Phrase {
		return approval, nil, wrongPhrase()
	}
	if _, blocked := s.blockedBeforeReading(approval.Kind); blocked != nil {
		return approval, nil, blocked
	}
	if approval.Kind == KindIncident {
		approval, refusal := s.unlock(ctx, *actor, approval, now)
		return approval, nil, refusal
	}
	intent, refusal := s.carryOut(ctx, *actor, approval, typed)
	if refusal != nil {
		return approval, nil, refusal
	}
	approval.State, approval.Decider, approval.DecidedAt, approval.ActionID = ApprovalApproved, *actor, intent.At, intent.ID
	return approval, &intent, nil
}

// carryOut looks at the job again and does what was asked for.
func (s *Service) carryOut(ctx context.Context, approver Actor, approval Approval, typed Confirmation) (Intent, *Refusal) {
	// The plan is as old as what it is made of: Begin refuses it where another
	// action went on after that.
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Intent{}, refusal
	}
	reading, err := s.readJob(ctx, approval.Identity.Job)
	if refusal, ok := asRefusal(err); ok {
		return Intent{}, refusal
	}
	facts := s.facts(ctx, approval.Kind, reading, approval.ID)
	verdicts := Judge(s.guards, facts)
	if refusal := s.checkApproved(ctx, approval, facts, verdicts, typed); refusal != nil {
		return Intent{}, refusal
	}
	// The plan can only carry out this request: nobody can confirm it.
	plan := s.newPlan(approval.Kind, approval.Requester, facts, verdicts, now)
	plan.SecondPerson = true
	if err := s.deps.Store.SavePlan(ctx, s.deps.Scope, plan); err != nil {
		return Intent{}, storeRefusal(err)
	}
	intent, refusal := s.begin(ctx, plan, reading.Address, approval.Reason, &second{approval: approval.ID, approver: approver})
	if refusal != nil {
		return Intent{}, refusal
	}
	s.actBeside(ctx, intent, facts.Now)
	return intent, nil
}

// checkApproved compares what was asked for with what is true now. Another
// identity ends the request; whatever else speaks against the act now may pass
// while it waits.
func (s *Service) checkApproved(ctx context.Context, approval Approval, facts Facts, verdicts []Verdict, typed Confirmation) *Refusal {
	job := facts.Reading.Job
	switch {
	case facts.Reading.Proof == coordinator.ProofEnded && job.State.Ended() && len(facts.Split) < 2:
		s.cancel(ctx, approval, fmt.Sprintf("The job has ended: it is %s.", job.Word))
		return endedRefusal(job)
	case facts.Reading.Proof != coordinator.ProofOpen:
		return &Refusal{Guard: CheckCoordinator, Status: http.StatusServiceUnavailable,
			Message: fmt.Sprintf("The coordinator says %s, which does not tell how the job is. Nothing was sent; the request goes on waiting.", job.Word), Change: "Try again in a moment."}
	case facts.Reading.Master == "" && !facts.Capabilities.NoMaster:
		return masterRefusal()
	}
	// While masters disagree, each may show another job; the guards refuse then.
	if len(facts.Split) < 2 {
		if difference := identityDifference(approval.Identity, s.identityToCompare(approval.Identity, facts)); difference != "" {
			s.cancel(ctx, approval, difference)
			return changed(CheckIdentity, difference+" The request is canceled. Nothing was sent.")
		}
	}
	if difference := contextDifference(approval.Context, s.context(facts)); difference != "" && !slices.Contains(typed.Acknowledged, CheckContext) {
		return &Refusal{Guard: CheckContext, Status: http.StatusUnprocessableEntity, Message: difference + " Nothing was sent.", Verdicts: verdicts,
			Change: "Acknowledge the difference, or reject the request."}
	}
	refusal := s.weigh(ctx, facts, verdicts, verdicts, typed.Acknowledged)
	if refusal != nil {
		// There is no plan of the approver's that a new one could replace.
		refusal.PlanChanged = false
	}
	return refusal
}

// identityToCompare is the identity now. Where the watcher does not see the
// job at present, its episode is not known, which is no change.
func (s *Service) identityToCompare(asked Identity, facts Facts) Identity {
	now := s.identity(facts)
	if guardFresh(facts).Result == Block || !facts.Watched || facts.Episode.State != facts.Reading.Job.State {
		now.Episode = asked.Episode
	}
	return now
}

// waitingApproval gives a request that still waits, and the store's time. The
// request is given with a refusal too, as far as it is known.
func (s *Service) waitingApproval(ctx context.Context, id string) (Approval, time.Time, *Refusal) {
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Approval{}, now, refusal
	}
	approval, err := s.deps.Store.Approval(ctx, s.deps.Scope, id)
	switch {
	case errors.Is(err, ErrNoApproval):
		return Approval{}, now, unknownApproval()
	case err != nil:
		return Approval{}, now, storeRefusal(err)
	case approval.State == ApprovalWaiting && !approval.Waits(now):
		return approval, now, decidedRefusal(fmt.Sprintf("The request waited for %s and has expired.", span(ApprovalLifetime)))
	case approval.State != ApprovalWaiting:
		return approval, now, decidedRefusal(fmt.Sprintf("The request does not wait any more: it is %s.", approval.State))
	}
	return approval, now, nil
}

func unknownApproval() *Refusal {
	return &Refusal{Guard: CheckApprovalKnown, Status: http.StatusNotFound, Message: "There is no such request that you may see in this data source."}
}

func decidedRefusal(message string) *Refusal {
	return &Refusal{Guard: CheckApprovalWaits, Status: http.StatusConflict, Message: message + " Nothing was sent.", Change: "Make a new request where it is still needed."}
}

// waitingRefusal names who asked already, if he asked in the same scope (S50).
func (s *Service) waitingRefusal(ctx context.Context, waiting Approval) *Refusal {
	refusal := &Refusal{
		Guard: GuardWaiting, Status: http.StatusConflict, Change: "Wait until that request is decided or has expired.",
		Message: "A request for a second person waits for this job in another data source already. Nothing was sent.",
	}
	if _, err := s.deps.Store.Approval(ctx, s.deps.Scope, waiting.ID); err == nil {
		refusal.Message = fmt.Sprintf("A request by %s waits for a second person already. Nothing was sent.", waiting.Requester.Login)
	}
	return refusal
}
