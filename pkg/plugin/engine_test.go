//go:build engine

package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// cluster is a real SeaTunnel, started by engines/seatunnel.
type cluster struct {
	t   *testing.T
	dir string
	// TestBackport says that force stop was added by our test agent.
	TestBackport string `json:"testBackport"`
	Nodes        []struct {
		Name, Role, RestV1, RestV2 string
	} `json:"nodes"`
}

// engines are the versions that the tests run on: 2.3.8 speaks REST v1, the
// mixed 2.3.13 REST v2 (engines/seatunnel/README.md says what is mixed).
func engines() map[string][]string {
	return map[string][]string{"REST v1": {"--version", "2.3.8"}, "REST v2": {"--version", "v2"}}
}

// missing is the exit code of the engine's command where Java or Maven lack.
const missing = 3

// startCluster starts a cluster that ends with the test.
func startCluster(t *testing.T, options ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir()}
	t.Cleanup(func() { c.run("stop") })
	output := c.run("start", append(options, "--owner-pid", strconv.Itoa(os.Getpid()))...)
	if err := json.Unmarshal(output, c); err != nil {
		t.Fatalf("the engine's state is not readable: %v: %s", err, output)
	}
	if c.TestBackport != "" {
		t.Log(c.TestBackport)
	}
	return c
}

func (c *cluster) run(command string, options ...string) []byte {
	c.t.Helper()
	arguments := append([]string{"../../engines/seatunnel/cli.mjs", command, "--dir", c.dir}, options...)
	var said bytes.Buffer
	process := exec.Command("node", arguments...)
	process.Stderr = &said
	output, err := process.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == missing {
		c.t.Skipf("skipped: %s", strings.TrimSpace(said.String()))
	}
	if err != nil {
		c.t.Fatalf("engine %s: %v: %s", command, err, said.String())
	}
	return output
}

// watchedID is a job id as the timeline has it.
func watchedID(id string) coordinator.JobID { return coordinator.JobID(id) }

func (c *cluster) submit(name string) string {
	c.t.Helper()
	var job struct {
		JobID string `json:"jobId"`
	}
	if err := json.Unmarshal(c.run("submit", "--name", name), &job); err != nil || job.JobID == "" {
		c.t.Fatalf("submit: %v", err)
	}
	return job.JobID
}

func (c *cluster) addresses(role string) []string {
	var addresses []string
	for _, node := range c.Nodes {
		switch {
		case node.Role != role:
		case node.RestV2 != "":
			addresses = append(addresses, node.RestV2)
		default:
			addresses = append(addresses, node.RestV1)
		}
	}
	return addresses
}

// recorder is a proxy in front of a master that logs what reaches it.
type recorder struct {
	address string
	mu      sync.Mutex
	// stops are the bodies of the stop requests, in the order they came.
	stops []string
	// meddle, when set, stands between a stop request and the engine: deliver
	// takes the request there; what meddle gives tells whether the engine's
	// answer goes back, or none.
	meddle func(deliver func()) bool
}

func record(t *testing.T, target string) *recorder {
	t.Helper()
	address, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(address)
	// As the engine does for paths that it does not know: no answer at all.
	forward.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	r := &recorder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if strings.Contains(request.URL.Path, "stop-job") {
			r.stop(w, request, forward)
			return
		}
		forward.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	r.address = server.URL
	return r
}

func (r *recorder) stop(w http.ResponseWriter, request *http.Request, forward http.Handler) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	r.stops = append(r.stops, string(body))
	meddle := r.meddle
	r.mu.Unlock()
	if meddle == nil {
		forward.ServeHTTP(w, request)
		return
	}
	answer := httptest.NewRecorder()
	if !meddle(func() { forward.ServeHTTP(answer, request) }) {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (r *recorder) count() int { return r.countOf("") }

// countOf is how many stop requests for a job arrived.
func (r *recorder) countOf(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, body := range r.stops {
		if strings.Contains(body, id) {
			count++
		}
	}
	return count
}

const enginePoll = 2 * time.Second

// engineSettings are a careful operator's, with the shortest times allowed.
func engineSettings(masters, workers []string) map[string]any {
	return map[string]any{
		"urls": masters, "workerUrls": workers, "clusterId": "engine", "timeZone": "UTC",
		"pollIntervalSeconds": 2, "requestTimeoutSeconds": 3, "pollDeadlineSeconds": 4,
		"actions": map[string]any{"enabled": true, "minCancelingAgeSeconds": 30, "masterSettleSeconds": 10, "maxForceStops": 10},
	}
}

// planFor makes a plan for a job of the engine.
func (r *rig) planFor(kind, id string) answer {
	r.t.Helper()
	body, _ := json.Marshal(map[string]string{"action": kind, "jobId": id})
	got := r.call(admin, "POST", "/actions", string(body), intent(kind))
	if got.status != http.StatusOK {
		r.t.Fatalf("plan: %d %s", got.status, got.raw)
	}
	return got
}

// act plans, confirms and follows; the plan must be allowed.
func (r *rig) act(kind, id string) answer {
	r.t.Helper()
	plan := r.planFor(kind, id)
	if plan.body["allowed"] != true {
		r.t.Fatalf("%s is blocked: %s", kind, plan.raw)
	}
	if got := r.confirmPlan(plan); got.status != http.StatusAccepted {
		r.t.Fatalf("confirm: %d %s", got.status, got.raw)
	}
	return r.follow(plan.body["id"].(string))
}

func (r *rig) waitForJob(id, word string, patience time.Duration) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if job, found := r.datasource.lease.View().Jobs.Find(watchedID(id)); found && job.Listed && job.Episode.Word == word {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("job %s was not seen as %s: %+v", id, word, r.datasource.lease.View())
		}
	}
}

