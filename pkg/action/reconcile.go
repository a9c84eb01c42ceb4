package action

import (
	"context"
	"time"
)

// ReconcileEvery is the pause between two reconciliations (design §7).
const ReconcileEvery = time.Minute

// leaseTime is how long one reconciliation may hold an intent.
const leaseTime = 30 * time.Second

// Reconcile reads the jobs of actions whose end is not proven, and settles
// what can be proven now. It never sends anything. It is called when an
// instance is made and every ReconcileEvery; a lease keeps replicas apart.
// The number of actions still without a final outcome is returned.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	if s.deps.Store == nil {
		return 0, s.deps.StoreErr
	}
	intents, err := s.deps.Store.Unresolved(ctx, s.deps.Scope, s.deps.Now().Add(-s.deps.Timing.ReconcileFor))
	if err != nil {
		return 0, err
	}
	open := 0
	for _, intent := range intents {
		if !s.reconcileOne(ctx, intent) {
			open++
		}
	}
	return open, nil
}

// reconcileOne tells whether the intent has a final outcome now.
func (s *Service) reconcileOne(ctx context.Context, intent Intent) bool {
	if s.isActive(intent.ID) {
		return false
	}
	now := s.deps.Now()
	if held, err := s.deps.Store.Lease(ctx, s.deps.Scope, intent.ID, s.holder, now, now.Add(leaseTime)); err != nil || !held {
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
