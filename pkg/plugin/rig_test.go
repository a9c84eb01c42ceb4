package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/health"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const stuckJob = "733584788375666689"

// coordinatorDouble is a small SeaTunnel over REST v2 with a log of requests.
// It answers in the shapes of the captured samples; the adapter's own tests
// and the real engine prove the shapes.
type coordinatorDouble struct {
	server *httptest.Server

	mu       sync.Mutex
	requests []string
	name     string
	state    string
	created  string
	version  string
	// down makes every answer an outage.
	down bool
	// onStop runs when a stop arrives.
	onStop func(c *coordinatorDouble)
	// threads is how many task threads of the job a worker shows.
	threads int
	// extra answers a request before all else; true when it did.
	extra func(w http.ResponseWriter, r *http.Request) bool
}

func newCoordinatorDouble(t *testing.T) *coordinatorDouble {
	t.Helper()
	c := &coordinatorDouble{name: "orders to lake", state: "RUNNING", version: "3.0.0", created: time.Now().UTC().Add(-time.Hour).Format("2006-01-02 15:04:05")}
	c.server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.server.Close)
	return c
}

func (c *coordinatorDouble) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r.Method+" "+r.URL.RequestURI())
	if c.down {
		panic(http.ErrAbortHandler)
	}
	if c.extra != nil && c.extra(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	path := r.URL.Path
	ended := c.state == "CANCELED" || c.state == "FINISHED" || c.state == "FAILED"
	switch {
	case path == "/overview":
		writeJSON(w, map[string]string{"projectVersion": c.version, "gitCommitAbbrev": "5c8a4c0", "totalSlot": "2", "unassignedSlot": "0", "runningJobs": "1", "finishedJobs": "0", "failedJobs": "0", "pendingJobs": "0", "cancelledJobs": "0", "workers": "1"})
	case path == "/system-monitoring-information":
		writeJSON(w, []map[string]string{{"isMaster": "true", "host": "127.0.0.1", "port": "5801", "cluster.timeDiff": "0"}, {"isMaster": "false", "host": "127.0.0.1", "port": "5802", "cluster.timeDiff": "0"}})
	case path == "/running-jobs":
		jobs := []any{}
		if !ended {
			jobs = append(jobs, c.job())
		}
		if r.URL.Query().Has("page") {
			writeJSON(w, map[string]any{"data": jobs, "total": len(jobs)})
			return
		}
		writeJSON(w, jobs)
	case path == "/pending-jobs":
		fmt.Fprintf(w, `{"queueSummary":{"size":0},"clusterSnapshot":{"workerCount":1,"workers":[{"address":"[127.0.0.1]:5802","runningJobIds":[%s]}]},"pendingJobs":[]}`, stuckJob)
	case path == "/job-info/"+stuckJob:
		writeJSON(w, c.job())
	case strings.HasPrefix(path, "/job-info/"):
		writeJSON(w, map[string]string{"jobId": strings.TrimPrefix(path, "/job-info/")})
	case strings.HasPrefix(path, "/finished-jobs"):
		jobs := []any{}
		if ended && strings.HasSuffix(path, c.state) {
			jobs = append(jobs, c.job())
		}
		if r.URL.Query().Has("page") {
			writeJSON(w, map[string]any{"data": jobs, "total": len(jobs)})
			return
		}
		writeJSON(w, jobs)
	case path == "/running-threads":
		threads := []map[string]string{}
		for range c.threads {
			threads = append(threads, map[string]string{"threadName": "BlockingWorker-TaskGroupLocation{jobId=" + stuckJob + ", pipelineId=1, taskGroupId=1}"})
		}
		writeJSON(w, threads)
	case path == "/stop-job":
		_, _ = io.Copy(io.Discard, r.Body)
		if c.onStop != nil {
			c.onStop(c)
		}
		writeJSON(w, map[string]string{"jobId": stuckJob})
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"status":"fail","message":"not found"}`))
	}
}

func (c *coordinatorDouble) job() map[string]any {
	return map[string]any{"jobId": stuckJob, "jobName": c.name, "jobStatus": c.state, "createTime": c.created, "startTime": c.created, "finishTime": c.created, "errorMsg": nil, "envOptions": map[string]string{}, "jobDag": map[string]any{}, "metrics": map[string]any{}}
}

func writeJSON(w io.Writer, body any) { _ = json.NewEncoder(w).Encode(body) }

func (c *coordinatorDouble) set(change func(c *coordinatorDouble)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// seen gives the logged requests that contain a text.
func (c *coordinatorDouble) seen(text string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []string
	for _, request := range c.requests {
		if strings.Contains(request, text) {
			found = append(found, request)
		}
	}
	return found
}

// rig is a whole plugin process with one data source.
type rig struct {
	t          *testing.T
	process    *Process
	datasource *Datasource
	// double is nil on a real engine.
	double *coordinatorDouble
	store  *store.Store
	// log is all that was logged, at every level.
	log *logged
	// metrics are the process' own, spans what was traced.
	metrics *prometheus.Registry
	spans   *tracetest.InMemoryExporter
	// later is what the clock of the limits on attempts is ahead, ahead what
	// Unjam's own clock is.
	later atomic.Int64
	ahead atomic.Int64
}

// logged keeps log lines as Grafana's own handler writes them (JSON) and the
// raw values beside them.
type logged struct {
	mu     sync.Mutex
	lines  strings.Builder
	values []string
}

func (l *logged) Enabled(context.Context, slog.Level) bool { return true }
func (l *logged) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logged) WithGroup(string) slog.Handler            { return l }

func (l *logged) Handle(_ context.Context, record slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.values = append(l.values, record.Message)
	fmt.Fprintf(&l.lines, "%s %s", record.Level, record.Message)
	record.Attrs(func(attr slog.Attr) bool {
		l.values = append(l.values, attr.Value.String())
		fmt.Fprintf(&l.lines, " %s=%s", attr.Key, attr.Value)
		return true
	})
	l.lines.WriteByte('\n')
	return nil
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// all gives the messages and values that were logged.
func (l *logged) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.values)
}

// newRig starts a process with a real store and a data source on the double,
// whose jsonData is the default one with changes.
func newRig(t *testing.T, change func(settings map[string]any)) *rig {
	t.Helper()
	double := newCoordinatorDouble(t)
	settings := map[string]any{
		"urls": []string{double.server.URL}, "clusterId": "lake", "pollIntervalSeconds": 2, "requestTimeoutSeconds": 2, "pollDeadlineSeconds": 2,
		"actions": map[string]any{"enabled": true, "minCancelingAgeSeconds": 30, "masterSettleSeconds": 10},
	}
	if change != nil {
		change(settings)
	}
	timing := action.Timing{Read: 2 * time.Second, Act: 2 * time.Second, Verify: 300 * time.Millisecond, VerifyEvery: 10 * time.Millisecond, ReconcileFor: time.Hour}
	r := newRigOn(t, settings, timing)
	r.double = double
	return r
}

// newRigOn starts a process with a real store and a data source with these
// settings.
func newRigOn(t *testing.T, settings map[string]any, timing action.Timing) *rig {
	t.Helper()
	r := &rig{t: t, log: &logged{}, metrics: prometheus.NewRegistry(), spans: tracetest.NewInMemoryExporter()}
	observer := health.New()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(r.spans)).Tracer("unjam")
	opened, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "unjam.db"), store.WithObserver(observer))
	if err != nil {
		t.Fatal(err)
	}
	r.store = opened
	logger := slog.New(r.log)
	clock := func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	registry := watch.NewRegistry(watch.Options{Now: clock, Store: opened, Logger: logger, Observer: observer, Tracer: tracer})
	if err := observer.Register(r.metrics, registry); err != nil {
		t.Fatal(err)
	}
	attempts := action.NewAttempts(func() time.Time { return time.Now().Add(time.Duration(r.later.Load())) })
	r.process = &Process{Registry: registry, Store: opened, History: opened, StoreLocation: opened.Location(), Attempts: attempts, Log: logger, Observer: observer, Tracer: tracer, Now: clock, Timing: timing}
	r.datasource = r.open(settings)
	t.Cleanup(func() {
		r.datasource.Dispose()
		registry.Close()
		_ = opened.Close()
	})
	return r
}

// pluginContext is Grafana's: org 1, data source "ds".
func pluginContext(user *backend.User) backend.PluginContext {
	//lint:ignore SA1019 Unjam's scope is the organisation
	return backend.PluginContext{OrgID: 1, PluginID: "unjam-coordinator-datasource", User: user, DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{UID: "ds"}}
}

func (r *rig) open(settings map[string]any) *Datasource { return r.openWith(settings) }

// openWith makes an instance as the SDK does when a data source is saved.
func (r *rig) openWith(settings map[string]any, change ...func(*backend.DataSourceInstanceSettings)) *Datasource {
	r.t.Helper()
	encoded, err := json.Marshal(settings)
	if err != nil {
		r.t.Fatal(err)
	}
	raw := backend.DataSourceInstanceSettings{UID: "ds", Name: "lake", JSONData: encoded}
	for _, one := range change {
		one(&raw)
	}
	instance, err := r.process.NewDatasource(backend.WithPluginContext(r.t.Context(), pluginContext(nil)), raw)
	if err != nil {
		r.t.Fatal(err)
	}
	datasource, ok := instance.(*Datasource)
	if !ok {
		r.t.Fatalf("the factory gives %T", instance)
	}
	return datasource
}

// waitFor waits until the watcher's view shows something.
func (r *rig) waitFor(what string, shown func(view *watch.View) bool) {
	r.t.Helper()
	// A busy machine is slow; a state that never comes is what fails.
	deadline := time.Now().Add(90 * time.Second)
	for !shown(r.datasource.lease.View()) {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s was not seen in time: %+v", what, r.datasource.lease.View())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// waitForState waits until a complete poll has shown the job in a state.
func (r *rig) waitForState(word string) {
	r.t.Helper()
	r.waitFor("the state "+word, func(view *watch.View) bool {
		job, found := view.Jobs.Find(stuckJob)
		return found && job.Listed && job.Episode.Word == word
	})
}

// answer is a resource's answer.
type answer struct {
	status  int
	headers map[string][]string
	body    map[string]any
	raw     string
	// parts is in how many parts it came.
	parts int
}

// call sends a resource request as Grafana does.
func (r *rig) call(user *backend.User, method, path, body string, headers map[string]string) answer {
	r.t.Helper()
	return callResource(r.t, r.datasource, user, method, path, body, headers)
}

func callResource(t *testing.T, datasource *Datasource, user *backend.User, method, path, body string, headers map[string]string) answer {
	t.Helper()
	request := &backend.CallResourceRequest{PluginContext: pluginContext(user), Method: method, Path: strings.TrimPrefix(strings.Split(path, "?")[0], "/"), URL: path, Body: []byte(body), Headers: map[string][]string{}}
	for name, value := range headers {
		request.Headers[name] = []string{value}
	}
	var got answer
	ctx := backend.WithPluginContext(t.Context(), request.PluginContext)
	err := datasource.CallResource(ctx, request, backend.CallResourceResponseSenderFunc(func(response *backend.CallResourceResponse) error {
		if got.parts++; got.parts == 1 {
			got.status, got.headers = response.Status, response.Headers
		}
		got.raw += string(response.Body)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if kind := got.headers["Content-Type"]; len(kind) == 1 && kind[0] != "application/json" {
		return got
	}
	if err := json.Unmarshal([]byte(got.raw), &got.body); err != nil {
		t.Fatalf("%s %s answered %q", method, path, got.raw)
	}
	return got
}

// intent are the headers of an honest mutation.
func intent(kind string) map[string]string {
	return map[string]string{"Content-Type": "application/json", "X-Unjam-Intent": kind}
}

var (
	admin = &backend.User{Login: "anna", Name: "Anna", Email: "anna@example.org", Role: "Admin"}
	// second may act, too.
	second = &backend.User{Login: "bert", Name: "Bert", Email: "bert@example.org", Role: "Admin"}
	viewer = &backend.User{Login: "vera", Role: "Viewer"}
	editor = &backend.User{Login: "egon", Role: "Editor"}
)

// query runs one query and gives its response.
func (r *rig) query(body string, headers map[string]string) backend.DataResponse {
	r.t.Helper()
	response, err := r.datasource.QueryData(context.Background(), &backend.QueryDataRequest{
		PluginContext: pluginContext(nil), Headers: headers, Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(body)}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return response.Responses["A"]
}

// verdict gives a guard's verdict in a plan; nil when it is not there.
func verdict(plan answer, guard string) map[string]any {
	for _, one := range plan.body["verdicts"].([]any) {
		if verdict := one.(map[string]any); verdict["guard"] == guard {
			return verdict
		}
	}
	return nil
}

// changeProcess gives data sources that are made from now on another process;
// those that run keep theirs, and what they read of it.
func (r *rig) changeProcess(change func(p *Process)) {
	changed := *r.process
	change(&changed)
	r.process = &changed
}

// waitForRecords waits until the records of acts hold so many that are open: a
// poll may have read them a moment before, and they are kept for seconds.
func (r *rig) waitForRecords(open int) {
	r.t.Helper()
	r.waitFor(fmt.Sprintf("%d open records", open), func(*watch.View) bool {
		aftermath, err := r.datasource.guard.Aftermath(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		return len(aftermath.Unconfirmed)+len(aftermath.Watched) == open
	})
}

// forceStop puts a settled force stop into the store, as if it had been made a
// while ago.
func (r *rig) forceStop(job coordinator.JobID, outcome action.Outcome, leftovers *action.Leftovers) action.Intent {
	r.t.Helper()
	scope, now := r.datasource.settings.Scope, time.Now()
	id := fmt.Sprintf("%032x", now.UnixNano())
	identity := action.Identity{Cluster: r.datasource.settings.Cluster, Job: job, State: coordinator.StateCanceling}
	actor := action.Actor{Login: "anna", Email: "anna@example.org", Role: "Admin"}
	card := action.JobCard{ID: job, Name: "orders to lake"}
	intent := action.Intent{ID: id, Kind: action.KindForceStop, Actor: actor, Card: card, Identity: identity, Reason: "stuck since the deploy", At: now, Phase: action.PhaseIntended, UpdatedAt: now}
	entry := action.AuditEntry{At: now, Event: action.AuditIntent, Actor: actor, Kind: intent.Kind, ActionID: id, Identity: &identity, Reason: intent.Reason}
	if err := r.store.SavePlan(r.t.Context(), scope, action.Plan{ID: id, Kind: intent.Kind, Actor: actor, Card: card, Identity: identity, CreatedAt: now, ExpiresAt: now.Add(time.Minute)}); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.store.Begin(r.t.Context(), scope, action.Begin{Intent: intent, Entry: entry, Now: now, Budget: 100, BudgetWindow: time.Hour}); err != nil {
		r.t.Fatal(err)
	}
	intent.Phase, intent.Outcome, intent.Leftovers = action.PhaseSettled, outcome, leftovers
	if _, err := r.store.Update(r.t.Context(), scope, intent, nil); err != nil {
		r.t.Fatal(err)
	}
	return intent
}
