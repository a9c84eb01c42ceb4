package cloverdx

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

func TestNew_OneSentencePerFault(t *testing.T) {
	servers := []string{"http://10.0.0.1:8080/clover"}
	cases := map[string]struct {
		config Config
		part   string
	}{
		"no server":               {Config{}, "no server address is set"},
		"no scheme":               {Config{Servers: []string{"node1"}}, `server address 1: "node1" has no scheme`},
		"credentials":             {Config{Servers: []string{"http://a:hunter2@node1/clover"}}, "contains credentials"},
		"the same twice":          {Config{Servers: []string{servers[0], servers[0] + "/api/rest/v1/"}}, "is set twice"},
		"too many":                {Config{Servers: make([]string, 65)}, "at most 64"},
		"an unknown interface":    {Config{Servers: servers, API: "soap"}, "choose auto, rest or simple-http"},
		"an unknown method":       {Config{Servers: servers, AbortMethod: "GET"}, "choose POST, DELETE or PUT"},
		"a path without id":       {Config{Servers: servers, AbortPath: "/executions/abort"}, "is not a path with {runId} in it"},
		"a path with a query":     {Config{Servers: servers, AbortPath: "/executions/{runId}?x=1"}, "is not a path with {runId}"},
		"a path upwards":          {Config{Servers: servers, AbortPath: "/../{runId}"}, "is not a path with {runId}"},
		"a path to another host":  {Config{Servers: servers, AbortPath: "//other/{runId}"}, "is not a path with {runId}"},
		"suspend":                 {Config{Servers: servers, AbortPath: "/server/Suspend/{runId}"}, "suspends a server, which aborts all its executions"},
		"a field of ours":         {Config{Servers: servers, ParentField: "runId"}, `the parent field "runId" is not possible`},
		"one field for two":       {Config{Servers: servers, ParentField: "x", NodeField: "x"}, "they are two fields"},
		"no filter":               {Config{Servers: servers, StatusFilter: "&"}, "is not a query that lists running executions only"},
		"a filter of ours":        {Config{Servers: servers, StatusFilter: "pageSize=5"}, "is not a query that lists"},
		"pages too large":         {Config{Servers: servers, PageSize: 5000}, "choose one between 10 and 1000"},
		"a password alone":        {Config{Servers: servers, Password: "hunter2"}, "a password is set without a user name"},
		"a deadline too short":    {Config{Servers: servers, PollDeadline: time.Second}, "the poll deadline is 1s"},
		"an unreadable authority": {Config{Servers: servers, TLS: upstream.TLS{CAPEM: "hunter2"}}, "the CA certificate is not readable"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			client, err := New(test.config)
			if err == nil || client != nil {
				t.Fatal("no error")
			}
			wantParts(t, err.Error(), test.part)
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestAddresses_AsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"http://node1:8080/clover":              "http://node1:8080/clover",
		" HTTP://Node1:8080/clover/ ":           "http://node1:8080/clover",
		"https://node1/clover/api/rest/v1/":     "https://node1/clover",
		"http://node1:8080":                     "http://node1:8080",
		"http://proxy.example/etl/clover%20two": "http://proxy.example/etl/clover%20two",
	} {
		if got, err := baseAddress(written); err != nil || got != want {
			t.Errorf("%q is %q, %v", written, got, err)
		}
	}
}