func engineTiming() action.Timing {
	timing := action.DefaultTiming()
	timing.Verify = 8 * time.Second
	return timing
}

// The whole journey: submit → cancel → stuck, since the final status was lost →
// the right age → a second cancel changes nothing → force stop blocked before
// the age, allowed after → CANCELED, proven by the list of ended jobs → the
// audit trail is whole.
func TestEngine_LostFinalStatusIsForceStopped(t *testing.T) {
	for dialect, version := range engines() {
		t.Run(dialect, func(t *testing.T) {
			lostFinalStatusIsForceStopped(t, startCluster(t, append(version, "--fault-agent", "--force-backport")...), dialect)
		})
	}
}

func lostFinalStatusIsForceStopped(t *testing.T, engine *cluster, dialect string) {
	front := record(t, engine.addresses("master")[0])
	settings := engineSettings([]string{front.address}, engine.addresses("worker"))
	settings["forceStopSupport"] = "yes" // the engine says 2.3.8; force stop is our test back-port
	r := newRigOn(t, settings, engineTiming())
	id := engine.submit("orders to lake")
	r.waitForJob(id, "RUNNING", 30*time.Second)
	r.settleMaster()
	if view := r.datasource.lease.View(); view.Snapshot.Dialect != dialect {
		t.Fatalf("the engine is read over %s", view.Snapshot.Dialect)
	}

	engine.run("fault", "--lose-final-status", "on")
	before := time.Now()
	canceled := r.act("cancel", id)
	if canceled.body["outcome"] != "sent, not confirmed" {
		t.Fatalf("S30: a cancel whose end was lost: %s", canceled.raw)
	}
	r.waitForJob(id, "CANCELING", 10*time.Second)

	response := r.query(`{"queryType":"metric","metric":"canceling_age_seconds","jobId":"`+id+`"}`, fromAlert)
	if response.Error != nil {
		t.Fatal(response.Error)
	}
	age, truth := valueOf(t, response), time.Since(before).Seconds()
	if labels := response.Frames[0].Fields[0].Labels; labels["job_id"] != id || labels["job_name"] != "orders to lake" {
		t.Errorf("S08: labels %v", labels)
	}
	if difference := truth - age; difference < -0.5 || difference > (enginePoll+2*time.Second).Seconds() {
		t.Errorf("CANCELING for %.1f s, Unjam says %.1f s: more than one poll apart", truth, age)
	}

	if again := r.act("cancel", id); again.body["outcome"] != "sent, not confirmed" {
		t.Errorf("a second cancel: %s", again.raw)
	}

	early := r.planFor("force-stop", id)
	if found := verdict(early, action.GuardAge); early.body["allowed"] != false || found["result"] != "block" || found["allowedFrom"] == nil {
		t.Errorf("S24: before the age: %s", early.raw)
	}
	if got := r.confirmPlan(early); got.status != http.StatusConflict {
		t.Errorf("S24: a blocked plan was confirmed: %d %s", got.status, got.raw)
	}
	time.Sleep(time.Until(before.Add(36 * time.Second)))
	if front.count() != 2 {
		t.Fatalf("%d stop requests before the force stop, want the two cancels", front.count())
	}

	plan := r.planFor("force-stop", id)
	if found := verdict(plan, action.GuardTaskAlive); found["result"] != "pass" {
		t.Errorf("the worker's threads are gone, and the guard says %v", found)
	}
	if got := r.confirmPlan(plan); got.status != http.StatusAccepted {
		t.Fatalf("confirm: %d %s", got.status, got.raw)
	}
	stopped := r.follow(plan.body["id"].(string))
	if stopped.body["outcome"] != "stopped" || !strings.Contains(stopped.body["detail"].(string), "ended jobs as CANCELED") {
		t.Errorf("force stop: %s", stopped.raw)
	}
	if front.count() != 3 {
		t.Errorf("%d stop requests, want 3", front.count())
	}

	audit := r.call(editor, "GET", "/audit?limit=500", "", nil)
	rows := audit.body["rows"].([]any)
	newest, intentRow := rows[0].(map[string]any), rows[2].(map[string]any)
	if newest["event"] != "outcome" || newest["outcome"] != "stopped" || newest["jobId"] != id || newest["login"] != "anna" {
		t.Errorf("the newest row: %v", newest)
	}
	for _, field := range []string{"login", "role", "at", "jobId", "jobName", "identity", "verdicts", "reason", "request", "actionId"} {
		if intentRow[field] == nil {
			t.Errorf("the intent's row has no %s: %v", field, intentRow)
		}
	}
	if got := r.call(editor, "GET", "/audit/verify", "", nil); got.body["holds"] != true {
		t.Errorf("the chain: %s", got.raw)
	}
	r.waitFor("the job's end", func(view *watch.View) bool { _, open := view.Jobs.Find(watchedID(id)); return !open })
}

