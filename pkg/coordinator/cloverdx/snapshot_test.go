package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// familyRuns are a parent and its child beside ended ones.
func familyRuns() []run {
	return append(history(5),
		run{id: 117228, file: "jobflow/nightly.jbf", status: wordRunning, node: "node01"},
		run{id: 117229, file: "graph/load.grf", status: wordRunning, node: "node02", parent: "117228"})
}

func TestSnapshot_RunningExecutionsWithTheirParents(t *testing.T) {
	// Given a server with REST and cluster_status
	f := newFake(t, familyRuns()...)
	f.simple = "/simpleHttpApi"
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || got.Address != f.address() || got.Dialect != "REST API" || len(got.Jobs) != 2 || len(got.Notes) != 0 || !got.Clock.Known || got.Workers != coordinator.NotKnown {
		t.Fatalf("snapshot is %s", asJSON(got))
	}
	child := got.Jobs[1]
	if child.ID != "117229" || child.Name != "dwh/graph/load.grf" || child.State != coordinator.StateRunning || child.Word != "RUNNING" || child.Parent != "117228" ||
		len(child.Nodes) != 1 || child.Nodes[0] != "node02" || !child.CreateTime.Equal(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("the child is %s", asJSON(child))
	}
	if len(got.Members) != 2 || got.Members[0] != (coordinator.Member{Name: "node01", Address: "10.0.0.1:8083", Word: "READY"}) || got.Members[1].Word != "SUSPENDED" {
		t.Errorf("members are %s", asJSON(got.Members))
	}
	can := got.Capabilities
	if can.Cancel.Supported || !can.ForceStop.Supported || can.OnlyStop != "abort" || !can.NoMaster || !can.ParentLink.Supported || can.ParentLink.Reason != "" || can.Delivery.Supported || can.Delivery.Reason == "" {
		t.Errorf("capabilities are %+v", can)
	}
	for _, request := range f.asked("") {
		if request.header.Get("X-Requested-By") == "" || request.method != http.MethodGet {
			t.Errorf("request %+v", request)
		}
	}
}

func TestSnapshot_AddressesInAnswersAreNeverContacted(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) }))
	defer other.Close()
	f := newFake(t)
	f.on(restBase+"/executions", answerJSON(200, `{"@totalItems":1,"members":[{"@self":"`+other.URL+`/clover/api/rest/v1/executions/7","status":"RUNNING"}]}`))
	f.on("/simpleHttpApi/cluster_status", plain(200, "node01|"+other.URL+"/clover|0.3|READY\n"))
	client := newTestClient(t, nil, f)
	got := snapshot(t, client)
	if len(got.Jobs) != 1 || got.Jobs[0].ID != "7" || got.Members[0].Address != strings.TrimPrefix(other.URL, "http://") {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	_, _ = client.Probe(context.Background())
}

func TestSnapshot_SimpleHTTPAPIWhereThereIsNoREST(t *testing.T) {
	for _, base := range []string{"/simpleHttpApi", "/request_processor"} {
		f := newFake(t, append(familyRuns(), run{id: 9, file: "graph/a|b.grf", status: wordRunning, node: "node03"})...)
		f.rest, f.simple = false, base
		client := newTestClient(t, nil, f)
		got := snapshot(t, client)
		if !got.Complete || got.Dialect != "simple HTTP API" || len(got.Jobs) != 3 || len(got.Members) != 2 || got.Capabilities.ParentLink.Supported {
			t.Fatalf("%s: snapshot is %s", base, asJSON(got))
		}
		if job := got.Jobs[2]; job.Name != "dwh/graph/a|b.grf" || job.Nodes[0] != "node03" || !job.CreateTime.IsZero() || job.State != coordinator.StateRunning {
			t.Errorf("job is %s", asJSON(job))
		}
		before := len(f.asked(""))
		snapshot(t, client)
		// history, server_jobs, cluster_status: REST is not asked for again
		if asked := len(f.asked("")) - before; asked != 3 {
			t.Errorf("%s: %d requests for the second poll", base, asked)
		}
	}
}

func TestSnapshot_SimpleHTTPAPIAlone(t *testing.T) {
	f := newFake(t, familyRuns()...)
	f.simple = "/simpleHttpApi"
	snapshot(t, newTestClient(t, func(c *Config) { c.API = APISimpleHTTP }, f))
	if len(f.asked(restBase)) != 0 {
		t.Error("REST was asked though the settings say simple HTTP")
	}
	g := newFake(t, familyRuns()...)
	g.simple = "/simpleHttpApi"
	got := snapshot(t, newTestClient(t, func(c *Config) { c.API = APIREST }, g))
	if len(g.asked("/simpleHttpApi")) != 0 || len(got.Members) != 0 {
		t.Error("the simple HTTP API was asked though the settings say REST")
	}
}

