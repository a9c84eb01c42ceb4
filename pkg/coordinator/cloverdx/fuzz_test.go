package cloverdx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// The decoders face whatever stands at a configured address. For every body:
// they never panic; what they give is bounded by the body and by their limits;
// an error is a coordinator.Error of a bounded length, without control
// characters; and what they decoded can be written and decoded again to the
// same.

// bodyTransport answers every request with one body, without a network.
type bodyTransport struct {
	kind string
	body []byte
}

func (t bodyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {t.kind}}, Request: request,
		Body: io.NopCloser(bytes.NewReader(t.body)), ContentLength: int64(len(t.body)),
	}, nil
}

// fuzzClient gives a client to which everybody answers body.
func fuzzClient(t testing.TB, kind string, body []byte) (*client, *server) {
	t.Helper()
	checked, err := Config{Servers: []string{"http://node1:8080/clover"}, Username: "operator", Password: "pass-word"}.check()
	if err != nil {
		t.Fatal(err)
	}
	checked.upstream.Reads = func(http.RoundTripper) http.RoundTripper { return bodyTransport{kind, body} }
	c := newClient(checked)
	return c, c.servers[0]
}

const (
	kindJSON = "application/json"
	kindText = "text/plain"
	// longestError is far more than any sentence of ours with an address, a
	// path and what it quotes of an answer.
	longestError = 1000
)

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
	if !isRunID(string(job.ID)) || job.Parent != "" && !isRunID(string(job.Parent)) || len(job.Name) > coordinator.MaxNameBytes || len(job.Word) > maxWordBytes || len(job.Nodes) > 1 {
		t.Errorf("an execution is not bounded: %+v", job)
	}
	texts := job.Name + job.Word + strings.Join(job.Nodes, "")
	if !utf8.ValidString(texts) || len(texts) > coordinator.MaxNameBytes+maxWordBytes+maxFieldBytes {
		t.Errorf("an execution's texts: %+q", job)
	}
	encoded, err := json.Marshal(job)
	if err != nil {
		t.Fatalf("an execution cannot be written: %v", err)
	}
	var again coordinator.Job
	if err := json.Unmarshal(encoded, &again); err != nil || asJSON(again) != string(encoded) {
		t.Errorf("an execution is not read again as it was written: %s, %v", encoded, err)
	}
}

// written gives an execution as REST writes it.
func written(job coordinator.Job) map[string]any {
	fields := map[string]any{"runId": job.ID, "jobFile": job.Name, "status": job.Word}
	if !job.CreateTime.IsZero() {
		fields["submitTime"] = job.CreateTime
	}
	if len(job.Nodes) > 0 {
		fields[DefaultNodeField] = job.Nodes[0]
	}
	if job.Parent != "" {
		fields[DefaultParentField] = job.Parent
	}
	return fields
}

func addBodies(f *testing.F, bodies ...string) {
	for _, body := range bodies {
		f.Add([]byte(body))
		f.Add([]byte(body[:len(body)/2]))
	}
}

func FuzzExecutions(f *testing.F) {
	addBodies(f,
		`{"@self":"http://node1/clover/api/rest/v1/executions","@type":"ExecutionCollection","@totalItems":1984,"@startIndex":0,"@pageItems":50,"members":[{"@self":"http://node1/clover/api/rest/v1/executions/117228","@type":"Execution","sandboxCode":"dwh","jobFile":"graph/simpleGraph.grf"}]}`,
		`{"@totalItems":1,"members":[{"runId":7,"status":"RUNNING","node":"node01","parentRunId":"6","submitTime":"2026-11-22T10:00:00.000+0000","user":{"x":[1]}}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		c, s := fuzzClient(t, kindJSON, body)
		found, err := c.readREST(context.Background(), s, 1)
		checkError(t, err)
		if len(found.jobs) > len(body)/len(`{"runId":1}`) {
			t.Errorf("%d executions of %d bytes", len(found.jobs), len(body))
		}
		members := []any{}
		for _, job := range found.jobs {
			checkJob(t, job)
			members = append(members, written(job))
		}
		if err != nil {
			return
		}
		c, s = fuzzClient(t, kindJSON, []byte(asJSON(map[string]any{"@totalItems": len(members), "members": members})))
		again, err := c.readREST(context.Background(), s, 1)
		if err != nil || len(again.jobs) != len(found.jobs) || len(again.jobs) > 0 && asJSON(again.jobs) != asJSON(found.jobs) {
			t.Errorf("%s became %s, %v", asJSON(found.jobs), asJSON(again.jobs), err)
		}
	})
}

func FuzzExecution(f *testing.F) {
	addBodies(f, `{"@self":"http://node1/clover/api/rest/v1/executions/7","runId":7,"status":"ABORTED","durationString":"5 s","stopTime":1795341600000}`, `{"runId":"8"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		c, s := fuzzClient(t, kindJSON, body)
		job, err := c.readExecution(context.Background(), s, "7")
		checkError(t, err)
		if err == nil {
			checkJob(t, job)
			if job.ID != "7" {
				t.Errorf("the execution is %s", job.ID)
			}
		}
	})
}

func FuzzHistory(f *testing.F) {
	addBodies(f, "execution|117228|RUNNING|clover|dwh|graph/load.grf|2026-11-22 10:00:00||node01|3\nexecution|9|RUNNING|u|s|a|b|||n|1\n", "117228\n9\n", "\n\n")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, s := fuzzClient(t, kindText, body)
		found, err := c.readSimple(context.Background(), s, 1)
		checkError(t, err)
		if len(found.jobs) > len(body) {
			t.Errorf("%d executions of %d bytes", len(found.jobs), len(body))
		}
		for _, job := range found.jobs {
			checkJob(t, job)
		}
	})
}

func FuzzGraphStatus(f *testing.F) {
	addBodies(f, "RUNNING", "execution|7|FINISHED_OK|clover|dwh|graph/load.grf|a|b|node01|3\n", "-2")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, s := fuzzClient(t, kindText, body)
		job, err := c.readStatus(context.Background(), s, "7")
		checkError(t, err)
		if err == nil {
			checkJob(t, job)
			if job.ID != "7" {
				t.Errorf("the execution is %s", job.ID)
			}
		}
		_ = oddStatus(http.StatusOK, body)
		_ = oddAbort(http.StatusOK, body)
	})
}

func FuzzClusterStatus(f *testing.F) {
	addBodies(f, "node01|http://localhost:8083/clover|0.3|READY\nnode02|http://[::1]:8083/clover|0.3|SUSPENDED\n", "a|%|b|c")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, s := fuzzClient(t, kindText, body)
		members, err := c.readMembers(context.Background(), s)
		checkError(t, err)
		if len(members) > len(body) || len(members) > maxNodes {
			t.Errorf("%d nodes of %d bytes", len(members), len(body))
		}
		for _, member := range members {
			if member.Name == "" || len(member.Name) > maxFieldBytes || len(member.Address) > maxFieldBytes || len(member.Word) > maxWordBytes || !utf8.ValidString(member.Name+member.Address+member.Word) {
				t.Errorf("%q", asJSON(member))
			}
		}
	})
}
