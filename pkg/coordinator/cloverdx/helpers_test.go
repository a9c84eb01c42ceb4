package cloverdx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Time limits of the tests: short, so that what hangs is seen soon, and long
// enough for a busy machine.
const (
	testRequestTimeout = 1500 * time.Millisecond
	testPollDeadline   = 6 * time.Second
	testSlack          = 1500 * time.Millisecond
)

// logged is one request that a fake received.
type logged struct {
	method, path, query, body string
	header                    http.Header
}

// run is an execution of a fake.
type run struct {
	id                         int64
	file, status, node, parent string
}

// fake is a CloverDX Server as its documents describe it: REST, the simple HTTP
// API and the accessibility test, under /clover.
type fake struct {
	*httptest.Server
	t testing.TB

	mutex    sync.Mutex
	runs     []run
	rest     bool
	simple   string // the base of the simple HTTP API; "" for none
	filters  bool   // whether REST honours its status filter
	routes   map[string]http.HandlerFunc
	requests []logged
	over     chan struct{}
}

// newFake starts a server with REST and without the simple HTTP API.
func newFake(t testing.TB, runs ...run) *fake {
	t.Helper()
	f := &fake{t: t, runs: runs, rest: true, filters: true, routes: map[string]http.HandlerFunc{}, over: make(chan struct{})}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		close(f.over)
		f.Server.Close()
	})
	return f
}

// address is what is configured.
func (f *fake) address() string { return f.URL + "/clover" }

// ServeHTTP logs the request and answers.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	path, inside := strings.CutPrefix(r.URL.Path, "/clover")
	f.mutex.Lock()
	f.requests = append(f.requests, logged{r.Method, path, r.URL.RawQuery, string(body), r.Header.Clone()})
	route := f.routes[path]
	rest, simple := f.rest, f.simple
	f.mutex.Unlock()
	operation, isSimple := strings.CutPrefix(path, simple+"/")
	switch {
	case route != nil:
		route(w, r)
	case !inside:
		html(404, "<html>404</html>")(w, r)
	case r.Header.Get("X-Requested-By") == "":
		html(403, "<html>CSRF</html>")(w, r)
	case rest && strings.HasPrefix(path, restBase+"/executions"):
		f.serveREST(w, r, strings.TrimPrefix(path, restBase+"/executions"))
	case simple != "" && isSimple:
		f.serveSimple(w, r, operation)
	default:
		html(404, "<html>404</html>")(w, r)
	}
}

func (f *fake) serveREST(w http.ResponseWriter, r *http.Request, rest string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if id, abort := strings.CutSuffix(strings.TrimPrefix(rest, "/"), "/abort"); rest != "" {
		for i, one := range f.runs {
			if strconv.FormatInt(one.id, 10) == id {
				if abort {
					f.runs[i].status = "ABORTED"
				}
				answerJSON(200, asJSON(one.rest(f.address())))(w, r)
				return
			}
		}
		answerJSON(404, `{"message":"no such execution"}`)(w, r)
		return
	}
	var all []run
	wanted := r.URL.Query().Get("status")
	for _, one := range f.runs {
		if !f.filters || wanted == "" || one.status == wanted {
			all = append(all, one)
		}
	}
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	start, _ := strconv.Atoi(r.URL.Query().Get("startIndex"))
	members := []any{}
	for i := start; i < min(start+size, len(all)); i++ {
		members = append(members, all[i].rest(f.address()))
	}
	answerJSON(200, asJSON(map[string]any{"@self": f.address() + restBase + "/executions", "@type": "ExecutionCollection", "@totalItems": len(all), "@startIndex": start, "@pageItems": len(members), "members": members}))(w, r)
}

// rest gives an execution as REST does.
func (r run) rest(address string) map[string]any {
	fields := map[string]any{
		"@self": fmt.Sprintf("%s%s/executions/%d", address, restBase, r.id), "@type": "Execution", "runId": r.id,
		"sandboxCode": "dwh", "jobFile": r.file, "status": r.status, "node": r.node, "submitTime": "2026-11-22T10:00:00.000+0000",
		"durationString": "5 s", "user": map[string]any{"name": "clover"},
	}
	if r.parent != "" {
		fields["parentRunId"] = r.parent
	}
	return fields
}

