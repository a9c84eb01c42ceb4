package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Bounds of a reason in characters: the least is design §7's, the most keeps
// the audit trail readable (contract/resources.yaml has the same).
const (
	ShortestReason = 10
	LongestReason  = 2000
)

// Confirmation is what the person typed.
type Confirmation struct {
	Phrase string
	Reason string
	// Acknowledged are the guards whose warnings were read.
	Acknowledged []string
}

// Confirm checks a plan and what was typed, reads the job again, runs all
// guards again, writes the record and starts the act in the background. It
// returns when the record is durable, before the act has ended. Errors are
// *Refusal; after an error nothing was sent.
func (s *Service) Confirm(ctx context.Context, actor *Actor, id string, typed Confirmation) (Intent, error) {
	plan, intent, err := s.confirm(ctx, actor, id, typed)
	if refusal, ok := asRefusal(err); ok {
		identity := plan.Identity
		s.recordRefusal(ctx, actor, plan.Kind, id, &identity, refusal)
	}
	return intent, err
}

func (s *Service) confirm(ctx context.Context, actor *Actor, id string, typed Confirmation) (Plan, Intent, error) {
	if refusal := May(actor, s.deps.Policy); refusal != nil {
		return Plan{}, Intent{}, refusal
	}
	if s.deps.Store == nil {
		return Plan{}, Intent{}, storeRefusal(s.deps.StoreErr)
	}
	plan, err := s.deps.Store.Plan(ctx, s.deps.Scope, id)
	if errors.Is(err, ErrNoPlan) {
		return Plan{}, Intent{}, &Refusal{Guard: CheckPlanKnown, Status: http.StatusNotFound, Message: "There is no such plan in this data source. Nothing was sent.", PlanChanged: true}
	} else if err != nil {
		return Plan{}, Intent{}, storeRefusal(err)
	}
	if refusal := s.checkPlan(plan, actor, typed); refusal != nil {
		return plan, Intent{}, refusal
	}
	if _, err := s.deps.Store.Intent(ctx, s.deps.Scope, id); err == nil {
		return plan, Intent{}, usedRefusal(id)
	} else if !errors.Is(err, ErrNoIntent) {
		return plan, Intent{}, storeRefusal(err)
	}
	reading, err := s.readJob(ctx, plan.Identity.Job)
	if err != nil {
		return plan, Intent{}, err
	}
	facts := s.facts(ctx, plan.Kind, reading)
	if refusal := s.checkNow(ctx, plan, facts, typed); refusal != nil {
		return plan, Intent{}, refusal
	}
	intent, refusal := s.begin(ctx, plan, reading.Address, typed.Reason)
	if refusal != nil {
		return plan, Intent{}, refusal
	}
	s.deps.Background.Go(func(ctx context.Context) { s.act(ctx, intent) })
	return plan, intent, nil
}

// checkPlan is all that needs no look at the coordinator.
func (s *Service) checkPlan(plan Plan, actor *Actor, typed Confirmation) *Refusal {
	switch {
	case plan.Actor.Login != actor.Login:
		return forbidden(CheckPlanOwner, "This plan was made by somebody else. Nothing was sent.", "Make your own plan.")
	case !plan.Allowed():
		return &Refusal{Guard: CheckPlanBlocked, Status: http.StatusConflict, Message: "This plan is blocked: " + blockedBy(plan.Verdicts) + " Nothing was sent.", Verdicts: plan.Verdicts, PlanChanged: true}
	case s.deps.Now().After(plan.ExpiresAt):
		return changed(CheckPlanExpired, fmt.Sprintf("The plan was valid for %s and has expired. Nothing was sent.", span(PlanLifetime)))
	case typed.Phrase != plan.Phrase:
		return unprocessable(CheckPhrase, "The phrase does not match. Nothing was sent. Type it exactly as shown.")
	case utf8.RuneCountInString(strings.TrimSpace(typed.Reason)) < ShortestReason:
		return unprocessable(CheckReason, fmt.Sprintf("The reason needs at least %d characters. Nothing was sent.", ShortestReason))
	case utf8.RuneCountInString(typed.Reason) > LongestReason:
		return unprocessable(CheckReason, fmt.Sprintf("The reason may have at most %d characters. Nothing was sent.", LongestReason))
	}
	return nil
}

