package seatunnel

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestSnapshot_RestV2WithAJobInCanceling(t *testing.T) {
	// Given engine-server 2.3.13 whose clock runs in Shanghai, with one job in CANCELING
	f := v2Canceling(t)
	client := newTestClient(t, func(c *Config) { c.TimeZone = shanghai(t) }, f)

	// when it is polled
	got := snapshot(t, client)

	// then everything that it tells is there, in our words
	want := coordinator.Job{
		ID: cancelingJob, Name: "lab-lost2", State: coordinator.StateCanceling, Word: "CANCELING",
		CreateTime: time.Date(2026, 11, 22, 9, 20, 16, 0, time.UTC), // 17:20:16 in Shanghai
		Nodes:      []string{"127.0.0.1:5802"},
	}
	if len(got.Jobs) != 1 || !reflect.DeepEqual(got.Jobs[0], want) {
		t.Errorf("jobs are %s, want %s", asJSON(got.Jobs), asJSON(want))
	}
	if !got.Complete || len(got.Notes) != 0 || got.Believed != nil {
		t.Errorf("complete %v, notes %q, believed %v", got.Complete, got.Notes, got.Believed)
	}
	if got.Address != f.URL || got.Dialect != "REST v2" || got.Version != "2.3.10" || got.Workers != 1 {
		t.Errorf("address %q dialect %q version %q workers %d", got.Address, got.Dialect, got.Version, got.Workers)
	}
	if got.Master != "127.0.0.1:5801" || len(got.Members) != 2 || !got.Members[0].Master || got.Members[1].Master {
		t.Errorf("master %q, members %+v", got.Master, got.Members)
	}
	if len(got.Masters) != 1 || got.Masters[0].Master != got.Master || got.Masters[0].Err != nil {
		t.Errorf("masters %+v", got.Masters)
	}
	if want := map[string]int{"RUNNING": 1, "PENDING": 0, "FINISHED": 0, "FAILED": 0, "CANCELED": 1}; !reflect.DeepEqual(got.Counts, want) {
		t.Errorf("counts are %v, want %v", got.Counts, want)
	}
	if !got.Clock.Known || got.Clock.Source != "HTTP Date" || got.Clock.Skew.Abs() > 3*time.Second {
		t.Errorf("clock %+v", got.Clock)
	}
	// and one poll costs four reads, no finished jobs among them
	if asked := f.asked(""); len(asked) != 4 || len(f.asked("/finished-jobs")) != 0 {
		t.Errorf("%d requests were sent: %+v", len(asked), asked)
	}
}

func TestSnapshot_RestV1OfAnUnmodified238(t *testing.T) {
	f := v1Canceling(t)
	client := newTestClient(t, nil, f)

	got := snapshot(t, client)

	if len(got.Jobs) != 1 || got.Jobs[0].ID != v1Job || got.Jobs[0].Name != "lab-lost" || got.Jobs[0].State != coordinator.StateCanceling {
		t.Fatalf("jobs are %s", asJSON(got.Jobs))
	}
	if !got.Complete || got.Dialect != "REST v1" || got.Version != "2.3.8" || got.Workers != 1 || got.Master != "127.0.0.1:5801" {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	if _, told := got.Counts["PENDING"]; told || got.Counts["RUNNING"] != 1 {
		t.Errorf("2.3.8 tells no pending jobs: counts are %v", got.Counts)
	}
	// cluster.timeDiff is the master's clock minus the member's
	if worker := got.Members[1]; !worker.ClockDiffKnown || worker.ClockDiff != 2*time.Millisecond {
		t.Errorf("worker is %+v", worker)
	}
	if got.Clock.Source != "telemetry" {
		t.Errorf("clock is %+v", got.Clock)
	}
}

func TestSnapshot_DialectIsRememberedAndProbedAnewAfterAFailure(t *testing.T) {
	f := v1Canceling(t)
	client := newTestClient(t, nil, f)
	snapshot(t, client)
	snapshot(t, client)
	if n := len(f.asked("/overview")); n != 1 {
		t.Fatalf("REST v2 was probed %d times in two polls, want once", n)
	}

	// The engine is upgraded: v1 is gone, v2 answers.
	for path, name := range map[string]string{
		"/overview": "v2-2.3.13-overview.json", "/running-jobs": "v2-2.3.13-running-jobs_page_1_rows_1.json",
		"/system-monitoring-information": "v2-2.3.13-system-monitoring-information.json", "/pending-jobs": "v2-2.3.13-pending-jobs.json",
	} {
		f.on(path, answerJSON(200, sample(t, name)))
	}
	f.on(v1Prefix+"/overview", answerJSON(404, ""))
	if got := snapshot(t, client); got.Dialect != "REST v2" || got.Jobs[0].State != coordinator.StateRunning {
		t.Errorf("snapshot is %s", asJSON(got))
	}
}

func TestSnapshot_NamesKeepEveryCharacter(t *testing.T) {
	// 2.3.8 gives UTF-8 without saying so.
	f := v1Canceling(t)
	f.on(v1Prefix+"/running-jobs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(sample(t, "v1-2.3.8-unicode-running-jobs.json")))
	})
	got := snapshot(t, newTestClient(t, nil, f))
	if len(got.Jobs) != 2 || got.Jobs[1].Name != `Über "job" 😀<img>` {
		t.Errorf("jobs are %s", asJSON(got.Jobs))
	}
}

