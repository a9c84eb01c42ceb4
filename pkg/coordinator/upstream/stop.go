package upstream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// StopCall is one request to stop a job.
type StopCall struct {
	// Address is the configured address; Path, with its query, is appended.
	Address string
	Path    string
	// Route is the path without ids and queries, for spans; empty: they name
	// none.
	Route string
	// Method is the HTTP method; empty: POST.
	Method string
	// Body is JSON; nil: none.
	Body []byte
	// Accept is the header of that name; empty: application/json.
	Accept string
	// Odd says in a few words what is not as it should be in an answer of 2xx
	// with this body's beginning; "" where it is as it should be. nil: every
	// 2xx is.
	Odd func(status int, body []byte) string
}

// Stop sends one request to stop a job and never a second one: no failover, no
// redirect, a new connection, and a body that Go's transport cannot send again.
// A nil error means "received", never "stopped"; an error is a
// *coordinator.StopError.
//
// What is known when it fails: no connection, or a request that cannot be made:
// DeliveredNo. An answer of 4xx, or a redirect (which tells to ask elsewhere):
// DeliveredRefused. All else may have arrived: DeliveredUnknown; so may a 303,
// which tells where to look after the deed, a 5xx, which coordinators give for
// stops that happened, and a 2xx that is odd.
func (s *Server) Stop(ctx context.Context, call StopCall) (coordinator.StopAnswer, error) {
	ctx, span := s.startSpan(ctx, call.method(), call.Route)
	defer span.End()
	answer, err := s.stop(ctx, call)
	spanStopped(span, err)
	return answer, err
}

func (s *Server) stop(ctx context.Context, call StopCall) (coordinator.StopAnswer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.RequestTimeout, &timeoutError{after: s.options.RequestTimeout.String()})
	defer cancel()
	answer := coordinator.StopAnswer{Address: call.Address}
	// GotConn is called before a byte is written; without it nothing has left.
	connected := false
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	request, err := s.stopRequest(traced, call)
	if err != nil {
		return answer, NotSent(call.Address, s.Failure(ctx, call.Address, call.Path, err))
	}

	sent := s.options.Now()
	response, err := s.stops.Do(request)
	answer.Took = s.options.Now().Sub(sent)
	if err != nil {
		delivered := coordinator.DeliveredUnknown
		if !connected {
			delivered = coordinator.DeliveredNo
		}
		return answer, &coordinator.StopError{Delivered: delivered, Answer: answer, Err: s.Failure(ctx, call.Address, call.Path, err)}
	}
	defer func() { cancel(); _ = response.Body.Close() }()

	read, readErr := io.ReadAll(io.LimitReader(response.Body, errorBody))
	answer.Status = response.StatusCode
	spanStatus(ctx, response.StatusCode)
	answer.Body = s.secrets.HideIn(string(read), readErr == nil && len(read) < errorBody, coordinator.MaxAnswerBytes)
	answer.Took = s.options.Now().Sub(sent)
	fail := func(delivered coordinator.Delivered, err error) (coordinator.StopAnswer, error) {
		return answer, &coordinator.StopError{Delivered: delivered, Answer: answer, Err: err}
	}
	switch status := response.StatusCode; {
	case status == http.StatusSeeOther || status >= 500 || status < 200:
		return fail(coordinator.DeliveredUnknown, s.statusFailure(call.Address, call.Path, response, string(read)))
	case status >= 300:
		return fail(coordinator.DeliveredRefused, s.statusFailure(call.Address, call.Path, response, string(read)))
	case readErr != nil:
		return fail(coordinator.DeliveredUnknown, s.Failure(ctx, call.Address, call.Path, readErr))
	}
	if call.Odd != nil {
		if odd := call.Odd(response.StatusCode, read); odd != "" {
			return fail(coordinator.DeliveredUnknown, BadAnswer(call.Address, call.Path, fmt.Sprintf("answered %d, but %s", response.StatusCode, odd), s.options.AddressAdvice, nil))
		}
	}
	return answer, nil
}

// NotSent is the error of a stop request that was not sent.
func NotSent(address string, err error) *coordinator.StopError {
	return &coordinator.StopError{Delivered: coordinator.DeliveredNo, Answer: coordinator.StopAnswer{Address: address}, Err: err}
}

// method is that of the request.
func (c StopCall) method() string {
	if c.Method == "" {
		return http.MethodPost
	}
	return c.Method
}

func (s *Server) stopRequest(ctx context.Context, call StopCall) (*http.Request, error) {
	body := io.Reader(http.NoBody)
	if call.Body != nil {
		// NewRequest sets GetBody for readers that it knows; a NopCloser it does
		// not, and the length has to be told.
		body = io.NopCloser(bytes.NewReader(call.Body))
	}
	request, err := http.NewRequestWithContext(ctx, call.method(), call.Address+call.Path, body)
	if err != nil {
		return nil, err
	}
	request.GetBody = nil
	request.ContentLength = int64(len(call.Body))
	s.setHeaders(request, call.Accept, false)
	if call.Body != nil {
		request.Header.Set("Content-Type", acceptJSON)
	}
	return request, nil
}
