package generic

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestSnapshot_EverythingThatIsOffered(t *testing.T) {
	f := newFake(t)
	got := snapshot(t, newTestClient(t, nil, f))

	created := time.Date(2026, 1, 2, 3, 4, 5, 250_000_000, time.UTC)
	wantJobs := []coordinator.Job{
		{ID: stuckID, Name: "nightly", State: coordinator.StateCanceling, Word: "STOPPING", CreateTime: created, Nodes: []string{"node1:7000", "node2:7000"}, Parent: "p-1"},
		{ID: "p-1", Name: "parent", State: coordinator.StateRunning, Word: "running", CreateTime: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)},
	}
	if !reflect.DeepEqual(got.Jobs, wantJobs) || !got.Complete || len(got.Notes) != 0 {
		t.Errorf("jobs are %+v, complete %v, notes %v", got.Jobs, got.Complete, got.Notes)
	}
	wantMembers := []coordinator.Member{{Address: "node1:7000", Master: true}, {Address: "node2:7000", Name: "node2", Word: "UP"}}
	if !reflect.DeepEqual(got.Members, wantMembers) || got.Master != "node1:7000" || got.Workers != coordinator.NotKnown {
		t.Errorf("members are %+v, master %q, workers %d", got.Members, got.Master, got.Workers)
	}
	if got.Address != f.URL || got.Dialect != "contract 1 (Acme Jobs)" || got.Version != "4.2" || got.ReadAt.IsZero() {
		t.Errorf("it is %q, %q %q, read %v", got.Address, got.Dialect, got.Version, got.ReadAt)
	}
	if !reflect.DeepEqual(got.Restoring, []coordinator.JobID{"r-1", "r-2"}) {
		t.Errorf("restoring are %v", got.Restoring)
	}
	if len(got.Deliveries) != 2 || got.Deliveries[0].Node != "node1" {
		t.Fatalf("deliveries are %+v", got.Deliveries)
	}
	lost := got.Deliveries[0]
	if lost.Reachable || !lost.LostSince.Equal(time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)) || *lost.SentLimit != 10_000 || *lost.SentSinceLoss != 0 ||
		*lost.SentBytes != 2000 || *lost.Undelivered != 12 || *lost.InboundHeld != 3 || *lost.InboundTimeout != time.Hour || lost.NodeStartedAt.Year() != 2026 {
		t.Errorf("the lost pair is %+v", lost)
	}
	if !reflect.DeepEqual(got.Deliveries[1], coordinator.Delivery{Node: "node2", Peer: "node1", Reachable: true}) {
		t.Errorf("S10: what is not told must be nil, and a reachable peer is not lost: %+v", got.Deliveries[1])
	}
	for name, can := range map[string]coordinator.Capability{"cancel": got.Capabilities.Cancel, "force stop": got.Capabilities.ForceStop, "delivery": got.Capabilities.Delivery, "parents": got.Capabilities.ParentLink} {
		if !can.Supported || can.Reason != "" {
			t.Errorf("%s is %+v", name, can)
		}
	}
	if got.Capabilities.TaskThreads.Supported || got.Capabilities.NoMaster || got.Capabilities.OnlyStop != "" {
		t.Errorf("capabilities are %+v", got.Capabilities)
	}
	if asked := f.asked(""); len(asked) != 4 {
		t.Errorf("%d requests in a poll: %+v", len(asked), asked)
	}
}

func TestSnapshot_WhatIsNotOfferedHasAReason(t *testing.T) {
	f := newFake(t).on("/info", infoNow(`{"cancel":null,"delivery":false}`))
	got := snapshot(t, newTestClient(t, nil, f))
	for name, can := range map[string]coordinator.Capability{"cancel": got.Capabilities.Cancel, "forceStop": got.Capabilities.ForceStop, "delivery": got.Capabilities.Delivery, "parents": got.Capabilities.ParentLink} {
		if can.Supported || !strings.Contains(can.Reason, "does not name the capability "+name) {
			t.Errorf("%s is %+v", name, can)
		}
	}
	if got.Deliveries != nil || len(f.asked("/delivery")) != 0 {
		t.Errorf("delivery was read though it is not offered: %v", got.Deliveries)
	}
	f.on("/info", infoNow(`{"forceStop":true}`))
	if got := snapshot(t, newTestClient(t, nil, f)); got.Capabilities.OnlyStop != "force stop" {
		t.Errorf("a force stop without a cancel is the only stop: %+v", got.Capabilities)
	}
}

func TestSnapshot_NoPairsIsNotTheSameAsNotTold(t *testing.T) {
	f := newFake(t).on("/delivery", answer(200, `{"deliveries":[]}`))
	client := newTestClient(t, nil, f)
	if got := snapshot(t, client); got.Deliveries == nil || len(got.Deliveries) != 0 {
		t.Errorf("deliveries are %#v", got.Deliveries)
	}
	f.on("/delivery", answer(500, `{"error":"the buffers are locked"}`))
	got := snapshot(t, client)
	if got.Deliveries != nil || !got.Complete {
		t.Errorf("deliveries are %#v, complete %v", got.Deliveries, got.Complete)
	}
	wantParts(t, strings.Join(got.Notes, " "), "The delivery of events is not known", "the buffers are locked")
}