func TestSnapshot_DeadlockedCoordinatorWithoutWorkers(t *testing.T) {
	f := newFake(t)
	for path, name := range map[string]string{
		"/overview": "v2-deadlock-overview.json", "/running-jobs": "v2-deadlock-running-jobs.json",
		"/system-monitoring-information": "v2-deadlock-system-monitoring-information.json", "/pending-jobs": "v2-deadlock-pending-jobs.json",
	} {
		f.on(path, answerJSON(200, sample(t, name)))
	}
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || got.Workers != 0 || len(got.Members) != 1 || len(got.Jobs) != 1 || got.Jobs[0].State != coordinator.StateCanceling || got.Jobs[0].Nodes != nil {
		t.Errorf("snapshot is %s", asJSON(got))
	}
}

func TestS08_JobIDKeepsEveryDigit(t *testing.T) {
	// Given ids above 2^53, as a string in one place and as a JSON number in another
	const id = "733584788375666689"
	for _, written := range []string{`"` + id + `"`, id} {
		f := v2Canceling(t)
		f.on("/running-jobs", answerJSON(200, `{"data":[{"jobId":`+written+`,"jobName":"n","jobStatus":"RUNNING","createTime":"2026-11-22 17:20:16"}],"total":1}`))
		f.on("/pending-jobs", answerJSON(200, `{"clusterSnapshot":{"workers":[{"address":"[10.0.0.7]:5802","runningJobIds":[`+id+`]}]}}`))
		f.on("/job-info/"+id, answerJSON(200, `{"jobId":`+written+`,"jobName":"n","jobStatus":"RUNNING","createTime":"2026-11-22 17:20:16"}`))
		f.on("/stop-job", answerJSON(200, `{"jobId":"`+id+`"}`))
		f.on("/running-threads", answerJSON(200, `[{"threadName":"BlockingWorker-TaskGroupLocation{jobId=`+id+`, pipelineId=1, taskGroupId=1}"}]`))
		client := newTestClient(t, func(c *Config) { c.Workers = []string{f.URL} }, f)

		// when it is listed, read, stopped and looked for on a worker
		got := snapshot(t, client)
		if len(got.Jobs) != 1 || got.Jobs[0].ID != id || !reflect.DeepEqual(got.Jobs[0].Nodes, []string{"10.0.0.7:5802"}) {
			t.Errorf("written as %s: jobs are %s", written, asJSON(got.Jobs))
		}
		reading, err := client.Job(context.Background(), "", id)
		if err != nil || reading.Job.ID != id {
			t.Errorf("written as %s: reading is %s, %v", written, asJSON(reading), err)
		}
		if _, err := client.Stop(context.Background(), coordinator.StopRequest{Address: f.URL, Job: id}); err != nil {
			t.Error(err)
		}
		threads, err := client.TaskThreads(context.Background())
		if err != nil || threads[0].Tasks[id] != 1 {
			t.Errorf("threads are %+v, %v", threads, err)
		}
		// then every digit arrives, at the coordinator too
		if posts := f.posts(); len(posts) != 1 || posts[0].body != `{"jobId":"`+id+`","isStopWithSavePoint":false}` {
			t.Errorf("posts are %+v", posts)
		}
	}
}

