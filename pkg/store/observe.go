package store

import (
	"context"
	"errors"
)

// Observer is told of every operation that fails, for the process' own health.
// It must not make the store wait.
type Observer interface {
	StoreFailed(class FailureClass)
}

// FailureClass is a kind of failure in one word that names no place.
type FailureClass string

// The classes of failures.
const (
	FailureUnreachable FailureClass = "unreachable"
	FailureNotWritable FailureClass = "not_writable"
	FailureDamaged     FailureClass = "damaged"
	FailureOther       FailureClass = "other"
)

// observe counts an operation whose error is the database's. Refusals (a plan
// that was used, a budget that is spent) are answers, and a caller who left is
// no failure of the store.
func (s *Store) observe(err, explained error) {
	var problem *Problem
	switch {
	case s.observer == nil || explained == nil || errors.Is(explained, context.Canceled):
	case errors.As(explained, &problem), explained.Error() != err.Error():
		s.observer.StoreFailed(classOf(explained))
	}
}

func classOf(err error) FailureClass {
	switch {
	case errors.Is(err, ErrUnreachable):
		return FailureUnreachable
	case errors.Is(err, ErrNotWritable):
		return FailureNotWritable
	case errors.Is(err, ErrDamaged):
		return FailureDamaged
	}
	return FailureOther
}