// paged serves n jobs by pages of at most most, with cursors that need escaping.
func paged(n, most int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		begin, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("cursor"), "a+b/ &="))
		end := min(begin+min(limit, most), n)
		var jobs []string
		for i := begin; i < end; i++ {
			jobs = append(jobs, fmt.Sprintf(`{"id":"j%d","name":"n","state":"running","createdAt":"2026-01-02T03:00:00Z"}`, i))
		}
		next := ""
		if end < n {
			next = fmt.Sprintf(`,"next":"a+b/ &=%d"`, end)
		}
		answer(200, `{"jobs":[`+strings.Join(jobs, ",")+`]`+next+`}`)(w, r)
	}
}

func TestSnapshot_Pages(t *testing.T) {
	for _, test := range []struct{ jobs, most, size, requests int }{{0, 10, 5, 1}, {5, 10, 5, 1}, {6, 10, 5, 2}, {23, 4, 10, 6}} {
		f := newFake(t).on("/jobs", paged(test.jobs, test.most))
		got := snapshot(t, newTestClient(t, func(c *Config) { c.PageSize = test.size }, f))
		if len(got.Jobs) != test.jobs || !got.Complete || len(f.asked("/jobs")) != test.requests {
			t.Errorf("%+v: %d jobs, complete %v, %d requests", test, len(got.Jobs), got.Complete, len(f.asked("/jobs")))
		}
	}
}

func TestSnapshot_PagesThatDriftGiveEachJobOnce(t *testing.T) {
	// Given a job that moves to the second page and ends between the two
	f := newFake(t).on("/jobs", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			answer(200, `{"jobs":[`+runningJSON+`,`+stuckJSON+`],"next":"2","restoring":["r-1"]}`)(w, r)
			return
		}
		answer(200, `{"restoring":["r-1","r-0"],"jobs":[`+strings.Replace(stuckJSON, "canceling", "failing", 1)+`,`+strings.Replace(runningJSON, "running", "finished", 1)+`],"next":null}`)(w, r)
	})
	got := snapshot(t, newTestClient(t, nil, f))
	if len(got.Jobs) != 1 || got.Jobs[0].State != coordinator.StateFailing || len(got.Restoring) != 2 {
		t.Errorf("jobs are %+v, restoring %v", got.Jobs, got.Restoring)
	}
}

func TestSnapshot_TheListBreaksOffInTheMiddle(t *testing.T) {
	f := newFake(t)
	f.on("/jobs", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") != "" {
			f.hang(w, r)
			return
		}
		answer(200, `{"jobs":[`+runningJSON+`],"next":"2"}`)(w, r)
	})
	within(t, testRequestTimeout, func() {
		got := snapshot(t, newTestClient(t, nil, f))
		if got.Complete || len(got.Jobs) != 1 {
			t.Errorf("complete %v, jobs %+v", got.Complete, got.Jobs)
		}
		wantParts(t, strings.Join(got.Notes, " "), "was not complete; 1 jobs had come", "poll deadline")
	})
}

func TestS14_AListThatHangsIsANote(t *testing.T) {
	f := newFake(t)
	f.on("/jobs", f.hang)
	other := newFake(t)
	client := newTestClient(t, nil, f, other)
	within(t, testRequestTimeout, func() {
		got := snapshot(t, client)
		if got.Complete || got.Jobs != nil || got.Master != "node1:7000" {
			t.Errorf("complete %v, jobs %+v, master %q", got.Complete, got.Jobs, got.Master)
		}
		wantParts(t, strings.Join(got.Notes, " "), f.URL+" answers /info and not /jobs", "no complete answer within 600ms")
	})
	// and the next poll begins with the other address
	if got := snapshot(t, client); got.Address != other.URL || !got.Complete {
		t.Errorf("read from %s, complete %v", got.Address, got.Complete)
	}
}

