package cloverdx

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// client fulfils coordinator.Client.
type client struct {
	config Config
	http   *upstream.Server
	// servers in the settings' order; order begins with the one that answered
	// last.
	servers []*server
	order   *upstream.Order[*server]
	// parentSeen: an execution has shown the parent field.
	parentSeen atomic.Bool
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
		http:    upstream.New(checked.upstream),
		servers: checked.servers,
		order:   upstream.NewOrder(checked.servers),
	}
}

// Close releases connections, those of the node source too.
func (c *client) Close() {
	c.http.Close()
	if c.config.Nodes != nil {
		c.config.Nodes.Close()
	}
}

// TaskThreads is not supported: CloverDX does not tell its threads.
func (c *client) TaskThreads(context.Context) ([]coordinator.WorkerThreads, error) {
	return nil, &coordinator.Error{Kind: coordinator.ErrNotSupported, Detail: noTaskThreads}
}

const (
	noTaskThreads = "CloverDX does not tell which threads its nodes run."
	noCancel      = "CloverDX has no cancel: abort is its only stop. Use force stop, which aborts the run."
	// onlyStop is CloverDX's word for its stop.
	onlyStop = "abort"
)

// capabilities says what can be done by an interface.
func (c *client) capabilities(api api) coordinator.Capabilities {
	can := coordinator.Capabilities{
		Cancel:      coordinator.Capability{Reason: noCancel},
		ForceStop:   coordinator.Capability{Supported: true},
		TaskThreads: coordinator.Capability{Reason: noTaskThreads},
		Delivery:    coordinator.Capability{Supported: true},
		NoMaster:    true,
		OnlyStop:    onlyStop,
	}
	if c.config.Nodes == nil {
		can.Delivery = coordinator.Capability{Reason: "No source for the nodes' messaging layer is set: add one in the settings (Jolokia, JMX exporter or Prometheus)."}
	}
	switch {
	case api == apiSimple:
		can.ParentLink.Reason = "The simple HTTP API does not tell which execution started another."
	case api == apiREST:
		can.ParentLink.Supported = true
		if !c.parentSeen.Load() {
			can.ParentLink.Reason = fmt.Sprintf("No execution has shown the field %q so far. Where children run and that stays so, set the parent field to its name in /api/rest/v1/docs.html of the server.", c.config.ParentField)
		}
	default:
		can.ParentLink.Reason = "No server has answered yet."
	}
	return can
}
