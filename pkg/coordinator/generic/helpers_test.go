package generic

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Time limits of the tests: short, so that what hangs is seen soon, and long
// enough for a busy machine.
const (
	testRequestTimeout = 600 * time.Millisecond
	testPollDeadline   = 3 * time.Second
	// testSlack is what a call may take longer than its bound on a busy machine.
	testSlack = 700 * time.Millisecond
)

// Answers of a coordinator with two jobs, one of which hangs in canceling.
const (
	stuckID     = "733584788375666689"
	everything  = `{"cancel":true,"forceStop":true,"delivery":true,"parents":true}`
	membersJSON = `{"master":"node1:7000","members":[{"address":"node2:7000","name":"node2","state":"UP"},{"address":"node1:7000"}]}`
	stuckJSON   = `{"id":"` + stuckID + `","name":"nightly","state":"canceling","word":"STOPPING","createdAt":"2026-01-02T05:04:05.25+02:00","nodes":["node2:7000","node1:7000"],"parent":"p-1","mine":[1]}`
	runningJSON = `{"id":"p-1","name":"parent","state":"running","createdAt":"2026-01-02T03:00:00Z"}`
	pageJSON    = `{"jobs":[` + runningJSON + `,` + stuckJSON + `],"restoring":["r-2","r-1"]}`
	deliverJSON = `{"deliveries":[
		{"node":"node2","peer":"node1","reachable":true,"lostSince":"2026-01-02T03:00:00Z"},
		{"node":"node1","peer":"node2","reachable":false,"lostSince":"2026-01-02T04:00:00+01:00","sentLimit":10000,"sentSinceLoss":0,"sentBytes":2000,"undelivered":12,"inboundHeld":3,"inboundTimeoutSeconds":3600,"nodeStartedAt":"2026-01-01T00:00:00Z"}]}`
	unknownJSON = `{"error":"no such job"}`
)

// request is one request that a fake received.
type request struct {
	method, path, query, body string
	header                    http.Header
}

// fake is an HTTP server that answers like a coordinator of the contract and
// logs what it was asked.
type fake struct {
	*httptest.Server
	mutex    sync.Mutex
	routes   map[string]http.HandlerFunc
	requests []request
	// over is closed when the test ends; hanging handlers wait for it.
	over chan struct{}
}

// newFake starts a coordinator that offers everything.
func newFake(t testing.TB) *fake {
	t.Helper()
	f := &fake{routes: map[string]http.HandlerFunc{}, over: make(chan struct{})}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		close(f.over)
		f.Server.Close()
	})
	f.on("/info", infoNow(everything))
	f.on("/members", answer(200, membersJSON))
	f.on("/jobs", answer(200, pageJSON))
	f.on("/jobs/"+stuckID, answer(200, stuckJSON))
	f.on("/delivery", answer(200, deliverJSON))
	for _, stop := range []string{pathCancel, pathForceStop} {
		f.on("/jobs/"+stuckID+stop, answer(202, `{"id":"`+stuckID+`"}`))
	}
	return f
}

// ServeHTTP logs the request and answers by route.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mutex.Lock()
	f.requests = append(f.requests, request{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header.Clone()})
	route := f.routes[r.URL.Path]
	f.mutex.Unlock()
	if route == nil {
		route = answer(404, unknownJSON)
	}
	route(w, r)
}

// on sets the answer to a path.
func (f *fake) on(path string, handler http.HandlerFunc) *fake {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.routes[path] = handler
	return f
}

// asked gives the logged requests for a path; "" for all.
func (f *fake) asked(path string) []request {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var found []request
	for _, r := range f.requests {
		if path == "" || r.path == path {
			found = append(found, r)
		}
	}
	return found
}

// posts gives the logged requests that are no reads.
func (f *fake) posts() []request {
	var found []request
	for _, r := range f.asked("") {
		if r.method != http.MethodGet {
			found = append(found, r)
		}
	}
	return found
}

// hang answers nothing until the client goes or the test ends.
func (f *fake) hang(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-f.over:
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func html(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// infoAt answers /info with a clock that is ahead of ours.
func infoAt(ahead time.Duration, capabilities string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(ahead).UTC().Format(time.RFC3339Nano)
		answer(200, `{"contract":1,"name":"Acme Jobs","version":"4.2","time":"`+now+`","startedAt":"`+now+`","capabilities":`+capabilities+`}`)(w, r)
	}
}

func infoNow(capabilities string) http.HandlerFunc { return infoAt(0, capabilities) }

// closing closes the connection without an answer.
func closing(w http.ResponseWriter, _ *http.Request) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// newTestClient gives a client for the fakes, changed by change.
func newTestClient(t testing.TB, change func(*Config), fakes ...*fake) coordinator.Client {
	t.Helper()
	config := Config{RequestTimeout: testRequestTimeout, PollDeadline: testPollDeadline}
	for _, f := range fakes {
		config.Addresses = append(config.Addresses, f.URL)
	}
	if change != nil {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// snapshot polls and fails the test on an error.
func snapshot(t testing.TB, client coordinator.Client) *coordinator.Snapshot {
	t.Helper()
	s, err := client.Snapshot(context.Background())
	if err != nil {
		t.Fatalf("Snapshot: %v", err)
	}
	return s
}

// within fails the test if f takes longer than its bound.
func within(t testing.TB, bound time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > bound+testSlack {
		t.Errorf("took %v, and the bound is %v", took, bound)
	}
}

// wantError checks an error's kind and that its sentence has all parts.
func wantError(t testing.TB, err, kind error, parts ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error is %v, want one of kind %q", err, kind)
	}
	wantParts(t, err.Error(), parts...)
}

func wantParts(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("text lacks %q: %s", part, text)
		}
	}
}
