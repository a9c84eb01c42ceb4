package seatunnel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// The decoders face whatever stands at a configured address. For every body:
// they never panic; what they give is bounded by the body and by their limits;
// an error is a coordinator.Error of a bounded length, without the body echoed;
// and what they decoded can be written and decoded again to the same.

// bodyTransport answers every request with one body, without a network.
type bodyTransport struct{ body []byte }

func (t bodyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: request,
		Body: io.NopCloser(bytes.NewReader(t.body)), ContentLength: int64(len(t.body)),
	}, nil
}

// fuzzClient gives a client to which everybody answers body.
func fuzzClient(t testing.TB, body []byte) (*client, *endpoint) {
	t.Helper()
	checked, err := Config{Masters: []string{"http://master:8080"}, Workers: []string{"http://worker:8080"}, Username: "operator", Password: "pass-word"}.check()
	if err != nil {
		t.Fatal(err)
	}
	checked.upstream.Reads = func(http.RoundTripper) http.RoundTripper { return bodyTransport{body} }
	c := newClient(checked)
	return c, c.masters[0]
}

// addSamples seeds a target with captured answers and the beginnings of them.
func addSamples(f *testing.F, patterns ...string) {
	f.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(names) == 0 {
			f.Fatalf("no sample is named %s: %v", pattern, err)
		}
		for _, name := range names {
			whole := sample(f, filepath.Base(name))
			f.Add([]byte(whole))
			f.Add([]byte(whole[:len(whole)/2]))
		}
	}
}

// longestError is far more than any sentence of ours with an address, a path
// and what it quotes of an answer (upstream.MaxDetailBytes).
const longestError = 1000

// checkError checks an error's properties; nil has them all.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var told *coordinator.Error
	text := err.Error()
	switch {
	case !errors.As(err, &told):
		t.Errorf("the error is no coordinator.Error: %T %v", err, err)
	case len(text) > longestError:
		t.Errorf("the error has %d bytes: %.200q…", len(text), text)
	case !utf8.ValidString(text):
		t.Errorf("the error is no UTF-8: %q", text)
	case strings.ContainsAny(text, "\x00\x1b\r\n"):
		t.Errorf("the error has control characters: %q", text)
	}
}

func checkJob(t *testing.T, job coordinator.Job) {
	t.Helper()
	if !isJobID(string(job.ID)) || len(job.Name) > coordinator.MaxNameBytes || len(job.Word) > maxWordBytes || len(job.Error) > coordinator.MaxErrorBytes {
		t.Errorf("a job is not bounded: %+v", job)
	}
	if !utf8.ValidString(job.Name + job.Word + job.Error) {
		t.Errorf("a job's texts are no UTF-8: %+q", job)
	}
	if !job.CreateTime.IsZero() && job.CreateTime.Year() > 9999 {
		t.Errorf("a time that JSON cannot hold: %v", job.CreateTime)
	}
	encoded, err := json.Marshal(job)
	if err != nil {
		t.Fatalf("a job cannot be written: %v", err)
	}
	var again coordinator.Job
	if err := json.Unmarshal(encoded, &again); err != nil || asJSON(again) != string(encoded) {
		t.Errorf("a job is not read again as it was written: %s, %v", encoded, err)
	}
}

// written gives a job as SeaTunnel would write it.
func written(job coordinator.Job) map[string]string {
	fields := map[string]string{"jobId": string(job.ID), "jobName": job.Name, "jobStatus": job.Word}
	if !job.CreateTime.IsZero() {
		fields["createTime"] = job.CreateTime.Format(timeLayout)
	}
	return fields
}

func fuzzJobs(t *testing.T, body []byte, d dialect) {
	c, e := fuzzClient(t, body)
	list, err := c.readJobs(context.Background(), e, d)
	checkError(t, err)
	if len(list.jobs) > len(body)/len(`{"jobId":1}`) {
		t.Errorf("%d jobs of %d bytes", len(list.jobs), len(body))
	}
	fields := make([]map[string]string, 0, len(list.jobs))
	for _, job := range list.jobs {
		checkJob(t, job)
		fields = append(fields, written(job))
	}
	if err != nil || !list.whole {
		return
	}
	c, e = fuzzClient(t, []byte(asJSON(fields)))
	again, err := c.readJobs(context.Background(), e, dialectV1)
	if err != nil || len(again.jobs) != len(list.jobs) {
		t.Fatalf("what was decoded is not decoded again: %d of %d jobs, %v", len(again.jobs), len(list.jobs), err)
	}
	for i, job := range again.jobs {
		if was := list.jobs[i]; job.ID != was.ID || job.Name != was.Name || job.State != was.State || job.Word != was.Word || !job.CreateTime.Equal(was.CreateTime) {
			t.Errorf("%+v became %+v", was, job)
		}
	}
}

func FuzzJobsV2(f *testing.F) {
	addSamples(f, "v2-*running-jobs*.json")
	f.Fuzz(func(t *testing.T, body []byte) { fuzzJobs(t, body, dialectV2) })
}

func FuzzJobsV1(f *testing.F) {
	addSamples(f, "v1-*running-jobs.json")
	f.Fuzz(func(t *testing.T, body []byte) { fuzzJobs(t, body, dialectV1) })
}

