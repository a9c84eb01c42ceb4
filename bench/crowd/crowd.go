// Package crowd is a SeaTunnel that holds very many jobs: it answers REST v2 by
// pages and REST v1 whole, in the shapes of captured answers, and streams its
// lists, so that what it costs hardly counts where others are measured. Its
// jobs, members and master can be changed while it answers.
package crowd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The engine's words for the states that are used.
const (
	Running    = "RUNNING"
	Canceling  = "CANCELING"
	Canceled   = "CANCELED"
	Finished   = "FINISHED"
	Unknowable = "UNKNOWABLE"
)

const (
	// version is the engine that it says it is.
	version = "2.3.13"
	// firstID is the id of the oldest job; ids have 19 digits, more than a
	// double holds.
	firstID = 1176934327691247617
	// endedKept is how many ended jobs the engine keeps.
	endedKept = 1_000
	// bytesATable is about what another table adds to a job's body.
	bytesATable = 500
)

// Job is a job as the engine keeps it.
type Job struct {
	ID, Name, State string
	Created         time.Time
}

// Crowd is the engine. Safe for concurrent use.
type Crowd struct {
	// envelope is a job's body between its state and its creation, rest what
	// follows that.
	envelope, rest string
	// asked is told of every request; nil: nobody is.
	asked func(path string)

	mu sync.RWMutex
	// open are the jobs, the newest first, ended those that ended, the last one
	// first; at tells an open job's place.
	open, ended []*Job
	byID        map[string]*Job
	next        int
	master      string
	workers     []string
	// sent counts bytes.
	sent atomic.Int64
}

// New gives an engine with a number of running jobs, each of about so many
// bytes (at least 1,900), on two workers. asked is told the path of every
// request; it may be nil.
func New(jobs, bytes int, asked func(path string)) *Crowd {
	c := &Crowd{byID: make(map[string]*Job, jobs), asked: asked, master: "10.0.0.1:5801", workers: []string{"10.0.0.2:5801", "10.0.0.3:5801"}}
	c.fill(bytes)
	created := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	c.open = make([]*Job, 0, jobs)
	for range jobs {
		c.addLocked(created)
	}
	slices.Reverse(c.open)
	return c
}

// fill makes the parts of a body that all jobs share.
func (c *Crowd) fill(bytes int) {
	body := func(tables int) (envelope, rest string) {
		env := `"envOptions":{"job.name":"orders to lake","job.mode":"STREAMING","checkpoint.interval":"5000","parallelism":"1"}`
		var paths []string
		for table := range tables {
			paths = append(paths, fmt.Sprintf(`"shop.orders_%03d"`, table))
		}
		list := strings.Join(paths, ",")
		dag := `"jobDag":{"jobId":"` + strconv.Itoa(firstID) + `","pipelineEdges":{"1":[{"inputVertexId":"1","targetVertexId":"2"}]},` + env +
			`,"vertexInfoMap":[{"vertexId":1,"type":"source","vertexName":"pipeline-1 [Source[0]-MySQL-CDC]","tablePaths":[` + list + `]},{"vertexId":2,"type":"sink","vertexName":"pipeline-1 [Sink[0]-Iceberg-MultiTableSink]","tablePaths":[` + list + `]}]}`
		var metrics []string
		for _, name := range []string{"SourceReceivedCount", "SourceReceivedBytes", "SourceReceivedQPS", "SinkWriteCount", "SinkWriteBytes", "SinkWriteQPS", "SinkCommittedCount", "SinkCommittedBytes", "SinkCommittedQPS", "IntermediateQueueSize"} {
			metrics = append(metrics, `"`+name+`":"421256.60846304525"`)
		}
		for _, name := range []string{"SourceReceivedCount", "SourceReceivedBytes", "SourceReceivedQPS", "SinkWriteCount", "SinkWriteBytes", "SinkWriteQPS", "SinkCommittedCount", "SinkCommittedBytes", "SinkCommittedQPS"} {
			side := "Source"
			if strings.HasPrefix(name, "Sink") {
				side = "Sink"
			}
			var values []string
			for table := range tables {
				values = append(values, fmt.Sprintf(`"%s[0].shop.orders_%03d":"0.42125660846304525"`, side, table))
			}
			metrics = append(metrics, `"Table`+name+`":{`+strings.Join(values, ",")+`}`)
		}
		jars := `"pluginJarsUrls":[{"jarPath":"file:/opt/seatunnel/connectors/connector-cdc-mysql-2.3.13.jar"},{"jarPath":"file:/opt/seatunnel/connectors/connector-iceberg-2.3.13.jar"}]`
		return env, dag + "," + jars + `,"isStartWithSavePoint":false,"metrics":{` + strings.Join(metrics, ",") + `}`
	}
	tables := 1
	c.envelope, c.rest = body(tables)
	for c.size() < bytes-bytesATable/2 {
		tables++
		c.envelope, c.rest = body(tables)
	}
}

// size is that of a job's body.
func (c *Crowd) size() int {
	var out strings.Builder
	newBody(c, &out).job(&Job{ID: strconv.Itoa(firstID), Name: nameOf(0), State: Running, Created: time.Unix(0, 0)})
	return out.Len()
}

func nameOf(index int) string { return fmt.Sprintf("orders to lake %05d", index) }

func (c *Crowd) addLocked(created time.Time) *Job {
	job := &Job{ID: strconv.FormatInt(firstID+int64(c.next), 10), Name: nameOf(c.next), State: Running, Created: created}
	c.next++
	c.open = append(c.open, job)
	c.byID[job.ID] = job
	return job
}

// Add begins a job and gives its id.
func (c *Crowd) Add() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	job := c.addLocked(time.Now().UTC().Truncate(time.Second))
	c.open = slices.Insert(c.open[:len(c.open)-1], 0, job)
	return job.ID
}

// Set changes the state of an open job. One in a state of the end is listed no
// more and kept among those that ended.
func (c *Crowd) Set(id, state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.open, func(job *Job) bool { return job.ID == id })
	if at < 0 {
		return
	}
	job := c.open[at]
	job.State = state
	if state != Canceled && state != Finished {
		return
	}
	c.open = slices.Delete(c.open, at, at+1)
	c.ended = slices.Insert(c.ended, 0, job)
	for len(c.ended) > endedKept {
		last := len(c.ended) - 1
		delete(c.byID, c.ended[last].ID)
		c.ended = c.ended[:last]
	}
}

// Open gives the ids of the open jobs, the newest first.
func (c *Crowd) Open() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ids := make([]string, len(c.open))
	for index, job := range c.open {
		ids[index] = job.ID
	}
	return ids
}

// Begun is how many jobs there have been.
func (c *Crowd) Begun() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.next
}

// SetMembers changes the active master and the workers.
func (c *Crowd) SetMembers(master string, workers ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.master, c.workers = master, workers
}

// Sent is how many bytes have been sent.
func (c *Crowd) Sent() int64 { return c.sent.Load() }
