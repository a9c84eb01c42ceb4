package upstream

import (
	"context"
	"errors"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Order is a list of configured addresses of one cluster, the one that last
// answered first. It is safe for concurrent use.
type Order[A comparable] struct {
	all    []A
	mutex  sync.Mutex
	first  A
	chosen bool
}

// NewOrder gives the order of the settings.
func NewOrder[A comparable](all []A) *Order[A] { return &Order[A]{all: all} }

// List gives all, the preferred one first.
func (o *Order[A]) List() []A {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if !o.chosen {
		return o.all
	}
	list := []A{o.first}
	for _, one := range o.all {
		if one != o.first {
			list = append(list, one)
		}
	}
	return list
}

// Prefer puts one first.
func (o *Order[A]) Prefer(one A) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.first, o.chosen = one, true
}

// AskInTurn asks the candidates one after the other until one answers, each
// with a share of the time that is left: one that hangs must leave time for the
// others. A job is not found when every candidate that answers says so; else
// the error is the Worst. There is at least one candidate.
func AskInTurn[A, T any](ctx context.Context, candidates []A, ask func(context.Context, A) (T, error)) (T, A, error) {
	var notFound error
	var failed []error
	for i, one := range candidates {
		ctx, cancel := Share(ctx, len(candidates)-i)
		answer, err := ask(ctx, one)
		cancel()
		switch {
		case err == nil:
			return answer, one, nil
		case errors.Is(err, coordinator.ErrNotFound):
			notFound = err
		default:
			failed = append(failed, err)
		}
	}
	var none T
	var nobody A
	if notFound != nil {
		return none, nobody, notFound
	}
	return none, nobody, Worst(failed)
}
