package cloverdx

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Stop sends one request to abort one execution, by its run id, to the given
// server and never a second one (see upstream.Server.Stop, which says what is
// known when it fails). Before it, only reads are sent, when the interface is
// not known. Without Force nothing is sent: CloverDX has no cancel.
//
// An execution is never aborted by its file, which would abort every running
// instance, nor is a server suspended.
func (c *client) Stop(ctx context.Context, request coordinator.StopRequest) (coordinator.StopAnswer, error) {
	notSent := func(err error) (coordinator.StopAnswer, error) {
		return coordinator.StopAnswer{Address: request.Address}, upstream.NotSent(request.Address, err)
	}
	s := c.find(request.Address)
	switch {
	case s == nil:
		return notSent(notConfigured(request.Address))
	case !isRunID(string(request.Job)):
		return notSent(notAnID(request.Job))
	case !request.Force:
		return notSent(&coordinator.Error{Kind: coordinator.ErrNotSupported, Address: s.address, Detail: noCancel})
	}
	spoken, err := c.apiOf(ctx, s)
	if err != nil {
		return notSent(err)
	}
	if spoken == apiSimple {
		return c.http.Stop(ctx, upstream.StopCall{Address: s.address, Path: c.killPath(s, request.Job), Route: simpleBases[0] + "graph_kill", Method: http.MethodGet, Accept: acceptText, Odd: oddStatus})
	}
	path := restBase + strings.Replace(c.config.AbortPath, runIDPlaceholder, string(request.Job), 1)
	return c.http.Stop(ctx, upstream.StopCall{Address: s.address, Path: path, Route: restBase + c.config.AbortPath, Method: c.config.AbortMethod, Odd: oddAbort})
}

// killPath is graph_kill at the place of the simple HTTP API that was found.
// GET is what CloverDX documents for it.
func (c *client) killPath(s *server, id coordinator.JobID) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	base := s.simpleBase
	if base == "" {
		base = simpleBases[0]
	}
	return base + "graph_kill?" + url.Values{"runID": {string(id)}, "returnType": {"STATUS_TEXT"}}.Encode()
}

// oddStatus tells what is odd in an answer of graph_kill: all but 200 with a
// status.
func oddStatus(status int, body []byte) string {
	if _, known := states[strings.TrimSpace(string(body))]; status != http.StatusOK || !known {
		return "not with a status as CloverDX does"
	}
	return ""
}

// oddAbort tells what is odd in an answer to an abort by REST, of which no more
// is known than that it is no page.
func oddAbort(_ int, body []byte) string {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \r\n\t\ufeff"), []byte("<")) {
		return "with a page, not as CloverDX's REST API does"
	}
	return ""
}
