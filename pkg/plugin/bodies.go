package plugin

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

// The bodies of the resource API, made from the guard's types. The guard's own
// JSON is the store's; the contract with the browser is contract/resources.yaml.

func planBody(plan action.Plan) api.Plan {
	return api.Plan{
		Id: plan.ID, Kind: api.Kind(plan.Kind), Allowed: plan.Allowed(), Job: cardBody(plan.Card), Identity: identityBody(plan.Identity),
		Context:  api.Context{Nodes: plan.Context.Nodes, Workers: plan.Context.Workers},
		Verdicts: verdictBodies(plan.Verdicts), Consequences: plan.Consequences, Phrase: plan.Phrase,
		CreatedAt: plan.CreatedAt.UTC(), ExpiresAt: plan.ExpiresAt.UTC(), AsOf: plan.CreatedAt.UTC(),
	}
}

func (d *Datasource) actionBody(intent action.Intent) api.Action {
	return api.Action{
		Id: intent.ID, Kind: api.Kind(intent.Kind), Job: cardBody(intent.Card), Phase: api.ActionPhase(intent.Phase),
		Outcome: api.ActionOutcome(intent.Outcome), Detail: intent.Detail, By: intent.Actor.Login,
		At: intent.At.UTC(), UpdatedAt: intent.UpdatedAt.UTC(), AsOf: d.process.Now().UTC(),
	}
}

func cardBody(card action.JobCard) api.JobCard {
	return api.JobCard{
		Id: string(card.ID), Name: card.Name, State: string(card.State), Word: card.Word,
		CreateTime: optionalTime(card.CreateTime), Since: optionalTime(card.Since), Quality: api.JobCardQuality(card.Quality),
	}
}

func identityBody(identity action.Identity) api.Identity {
	return api.Identity{
		Cluster: identity.Cluster, JobId: string(identity.Job), CreateTime: optionalTime(identity.CreateTime),
		Episode: identity.Episode, State: string(identity.State), Master: identity.Master,
	}
}

func verdictBodies(verdicts []action.Verdict) []api.Verdict {
	bodies := make([]api.Verdict, 0, len(verdicts))
	for _, verdict := range verdicts {
		bodies = append(bodies, api.Verdict{
			Guard: verdict.Guard, Result: api.VerdictResult(verdict.Result), Reason: verdict.Reason,
			Change: optional(verdict.Change), AllowedFrom: optionalTime(verdict.AllowedFrom),
		})
	}
	return bodies
}

func auditBody(row action.AuditRow) api.AuditRow {
	entry := row.Entry
	body := api.AuditRow{
		Seq: row.Seq, At: entry.At.UTC(), Event: api.AuditEvent(entry.Event), Login: entry.Actor.Login, Role: entry.Actor.Role,
		Kind: optional(string(entry.Kind)), ActionId: optional(entry.ActionID), JobName: optional(entry.JobName), Reason: optional(entry.Reason),
		Request: optional(entry.Request), Answer: optional(entry.Answer), Outcome: optional(string(entry.Outcome)), Detail: optional(entry.Detail),
		PrevHash: row.PrevHash, Hash: row.Hash,
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
	problem := api.Problem{Guard: refusal.Guard, Message: refusal.Message, Change: optional(refusal.Change), ActionId: optional(refusal.ActionID)}
	if refusal.PlanChanged {
		problem.PlanChanged = &refusal.PlanChanged
	}
	if len(refusal.Verdicts) > 0 {
		verdicts := verdictBodies(refusal.Verdicts)
		problem.Verdicts = &verdicts
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
