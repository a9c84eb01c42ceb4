package seatunnel

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// stop asks to stop a job and gives the answer and, if it failed, what is
// known about the request.
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

func TestStop_PlainCancel(t *testing.T) {
	for name, test := range map[string]struct {
		f    *fake
		path string
	}{"v2": {v2Canceling(t), "/stop-job"}, "v1": {v1Canceling(t), v1Prefix + "/stop-job"}} {
		test.f.on(test.path, answerJSON(200, `{"jobId":"`+cancelingJob+`"}`))
		client := newTestClient(t, nil, test.f)
		answer, _, err := stop(t, client, coordinator.StopRequest{Address: test.f.URL, Job: cancelingJob})
		if err != nil || answer.Status != 200 || answer.Body != `{"jobId":"`+cancelingJob+`"}` || answer.Address != test.f.URL {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
		posts := test.f.posts()
		if len(posts) != 1 || posts[0].path != test.path || posts[0].method != http.MethodPost ||
			posts[0].body != `{"jobId":"`+cancelingJob+`","isStopWithSavePoint":false}` ||
			posts[0].header.Get("Content-Type") != "application/json" || posts[0].header.Get("Idempotency-Key") != "" {
			t.Errorf("%s: posts are %+v", name, posts)
		}
	}
}

func TestS33_SlowAnswerIsOneRequest(t *testing.T) {
	// Given a coordinator that takes longer than the timeout
	f := v2Canceling(t)
	f.on("/stop-job", f.hang)
	client := newTestClient(t, nil, f)
	snapshot(t, client) // connections are kept open by now

	within(t, testRequestTimeout, func() {
		_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
		wantError(t, err, coordinator.ErrUnreachable, f.URL+"/stop-job", "no complete answer within 1s", "delivered: unknown")
		if delivered != coordinator.DeliveredUnknown {
			t.Errorf("delivered %q", delivered)
		}
	})
	time.Sleep(50 * time.Millisecond)
	if posts := f.posts(); len(posts) != 1 {
		t.Errorf("%d requests were sent", len(posts))
	}
}

func TestStop_ConnectionThatBreaksIsOneRequest(t *testing.T) {
	// Go's transport sends requests again on kept connections that turn out to
	// be closed, if it thinks that it may.
	f := v2Canceling(t)
	f.on("/stop-job", closing)
	client := newTestClient(t, nil, f)
	snapshot(t, client)
	_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
	wantError(t, err, coordinator.ErrUnreachable, "closed without an answer")
	if delivered != coordinator.DeliveredUnknown || len(f.posts()) != 1 {
		t.Errorf("delivered %q with %d requests", delivered, len(f.posts()))
	}
	// and the one request came on a connection of its own
	if f.posts()[0].header.Get("Connection") != "close" {
		t.Errorf("header is %v", f.posts()[0].header)
	}
}

func TestStop_WhatIsKnownByTheAnswer(t *testing.T) {
	ok := `{"jobId":"` + cancelingJob + `"}`
	cases := map[string]struct {
		answer    http.HandlerFunc
		delivered coordinator.Delivered
		kind      error
	}{
		"400":                    {answerJSON(400, `{"status":"fail","message":"jobId cannot be empty."}`), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"401":                    {html(401, "<html>"), coordinator.DeliveredRefused, coordinator.ErrUnauthorised},
		"403":                    {html(403, "<html>"), coordinator.DeliveredRefused, coordinator.ErrUnauthorised},
		"404":                    {html(404, "<html>"), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"405":                    {html(405, "<html>"), coordinator.DeliveredRefused, coordinator.ErrBadAnswer},
		"500 after the stop":     {answerJSON(500, `{"status":"fail","message":"ClassCastException"}`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"503":                    {html(503, "<html>"), coordinator.DeliveredUnknown, coordinator.ErrUnreachable},
		"a login page":           {html(200, "<html>login</html>"), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"another job":            {answerJSON(200, `{"jobId":"7"}`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"202":                    {answerJSON(202, ok), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"204":                    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
		"shorter than announced": {truncating(ok), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := v2Canceling(t)
			f.on("/stop-job", test.answer)
			answer, delivered, err := stop(t, newTestClient(t, nil, f), coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
			wantError(t, err, test.kind, f.URL+"/stop-job")
			if delivered != test.delivered || answer.Status == 0 || len(f.posts()) != 1 {
				t.Errorf("delivered %q, status %d, %d requests", delivered, answer.Status, len(f.posts()))
			}
		})
	}
}

func TestStop_NotDelivered(t *testing.T) {
	f := v2Canceling(t)
	client := newTestClient(t, nil, f)
	snapshot(t, client) // the dialect is known: no read is needed before the stop
	f.Server.CloseClientConnections()
	f.Server.Listener.Close()
	_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
	wantError(t, err, coordinator.ErrUnreachable, "connection refused", "delivered: no")
	if delivered != coordinator.DeliveredNo {
		t.Errorf("delivered %q", delivered)
	}

	other := v2Canceling(t)
	for name, request := range map[string]coordinator.StopRequest{
		"an address that is not configured": {Address: other.URL, Job: cancelingJob},
		"no address":                        {Job: cancelingJob},
		"an id that is no number":           {Address: f.URL, Job: `1","force":true,"x":"`},
	} {
		_, delivered, err := stop(t, client, request)
		if delivered != coordinator.DeliveredNo || err == nil || len(other.asked("")) != 0 {
			t.Errorf("%s: delivered %q, %v", name, delivered, err)
		}
	}
}

func TestStop_NoConnectionInTime(t *testing.T) {
	// A listener that accepts nobody: the TLS handshake is never answered.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client := newTestClient(t, func(c *Config) { c.Masters = []string{"https://" + listener.Addr().String()} })
	_, delivered, err := stop(t, client, coordinator.StopRequest{Address: "https://" + listener.Addr().String(), Job: "1"})
	wantError(t, err, coordinator.ErrUnreachable)
	if delivered != coordinator.DeliveredNo {
		t.Errorf("delivered %q", delivered)
	}
}

func TestS38_ForceStopOnlyWhereTheEngineHasIt(t *testing.T) {
	overviewOf := func(version string) http.HandlerFunc {
		return answerJSON(200, strings.Replace(sample(t, "v2-2.3.13-overview.json"), "2.3.10", version, 1))
	}
	cases := []struct {
		version, setting string
		supported        bool
		reason           string
	}{
		{"2.3.8", ForceStopAuto, false, "needs SeaTunnel 3.0.0 or newer, this one says 2.3.8; older engines ignore force and answer 200"},
		{"2.3.13", ForceStopAuto, false, "this one says 2.3.13"},
		{"2.99.0-SNAPSHOT", ForceStopAuto, false, "this one says 2.99.0-SNAPSHOT"},
		{"3.0.0-SNAPSHOT", ForceStopAuto, false, "not verified for 3.0.0-SNAPSHOT"},
		{"3.1.0-acme", ForceStopAuto, false, "not verified for 3.1.0-acme"},
		{"Unknown", ForceStopAuto, false, `"Unknown" is no version that can be compared`},
		{"3", ForceStopAuto, false, "no version that can be compared"},
		{"3.0.0", ForceStopAuto, true, ""},
		{"3.0", ForceStopAuto, true, ""},
		{"10.2.1", ForceStopAuto, true, ""},
		{"2.3.8", ForceStopYes, true, ""},
		{"3.0.0", ForceStopNo, false, "switched off in the data source's settings"},
	}
	for _, test := range cases {
		t.Run(test.version+" "+test.setting, func(t *testing.T) {
			f := v2Canceling(t)
			f.on("/overview", overviewOf(test.version)).on("/stop-job", answerJSON(200, `{"jobId":"`+cancelingJob+`"}`))
			client := newTestClient(t, func(c *Config) { c.ForceStop = test.setting }, f)
			if can := snapshot(t, client).Capabilities.ForceStop; can.Supported != test.supported || !strings.Contains(can.Reason, test.reason) {
				t.Errorf("capability is %+v", can)
			}
			// called directly, it is the same
			_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob, Force: true})
			if test.supported {
				if posts := f.posts(); err != nil || len(posts) != 1 || posts[0].body != `{"jobId":"`+cancelingJob+`","isStopWithSavePoint":false,"force":true}` {
					t.Errorf("posts are %+v, %v", posts, err)
				}
				return
			}
			wantError(t, err, coordinator.ErrNotSupported, test.reason)
			if delivered != coordinator.DeliveredNo || len(f.posts()) != 0 {
				t.Errorf("delivered %q, %d requests", delivered, len(f.posts()))
			}
		})
	}
}

func TestS38_EngineThatBecameOlderGetsNoForce(t *testing.T) {
	// Given a 3.0 master that was replaced by an older one since the last poll
	f := v2Canceling(t)
	f.on("/overview", answerJSON(200, `{"projectVersion":"3.0.0"}`))
	client := newTestClient(t, nil, f)
	snapshot(t, client)
	f.on("/overview", answerJSON(200, `{"projectVersion":"2.3.13"}`))
	_, _, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob, Force: true})
	wantError(t, err, coordinator.ErrNotSupported, "this one says 2.3.13")
	// or that does not say any more what it is
	f.on("/overview", f.hang)
	_, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob, Force: true})
	wantError(t, err, coordinator.ErrUnreachable)
	if delivered != coordinator.DeliveredNo || len(f.posts()) != 0 {
		t.Errorf("delivered %q, %d requests", delivered, len(f.posts()))
	}
}

func TestS41_RedirectOfAStopIsNotFollowed(t *testing.T) {
	other := v2Canceling(t)
	for status, want := range map[int]coordinator.Delivered{
		301: coordinator.DeliveredRefused, 302: coordinator.DeliveredRefused, 303: coordinator.DeliveredUnknown,
		307: coordinator.DeliveredRefused, 308: coordinator.DeliveredRefused,
	} {
		for _, target := range []string{"/elsewhere", other.URL + "/stop-job"} {
			f := v2Canceling(t)
			f.on("/stop-job", redirecting(status, target))
			client := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "pass-word" }, f)
			answer, delivered, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
			wantError(t, err, coordinator.ErrBadAnswer, fmt.Sprintf("answered a redirect (%d) to %s", status, target))
			if delivered != want || answer.Status != status {
				t.Errorf("%d: delivered %q, status %d", status, delivered, answer.Status)
			}
			if len(f.posts()) != 1 || len(f.asked("/elsewhere")) != 0 || len(other.asked("")) != 0 {
				t.Errorf("%d: the redirect was followed", status)
			}
		}
	}
}

func TestStop_CredentialsNeverComeBack(t *testing.T) {
	const password = "correct horse"
	pair := base64.StdEncoding.EncodeToString([]byte("operator:" + password))
	for _, padding := range []int{0, coordinator.MaxAnswerBytes - 40, coordinator.MaxAnswerBytes - 5} {
		for _, status := range []int{200, 400, 500} {
			f := v2Canceling(t)
			f.on("/stop-job", func(w http.ResponseWriter, r *http.Request) {
				answerJSON(status, `{"jobId":"`+cancelingJob+`","message":"`+strings.Repeat("x", padding)+r.Header.Get("Authorization")+" "+password+`"}`)(w, r)
			})
			client := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", password }, f)
			answer, _, err := stop(t, client, coordinator.StopRequest{Address: f.URL, Job: cancelingJob})
			if posts := f.posts(); posts[0].authorization != "Basic "+pair {
				t.Fatalf("authorization is %q", posts[0].authorization)
			}
			text := fmt.Sprintf("%+v %v %+v", answer, err, errors.Unwrap(err))
			// Half of a credential at the cut would be one too much.
			for _, secret := range []string{pair, password, pair[:12], password[:8]} {
				if strings.Contains(text, secret) {
					t.Errorf("padding %d, status %d: %q is shown: %s", padding, status, secret, text)
				}
			}
			if len(answer.Body) > coordinator.MaxAnswerBytes {
				t.Errorf("the body has %d bytes", len(answer.Body))
			}
		}
	}
}
