package cloverdx

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// stop asks to abort an execution and gives the answer and, if it failed, what
// is known about the request.
func stop(t testing.TB, client coordinator.Client, request coordinator.StopRequest) (coordinator.StopAnswer, coordinator.Delivered, error) {
	t.Helper()
	answer, err := client.Stop(context.Background(), request)
	if err == nil {
		return answer, "", nil
	}
	var failed *coordinator.StopError
	if !errors.As(err, &failed) {
		t.Fatalf("error is no StopError: %v", err)
	}
	return answer, failed.Delivered, err
}

// stops gives the requests that are no reads.
func (f *fake) stops() (found []logged) {
	for _, r := range f.asked("") {
		if r.method != http.MethodGet || r.path == "/simpleHttpApi/graph_kill" || r.path == "/request_processor/graph_kill" {
			found = append(found, r)
		}
	}
	return found
}

func TestStop_OneAbortByRunID(t *testing.T) {
	cases := map[string]struct {
		change func(*fake, *Config)
		want   logged
		body   string
	}{
		"REST":              {func(*fake, *Config) {}, logged{method: "POST", path: "/api/rest/v1/executions/117229/abort"}, ""},
		"another method":    {func(_ *fake, c *Config) { c.AbortMethod, c.AbortPath = "DELETE", "/executions/{runId}" }, logged{method: "DELETE", path: "/api/rest/v1/executions/117229"}, ""},
		"simple HTTP":       {func(f *fake, c *Config) { f.rest, f.simple = false, "/simpleHttpApi" }, logged{method: "GET", path: "/simpleHttpApi/graph_kill", query: "returnType=STATUS_TEXT&runID=117229"}, "ABORTED\n"},
		"older simple HTTP": {func(f *fake, c *Config) { f.rest, f.simple = false, "/request_processor" }, logged{method: "GET", path: "/request_processor/graph_kill", query: "returnType=STATUS_TEXT&runID=117229"}, "ABORTED\n"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, familyRuns()...)
			client := newTestClient(t, func(c *Config) { test.change(f, c) }, f)
			answer, _, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
			if err != nil || answer.Status != 200 || answer.Address != f.address() || test.body != "" && answer.Body != test.body {
				t.Errorf("%+v, %v", answer, err)
			}
			stops := f.stops()
			if len(stops) != 1 || stops[0].method != test.want.method || stops[0].path != test.want.path || stops[0].query != test.want.query || stops[0].body != "" ||
				stops[0].header.Get("X-Requested-By") == "" || stops[0].header.Get("Idempotency-Key") != "" || stops[0].header.Get("Connection") != "close" {
				t.Errorf("requests are %+v", stops)
			}
		})
	}
}

func TestStop_WithoutForceNothingIsSent(t *testing.T) {
	f := newFake(t, familyRuns()...)
	client := newTestClient(t, nil, f)
	for _, request := range []coordinator.StopRequest{
		{Address: f.address(), Job: "117229"},
		{Address: f.address(), Job: "graph/load.grf", Force: true},
		{Address: "http://elsewhere.example/clover", Job: "117229", Force: true},
	} {
		_, delivered, err := stop(t, client, request)
		if delivered != coordinator.DeliveredNo || len(f.asked("")) != 0 {
			t.Errorf("%+v: delivered %q, %v", request, delivered, err)
		}
	}
	_, _, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "117229"})
	wantError(t, err, coordinator.ErrNotSupported, "CloverDX has no cancel: abort is its only stop.")
}

func TestStop_WhatIsKnownByTheAnswer(t *testing.T) {
	other := newFake(t)
	cases := map[string]struct {
		answer    http.HandlerFunc
		delivered coordinator.Delivered
		kind      error
	}{
		"200":            {answerJSON(200, `{}`), "", nil},
		"202":            {answerJSON(202, ``), "", nil},
		"204":            {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, "", nil},
		"400":            {answerJSON(400, `{"message":"not running"}`), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"401":            {answerJSON(401, ``), coordinator.DeliveredRefused, coordinator.ErrUnauthorised},
		"403":            {answerJSON(403, ``), coordinator.DeliveredRefused, coordinator.ErrUnauthorised},
		"404":            {answerJSON(404, ``), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"405":            {answerJSON(405, ``), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"500":            {answerJSON(500, ``), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"503":            {html(503, `<html>`), coordinator.DeliveredUnknown, coordinator.ErrUnreachable},
		"a login page":   {html(200, `<html>`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"a broken one":   {closing, coordinator.DeliveredUnknown, coordinator.ErrUnreachable},
		"S41 a redirect": {redirecting(307, other.address()), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"S41 303":        {redirecting(303, other.address()), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"S41 within":     {redirecting(308, "/clover/api/rest/v1/executions/117228/abort"), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, familyRuns()...)
			f.on("/api/rest/v1/executions/117229/abort", test.answer)
			client := newTestClient(t, nil, f)
			snapshot(t, client) // connections are kept open by now
			_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
			if delivered != test.delivered || !errors.Is(err, test.kind) || len(f.stops()) != 1 || len(other.asked("")) != 0 {
				t.Errorf("delivered %q after %d requests: %v", delivered, len(f.stops()), err)
			}
		})
	}
}

func TestStop_GraphKillWithoutAStatusIsNotKnown(t *testing.T) {
	for _, body := range []string{"", "hello", "RUNNING ABORTED", "<html></html>"} {
		f := newFake(t, familyRuns()...)
		f.rest, f.simple = false, "/simpleHttpApi"
		f.on("/simpleHttpApi/graph_kill", plain(200, body))
		_, delivered, err := stop(t, newTestClient(t, nil, f), coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
		if delivered != coordinator.DeliveredUnknown || len(f.stops()) != 1 {
			t.Errorf("%q: delivered %q, %v", body, delivered, err)
		}
	}
}

func TestS33_SlowAnswerIsOneRequest(t *testing.T) {
	for _, simple := range []bool{false, true} {
		f := newFake(t, familyRuns()...)
		if simple {
			f.rest, f.simple = false, "/simpleHttpApi"
		}
		f.on("/api/rest/v1/executions/117229/abort", f.hang).on("/simpleHttpApi/graph_kill", f.hang)
		client := newTestClient(t, nil, f)
		snapshot(t, client)
		began := time.Now()
		_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
		wantError(t, err, coordinator.ErrUnreachable, "no complete answer within 1.5s", "delivered: unknown")
		time.Sleep(50 * time.Millisecond)
		if delivered != coordinator.DeliveredUnknown || len(f.stops()) != 1 || time.Since(began) > testRequestTimeout+testSlack {
			t.Errorf("delivered %q after %d requests", delivered, len(f.stops()))
		}
	}
}

func TestStop_NoConnectionIsNotDelivered(t *testing.T) {
	f := newFake(t, familyRuns()...)
	client := newTestClient(t, nil, f)
	snapshot(t, client)
	f.Server.Close()
	_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
	wantError(t, err, coordinator.ErrUnreachable, f.address())
	if delivered != coordinator.DeliveredNo {
		t.Errorf("delivered %q", delivered)
	}
}
