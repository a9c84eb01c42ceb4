package seatunnel

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestS07_BadListsAreTypedErrorsThatNameTheCoordinator(t *testing.T) {
	whole := sample(t, "v2-2.3.13-CANCELING-running-jobs_page_1_rows_1.json")
	job := func(fields string) string { return `{"data":[{` + fields + `}],"total":1}` }
	cases := map[string]struct {
		answer http.HandlerFunc
		parts  []string
	}{
		"truncated":              {answerJSON(200, whole[:len(whole)/2]), []string{"breaks off in the middle"}},
		"shorter than announced": {truncating(whole), []string{"breaks off in the middle"}},
		"empty":                  {answerJSON(200, ""), []string{"the answer is empty"}},
		"HTML":                   {html(200, "<!doctype html><html>login</html>"), []string{"answered HTML, not JSON", "Is this the SeaTunnel REST address?", "context path"}},
		"HTML that says JSON":    {answerJSON(200, " \n<html></html>"), []string{"answered HTML, not JSON"}},
		"no JSON":                {answerJSON(200, "hello"), []string{"broken JSON near byte 0"}},
		"a string":               {answerJSON(200, `"x"`), []string{"the list of jobs is a string, not a list"}},
		"an error with 200":      {answerJSON(200, `{"status":"fail"}`), []string{"has no data or no total"}},
		"data of a wrong type":   {answerJSON(200, `{"data":{},"total":1}`), []string{"data is an object, not a list"}},
		"total of a wrong type":  {answerJSON(200, `{"data":[],"total":true}`), []string{"total is true or false, not a number"}},
		"total negative":         {answerJSON(200, `{"data":[],"total":-1}`), []string{`total is "-1", not a number`}},
		"total that is not kept": {answerJSON(200, `{"data":[{"jobId":"1"}],"total":7}`), []string{"1 jobs came where 10000 were asked for and 7 are announced"}},
		"a job that is null":     {answerJSON(200, `{"data":[null],"total":1}`), []string{"a job is null, not an object"}},
		"no id":                  {answerJSON(200, job(`"jobName":"x"`)), []string{"a job has no jobId"}},
		"an id of letters":       {answerJSON(200, job(`"jobId":"abc"`)), []string{`jobId is "abc", not an id of digits`}},
		"an id with an exponent": {answerJSON(200, job(`"jobId":1e18`)), []string{`jobId is "1e18", not an id of digits`}},
		"a negative id":          {answerJSON(200, job(`"jobId":-5`)), []string{`jobId is "-5"`}},
		"an id too long":         {answerJSON(200, job(`"jobId":"12345678901234567890"`)), []string{"not an id of digits"}},
		"an id that is a list":   {answerJSON(200, job(`"jobId":[1]`)), []string{"jobId is a list, not an id of digits"}},
		"an id twice":            {answerJSON(200, job(`"jobId":"1","jobId":"2"`)), []string{`a job has "jobId" twice`}},
		"a name of a wrong type": {answerJSON(200, job(`"jobId":"1","jobName":7`)), []string{"jobName is a number, not a string"}},
		"a state of wrong type":  {answerJSON(200, job(`"jobId":"1","jobStatus":{}`)), []string{"jobStatus is an object, not a string"}},
		"a time of another kind": {answerJSON(200, job(`"jobId":"1","createTime":"yesterday"`)), []string{`createTime is "yesterday", not a time like 2006-01-02 15:04:05`}},
		"something after it":     {answerJSON(200, whole+"x"), []string{"broken JSON"}},
		"another value after it": {answerJSON(200, whole+"{}"), []string{"something follows after the end of the JSON"}},
		"gzip that nobody asked": {gzipped(whole), []string{"compressed (gzip) though that was not asked for"}},
		"404":                    {html(404, "<html></html>"), []string{"answered 404 Not Found", "Check the address and the context path."}},
		"204":                    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, []string{"answered 204 No Content"}},
		"a redirect":             {redirecting(302, "http://user:pw@elsewhere.example/login?token=secret"), []string{"answered a redirect (302) to http://elsewhere.example/login", "Redirects are never followed"}},
		"too many nestings":      {answerJSON(200, job(`"jobId":"1","jobDag":`+strings.Repeat("[", 20_000))), []string{"broken JSON"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := v2Canceling(t)
			f.on("/running-jobs", test.answer)
			_, err := newTestClient(t, nil, f).Snapshot(context.Background())
			wantError(t, err, coordinator.ErrBadAnswer, append(test.parts, f.URL+"/running-jobs")...)
			for _, secret := range []string{"pw@", "token", "secret"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells a secret: %v", err)
				}
			}
		})
	}
}

