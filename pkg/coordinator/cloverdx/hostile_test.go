package cloverdx

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestS07_BadListsAreTypedErrorsThatNameTheServer(t *testing.T) {
	whole := `{"@totalItems":1,"members":[{"runId":7,"status":"RUNNING"}]}`
	one := func(fields string) string { return `{"@totalItems":1,"members":[{` + fields + `}]}` }
	cases := map[string]struct {
		answer http.HandlerFunc
		parts  []string
	}{
		"truncated":               {answerJSON(200, whole[:len(whole)/2]), []string{"breaks off in the middle"}},
		"empty":                   {answerJSON(200, ""), []string{"the answer is empty"}},
		"HTML":                    {html(200, "<html>login</html>"), []string{"answered HTML, not JSON", "with its context path, such as http://host:8080/clover"}},
		"no JSON":                 {answerJSON(200, "hello"), []string{"broken JSON"}},
		"a list":                  {answerJSON(200, `[]`), []string{"the list of executions is a list, not an object"}},
		"another API":             {answerJSON(200, `{"hello":"world"}`), []string{"has no members or no @totalItems, so this is not CloverDX's REST API"}},
		"members of a wrong type": {answerJSON(200, `{"@totalItems":1,"members":{}}`), []string{"members is an object, not a list"}},
		"total of a wrong type":   {answerJSON(200, `{"@totalItems":true,"members":[]}`), []string{"@totalItems is true or false, not a number"}},
		"a negative total":        {answerJSON(200, `{"@totalItems":-4,"members":[]}`), []string{`@totalItems is "-4", not a number`}},
		"an execution null":       {answerJSON(200, `{"@totalItems":1,"members":[null]}`), []string{"an execution is null, not an object"}},
		"no id":                   {answerJSON(200, one(`"status":"RUNNING"`)), []string{"has no runId and no @self that ends in one"}},
		"an id of letters":        {answerJSON(200, one(`"runId":"abc"`)), []string{`runId is "abc", not a run id of digits`}},
		"an id with an exponent":  {answerJSON(200, one(`"runId":1e18`)), []string{`runId is "1e18"`}},
		"an id twice":             {answerJSON(200, one(`"runId":1,"runId":2`)), []string{`has "runId" twice`}},
		"a status of wrong type":  {answerJSON(200, one(`"runId":1,"status":{}`)), []string{"status is an object, not a string"}},
		"a file of wrong type":    {answerJSON(200, one(`"runId":1,"jobFile":7`)), []string{"jobFile is a number, not a string"}},
		"something after it":      {answerJSON(200, whole+"{}"), []string{"something follows"}},
		"404":                     {answerJSON(404, ""), []string{"answered 404", "context path"}},
		"500":                     {answerJSON(500, `{"message":"NullPointerException\n\tat x"}`), []string{"answered 500 Internal Server Error: NullPointerException."}},
		"S41 a redirect":          {redirecting(302, "http://u:pw@elsewhere.example/login?token=secret"), []string{"answered a redirect (302) to http://elsewhere.example/login", "never followed"}},
		"too many nestings":       {answerJSON(200, one(`"runId":1,"x":`+strings.Repeat("[", 20_000))), []string{"broken JSON"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on(restBase+"/executions", test.answer)
			_, err := newTestClient(t, nil, f).Snapshot(context.Background())
			wantError(t, err, coordinator.ErrBadAnswer, append(test.parts, f.address()+restBase+"/executions")...)
			for _, secret := range []string{"pw@", "token", "secret"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells a secret: %v", err)
				}
			}
		})
	}
}

func TestS07_BadTextOfTheSimpleHTTPAPI(t *testing.T) {
	cases := map[string]struct {
		operation, body, part string
	}{
		"a row too short":     {"executions_history", "execution|7|RUNNING", "a row is"},
		"no id":               {"executions_history", "execution|x|RUNNING|u|s|f|||n|1", "a row is"},
		"HTML that says text": {"executions_history", "<html>login</html>", "answered HTML, not plain text"},
		"an endless line":     {"executions_history", strings.Repeat("x", 100_000), "a line in the answer larger than 8 kB"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.rest, f.simple = false, "/simpleHttpApi"
			f.on("/simpleHttpApi/"+test.operation, plain(200, test.body)).on("/simpleHttpApi/server_jobs", plain(404, ""))
			_, err := newTestClient(t, func(c *Config) { c.API = APISimpleHTTP }, f).Snapshot(context.Background())
			wantError(t, err, coordinator.ErrBadAnswer, test.part, f.address())
		})
	}
	f := newFake(t)
	f.rest = false
	_, err := newTestClient(t, func(c *Config) { c.API = APISimpleHTTP }, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, "answered 404", "off by default since CloverDX 7")
	// A bad list of nodes is a note: the executions are there.
	f = newFake(t, familyRuns()...)
	f.on("/simpleHttpApi/cluster_status", plain(200, "Error: no cluster\x1b[31m"))
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || len(got.Members) != 0 || len(got.Notes) != 1 {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	wantParts(t, got.Notes[0], "The nodes and their states are not known", "not name|URL|load|status")
}

