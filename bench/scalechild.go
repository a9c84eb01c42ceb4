//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
	"github.com/unjam/unjam-jobs-app/pkg/process"
)

// childVariable makes this program a child that measures itself: memory and
// CPU time are a process' own, and this one serves the coordinator.
const childVariable = "UNJAM_BENCH_CHILD"

// task is what a child is to do.
type task struct {
	// Kind is taskDecode or taskKeep.
	Kind string
	// URL is the coordinator's, Runs how often its list is read.
	URL  string
	Runs int
	// WarmUp are readings before those that count.
	WarmUp int
	// Whole reads REST v1's list, which has no pages.
	Whole bool
	// Folder is for data.
	Folder string
}

const (
	// taskDecode fetches the list and decodes it with encoding/json into structs
	// of the needed fields: the yardstick.
	taskDecode = "decode"
	// taskKeep runs the plugin within the child.
	taskKeep = "keep"
)

// result is what a child measured.
type result struct {
	// Each is what each reading of the list took, CPU its CPU time.
	Each, CPU []time.Duration
	// Peak is the process' largest resident memory, in bytes; Kept what is in
	// the heap after a collection.
	Peak, Kept float64
	// Bytes is what one reading read.
	Bytes int64
}

// runChild does a task and prints its result.
func runChild(text string) error {
	var todo task
	if err := json.Unmarshal([]byte(text), &todo); err != nil {
		return fmt.Errorf("a child's task: %w", err)
	}
	work := decodeAnew
	if todo.Kind == taskKeep {
		work = keepWatching
	}
	done, err := work(context.Background(), todo)
	if err != nil {
		return err
	}
	if done.Peak, err = peakMemory(os.Getpid()); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

// child runs a task in a process of its own.
func child(ctx context.Context, todo task) (result, error) {
	var done result
	program, err := os.Executable()
	if err != nil {
		return done, err
	}
	encoded, err := json.Marshal(todo)
	if err != nil {
		return done, err
	}
	command := exec.CommandContext(ctx, program)
	command.Env = append(os.Environ(), childVariable+"="+string(encoded))
	command.Stderr = os.Stderr
	said, err := command.Output()
	if err != nil {
		return done, fmt.Errorf("the child %s: %w", todo.Kind, err)
	}
	return done, json.Unmarshal(said, &done)
}

// ownCPU is the CPU time of this process so far.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peakMemory is the largest resident memory that a process has had, in bytes.
func peakMemory(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, notHere("there is no /proc that tells a process' memory")
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kilobytes * 1024, err
		}
	}
	return 0, errors.New("/proc does not tell the largest resident memory")
}

// theirJob is what a stuck list needs of a job.
type theirJob struct {
	JobID      string `json:"jobId"`
	JobName    string `json:"jobName"`
	JobStatus  string `json:"jobStatus"`
	CreateTime string `json:"createTime"`
}

// decodeAnew answers the stuck list by fetching and decoding everything, as
// often as it is asked.
func decodeAnew(ctx context.Context, todo task) (result, error) {
	var done result
	for run := range todo.Runs + todo.WarmUp {
		began, cpu := time.Now(), ownCPU()
		jobs, read, err := theirJobs(ctx, todo)
		if err != nil {
			return done, err
		}
		var stuck []theirJob
		for _, job := range jobs {
			if job.JobStatus == crowd.Canceling {
				stuck = append(stuck, job)
			}
		}
		if _, err := json.Marshal(stuck); err != nil {
			return done, err
		}
		if run >= todo.WarmUp {
			done.Each, done.CPU = append(done.Each, time.Since(began)), append(done.CPU, ownCPU()-cpu)
		}
		done.Bytes = read
	}
	return done, nil
}

// theirRows are as many jobs a page as the plugin asks for.
const theirRows = 10_000

// theirJobs reads the list with encoding/json, by the same pages as the plugin,
// and what runs on the workers, as the plugin does.
func theirJobs(ctx context.Context, todo task) (jobs []theirJob, read int64, err error) {
	if todo.Whole {
		read, err = theirGet(ctx, todo.URL+"/hazelcast/rest/maps"+crowd.PathList, &jobs)
		return jobs, read, err
	}
	var pending struct {
		Snapshot struct {
			Workers []struct {
				Address       string        `json:"address"`
				RunningJobIDs []json.Number `json:"runningJobIds"`
			} `json:"workers"`
		} `json:"clusterSnapshot"`
	}
	read, err = theirGet(ctx, todo.URL+crowd.PathPending, &pending)
	for page := 1; err == nil; page++ {
		var answer struct {
			Data  []theirJob `json:"data"`
			Total int        `json:"total"`
		}
		var more int64
		more, err = theirGet(ctx, fmt.Sprintf("%s%s?page=%d&rows=%d", todo.URL, crowd.PathList, page, theirRows), &answer)
		jobs, read = append(jobs, answer.Data...), read+more
		if len(jobs) >= answer.Total {
			break
		}
	}
	return jobs, read, err
}

func theirGet(ctx context.Context, url string, into any) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	err = decoder.Decode(into)
	return decoder.InputOffset(), err
}

// keepWatching runs the plugin's process within this one and measures polls,
// from the beginning of one to that of the next.
func keepWatching(ctx context.Context, todo task) (result, error) {
	m := &pollMeter{runs: todo.Runs, warmUp: todo.WarmUp, over: make(chan struct{})}
	p := process.Open(ctx, "sqlite:"+filepath.Join(todo.Folder, "unjam.db"), "", slog.New(slog.DiscardHandler), process.WithReads(m.reads))
	defer p.Close()
	settings, err := json.Marshal(crowdSettings(todo.URL, pollSeconds, todo.Whole))
	if err != nil {
		return result{}, err
	}
	//lint:ignore SA1019 Unjam's scope is the organisation
	told := backend.PluginContext{OrgID: 1}
	instance, err := p.NewDatasource(backend.WithPluginContext(ctx, told), backend.DataSourceInstanceSettings{ID: 1, UID: "crowd", JSONData: settings})
	if err != nil {
		return result{}, err
	}
	defer instance.(interface{ Dispose() }).Dispose()
	<-m.over
	return m.done, nil
}

// pollMeter measures at the beginning of each poll what the one before it took.
type pollMeter struct {
	runs, warmUp int
	over         chan struct{}
	mu           sync.Mutex
	polls        int
	began        time.Time
	cpu          time.Duration
	done         result
}

func (m *pollMeter) reads(network http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, crowd.PathOverview) {
			m.poll()
		}
		return network.RoundTrip(r)
	})
}

func (m *pollMeter) poll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.polls++
	counted := m.polls - 1 - m.warmUp
	if counted > 0 && counted <= m.runs {
		m.done.Each, m.done.CPU = append(m.done.Each, time.Since(m.began)), append(m.done.CPU, ownCPU()-m.cpu)
	}
	if counted == m.runs {
		// Twice: what finalizers free is gone after the second.
		runtime.GC()
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		m.done.Kept = float64(memory.HeapAlloc)
		close(m.over)
	}
	m.began, m.cpu = time.Now(), ownCPU()
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip is http.RoundTripper's.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// crowdSettings is the jsonData of a data source on a crowd.
func crowdSettings(url string, interval int, whole bool) map[string]any {
	settings := map[string]any{
		"urls": []string{url}, "clusterId": "crowd", "pollIntervalSeconds": interval, "pollDeadlineSeconds": 60, "requestTimeoutSeconds": 30, "stuckAfterSeconds": 10,
	}
	if whole {
		settings["apiVersion"] = "v1"
	}
	return settings
}