// S38 on an unmodified engine: force stop is refused with reason and version,
// nothing is sent; the advice (fail over the master, then cancel) works.
func TestS38_EngineWithoutForceStop(t *testing.T) {
	for dialect, version := range engines() {
		t.Run(dialect, func(t *testing.T) {
			engineWithoutForceStop(t, startCluster(t, append(version, "--fault-agent", "--masters", "2")...))
		})
	}
}

func engineWithoutForceStop(t *testing.T, engine *cluster) {
	var fronts []*recorder
	var masters []string
	for _, address := range engine.addresses("master") {
		front := record(t, address)
		fronts, masters = append(fronts, front), append(masters, front.address)
	}
	r := newRigOn(t, engineSettings(masters, engine.addresses("worker")), engineTiming())
	id := engine.submit("no force here")
	r.waitForJob(id, "RUNNING", 30*time.Second)
	r.settleMaster()
	engine.run("fault", "--lose-final-status", "on")
	r.act("cancel", id)
	r.waitForJob(id, "CANCELING", 10*time.Second)

	support := r.call(admin, "GET", "/support", "", nil)
	if force := support.body["forceStop"].(map[string]any); force["allowed"] != false || !strings.Contains(force["reason"].(string), "2.3.") {
		t.Errorf("the button: %v", force)
	}
	sent := fronts[0].count() + fronts[1].count()
	plan := r.planFor("force-stop", id)
	if found := verdict(plan, action.GuardSupported); found["result"] != "block" || !strings.Contains(found["reason"].(string), "2.3.") {
		t.Errorf("plan: %s", plan.raw)
	}
	if got := r.confirmPlan(plan); got.status != http.StatusConflict {
		t.Errorf("confirm: %d %s", got.status, got.raw)
	}
	if now := fronts[0].count() + fronts[1].count(); now != sent {
		t.Errorf("%d stop requests after the refusal, %d before", now, sent)
	}

	// The advice, carried out.
	engine.run("fault", "--lose-final-status", "off")
	engine.run("kill", "--node", engine.Nodes[0].Name)
	if r.endsAfterFailover(id) {
		return
	}
	r.settleMaster()
	if got := r.act("cancel", id); got.body["outcome"] != "stopped" {
		t.Errorf("cancel after the failover: %s", got.raw)
	}
}

// endsAfterFailover waits for what the new master makes of the job: 2.3.8 finds
// no task and ends it as CANCELED by itself; later ones run it again (false).
func (r *rig) endsAfterFailover(id string) bool {
	r.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if job, found := r.datasource.lease.View().Jobs.Find(watchedID(id)); found && job.Listed && job.Episode.Word == "RUNNING" {
			return false
		}
		reading, err := r.datasource.lease.Client().Job(r.t.Context(), "", watchedID(id))
		if err == nil && reading.Proof == coordinator.ProofEnded && reading.Job.Word == "CANCELED" {
			r.t.Log("the new master ended the job as CANCELED by itself")
			return true
		}
	}
	r.t.Fatalf("after the failover the job neither ends nor runs: %+v", r.datasource.lease.View())
	return false
}

// S14: a frozen worker makes the job endpoints hang. No poll is longer than its
// deadline; what is known stays visible.
func TestS14_EngineWithFrozenWorker(t *testing.T) {
	// One worker, so that it is the one that runs the job: with others, lists
	// hang only for jobs with a task on the frozen one (2.3.8, measured).
	engine := startCluster(t)
	r := newRigOn(t, engineSettings(engine.addresses("master"), engine.addresses("worker")), engineTiming())
	id := engine.submit("frozen")
	r.waitForJob(id, "RUNNING", 30*time.Second)

	engine.run("freeze", "--node", "worker-1")
	defer engine.run("thaw", "--node", "worker-1")
	r.waitFor("an incomplete poll", func(view *watch.View) bool {
		return view.Err != nil || view.Snapshot != nil && !view.Snapshot.Complete
	})
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		view := r.datasource.lease.View()
		if took := view.Snapshot.Took; took > 5*time.Second {
			t.Fatalf("a poll took %s, the deadline is 4 s", took)
		}
		if _, known := view.Jobs.Find(watchedID(id)); !known {
			t.Fatal("the job is no longer shown")
		}
		if !view.Snapshot.Complete && len(view.Snapshot.Notes) == 0 {
			t.Error("the view does not say what hangs")
		}
	}
	started := time.Now()
	response := r.query(`{"queryType":"jobs"}`, nil)
	if response.Error != nil || response.Frames[0].Rows() != 1 || len(response.Frames[0].Meta.Notices) == 0 {
		t.Errorf("the panel: %v", response.Error)
	}
	if took := time.Since(started); took > 6*time.Second {
		t.Errorf("the query took %s", took)
	}
}
