package soak

import (
	"net/http"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
)

const (
	// manyJobs is the scale that is promised, in jobs of manyBytes.
	manyJobs  = 50_000
	manyBytes = 2_000
	// mostHeap bounds what the process and this coordinator together have in the
	// heap; the plugin's program may have 150 MB in memory (npm run bench).
	mostHeap = 150 << 20
	// mostRequests of a poll: overview, members, what runs where, and six pages
	// of the list.
	mostRequests = 9
	// endRequests are about an execution that is listed no more: itself, the
	// list of ended ones that proves it, and who is master.
	endRequests = 3
	// ended are jobs that end between two polls.
	ended = 20
	// garbagePercent is the program's.
	garbagePercent = 30
	// aPage is a page of the table.
	aPage = 500
	// manyPatience bounds the waiting for a poll, on a busy machine.
	manyPatience = 2 * time.Minute
)

// requestLog counts requests by their path.
type requestLog struct {
	mu    sync.Mutex
	paths map[string]int
}

func (l *requestLog) asked(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paths[path]++
}

// all gives their number, that of the polls, and those about single jobs.
func (l *requestLog) all() (requests, polls, single int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for path, count := range l.paths {
		requests += count
		if strings.HasPrefix(path, "/job-info/") {
			single += count
		}
	}
	return requests, l.paths[crowd.PathOverview], single
}

// peakOfHeap looks at the heap until it is stopped, and gives the most it saw.
func peakOfHeap() (stop func() uint64) {
	ended, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		for {
			sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-ended:
				peak <- most
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(ended); return <-peak }
}

// TestS06_ManyJobsInOneDataSource: 50,000 jobs → bounded memory, paged table,
// no request per job.
func TestS06_ManyJobsInOneDataSource(t *testing.T) {
	// Given a process that collects garbage as the program does (pkg/main.go), and
	// a coordinator with 50,000 jobs.
	defer debug.SetGCPercent(debug.SetGCPercent(garbagePercent))
	log := &requestLog{paths: map[string]int{}}
	engine := crowd.New(manyJobs, manyBytes, log.asked)
	g := &grafana{
		t: t, location: "sqlite:" + filepath.Join(t.TempDir(), "unjam.db"),
		reads:    func(http.RoundTripper) http.RoundTripper { return crowd.Transport{Handler: engine} },
		settings: map[string]any{"urls": []string{"http://master.example:8080"}, "clusterId": "crowd", "pollIntervalSeconds": 2, "pollDeadlineSeconds": 120, "requestTimeoutSeconds": 60},
	}
	stop := peakOfHeap()
	g.start()
	defer g.stop()

	// When a panel asks for a page of the table, then it gets just that, and the
	// number of all.
	seen := map[string]bool{}
	for offset := 0; offset < 3*aPage; offset += aPage {
		answer := g.ask("jobs", map[string]any{"limit": aPage, "offset": offset, "sortBy": "name"}, nil)
		if answer.Error != nil || len(answer.Frames) != 1 || answer.Frames[0].Rows() != aPage {
			t.Fatalf("the page at %d: %v", offset, answer.Error)
		}
		ids, _ := answer.Frames[0].FieldByName("job_id")
		for row := range aPage {
			seen[ids.At(row).(string)] = true
		}
		encoded, err := answer.MarshalJSON()
		if err != nil || !strings.Contains(string(encoded), `"total":50000`) {
			t.Errorf("the page does not say how many there are: %v", err)
		}
	}
	if len(seen) != 3*aPage {
		t.Errorf("three pages show %d jobs", len(seen))
	}
	// The last page, and one behind it.
	for offset, rows := range map[int]int{manyJobs - 7: 7, manyJobs: 0} {
		if answer := g.ask("jobs", map[string]any{"limit": aPage, "offset": offset}, nil); answer.Error != nil || answer.Frames[0].Rows() != rows {
			t.Errorf("the page at %d: %v", offset, answer.Error)
		}
	}
	// When it asks for more than a browser can draw, then it is refused.
	if answer := g.ask("jobs", map[string]any{"limit": manyJobs}, nil); answer.Error == nil {
		t.Error("a page of 50,000 rows was given")
	}

	// When it is polled again, and some jobs have ended meanwhile.
	for _, id := range engine.Open()[:ended] {
		engine.Set(id, crowd.Finished)
	}
	deadline := time.Now().Add(manyPatience)
	for _, polls, _ := log.all(); polls < 3; _, polls, _ = log.all() {
		if time.Now().After(deadline) {
			t.Fatalf("%d polls in %s", polls, manyPatience)
		}
		g.ask("metric", map[string]any{"metric": "stuck_jobs"}, nil)
		time.Sleep(50 * time.Millisecond)
	}
	// Then single jobs were asked about only where they are listed no more.
	requests, polls, single := log.all()
	if single > ended || requests > polls*mostRequests+endRequests*ended {
		t.Errorf("%d requests in %d polls, %d about single jobs", requests, polls, single)
	}
	peak := stop()
	t.Logf("%d requests in %d polls, %d about single jobs; the heap had at most %d MB, %d MB were read", requests, polls, single, peak>>20, engine.Sent()>>20)
	if peak > mostHeap {
		t.Errorf("the heap grew to %d MB", peak>>20)
	}
}