func TestSnapshot_HistoryThatIsNotReadable(t *testing.T) {
	f := newFake(t, familyRuns()...)
	f.rest, f.simple = false, "/simpleHttpApi"
	f.on("/simpleHttpApi/executions_history", plain(400, "not permitted"))
	got := snapshot(t, newTestClient(t, nil, f))
	if got.Complete || len(got.Jobs) != 2 || got.Jobs[0].Name != "" || len(got.Notes) != 1 {
		t.Fatalf("snapshot is %s", asJSON(got))
	}
	wantParts(t, got.Notes[0], "was not readable; those that server_jobs lists stand in")
}

func TestS06_TheHistoryIsNeverRead(t *testing.T) {
	// Given 1,000 running executions and a history of 20,000
	f := newFake(t, append(history(20_000), manyRunning(1000)...)...)
	got := snapshot(t, newTestClient(t, patient, f))
	if !got.Complete || len(got.Jobs) != 1000 {
		t.Fatalf("%d jobs, complete %v, notes %q", len(got.Jobs), got.Complete, got.Notes)
	}
	// 50 on a page, of which 5 are asked for again
	if asked := len(f.asked(restBase)); asked > 23 {
		t.Errorf("%d requests", asked)
	}
}

func TestS06_AFilterThatIsIgnored(t *testing.T) {
	// Given a server that does not know our filter, and lists its history
	f := newFake(t, append(history(20_000), manyRunning(10)...)...)
	f.filters = false
	got := snapshot(t, newTestClient(t, patient, f))
	if got.Complete || len(got.Jobs) != 0 || len(f.asked(restBase)) != 1 {
		t.Fatalf("snapshot is %s after %d requests", asJSON(got), len(f.asked(restBase)))
	}
	wantParts(t, strings.Join(got.Notes, "\n"), "lists ended executions where running ones were asked for", `"status=RUNNING"`, "docs.html")
	// and the simple HTTP API stands in where it is there
	f.simple = "/simpleHttpApi"
	client := newTestClient(t, patient, f)
	for range 2 {
		got = snapshot(t, client)
		if !got.Complete || len(got.Jobs) != 10 || got.Dialect != "simple HTTP API" {
			t.Fatalf("snapshot is %s", asJSON(got))
		}
		wantParts(t, strings.Join(got.Notes, "\n"), "The simple HTTP API stands in.")
	}
}

func TestSnapshot_AFilterThatIsRefused(t *testing.T) {
	f := newFake(t, familyRuns()...)
	f.on(restBase+"/executions", answerJSON(400, `{"message":"unknown parameter status"}`))
	client := newTestClient(t, nil, f)
	_, err := client.Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, "answered 400 Bad Request: unknown parameter status", `The status filter "status=RUNNING" may be another`)
	f.simple = "/simpleHttpApi"
	got := snapshot(t, client)
	if !got.Complete || len(got.Jobs) != 2 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, strings.Join(got.Notes, "\n"), "The simple HTTP API stands in.")
}

func TestSnapshot_ListsThatDrift(t *testing.T) {
	// changing calls change after each page that was given.
	changing := func(f *fake, change func(page int)) {
		page := 0
		f.on(restBase+"/executions", func(w http.ResponseWriter, r *http.Request) {
			f.serveREST(w, r, "")
			page++
			f.mutex.Lock()
			defer f.mutex.Unlock()
			change(page)
		})
	}
	t.Run("a few end meanwhile", func(t *testing.T) {
		f := newFake(t, manyRunning(200)...)
		changing(f, func(int) { f.runs = f.runs[3:] })
		got := snapshot(t, newTestClient(t, patient, f))
		if !got.Complete || len(got.Jobs) != 200 {
			t.Errorf("%d jobs, complete %v: %q", len(got.Jobs), got.Complete, got.Notes)
		}
	})
	t.Run("some begin meanwhile", func(t *testing.T) {
		f := newFake(t, manyRunning(200)...)
		changing(f, func(page int) {
			f.runs = append([]run{{id: int64(page), file: "new.grf", status: wordRunning}}, f.runs...)
		})
		got := snapshot(t, newTestClient(t, patient, f))
		if !got.Complete || len(got.Jobs) < 200 {
			t.Errorf("%d jobs, complete %v: %q", len(got.Jobs), got.Complete, got.Notes)
		}
	})
	t.Run("very many end meanwhile", func(t *testing.T) {
		f := newFake(t, manyRunning(200)...)
		changing(f, func(int) { f.runs = f.runs[20:] })
		got := snapshot(t, newTestClient(t, patient, f))
		if got.Complete {
			t.Error("the snapshot says complete")
		}
		wantParts(t, strings.Join(got.Notes, "\n"), "changed too much while", "some may be missing")
	})
}

