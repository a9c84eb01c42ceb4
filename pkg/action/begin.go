package action

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// second is the second person of an act, and the request that he approved.
type second struct {
	approval string
	approver Actor
}

// begin writes the record, with a second person where there is one. After it
// nothing may stop the act but a crash, which reconciliation then sees.
func (s *Service) begin(ctx context.Context, plan Plan, address, reason string, by *second) (Intent, *Refusal) {
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Intent{}, refusal
	}
	intent := Intent{
		ID: plan.ID, Kind: plan.Kind, Actor: plan.Actor, Card: plan.Card, Identity: plan.Identity, Address: address,
		Reason: strings.TrimSpace(reason), At: now, Phase: PhaseIntended, Detail: "Recorded. The request is about to be sent.", UpdatedAt: now,
	}
	identity := plan.Identity
	begin := Begin{
		Now: now, Budget: s.deps.Policy.Budget(plan.Kind), BudgetWindow: s.deps.Policy.BudgetWindow,
		Entry: AuditEntry{
			At: now, Event: AuditIntent, Actor: plan.Actor, Kind: plan.Kind, ActionID: plan.ID, JobName: plan.Card.Name,
			Identity: &identity, Verdicts: plan.Verdicts, Reason: intent.Reason, Request: describeRequest(intent),
		},
	}
	if by != nil {
		intent.Approver = &by.approver
		begin.Approval, begin.Entry.ApprovalID, begin.Entry.Approver = by.approval, by.approval, &by.approver
	}
	begin.Intent = intent
	s.markActive(intent.ID, true)
	row, err := s.deps.Store.Begin(ctx, s.deps.Scope, begin)
	if err == nil {
		intent.AuditRow, intent.AuditHead = row.Seq, row.Hash
		s.logHead("An action was recorded before it is sent", intent, row)
		return intent, nil
	}
	s.markActive(intent.ID, false)
	return Intent{}, s.recordRefused(ctx, plan, now, err)
}

// recordRefused says why a plan could not be used, neither for an act nor for a
// request.
func (s *Service) recordRefused(ctx context.Context, plan Plan, now time.Time, err error) *Refusal {
	var inFlight *InFlightError
	var budget *BudgetError
	var waiting *WaitingError
	switch {
	case errors.Is(err, ErrPlanUsed):
		return usedRefusal(plan.ID)
	case errors.Is(err, ErrPlanExpired), errors.Is(err, ErrNoPlan):
		return changed(CheckPlanExpired, "The plan has expired. Nothing was sent.")
	case errors.Is(err, ErrPlanUnfit):
		return &Refusal{Guard: CheckPlanBlocked, Status: http.StatusConflict, Message: "This plan does not permit the action. Nothing was sent.", PlanChanged: true}
	case errors.Is(err, ErrDecided), errors.Is(err, ErrNoApproval):
		return decidedRefusal("The request does not wait any more: somebody else has decided it, or it has expired.")
	case errors.As(err, &inFlight):
		return s.inFlightRefusal(ctx, inFlight.Intent)
	case errors.As(err, &waiting):
		return s.waitingRefusal(ctx, waiting.Approval)
	case errors.As(err, &budget):
		return &Refusal{
			Guard: GuardBudget, Status: http.StatusTooManyRequests, Message: "This coordinator's budget is used up. Nothing was sent.", RetryAfter: max(time.Second, budget.RetryAt.Sub(now)),
			Change:   budgetChange(plan.Kind, s.deps.Policy),
			Verdicts: []Verdict{{Guard: GuardBudget, Result: Block, Reason: "This coordinator's budget is used up.", AllowedFrom: budget.RetryAt}},
		}
	}
	return storeRefusal(err)
}
