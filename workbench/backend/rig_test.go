package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/process"
)

const runningJob = "733584788375666689"

// coordinatorDouble is a SeaTunnel over REST v2 with one running job, in the
// shapes of the captured samples. Its requests that are no reads are counted.
type coordinatorDouble struct {
	server *httptest.Server
	mu     sync.Mutex
	stops  int
}

func newCoordinatorDouble(t *testing.T) *coordinatorDouble {
	t.Helper()
	double := &coordinatorDouble{}
	double.server = httptest.NewServer(http.HandlerFunc(double.serve))
	t.Cleanup(double.server.Close)
	return double
}

func (c *coordinatorDouble) serve(w http.ResponseWriter, r *http.Request) {
	created := time.Now().UTC().Add(-time.Hour).Format(time.DateTime)
	job := map[string]any{"jobId": runningJob, "jobName": "orders to lake", "jobStatus": "RUNNING", "createTime": created, "envOptions": map[string]string{}, "jobDag": map[string]any{}, "metrics": map[string]any{}}
	var body any = map[string]string{"status": "fail", "message": "not found"}
	switch path := r.URL.Path; {
	case path == "/overview":
		body = map[string]string{"projectVersion": "3.0.0", "gitCommitAbbrev": "5c8a4c0", "runningJobs": "1", "finishedJobs": "0", "failedJobs": "0", "pendingJobs": "0", "cancelledJobs": "0", "workers": "1"}
	case path == "/system-monitoring-information":
		body = []map[string]string{{"isMaster": "true", "host": "127.0.0.1", "port": "5801", "cluster.timeDiff": "0"}}
	case path == "/running-jobs" && r.URL.Query().Has("page"):
		body = map[string]any{"data": []any{job}, "total": 1}
	case path == "/running-jobs":
		body = []any{job}
	case path == "/pending-jobs":
		body = map[string]any{"queueSummary": map[string]int{"size": 0}, "clusterSnapshot": map[string]any{"workerCount": 1, "workers": []any{}}, "pendingJobs": []any{}}
	case path == "/job-info/"+runningJob:
		body = job
	case strings.HasPrefix(path, "/finished-jobs"):
		body = []any{}
	case path == "/stop-job":
		c.mu.Lock()
		c.stops++
		c.mu.Unlock()
		body = map[string]string{"jobId": runningJob}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	_ = json.NewEncoder(w).Encode(body)
}

func (c *coordinatorDouble) stopsSeen() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stops
}

// rig is a workbench with one data source on a double.
type rig struct {
	t      *testing.T
	server *httptest.Server
	double *coordinatorDouble
}

func newRig(t *testing.T) *rig {
	t.Helper()
	double := newCoordinatorDouble(t)
	shared := process.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "unjam.db"), "test", slog.New(slog.DiscardHandler))
	sources, err := openSources(t.Context(), shared.Process, []source{{
		UID: "lake", Name: "Lake", SecureJSONData: map[string]string{"password": "swordfish"},
		JSONData: map[string]any{"urls": []string{double.server.URL}, "username": "unjam", "pollIntervalSeconds": 2, "actions": map[string]any{"enabled": true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	page := fstest.MapFS{"index.html": {Data: []byte("<title>Unjam workbench</title>")}, "public/workbench.js": {Data: []byte("go()")}}
	server := httptest.NewServer(newHandler(sources, page))
	t.Cleanup(func() {
		server.Close()
		sources.dispose()
		_ = shared.Close()
	})
	return &rig{t: t, server: server, double: double}
}

// answer is what the workbench answered.
type answer struct {
	status  int
	headers http.Header
	text    string
	body    map[string]any
}

// ask sends a request. A header named Host is the host that is asked for.
func (r *rig) ask(method, path, body string, headers map[string]string) answer {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for name, value := range headers {
		if name == "Host" {
			request.Host = value
			continue
		}
		request.Header.Set(name, value)
	}
	response, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	got := answer{status: response.StatusCode, headers: response.Header, text: string(text)}
	_ = json.Unmarshal(text, &got.body)
	return got
}

// as are the headers of a request by somebody.
func as(login string, more ...string) map[string]string {
	headers := map[string]string{"Content-Type": "application/json", "Cookie": personCookie + "=" + login}
	for index := 0; index+1 < len(more); index += 2 {
		headers[more[index]] = more[index+1]
	}
	return headers
}
