package seatunnel

import (
	"context"
	"strconv"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const pathCheckpoints = "/jobs/checkpoints/"

// LastCheckpoint tells when the job last completed a checkpoint or a savepoint
// on any pipeline, by the engine's clock; the zero time when it never did.
//
// The error says why it is not known: REST v1 does not tell (it answers 204),
// and while a checkpoint is in progress the engine does not say when it was
// last acknowledged, so that nobody can tell a slow savepoint from a stalled
// one.
func (c *client) LastCheckpoint(ctx context.Context, address string, id coordinator.JobID) (time.Time, error) {
	e := c.master(address)
	if e == nil {
		return time.Time{}, notConfigured(address)
	}
	if !isJobID(string(id)) {
		return time.Time{}, notAnID(id)
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	d, err := c.dialectOf(ctx, e)
	if err != nil {
		return time.Time{}, err
	}
	if d != dialectV2 {
		return time.Time{}, &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: e.address, Detail: "REST v1 does not tell checkpoints"}
	}
	var found checkpoints
	err = c.json(ctx, e, upstream.Call{Address: e.address, Path: e.path(d, pathCheckpoints+string(id)), Route: pathCheckpoints + "{id}", Limit: smallBody}, func(_ *upstream.Answer, r *jsonReader) error {
		return r.Object("the job's checkpoints", func(name string) (bool, error) {
			if name != "pipelines" {
				return false, nil
			}
			return true, r.List("pipelines", func() error { return r.pipeline(&found) })
		})
	})
	if err != nil {
		return time.Time{}, err
	}
	if found.inProgress > 0 {
		return time.Time{}, &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: e.address, Detail: "a checkpoint is in progress, and the engine does not tell when it was last acknowledged"}
	}
	if found.last == 0 {
		return time.Time{}, nil
	}
	return time.UnixMilli(found.last).UTC(), nil
}

// checkpoints is what is read of a job's checkpoints.
type checkpoints struct {
	// last is the newest completion, in milliseconds since 1970; 0 for none.
	last int64
	// inProgress counts checkpoints that are being made.
	inProgress int
}

// pipeline reads one pipeline's checkpoints.
func (r *jsonReader) pipeline(into *checkpoints) error {
	return r.Object("a pipeline", func(name string) (bool, error) {
		switch name {
		case "latestCompleted", "latestSavepoint":
			// Missing ones are {}.
			return true, r.Object(name, func(name string) (bool, error) {
				if name != "completedTimestamp" {
					return false, nil
				}
				text, err := r.TextOrNumber(name, maxDigits)
				if err != nil {
					return true, err
				}
				completed, err := strconv.ParseInt(text, 10, 64)
				if err != nil || completed < 0 {
					return true, upstream.Shapef("%s is %q, not a number of milliseconds", name, text)
				}
				into.last = max(into.last, completed)
				return true, nil
			})
		case "inProgress":
			return true, r.List(name, func() error {
				into.inProgress++
				return r.Skip()
			})
		}
		return false, nil
	})
}
