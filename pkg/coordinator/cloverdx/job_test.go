package cloverdx

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestJob_StatesAndWhatTheyProve(t *testing.T) {
	cases := map[string]struct {
		state coordinator.State
		proof coordinator.Proof
	}{
		"ENQUEUED":    {coordinator.StatePending, coordinator.ProofOpen},
		"READY":       {coordinator.StatePending, coordinator.ProofOpen},
		"WAITING":     {coordinator.StatePending, coordinator.ProofOpen},
		"RUNNING":     {coordinator.StateRunning, coordinator.ProofOpen},
		"FINISHED_OK": {coordinator.StateFinished, coordinator.ProofEnded},
		"ERROR":       {coordinator.StateFailed, coordinator.ProofEnded},
		"TIMEOUT":     {coordinator.StateFailed, coordinator.ProofEnded},
		"ABORTED":     {coordinator.StateCanceled, coordinator.ProofEnded},
		"UNKNOWN":     {coordinator.StateUnknown, coordinator.ProofNone},
		"N_A":         {coordinator.StateUnknown, coordinator.ProofNone},
		"MELTED":      {coordinator.StateUnknown, coordinator.ProofNone},
	}
	for word, want := range cases {
		f := newFake(t, run{id: 7, file: "a.grf", status: word, node: "node01"})
		f.simple = "/simpleHttpApi"
		for _, api := range []string{APIREST, APISimpleHTTP} {
			reading, err := newTestClient(t, func(c *Config) { c.API = api }, f).Job(context.Background(), f.address(), "7")
			if err != nil || reading.Job.State != want.state || reading.Job.Word != word || reading.Proof != want.proof || reading.Address != f.address() || reading.ReadAt.IsZero() || reading.Job.Name != "dwh/a.grf" {
				t.Errorf("%s by %s: %+v, %v", word, api, reading, err)
			}
		}
	}
}

func TestJob_NotFound(t *testing.T) {
	f := newFake(t, run{id: 7, file: "a.grf", status: "RUNNING"})
	f.simple = "/simpleHttpApi"
	for _, api := range []string{APIREST, APISimpleHTTP} {
		client := newTestClient(t, func(c *Config) { c.API = api }, f)
		_, err := client.Job(context.Background(), "", "8")
		wantError(t, err, coordinator.ErrNotFound, "the server knows no execution with the run id 8")
		_, err = client.Job(context.Background(), "http://elsewhere.example/clover", "7")
		wantError(t, err, coordinator.ErrNotSupported, "not among the servers in the settings")
	}
}

func TestJob_AnAnswerAboutAnotherExecutionProvesNothing(t *testing.T) {
	f := newFake(t, run{id: 7, file: "a.grf", status: "RUNNING"})
	f.simple = "/simpleHttpApi"
	f.on(restBase+"/executions/7", answerJSON(200, `{"runId":8,"status":"ABORTED"}`))
	f.on("/simpleHttpApi/graph_status", plain(200, "execution|8|ABORTED|u|s|f|||n|1"))
	for _, api := range []string{APIREST, APISimpleHTTP} {
		_, err := newTestClient(t, func(c *Config) { c.API = api }, f).Job(context.Background(), "", "7")
		wantError(t, err, coordinator.ErrBadAnswer, "the answer is about execution 8")
	}
}

func TestJob_ServersThatTellTheStatusAlone(t *testing.T) {
	f := newFake(t)
	f.rest, f.simple = false, "/simpleHttpApi"
	f.on("/simpleHttpApi/graph_status", plain(200, "FINISHED_OK\n"))
	reading, err := newTestClient(t, nil, f).Job(context.Background(), "", "7")
	if err != nil || reading.Job.ID != "7" || reading.Proof != coordinator.ProofEnded || reading.Job.State != coordinator.StateFinished {
		t.Errorf("%+v, %v", reading, err)
	}
	for _, odd := range []string{"", "hello", "RUNNING\nRUNNING", "<html></html>"} {
		f.on("/simpleHttpApi/graph_status", plain(200, odd))
		_, err = newTestClient(t, nil, f).Job(context.Background(), "", "7")
		wantError(t, err, coordinator.ErrBadAnswer, f.address())
	}
}

func TestJob_TheOtherServerWhenOneHangs(t *testing.T) {
	down, up := newFake(t), newFake(t, run{id: 7, file: "a.grf", status: "ABORTED"})
	down.on(restBase+"/executions", down.hang)
	reading, err := newTestClient(t, nil, down, up).Job(context.Background(), "", "7")
	if err != nil || reading.Address != up.address() || reading.Proof != coordinator.ProofEnded {
		t.Errorf("%+v, %v", reading, err)
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for text, told := range map[string]bool{
		"2026-11-22T10:00:00Z": true, "2026-11-22T11:00:00.000+01:00": true, "2026-11-22T10:00:00.000+0000": true, "1795341600000": true,
		"2026-11-22 10:00:00": false, "2026-11-22T10:00:00": false, "yesterday": false, "": false, "1795341600": false, "99999999999999999": false, "0001-01-01T00:00:00Z": false,
	} {
		if got := parseTime(text); told != got.Equal(want) || !told && !got.IsZero() {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestTaskThreads_AreNotTold(t *testing.T) {
	_, err := newTestClient(t, nil, newFake(t)).TaskThreads(context.Background())
	wantError(t, err, coordinator.ErrNotSupported, "does not tell which threads")
}

func TestFieldsOfTheSettings(t *testing.T) {
	f := newFake(t)
	f.on(restBase+"/executions", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.RawQuery, "statuses=RUNNING&x=1&pageSize=100&") {
			t.Errorf("query is %s", r.URL.RawQuery)
		}
		answerJSON(200, `{"@totalItems":3,"members":[
			{"runId":"7","status":"RUNNING","clusterNode":"n1","master":6,"node":{"x":1},"startTime":1795341600000},
			{"runId":8,"status":"RUNNING","clusterNode":{"name":"n1"},"master":{"runId":6},"submitTime":{}},
			{"runId":9,"status":"RUNNING","clusterNode":null,"master":null}]}`)(w, r)
	})
	got := snapshot(t, newTestClient(t, func(c *Config) {
		c.ParentField, c.NodeField, c.StatusFilter, c.PageSize = "master", "clusterNode", "statuses=RUNNING&x=1", 100
	}, f))
	if len(got.Jobs) != 3 || got.Jobs[0].Parent != "6" || got.Jobs[0].Nodes[0] != "n1" || got.Jobs[0].CreateTime.IsZero() || !got.Capabilities.ParentLink.Supported {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	// what is of another kind than we think is not told
	if job := got.Jobs[1]; job.Parent != "" || job.Nodes != nil || !job.CreateTime.IsZero() {
		t.Errorf("job is %s", asJSON(job))
	}
}
