package generic

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// created is stuckJSON's createdAt in a zone of its own.
var created = time.Date(2026, 1, 1, 22, 4, 5, 250_000_000, time.FixedZone("", -5*3600))

// stop asks to stop the stuck job and gives the answer and, if it failed, what
// is known about the request.
func stop(t testing.TB, client coordinator.Client, force bool, address string) (coordinator.StopAnswer, coordinator.Delivered, error) {
	t.Helper()
	return stopWith(t, client, coordinator.StopRequest{Address: address, Job: stuckID, CreateTime: created, Force: force})
}

func stopWith(t testing.TB, client coordinator.Client, request coordinator.StopRequest) (coordinator.StopAnswer, coordinator.Delivered, error) {
	t.Helper()
	answer, err := client.Stop(t.Context(), request)
	if err == nil {
		return answer, "", nil
	}
	var failed *coordinator.StopError
	if !errors.As(err, &failed) {
		t.Fatalf("error is no StopError: %v", err)
	}
	return answer, failed.Delivered, err
}

func TestS27_OnePostForThePlannedIDWithItsCreationTime(t *testing.T) {
	for path, force := range map[string]bool{"/cancel": false, "/force-stop": true} {
		f := newFake(t)
		answer, _, err := stop(t, newTestClient(t, nil, f), force, f.URL)
		if err != nil || answer.Status != 202 || answer.Body != `{"id":"`+stuckID+`"}` || answer.Address != f.URL {
			t.Errorf("%s: %+v, %v", path, answer, err)
		}
		posts := f.posts()
		if len(posts) != 1 || posts[0].path != "/jobs/"+stuckID+path || posts[0].query != "" || posts[0].body != `{"createdAt":"2026-01-02T03:04:05.25Z"}` ||
			posts[0].header.Get("Content-Type") != "application/json" || posts[0].header.Get("Idempotency-Key") != "" || posts[0].header.Get("Connection") != "close" {
			t.Errorf("%s: posts are %+v", path, posts)
		}
	}
}

func TestS33_SlowAnswerIsOneRequest(t *testing.T) {
	f := newFake(t)
	f.on("/jobs/"+stuckID+"/force-stop", f.hang)
	client := newTestClient(t, nil, f)
	snapshot(t, client) // connections are kept open by now
	within(t, testRequestTimeout, func() {
		_, delivered, err := stop(t, client, true, f.URL)
		wantError(t, err, coordinator.ErrUnreachable, f.URL+"/jobs/"+stuckID+"/force-stop", "no complete answer within 600ms")
		if delivered != coordinator.DeliveredUnknown {
			t.Errorf("delivered %q", delivered)
		}
	})
	time.Sleep(50 * time.Millisecond)
	if posts := f.posts(); len(posts) != 1 {
		t.Errorf("%d requests were sent", len(posts))
	}
}

func TestS32_DiesAfterTheRequestLeft(t *testing.T) {
	f := newFake(t).on("/jobs/"+stuckID+"/cancel", closing)
	client := newTestClient(t, nil, f)
	snapshot(t, client)
	_, delivered, err := stop(t, client, false, f.URL)
	wantError(t, err, coordinator.ErrUnreachable, "closed without an answer", "delivered: unknown")
	if delivered != coordinator.DeliveredUnknown || len(f.posts()) != 1 {
		t.Errorf("delivered %q with %d requests", delivered, len(f.posts()))
	}
}

