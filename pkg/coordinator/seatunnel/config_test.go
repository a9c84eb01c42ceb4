package seatunnel

import (
	"strings"
	"testing"
	"time"
)

func TestNew_OneSentencePerFault(t *testing.T) {
	masters := []string{"http://10.0.0.1:8080"}
	cases := map[string]struct {
		config Config
		part   string
	}{
		"no master":               {Config{}, "no master address is set"},
		"no scheme":               {Config{Masters: []string{"zeta"}}, `master address 1: "zeta" has no scheme: write it like http://host:8080`},
		"host and port":           {Config{Masters: []string{"zeta:8080"}}, `"zeta:8080" is not a URL`},
		"address and port":        {Config{Masters: []string{"10.0.0.1:8080"}}, `"10.0.0.1:8080" is not a URL`},
		"an unknown scheme":       {Config{Masters: []string{"ftp://zeta"}}, "only http and https are possible"},
		"no host":                 {Config{Masters: []string{"http://"}}, "is not a URL"},
		"no host but a port":      {Config{Masters: []string{"http://:8080"}}, "names no host"},
		"an empty address":        {Config{Masters: []string{" "}}, "has no scheme"},
		"a bad port":              {Config{Masters: []string{"http://zeta:x"}}, "is not a URL"},
		"a query":                 {Config{Masters: []string{"http://zeta:8080?a=b"}}, "has a query or a fragment"},
		"a fragment":              {Config{Masters: []string{"http://zeta:8080#x"}}, "has a query or a fragment"},
		"credentials":             {Config{Masters: []string{"http://operator:hunter2@zeta:8080"}}, "contains credentials or an @: set user and password in their own settings"},
		"credentials, broken":     {Config{Masters: []string{"http://operator:hunter2@zeta:x%"}}, "contains credentials"},
		"a worker's address":      {Config{Masters: masters, Workers: []string{"http://w:8080", "x"}}, "worker address 2:"},
		"the same twice":          {Config{Masters: []string{"http://zeta:8080", "HTTP://Zeta:8080/"}}, "http://zeta:8080 is set twice"},
		"too many masters":        {Config{Masters: make([]string, 17)}, "17 master addresses are set: at most 16"},
		"an unknown interface":    {Config{Masters: masters, API: "v3"}, `the interface "v3" is not known: choose auto, v2 or v1`},
		"an odd force stop":       {Config{Masters: masters, ForceStop: "maybe"}, `"maybe" for force stop is not known`},
		"an odd context path":     {Config{Masters: masters, ContextPath: "/a?b"}, `the context path "/a?b" is not a path`},
		"a context path upwards":  {Config{Masters: masters, ContextPath: "a/../b"}, "is not a path"},
		"a password alone":        {Config{Masters: masters, Password: "hunter2"}, "a password is set without a user name"},
		"a colon in the name":     {Config{Masters: masters, Username: "a:b", Password: "hunter2"}, "contains a colon"},
		"no CA":                   {Config{Masters: masters, TLS: TLS{CAPEM: "hunter2"}}, "the CA certificate is not readable"},
		"half a certificate":      {Config{Masters: masters, TLS: TLS{KeyPEM: "hunter2"}}, "needs its key, and the key its certificate"},
		"an unreadable one":       {Config{Masters: masters, TLS: TLS{CertPEM: "x", KeyPEM: "hunter2"}}, "not readable or do not belong together"},
		"a timeout too short":     {Config{Masters: masters, RequestTimeout: time.Millisecond}, "the request timeout is 1ms: choose one between 50ms and 5m0s"},
		"a deadline too short":    {Config{Masters: masters, PollDeadline: time.Second}, "the poll deadline is 1s: choose one between the request timeout (5s) and 5m0s"},
		"a negative deadline":     {Config{Masters: masters, PollDeadline: -time.Second}, "the poll deadline is -1s"},
		"pages too small":         {Config{Masters: masters, PageRows: 10}, "the page size is 10 jobs: choose one between 1000 and 100000"},
		"a limit that is too low": {Config{Masters: masters, BodyLimit: 10}, "the limit for answers is 10 bytes: choose at least 65536"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			client, err := New(test.config)
			if err == nil || client != nil {
				t.Fatalf("no error")
			}
			wantParts(t, err.Error(), test.part)
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestNew_SeveralFaultsAreSeveralSentences(t *testing.T) {
	_, err := New(Config{Masters: []string{"ftp://x"}, API: "x", ForceStop: "x"})
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 {
		t.Errorf("%d sentences: %q", len(lines), lines)
	}
}

func TestAddresses_AsPeopleWriteThem(t *testing.T) {
	cases := []struct{ written, contextPath, address, v2, v1 string }{
		{"http://zeta:8080", "", "http://zeta:8080", "/overview", "/hazelcast/rest/maps/overview"},
		{" HTTP://Zeta:8080/ ", "", "http://zeta:8080", "/overview", "/hazelcast/rest/maps/overview"},
		{"https://[::1]:8443", "seatunnel/", "https://[::1]:8443", "/seatunnel/overview", "/hazelcast/rest/maps/overview"},
		// a path in the address wins over the context path, and holds for both interfaces
		{"http://proxy/zeta/", "/seatunnel", "http://proxy/zeta", "/overview", "/hazelcast/rest/maps/overview"},
		// REST v1's prefix is ours to add
		{"http://zeta:5801/hazelcast/rest/maps/", "", "http://zeta:5801", "/overview", "/hazelcast/rest/maps/overview"},
	}
	for _, test := range cases {
		contextPath, err := cleanContextPath(test.contextPath)
		if err != nil {
			t.Fatal(err)
		}
		e, err := newEndpoint(roleMaster, test.written, contextPath)
		if err != nil {
			t.Fatal(err)
		}
		if e.address != test.address || e.path(dialectV2, pathOverview) != test.v2 || e.path(dialectV1, pathOverview) != test.v1 {
			t.Errorf("%q: address %q, v2 %q, v1 %q", test.written, e.address, e.path(dialectV2, pathOverview), e.path(dialectV1, pathOverview))
		}
	}
}

func TestContextPath_OfTheSettingsAndOfTheAddress(t *testing.T) {
	f := newFake(t)
	f.on("/zeta/overview", answerJSON(200, sample(t, "v2-2.3.13-overview.json")))
	f.on("/zeta/running-jobs", answerJSON(200, sample(t, "v2-2.3.13-running-jobs_page_1_rows_1.json")))
	f.on("/zeta/system-monitoring-information", answerJSON(200, sample(t, "v2-2.3.13-system-monitoring-information.json")))
	f.on("/zeta/pending-jobs", answerJSON(200, sample(t, "v2-2.3.13-pending-jobs.json")))
	for _, change := range []func(*Config){
		func(c *Config) { c.Masters, c.ContextPath = []string{f.URL}, "/zeta" },
		func(c *Config) { c.Masters = []string{f.URL + "/zeta"} },
	} {
		got := snapshot(t, newTestClient(t, change))
		if !got.Complete || got.Dialect != "REST v2" || len(got.Jobs) != 1 || len(got.Members) != 2 {
			t.Errorf("snapshot is %s", asJSON(got))
		}
	}
}
