package plugin

import (
	"math"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

// The bodies of the resource API, made from the guard's types. The guard's own
// JSON is the store's; the contract with the browser is contract/resources.yaml.
// Whatever comes from elsewhere is made inert here.

func planBody(plan action.Plan) api.Plan {
	return api.Plan{
		Id: plan.ID, Kind: api.Kind(plan.Kind), Allowed: plan.Allowed(), SecondPerson: plan.SecondPerson,
		Job: cardBody(plan.Card), Identity: identityBody(plan.Identity), Context: contextBody(plan.Context),
		Verdicts: verdictBodies(plan.Verdicts), Consequences: inertAll(plan.Consequences), Phrase: plan.Phrase,
		CreatedAt: plan.CreatedAt.UTC(), ExpiresAt: plan.ExpiresAt.UTC(), AsOf: plan.CreatedAt.UTC(),
	}
}

func (d *Datasource) actionBody(intent action.Intent) api.Action {
	body := api.Action{
		Id: intent.ID, Kind: api.Kind(intent.Kind), Job: cardBody(intent.Card), Phase: api.ActionPhase(intent.Phase),
		Outcome: api.ActionOutcome(intent.Outcome), Detail: inert(intent.Detail), By: inert(intent.Actor.Login),
		At: intent.At.UTC(), UpdatedAt: intent.UpdatedAt.UTC(), AsOf: d.process.Now().UTC(),
		Leftovers: leftoversBody(intent.Leftovers), AuditHead: optional(intent.AuditHead),
	}
	if intent.Approver != nil {
		body.ApprovedBy = optional(inert(intent.Approver.Login))
	}
	if intent.AuditRow > 0 {
		body.AuditRow = &intent.AuditRow
	}
	return body
}

func (d *Datasource) actionBodies(intents []action.Intent) []api.Action {
	bodies := make([]api.Action, 0, len(intents))
	for _, intent := range intents {
		bodies = append(bodies, d.actionBody(intent))
	}
	return bodies
}

func leftoversBody(leftovers *action.Leftovers) *api.Leftovers {
	if leftovers == nil {
		return nil
	}
	body := &api.Leftovers{
		CheckedAt: optionalTime(leftovers.CheckedAt), NotChecked: inertAll(leftovers.NotChecked), Unasked: inert(leftovers.Unasked), Until: leftovers.Until.UTC(),
		Tasks: make([]api.LeftoverTask, 0, len(leftovers.Tasks)),
	}
	for _, task := range leftovers.Tasks {
		body.Tasks = append(body.Tasks, api.LeftoverTask{Worker: inert(task.Worker), Threads: task.Threads})
	}
	return body
}

// approvalBody shows a request to a signed-in user, and whether he may decide.
func (d *Datasource) approvalBody(actor *action.Actor, approval action.Approval) api.Approval {
	now := d.process.Now()
	body := api.Approval{
		Id: approval.ID, Kind: api.ApprovalKind(approval.Kind), State: api.ApprovalState(approval.State), Requester: inert(approval.Requester.Login),
		Reason: inert(approval.Reason), At: approval.At.UTC(), ExpiresAt: approval.ExpiresAt.UTC(),
		Identity: identityBody(approval.Identity), Context: contextBody(approval.Context), Verdicts: verdictBodies(approval.Verdicts), Phrase: approval.Phrase,
		Mine:    action.SamePerson(approval.Requester, *actor),
		Decider: optional(inert(approval.Decider.Login)), DecidedAt: optionalTime(approval.DecidedAt), Note: inert(approval.Note), ActionId: optional(approval.ActionID),
		AsOf: now.UTC(),
	}
	if approval.Kind != action.KindIncident {
		card := cardBody(approval.Card)
		body.Job = &card
	}
	refusal := d.guard.MayDecide(actor, approval)
	if body.Decidable = refusal == nil; refusal != nil {
		body.Why = inert(refusal.Message)
	}
	return body
}

func cardBody(card action.JobCard) api.JobCard {
	return api.JobCard{
		Id: string(card.ID), Name: inert(card.Name), State: string(card.State), Word: inert(card.Word),
		CreateTime: optionalTime(card.CreateTime), Since: optionalTime(card.Since), Quality: api.JobCardQuality(card.Quality),
	}
}

func identityBody(identity action.Identity) api.Identity {
	return api.Identity{
		Cluster: inert(identity.Cluster), JobId: string(identity.Job), CreateTime: optionalTime(identity.CreateTime),
		Episode: identity.Episode, State: string(identity.State), Master: inert(identity.Master),
	}
}

func contextBody(context action.Context) api.Context {
	return api.Context{Nodes: inertAll(context.Nodes), Workers: context.Workers}
}

func verdictBodies(verdicts []action.Verdict) []api.Verdict {
	bodies := make([]api.Verdict, 0, len(verdicts))
	for _, verdict := range verdicts {
		bodies = append(bodies, api.Verdict{
			Guard: verdict.Guard, Result: api.VerdictResult(verdict.Result), Reason: inert(verdict.Reason),
			Change: optional(inert(verdict.Change)), AllowedFrom: optionalTime(verdict.AllowedFrom),
		})
	}
	return bodies
}

func auditBody(row action.AuditRow) api.AuditRow {
	entry := row.Entry
	body := api.AuditRow{
		Seq: row.Seq, At: entry.At.UTC(), Event: api.AuditEvent(entry.Event), Login: inert(entry.Actor.Login), Role: inert(entry.Actor.Role),
		Kind: optional(string(entry.Kind)), ActionId: optional(entry.ActionID), ApprovalId: optional(entry.ApprovalID),
		JobName: optional(inert(entry.JobName)), Reason: optional(inert(entry.Reason)), Request: optional(inert(entry.Request)), Answer: optional(inert(entry.Answer)),
		Outcome: optional(string(entry.Outcome)), Detail: optional(inert(entry.Detail)), PrevHash: row.PrevHash, Hash: row.Hash,
	}
	if entry.Approver != nil {
		body.ApprovedBy = optional(inert(entry.Approver.Login))
	}
	if entry.Identity != nil {
		identity := identityBody(*entry.Identity)
		body.Identity, body.JobId = &identity, &identity.JobId
	}
	if len(entry.Verdicts) > 0 {
		verdicts := verdictBodies(entry.Verdicts)
		body.Verdicts = &verdicts
	}
	return body
}

func problemBody(refusal *action.Refusal) api.Problem {
	problem := api.Problem{Guard: refusal.Guard, Message: inert(refusal.Message), Change: optional(inert(refusal.Change)), ActionId: optional(refusal.ActionID)}
	if refusal.PlanChanged {
		problem.PlanChanged = &refusal.PlanChanged
	}
	if len(refusal.Verdicts) > 0 {
		verdicts := verdictBodies(refusal.Verdicts)
		problem.Verdicts = &verdicts
	}
	if refusal.RetryAfter > 0 {
		wait := int(math.Ceil(refusal.RetryAfter.Seconds()))
		problem.RetryAfterSeconds = &wait
	}
	return problem
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func optionalTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}
