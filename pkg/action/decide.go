package action

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MayDecide checks that an actor may approve or reject a request, as it was
// read; nil when he may. He must be allowed to act himself, be another person
// than the requester, and the requester must still be allowed to.
func (s *Service) MayDecide(actor *Actor, a Approval) *Refusal {
	if refusal := May(actor, s.deps.Policy); refusal != nil {
		return refusal
	}
	switch {
	case a.State != ApprovalWaiting:
		return decidedRefusal(fmt.Sprintf("The request does not wait any more: it is %s.", a.State))
	case SamePerson(a.Requester, *actor):
		return forbidden(CheckSecondPerson, "You asked for this yourself, or you share your e-mail address with who did. Another person must decide. Nothing was sent.", "Ask somebody else who may act.")
	}
	// His role of today is not known here; the policy and the role that he had
	// when he asked are.
	if refusal := May(&a.Requester, s.deps.Policy); refusal != nil {
		return forbidden(refusal.Guard, fmt.Sprintf("%s, who asked for this, may not act in this data source any more. Nothing was sent.", a.Requester.Login), "Reject the request, or make your own.")
	}
	return nil
}

// Reject says no to another person's request, or takes one's own back. Errors
// are *Refusal.
func (s *Service) Reject(ctx context.Context, actor *Actor, id, reason string) (Approval, error) {
	approval, refusal := s.reject(ctx, actor, id, reason)
	if refusal == nil {
		return approval, nil
	}
	identity := approval.Identity
	s.recordRefusal(ctx, actor, approval.Kind, id, &identity, refusal)
	return Approval{}, refusal
}

func (s *Service) reject(ctx context.Context, actor *Actor, id, reason string) (Approval, *Refusal) {
	// Who asked may take it back even if he may not act any more.
	if refusal := isPerson(actor); refusal != nil {
		return Approval{}, refusal
	}
	if refusal := s.deps.Attempts.take(s.deps.Scope.OrgID, actor.Login, attemptConfirm); refusal != nil {
		return Approval{}, refusal
	}
	approval, now, refusal := s.waitingApproval(ctx, id)
	mine := approval.ID != "" && SamePerson(approval.Requester, *actor)
	if !mine {
		if refusal := May(actor, s.deps.Policy); refusal != nil {
			return approval, refusal
		}
	}
	if refusal != nil {
		return approval, refusal
	}
	if refusal := checkReason(reason); refusal != nil {
		return approval, refusal
	}
	state := ApprovalRejected
	if mine {
		state = ApprovalWithdrawn
	}
	return s.decide(ctx, approval, state, *actor, strings.TrimSpace(reason), now)
}

// decide ends a request without an act. An empty decider is the server itself.
func (s *Service) decide(ctx context.Context, approval Approval, state ApprovalState, decider Actor, note string, now time.Time) (Approval, *Refusal) {
	approval.State, approval.Decider, approval.DecidedAt, approval.Note = state, decider, now, note
	row, err := s.deps.Store.DecideApproval(ctx, s.deps.Scope, DecideApproval{Approval: approval, Entry: decidedEntry(approval), Now: now})
	switch {
	case errors.Is(err, ErrDecided):
		return approval, decidedRefusal("The request does not wait any more: somebody else has decided it.")
	case errors.Is(err, ErrNoApproval):
		return approval, unknownApproval()
	case err != nil:
		return approval, storeRefusal(err)
	}
	s.logDecision("A request for a second person was decided", approval, row)
	return approval, nil
}

func decidedEntry(approval Approval) AuditEntry {
	identity := approval.Identity
	return AuditEntry{
		At: approval.DecidedAt, Event: AuditDecided, Actor: approval.Decider, Kind: approval.Kind, ApprovalID: approval.ID, JobName: approval.Card.Name,
		Identity: &identity, Reason: approval.Note, Detail: fmt.Sprintf("The request by %s is %s.", approval.Requester.Login, approval.State),
	}
}

// cancel ends a request whose job has changed. Whoever was faster is right.
func (s *Service) cancel(ctx context.Context, approval Approval, note string) {
	now, refusal := s.now(ctx)
	if refusal == nil {
		_, refusal = s.decide(context.WithoutCancel(ctx), approval, ApprovalCanceled, Actor{}, note, now)
	}
	if refusal != nil && refusal.Guard != CheckApprovalWaits {
		s.deps.Log.Error("A request for a second person could not be canceled", "scope", s.deps.Scope.String(), "approval", approval.ID, "error", refusal.Message)
	}
}

// logDecision anchors the audit trail as logHead does.
func (s *Service) logDecision(msg string, approval Approval, row AuditRow) {
	s.deps.Log.Info(msg, "scope", s.deps.Scope.String(), "approval", approval.ID, "kind", string(approval.Kind), "job", string(approval.Identity.Job),
		"state", string(approval.State), "auditRow", row.Seq, "auditHead", row.Hash)
}

const (
	// approvalsShown is how far back decided requests are listed, and
	// mostApprovals how many requests at most.
	approvalsShown = 24 * time.Hour
	mostApprovals  = 100
)

// Approvals gives the requests that wait and those of the last day, newest
// first, to those who may act or read the audit trail. Errors are *Refusal.
func (s *Service) Approvals(ctx context.Context, actor *Actor) ([]Approval, error) {
	if refusal := s.maySee(actor); refusal != nil {
		return nil, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return nil, refusal
	}
	approvals, err := s.deps.Store.Approvals(ctx, s.deps.Scope, now.Add(-approvalsShown), mostApprovals)
	if err != nil {
		return nil, storeRefusal(err)
	}
	for i := range approvals {
		approvals[i] = asOf(approvals[i], now)
	}
	return approvals, nil
}

// Approval gives one request to its requester, and to those who see them all.
// Errors are *Refusal.
func (s *Service) Approval(ctx context.Context, actor *Actor, id string) (Approval, error) {
	if refusal := isPerson(actor); refusal != nil {
		return Approval{}, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Approval{}, refusal
	}
	approval, err := s.deps.Store.Approval(ctx, s.deps.Scope, id)
	switch {
	case err != nil && !errors.Is(err, ErrNoApproval):
		return Approval{}, storeRefusal(err)
	case err != nil, approval.Requester.Login != actor.Login && s.maySee(actor) != nil:
		// The same answer for "not for you" and "none": ids are not probed.
		return Approval{}, unknownApproval()
	}
	return asOf(approval, now), nil
}

// asOf shows a request as expired from the moment when it is, whenever that is
// recorded.
func asOf(approval Approval, now time.Time) Approval {
	if approval.State == ApprovalWaiting && !approval.Waits(now) {
		approval.State, approval.DecidedAt = ApprovalExpired, approval.ExpiresAt
	}
	return approval
}

// maySee is who may see all requests.
func (s *Service) maySee(actor *Actor) *Refusal {
	if May(actor, s.deps.Policy) == nil {
		return nil
	}
	return MayRead(actor, s.deps.Policy)
}