func TestS01_AnotherAddressStandsIn(t *testing.T) {
	for name, broken := range map[string]func(*fake){
		"gone":         func(f *fake) { f.Server.Close() },
		"info is HTML": func(f *fake) { f.on("/info", html(200, "<html>")) },
		"jobs are bad": func(f *fake) { f.on("/jobs", answer(200, `{"jobs":7}`)) },
		"503 for all":  func(f *fake) { f.on("/info", answer(503, `{"error":"starting"}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			first, second := newFake(t), newFake(t)
			broken(first)
			client := newTestClient(t, nil, first, second)
			got := snapshot(t, client)
			if got.Address != second.URL || !got.Complete || len(got.Masters) != 2 || len(got.Notes) == 0 {
				t.Errorf("read from %s, complete %v, masters %+v, notes %v", got.Address, got.Complete, got.Masters, got.Notes)
			}
			wantParts(t, strings.Join(got.Notes, " "), first.URL)
			before := len(first.asked("/jobs"))
			snapshot(t, client)
			if len(first.asked("/jobs")) != before {
				t.Error("the address that is no good is read from first again")
			}
		})
	}
}

func TestS16_MastersThatDisagree(t *testing.T) {
	one, two, gone := newFake(t), newFake(t), newFake(t)
	two.on("/members", answer(200, strings.Replace(membersJSON, `"master":"node1`, `"master":"node2`, 1)))
	gone.on("/members", answer(500, `{"error":"x"}`))
	client := newTestClient(t, nil, one, two, gone)
	got := snapshot(t, client)
	masters, split := got.SplitMasters()
	if !split || len(masters) != 2 || len(got.Masters) != 3 || got.Masters[2].Err == nil || got.Masters[1].Address != two.URL {
		t.Errorf("split %v %v, views %+v", split, masters, got.Masters)
	}
	reading, err := client.Job(t.Context(), one.URL, stuckID)
	if err != nil || !reflect.DeepEqual(reading.Split, []string{"node1:7000", "node2:7000"}) || reading.Master != "node1:7000" {
		t.Errorf("reading is %+v, %v", reading, err)
	}
	probe, err := client.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, strings.Join(probe.Warnings, " "), "name different active masters (node1:7000, node2:7000)")
}

func TestNoMaster_OnlyWhereNobodyEverNamesOne(t *testing.T) {
	const none = `{"members":[{"address":"a:1"}]}`
	f := newFake(t).on("/members", answer(200, none))
	client := newTestClient(t, nil, f)
	if got := snapshot(t, client); !got.Capabilities.NoMaster || got.Master != "" {
		t.Errorf("a cluster without a master: %+v", got.Capabilities)
	}
	// A failing read of the members changes nothing about it.
	f.on("/members", answer(500, `{"error":"x"}`))
	if got := snapshot(t, client); !got.Capabilities.NoMaster {
		t.Error("it is forgotten that the cluster has no master")
	}
	// Between two masters a cluster must not look like one that needs none.
	f.on("/members", answer(200, membersJSON))
	if got := snapshot(t, client); got.Capabilities.NoMaster || got.Master == "" {
		t.Errorf("a master was named: %+v", got.Capabilities)
	}
	f.on("/members", answer(200, none))
	if got := snapshot(t, client); got.Capabilities.NoMaster || got.Master != "" {
		t.Errorf("between two masters: %+v", got.Capabilities)
	}
	for _, missing := range []string{`{"master":"","members":[]}`, `{"master":null,"members":[]}`} {
		f.on("/members", answer(200, missing))
		if got := snapshot(t, newTestClient(t, nil, f)); got.Capabilities.NoMaster {
			t.Errorf("%s says that a master is missing", missing)
		}
	}
	f.on("/members", answer(500, `{"error":"x"}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if got.Capabilities.NoMaster || !got.Complete {
		t.Errorf("nothing is known about masters: %+v, complete %v", got.Capabilities, got.Complete)
	}
	wantParts(t, strings.Join(got.Notes, " "), "The members and the active master are not known")
}

func TestS04_ClockAndZones(t *testing.T) {
	f := newFake(t).on("/info", infoAt(90*time.Second, everything))
	got := snapshot(t, newTestClient(t, nil, f))
	if skew := got.Clock.Skew - 90*time.Second; !got.Clock.Known || got.Clock.Source != "/info" || skew.Abs() > time.Second {
		t.Errorf("clock is %+v", got.Clock)
	}
	// The same instant in two zones is the same job.
	first := got.Jobs[0].CreateTime
	f.on("/jobs", answer(200, strings.Replace(pageJSON, "2026-01-02T05:04:05.25+02:00", "2026-01-01T22:04:05.250-05:00", 1)))
	if again := snapshot(t, newTestClient(t, nil, f)).Jobs[0].CreateTime; again != first {
		t.Errorf("%v and %v are one instant", first, again)
	}
	f.on("/info", answer(200, `{"contract":1,"name":"x","time":"`+time.Now().UTC().Format(time.RFC3339)+`","capabilities":{}}`))
	if clock := snapshot(t, newTestClient(t, nil, f)).Clock; clock.Resolution != time.Second || clock.Skew.Abs() > 2*time.Second {
		t.Errorf("a clock in whole seconds is %+v", clock)
	}
}

func TestSnapshot_EndsBeforeItsDeadline(t *testing.T) {
	f := newFake(t)
	for _, path := range []string{"/info", "/members", "/jobs", "/delivery"} {
		f.on(path, f.hang)
	}
	within(t, testRequestTimeout, func() {
		_, err := newTestClient(t, nil, f).Snapshot(t.Context())
		wantError(t, err, coordinator.ErrUnreachable, f.URL+"/info", "no complete answer within")
	})
}

func TestTaskThreads_AreNotSupported(t *testing.T) {
	if _, err := newTestClient(t, nil, newFake(t)).TaskThreads(t.Context()); !errors.Is(err, coordinator.ErrNotSupported) {
		t.Errorf("error is %v", err)
	}
}