func TestS31_WhatIsKnownByTheAnswer(t *testing.T) {
	ok := `{"id":"` + stuckID + `"}`
	for name, test := range map[string]struct {
		answer    http.HandlerFunc
		delivered coordinator.Delivered
		kind      error
		part      string
	}{
		"200":         {answer(200, ok), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "the contract's answer to a stop is 202"},
		"204":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "answered 204"},
		"another job": {answer(202, `{"id":"7"}`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "not with the job's id"},
		"a number":    {answer(202, `{"id":`+stuckID+`}`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "not with the job's id"},
		"no body":     {answer(202, ""), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "not with the job's id"},
		"a login":     {html(200, "<html>login</html>"), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "answered 200"},
		"500":         {answer(500, `{"error":"x"}`), coordinator.DeliveredUnknown, coordinator.ErrBadAnswer, "500 Internal Server Error: x"},
		"503":         {html(503, "<html>"), coordinator.DeliveredUnknown, coordinator.ErrUnreachable, "503"},
		"409":         {answer(409, `{"error":"the job has ended."}`), coordinator.DeliveredRefused, coordinator.ErrBadAnswer, "409 Conflict: the job has ended. Look at the job anew"},
		"404":         {answer(404, unknownJSON), coordinator.DeliveredRefused, coordinator.ErrNotFound, "does not know job " + stuckID},
		"404 HTML":    {html(404, "<html>"), coordinator.DeliveredRefused, coordinator.ErrBadAnswer, "answered 404"},
		"400":         {answer(400, `{"error":"createdAt is missing"}`), coordinator.DeliveredRefused, coordinator.ErrBadAnswer, "createdAt is missing"},
		"401":         {answer(401, `{"error":"who?"}`), coordinator.DeliveredRefused, coordinator.ErrUnauthorised, "401"},
		"403":         {answer(403, `{"error":"read only"}`), coordinator.DeliveredRefused, coordinator.ErrUnauthorised, "read only"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on("/jobs/"+stuckID+"/cancel", test.answer)
			answer, delivered, err := stop(t, newTestClient(t, nil, f), false, f.URL)
			wantError(t, err, test.kind, f.URL+"/jobs/"+stuckID+"/cancel", test.part)
			if delivered != test.delivered || answer.Status == 0 || len(f.posts()) != 1 {
				t.Errorf("delivered %q, status %d, %d requests", delivered, answer.Status, len(f.posts()))
			}
		})
	}
}

func TestStop_NotDelivered(t *testing.T) {
	f, other := newFake(t), newFake(t)
	client := newTestClient(t, nil, f)
	request := coordinator.StopRequest{Address: f.URL, Job: stuckID, CreateTime: created}
	for name, test := range map[string]struct {
		change func(*coordinator.StopRequest)
		kind   error
	}{
		"an address that is not configured": {func(r *coordinator.StopRequest) { r.Address = other.URL }, coordinator.ErrNotSupported},
		"no address":                        {func(r *coordinator.StopRequest) { r.Address = "" }, coordinator.ErrNotSupported},
		"an id that is none":                {func(r *coordinator.StopRequest) { r.Job = "../members" }, coordinator.ErrNotFound},
		"an id with a query":                {func(r *coordinator.StopRequest) { r.Job = "1?x=" }, coordinator.ErrNotFound},
		"no creation time":                  {func(r *coordinator.StopRequest) { r.CreateTime = time.Time{} }, coordinator.ErrNotSupported},
	} {
		changed := request
		test.change(&changed)
		_, delivered, err := stopWith(t, client, changed)
		if delivered != coordinator.DeliveredNo || !errors.Is(err, test.kind) {
			t.Errorf("%s: delivered %q, %v", name, delivered, err)
		}
	}
	if len(f.posts())+len(other.asked("")) != 0 {
		t.Errorf("sent were %+v and %+v", f.posts(), other.asked(""))
	}
	f.Server.CloseClientConnections()
	_ = f.Server.Listener.Close()
	_, delivered, err := stopWith(t, client, request)
	wantError(t, err, coordinator.ErrUnreachable, "connection refused", "delivered: no")
	if delivered != coordinator.DeliveredNo {
		t.Errorf("delivered %q", delivered)
	}
}

func TestS38_WhatIsNotOfferedIsNotSent(t *testing.T) {
	// Given an address that offered a force stop before a failover
	f := newFake(t)
	client := newTestClient(t, nil, f)
	if !snapshot(t, client).Capabilities.ForceStop.Supported {
		t.Fatal("the fake offers nothing")
	}
	f.on("/info", infoNow(`{"cancel":true}`))
	_, delivered, err := stop(t, client, true, f.URL)
	wantError(t, err, coordinator.ErrNotSupported, "does not offer a force stop")
	if delivered != coordinator.DeliveredNo || len(f.posts()) != 0 {
		t.Errorf("delivered %q, posts %+v", delivered, f.posts())
	}
	// and where /info does not answer, nothing is sent either
	f.on("/info", f.hang)
	if _, delivered, err := stop(t, client, false, f.URL); delivered != coordinator.DeliveredNo || err == nil || len(f.posts()) != 0 {
		t.Errorf("delivered %q, posts %+v, %v", delivered, f.posts(), err)
	}
}

