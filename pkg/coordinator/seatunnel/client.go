package seatunnel

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// client fulfils coordinator.Client.
type client struct {
	config  Config
	masters []*endpoint
	workers []*endpoint
	secrets secrets
	// reads keeps connections, stops makes a new one for each request.
	reads *http.Client
	stops *http.Client

	// membersTurn is held while the members are being asked for.
	membersTurn chan struct{}

	mutex sync.Mutex
	// lastGood is the master that the last snapshot was read from.
	lastGood  *endpoint
	telemetry telemetryReading
}

// New gives a client for a cluster. It contacts nobody. Every fault of the
// configuration is a sentence of its own in the error (errors.Join).
func New(config Config) (coordinator.Client, error) {
	checked, err := config.check()
	if err != nil {
		return nil, err
	}
	return &client{
		config:  checked.Config,
		masters: checked.masters,
		workers: checked.workers,
		secrets: newSecrets(checked.Username, checked.Password),
		reads:   newHTTPClient(newTransport(checked.tls, checked.RequestTimeout)),
		stops:   newHTTPClient(newStopTransport(checked.tls, checked.RequestTimeout)),

		membersTurn: make(chan struct{}, 1),
	}, nil
}

// Close releases connections.
func (c *client) Close() {
	c.reads.CloseIdleConnections()
	c.stops.CloseIdleConnections()
}

// The margin before the caller's deadline in which an answer is put together:
// a twentieth of the time that is left, at most answerMargin.
const (
	answerMargin      = 100 * time.Millisecond
	answerMarginShare = 20
)

// bounded gives a context that ends PollDeadline from now, or shortly before
// the caller's own deadline if that is earlier.
func (c *client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := c.config.PollDeadline
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		limit = min(limit, left-min(answerMargin, left/answerMarginShare))
	}
	return context.WithTimeout(ctx, limit)
}

// preferred lists the masters, the one that last gave a snapshot first.
func (c *client) preferred() []*endpoint {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.lastGood == nil {
		return c.masters
	}
	list := []*endpoint{c.lastGood}
	for _, e := range c.masters {
		if e != c.lastGood {
			list = append(list, e)
		}
	}
	return list
}

func (c *client) prefer(e *endpoint) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lastGood = e
}

// master finds a configured master by the address that coordinator types
// carry; nil when it is none of them.
func (c *client) master(address string) *endpoint {
	for _, e := range c.masters {
		if e.address == address {
			return e
		}
	}
	return nil
}

// pending is the result of something that runs beside the caller.
type pending[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// start runs f beside the caller; group knows when it is over.
func start[T any](group *sync.WaitGroup, f func() (T, error)) *pending[T] {
	p := &pending[T]{done: make(chan struct{})}
	group.Go(func() {
		defer close(p.done)
		p.value, p.err = f()
	})
	return p
}

// wait gives the result.
func (p *pending[T]) wait() (T, error) {
	<-p.done
	return p.value, p.err
}
