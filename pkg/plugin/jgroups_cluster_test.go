//go:build enginejgroups

package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// missingJava is the exit code of the cluster's command where Java or Maven
// lack.
const missingJava = 3

// jgroupsNodes are three real JGroups nodes, started by engines/jgroups.
type jgroupsNodes struct {
	t       *testing.T
	dir     string
	JGroups string        `json:"jgroups"`
	Nodes   []jgroupsNode `json:"nodes"`
}

type jgroupsNode struct {
	Name     string `json:"name"`
	Jolokia  string `json:"jolokia"`
	Exporter string `json:"exporter"`
	Control  string `json:"control"`
}

// startNodes starts a cluster that ends with the test.
func startNodes(t *testing.T, options ...string) *jgroupsNodes {
	t.Helper()
	c := &jgroupsNodes{t: t, dir: t.TempDir()}
	t.Cleanup(func() { c.run("stop") })
	output := c.run("start", append(options, "--owner-pid", strconv.Itoa(os.Getpid()))...)
	if err := json.Unmarshal(output, c); err != nil {
		t.Fatalf("the cluster's state is not readable: %v: %s", err, output)
	}
	t.Logf("The engine: JGroups %s", c.JGroups)
	return c
}

func (c *jgroupsNodes) run(command string, options ...string) []byte {
	c.t.Helper()
	arguments := append([]string{"../../engines/jgroups/cli.mjs", command, "--dir", c.dir}, options...)
	var said bytes.Buffer
	process := exec.Command("node", arguments...)
	process.Stderr = &said
	output, err := process.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == missingJava {
		c.t.Skipf("skipped: %s", strings.TrimSpace(said.String()))
	}
	if err != nil {
		c.t.Fatalf("%s of the JGroups cluster: %v: %s", command, err, said.String())
	}
	return output
}

// truth is what a node itself has counted.
type truth struct {
	at         time.Time
	EventsSent int64            `json:"eventsSent"`
	LastEvents map[string]int64 `json:"lastEvents"`
	EventsLost map[string]int64 `json:"eventsLost"`
}

const (
	// truthEvery is how often the truth is read: a few events at the rates here.
	truthEvery = 100 * time.Millisecond
	// truthTimeout is when a node counts as not answering: it is frozen.
	truthTimeout = time.Second
)

// truths is what all nodes have counted, over time. It never asks Jolokia.
type truths struct {
	mu     sync.Mutex
	series map[string][]truth
}

// record reads the truth until the test ends.
func (c *jgroupsNodes) record() *truths {
	recorded := &truths{series: map[string][]truth{}}
	ctx, cancel := context.WithCancel(context.Background())
	var readers sync.WaitGroup
	for _, node := range c.Nodes {
		readers.Go(func() {
			for ctx.Err() == nil {
				if now, err := readTruth(ctx, node.Control); err == nil {
					recorded.add(node.Name, now)
				}
				select {
				case <-ctx.Done():
				case <-time.After(truthEvery):
				}
			}
		})
	}
	c.t.Cleanup(func() {
		cancel()
		readers.Wait()
	})
	return recorded
}

func readTruth(ctx context.Context, control string) (now truth, err error) {
	ctx, cancel := context.WithTimeout(ctx, truthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, control+"/truth", nil)
	if err != nil {
		return now, err
	}
	begun := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return now, err
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&now)
	now.at = begun.Add(time.Since(begun) / 2)
	return now, err
}

func (r *truths) add(node string, now truth) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.series[node] = append(r.series[node], now)
}

// count gives a figure of a node at a moment, between the two readings around
// it; while the node did not answer, the last one before.
func (r *truths) count(node string, moment time.Time, figure func(truth) int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	series := r.series[node]
	after, _ := slices.BinarySearchFunc(series, moment, func(one truth, moment time.Time) int { return one.at.Compare(moment) })
	switch {
	case len(series) == 0:
		return 0
	case after == 0:
		return figure(series[0])
	case after == len(series) || series[after].at.Sub(series[after-1].at) > truthTimeout:
		return figure(series[after-1])
	}
	before, next := series[after-1], series[after]
	share := moment.Sub(before.at).Seconds() / next.at.Sub(before.at).Seconds()
	return figure(before) + int64(share*float64(figure(next)-figure(before)))
}

// undelivered is how many events of a node a peer had not got at a moment.
func (r *truths) undelivered(node, peer string, moment time.Time) int64 {
	return r.count(node, moment, func(one truth) int64 { return one.EventsSent }) -
		r.count(peer, moment, func(one truth) int64 { return one.LastEvents[node] })
}

// lost is how many events of a node a peer has lost for good since its start.
func (r *truths) lost(node, peer string) int64 {
	return r.count(peer, time.Now(), func(one truth) int64 { return one.EventsLost[node] })
}

// execution is one of the CloverDX double's.
type execution struct {
	id                 int64
	file, node, status string
	parent             int64
}

// cloverServer is a CloverDX Server's REST API, as far as it is documented,
// with a parent on nodeA that waits for its child on nodeC. The messaging layer
// beside it is real.
type cloverServer struct {
	server     *httptest.Server
	mu         sync.Mutex
	executions []execution
}

const (
	parentRun = 1001
	childRun  = 1002
)

func newCloverServer(t *testing.T) *cloverServer {
	t.Helper()
	c := &cloverServer{executions: []execution{
		{id: parentRun, file: "jobflow/load.jbf", node: "nodeA", status: "RUNNING"},
		{id: childRun, file: "graph/part.grf", node: "nodeC", status: "RUNNING", parent: parentRun},
	}}
	c.server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.server.Close)
	return c
}

func (c *cloverServer) address() string { return c.server.URL + "/clover" }

// end makes an execution end well.
func (c *cloverServer) end(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.executions {
		if c.executions[i].id == id {
			c.executions[i].status = "FINISHED_OK"
		}
	}
}

func (c *cloverServer) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest, known := strings.CutPrefix(r.URL.Path, "/clover/api/rest/v1/executions")
	if !known || r.Header.Get("X-Requested-By") == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if id := strings.TrimPrefix(rest, "/"); id != "" {
		for _, one := range c.executions {
			if strconv.FormatInt(one.id, 10) == id {
				writeJSON(w, one.told())
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		return
	}
	members := []any{}
	for _, one := range c.executions {
		if one.status == r.URL.Query().Get("status") {
			members = append(members, one.told())
		}
	}
	writeJSON(w, map[string]any{"@type": "ExecutionCollection", "@totalItems": len(members), "@startIndex": 0, "@pageItems": len(members), "members": members})
}

func (e execution) told() map[string]any {
	fields := map[string]any{
		"@self": fmt.Sprintf("/clover/api/rest/v1/executions/%d", e.id), "@type": "Execution", "runId": e.id, "sandboxCode": "dwh",
		"jobFile": e.file, "status": e.status, "node": e.node, "submitTime": "2026-11-22T10:00:00.000+0000",
	}
	if e.parent != 0 {
		fields["parentRunId"] = e.parent
	}
	return fields
}
