package seatunnel

import (
	"context"
	"errors"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// smallBody bounds answers about one thing. A member row has 1.4 kB, a thread
// 120 bytes; one job of a thousand tables has a few MB.
const smallBody = 16 << 20

// get sends one GET to an endpoint and lets read have the body. Every error is
// a *coordinator.Error. After an answer that is not SeaTunnel's, or none at
// all, the endpoint's dialect is doubtful, and the next use probes it anew.
func (c *client) get(ctx context.Context, e *endpoint, call upstream.Call, read func(*upstream.Answer) error) error {
	err := c.server.Get(ctx, call, read)
	if errors.Is(err, coordinator.ErrBadAnswer) || (err != nil && upstream.ClosedByServer(err)) {
		e.forget()
	}
	return err
}

// json reads an answer's JSON. The whole answer must be one JSON value.
func (c *client) json(ctx context.Context, e *endpoint, call upstream.Call, read func(*upstream.Answer, *jsonReader) error) error {
	return c.get(ctx, e, call, func(a *upstream.Answer) error {
		r := c.reader(a)
		if err := read(a, r); err != nil {
			return err
		}
		return r.End()
	})
}