func FuzzOverview(f *testing.F) {
	addSamples(f, "*overview.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, e := fuzzClient(t, body)
		result, err := c.readOverview(context.Background(), e, dialectV2)
		checkError(t, err)
		if err != nil {
			return
		}
		if result.version == "" || len(result.version) > maxWordBytes || len(result.counts) > len(overviewCounts) || result.workers < coordinator.NotKnown {
			t.Errorf("%+v", result)
		}
		counts := map[string]any{"projectVersion": result.version}
		for name, word := range overviewCounts {
			if number, told := result.counts[word]; told {
				counts[name] = number
			}
		}
		if result.workers != coordinator.NotKnown {
			counts["workers"] = result.workers
		}
		c, e = fuzzClient(t, []byte(asJSON(counts)))
		again, err := c.readOverview(context.Background(), e, dialectV2)
		if err != nil || again.version != result.version || again.workers != result.workers || asJSON(again.counts) != asJSON(result.counts) {
			t.Errorf("%+v became %+v, %v", result, again, err)
		}
	})
}

func FuzzMembers(f *testing.F) {
	addSamples(f, "*system-monitoring-information.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, e := fuzzClient(t, body)
		members, err := c.askForMembers(context.Background(), e, dialectV2)
		checkError(t, err)
		if len(members) > len(body) || len(members) > maxMembers {
			t.Errorf("%d members of %d bytes", len(members), len(body))
		}
		_ = masterOf(members)
		for _, member := range members {
			if len(member.Address) > maxHostBytes+len("[]:65535") || !utf8.ValidString(member.Address) {
				t.Errorf("a member's address is not bounded: %q", member.Address)
			}
			if encoded, err := json.Marshal(member); err != nil || len(encoded) == 0 {
				t.Errorf("a member cannot be written: %v", err)
			}
		}
	})
}

func FuzzThreads(f *testing.F) {
	addSamples(f, "*running-threads.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, _ := fuzzClient(t, body)
		worker := c.workers[0]
		worker.remember(dialectV2, "3.0.0", c.config.Now())
		tasks, err := c.readThreads(context.Background(), worker)
		checkError(t, err)
		var again []map[string]string
		for job, count := range tasks {
			if len(job) > maxDigits || strings.Trim(string(job), "0123456789") != "" || count < 1 || count > len(body) {
				t.Errorf("%d threads of job %q of %d bytes", count, job, len(body))
			}
			for range count {
				again = append(again, map[string]string{"threadName": "BlockingWorker-TaskGroupLocation{jobId=" + string(job) + ", pipelineId=1, taskGroupId=1}"})
			}
		}
		if err != nil || len(again) == 0 {
			return
		}
		c, _ = fuzzClient(t, []byte(asJSON(again)))
		c.workers[0].remember(dialectV2, "3.0.0", c.config.Now())
		if repeated, err := c.readThreads(context.Background(), c.workers[0]); err != nil || asJSON(repeated) != asJSON(tasks) {
			t.Errorf("%v became %v, %v", tasks, repeated, err)
		}
	})
}

func FuzzJobInfo(f *testing.F) {
	addSamples(f, "*job-info*.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, e := fuzzClient(t, body)
		e.remember(dialectV2, "3.0.0", c.config.Now())
		reading, err := c.readJob(context.Background(), e, cancelingJob)
		checkError(t, err)
		if err != nil {
			return
		}
		checkJob(t, reading.Job)
		if reading.Job.ID != cancelingJob {
			t.Errorf("the reading is of job %s", reading.Job.ID)
		}
		// One and the same body cannot be a job and a list that keeps it.
		if reading.Proof == coordinator.ProofEnded {
			t.Errorf("a single answer proves an end: %s", body)
		}
		c, e = fuzzClient(t, []byte(asJSON(written(reading.Job))))
		e.remember(dialectV2, "3.0.0", c.config.Now())
		if again, err := c.readJob(context.Background(), e, cancelingJob); err != nil || again.Job.Name != reading.Job.Name || again.Job.State != reading.Job.State || again.Proof != reading.Proof {
			t.Errorf("%+v became %+v, %v", reading, again, err)
		}
	})
}

func FuzzBeliefs(f *testing.F) {
	addSamples(f, "*pending-jobs.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, e := fuzzClient(t, body)
		found, err := c.readBeliefs(context.Background(), e)
		checkError(t, err)
		if len(found.running)+len(found.restoring) > len(body) {
			t.Errorf("%d beliefs of %d bytes", len(found.running)+len(found.restoring), len(body))
		}
		for _, belief := range found.running {
			if !isJobID(string(belief.Job)) || len(belief.Worker) > maxHostBytes || !utf8.ValidString(belief.Worker) {
				t.Errorf("%+v", belief)
			}
		}
		for _, job := range found.restoring {
			if !isJobID(string(job)) {
				t.Errorf("a restore of %q", job)
			}
		}
		_ = nodesByJob(found.running)
	})
}

func FuzzCheckpoints(f *testing.F) {
	addSamples(f, "*checkpoints_JOBID.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, e := fuzzClient(t, body)
		e.remember(dialectV2, "3.0.0", c.config.Now())
		last, err := c.LastCheckpoint(context.Background(), e.address, cancelingJob)
		checkError(t, err)
		if last.UnixMilli() < 0 && !last.IsZero() {
			t.Errorf("a checkpoint of %v", last)
		}
	})
}