func TestJob_WhatAReadingProves(t *testing.T) {
	for state, proof := range map[string]coordinator.Proof{
		"running": coordinator.ProofOpen, "canceling": coordinator.ProofOpen, "pending": coordinator.ProofOpen, "savepointing": coordinator.ProofOpen, "failing": coordinator.ProofOpen,
		"finished": coordinator.ProofEnded, "failed": coordinator.ProofEnded, "canceled": coordinator.ProofEnded,
		"unknown": coordinator.ProofNone, "lost": coordinator.ProofNone, "UNKNOWABLE": coordinator.ProofNone, "FINISHED": coordinator.ProofNone,
	} {
		f := newFake(t)
		f.on("/jobs/"+stuckID, answer(200, `{"id":"`+stuckID+`","name":"n","state":"`+state+`","createdAt":"2026-01-02T03:00:00Z","endedAt":"2026-01-02T04:00:00Z","error":"`+strings.Repeat("é", 3000)+`"}`))
		reading, err := newTestClient(t, nil, f).Job(t.Context(), "", stuckID)
		if err != nil || reading.Proof != proof || reading.Address != f.URL || reading.Master != "node1:7000" || reading.Split != nil || reading.ReadAt.IsZero() {
			t.Errorf("%s: %+v, %v", state, reading, err)
		}
		if len(reading.Job.Error) != coordinator.MaxErrorBytes || reading.Job.FinishTime.Hour() != 4 {
			t.Errorf("%s: %d bytes of error, ended %v", state, len(reading.Job.Error), reading.Job.FinishTime)
		}
	}
}

func TestS31_NotEvenAnAnswerProvesAnEnd(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		kind   error
		part   string
	}{
		"a bare id":      {answer(200, `{"id":"`+stuckID+`"}`), coordinator.ErrBadAnswer, "has no state"},
		"another job":    {answer(200, strings.Replace(runningJSON, "running", "canceled", 1)), coordinator.ErrBadAnswer, "the answer is about job p-1"},
		"never heard of": {answer(404, unknownJSON), coordinator.ErrNotFound, "does not know job " + stuckID},
		"a proxy's 404":  {html(404, "<html>"), coordinator.ErrBadAnswer, "answered 404"},
		"a bare 404":     {answer(404, ""), coordinator.ErrBadAnswer, "answered 404"},
		"null":           {answer(200, "null"), coordinator.ErrBadAnswer, "a job is null"},
	} {
		f := newFake(t).on("/jobs/"+stuckID, test.answer)
		reading, err := newTestClient(t, nil, f).Job(t.Context(), f.URL, stuckID)
		wantError(t, err, test.kind, test.part)
		if reading.Proof == coordinator.ProofEnded {
			t.Errorf("%s proves an end", name)
		}
	}
}

func TestJob_OfSeveralAddresses(t *testing.T) {
	gone, knows := newFake(t), newFake(t)
	gone.on("/jobs/"+stuckID, answer(404, unknownJSON))
	client := newTestClient(t, nil, gone, knows)
	if reading, err := client.Job(t.Context(), "", stuckID); err != nil || reading.Address != knows.URL {
		t.Errorf("reading is %+v, %v", reading, err)
	}
	// The one that is named is asked alone.
	_, err := client.Job(t.Context(), gone.URL, stuckID)
	wantError(t, err, coordinator.ErrNotFound)
	_, err = client.Job(t.Context(), "http://elsewhere.example", stuckID)
	wantError(t, err, coordinator.ErrNotSupported, "not among those in the settings")
	_, err = client.Job(t.Context(), "", "a/b")
	wantError(t, err, coordinator.ErrNotFound, "no job id of the contract")
}