// checkNow compares the plan with what is true now.
func (s *Service) checkNow(ctx context.Context, plan Plan, facts Facts, typed Confirmation) *Refusal {
	job := facts.Reading.Job
	if job.State.Ended() {
		if facts.Reading.Proof == coordinator.ProofEnded {
			return &Refusal{Guard: CheckAlreadyEnded, Status: http.StatusConflict, Message: fmt.Sprintf("The job has already ended: it is %s. Nothing was sent.", job.Word)}
		}
		return changed(CheckIdentity, fmt.Sprintf("The coordinator now says %s. Nothing was sent.", job.Word))
	}
	if facts.Reading.Master == "" {
		return &Refusal{Guard: GuardMaster, Status: http.StatusServiceUnavailable, Message: "The coordinator did not say which master is active. Nothing was sent.", Change: "Try again in a moment."}
	}
	if difference := identityDifference(plan.Identity, s.identity(facts)); difference != "" {
		return changed(CheckIdentity, difference+" Nothing was sent.")
	}
	if now := s.context(facts); now.Workers != plan.Context.Workers || !slices.Equal(now.Nodes, plan.Context.Nodes) {
		return changed(CheckContext, contextDifference(plan.Context, now)+" Nothing was sent.")
	}
	verdicts := Judge(s.guards, facts)
	for _, verdict := range verdicts {
		switch {
		case verdict.Result == Block && verdict.Guard == GuardBudget:
			return &Refusal{Guard: verdict.Guard, Status: http.StatusTooManyRequests, Message: verdict.Reason + " Nothing was sent.", Change: verdict.Change, Verdicts: verdicts, RetryAfter: max(time.Second, verdict.AllowedFrom.Sub(facts.Now))}
		case verdict.Result == Block && verdict.Guard == GuardInFlight:
			return s.inFlightRefusal(ctx, *facts.InFlight)
		case verdict.Result == Block:
			return &Refusal{Guard: verdict.Guard, Status: http.StatusConflict, Message: verdict.Reason + " Nothing was sent.", Change: verdict.Change, Verdicts: verdicts, PlanChanged: true}
		case verdict.Result == Warn && !warned(plan.Verdicts, verdict.Guard):
			return changed(CheckAcknowledged, "A new warning has come up: "+verdict.Reason+" Nothing was sent.")
		case verdict.Result == Warn && !slices.Contains(typed.Acknowledged, verdict.Guard):
			return &Refusal{Guard: CheckAcknowledged, Status: http.StatusUnprocessableEntity, Message: "A warning was not acknowledged: " + verdict.Reason + " Nothing was sent.", Verdicts: verdicts}
		}
	}
	return nil
}

