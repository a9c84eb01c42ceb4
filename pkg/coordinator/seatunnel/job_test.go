package seatunnel

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func read(t testing.TB, client coordinator.Client, id coordinator.JobID) coordinator.Reading {
	t.Helper()
	reading, err := client.Job(context.Background(), "", id)
	if err != nil {
		t.Fatalf("Job(%s): %v", id, err)
	}
	return reading
}

func TestJob_OpenJobWithItsMaster(t *testing.T) {
	f := v2Canceling(t)
	got := read(t, newTestClient(t, nil, f), cancelingJob)
	if got.Proof != coordinator.ProofOpen || got.Job.State != coordinator.StateCanceling || got.Address != f.URL ||
		got.Master != "127.0.0.1:5801" || got.Split != nil || got.ReadAt.IsZero() {
		t.Errorf("reading is %s", asJSON(got))
	}
}

func TestJob_EndIsProvenByTheListOfEndedJobs(t *testing.T) {
	// Given a job after a force stop, in /job-info and in /finished-jobs/CANCELED
	f := v2Canceling(t)
	got := read(t, newTestClient(t, func(c *Config) { c.TimeZone = shanghai(t) }, f), forcedJob)
	want := coordinator.Job{
		ID: forcedJob, Name: "lab-lost", State: coordinator.StateCanceled, Word: "CANCELED",
		CreateTime: time.Date(2026, 11, 22, 9, 18, 20, 0, time.UTC), FinishTime: time.Date(2026, 11, 22, 9, 19, 36, 0, time.UTC),
	}
	if got.Proof != coordinator.ProofEnded || !reflect.DeepEqual(got.Job, want) {
		t.Errorf("reading is %s, want %s", asJSON(got), asJSON(want))
	}
}

func TestJob_EndOnV1WithADagAsString(t *testing.T) {
	f := v1Canceling(t)
	f.on(v1Prefix+"/job-info/1176963649315536897", answerJSON(200, sample(t, "v1-2.3.8-CANCELED-job-info.json")))
	f.on(v1Prefix+"/finished-jobs/CANCELED", answerJSON(200, sample(t, "v1-2.3.8-finished-jobs_CANCELED.json")))
	if got := read(t, newTestClient(t, nil, f), "1176963649315536897"); got.Proof != coordinator.ProofEnded || got.Job.Name != "st-two" {
		t.Errorf("reading is %s", asJSON(got))
	}
}

func TestS31_WhatProvesNoEnd(t *testing.T) {
	info := sample(t, "v2-2.3.13-job-info-after-force-stop.json")
	finished := sample(t, "v2-2.3.13-CANCELING-finished-jobs_CANCELED.json")
	cases := map[string]struct {
		info     string
		finished http.HandlerFunc
	}{
		"not among the ended yet":    {info, answerJSON(200, sample(t, "v2-2.3.13-CANCELING-finished-jobs_BOGUS.json"))},
		"another create time":        {info, answerJSON(200, strings.ReplaceAll(finished, "17:18:20", "17:18:21"))},
		"another state":              {info, answerJSON(200, strings.ReplaceAll(finished, `"CANCELED"`, `"FAILED"`))},
		"no create time":             {strings.Replace(info, `"createTime":"2026-11-22 17:18:20",`, "", 1), answerJSON(200, finished)},
		"the list fails":             {info, answerJSON(500, `{"status":"fail","message":"x"}`)},
		"the list is cut":            {info, answerJSON(200, finished[:30])},
		"UNKNOWABLE":                 {strings.Replace(info, `"CANCELED"`, `"UNKNOWABLE"`, 1), answerJSON(200, finished)},
		"a word that nobody knows":   {strings.Replace(info, `"CANCELED"`, `"DISSOLVED"`, 1), answerJSON(200, finished)},
		"a create time, but no word": {`{"jobId":"` + forcedJob + `","createTime":"2026-11-22 17:18:20"}`, answerJSON(200, finished)},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := v2Canceling(t)
			f.on("/job-info/"+forcedJob, answerJSON(200, test.info)).on("/finished-jobs/CANCELED", test.finished)
			if got := read(t, newTestClient(t, nil, f), forcedJob); got.Proof != coordinator.ProofNone {
				t.Errorf("reading is %s", asJSON(got))
			}
		})
	}
}

func TestJob_SavepointDoneIsAnEnd(t *testing.T) {
	swap := func(text string) string { return strings.ReplaceAll(text, "CANCELED", "SAVEPOINT_DONE") }
	f := v2Canceling(t)
	f.on("/job-info/"+forcedJob, answerJSON(200, swap(sample(t, "v2-2.3.13-job-info-after-force-stop.json"))))
	f.on("/finished-jobs/SAVEPOINT_DONE", answerJSON(200, swap(sample(t, "v2-2.3.13-CANCELING-finished-jobs_CANCELED.json"))))
	if got := read(t, newTestClient(t, nil, f), forcedJob); got.Proof != coordinator.ProofEnded || got.Job.State != coordinator.StateFinished {
		t.Errorf("reading is %s", asJSON(got))
	}
}

