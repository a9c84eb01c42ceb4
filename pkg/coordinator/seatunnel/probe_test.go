package seatunnel

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// clusterTimeOf finds cluster_time in a telemetry sample, another way than the
// client does.
func clusterTimeOf(t testing.TB, text string) int64 {
	t.Helper()
	match := regexp.MustCompile(`(?m)^cluster_time\{.*\} ([0-9.E]+)$`).FindStringSubmatch(text)
	if match == nil {
		t.Fatal("the sample has no cluster_time")
	}
	ms, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(ms)
}

func TestProbe_EveryAddressIsTried(t *testing.T) {
	master, worker := v2Canceling(t), newFake(t)
	down := v2Canceling(t)
	url := down.URL
	down.Server.Close()
	client := newTestClient(t, func(c *Config) {
		c.Masters = append(c.Masters, url)
		c.Workers = []string{worker.URL}
		c.TimeZone = shanghai(t)
	}, master)

	got, err := client.Probe(context.Background())

	if err != nil || got.Dialect != "REST v2" || got.Version != "2.3.10" || got.Master != "127.0.0.1:5801" || got.Workers != 1 || !got.Clock.Known {
		t.Errorf("probe is %s, %v", asJSON(got), err)
	}
	if got.Capabilities.ForceStop.Supported || !got.Capabilities.TaskThreads.Supported {
		t.Errorf("capabilities are %+v", got.Capabilities)
	}
	if len(got.Addresses) != 3 || got.Addresses[0].Err != nil || got.Addresses[0].Role != "master" || got.Addresses[2].Role != "worker" {
		t.Fatalf("addresses are %+v", got.Addresses)
	}
	wantError(t, got.Addresses[1].Err, coordinator.ErrUnreachable, url)
	wantError(t, got.Addresses[2].Err, coordinator.ErrBadAnswer, worker.URL)
	if len(got.Warnings) != 0 {
		t.Errorf("warnings are %q", got.Warnings)
	}
}

func TestProbe_NoMasterAnswers(t *testing.T) {
	f := v2Canceling(t)
	url := f.URL
	f.Server.Close()
	got, err := newTestClient(t, func(c *Config) { c.Masters = []string{url} }).Probe(context.Background())
	wantError(t, err, coordinator.ErrUnreachable, url)
	if len(got.Addresses) != 1 || got.Addresses[0].Err == nil {
		t.Errorf("addresses are %+v", got.Addresses)
	}
}

func TestProbe_V1StaysOpenBesideAPasswordOnV2(t *testing.T) {
	// Given one address that guards v2 by a password and serves v1 without
	f := v2Canceling(t)
	guarded := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if user, password, ok := r.BasicAuth(); !ok || user != "operator" || password != "right" {
				html(401, "<html>")(w, r)
				return
			}
			next(w, r)
		}
	}
	for path, route := range f.routes {
		f.on(path, guarded(route))
	}
	closed := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "right" }, f)
	got, err := closed.Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if text := joined(got.Warnings); strings.Contains(text, "without a password") {
		t.Errorf("v1 does not answer here: %s", text)
	}
	wantParts(t, joined(got.Warnings), f.URL+" is not https: user and password go over the network unencrypted.")

	f.on(v1Prefix+"/overview", answerJSON(200, sample(t, "v1-2.3.8-overview.json")))
	got, err = closed.Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, joined(got.Warnings), f.URL+" answers REST v1 without a password: whoever reaches this port can read and stop jobs.")
	for _, r := range f.asked(v1Prefix + "/overview") {
		if r.authorization != "" {
			t.Errorf("credentials were sent to v1: %q", r.authorization)
		}
	}
	// and snapshots work with the password
	snapshot(t, closed)
}

