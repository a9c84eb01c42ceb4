package action_test

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Another person rejects, the requester withdraws; both give a reason.
func TestReject_OrWithdraw(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	_, err := r.service.Reject(t.Context(), otto, approval.ID, "no")
	r.mustRefuse(err, action.CheckReason, 422)
	_, err = r.service.Reject(t.Context(), otto, approval.ID, strings.Repeat("x", action.LongestReason+1))
	r.mustRefuse(err, action.CheckReason, 422)
	_, err = r.service.Reject(t.Context(), &action.Actor{Login: "vera", Role: "Viewer"}, approval.ID, "I do not like it")
	r.mustRefuse(err, action.CheckRole, 403)
	_, err = r.service.Reject(t.Context(), nil, approval.ID, "I do not like it")
	r.mustRefuse(err, action.CheckSignedIn, 403)
	rejected, err := r.service.Reject(t.Context(), otto, approval.ID, "look at the worker first")
	if err != nil || rejected.State != action.ApprovalRejected || rejected.Decider != *otto || rejected.Note != "look at the worker first" {
		t.Fatalf("%+v, %v", rejected, err)
	}
	_, err = r.service.Reject(t.Context(), anna, approval.ID, "I take it back")
	r.mustRefuse(err, action.CheckApprovalWaits, 409)
	_, _, err = r.approve(otto, approval)
	r.mustRefuse(err, action.CheckApprovalWaits, 409)

	// Who lost his role may still take back what he asked for.
	mine := r.request()
	withdrawn, err := r.service.Reject(t.Context(), &action.Actor{Login: "anna", Role: "Viewer"}, mine.ID, "it has resolved itself")
	if err != nil || withdrawn.State != action.ApprovalWithdrawn {
		t.Fatalf("%+v, %v", withdrawn, err)
	}
	rows := r.trail()
	last := rows[len(rows)-1].Entry
	if last.Event != action.AuditDecided || last.Actor.Login != "anna" || last.Reason != "it has resolved itself" || last.ApprovalID != mine.ID || !strings.Contains(last.Detail, "withdrawn") {
		t.Errorf("the trail: %+v", last)
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// Lists are for those who may act or read the trail; one request also for who
// asked. What is over its time is shown as expired before it is recorded.
func TestApprovals_WhoSeesWhat(t *testing.T) {
	r := newPairRig(t)
	approval := r.request()
	vera := &action.Actor{Login: "vera", Role: "Viewer"}
	_, err := r.service.Approvals(t.Context(), vera)
	r.mustRefuse(err, action.CheckAuditRole, 403)
	_, err = r.service.Approval(t.Context(), vera, approval.ID)
	r.mustRefuse(err, action.CheckApprovalKnown, 404)
	_, err = r.service.Approval(t.Context(), &action.Actor{Login: "service", Role: "Admin"}, approval.ID)
	r.mustRefuse(err, action.CheckPerson, 403)
	for _, actor := range []*action.Actor{otto, {Login: "egon", Role: "Editor"}, {Login: "anna", Role: "Viewer"}} {
		if one, err := r.service.Approval(t.Context(), actor, approval.ID); err != nil || one.ID != approval.ID {
			t.Errorf("%s: %+v, %v", actor.Login, one, err)
		}
	}
	list, err := r.service.Approvals(t.Context(), otto)
	if err != nil || len(list) != 1 || r.service.MayDecide(otto, list[0]) != nil || r.service.MayDecide(vera, list[0]) == nil {
		t.Errorf("%+v, %v", list, err)
	}
	r.advance(action.ApprovalLifetime + time.Second)
	list, err = r.service.Approvals(t.Context(), otto)
	if err != nil || len(list) != 1 || list[0].State != action.ApprovalExpired || r.service.MayDecide(otto, list[0]) == nil {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := r.service.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stored := r.state(approval.ID); stored.State != action.ApprovalExpired {
		t.Errorf("%+v", stored)
	}
	r.advance(25 * time.Hour)
	if list, err := r.service.Approvals(t.Context(), otto); err != nil || len(list) != 0 {
		t.Errorf("yesterday's requests are listed: %+v, %v", list, err)
	}
}

// A request whose job is seen to have changed is canceled each minute; one that
// is only not seen goes on waiting.
func TestReconcile_CancelsChangedRequests(t *testing.T) {
	view := func(edit func(*watch.View)) func(*rig) {
		return func(r *rig) { r.engine.change(func(view *watch.View, _ *coordinator.Reading) { edit(view) }) }
	}
	job := func(edit func(*watch.JobView)) func(*rig) {
		return view(func(view *watch.View) { view.Jobs = view.Jobs.Changed(edit) })
	}
	for name, row := range map[string]struct {
		change func(*rig)
		state  action.ApprovalState
	}{
		"nothing":         {func(*rig) {}, action.ApprovalWaiting},
		"ended":           {view(func(view *watch.View) { view.Jobs = timeline.Jobs{} }), action.ApprovalCanceled},
		"another episode": {job(func(job *watch.JobView) { job.Episode.ID = "another" }), action.ApprovalCanceled},
		"another state":   {job(func(job *watch.JobView) { job.Episode.ID, job.Episode.State = "another", coordinator.StateRunning }), action.ApprovalCanceled},
		"another job":     {job(func(job *watch.JobView) { job.Job.CreateTime = created.Add(time.Hour) }), action.ApprovalCanceled},
		"another master":  {func(r *rig) { r.snapshot(func(s *coordinator.Snapshot) { s.Master = "10.0.0.9:5801" }) }, action.ApprovalCanceled},
		"lost": {job(func(job *watch.JobView) {
			job.Listed, job.Episode.ID, job.Episode.State = false, "another", coordinator.StateLost
		}), action.ApprovalCanceled},
		"not listed":         {job(func(job *watch.JobView) { job.Listed = false }), action.ApprovalWaiting},
		"no master named":    {func(r *rig) { r.snapshot(func(s *coordinator.Snapshot) { s.Master = "" }) }, action.ApprovalWaiting},
		"ended, poll failed": {view(func(view *watch.View) { view.Jobs, view.Err = timeline.Jobs{}, coordinator.ErrUnreachable }), action.ApprovalWaiting},
		"ended, but blind": {view(func(view *watch.View) {
			view.Jobs, view.CompleteAsOf = timeline.Jobs{}, view.CompleteAsOf.Add(-time.Hour)
		}), action.ApprovalWaiting},
		"ended, partial poll": {view(func(view *watch.View) {
			view.Jobs = timeline.Jobs{}
			part := *view.Snapshot
			part.Complete = false
			view.Snapshot = &part
		}), action.ApprovalWaiting},
		"ended, masters split": {func(r *rig) {
			r.engine.change(func(view *watch.View, _ *coordinator.Reading) { view.Jobs = timeline.Jobs{} })
			r.snapshot(func(s *coordinator.Snapshot) { s.Masters = []coordinator.MasterView{{Master: "a"}, {Master: "b"}} })
		}, action.ApprovalWaiting},
	} {
		t.Run(name, func(t *testing.T) {
			r := newPairRig(t)
			approval := r.request()
			r.advance(time.Minute)
			r.engine.change(func(view *watch.View, _ *coordinator.Reading) { view.CompleteAsOf = r.Now() })
			row.change(r)
			if _, err := r.service.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			stored := r.state(approval.ID)
			if stored.State != row.state {
				t.Errorf("%s (%s), want %s", stored.State, stored.Note, row.state)
			}
			rows := r.trail()
			if last := rows[len(rows)-1].Entry; (last.Event == action.AuditDecided) != (row.state == action.ApprovalCanceled) || last.Event == action.AuditDecided && (last.Actor.Login != "" || last.Reason == "") {
				t.Errorf("the trail: %+v", last)
			}
		})
	}
	// A replica whose view is older than the request knows nothing of it.
	r := newPairRig(t)
	r.advance(10 * time.Second)
	approval := r.request()
	r.engine.change(func(view *watch.View, _ *coordinator.Reading) { view.Jobs = timeline.Jobs{} })
	if _, err := r.service.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stored := r.state(approval.ID); stored.State != action.ApprovalWaiting {
		t.Errorf("a view from before the request ended it: %+v", stored)
	}
}
