//go:build engine

package plugin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// engineV1 is where every member serves REST v1.
const engineV1 = "/hazelcast/rest/maps"

// in is the cluster as a subtest uses it.
func (c *cluster) in(t *testing.T) *cluster {
	copied := *c
	copied.t = t
	return &copied
}

// direct asks a member without Unjam and without a recorder in between.
func (c *cluster) direct(role, path, body string) string {
	c.t.Helper()
	for _, node := range c.Nodes {
		if node.Role != role {
			continue
		}
		client := http.Client{Timeout: 10 * time.Second}
		response, err := client.Get(node.RestV1 + engineV1 + path)
		if body != "" {
			response, err = client.Post(node.RestV1+engineV1+path, "application/json", strings.NewReader(body))
		}
		if err != nil {
			c.t.Fatalf("%s %s: %v", node.Name, path, err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			c.t.Fatalf("%s %s: %d %s %v", node.Name, path, response.StatusCode, text, err)
		}
		return string(text)
	}
	c.t.Fatalf("there is no %s", role)
	return ""
}

// A row with these words is too much for the sink that hangSinks prepares.
const hangingRow = "hangs the sink"

// sinkLog makes the console sink write such rows into a FIFO. A line is longer
// than a FIFO holds (64 KiB), so that one row blocks in write(2).
const sinkLog = `
appender.sink.type = File
appender.sink.name = sink
appender.sink.fileName = %s
appender.sink.layout.type = PatternLayout
appender.sink.layout.pattern = %%-70000m%%n
appender.sink.filter.row.type = RegexFilter
appender.sink.filter.row.regex = (?s).*` + hangingRow + `.*
appender.sink.filter.row.onMatch = ACCEPT
appender.sink.filter.row.onMismatch = DENY
logger.console.level = info
logger.console.additivity = false
logger.console.appenderRef.sink.ref = sink
`

// hangSinks starts the worker anew, so that its console sink writes rows of
// submitHanging to a device that takes nothing: no interrupt ends such a
// write. release lets it take everything from then on.
func (c *cluster) hangSinks() (release func()) {
	c.t.Helper()
	device := filepath.Join(c.dir, "device")
	if output, err := exec.Command("mkfifo", device).CombinedOutput(); err != nil {
		c.t.Fatalf("mkfifo: %v: %s", err, output)
	}
	// Open in both directions: the worker's opening must not wait for a reader.
	fifo, err := os.OpenFile(device, os.O_RDWR, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	var once sync.Once
	drained := make(chan struct{})
	release = func() {
		once.Do(func() {
			go func() {
				defer close(drained)
				_, _ = io.Copy(io.Discard, fifo)
			}()
		})
	}
	c.t.Cleanup(func() {
		release() // a worker cannot end while its log hangs
		c.run("stop")
		_ = fifo.Close()
		<-drained
	})

	worker := c.Nodes[len(c.Nodes)-1].Name
	given, err := os.ReadFile("../../engines/seatunnel/conf/log4j2.properties")
	if err != nil {
		c.t.Fatal(err)
	}
	config := filepath.Join(c.dir, "log4j2.properties")
	arguments := filepath.Join(c.dir, "nodes", worker, "java.args")
	started, err := os.ReadFile(arguments)
	if err != nil {
		c.t.Fatal(err)
	}
	started = regexp.MustCompile(`(-Dlog4j2\.configurationFile=)[^"]*`).ReplaceAll(started, []byte("${1}"+config))
	for path, text := range map[string][]byte{config: fmt.Appendf(given, sinkLog, device), arguments: started} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	c.run("kill", "--node", worker)
	c.run("start-node", "--node", worker)
	return release
}

// submitHanging submits a job and waits until its sink hangs.
func (c *cluster) submitHanging(name string) string {
	c.t.Helper()
	job := map[string]any{
		"env": map[string]any{"job.name": name, "job.mode": "STREAMING", "parallelism": 1, "checkpoint.interval": 5000},
		"source": []any{map[string]any{
			"plugin_name": "FakeSource", "plugin_output": "fake", "result_table_name": "fake", "parallelism": 1,
			"row.num": 3600, "split.num": 3600, "split.read-interval": 1000,
			"schema": map[string]any{"fields": map[string]string{"name": "string"}},
			"rows":   []any{map[string]any{"kind": "INSERT", "fields": []string{hangingRow}}},
		}},
		"transform": []any{},
		"sink":      []any{map[string]any{"plugin_name": "Console", "plugin_input": "fake", "source_table_name": "fake"}},
	}
	body, err := json.Marshal(job)
	if err != nil {
		c.t.Fatal(err)
	}
	var submitted struct {
		JobID string `json:"jobId"`
	}
	if err := json.Unmarshal([]byte(c.direct("master", "/submit-job", string(body))), &submitted); err != nil || submitted.JobID == "" {
		c.t.Fatalf("submit: %v", err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if strings.Contains(c.direct("worker", "/thread-dump", ""), "FileOutputStream.writeBytes") {
			return submitted.JobID
		}
		if time.Now().After(deadline) {
			c.t.Fatal("no thread of the worker hangs in write(2)")
		}
	}
}
