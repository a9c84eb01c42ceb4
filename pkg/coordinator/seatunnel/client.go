package seatunnel

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// client fulfils coordinator.Client.
type client struct {
	config  Config
	masters []*endpoint
	workers []*endpoint
	server  *upstream.Server

	// membersTurn is held while the members are being asked for.
	membersTurn chan struct{}

	// order begins with the master that the last snapshot was read from.
	order *upstream.Order[*endpoint]

	// lastOpen is how many open jobs were listed last: room for the next list.
	lastOpen atomic.Int64

	mutex     sync.Mutex
	telemetry telemetryReading
}

// New gives a client for a cluster. It contacts nobody. Every fault of the
// configuration is a sentence of its own in the error (errors.Join).
func New(config Config) (coordinator.Client, error) {
	checked, err := config.check()
	if err != nil {
		return nil, err
	}
	return newClient(checked), nil
}

func newClient(checked checked) *client {
	return &client{
		config:  checked.Config,
		masters: checked.masters,
		workers: checked.workers,
		server:  upstream.New(checked.upstream),

		order:       upstream.NewOrder(checked.masters),
		membersTurn: make(chan struct{}, 1),
	}
}

// Close releases connections.
func (c *client) Close() { c.server.Close() }

// bounded gives a context that ends PollDeadline from now, or shortly before
// the caller's own deadline if that is earlier.
func (c *client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return upstream.Bounded(ctx, c.config.PollDeadline)
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