func TestSnapshot_EveryState(t *testing.T) {
	words := map[string]coordinator.State{
		"INITIALIZING": "pending", "CREATED": "pending", "PENDING": "pending", "SCHEDULED": "pending", "RUNNING": "running",
		"FAILING": "failing", "DOING_SAVEPOINT": "savepointing", "CANCELING": "canceling",
		"UNKNOWABLE": "unknown", "SOMETHING_NEW": "unknown", "": "unknown",
	}
	ended := []string{"FAILED", "SAVEPOINT_DONE", "CANCELED", "FINISHED"}
	var entries []string
	id := 1
	expected := map[coordinator.JobID]coordinator.State{}
	for word, state := range words {
		expected[coordinator.JobID(strconv.Itoa(id))] = state
		entries = append(entries, fmt.Sprintf(`{"jobId":"%d","jobStatus":%q}`, id, word))
		id++
	}
	for _, word := range ended {
		entries = append(entries, fmt.Sprintf(`{"jobId":"%d","jobStatus":%q}`, id, word))
		id++
	}
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(200, "["+strings.Join(entries, ",")+"]"))

	got := snapshot(t, newTestClient(t, nil, f))

	if len(got.Jobs) != len(expected) {
		t.Errorf("%d jobs, want %d: ended jobs are not open", len(got.Jobs), len(expected))
	}
	for i, job := range got.Jobs {
		if job.State != expected[job.ID] || words[job.Word] != job.State {
			t.Errorf("job %s has state %s for the word %q", job.ID, job.State, job.Word)
		}
		if i > 0 && got.Jobs[i-1].ID >= job.ID {
			t.Errorf("jobs are not sorted by id")
		}
	}
}

func TestS14_FrozenWorkerOnV2(t *testing.T) {
	// Given a frozen worker: these hang (measured), the others answer
	f := v2Canceling(t)
	f.on("/running-jobs", f.hang)
	f.on("/system-monitoring-information", f.hang)
	client := newTestClient(t, nil, f)

	var got *coordinator.Snapshot
	within(t, testPollDeadline, func() { got = snapshot(t, client) })

	// then the poll ends in time, says so, and what the master believes stands in
	if got.Complete || got.Jobs != nil || got.Workers != 1 || got.Version != "2.3.10" || got.Counts["RUNNING"] != 1 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	if want := []coordinator.Belief{{Job: cancelingJob, Worker: "127.0.0.1:5802"}}; !reflect.DeepEqual(got.Believed, want) {
		t.Errorf("believed is %v, want %v", got.Believed, want)
	}
	wantParts(t, joined(got.Notes), f.URL+" does not answer /running-jobs while it answers /overview", "1s", "frozen worker", "stands in", "members and the active master are not known")
	if got.Master != "" || got.Members != nil || got.Masters[0].Err == nil {
		t.Errorf("members are unknown, not %+v, %+v", got.Members, got.Masters)
	}
}

func TestS14_FrozenWorkerOnV1(t *testing.T) {
	f := v1Canceling(t)
	f.on(v1Prefix+"/running-jobs", f.hang)
	f.on(v1Prefix+"/system-monitoring-information", f.hang)
	f.on(v1Metrics, f.hang)
	client := newTestClient(t, nil, f)

	var got *coordinator.Snapshot
	within(t, testPollDeadline, func() { got = snapshot(t, client) })

	if got.Complete || got.Believed != nil || got.Workers != 1 || got.Clock.Known {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, joined(got.Notes), "does not answer /running-jobs", "REST v1 has nothing that stands in")
	// and two masters change nothing about that: the list hangs at both
	other := v1Canceling(t)
	other.on(v1Prefix+"/running-jobs", other.hang)
	other.on(v1Prefix+"/system-monitoring-information", other.hang)
	client = newTestClient(t, nil, f, other)
	within(t, testPollDeadline, func() { got = snapshot(t, client) })
	if got.Complete || len(got.Masters) != 2 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
}

func TestS14_CallersDeadlineIsKept(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", f.hang)
	client := newTestClient(t, func(c *Config) { c.RequestTimeout = 3 * time.Second }, f)
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	got, err := client.Snapshot(ctx)
	if err != nil || got.Complete || ctx.Err() != nil {
		t.Errorf("snapshot %s, error %v, context %v: it must return before the context ends", asJSON(got), err, ctx.Err())
	}
}

