package action

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Status gives an action to its actor and to those who may read the audit
// trail. Errors are *Refusal.
func (s *Service) Status(ctx context.Context, actor *Actor, id string) (Intent, error) {
	if refusal := isPerson(actor); refusal != nil {
		return Intent{}, refusal
	}
	if s.deps.Store == nil {
		return Intent{}, storeRefusal(s.deps.StoreErr)
	}
	intent, err := s.deps.Store.Intent(ctx, s.deps.Scope, id)
	if err == nil && (intent.Actor.Login == actor.Login || MayRead(actor, s.deps.Policy) == nil) {
		return intent, nil
	}
	if err == nil || errors.Is(err, ErrNoIntent) {
		// The same answer for "not yours" and "none": ids are not probed.
		return Intent{}, &Refusal{Guard: CheckActionKnown, Status: http.StatusNotFound, Message: "There is no such action that you may read in this data source."}
	}
	return Intent{}, storeRefusal(err)
}

// Audit gives audit rows, newest first, to those who may read them. Errors are
// *Refusal.
func (s *Service) Audit(ctx context.Context, actor *Actor, before int64, limit int) ([]AuditRow, error) {
	if refusal := s.mayReadStore(actor); refusal != nil {
		return nil, refusal
	}
	rows, err := s.deps.Store.Audit(ctx, s.deps.Scope, before, limit)
	if err != nil {
		return nil, storeRefusal(err)
	}
	return rows, nil
}

// VerifyAudit walks the scope's chain. Errors are *Refusal.
func (s *Service) VerifyAudit(ctx context.Context, actor *Actor) (Verification, error) {
	if refusal := s.mayReadStore(actor); refusal != nil {
		return Verification{}, refusal
	}
	verification, err := s.deps.Store.Verify(ctx, s.deps.Scope)
	if err != nil {
		return verification, storeRefusal(err)
	}
	return verification, nil
}

func (s *Service) mayReadStore(actor *Actor) *Refusal {
	if refusal := MayRead(actor, s.deps.Policy); refusal != nil {
		return refusal
	}
	if s.deps.Store == nil {
		return storeRefusal(s.deps.StoreErr)
	}
	return nil
}

// RecordRefusal audits a request that was refused before it reached the guard
// (a missing header, a wrong method).
func (s *Service) RecordRefusal(ctx context.Context, actor *Actor, kind Kind, refusal *Refusal) {
	s.recordRefusal(ctx, actor, kind, "", nil, refusal)
}

func (s *Service) recordRefusal(ctx context.Context, actor *Actor, kind Kind, id string, identity *Identity, refusal *Refusal) {
	who := Actor{}
	if actor != nil {
		who = *actor
	}
	if s.deps.Store == nil || !s.refusals.take() {
		s.deps.Log.Warn("A refused attempt was not recorded in the audit trail", "scope", s.deps.Scope.String(), "guard", refusal.Guard)
		return
	}
	if _, err := s.deps.Store.Append(context.WithoutCancel(ctx), s.deps.Scope, AuditEntry{
		At: s.deps.Now(), Event: AuditRefused, Actor: who, Kind: kind, ActionID: id, Identity: identity, Detail: refusal.Guard + ": " + refusal.Message,
	}); err != nil {
		s.deps.Log.Error("A refused attempt could not be recorded", "scope", s.deps.Scope.String(), "guard", refusal.Guard, "error", err.Error())
	}
}

// refusalsAMinute bounds recorded refusals, so that a flood of attempts cannot
// fill the disk; what is over it is counted in the log only.
const refusalsAMinute = 60

// refusalLimit counts refusals within the running minute.
type refusalLimit struct {
	now func() time.Time

	mu     sync.Mutex
	minute time.Time
	taken  int
}

func newRefusalLimit(now func() time.Time) *refusalLimit { return &refusalLimit{now: now} }

func (l *refusalLimit) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := l.now().Truncate(time.Minute); !minute.Equal(l.minute) {
		l.minute, l.taken = minute, 0
	}
	l.taken++
	return l.taken <= refusalsAMinute
}
