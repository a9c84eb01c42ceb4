package crowd

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	// v1Prefix is where REST v1 lies.
	v1Prefix = "/hazelcast/rest/maps"
	// PathOverview is asked once in every poll.
	PathOverview = "/overview"
	// PathList is the list of open jobs.
	PathList = "/running-jobs"
	// PathPending tells what runs on which worker.
	PathPending = "/pending-jobs"
	// writeBuffer keeps writes to the network large.
	writeBuffer = 64 << 10
)

// ServeHTTP answers as SeaTunnel does.
func (c *Crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.asked != nil {
		c.asked(r.URL.Path)
	}
	path, v1 := strings.CutPrefix(r.URL.Path, v1Prefix)
	buffered := bufio.NewWriterSize(w, writeBuffer)
	out := newBody(c, buffered)
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	c.mu.RLock()
	known := c.answer(out, path, v1, r.URL.Query())
	c.mu.RUnlock()
	if !known {
		w.WriteHeader(http.StatusNotFound)
		out.text(`{"status":"fail","message":"not found"}`)
	}
	_ = buffered.Flush()
	c.sent.Add(int64(out.sent))
}

// answer writes what a path is asked for; c.mu is held for reading.
func (c *Crowd) answer(out *body, path string, v1 bool, query url.Values) bool {
	switch {
	case path == PathOverview:
		out.text(fmt.Sprintf(`{"projectVersion":"%s","gitCommitAbbrev":"5c8a4c0","totalSlot":"2","unassignedSlot":"0","runningJobs":"%d","finishedJobs":"%d","failedJobs":"0","pendingJobs":"0","cancelledJobs":"0","workers":"%d"}`,
			version, len(c.open), len(c.ended), len(c.workers)))
	case path == "/system-monitoring-information":
		out.members()
	case path == PathList && (v1 || !query.Has("page")):
		out.list(c.open)
	case path == PathList:
		page, _ := strconv.Atoi(query.Get("page"))
		rows, _ := strconv.Atoi(query.Get("rows"))
		begin := min(max(page-1, 0)*rows, len(c.open))
		out.text(`{"data":`)
		out.list(c.open[begin:min(begin+rows, len(c.open))])
		out.text(`,"total":` + strconv.Itoa(len(c.open)) + `}`)
	case path == PathPending && !v1:
		out.pending()
	case strings.HasPrefix(path, "/job-info/"):
		id := strings.TrimPrefix(path, "/job-info/")
		if job := c.byID[id]; job != nil {
			out.job(job)
		} else {
			out.text(`{"jobId":"` + id + `"}`)
		}
	case strings.HasPrefix(path, "/finished-jobs/"):
		var ended []*Job
		for _, job := range c.ended {
			if job.State == strings.TrimPrefix(path, "/finished-jobs/") {
				ended = append(ended, job)
			}
		}
		out.list(ended)
	case path == "/running-threads":
		out.text(`[{"threadName":"Common-Cleaner","classLoader":"null"}]`)
	default:
		return false
	}
	return true
}

// body writes JSON of the engine.
type body struct {
	of   *Crowd
	to   io.Writer
	sent int
	err  error
}

func newBody(of *Crowd, to io.Writer) *body { return &body{of: of, to: to} }

func (b *body) text(text string) {
	if b.err != nil {
		return
	}
	var n int
	n, b.err = io.WriteString(b.to, text)
	b.sent += n
}

func (b *body) job(job *Job) {
	b.text(`{"jobId":"`)
	b.text(job.ID)
	b.text(`","jobName":"`)
	b.text(job.Name)
	b.text(`","jobStatus":"`)
	b.text(job.State)
	b.text(`",`)
	b.text(b.of.envelope)
	created := job.Created.Format(`2006-01-02 15:04:05`)
	b.text(`,"createTime":"`)
	b.text(created)
	b.text(`","startTime":"`)
	b.text(created)
	b.text(`",`)
	b.text(b.of.rest)
	b.text(`}`)
}

func (b *body) list(jobs []*Job) {
	b.text(`[`)
	for index, job := range jobs {
		if b.err != nil {
			return // the reader has gone
		}
		if index > 0 {
			b.text(`,`)
		}
		b.job(job)
	}
	b.text(`]`)
}

// members is the list of members, the master first.
func (b *body) members() {
	member := func(address, isMaster string) {
		host, port, _ := strings.Cut(address, ":")
		b.text(`{"isMaster":"` + isMaster + `","host":"` + host + `","port":"` + port + `","processors":"8","heap.memory.used/max":"11.17%","cluster.timeDiff":"0"}`)
	}
	b.text(`[`)
	member(b.of.master, "true")
	for _, worker := range b.of.workers {
		b.text(`,`)
		member(worker, "false")
	}
	b.text(`]`)
}

// pending spreads the open jobs over the workers.
func (b *body) pending() {
	b.text(`{"queueSummary":{"size":0},"clusterSnapshot":{"workerCount":` + strconv.Itoa(len(b.of.workers)) + `,"workers":[`)
	for index, worker := range b.of.workers {
		if index > 0 {
			b.text(`,`)
		}
		host, port, _ := strings.Cut(worker, ":")
		b.text(`{"address":"[` + host + `]:` + port + `","tags":{},"totalSlots":2,"runningJobIds":[`)
		for at := index; at < len(b.of.open); at += len(b.of.workers) {
			if at > index {
				b.text(`,`)
			}
			b.text(b.of.open[at].ID)
		}
		b.text(`]}`)
	}
	b.text(`]},"pendingJobs":[]}`)
}