func TestS07_WhatIsOnlyOddIsNoError(t *testing.T) {
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(200, " \n"+`{"total":4,"more":[{"x":"\u0000"}],"data":[
		{"jobId":"1","jobName":null,"jobStatus":null,"createTime":null,"errorMsg":null,"metrics":{"a":1,"a":2}},
		{"jobId":"2","jobName":"`+strings.Repeat("é", 400)+`","jobStatus":"`+strings.Repeat("X", 100)+`","createTime":""},
		{"job\u0049d":"3","jobName":"broken `+"\xff"+` \ud800 text","jobDag":"a DAG as a string"},
		{"jobId":"4","jobName":"\u00dcber \"x\"\n"}]}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if !got.Complete || len(got.Jobs) != 4 {
		t.Fatalf("snapshot is %s", asJSON(got))
	}
	for i, check := range []bool{
		got.Jobs[0].Name == "" && got.Jobs[0].State == coordinator.StateUnknown && got.Jobs[0].CreateTime.IsZero(),
		got.Jobs[1].Name == strings.Repeat("é", coordinator.MaxNameBytes/2) && len(got.Jobs[1].Word) == maxWordBytes,
		got.Jobs[2].Name == "broken \ufffd \ufffd text",
		got.Jobs[3].Name == "Über \"x\"\n",
	} {
		if !check {
			t.Errorf("job is %s", asJSON(got.Jobs[i]))
		}
	}
}

func TestS07_EndlessAnswersAreCut(t *testing.T) {
	endless := func(begin, chunk string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(begin))
			block := []byte(strings.Repeat(chunk, 64<<10/len(chunk)))
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	}
	numbered := func(w http.ResponseWriter, r *http.Request) {
		buffered := bufio.NewWriterSize(w, 64<<10)
		_, _ = buffered.WriteString(`[{"jobId":"1"}`)
		for id := 2; r.Context().Err() == nil; id++ {
			if _, err := fmt.Fprintf(buffered, `,{"jobId":"%d"}`, id); err != nil {
				return
			}
		}
	}
	const limit = 9 << 20
	values := `"` + strings.Repeat("x", 4000) + `",`
	cases := map[string]struct {
		path   string
		answer http.HandlerFunc
		part   string
	}{
		"a list that is skipped":   {"/running-jobs", endless(`[{"jobId":"1","jobDag":[`, values), "answer larger than 9 MB"},
		"white space":              {"/running-jobs", endless("[", " "), "a single value in the answer larger than 8 MB"},
		"one string":               {"/running-jobs", endless(`[{"jobId":"1","jobDag":"`, "x"), "a single value in the answer larger than 8 MB"},
		"one name":                 {"/running-jobs", endless(`[{"jobName":"`, "x"), "a single value in the answer larger than 8 MB"},
		"new jobs again and again": {"/running-jobs", numbered, "more than 250000 open jobs"},
		"the overview":             {"/overview", endless(`{"x":[`, values), "answer larger than 64 kB"},
		"the members":              {"/system-monitoring-information", endless(`[{"x":[`, values), "answer larger than 16 MB"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := v2Canceling(t)
			f.on(test.path, test.answer)
			client := newTestClient(t, func(c *Config) { c.BodyLimit, c.PollDeadline, c.RequestTimeout = limit, 20*time.Second, 10*time.Second }, f)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := client.Snapshot(context.Background())
			runtime.ReadMemStats(&after)
			text := ""
			if err != nil {
				if !errors.Is(err, coordinator.ErrBadAnswer) {
					t.Errorf("error is %v", err)
				}
				text = err.Error()
			} else {
				text = joined(got.Notes)
			}
			wantParts(t, text, test.part)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 150<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

func TestS07_SlowAnswersEndByTheirLimit(t *testing.T) {
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(" "))
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}
	headersOnly := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, handler := range map[string]http.HandlerFunc{"drip": drip, "hang after the header": headersOnly} {
		f := v2Canceling(t)
		f.on("/overview", handler)
		client := newTestClient(t, nil, f)
		within(t, testRequestTimeout, func() {
			_, err := client.Snapshot(context.Background())
			wantError(t, err, coordinator.ErrUnreachable, f.URL+"/overview", "no complete answer within 1s")
		})

		f = v2Canceling(t)
		f.on("/running-jobs", handler)
		client = newTestClient(t, func(c *Config) { c.PollDeadline = time.Second }, f)
		within(t, time.Second, func() {
			if got := snapshot(t, client); got.Complete {
				t.Errorf("%s: the snapshot says complete", name)
			}
		})
	}
}

func TestS07_NotSeaTunnel(t *testing.T) {
	// A server that answers JSON to everything.
	f := newFake(t)
	for _, path := range []string{"/overview", v1Prefix + "/overview"} {
		f.on(path, answerJSON(200, `{"hello":"world"}`))
	}
	_, err := newTestClient(t, nil, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, f.URL+"/overview", "without a projectVersion, so this is not SeaTunnel")

	// A wrong context path: Jetty's page.
	f = v2Canceling(t)
	_, err = newTestClient(t, func(c *Config) { c.ContextPath = "seatunel" }, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, f.URL+"/seatunel/overview", "answered 404", "context path")

	// Wrong types in the overview.
	f = v2Canceling(t)
	f.on("/overview", answerJSON(200, `{"projectVersion":"3.0.0","runningJobs":"many"}`))
	_, err = newTestClient(t, nil, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, `runningJobs is "many", not a number`)

	// A header without end.
	f = v2Canceling(t)
	f.on("/overview", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 64<<10))
	})
	_, err = newTestClient(t, nil, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrBadAnswer, "header is larger")
}

func TestS07_NotHTTP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("SSH-2.0-OpenSSH_9.2p1\r\n"))
			_ = connection.Close()
		}
	}()
	client := newTestClient(t, func(c *Config) { c.Masters = []string{"http://" + listener.Addr().String()} })
	_, err = client.Snapshot(context.Background())
	wantError(t, err, coordinator.ErrUnreachable, listener.Addr().String())
}

