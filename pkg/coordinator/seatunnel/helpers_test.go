package seatunnel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Time limits of the tests: short, so that what hangs is seen soon, and long
// enough for a busy machine.
const (
	testRequestTimeout = time.Second
	testPollDeadline   = 5 * time.Second
	// testSlack is what a call may take longer than its deadline on a busy
	// machine.
	testSlack = 700 * time.Millisecond
)

// shanghai is the zone of the engine that most samples were captured from in
// the tests of time zones.
func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatalf("the zone Asia/Shanghai is not known here: %v", err)
	}
	return zone
}

// sample gives a captured answer.
func sample(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// request is one request that a fake received.
type request struct {
	method, path, query, body, authorization string
	header                                   http.Header
}

// fake is an HTTP server that answers like a SeaTunnel member and logs what it
// was asked.
type fake struct {
	*httptest.Server
	t testing.TB

	mutex    sync.Mutex
	routes   map[string]http.HandlerFunc
	requests []request
	// over is closed when the test ends; hanging handlers wait for it.
	over chan struct{}
}

// newFake starts a server without routes: unknown paths answer like Jetty.
func newFake(t testing.TB) *fake {
	return startFake(t, func(h http.Handler) *httptest.Server { return httptest.NewServer(h) })
}

func startFake(t testing.TB, serve func(http.Handler) *httptest.Server) *fake {
	t.Helper()
	f := &fake{t: t, routes: map[string]http.HandlerFunc{}, over: make(chan struct{})}
	f.Server = serve(f)
	t.Cleanup(func() {
		close(f.over)
		f.Server.Close()
	})
	return f
}

// ServeHTTP logs the request and answers by route.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body strings.Builder
	if r.Body != nil {
		buffer := make([]byte, 4096)
		for {
			n, err := r.Body.Read(buffer)
			body.Write(buffer[:n])
			if err != nil {
				break
			}
		}
	}
	f.mutex.Lock()
	f.requests = append(f.requests, request{r.Method, r.URL.Path, r.URL.RawQuery, body.String(), r.Header.Get("Authorization"), r.Header.Clone()})
	route := f.routes[r.URL.Path]
	f.mutex.Unlock()
	if route == nil {
		html(http.StatusNotFound, "<html><body><h2>HTTP ERROR 404 Not Found</h2></body></html>")(w, r)
		return
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

// answerJSON gives a JSON answer.
func answerJSON(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func html(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// closing closes the connection without an answer, as Hazelcast does for paths
// outside its own.
func closing(w http.ResponseWriter, _ *http.Request) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// v2Canceling is a fake with the answers of engine-server 2.3.13 with one job
// in CANCELING whose final status was lost.
func v2Canceling(t testing.TB) *fake {
	f := newFake(t)
	f.on("/overview", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-overview.json")))
	f.on("/running-jobs", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-running-jobs_page_1_rows_1.json")))
	f.on("/system-monitoring-information", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-system-monitoring-information.json")))
	f.on("/pending-jobs", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-pending-jobs.json")))
	f.on("/job-info/"+cancelingJob, answerJSON(200, sample(t, "v2-2.3.13-CANCELING-job-info_JOBID.json")))
	f.on("/job-info/123", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-job-info_123.json")))
	f.on("/job-info/"+forcedJob, answerJSON(200, sample(t, "v2-2.3.13-job-info-after-force-stop.json")))
	f.on("/finished-jobs/CANCELED", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-finished-jobs_CANCELED.json")))
	f.on("/running-threads", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-running-threads.json")))
	return f
}

// Jobs of the samples.
const (
	cancelingJob = "1176934705099112449"
	forcedJob    = "1176934705098915841"
	v1Job        = "1176941077140078593"
)

// v1Canceling is a fake with the answers of an unmodified 2.3.8: REST v1 only,
// no Date header, the connection is closed for paths outside /hazelcast.
func v1Canceling(t testing.TB) *fake {
	f := newFake(t)
	v1 := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil
			answerJSON(200, body)(w, r)
		}
	}
	for _, path := range []string{"/overview", "/metrics", "/pending-jobs", "/running-jobs", "/system-monitoring-information"} {
		f.on(path, closing)
	}
	f.on(v1Prefix+"/overview", v1(sample(t, "v1-2.3.8-overview.json")))
	f.on(v1Prefix+"/running-jobs", v1(sample(t, "v1-2.3.8-running-jobs.json")))
	f.on(v1Prefix+"/system-monitoring-information", v1(sample(t, "v1-2.3.8-system-monitoring-information.json")))
	f.on(v1Prefix+"/job-info/"+v1Job, v1(sample(t, "v1-2.3.8-job-info.json")))
	f.on(v1Prefix+"/running-threads", v1(sample(t, "v1-2.3.8-worker-RUNNING-running-threads.json")))
	f.on(v1Metrics, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		_, _ = w.Write([]byte(sample(t, "v1-2.3.8-metrics.txt")))
	})
	return f
}

// newTestClient gives a client for the fakes as masters, changed by change.
func newTestClient(t testing.TB, change func(*Config), masters ...*fake) coordinator.Client {
	t.Helper()
	config := Config{RequestTimeout: testRequestTimeout, PollDeadline: testPollDeadline}
	for _, f := range masters {
		config.Masters = append(config.Masters, f.URL)
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

// joined gives texts as one, for searching.
func joined(texts []string) string { return strings.Join(texts, "\n") }

// asJSON is for comparing values in messages.
func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
