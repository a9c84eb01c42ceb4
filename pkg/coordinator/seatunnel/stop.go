package seatunnel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
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

// Stop sends one POST to the given master and never a second one: no failover,
// no redirect, a new connection, and a body that Go's transport cannot send
// again. Before it, only reads are sent: /overview, when the dialect is not
// known or force is asked for.
//
// What is known when it fails: no connection, or a refusal by ourselves:
// DeliveredNo. An answer of 4xx, or a redirect (which tells to ask elsewhere):
// DeliveredRefused. All else may have arrived: DeliveredUnknown; so may a 303,
// which tells where to look after the deed, a 5xx, which SeaTunnel gives for
// stops that happened, and a 200 that is not SeaTunnel's.
func (c *client) Stop(ctx context.Context, request coordinator.StopRequest) (coordinator.StopAnswer, error) {
	answer := coordinator.StopAnswer{Address: request.Address}
	notSent := func(err error) (coordinator.StopAnswer, error) {
		return answer, &coordinator.StopError{Delivered: coordinator.DeliveredNo, Answer: answer, Err: err}
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
	return c.post(ctx, e, e.path(d, pathStop), request.Job, body)
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

// post sends the one request and says what is known.
func (c *client) post(ctx context.Context, e *endpoint, path string, job coordinator.JobID, body []byte) (coordinator.StopAnswer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.RequestTimeout, &timeoutError{after: c.config.RequestTimeout.String()})
	defer cancel()
	answer := coordinator.StopAnswer{Address: e.address}
	// GotConn is called before a byte is written; without it nothing has left.
	connected := false
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	request, err := http.NewRequestWithContext(traced, http.MethodPost, e.address+path, io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return answer, &coordinator.StopError{Delivered: coordinator.DeliveredNo, Answer: answer, Err: c.failure(ctx, e, path, err)}
	}
	// NewRequest sets GetBody for readers that it knows; a NopCloser it does
	// not, and the length has to be told.
	request.GetBody = nil
	request.ContentLength = int64(len(body))
	c.setHeaders(request, false)
	request.Header.Set("Content-Type", "application/json")

	sent := c.config.Now()
	response, err := c.stops.Do(request)
	answer.Took = c.config.Now().Sub(sent)
	if err != nil {
		delivered := coordinator.DeliveredUnknown
		if !connected {
			delivered = coordinator.DeliveredNo
		}
		return answer, &coordinator.StopError{Delivered: delivered, Answer: answer, Err: c.failure(ctx, e, path, err)}
	}
	defer func() { cancel(); _ = response.Body.Close() }()

	read, readErr := io.ReadAll(io.LimitReader(response.Body, errorBody))
	answer.Status = response.StatusCode
	answer.Body = c.secrets.hideIn(string(read), readErr == nil && len(read) < errorBody, coordinator.MaxAnswerBytes)
	answer.Took = c.config.Now().Sub(sent)
	fail := func(delivered coordinator.Delivered, err error) (coordinator.StopAnswer, error) {
		return answer, &coordinator.StopError{Delivered: delivered, Answer: answer, Err: err}
	}
	switch status := response.StatusCode; {
	case status == http.StatusSeeOther || status >= 500 || status < 200:
		return fail(coordinator.DeliveredUnknown, c.statusFailure(e, path, response, string(read)))
	case status >= 300:
		return fail(coordinator.DeliveredRefused, c.statusFailure(e, path, response, string(read)))
	case readErr != nil:
		return fail(coordinator.DeliveredUnknown, c.failure(ctx, e, path, readErr))
	case status != http.StatusOK || !acknowledges(read, job):
		return fail(coordinator.DeliveredUnknown, badAnswer(e, path, fmt.Sprintf("answered %d, but not with the job's id as SeaTunnel does", status), adviceAddress, nil))
	}
	return answer, nil
}

// acknowledges tells whether a body is SeaTunnel's {"jobId":"…"} for this job.
func acknowledges(body []byte, job coordinator.JobID) bool {
	r := newJSONReader(bytes.NewReader(body))
	entry, err := r.entry()
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	return entry.id == string(job)
}
