package plugin

import (
	"fmt"
	"net/http"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

func (d *Datasource) createPlan(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := d.mayAct(r, actor); refusal != nil {
		return refusal
	}
	var body api.PlanRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return refusal
	}
	kind := action.Kind(body.Action)
	if kind != action.KindCancel && kind != action.KindForceStop {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: fmt.Sprintf("The action is not known; use %q or %q.", action.KindCancel, action.KindForceStop)}
	}
	if r.Header.Get(headerIntent) != string(kind) {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "The header " + headerIntent + " does not name the same action as the body."}
	}
	if refusal := checkJobID(body.JobId); refusal != nil {
		return refusal
	}
	plan, err := d.guard.Plan(r.Context(), actor, kind, coordinator.JobID(body.JobId))
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, planBody(plan))
}

func (d *Datasource) confirmPlan(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	id, typed, refusal := d.typedFor(r, actor)
	if refusal != nil {
		return refusal
	}
	intent, err := d.guard.Confirm(r.Context(), actor, id, typed)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusAccepted, d.actionBody(intent))
}

func (d *Datasource) requestApproval(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	id, typed, refusal := d.typedFor(r, actor)
	if refusal != nil {
		return refusal
	}
	approval, err := d.guard.RequestApproval(r.Context(), actor, id, typed)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusAccepted, d.approvalBody(actor, approval))
}

// typedFor gives the plan's id and what was typed for it.
func (d *Datasource) typedFor(r *http.Request, actor *action.Actor) (string, action.Confirmation, *action.Refusal) {
	var typed action.Confirmation
	if refusal := d.mayAct(r, actor); refusal != nil {
		return "", typed, refusal
	}
	id, refusal := pathID(r)
	if refusal != nil {
		return "", typed, refusal
	}
	var body api.ConfirmRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return "", typed, refusal
	}
	return id, action.Confirmation{Phrase: body.Phrase, Reason: body.Reason, Acknowledged: body.Acknowledged}, nil
}

func (d *Datasource) getAction(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayLook(actor); refusal != nil {
		return refusal
	}
	id, refusal := pathID(r)
	if refusal != nil {
		return refusal
	}
	intent, err := d.guard.Status(r.Context(), actor, id)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, d.actionBody(intent))
}

func (d *Datasource) getAftermath(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayRead(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	aftermath, err := d.readAftermath(r.Context())
	if err != nil {
		return storeUnreadable(err)
	}
	return d.respond(w, http.StatusOK, api.Aftermath{
		AsOf: aftermath.ReadAt.UTC(), Unconfirmed: d.actionBodies(aftermath.Unconfirmed), Watched: d.actionBodies(aftermath.Watched),
	})
}

func (d *Datasource) dismissLost(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := d.mayAct(r, actor); refusal != nil {
		return refusal
	}
	job := r.PathValue("id")
	if refusal := checkJobID(job); refusal != nil {
		return refusal
	}
	var body api.DismissRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return refusal
	}
	if body.Episode == "" || len(body.Episode) > longestEpisode {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: "The episode of the lost job is missing or too long; take it from the list of jobs."}
	}
	row, err := d.guard.Dismiss(r.Context(), actor, coordinator.JobID(job), body.Episode, body.Reason)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, api.Dismissal{AsOf: d.process.Now().UTC(), JobId: job, AuditRow: row.Seq, AuditHead: row.Hash})
}

// longestEpisode bounds an episode's id (contract/resources.yaml).
const longestEpisode = 128
