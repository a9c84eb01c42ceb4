package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// dismissal is a lost job that shall not be shown any more.
type dismissal struct {
	job     coordinator.JobID
	episode string
}

// Dismiss takes a lost job out of the view, with a reason. It is recorded
// first; if the watcher fails then, the next reconciliation carries it out.
// Nothing is sent to the coordinator, and nobody calls the job finished.
// Errors are *Refusal.
func (s *Service) Dismiss(ctx context.Context, actor *Actor, job coordinator.JobID, episode, reason string) (AuditRow, error) {
	row, refusal := s.dismiss(ctx, actor, job, episode, reason)
	if refusal == nil {
		return row, nil
	}
	s.recordRefusal(ctx, actor, "", "", &Identity{Cluster: s.deps.Cluster, Job: job, Episode: episode}, refusal)
	return AuditRow{}, refusal
}

func (s *Service) dismiss(ctx context.Context, actor *Actor, id coordinator.JobID, episode, reason string) (AuditRow, *Refusal) {
	if refusal := s.admit(actor, attemptConfirm); refusal != nil {
		return AuditRow{}, refusal
	}
	if refusal := checkReason(reason); refusal != nil {
		return AuditRow{}, refusal
	}
	now, refusal := s.now(ctx)
	if refusal != nil {
		return AuditRow{}, refusal
	}
	job, found := s.deps.Coordinator.View().Jobs.Find(id)
	switch {
	case !found:
		return AuditRow{}, &Refusal{Guard: CheckJobKnown, Status: http.StatusNotFound, Message: fmt.Sprintf("There is no lost job with the id %s.", id)}
	case job.Episode.State != coordinator.StateLost:
		return AuditRow{}, &Refusal{Guard: GuardState, Status: http.StatusConflict, Message: fmt.Sprintf("The job is %s. Only a lost job can be dismissed.", job.Episode.State)}
	case job.Episode.ID != episode:
		return AuditRow{}, seenAgain()
	}
	row, err := s.deps.Store.Append(ctx, s.deps.Scope, AuditEntry{
		At: now, Event: AuditDismissed, Actor: *actor, JobName: job.Episode.Name, Reason: strings.TrimSpace(reason),
		Identity: &Identity{Cluster: s.deps.Cluster, Job: id, CreateTime: job.Episode.CreateTime, Episode: episode, State: coordinator.StateLost, Master: job.Episode.Master},
		Detail:   "The lost job shall not be shown any more. Nothing was sent.",
	})
	if err != nil {
		return AuditRow{}, storeRefusal(err)
	}
	s.deps.Log.Info("A lost job was dismissed", "scope", s.deps.Scope.String(), "job", string(id), "auditRow", row.Seq, "auditHead", row.Hash)
	// The record stands, so the rest is done also when the browser has gone.
	if err := s.carryOutDismissal(context.WithoutCancel(ctx), dismissal{id, episode}); err != nil {
		return AuditRow{}, seenAgain()
	}
	return row, nil
}

func seenAgain() *Refusal {
	return &Refusal{Guard: CheckIdentity, Status: http.StatusConflict, Message: "The job was seen again since it was shown, so it is not dismissed.", Change: "Look at it again."}
}

// carryOutDismissal asks the watcher, and remembers the dismissal when that
// fails for now. The error is for a job that is not that lost one any more.
func (s *Service) carryOutDismissal(ctx context.Context, wanted dismissal) error {
	err := s.deps.Coordinator.Dismiss(ctx, wanted.job, wanted.episode)
	gone := errors.Is(err, watch.ErrNotLost) || errors.Is(err, watch.ErrOtherEpisode)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undone = slices.DeleteFunc(s.undone, func(other dismissal) bool { return other == wanted })
	switch {
	case err == nil:
		return nil
	case gone:
		return err
	}
	s.undone = append(s.undone, wanted)
	s.deps.Log.Warn("A dismissed job could not be taken out of the view; it is tried again", "scope", s.deps.Scope.String(), "job", string(wanted.job), "error", err.Error())
	return nil
}

// recalledRows is how far back dismissals of an earlier process are looked for:
// it ended between the record and the dismissal.
const recalledRows = 1000

// finishDismissals carries out what is recorded and was not done. Only jobs
// that are still shown as lost are dismissed again.
func (s *Service) finishDismissals(ctx context.Context) error {
	view := s.deps.Coordinator.View()
	shown := map[dismissal]bool{}
	for _, job := range view.Jobs.Shared() {
		if job.Episode.State == coordinator.StateLost {
			shown[dismissal{job.Episode.Job, job.Episode.ID}] = true
		}
	}
	s.mu.Lock()
	s.undone = slices.DeleteFunc(s.undone, func(wanted dismissal) bool { return !shown[wanted] })
	wanted, recalled := slices.Clone(s.undone), s.recalled
	s.mu.Unlock()
	if !recalled && view.Complete != nil {
		if len(shown) > 0 {
			recorded, err := s.recordedDismissals(ctx, shown)
			if err != nil {
				return err
			}
			wanted = append(wanted, recorded...)
		}
		s.mu.Lock()
		s.recalled = true
		s.mu.Unlock()
	}
	for _, one := range wanted {
		// One that is seen again stays, which is right.
		_ = s.carryOutDismissal(ctx, one)
	}
	return nil
}

// recordedDismissals gives those of the lost jobs whose dismissal is among the
// newest rows of the trail.
func (s *Service) recordedDismissals(ctx context.Context, lost map[dismissal]bool) ([]dismissal, error) {
	rows, err := s.deps.Store.Audit(ctx, s.deps.Scope, 0, recalledRows)
	if err != nil {
		return nil, err
	}
	var found []dismissal
	for _, row := range rows {
		if row.Entry.Event != AuditDismissed || row.Entry.Identity == nil {
			continue
		}
		if one := (dismissal{row.Entry.Identity.Job, row.Entry.Identity.Episode}); lost[one] && !slices.Contains(found, one) {
			found = append(found, one)
		}
	}
	return found, nil
}