func TestS14_ListThatDripsIsGivenAsFarAsItCame(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"data":[` + strings.Repeat(" ", 70_000)))
		for i := 1; ; i++ {
			if _, err := fmt.Fprintf(w, `{"jobId":"%d","jobStatus":"RUNNING"},`+strings.Repeat(" ", 5000), i); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(20 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	client := newTestClient(t, func(c *Config) { c.RequestTimeout, c.PollDeadline = 300*time.Millisecond, time.Second }, f)
	var got *coordinator.Snapshot
	within(t, time.Second, func() { got = snapshot(t, client) })
	if got.Complete || len(got.Jobs) == 0 {
		t.Errorf("complete %v with %d jobs", got.Complete, len(got.Jobs))
	}
	wantParts(t, joined(got.Notes), "not complete in time", "raise the poll deadline")
}

func TestSnapshot_PassingFailureOfTheListIsANote(t *testing.T) {
	// Given the 500 of a worker that has just left (measured)
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(500, `{"status":"fail","message":"com.hazelcast.core.MemberLeftException: Member [127.0.0.1]:5802 - 80af7fdb [worker node] has left cluster!\n\tat com.hazelcast.spi.impl.operationservice.impl.InvocationMonitor"}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if got.Complete || len(got.Believed) != 1 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, joined(got.Notes), "MemberLeftException: Member [127.0.0.1]:5802", "stands in")
	if strings.Contains(joined(got.Notes), "InvocationMonitor") {
		t.Errorf("a stack trace is shown: %s", got.Notes)
	}
}

func TestSnapshot_ReadsFailOverAndStay(t *testing.T) {
	down, up := v2Canceling(t), v2Canceling(t)
	client := newTestClient(t, nil, down, up)
	if got := snapshot(t, client); got.Address != down.URL {
		t.Fatalf("read from %s, not from the first", got.Address)
	}
	// The first one dies: the other one is read, and stays the one.
	down.Server.CloseClientConnections()
	down.Server.Listener.Close()
	for range 2 {
		got := snapshot(t, client)
		if got.Address != up.URL || !got.Complete || got.Masters[0].Err == nil || got.Masters[1].Err != nil {
			t.Errorf("snapshot is from %s, masters %+v", got.Address, got.Masters)
		}
	}
	got := snapshot(t, client)
	if len(got.Notes) != 0 {
		t.Errorf("the preferred one answers: notes are %q", got.Notes)
	}
}

func TestSnapshot_HangingMasterDoesNotStarveTheOther(t *testing.T) {
	frozen, up := newFake(t), v2Canceling(t)
	for _, path := range []string{"/overview", v1Prefix + "/overview"} {
		frozen.on(path, frozen.hang)
	}
	client := newTestClient(t, nil, frozen, up)
	var got *coordinator.Snapshot
	within(t, testRequestTimeout, func() { got = snapshot(t, client) })
	if got.Address != up.URL || !got.Complete {
		t.Errorf("snapshot is from %s, complete %v", got.Address, got.Complete)
	}
	wantParts(t, joined(got.Notes), frozen.URL, "no complete answer within 1s")
}

func TestS16_MastersThatDisagreeAreBothShown(t *testing.T) {
	one, two := v2Canceling(t), v2Canceling(t)
	two.on("/system-monitoring-information", answerJSON(200, `[{"isMaster":"true","host":"10.0.0.9","port":"5801"}]`))
	client := newTestClient(t, nil, one, two)
	got := snapshot(t, client)
	masters, split := got.SplitMasters()
	if !split || !reflect.DeepEqual(masters, []string{"127.0.0.1:5801", "10.0.0.9:5801"}) {
		t.Errorf("masters are %v, split %v", masters, split)
	}
	reading, err := client.Job(context.Background(), "", cancelingJob)
	if err != nil || !reflect.DeepEqual(reading.Split, masters) || reading.Master != "127.0.0.1:5801" {
		t.Errorf("reading is %s, %v", asJSON(reading), err)
	}
}

func TestSnapshot_ErrorsWhenNoMasterAnswers(t *testing.T) {
	f := v2Canceling(t)
	url := f.URL
	f.Server.Close()
	client := newTestClient(t, func(c *Config) { c.Masters = []string{url} })
	_, err := client.Snapshot(context.Background())
	wantError(t, err, coordinator.ErrUnreachable, url+"/overview", "connection refused", "Check address, port and firewall.")
}

func TestSnapshot_MembersThatFailAreANote(t *testing.T) {
	f := v2Canceling(t)
	f.on("/system-monitoring-information", answerJSON(500, `{"status":"fail","message":"x"}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || got.Master != "" || got.Members != nil {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, joined(got.Notes), "active master are not known", "answered 500")
}

func TestSnapshot_VersionsWithoutPendingJobs(t *testing.T) {
	f := v2Canceling(t)
	f.on("/pending-jobs", nil)
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || len(got.Notes) != 0 || got.Jobs[0].Nodes != nil {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	f.on("/running-jobs", f.hang)
	got = snapshot(t, newTestClient(t, nil, f))
	wantParts(t, joined(got.Notes), "/pending-jobs, which could stand in, does not answer either (answered 404 Not Found)")
}
