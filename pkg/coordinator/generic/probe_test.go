package generic

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestProbe_AsksEveryAddress(t *testing.T) {
	one, two, gone := newFake(t), newFake(t), newFake(t)
	gone.Server.Close()
	probe, err := newTestClient(t, nil, one, two, gone).Probe(t.Context())
	if err != nil || probe.Dialect != "contract 1 (Acme Jobs)" || probe.Version != "4.2" || probe.Master != "node1:7000" || !probe.Clock.Known || !probe.Capabilities.ForceStop.Supported {
		t.Errorf("probe is %+v, %v", probe, err)
	}
	if len(probe.Addresses) != 3 || probe.Addresses[0].Err != nil || probe.Addresses[2].Err == nil || probe.Addresses[2].Address != gone.URL || len(probe.Warnings) != 0 {
		t.Errorf("addresses are %+v, warnings %v", probe.Addresses, probe.Warnings)
	}
	if len(one.posts())+len(two.posts()) != 0 {
		t.Error("a probe reads only")
	}
}

func TestProbe_Warnings(t *testing.T) {
	one, two := newFake(t), newFake(t)
	one.on("/jobs", answer(500, `{"error":"the table is locked"}`)).on("/members", answer(200, `{}`)).on("/delivery", answer(200, `[]`))
	two.on("/info", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			answer(401, `{"error":"who?"}`)(w, r)
			return
		}
		answer(200, `{"contract":1,"name":"Acme Jobs","version":"5","time":"2026-01-02T03:04:05Z","capabilities":{}}`)(w, r)
	})
	probe, err := newTestClient(t, func(c *Config) { c.Token = "a-token-of-the-test" }, one, two).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	warnings := strings.Join(probe.Warnings, "\n")
	wantParts(t, warnings, one.URL+" answers without credentials", one.URL+" is not https", two.URL+" is not https",
		"says Acme Jobs 4.2 and "+two.URL+" says Acme Jobs 5", "The active master is not known", "The list of jobs was not readable", "the table is locked", "The delivery of events was not readable")
	if strings.Contains(warnings, two.URL+" answers without credentials") {
		t.Error("the second address wants credentials")
	}
}

func TestProbe_NobodyAnswers(t *testing.T) {
	one, two := newFake(t), newFake(t)
	one.Server.Close()
	two.on("/info", answer(401, `{"error":"who?"}`))
	probe, err := newTestClient(t, nil, one, two).Probe(t.Context())
	wantError(t, err, coordinator.ErrUnauthorised, two.URL)
	if len(probe.Addresses) != 2 || probe.Capabilities.Cancel.Supported || probe.Capabilities.NoMaster {
		t.Errorf("probe is %+v", probe)
	}
}

func TestConfig_FaultsAreSentences(t *testing.T) {
	for name, test := range map[string]struct {
		config Config
		part   string
	}{
		"no address":       {Config{}, "no address is set"},
		"credentials":      {Config{Addresses: []string{"http://u:p@host"}}, "address 1: it contains credentials"},
		"no URL":           {Config{Addresses: []string{"host:8080"}}, "address 1"},
		"a query":          {Config{Addresses: []string{"http://host/?x=1"}}, "has a query"},
		"twice":            {Config{Addresses: []string{"http://host/a/", "HTTP://HOST/a"}}, "the address http://host/a is set twice"},
		"too many":         {Config{Addresses: strings.Split(strings.Repeat("http://h ", 17), " ")}, "at most 16"},
		"a page of 10,001": {Config{Addresses: []string{"http://h"}, PageSize: 10_001}, "the page size is 10001"},
		"a small limit":    {Config{Addresses: []string{"http://h"}, BodyLimit: 7}, "the limit for answers is 7 bytes"},
		"a broken token":   {Config{Addresses: []string{"http://h"}, Token: "a b"}, "the token contains a space"},
		"a password alone": {Config{Addresses: []string{"http://h"}, Password: "x"}, "without a user name"},
		"a timeout":        {Config{Addresses: []string{"http://h"}, RequestTimeout: 1}, "the request timeout is 1ns"},
	} {
		_, err := New(test.config)
		if err == nil {
			t.Errorf("%s is no fault", name)
			continue
		}
		wantParts(t, err.Error(), test.part)
	}
	client, err := New(Config{Addresses: []string{"https://Host:8443/coordinator/v1/"}})
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}
