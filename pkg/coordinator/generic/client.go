package generic

import (
	"context"
	"slices"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// client fulfils coordinator.Client.
type client struct {
	config Config
	server *upstream.Server

	mutex sync.Mutex
	// first is the address that is read from first; empty: the first one set.
	first string
	// seenMaster: some address has named a master, or said that one is missing.
	// seenNone: some address has left it out.
	seenMaster, seenNone bool
}

// New gives a client for a coordinator. It contacts nobody. Every fault of the
// configuration is a sentence of its own in the error (errors.Join).
func New(config Config) (coordinator.Client, error) {
	checked, err := config.check()
	if err != nil {
		return nil, err
	}
	return newClient(checked), nil
}

func newClient(checked checked) *client {
	return &client{config: checked.Config, server: upstream.New(checked.upstream)}
}

// Close releases connections.
func (c *client) Close() { c.server.Close() }

// TaskThreads is not part of the contract.
func (c *client) TaskThreads(context.Context) ([]coordinator.WorkerThreads, error) {
	return nil, &coordinator.Error{Kind: coordinator.ErrNotSupported, Detail: noTaskThreads}
}

// bounded gives a context that ends PollDeadline from now, or shortly before
// the caller's own deadline if that is earlier.
func (c *client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return upstream.Bounded(ctx, c.config.PollDeadline)
}

// preferred lists the addresses, the one to read from first before the others,
// in the order of the settings from there on.
func (c *client) preferred() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	at := max(slices.Index(c.config.Addresses, c.first), 0)
	return append(slices.Clone(c.config.Addresses[at:]), c.config.Addresses[:at]...)
}

func (c *client) prefer(address string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.first = address
}

// learnMaster keeps what a reading of the members says about masters.
func (c *client) learnMaster(m membership) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if m.hasMaster {
		c.seenMaster = true
	} else {
		c.seenNone = true
	}
}

// masterless tells whether the cluster has no master that could change.
func (c *client) masterless() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.seenNone && !c.seenMaster
}

// configured tells whether an address is among those in the settings.
func (c *client) configured(address string) bool {
	return slices.Contains(c.config.Addresses, address)
}