func (r run) row() string {
	return fmt.Sprintf("execution|%d|%s|clover|dwh|%s|2026-11-22 10:00:00||%s|1", r.id, r.status, r.file, r.node)
}

func (f *fake) serveSimple(w http.ResponseWriter, r *http.Request, operation string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	query := r.URL.Query()
	var out strings.Builder
	switch operation {
	case "server_jobs":
		for _, one := range f.runs {
			if one.status == wordRunning {
				fmt.Fprintln(&out, one.id)
			}
		}
	case "executions_history":
		index, _ := strconv.Atoi(query.Get("index"))
		records, _ := strconv.Atoi(query.Get("records"))
		at := 0
		wanted := query.Get("status")
		for _, one := range f.runs {
			if one.status != wanted {
				continue
			}
			if at >= index && at < index+records {
				fmt.Fprintln(&out, one.row())
			}
			at++
		}
	case "graph_status", "graph_kill":
		for i, one := range f.runs {
			if strconv.FormatInt(one.id, 10) != query.Get("runID") {
				continue
			}
			if operation == "graph_kill" {
				f.runs[i].status = "ABORTED"
			}
			if query.Get("returnType") == "DESCRIPTION" {
				fmt.Fprintln(&out, f.runs[i].row())
			} else {
				fmt.Fprintln(&out, f.runs[i].status)
			}
			plain(200, out.String())(w, r)
			return
		}
		plain(404, "no such run")(w, r)
		return
	case "cluster_status":
		fmt.Fprintln(&out, "node02|http://10.0.0.2:8083/clover|0.1|SUSPENDED")
		fmt.Fprintln(&out, "node01|http://10.0.0.1:8083/clover|0.3|READY")
	default:
		html(404, "<html>unknown operation</html>")(w, r)
		return
	}
	plain(200, out.String())(w, r)
}

// on sets the answer to a path below /clover.
func (f *fake) on(path string, handler http.HandlerFunc) *fake {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.routes[path] = handler
	return f
}

// asked gives the logged requests whose path begins so.
func (f *fake) asked(path string) []logged {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var found []logged
	for _, r := range f.requests {
		if strings.HasPrefix(r.path, path) {
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

func answer(kind string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func answerJSON(status int, body string) http.HandlerFunc {
	return answer("application/json", status, body)
}
func html(status int, body string) http.HandlerFunc { return answer("text/html", status, body) }
func plain(status int, body string) http.HandlerFunc {
	return answer("text/plain;charset=UTF-8", status, body)
}

// redirecting answers with a redirect.
func redirecting(status int, target string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target)
		w.WriteHeader(status)
	}
}

// closing closes the connection without an answer.
func closing(w http.ResponseWriter, _ *http.Request) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// newTestClient gives a client for the fakes as servers, changed by change.
func newTestClient(t testing.TB, change func(*Config), servers ...*fake) coordinator.Client {
	t.Helper()
	config := Config{RequestTimeout: testRequestTimeout, PollDeadline: testPollDeadline}
	for _, f := range servers {
		config.Servers = append(config.Servers, f.address())
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

// patient is for tests with very much to read on a busy machine.
func patient(c *Config) { c.RequestTimeout, c.PollDeadline = time.Minute, time.Minute }

// snapshot polls and fails the test on an error.
func snapshot(t testing.TB, client coordinator.Client) *coordinator.Snapshot {
	t.Helper()
	s, err := client.Snapshot(context.Background())
	if err != nil {
		t.Fatalf("Snapshot: %v", err)
	}
	return s
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

// asJSON is for comparing values in messages.
func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// history gives ended executions.
func history(count int) []run {
	runs := make([]run, count)
	for i := range runs {
		runs[i] = run{id: int64(1000 + i), file: "graph/old.grf", status: "FINISHED_OK", node: "node01"}
	}
	return runs
}

// manyRunning gives running executions.
func manyRunning(count int) []run {
	runs := make([]run, count)
	for i := range runs {
		runs[i] = run{id: int64(500_000 + i), file: fmt.Sprintf("graph/load-%d.grf", i), status: wordRunning, node: "node0" + strconv.Itoa(i%3)}
	}
	return runs
}