func TestUnauthorised(t *testing.T) {
	for _, status := range []int{401, 403} {
		f := v2Canceling(t)
		f.on("/overview", html(status, "<html><body>HTTP ERROR</body></html>"))
		_, err := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "wrong" }, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrUnauthorised, f.URL+"/overview", "Check user and password in the settings.")
		_, err = newTestClient(t, nil, f).Snapshot(context.Background())
		wantError(t, err, coordinator.ErrUnauthorised, "wants a user and a password")
		// and REST v1 is not tried behind the operator's back
		if asked := f.asked(v1Prefix + "/overview"); len(asked) != 0 {
			t.Errorf("v1 was asked: %+v", asked)
		}
	}
}

func TestCredentialsAreSentAndNeverShown(t *testing.T) {
	const password = `p"w+d/ä`
	f := v2Canceling(t)
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(500)
		_, _ = fmt.Fprintf(w, `{"status":"fail","message":"bad header Authorization: %s for %s"}`, r.Header.Get("Authorization"), strings.ReplaceAll(password, `"`, `\"`))
	}
	f.on("/running-jobs", echo).on("/job-info/1", echo).on("/system-monitoring-information", echo)
	client := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", password }, f)

	got := snapshot(t, client)
	_, err := client.Job(context.Background(), "", "1")

	header := f.asked("/overview")[0].authorization
	if !strings.HasPrefix(header, "Basic ") {
		t.Fatalf("Authorization was %q", header)
	}
	for _, text := range []string{joined(got.Notes), err.Error(), got.Masters[0].Err.Error()} {
		wantParts(t, text, "[hidden]")
		for _, secret := range []string{strings.TrimPrefix(header, "Basic "), password, `p\"w`} {
			if strings.Contains(text, secret) {
				t.Errorf("a credential is shown: %s", text)
			}
		}
	}
}

func TestS41_RedirectsAreNotFollowedByReads(t *testing.T) {
	other := v2Canceling(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, target := range map[string]string{"same host": "/elsewhere", "other host": other.URL + "/overview"} {
			f := v2Canceling(t)
			f.on("/elsewhere", answerJSON(200, sample(t, "v2-2.3.13-overview.json")))
			f.on("/overview", redirecting(status, target))
			client := newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "pass-word" }, f)
			_, err := client.Snapshot(context.Background())
			wantError(t, err, coordinator.ErrBadAnswer, f.URL+"/overview", fmt.Sprintf("answered a redirect (%d) to %s", status, target), "never followed")
			if len(f.asked("/elsewhere")) != 0 || len(other.asked("")) != 0 {
				t.Errorf("%s, %d: the redirect was followed", name, status)
			}
		}
	}
}

// redirecting answers with a redirect.
func redirecting(status int, target string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target)
		w.WriteHeader(status)
	}
}

// truncating announces more bytes than it sends.
func truncating(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+100))
		_, _ = w.Write([]byte(body[:len(body)/2]))
	}
}

func gzipped(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zipper := gzip.NewWriter(w)
		_, _ = zipper.Write([]byte(body))
		_ = zipper.Close()
	}
}

// A coordinator that writes the credentials into names shows them to nobody; a
// short password may be a word that occurs in names, and is left there.
func TestCredentialsAreHiddenInNames(t *testing.T) {
	const password = `long-p"ass/wörd`
	for _, echoed := range []string{password, base64.StdEncoding.EncodeToString([]byte("operator:" + password)), base64.RawURLEncoding.EncodeToString([]byte(password)), url.QueryEscape(password), strings.Repeat("x", coordinator.MaxNameBytes-5) + password} {
		quoted := asJSON(echoed)
		f := v2Canceling(t)
		f.on("/running-jobs", answerJSON(200, `{"data":[{"jobId":"1","jobName":`+quoted+`,"jobStatus":`+quoted+`}],"total":1}`))
		f.on("/system-monitoring-information", answerJSON(200, `[{"isMaster":"true","host":`+asJSON(strings.ReplaceAll(echoed, `"`, ""))+`,"port":"5801"}]`))
		got := asJSON(snapshot(t, newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", password }, f)).Jobs)
		if strings.Contains(got, strings.Trim(quoted, `"`)) || strings.Contains(got, `long-p`) {
			t.Errorf("a credential is shown: %s", got)
		}
	}
	f := v2Canceling(t)
	f.on("/running-jobs", answerJSON(200, `{"data":[{"jobId":"1","jobName":"seatunnel orders"}],"total":1}`))
	if got := snapshot(t, newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "seatunnel" }, f)).Jobs[0].Name; got != "seatunnel orders" {
		t.Errorf("the name is %q", got)
	}
}