func TestS04_ZoneThatDoesNotFitTheClock(t *testing.T) {
	// Given an engine in Shanghai, and settings that say UTC
	created := time.Now().In(shanghai(t)).Format(timeLayout)
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(200, `{"data":[{"jobId":"1","jobStatus":"RUNNING","createTime":"`+created+`"}],"total":1}`))
	got, err := newTestClient(t, nil, f).Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, joined(got.Warnings), "createTime lies 8 h ahead of the coordinator's clock: check the time zone in the settings.")

	got, err = newTestClient(t, func(c *Config) { c.TimeZone = shanghai(t) }, f).Probe(context.Background())
	if err != nil || len(got.Warnings) != 0 {
		t.Errorf("warnings are %q, %v", got.Warnings, err)
	}
}

func TestZoneWarning(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	slow := coordinator.Clock{Known: true, Skew: -time.Hour}
	cases := []struct {
		created time.Time
		clock   coordinator.Clock
		part    string
	}{
		{time.Time{}, slow, ""},
		{now.Add(-time.Hour), slow, ""},
		{now.Add(-55 * time.Minute), slow, ""},
		{now, slow, "1 h ahead of the coordinator's clock"},
		{now.Add(4 * time.Minute), coordinator.Clock{}, ""},
		{now.Add(6 * time.Minute), coordinator.Clock{}, "6 min ahead of this server's clock"},
		{now.Add(5*time.Hour + 30*time.Minute), coordinator.Clock{}, "5 h 30 min ahead"},
	}
	for _, test := range cases {
		got := zoneWarning(test.created, now, test.clock)
		if (got == "") != (test.part == "") || !strings.Contains(got, test.part) {
			t.Errorf("created %v: %q, want %q", test.created, got, test.part)
		}
	}
}

func TestProbe_WhatHangsIsAWarning(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", f.hang).on("/system-monitoring-information", f.hang)
	client := newTestClient(t, nil, f)
	within(t, testPollDeadline, func() {
		got, err := client.Probe(context.Background())
		if err != nil || got.Version != "2.3.10" {
			t.Errorf("probe is %s, %v", asJSON(got), err)
		}
		wantParts(t, joined(got.Warnings), "The active master is not known", "The list of jobs was not readable", f.URL+"/running-jobs")
	})
}

func TestProbe_LongListIsNotReadToItsEnd(t *testing.T) {
	// REST v1 has no pages: the list is left after some jobs.
	f := v1Canceling(t)
	f.on(v1Prefix+"/running-jobs", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("[" + strings.Repeat(`{"jobId":"1","jobStatus":"RUNNING"},`, 10)))
		for i := 10; r.Context().Err() == nil; i++ {
			if _, err := w.Write([]byte(`{"jobId":"` + strconv.Itoa(i) + `","jobStatus":"RUNNING"},`)); err != nil {
				return
			}
		}
	})
	got, err := newTestClient(t, nil, f).Probe(context.Background())
	if err != nil || strings.Contains(joined(got.Warnings), "not readable") {
		t.Errorf("warnings are %q, %v", got.Warnings, err)
	}
}

func TestProbe_MastersOfDifferentVersionsAndClusters(t *testing.T) {
	one, two := v2Canceling(t), v2Canceling(t)
	two.on("/overview", answerJSON(200, `{"projectVersion":"3.0.0"}`))
	two.on("/system-monitoring-information", answerJSON(200, `[{"isMaster":"true","host":"10.0.0.9","port":"5801"}]`))
	got, err := newTestClient(t, nil, one, two).Probe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, joined(got.Warnings), "says version 2.3.10 and "+two.URL+" says 3.0.0", "different active masters (127.0.0.1:5801, 10.0.0.9:5801)")
}

func TestAPISetting_AsksOnlyThatInterface(t *testing.T) {
	for api, want := range map[string]string{APIV2: "/overview", APIV1: v1Prefix + "/overview"} {
		f := newFake(t)
		_, err := newTestClient(t, func(c *Config) { c.API = api }, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrBadAnswer, f.URL+want)
		if asked := f.asked(""); len(asked) != 1 || asked[0].path != want {
			t.Errorf("%s: asked %+v", api, asked)
		}
	}
}
