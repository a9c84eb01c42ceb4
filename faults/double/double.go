// Package double is a SeaTunnel over REST v2 that tests can steer: it keeps
// many jobs, decides how each reacts to a stop request, and remembers every
// request to stop one. It answers in the shapes of the captured samples; the
// adapter's own tests and the real engine prove these shapes.
package double

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Version is the engine that the double says it is: one that can force stop.
const Version = "3.0.0"

// The engine's words for the states that the double knows.
const (
	Running    = "RUNNING"
	Canceling  = "CANCELING"
	Canceled   = "CANCELED"
	Finished   = "FINISHED"
	Unknowable = "UNKNOWABLE"
)

// Job is a job as the engine keeps it.
type Job struct {
	ID      string
	Name    string
	State   string
	Created time.Time
}

// ended tells whether the engine lists the job among the ended ones.
func (j Job) ended() bool { return j.State == Canceled || j.State == Finished }

// Stop is a request to stop a job as it arrived.
type Stop struct {
	Job   string
	Force bool
	At    time.Time
}

// Reaction is how the engine answers a stop request.
type Reaction struct {
	// State is the job's state from now on; empty keeps it.
	State string
	// Status is the answer's; 0 is 200.
	Status int
	// Silent never answers: the connection stays open until the client goes.
	Silent bool
	// Answered runs once the answer is on its way.
	Answered func()
}

// Coordinator is the double. Safe for concurrent use.
type Coordinator struct {
	server *httptest.Server
	meter  meter

	mu    sync.Mutex
	jobs  map[string]*Job
	order []string
	stops []Stop
	delay time.Duration
	// onStop decides on a stop request, onRead runs before a job is shown.
	onStop func(stop Stop) Reaction
	onRead func(job string)
}

// New starts a double on 127.0.0.1. It stops at once what it is asked to stop.
func New() *Coordinator {
	c := &Coordinator{jobs: map[string]*Job{}}
	c.onStop = func(Stop) Reaction { return Reaction{State: Canceled} }
	c.server = httptest.NewServer(http.HandlerFunc(c.serve))
	return c
}

// URL is the address of its REST interface.
func (c *Coordinator) URL() string { return c.server.URL }

// Close ends it, and every open connection.
func (c *Coordinator) Close() {
	c.server.CloseClientConnections()
	c.server.Close()
}

// OnStop sets how stop requests are reacted to. It runs before the answer and
// may take its time.
func (c *Coordinator) OnStop(react func(stop Stop) Reaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onStop = react
}

