package upstream

import (
	"context"
	"sync"
	"time"
)

// The margin before the caller's deadline in which an answer is put together:
// a twentieth of the time that is left, at most answerMargin.
const (
	answerMargin      = 100 * time.Millisecond
	answerMarginShare = 20
)

// Bounded gives a context that ends limit from now, or shortly before the
// caller's own deadline if that is earlier.
func Bounded(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		limit = min(limit, left-min(answerMargin, left/answerMarginShare))
	}
	return context.WithTimeout(ctx, limit)
}

// Share gives a context that has one share of the time that ctx has left.
func Share(ctx context.Context, shares int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(shares))
}

// Pending is the result of something that runs beside the caller.
type Pending[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// Start runs f beside the caller; group knows when it is over.
func Start[T any](group *sync.WaitGroup, f func() (T, error)) *Pending[T] {
	p := &Pending[T]{done: make(chan struct{})}
	group.Go(func() {
		defer close(p.done)
		p.value, p.err = f()
	})
	return p
}

// Wait gives the result.
func (p *Pending[T]) Wait() (T, error) {
	<-p.done
	return p.value, p.err
}
