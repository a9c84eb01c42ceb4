package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	ctx, span := s.span(ctx, "unjam.confirm", "")
	defer span.End()
	plan, intent, refusal := s.confirm(ctx, actor, id, typed)
	spanKind(ctx, plan.Kind)
	spanRefused(ctx, refusal)
	if refusal == nil {
		return intent, nil
	}
	identity := plan.Identity
	s.recordRefusal(ctx, actor, plan.Kind, id, &identity, refusal)
	return Intent{}, refusal
}

func (s *Service) confirm(ctx context.Context, actor *Actor, id string, typed Confirmation) (Plan, Intent, *Refusal) {
	plan, facts, refusal := s.ready(ctx, actor, id, typed, alone)
	if refusal != nil {
		return plan, Intent{}, refusal
	}
	intent, refusal := s.begin(ctx, plan, facts.Reading.Address, typed.Reason, nil)
	if refusal != nil {
		return plan, Intent{}, refusal
	}
	s.actBeside(ctx, intent, facts.Now)
	return plan, intent, nil
}

// use is what a plan is to be used for.
type use int

const (
	// alone: to act at once. ask: to ask a second person.
	alone use = iota
	ask
)

// ready makes every check before a plan is used: who, the plan, what was
// typed, the job as it is now, and all guards. The plan is given with a
// refusal too, as far as it is known.
func (s *Service) ready(ctx context.Context, actor *Actor, id string, typed Confirmation, what use) (Plan, Facts, *Refusal) {
	if refusal := s.admit(actor, attemptConfirm); refusal != nil {
		return Plan{}, Facts{}, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return Plan{}, Facts{}, refusal
	}
	plan, err := s.deps.Store.Plan(ctx, s.deps.Scope, id)
	if errors.Is(err, ErrNoPlan) {
		return Plan{}, Facts{}, &Refusal{Guard: CheckPlanKnown, Status: http.StatusNotFound, Message: "There is no such plan in this data source. Nothing was sent.", PlanChanged: true}
	} else if err != nil {
		return Plan{}, Facts{}, storeRefusal(err)
	}
	if refusal := s.checkPlan(plan, actor, typed, now, what); refusal != nil {
		return plan, Facts{}, refusal
	}
	if _, err := s.deps.Store.Intent(ctx, s.deps.Scope, id); err == nil {
		return plan, Facts{}, usedRefusal(id)
	} else if !errors.Is(err, ErrNoIntent) {
		return plan, Facts{}, storeRefusal(err)
	}
	reading, err := s.readJob(ctx, plan.Identity.Job)
	if refusal, ok := asRefusal(err); ok {
		return plan, Facts{}, refusal
	}
	facts := s.facts(ctx, plan.Kind, reading, "")
	return plan, facts, s.checkNow(ctx, plan, facts, typed)
}

// admit is who may decide anything, and how often.
func (s *Service) admit(actor *Actor, what attempt) *Refusal {
	if refusal := May(actor, s.deps.Policy); refusal != nil {
		return refusal
	}
	return s.deps.Attempts.take(s.deps.Scope.OrgID, actor.Login, what)
}

// checkPlan is all that needs no look at the coordinator.
func (s *Service) checkPlan(plan Plan, actor *Actor, typed Confirmation, now time.Time, what use) *Refusal {
	switch {
	case plan.Actor.Login != actor.Login:
		return forbidden(CheckPlanOwner, "This plan was made by somebody else. Nothing was sent.", "Make your own plan.")
	case !plan.Allowed():
		return &Refusal{Guard: CheckPlanBlocked, Status: http.StatusConflict, Message: "This plan is blocked: " + blockedBy(plan.Verdicts) + " Nothing was sent.", Verdicts: plan.Verdicts, PlanChanged: true}
	}
	if refusal := s.checkUse(plan, what); refusal != nil {
		return refusal
	}
	switch {
	case now.After(plan.ExpiresAt):
		return changed(CheckPlanExpired, fmt.Sprintf("The plan was valid for %s and has expired. Nothing was sent.", span(PlanLifetime)))
	case typed.Phrase != plan.Phrase:
		return wrongPhrase()
	}
	return checkReason(typed.Reason)
}

// checkUse keeps a plan that needs a second person from being used alone. The
// policy decides anew: it may have changed since the plan was made.
func (s *Service) checkUse(plan Plan, what use) *Refusal {
	refusal := &Refusal{Guard: CheckSecondPerson, Status: http.StatusConflict}
	switch {
	case what == ask && !plan.SecondPerson:
		refusal.Message = "This plan does not ask for a second person. Nothing was sent."
		refusal.Change = "Confirm it, or make a new plan if the policy has changed."
	case what == alone && plan.SecondPerson:
		refusal.Message = "This action needs a second person. Nothing was sent."
		refusal.Change = "Use the plan to ask for approval."
	case what == alone && s.deps.Policy.NeedsSecondPerson(plan.Kind):
		refusal.Message = "The policy has changed: this action needs a second person now. Nothing was sent."
		refusal.Change, refusal.PlanChanged = "Make a new plan, and use it to ask for approval.", true
	default:
		return nil
	}
	return refusal
}

func wrongPhrase() *Refusal {
	return unprocessable(CheckPhrase, "The phrase does not match. Nothing was sent. Type it exactly as shown.")
}

func checkReason(reason string) *Refusal {
	switch {
	case utf8.RuneCountInString(strings.TrimSpace(reason)) < ShortestReason:
		return unprocessable(CheckReason, fmt.Sprintf("The reason needs at least %d characters. Nothing was sent.", ShortestReason))
	case utf8.RuneCountInString(reason) > LongestReason:
		return unprocessable(CheckReason, fmt.Sprintf("The reason may have at most %d characters. Nothing was sent.", LongestReason))
	}
	return nil
}

