package generic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// json reads an answer's JSON. The whole answer must be one JSON value. Every
// error is a *coordinator.Error.
func (c *client) json(ctx context.Context, call upstream.Call, read func(*upstream.Answer, *decoder) error) error {
	err := c.server.JSON(ctx, call, func(a *upstream.Answer, r *upstream.Reader) error {
		return read(a, newDecoder(r, c.server.Secrets()))
	})
	return c.explained(err)
}

// explained adds to an error what the contract's {"error": "…"} says, and
// leaves the query out of its path: a cursor says nothing to people.
func (c *client) explained(err error) error {
	var failure *coordinator.Error
	if !errors.As(err, &failure) {
		return err
	}
	told := *failure
	told.Path, _, _ = strings.Cut(failure.Path, "?")
	if said, ok := c.said(err); ok && said != "" {
		told.Detail = fmt.Sprintf("%s: %s", told.Detail, said)
	}
	return &told
}

// said gives the sentence of an answer that is an error as the contract writes
// it; ok is false where it is not one (a proxy's page, another server's).
func (c *client) said(err error) (sentence string, ok bool) {
	var status *upstream.StatusError
	if !errors.As(err, &status) {
		return "", false
	}
	r := upstream.NewReader(bytes.NewReader([]byte(status.Body)), c.server.Secrets())
	// The body may be cut off in the middle; what stood before is enough.
	_ = r.Object("the error", func(name string) (bool, error) {
		if name != "error" {
			return false, nil
		}
		text, err := r.Text(name, upstream.MaxQuoteBytes)
		sentence, ok = text, err == nil
		return true, err
	})
	sentence = upstream.Cut(upstream.OneLine(c.server.Secrets().Hide(sentence)), upstream.MaxDetailBytes)
	// What follows brings its own full stop.
	return strings.TrimRight(sentence, "."), ok
}

// unknownJob makes ErrNotFound of a 404 that is the contract's own; a 404 of
// anything else says nothing about the job.
func (c *client) unknownJob(err error, id coordinator.JobID) error {
	if upstream.StatusOf(err) != http.StatusNotFound {
		return err
	}
	var failure *coordinator.Error
	if _, ok := c.said(err); !ok || !errors.As(err, &failure) {
		return err
	}
	return &coordinator.Error{Kind: coordinator.ErrNotFound, Address: failure.Address, Path: failure.Path,
		Detail: fmt.Sprintf("the coordinator does not know job %s", id), Err: failure.Err}
}

// notAnID is for ids that no job can have. Nothing was asked.
func notAnID(id coordinator.JobID) error {
	return &coordinator.Error{Kind: coordinator.ErrNotFound,
		Detail: fmt.Sprintf("%q is no job id of the contract", upstream.Cut(string(id), maxWordBytes))}
}

// notConfigured is for addresses that are not in the settings. Nothing was
// asked.
func notConfigured(address string) error {
	return &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: upstream.Cut(address, upstream.MaxDetailBytes),
		Detail: "this address is not among those in the settings"}
}