// begin writes the record. After it nothing may stop the act but a crash,
// which reconciliation then sees.
func (s *Service) begin(ctx context.Context, plan Plan, address, reason string) (Intent, *Refusal) {
	now := s.deps.Now()
	intent := Intent{
		ID: plan.ID, Kind: plan.Kind, Actor: plan.Actor, Card: plan.Card, Identity: plan.Identity, Address: address,
		Reason: strings.TrimSpace(reason), At: now, Phase: PhaseIntended, Detail: "Recorded. The request is about to be sent.", UpdatedAt: now,
	}
	identity := plan.Identity
	s.markActive(intent.ID, true)
	row, err := s.deps.Store.Begin(ctx, s.deps.Scope, Begin{
		Intent: intent, Now: now, Budget: s.deps.Policy.Budget(plan.Kind), BudgetWindow: s.deps.Policy.BudgetWindow,
		Entry: AuditEntry{
			At: now, Event: AuditIntent, Actor: plan.Actor, Kind: plan.Kind, ActionID: plan.ID, JobName: plan.Card.Name,
			Identity: &identity, Verdicts: plan.Verdicts, Reason: intent.Reason, Request: describeRequest(intent),
		},
	})
	if err == nil {
		s.logHead("An action was recorded before it is sent", intent, row)
		return intent, nil
	}
	s.markActive(intent.ID, false)
	var inFlight *InFlightError
	var budget *BudgetError
	switch {
	case errors.Is(err, ErrPlanUsed):
		return intent, usedRefusal(plan.ID)
	case errors.Is(err, ErrPlanExpired), errors.Is(err, ErrNoPlan):
		return intent, changed(CheckPlanExpired, "The plan has expired. Nothing was sent.")
	case errors.As(err, &inFlight):
		return intent, s.inFlightRefusal(ctx, inFlight.Intent)
	case errors.Is(err, ErrPlanUnfit):
		return intent, &Refusal{Guard: CheckPlanBlocked, Status: http.StatusConflict, Message: "This plan does not permit the action. Nothing was sent.", PlanChanged: true}
	case errors.As(err, &budget):
		return intent, &Refusal{
			Guard: GuardBudget, Status: http.StatusTooManyRequests, Message: "This coordinator's budget is used up. Nothing was sent.", RetryAfter: max(time.Second, budget.RetryAt.Sub(now)),
			Verdicts: []Verdict{{Guard: GuardBudget, Result: Block, Reason: "This coordinator's budget is used up.", AllowedFrom: budget.RetryAt}},
		}
	}
	return intent, storeRefusal(err)
}

func usedRefusal(id string) *Refusal {
	return &Refusal{Guard: CheckPlanUsed, Status: http.StatusConflict, Message: "This plan was used already. Nothing more was sent.", ActionID: id}
}

// inFlightRefusal names the winner, if he acts in the same scope: another
// organisation's persons are none of ours (S50).
func (s *Service) inFlightRefusal(ctx context.Context, winner Intent) *Refusal {
	refusal := &Refusal{
		Guard: GuardInFlight, Status: http.StatusConflict, Change: "Wait until that action is settled.",
		Message: "Somebody is already acting on this job through another data source. Nothing more was sent.",
	}
	if _, err := s.deps.Store.Intent(ctx, s.deps.Scope, winner.ID); err == nil {
		refusal.ActionID = winner.ID
		refusal.Message = fmt.Sprintf("%s is already acting on this job (%s). Nothing more was sent.", winner.Actor.Login, winner.Kind)
	}
	return refusal
}

func identityDifference(planned, now Identity) string {
	switch {
	case planned.Job != now.Job || planned.Cluster != now.Cluster:
		return fmt.Sprintf("The plan is for job %s of %s, not for %s of %s.", planned.Job, planned.Cluster, now.Job, now.Cluster)
	case !planned.CreateTime.Equal(now.CreateTime):
		return "Another job with the same id has been created since the plan was made."
	case planned.Master != now.Master:
		return fmt.Sprintf("The active master was %s when the plan was made and is %s now.", planned.Master, orNone(now.Master))
	case planned.State != now.State:
		return fmt.Sprintf("The job was %s when the plan was made and is %s now.", planned.State, now.State)
	case planned.Episode != now.Episode:
		return "The job has left its state and come back to it since the plan was made."
	}
	return ""
}

func contextDifference(planned, now Context) string {
	if planned.Workers != now.Workers {
		return fmt.Sprintf("The number of workers was %d when the plan was made and is %d now.", planned.Workers, now.Workers)
	}
	return fmt.Sprintf("The job's nodes were %s when the plan was made and are %s now.", list(planned.Nodes), list(now.Nodes))
}

func list(nodes []string) string {
	if len(nodes) == 0 {
		return "not known"
	}
	return strings.Join(nodes, ", ")
}

func warned(verdicts []Verdict, guard string) bool {
	return slices.ContainsFunc(verdicts, func(v Verdict) bool { return v.Guard == guard && v.Result == Warn })
}

func blockedBy(verdicts []Verdict) string {
	for _, verdict := range verdicts {
		if verdict.Result == Block {
			return verdict.Reason
		}
	}
	return ""
}
