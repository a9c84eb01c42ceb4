package seatunnel

import (
	"context"
	"reflect"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestTaskThreads_LostFinalStatus(t *testing.T) {
	// Given 2.3.8 with two jobs on a worker, then one of them in CANCELING with its final status lost
	master, worker := v1Canceling(t), v1Canceling(t)
	client := newTestClient(t, func(c *Config) { c.Workers = []string{worker.URL} }, master)
	const stuck, other = "1176961102764834817", "1176961102765031425"

	got, err := client.TaskThreads(context.Background())
	if want := map[coordinator.JobID]int{stuck: 3, other: 3}; err != nil || len(got) != 1 || got[0].Address != worker.URL || !reflect.DeepEqual(got[0].Tasks, want) {
		t.Errorf("running: %+v, %v", got, err)
	}
	worker.on(v1Prefix+"/running-threads", answerJSON(200, sample(t, "v1-2.3.8-worker-CANCELING-lost-running-threads.json")))
	got, err = client.TaskThreads(context.Background())
	if want := map[coordinator.JobID]int{other: 3}; err != nil || !reflect.DeepEqual(got[0].Tasks, want) {
		t.Errorf("lost: %+v, %v", got, err)
	}
}

func TestTaskThreads_MastersThreadsProveNothing(t *testing.T) {
	// A master of 2.3.13 has checkpoint-coordinator-1/ID for the running job.
	f := v2Canceling(t)
	f.on("/running-threads", answerJSON(200, sample(t, "v2-2.3.13-running-threads.json")))
	client := newTestClient(t, func(c *Config) { c.Workers = []string{f.URL} }, f)
	got, err := client.TaskThreads(context.Background())
	if err != nil || len(got[0].Tasks) != 0 || got[0].Tasks == nil || got[0].Err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTaskThreads_WorkersThatDoNotAnswerAreNamed(t *testing.T) {
	good, frozen, odd := v2Canceling(t), newFake(t), v2Canceling(t)
	for _, path := range []string{"/overview", v1Prefix + "/overview"} {
		frozen.on(path, frozen.hang)
	}
	odd.on("/running-threads", answerJSON(200, `[{"threadName":5}]`))
	client := newTestClient(t, func(c *Config) { c.Workers = []string{good.URL, frozen.URL, odd.URL} }, good)
	within(t, testRequestTimeout, func() {
		got, err := client.TaskThreads(context.Background())
		if err != nil || len(got) != 3 || got[0].Err != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		wantError(t, got[1].Err, coordinator.ErrUnreachable, frozen.URL)
		wantError(t, got[2].Err, coordinator.ErrBadAnswer, odd.URL+"/running-threads", "threadName is a number, not a string")
	})
}

func TestTaskThreads_NeedWorkerAddresses(t *testing.T) {
	f := v2Canceling(t)
	client := newTestClient(t, nil, f)
	_, err := client.TaskThreads(context.Background())
	wantError(t, err, coordinator.ErrNotSupported, "No worker addresses are set")
	can := snapshot(t, client).Capabilities
	if can.TaskThreads.Supported || can.Delivery.Supported || can.Delivery.Reason == "" || !can.Cancel.Supported {
		t.Errorf("capabilities are %+v", can)
	}
}