func TestSnapshot_ServersThatDoNotPageAsAsked(t *testing.T) {
	// Given one that gives the first page again and again
	f := newFake(t)
	f.on(restBase+"/executions", answerJSON(200, `{"@totalItems":500,"members":[{"runId":1,"status":"RUNNING"},{"runId":2,"status":"RUNNING"}]}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if got.Complete || len(got.Jobs) != 2 || len(f.asked(restBase)) != 2 {
		t.Errorf("snapshot is %s after %d requests", asJSON(got), len(f.asked(restBase)))
	}
	// and one with more than is ever read
	f = newFake(t, manyRunning(3000)...)
	got = snapshot(t, newTestClient(t, func(c *Config) { patient(c); c.PageSize = 10 }, f))
	if got.Complete || len(f.asked(restBase)) != maxPages || len(got.Jobs) != 9*maxPages+1 {
		t.Errorf("%d jobs, complete %v after %d requests", len(got.Jobs), got.Complete, len(f.asked(restBase)))
	}
	wantParts(t, strings.Join(got.Notes, "\n"), "and there are more. Raise the page size")
}

func TestSnapshot_TheFirstServerThatAnswers(t *testing.T) {
	down, up := newFake(t), newFake(t, familyRuns()...)
	down.on(restBase+"/executions", down.hang)
	client := newTestClient(t, nil, down, up)
	got := snapshot(t, client)
	if !got.Complete || got.Address != up.address() || len(got.Notes) != 1 {
		t.Fatalf("snapshot is %s", asJSON(got))
	}
	wantParts(t, got.Notes[0], down.address(), "no complete answer within")
	// and the next poll begins with the one that answered
	before := len(down.asked(""))
	if got = snapshot(t, client); len(got.Notes) != 0 || len(down.asked("")) != before {
		t.Errorf("the server that does not answer was asked again: %q", got.Notes)
	}
}

func TestSnapshot_APageThatDoesNotComeIsIncomplete(t *testing.T) {
	f := newFake(t, manyRunning(200)...)
	pages := 0
	f.on(restBase+"/executions", func(w http.ResponseWriter, r *http.Request) {
		if pages++; pages > 2 {
			answerJSON(503, "")(w, r)
			return
		}
		f.serveREST(w, r, "")
	})
	got := snapshot(t, newTestClient(t, nil, f))
	if got.Complete || len(got.Jobs) != 95 {
		t.Errorf("%d jobs, complete %v", len(got.Jobs), got.Complete)
	}
	wantParts(t, strings.Join(got.Notes, "\n"), "was not complete; 95 had come", "answered 503")
}

// nodes is a NodeSource of a test.
type nodes struct {
	read   []coordinator.Node
	closed bool
}

func (n *nodes) Read(context.Context) []coordinator.Node { return n.read }
func (n *nodes) Probe(context.Context) ([]coordinator.AddressProbe, []string) {
	return []coordinator.AddressProbe{{Address: "http://node1:8778/jolokia", Role: "node"}}, []string{"No JGroups names."}
}
func (n *nodes) Close() { n.closed = true }

func TestSnapshot_NodesOfTheMessagingLayer(t *testing.T) {
	source := &nodes{read: []coordinator.Node{{Name: "node01"}, {Name: "node02", Err: errors.New("frozen")}}}
	f := newFake(t, familyRuns()...)
	client := newTestClient(t, func(c *Config) { c.Nodes = source }, f)
	got := snapshot(t, client)
	if len(got.Nodes) != 2 || !got.Capabilities.Delivery.Supported || !got.Complete {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	// when no server can be reached, they are what there is
	f.on(restBase+"/executions", closing)
	got = snapshot(t, client)
	if got.Complete || len(got.Nodes) != 2 || len(got.Notes) != 2 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	// but refused credentials are an error, and so is a cluster of which nothing answers
	f.on(restBase+"/executions", answerJSON(401, ""))
	_, err := client.Snapshot(context.Background())
	wantError(t, err, coordinator.ErrUnauthorised)
	source.read = source.read[1:]
	f.on(restBase+"/executions", closing)
	_, err = client.Snapshot(context.Background())
	wantError(t, err, coordinator.ErrUnreachable, f.address())
	probe, _ := client.Probe(context.Background())
	if len(probe.Addresses) != 2 || probe.Addresses[1].Role != "node" {
		t.Errorf("probe is %+v", probe)
	}
	client.Close()
	if !source.closed {
		t.Error("the source was not closed")
	}
}

func TestSnapshot_AbortedByUsAndStillRunning(t *testing.T) {
	f := newFake(t, familyRuns()...)
	client := newTestClient(t, func(c *Config) {
		c.AbortAsked = func(id coordinator.JobID, created time.Time) bool { return id == "117228" && created.Year() == 2026 }
	}, f)
	got := snapshot(t, client)
	if got.Jobs[0].State != coordinator.StateCanceling || got.Jobs[0].Word != "RUNNING" || got.Jobs[1].State != coordinator.StateRunning {
		t.Errorf("jobs are %s", asJSON(got.Jobs))
	}
	reading, err := client.Job(context.Background(), "", "117228")
	if err != nil || reading.Job.State != coordinator.StateCanceling || reading.Proof != coordinator.ProofOpen {
		t.Errorf("reading is %+v, %v", reading, err)
	}
}

func TestProbe_SaysWhatAnOperatorShouldKnow(t *testing.T) {
	f := newFake(t, run{id: 5, file: "a.grf", status: wordRunning})
	f.on("/accessibilityTest.jsp", html(503, "<html><body>SUSPENDED</body></html>"))
	down := newFake(t)
	down.on(restBase+"/executions", html(200, "<html>login</html>"))
	probe, err := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "pass-word" }, f, down).Probe(context.Background())
	if err != nil || probe.Dialect != "REST API" || len(probe.Addresses) != 2 || probe.Addresses[0].Err != nil || probe.Addresses[1].Err == nil || probe.Addresses[0].Role != "server" || !probe.Clock.Known {
		t.Fatalf("probe is %+v, %v", probe, err)
	}
	wantParts(t, strings.Join(probe.Warnings, "\n"), f.address()+" is suspended", "is not https: user and password go", `No execution has shown the field "parentRunId" so far`, "states (READY, SUSPENDED) are not shown")
	if asked := f.asked("/accessibilityTest.jsp"); len(asked) != 1 || asked[0].header.Get("Authorization") != "" {
		t.Errorf("the accessibility test was asked %d times, or with a password", len(asked))
	}
	_, err = newTestClient(t, nil, down).Probe(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, "answered HTML, not JSON", "context path")
}

func TestSnapshot_NeverAsksForSuspend(t *testing.T) {
	f := newFake(t, familyRuns()...)
	f.simple = "/simpleHttpApi"
	for _, api := range []string{APIAuto, APIREST, APISimpleHTTP} {
		client := newTestClient(t, func(c *Config) { c.API = api }, f)
		snapshot(t, client)
		_, _ = client.Probe(context.Background())
		_, _ = client.Job(context.Background(), "", "117228")
		_, _ = client.Stop(context.Background(), coordinator.StopRequest{Address: f.address(), Job: "117229", Force: true})
	}
	for _, request := range f.asked("") {
		if strings.Contains(strings.ToLower(request.path+request.query+request.body), "suspend") {
			t.Errorf("%s %s?%s", request.method, request.path, request.query)
		}
	}
}

func TestSnapshot_ExecutionsWithoutAStatus(t *testing.T) {
	f := newFake(t)
	f.on(restBase+"/executions", answerJSON(200, `{"@totalItems":1,"members":[{"@self":"/executions/117228","sandboxCode":"s","jobFile":"graph/simpleGraph.grf"}]}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if len(got.Jobs) != 1 || got.Jobs[0].State != coordinator.StateUnknown {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, strings.Join(got.Notes, "\n"), "lists 1 executions without a status")
}

func TestS08_RunIDsKeepAllTheirDigits(t *testing.T) {
	const id = 9223372036854775807
	f := newFake(t, run{id: id, file: "a.grf", status: wordRunning, parent: fmt.Sprint(int64(id) - 1)})
	client := newTestClient(t, nil, f)
	got := snapshot(t, client)
	if got.Jobs[0].ID != "9223372036854775807" || got.Jobs[0].Parent != "9223372036854775806" {
		t.Errorf("jobs are %s", asJSON(got.Jobs))
	}
	reading, err := client.Job(context.Background(), "", got.Jobs[0].ID)
	if err != nil || reading.Job.ID != got.Jobs[0].ID {
		t.Errorf("reading is %+v, %v", reading, err)
	}
	for _, odd := range []coordinator.JobID{"", "0", "01", "-1", "abc", "1/../2", "1?x", "12345678901234567890"} {
		before := len(f.asked(""))
		_, err := client.Job(context.Background(), "", odd)
		wantError(t, err, coordinator.ErrNotFound, "is no CloverDX run id")
		if len(f.asked("")) != before {
			t.Errorf("%q was asked for", odd)
		}
	}
}
