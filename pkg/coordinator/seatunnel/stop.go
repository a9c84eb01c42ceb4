package seatunnel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// pathStop stops one job. Its neighbour /stop-jobs is never used: it answers
// 500 after having stopped the jobs.
const pathStop = "/stop-job"

// stopBody is what /stop-job is sent.
type stopBody struct {
	JobID     string `json:"jobId"`
	Savepoint bool   `json:"isStopWithSavePoint"`
	Force     bool   `json:"force,omitempty"`
}

// Stop sends one POST to the given master and never a second one (see
// upstream.Server.Stop, which says what is known when it fails). Before it,
// only reads are sent: /overview, when the dialect is not known or force is
// asked for. A 200 that is not SeaTunnel's may have arrived: DeliveredUnknown.
func (c *client) Stop(ctx context.Context, request coordinator.StopRequest) (coordinator.StopAnswer, error) {
	notSent := func(err error) (coordinator.StopAnswer, error) {
		return coordinator.StopAnswer{Address: request.Address}, upstream.NotSent(request.Address, err)
	}
	e := c.master(request.Address)
	if e == nil {
		return notSent(notConfigured(request.Address))
	}
	if !isJobID(string(request.Job)) {
		return notSent(notAnID(request.Job))
	}
	d, err := c.stoppableWith(ctx, e, request.Force)
	if err != nil {
		return notSent(err)
	}
	body, err := json.Marshal(stopBody{JobID: string(request.Job), Force: request.Force})
	if err != nil {
		return notSent(fmt.Errorf("making the request: %w", err))
	}
	return c.server.Stop(ctx, upstream.StopCall{Address: e.address, Path: e.path(d, pathStop), Route: pathStop, Body: body, Odd: oddAnswer(request.Job)})
}

// stoppableWith gives the dialect to stop with. For force it reads the version
// anew, since a failover can lead to an older engine, which would ignore force
// and answer 200.
func (c *client) stoppableWith(ctx context.Context, e *endpoint, force bool) (dialect, error) {
	if !force {
		return c.dialectOf(ctx, e)
	}
	found, err := c.identify(ctx, e)
	if err != nil {
		return dialectUnknown, err
	}
	if can := forceStop(c.config.ForceStop, found.version); !can.Supported {
		return dialectUnknown, &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: e.address, Detail: can.Reason}
	}
	return found.dialect, nil
}

// oddAnswer tells what is odd in an answer to a stop of a job: all but 200 with
// SeaTunnel's {"jobId":"…"} for it.
func oddAnswer(job coordinator.JobID) func(int, []byte) string {
	return func(status int, body []byte) string {
		if status != http.StatusOK || !acknowledges(body, job) {
			return "not with the job's id as SeaTunnel does"
		}
		return ""
	}
}

// acknowledges tells whether a body is SeaTunnel's {"jobId":"…"} for this job.
func acknowledges(body []byte, job coordinator.JobID) bool {
	r := &jsonReader{upstream.NewReader(bytes.NewReader(body), upstream.Secrets{})}
	entry, err := r.entry()
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	return entry.id == string(job)
}
