package generic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// The last parts of the paths that stop a job.
const (
	pathCancel    = "/cancel"
	pathForceStop = "/force-stop"
)

// stopBody is what a stop is sent.
type stopBody struct {
	CreatedAt string `json:"createdAt"`
}

// Stop sends one POST to the given address and never a second one (see
// upstream.Server.Stop, which says what is known when it fails). Before it,
// /info of that very address is read: what it does not offer is not sent. Any
// other answer than 202 with the job's id may have been a stop:
// DeliveredUnknown; 4xx is a refusal.
func (c *client) Stop(ctx context.Context, request coordinator.StopRequest) (coordinator.StopAnswer, error) {
	notSent := func(err error) (coordinator.StopAnswer, error) {
		return coordinator.StopAnswer{Address: request.Address}, upstream.NotSent(request.Address, err)
	}
	switch {
	case !c.configured(request.Address):
		return notSent(notConfigured(request.Address))
	case !isID(string(request.Job)):
		return notSent(notAnID(request.Job))
	case request.CreateTime.IsZero():
		return notSent(&coordinator.Error{Kind: coordinator.ErrNotSupported, Address: request.Address,
			Detail: fmt.Sprintf("when job %s was created is not known, so the coordinator could not tell it from another job of that id", request.Job)})
	}
	found, err := c.readInfo(ctx, request.Address)
	if err != nil {
		return notSent(err)
	}
	can, path := found.capabilities().Cancel, pathCancel
	if request.Force {
		can, path = found.capabilities().ForceStop, pathForceStop
	}
	if !can.Supported {
		return notSent(&coordinator.Error{Kind: coordinator.ErrNotSupported, Address: request.Address, Detail: can.Reason})
	}
	body, err := json.Marshal(stopBody{CreatedAt: request.CreateTime.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		return notSent(fmt.Errorf("making the request: %w", err))
	}
	answer, err := c.server.Stop(ctx, upstream.StopCall{
		Address: request.Address, Path: pathJobs + "/" + string(request.Job) + path, Route: pathJobs + "/{id}" + path, Body: body, Odd: oddAnswer(request.Job),
	})
	return answer, c.refusal(err, request.Job)
}

// refusal says in the contract's words why a stop was refused.
func (c *client) refusal(err error, id coordinator.JobID) error {
	var failed *coordinator.StopError
	if !errors.As(err, &failed) {
		return err
	}
	told := *failed
	told.Err = c.unknownJob(c.explained(failed.Err), id)
	var failure *coordinator.Error
	if _, ok := c.said(failed.Err); ok && errors.As(told.Err, &failure) && failed.Answer.Status == http.StatusConflict {
		refused := *failure
		refused.Advice = "Look at the job anew: it has ended, is another job by now, or is in a state in which the coordinator does not do this."
		told.Err = &refused
	}
	return &told
}

// oddAnswer tells what is odd in an answer to a stop of a job: all but 202 with
// the contract's {"id":"…"} for it.
func oddAnswer(job coordinator.JobID) func(int, []byte) string {
	return func(status int, body []byte) string {
		switch {
		case status != http.StatusAccepted:
			return "the contract's answer to a stop is 202"
		case !acknowledges(body, job):
			return "not with the job's id"
		}
		return ""
	}
}

// acknowledges tells whether a body is the contract's {"id":"…"} for this job.
func acknowledges(body []byte, job coordinator.JobID) bool {
	d := newDecoder(upstream.NewReader(bytes.NewReader(body), upstream.Secrets{}), upstream.Secrets{})
	var id coordinator.JobID
	err := d.Object("the answer", func(name string) (bool, error) {
		if name != "id" {
			return false, nil
		}
		var err error
		id, err = d.id(name)
		return true, err
	})
	return err == nil && id == job
}