// OnRead sets what runs before the answer to a reading of one job; nil is
// nothing.
func (c *Coordinator) OnRead(run func(job string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onRead = run
}

// SetDelay makes every answer take this long.
func (c *Coordinator) SetDelay(delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = delay
}

// Add makes a job, created a while ago.
func (c *Coordinator) Add(id, name, state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	created := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	c.jobs[id] = &Job{ID: id, Name: name, State: state, Created: created}
	c.order = append(c.order, id)
}

// Set changes the state of a job; one that has ended stays as it is.
func (c *Coordinator) Set(id, state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if job := c.jobs[id]; job != nil && !job.ended() {
		job.State = state
	}
}

// State is a job's state.
func (c *Coordinator) State(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.jobs[id].State
}

// Stops gives the stop requests for a job; for all jobs when id is empty.
func (c *Coordinator) Stops(id string) []Stop {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []Stop
	for _, stop := range c.stops {
		if id == "" || stop.Job == id {
			found = append(found, stop)
		}
	}
	return found
}

func (c *Coordinator) serve(w http.ResponseWriter, r *http.Request) {
	defer c.meter.enter()()
	c.mu.Lock()
	delay := c.delay
	c.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	switch path := r.URL.Path; {
	case path == "/stop-job":
		c.stop(w, r)
	case strings.HasPrefix(path, "/job-info/"):
		c.show(w, strings.TrimPrefix(path, "/job-info/"))
	default:
		c.list(w, r)
	}
}

func (c *Coordinator) stop(w http.ResponseWriter, r *http.Request) {
	var body struct {
		JobID string `json:"jobId"`
		Force bool   `json:"force"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&body); err != nil {
		http.Error(w, `{"status":"fail","message":"no JSON"}`, http.StatusBadRequest)
		return
	}
	stop := Stop{Job: body.JobID, Force: body.Force, At: time.Now()}
	c.mu.Lock()
	c.stops = append(c.stops, stop)
	react := c.onStop
	c.mu.Unlock()

	reaction := react(stop)
	if reaction.State != "" {
		c.Set(stop.Job, reaction.State)
	}
	if reaction.Silent {
		<-r.Context().Done()
		return
	}
	if reaction.Status != 0 && reaction.Status != http.StatusOK {
		w.WriteHeader(reaction.Status)
		write(w, map[string]string{"status": "fail", "message": "refused"})
	} else {
		write(w, map[string]string{"jobId": stop.Job})
	}
	if reaction.Answered != nil {
		_ = http.NewResponseController(w).Flush()
		reaction.Answered()
	}
}

func (c *Coordinator) show(w http.ResponseWriter, id string) {
	c.mu.Lock()
	before := c.onRead
	c.mu.Unlock()
	if before != nil {
		before(id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if job := c.jobs[id]; job != nil {
		write(w, job.body())
		return
	}
	write(w, map[string]string{"jobId": id})
}

// list answers all that is about more than one job.
func (c *Coordinator) list(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch path := r.URL.Path; {
	case path == "/overview":
		running := fmt.Sprint(len(c.bodies(func(job Job) bool { return !job.ended() })))
		write(w, map[string]string{"projectVersion": Version, "gitCommitAbbrev": "5c8a4c0", "totalSlot": "2", "unassignedSlot": "0", "runningJobs": running,
			"finishedJobs": "0", "failedJobs": "0", "pendingJobs": "0", "cancelledJobs": "0", "workers": "1"})
	case path == "/system-monitoring-information":
		write(w, []map[string]string{{"isMaster": "true", "host": "127.0.0.1", "port": "5801", "cluster.timeDiff": "0"}, {"isMaster": "false", "host": "127.0.0.1", "port": "5802", "cluster.timeDiff": "0"}})
	case path == "/running-jobs":
		writeList(w, r, c.bodies(func(job Job) bool { return !job.ended() }))
	case strings.HasPrefix(path, "/finished-jobs"):
		word := path[strings.LastIndex(path, "/")+1:]
		jobs := c.bodies(func(job Job) bool { return job.ended() && job.State == word })
		slices.Reverse(jobs) // the last ended first
		writeList(w, r, jobs)
	case path == "/pending-jobs":
		write(w, map[string]any{"queueSummary": map[string]int{"size": 0}, "pendingJobs": []any{},
			"clusterSnapshot": map[string]any{"workerCount": 1, "workers": []any{map[string]any{"address": "[127.0.0.1]:5802", "runningJobIds": []int64{}}}}})
	default:
		w.WriteHeader(http.StatusNotFound)
		write(w, map[string]string{"status": "fail", "message": "not found"})
	}
}

// bodies gives the chosen jobs as the engine lists them; c.mu is held.
func (c *Coordinator) bodies(chosen func(job Job) bool) []any {
	bodies := []any{}
	for _, id := range c.order {
		if job := c.jobs[id]; chosen(*job) {
			bodies = append(bodies, job.body())
		}
	}
	return bodies
}

func (j *Job) body() map[string]any {
	created := j.Created.Format(time.DateTime)
	return map[string]any{"jobId": j.ID, "jobName": j.Name, "jobStatus": j.State, "createTime": created, "startTime": created, "finishTime": created,
		"errorMsg": nil, "envOptions": map[string]string{}, "jobDag": map[string]any{}, "metrics": map[string]any{}}
}

// writeList answers with a page, where one is asked for.
func writeList(w io.Writer, r *http.Request, jobs []any) {
	query := r.URL.Query()
	if !query.Has("page") {
		write(w, jobs)
		return
	}
	page, pageErr := strconv.Atoi(query.Get("page"))
	rows, rowsErr := strconv.Atoi(query.Get("rows"))
	total := len(jobs)
	if pageErr != nil || rowsErr != nil || page < 1 || rows < 1 {
		page, rows = 1, total
	}
	begin := min((page-1)*rows, total)
	write(w, map[string]any{"data": jobs[begin:min(begin+rows, total)], "total": total})
}

func write(w io.Writer, body any) { _ = json.NewEncoder(w).Encode(body) }