func TestS07_EndlessAnswersAreCut(t *testing.T) {
	endless := func(kind, begin, chunk string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(begin))
			block := []byte(strings.Repeat(chunk, 64<<10/len(chunk)))
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	}
	const json, text = "application/json", "text/plain"
	cases := map[string]struct {
		path   string
		answer http.HandlerFunc
		part   string
	}{
		"white space":    {restBase + "/executions", endless(json, "{", " "), "a single value in the answer larger than 8 MB"},
		"one string":     {restBase + "/executions", endless(json, `{"members":[{"jobFile":"`, "x"), "a single value in the answer larger than 8 MB"},
		"what we skip":   {restBase + "/executions", endless(json, `{"x":[`, `"`+strings.Repeat("x", 4000)+`",`), "answer larger than 32 MB"},
		"executions":     {restBase + "/executions", endless(json, `{"members":[`, `{"runId":7},`), "a page has more than 1000 executions"},
		"rows":           {"/simpleHttpApi/executions_history", endless(text, "", "execution|7|RUNNING|u|s|f|||n|1\n"), "more than 1000 rows where"},
		"nodes":          {"/simpleHttpApi/cluster_status", endless(text, "", "n|u|0|READY\n"), "cluster_status lists more than 1000 nodes"},
		"lines of blank": {"/simpleHttpApi/cluster_status", endless(text, "", " \n"), "answer larger than 4 MB"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			if !strings.HasPrefix(test.path, restBase) && !strings.HasSuffix(test.path, "cluster_status") {
				f.rest = false
			}
			f.on(test.path, test.answer)
			client := newTestClient(t, func(c *Config) { c.PollDeadline, c.RequestTimeout = 20*time.Second, 10*time.Second }, f)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := client.Snapshot(context.Background())
			runtime.ReadMemStats(&after)
			var text string
			if err != nil {
				if !errors.Is(err, coordinator.ErrBadAnswer) {
					t.Errorf("error is %v", err)
				}
				text = err.Error()
			} else {
				text = strings.Join(got.Notes, "\n")
			}
			wantParts(t, text, test.part)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 100<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

func TestUnauthorised_IsNotTriedElsewhere(t *testing.T) {
	for _, status := range []int{401, 403} {
		f := newFake(t, familyRuns()...)
		f.simple = "/simpleHttpApi"
		f.on(restBase+"/executions", html(status, "<html>no</html>"))
		_, err := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "wrong" }, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrUnauthorised, f.address(), "Check user and password in the settings.")
		if len(f.asked("/simpleHttpApi/executions_history")) != 0 {
			t.Error("the simple HTTP API was tried behind the operator's back")
		}
		_, err = newTestClient(t, nil, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrUnauthorised, "wants a user and a password")
	}
}

func TestCredentialsAreSentAndNeverShown(t *testing.T) {
	const password = `long-p"ass/wörd`
	echoes := func(authorization string) []string {
		return []string{password, authorization, strings.TrimPrefix(authorization, "Basic "), base64.StdEncoding.EncodeToString([]byte(password))}
	}
	check := func(t *testing.T, authorization, text string) {
		t.Helper()
		for _, secret := range append(echoes(authorization), `long-p\"ass`, "long-p") {
			if strings.Contains(text, secret) {
				t.Errorf("a credential is shown: %s", text)
			}
		}
	}
	for i := range 4 {
		echo := func(w http.ResponseWriter, r *http.Request) {
			answerJSON(500, fmt.Sprintf(`{"message":%s}`, asJSON("bad header "+echoes(r.Header.Get("Authorization"))[i])))(w, r)
		}
		inNames := func(w http.ResponseWriter, r *http.Request) {
			echoed := asJSON(echoes(r.Header.Get("Authorization"))[i])
			answerJSON(200, fmt.Sprintf(`{"@totalItems":1,"members":[{"runId":7,"status":%s,"jobFile":%s,"sandboxCode":%s,"node":%s}]}`, echoed, echoed, echoed, echoed))(w, r)
		}
		inRows := func(w http.ResponseWriter, r *http.Request) {
			echoed := echoes(r.Header.Get("Authorization"))[i]
			plain(200, fmt.Sprintf("%s|http://%s/|0|%s\n", echoed, echoed, echoed))(w, r)
		}
		f := newFake(t)
		f.on(restBase+"/executions", inNames).on("/simpleHttpApi/cluster_status", inRows).on(restBase+"/executions/7", echo).on(restBase+"/executions/7/abort", echo)
		client := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", password }, f)
		got := snapshot(t, client)
		authorization := f.asked(restBase)[0].header.Get("Authorization")
		if !strings.HasPrefix(authorization, "Basic ") {
			t.Fatalf("Authorization was %q", authorization)
		}
		check(t, authorization, asJSON(got))
		_, err := client.Job(context.Background(), "", "7")
		check(t, authorization, err.Error())
		answer, _, err := stop(t, client, coordinator.StopRequest{Address: f.address(), Job: "7", Force: true})
		check(t, authorization, err.Error()+answer.Body)
		wantParts(t, answer.Body, "[hidden]")
		f.on(restBase+"/executions", echo)
		_, err = client.Snapshot(context.Background())
		check(t, authorization, err.Error())
	}
}

func TestS41_RedirectsAreNotFollowedByReads(t *testing.T) {
	other := newFake(t, familyRuns()...)
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := newFake(t, familyRuns()...)
		f.simple = "/simpleHttpApi"
		f.on(restBase+"/executions", redirecting(status, other.address()+restBase+"/executions"))
		_, err := newTestClient(t, nil, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrBadAnswer, "never followed")
		if len(other.asked("")) != 0 {
			t.Errorf("%d was followed", status)
		}
	}
}