// checkNow compares the plan with what is true now.
func (s *Service) checkNow(ctx context.Context, plan Plan, facts Facts, typed Confirmation) *Refusal {
	if split := guardSplit(facts); split.Result == Block && facts.Reading.Job.State.Ended() {
		// One of several masters says so, and another may know better.
		return &Refusal{Guard: GuardSplit, Status: http.StatusConflict, Message: split.Reason + " Nothing was sent.", Change: split.Change, PlanChanged: true}
	}
	if facts.Reading.Proof == coordinator.ProofEnded && facts.Reading.Job.State.Ended() {
		return endedRefusal(facts.Reading.Job)
	}
	if facts.Reading.Job.State.Ended() {
		return changed(CheckIdentity, fmt.Sprintf("The coordinator now says %s. Nothing was sent.", facts.Reading.Job.Word))
	}
	if facts.Reading.Master == "" && !facts.Capabilities.NoMaster {
		return masterRefusal()
	}
	if difference := identityDifference(plan.Identity, s.identity(facts)); difference != "" {
		return changed(CheckIdentity, difference+" Nothing was sent.")
	}
	if difference := contextDifference(plan.Context, s.context(facts)); difference != "" {
		return changed(CheckContext, difference+" Nothing was sent.")
	}
	return s.weigh(ctx, facts, Judge(s.guards, facts), plan.Verdicts, typed.Acknowledged)
}

// weigh refuses where a guard blocks, where a warning was not acknowledged, or
// where it was not among those that were shown.
func (s *Service) weigh(ctx context.Context, facts Facts, verdicts, shown []Verdict, acknowledged []string) *Refusal {
	for _, verdict := range verdicts {
		switch {
		case verdict.Result == Block && verdict.Guard == GuardBudget:
			return &Refusal{Guard: verdict.Guard, Status: http.StatusTooManyRequests, Message: verdict.Reason + " Nothing was sent.", Change: verdict.Change, Verdicts: verdicts, RetryAfter: max(time.Second, verdict.AllowedFrom.Sub(facts.StoreNow))}
		case verdict.Result == Block && verdict.Guard == GuardInFlight:
			return s.inFlightRefusal(ctx, *facts.InFlight)
		case verdict.Result == Block && verdict.Guard == GuardStore:
			return storeRefusal(facts.StoreErr)
		case verdict.Result == Block:
			return &Refusal{Guard: verdict.Guard, Status: http.StatusConflict, Message: verdict.Reason + " Nothing was sent.", Change: verdict.Change, Verdicts: verdicts, PlanChanged: true}
		case verdict.Result == Warn && !warned(shown, verdict.Guard):
			return changed(CheckAcknowledged, "A new warning has come up: "+verdict.Reason+" Nothing was sent.")
		case verdict.Result == Warn && !slices.Contains(acknowledged, verdict.Guard):
			return &Refusal{Guard: CheckAcknowledged, Status: http.StatusUnprocessableEntity, Message: "A warning was not acknowledged: " + verdict.Reason + " Nothing was sent.", Verdicts: verdicts}
		}
	}
	return nil
}

func endedRefusal(job coordinator.Job) *Refusal {
	return &Refusal{Guard: CheckAlreadyEnded, Status: http.StatusConflict, Message: fmt.Sprintf("The job has already ended: it is %s. Nothing was sent.", job.Word)}
}

func masterRefusal() *Refusal {
	return &Refusal{Guard: GuardMaster, Status: http.StatusServiceUnavailable, Message: "The coordinator did not say which master is active. Nothing was sent.", Change: "Try again in a moment."}
}

func usedRefusal(id string) *Refusal {
	return &Refusal{Guard: CheckPlanUsed, Status: http.StatusConflict, Message: "This plan was used already. Nothing more was sent.", ActionID: id}
}

// inFlightRefusal names the winner, if he acts in the same scope: another
// organisation's persons are none of ours (S50).
func (s *Service) inFlightRefusal(ctx context.Context, winner Intent) *Refusal {
	refusal := &Refusal{Guard: GuardInFlight, Status: http.StatusConflict, Change: "Wait until that action is settled."}
	acts := "is already acting"
	if winner.Phase == PhaseSettled {
		// Begin gives one that went on after the plan was made.
		acts, refusal.Change, refusal.PlanChanged = "has acted", "A new plan shows what became of it.", true
	}
	refusal.Message = fmt.Sprintf("Somebody %s on this job through another data source. Nothing more was sent.", acts)
	if _, err := s.deps.Store.Intent(ctx, s.deps.Scope, winner.ID); err == nil {
		refusal.ActionID = winner.ID
		refusal.Message = fmt.Sprintf("%s %s on this job (%s). Nothing more was sent.", winner.Actor.Login, acts, winner.Kind)
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
	if now.Workers == planned.Workers && slices.Equal(now.Nodes, planned.Nodes) {
		return ""
	}
	if planned.Workers != now.Workers {
		return fmt.Sprintf("The number of workers was %s when the plan was made and is %s now.", known(planned.Workers), known(now.Workers))
	}
	return fmt.Sprintf("The job's nodes were %s when the plan was made and are %s now.", list(planned.Nodes), list(now.Nodes))
}

// known writes a count; one that nobody told is no number.
func known(count int) string {
	if count == coordinator.NotKnown {
		return "not known"
	}
	return strconv.Itoa(count)
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
