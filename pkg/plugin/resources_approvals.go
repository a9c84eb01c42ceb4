package plugin

import (
	"net/http"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

func (d *Datasource) getApprovals(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayLook(actor); refusal != nil {
		return refusal
	}
	approvals, err := d.guard.Approvals(r.Context(), actor)
	if err != nil {
		return err
	}
	list := api.ApprovalList{AsOf: d.process.Now().UTC(), Approvals: make([]api.Approval, 0, len(approvals))}
	for _, approval := range approvals {
		list.Approvals = append(list.Approvals, d.approvalBody(actor, approval))
	}
	return d.respond(w, http.StatusOK, list)
}

func (d *Datasource) getApproval(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayLook(actor); refusal != nil {
		return refusal
	}
	id, refusal := pathID(r)
	if refusal != nil {
		return refusal
	}
	approval, err := d.guard.Approval(r.Context(), actor, id)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, d.approvalBody(actor, approval))
}

func (d *Datasource) approve(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := d.mayAct(r, actor); refusal != nil {
		return refusal
	}
	id, refusal := pathID(r)
	if refusal != nil {
		return refusal
	}
	var body api.ApproveRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return refusal
	}
	approval, intent, err := d.guard.Approve(r.Context(), actor, id, action.Confirmation{Phrase: body.Phrase, Acknowledged: body.Acknowledged})
	if err != nil {
		return err
	}
	decision := api.Decision{Approval: d.approvalBody(actor, approval)}
	if intent != nil {
		begun := d.actionBody(*intent)
		decision.Action = &begun
	}
	return d.respond(w, http.StatusAccepted, decision)
}

func (d *Datasource) reject(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := d.mayReject(r, actor); refusal != nil {
		return refusal
	}
	reason, refusal := decodeReason(r)
	if refusal != nil {
		return refusal
	}
	approval, err := d.guard.Reject(r.Context(), actor, r.PathValue("id"), reason)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, d.approvalBody(actor, approval))
}

// mayReject lets those through who may act, and who asked: he may take his
// request back even if he may not act any more.
func (d *Datasource) mayReject(r *http.Request, actor *action.Actor) *action.Refusal {
	id, badID := pathID(r)
	refusal := action.May(actor, d.guard.Policy())
	if refusal == nil {
		return badID
	}
	if action.MayLook(actor) == nil && badID == nil {
		if approval, err := d.guard.Approval(r.Context(), actor, id); err == nil && action.SamePerson(approval.Requester, *actor) {
			return nil
		}
	}
	d.guard.RecordRefusal(r.Context(), actor, "", refusal)
	return refusal
}

func (d *Datasource) requestIncident(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := d.mayAct(r, actor); refusal != nil {
		return refusal
	}
	reason, refusal := decodeReason(r)
	if refusal != nil {
		return refusal
	}
	approval, err := d.guard.RequestIncident(r.Context(), actor, reason)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusAccepted, d.approvalBody(actor, approval))
}

func decodeReason(r *http.Request) (string, *action.Refusal) {
	var body api.ReasonRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return "", refusal
	}
	return body.Reason, nil
}
