package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// RequestIncident asks a second person to unlock the incident budget: more
// force stops for IncidentLifetime, still one plan for each job. Errors are
// *Refusal.
func (s *Service) RequestIncident(ctx context.Context, actor *Actor, reason string) (Approval, error) {
	approval, refusal := s.requestIncident(ctx, actor, reason)
	if refusal == nil {
		return approval, nil
	}
	s.recordRefusal(ctx, actor, KindIncident, "", &Identity{Cluster: s.deps.Cluster}, refusal)
	return Approval{}, refusal
}

func (s *Service) requestIncident(ctx context.Context, actor *Actor, reason string) (Approval, *Refusal) {
	if refusal := s.admit(actor, attemptConfirm); refusal != nil {
		return Approval{}, refusal
	}
	if _, blocked := s.blockedBeforeReading(KindIncident); blocked != nil {
		return Approval{}, blocked
	}
	if refusal := checkReason(reason); refusal != nil {
		return Approval{}, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Approval{}, refusal
	}
	if refusal := s.mayUnlock(ctx, now); refusal != nil {
		return Approval{}, refusal
	}
	approval := Approval{
		ID: randomID(), Kind: KindIncident, Requester: *actor, Identity: Identity{Cluster: s.deps.Cluster},
		Context: Context{Nodes: []string{}}, Verdicts: []Verdict{}, Reason: strings.TrimSpace(reason),
		At: now, ExpiresAt: now.Add(ApprovalLifetime), State: ApprovalWaiting,
	}
	identity := approval.Identity
	row, err := s.deps.Store.RequestApproval(ctx, s.deps.Scope, RequestApproval{
		Approval: approval, Now: now,
		Entry: AuditEntry{At: now, Event: AuditRequested, Actor: *actor, Kind: KindIncident, ApprovalID: approval.ID, Identity: &identity, Reason: approval.Reason, Detail: waitsUntil(approval)},
	})
	var waiting *WaitingError
	switch {
	case errors.As(err, &waiting):
		return Approval{}, &Refusal{Guard: GuardWaiting, Status: http.StatusConflict, Change: "Wait until that request is decided or has expired.",
			Message: fmt.Sprintf("A request by %s for the incident budget waits for a second person already.", waiting.Approval.Requester.Login)}
	case err != nil:
		return Approval{}, storeRefusal(err)
	}
	s.logDecision("A second person was asked for", approval, row)
	return approval, nil
}

// mayUnlock is whether the policy has an incident budget and none is in force.
func (s *Service) mayUnlock(ctx context.Context, now time.Time) *Refusal {
	if s.deps.Policy.IncidentBudget <= 0 {
		return &Refusal{Guard: CheckIncident, Status: http.StatusConflict, Message: "This data source's policy has no incident budget.", Change: "The data source's administrator can set one."}
	}
	incident, found, err := s.deps.Store.Incident(ctx, s.deps.Scope, s.deps.Cluster, now)
	switch {
	case err != nil:
		return storeRefusal(err)
	case found:
		return &Refusal{Guard: CheckIncident, Status: http.StatusConflict, Message: fmt.Sprintf("An incident budget of %d force stops is unlocked already, until %s.", incident.Limit, clock(incident.Until)),
			Change: "A new one can be asked for when it has ended."}
	}
	return nil
}

// unlock puts the incident budget in force.
func (s *Service) unlock(ctx context.Context, approver Actor, approval Approval, now time.Time) (Approval, *Refusal) {
	if refusal := s.mayUnlock(ctx, now); refusal != nil {
		return approval, refusal
	}
	incident := Incident{
		ID: approval.ID, Cluster: approval.Identity.Cluster, Requester: approval.Requester, Approver: approver, Reason: approval.Reason,
		From: now, Until: now.Add(IncidentLifetime), Limit: s.deps.Policy.IncidentBudget,
	}
	approval.State, approval.Decider, approval.DecidedAt = ApprovalApproved, approver, now
	entry := decidedEntry(approval)
	entry.Reason = approval.Reason
	entry.Detail += fmt.Sprintf(" Up to %d force stops until %s.", incident.Limit, clock(incident.Until))
	row, err := s.deps.Store.DecideApproval(ctx, s.deps.Scope, DecideApproval{Approval: approval, Entry: entry, Incident: &incident, Now: now})
	switch {
	case errors.Is(err, ErrDecided), errors.Is(err, ErrNoApproval):
		return approval, decidedRefusal("The request does not wait any more: somebody else has decided it, or it has expired.")
	case err != nil:
		return approval, storeRefusal(err)
	}
	s.logDecision("The incident budget was unlocked", approval, row)
	return approval, nil
}

// Incident gives the incident budget in force; false when there is none, or
// when the store cannot tell.
func (s *Service) Incident(ctx context.Context) (Incident, bool) {
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Incident{}, false
	}
	incident, found, err := s.deps.Store.Incident(ctx, s.deps.Scope, s.deps.Cluster, now)
	if err != nil {
		s.deps.Log.Error("Whether an incident budget is unlocked could not be read", "scope", s.deps.Scope.String(), "error", err.Error())
	}
	return incident, found && err == nil
}