func TestJob_ProofReadsNoFurtherThanNeeded(t *testing.T) {
	// The list of ended jobs is long and never ends; the job stands first.
	finished := strings.TrimSuffix(strings.TrimSpace(sample(t, "v2-2.3.13-CANCELING-finished-jobs_CANCELED.json")), "]")
	f := v2Canceling(t)
	f.on("/finished-jobs/CANCELED", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(finished + "," + strings.Repeat(" ", 100_000)))
		w.(http.Flusher).Flush()
		f.hang(w, r)
	})
	client := newTestClient(t, nil, f)
	within(t, 0, func() {
		if got := read(t, client, forcedJob); got.Proof != coordinator.ProofEnded {
			t.Errorf("reading is %s", asJSON(got))
		}
	})
}

func TestJob_BareIDIsNotFound(t *testing.T) {
	f := v2Canceling(t)
	_, err := newTestClient(t, nil, f).Job(context.Background(), "", "123")
	wantError(t, err, coordinator.ErrNotFound, f.URL+"/job-info/123", "job 123 is neither open nor among the ended jobs")
}

func TestJob_IDsThatAreNoDigitsAreNotAsked(t *testing.T) {
	f := v2Canceling(t)
	client := newTestClient(t, nil, f)
	for _, id := range []coordinator.JobID{"abc", "", "-1", "1 ", "1/../2", "01", "1e5", "12345678901234567890", "١٢٣"} {
		_, err := client.Job(context.Background(), "", id)
		wantError(t, err, coordinator.ErrNotFound, "is no SeaTunnel job id")
	}
	if asked := f.asked(""); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
}

func TestJob_AnswerAboutAnotherJob(t *testing.T) {
	f := v2Canceling(t)
	f.on("/job-info/5", answerJSON(200, sample(t, "v2-2.3.13-CANCELING-job-info_JOBID.json")))
	_, err := newTestClient(t, nil, f).Job(context.Background(), "", "5")
	wantError(t, err, coordinator.ErrBadAnswer, "the answer is about job "+cancelingJob)
}

func TestJob_Addresses(t *testing.T) {
	one, two := v2Canceling(t), v2Canceling(t)
	one.on("/job-info/"+cancelingJob, one.hang)
	client := newTestClient(t, nil, one, two)

	// any master: the hanging one is left for the other
	if got := read(t, client, cancelingJob); got.Address != two.URL {
		t.Errorf("read from %s", got.Address)
	}
	// a given address: only that one
	within(t, testRequestTimeout, func() {
		_, err := client.Job(context.Background(), one.URL, cancelingJob)
		wantError(t, err, coordinator.ErrUnreachable, one.URL+"/job-info/"+cancelingJob, "no complete answer within 1s")
	})
	// known to the second one only: found
	one.on("/job-info/7", answerJSON(200, `{"jobId":"7"}`))
	two.on("/job-info/7", answerJSON(200, `{"jobId":"7","jobStatus":"RUNNING","createTime":"2026-11-22 17:18:20"}`))
	if got := read(t, client, "7"); got.Address != two.URL || got.Proof != coordinator.ProofOpen {
		t.Errorf("reading is %s", asJSON(got))
	}
	// an address that is not configured: nothing is asked
	_, err := client.Job(context.Background(), "http://elsewhere.example", cancelingJob)
	wantError(t, err, coordinator.ErrNotSupported, "not among the masters in the settings")
}

func TestJob_MemberThatLeftIsPassing(t *testing.T) {
	f := v2Canceling(t)
	f.on("/job-info/1", answerJSON(500, `{"status":"fail","message":"com.hazelcast.core.MemberLeftException: Member [127.0.0.1]:5802 has left cluster!\n\tat x"}`))
	_, err := newTestClient(t, nil, f).Job(context.Background(), "", "1")
	wantError(t, err, coordinator.ErrBadAnswer, "answered 500 Internal Server Error: com.hazelcast.core.MemberLeftException", "This passes when the cluster has settled.")
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "at x") {
		t.Errorf("a stack trace is shown: %v", err)
	}
}

func TestJob_ErrorOfAFailedJobIsBounded(t *testing.T) {
	f := v2Canceling(t)
	f.on("/job-info/1", answerJSON(200, `{"jobId":"1","jobStatus":"FAILED","createTime":"2026-11-22 17:18:20","finishTime":"","errorMsg":"`+strings.Repeat("ö", 5000)+`"}`))
	f.on("/finished-jobs/FAILED", answerJSON(200, `[]`))
	got := read(t, newTestClient(t, nil, f), "1")
	if got.Job.Error != strings.Repeat("ö", coordinator.MaxErrorBytes/2) || !got.Job.FinishTime.IsZero() {
		t.Errorf("error has %d bytes, finish time %v", len(got.Job.Error), got.Job.FinishTime)
	}
}
