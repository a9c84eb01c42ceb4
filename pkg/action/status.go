package action

import (
	"context"
	"errors"
	"net/http"
)

// Status gives an action to its actor, to the second person, and to those who
// may read the audit trail. Errors are *Refusal.
func (s *Service) Status(ctx context.Context, actor *Actor, id string) (Intent, error) {
	if refusal := isPerson(actor); refusal != nil {
		return Intent{}, refusal
	}
	if s.deps.Store == nil {
		return Intent{}, storeRefusal(s.deps.StoreErr)
	}
	intent, err := s.deps.Store.Intent(ctx, s.deps.Scope, id)
	if err == nil && (intent.Actor.Login == actor.Login || intent.Approver != nil && intent.Approver.Login == actor.Login || MayRead(actor, s.deps.Policy) == nil) {
		return intent, nil
	}
	if err == nil || errors.Is(err, ErrNoIntent) {
		// The same answer for "not yours" and "none": ids are not probed.
		return Intent{}, &Refusal{Guard: CheckActionKnown, Status: http.StatusNotFound, Message: "There is no such action that you may read in this data source."}
	}
	return Intent{}, storeRefusal(err)
}
