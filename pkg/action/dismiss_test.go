package action_test

import (
	"errors"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// lose makes the job a lost one.
func (r *rig) lose(episode string) {
	r.engine.set(coordinator.StateLost, "RUNNING", 20*time.Minute)
	r.engine.change(func(view *watch.View, _ *coordinator.Reading) {
		view.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Listed, job.Episode.ID = false, episode })
	})
}

// S17: an authorised user dismisses a lost job with a reason; it is recorded
// first, nothing is sent, and nobody calls it finished.
func TestS17_DismissALostJob(t *testing.T) {
	r := newRig(t)
	dismiss := func(actor *action.Actor, job coordinator.JobID, episode, reason string) error {
		_, err := r.service.Dismiss(t.Context(), actor, job, episode, reason)
		return err
	}
	why := "restarted without persistence"
	r.mustRefuse(dismiss(anna, jobID, "e-RUNNING", why), action.GuardState, 409)
	r.lose("lost-1")
	r.mustRefuse(dismiss(nil, jobID, "lost-1", why), action.CheckSignedIn, 403)
	r.mustRefuse(dismiss(&action.Actor{Login: "egon", Role: "Editor"}, jobID, "lost-1", why), action.CheckRole, 403)
	r.mustRefuse(dismiss(anna, jobID, "lost-1", "gone"), action.CheckReason, 422)
	r.mustRefuse(dismiss(anna, jobID, "lost-0", why), action.CheckIdentity, 409)
	r.mustRefuse(dismiss(anna, "1", "lost-1", why), action.CheckJobKnown, 404)
	if len(r.engine.dismissed) != 0 {
		t.Fatalf("dismissed %v", r.engine.dismissed)
	}
	row, err := r.service.Dismiss(t.Context(), anna, jobID, "lost-1", why)
	if err != nil {
		t.Fatal(err)
	}
	entry := row.Entry
	if entry.Event != action.AuditDismissed || entry.Actor != *anna || entry.Reason != why || entry.Identity.Job != jobID || entry.Identity.Episode != "lost-1" || entry.Identity.State != coordinator.StateLost || entry.Outcome != action.OutcomeNone {
		t.Errorf("%+v", entry)
	}
	if rows := r.trail(); rows[len(rows)-1].Hash != row.Hash {
		t.Error("the row is not the trail's newest")
	}
	if len(r.engine.dismissed) != 1 || len(r.engine.sent()) != 0 {
		t.Errorf("dismissed %v, sent %v", r.engine.dismissed, r.engine.sent())
	}
}

// A dismissal that was recorded and not carried out is carried out later: by
// the same process, or by the next one.
func TestS17_RecordedDismissalIsCarriedOut(t *testing.T) {
	r := newRig(t)
	r.lose("lost-1")
	r.engine.dismissErr = errors.New("the store is busy")
	if _, err := r.service.Dismiss(t.Context(), anna, jobID, "lost-1", "restarted without persistence"); err != nil {
		t.Fatal(err)
	}
	reconcile := func(service *action.Service) int {
		t.Helper()
		if _, err := service.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(r.engine.dismissed)
	}
	if reconcile(r.service) != 0 {
		t.Fatal("dismissed although it failed")
	}
	r.engine.dismissErr = nil
	if done := reconcile(action.NewService(r.deps)); done != 1 {
		t.Errorf("the next process carried out %d", done)
	}
	if done := reconcile(r.service); done != 2 {
		t.Errorf("the same process carried out %d", done-1)
	}
	if done := reconcile(r.service); done != 2 {
		t.Error("dismissed once more")
	}
	// Seen again and lost anew, it is another episode: nobody has dismissed it.
	r.lose("lost-2")
	if done := reconcile(action.NewService(r.deps)); done != 2 {
		t.Error("an episode was dismissed that nobody has looked at")
	}
	// Seen again at that very moment: said so, and not tried again.
	r.engine.dismissErr = watch.ErrOtherEpisode
	_, err := r.service.Dismiss(t.Context(), anna, jobID, "lost-2", "restarted without persistence")
	r.mustRefuse(err, action.CheckIdentity, 409)
	r.engine.dismissErr = nil
	if done := reconcile(r.service); done != 2 {
		t.Error("dismissed although it was seen again")
	}
	// Without a store nothing is dismissed.
	none := r.deps
	none.Store, none.StoreErr = nil, errors.New("no such folder")
	_, err = action.NewService(none).Dismiss(t.Context(), anna, jobID, "lost-2", "restarted without persistence")
	r.mustRefuse(err, action.GuardStore, 503)
}
