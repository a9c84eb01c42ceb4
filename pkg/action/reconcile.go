package action

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// ReconcileEvery is the pause between two reconciliations (design §7).
const ReconcileEvery = time.Minute

// leaseTime is how long one reconciliation may hold an intent.
const leaseTime = 30 * time.Second

// Reconcile reads the jobs of actions whose end is not proven, and settles
// what can be proven now; asks workers for leftover tasks; ends requests for a
// second person that cannot be carried out any more; and carries out recorded
// dismissals. It never sends anything. It is called when an instance is made
// and every ReconcileEvery; leases keep replicas apart. The number of actions
// still without a final outcome is returned.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	s.recordLeft(ctx, s.refusals.leftRefusals(s.deps.Scope))
	if s.deps.Store == nil {
		return 0, s.deps.StoreErr
	}
	now, err := s.deps.Store.Now(ctx)
	if err != nil {
		return 0, err
	}
	intents, err := s.deps.Store.Unresolved(ctx, s.deps.Scope, now.Add(-s.deps.Timing.ReconcileFor))
	if err != nil {
		return 0, err
	}
	open := 0
	for _, intent := range intents {
		if !s.reconcileOne(ctx, intent) {
			open++
		}
	}
	// One that fails must not keep the others from their work.
	return open, errors.Join(s.watchLeftovers(ctx, now), s.endApprovals(ctx, now), s.finishDismissals(ctx))
}

// reconcileOne tells whether the intent has a final outcome now.
func (s *Service) reconcileOne(ctx context.Context, intent Intent) bool {
	if s.isActive(intent.ID) || !s.lease(ctx, intent, leaseTime) {
		return false
	}
	// Another holder may have settled it before the lease was free.
	if current, err := s.deps.Store.Intent(ctx, s.deps.Scope, intent.ID); err != nil || current.Outcome.Final() {
		return err == nil
	} else {
		intent = current
	}
	outcome, detail := s.look(ctx, intent)
	switch {
	case outcome.Final():
		s.settle(ctx, intent, outcome, detail, AuditOutcome)
		return true
	case intent.Phase != PhaseSettled:
		// The process that acted is gone: whether the request left is not
		// known, and only readings can tell.
		s.settle(ctx, intent, unproven(intent), "Found after a restart, not sent again. "+detail, AuditOutcome)
	}
	return false
}

// mostEnded is how many requests one reconciliation looks at.
const mostEnded = 1000

// endApprovals ends requests for a second person that have expired, and those
// whose job is seen to have changed.
func (s *Service) endApprovals(ctx context.Context, now time.Time) error {
	approvals, err := s.deps.Store.Approvals(ctx, s.deps.Scope, now, mostEnded)
	if err != nil {
		return err
	}
	view := s.deps.Coordinator.View()
	for _, approval := range approvals {
		switch {
		case approval.State != ApprovalWaiting:
		case !approval.Waits(now):
			if _, refusal := s.decide(ctx, approval, ApprovalExpired, Actor{}, fmt.Sprintf("Nobody decided within %s.", span(ApprovalLifetime)), now); refusal != nil && refusal.Guard != CheckApprovalWaits {
				return refusal
			}
		case approval.Kind == KindIncident || !s.tellsChanges(view, now.Sub(approval.At)):
		default:
			if note := seenChange(approval.Identity, view); note != "" {
				s.cancel(ctx, approval, note)
			}
		}
	}
	return nil
}

// tellsChanges tells whether a view may end a request of this age: it is
// complete, fresh, of one master, and newer than the request. Ages are compared
// instead of times, since the view's clock is not the store's.
func (s *Service) tellsChanges(view *watch.View, age time.Duration) bool {
	now := s.deps.Now()
	if view.Complete == nil || view.Err != nil || !view.Snapshot.Complete || view.Blind(now, s.deps.Interval) {
		return false
	}
	_, split := view.Complete.SplitMasters()
	return !split && now.Sub(view.CompleteAsOf) < age
}

// seenChange says how a view differs from what was asked for; empty when it
// does not. A job that is merely not listed has not changed: silence is no end.
func seenChange(asked Identity, view *watch.View) string {
	job, found := view.Jobs.Find(asked.Job)
	switch {
	case !found:
		return "The job is not open any more."
	case !job.Listed && job.Episode.ID == asked.Episode:
		return ""
	case view.Complete.Master == "" && !view.Complete.Capabilities.NoMaster:
		return ""
	}
	now := asked
	now.Episode, now.State, now.Master = job.Episode.ID, job.Episode.State, view.Complete.Master
	if job.Listed {
		now.CreateTime = job.Job.CreateTime
	}
	return identityDifference(asked, now)
}
