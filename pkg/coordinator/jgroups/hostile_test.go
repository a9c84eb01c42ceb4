package jgroups

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// good2 gives what a node of 2.x answers to the bulk read, as one text.
func good2(t testing.TB) string {
	f := &found{generation: &generation2, cluster: "cloverCluster", protocol: mbeanNAKACK, channel: mbeanChannel, members: mbeanGMS}
	return asJSON(jvm2(t).answerAll(f.asks(habits{}, false)))
}

func TestS07_BadAnswersOfJolokiaAreTypedErrorsThatNameTheNode(t *testing.T) {
	good := good2(t)
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the answer has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	cases := map[string]struct {
		answer http.HandlerFunc
		kind   error
		parts  []string
	}{
		"truncated":             {answeringJSON(good[:len(good)/2]), coordinator.ErrBadAnswer, []string{"breaks off in the middle"}},
		"empty":                 {answeringJSON(""), coordinator.ErrBadAnswer, []string{"the answer is empty"}},
		"HTML":                  {answering(200, "text/html", "<html>login</html>"), coordinator.ErrBadAnswer, []string{"answered HTML, not JSON", "Jolokia agent"}},
		"HTML that says JSON":   {answeringJSON(" <html></html>"), coordinator.ErrBadAnswer, []string{"answered HTML"}},
		"no JSON":               {answeringJSON("hello"), coordinator.ErrBadAnswer, []string{"no JSON, not a list"}},
		"a number":              {answeringJSON("7"), coordinator.ErrBadAnswer, []string{"a number, not a list"}},
		"a single answer":       {answeringJSON(`{"status":200,"value":{}}`), coordinator.ErrBadAnswer, []string{"an object, not a list"}},
		"a refusal":             {answeringJSON(`{"error_type":"java.lang.IllegalArgumentException","error":"java.lang.IllegalArgumentException : Invalid JSON request x","status":400}`), coordinator.ErrBadAnswer, []string{"Invalid JSON request"}},
		"a refusal by policy":   {answeringJSON(`{"error_type":"java.lang.SecurityException","error":"No access from client 10.0.0.1 allowed","status":403}`), coordinator.ErrUnauthorised, []string{"No access from client", "policy"}},
		"too few entries":       {answeringJSON("[]"), coordinator.ErrBadAnswer, []string{"0 answers came for 4 requests"}},
		"another order":         {answeringJSON(with("GMS", "STABLE")), coordinator.ErrBadAnswer, []string{"answers another request"}},
		"no status":             {answeringJSON(with(`"status":200`, `"x":200`)), coordinator.ErrBadAnswer, []string{"an entry has no status"}},
		"a status in quotes":    {answeringJSON(with(`"status":200`, `"status":"200"`)), coordinator.ErrBadAnswer, []string{"not of Jolokia's shape"}},
		"entries that are null": {answeringJSON("[null,null,null,null]"), coordinator.ErrBadAnswer, []string{"an entry has no status"}},
		"a counter of letters":  {answeringJSON(with(`"CurrentSeqno":1333`, `"CurrentSeqno":"abc"`)), coordinator.ErrBadAnswer, []string{`CurrentSeqno is "abc", not a number`}},
		"a counter that is true": {answeringJSON(with(`"CurrentSeqno":1333`, `"CurrentSeqno":true`)), coordinator.ErrBadAnswer,
			[]string{"CurrentSeqno is true or false, not a number"}},
		"a counter twice":      {answeringJSON(with(`"CurrentSeqno":1333`, `"CurrentSeqno":1333,"CurrentSeqno":1`)), coordinator.ErrBadAnswer, []string{"broken JSON"}},
		"attributes in a list": {answeringJSON(with(`"value":{"Curr`, `"value":[],"x":{"Curr`)), coordinator.ErrBadAnswer, []string{"attributes are a list, not an object"}},
		"something after it":   {answeringJSON(good + "{}"), coordinator.ErrBadAnswer, []string{"broken JSON"}},
		"too many nestings":    {answeringJSON(strings.Repeat("[", 20_000)), coordinator.ErrBadAnswer, []string{"not of Jolokia's shape"}},
		"401":                  {answering(401, "text/plain", ""), coordinator.ErrUnauthorised, []string{"401", "Check user and password"}},
		"403":                  {answering(403, "text/plain", ""), coordinator.ErrUnauthorised, []string{"403"}},
		"404":                  {answering(404, "text/plain", ""), coordinator.ErrBadAnswer, []string{"404", "Jolokia agent"}},
		"500":                  {answering(500, "text/plain", ""), coordinator.ErrBadAnswer, []string{"500"}},
		"503":                  {answering(503, "text/plain", ""), coordinator.ErrUnreachable, []string{"503"}},
		"a redirect":           {redirecting("http://user:pa55@elsewhere.example/?token=pa55"), coordinator.ErrBadAnswer, []string{"redirect (302) to http://elsewhere.example/", "never followed"}},
		"an endless answer":    {endless("[" + strings.Repeat(" ", 1000)), coordinator.ErrBadAnswer, []string{"answer larger than 4 MB"}},
		"a connection that closes": {func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = c.Close()
			}
		}, coordinator.ErrUnreachable, []string{"closed without an answer"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			v := jvm2(t)
			f := newFake(t, v.ServeHTTP)
			s := newTestSource(t, KindJolokia, nil, f)
			if got := read1(t, s); got.Err != nil {
				t.Fatal(got.Err)
			}
			f.answer(test.answer)
			got := read1(t, s)
			wantError(t, got.Err, test.kind, append(test.parts, f.URL)...)
			checkEmpty(t, got)
			checkError(t, got.Err)
			// And it is as well when it happens to the search.
			got = read1(t, s)
			if got.Err == nil {
				t.Errorf("node is %s", told(got))
			}
			checkError(t, got.Err)
			checkEmpty(t, got)
			// And the next good answer is read.
			f.answer(v.ServeHTTP)
			if got := read1(t, s); got.Err != nil || *got.Sent != 1333 {
				t.Errorf("node is %s", told(got))
			}
		})
	}
}

func redirecting(location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(302)
	}
}

func endless(chunk string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(chunk)); err != nil {
				return
			}
		}
	}
}

func TestS07_WhatIsOnlyOddIsNoError(t *testing.T) {
	v := jvm2(t)
	v.set(mbeanNAKACK, "XmitRspsSent", "null")
	v.set(mbeanNAKACK, "GcLag", "-1")
	v.set(mbeanChannel, "View", `"what is this"`)
	v.set(mbeanChannel, "Version", `"JGroups \u0000\ud800"`)
	v.set(mbeanGMS, "Members", `7`)
	v.set(runtimeMBean, startAttribute, `"soon"`)
	f := newFake(t, v.ServeHTTP)
	s := newTestSource(t, KindJolokia, nil, f)
	if got := read1(t, s); got.Err == nil {
		t.Errorf("a start time of letters is none: %s", told(got))
	}
	v.set(runtimeMBean, startAttribute, `-5`)
	got := read1(t, s)
	if got.Err != nil || got.StartedAt != nil || got.View != nil || got.ResponsesSent != nil || got.SentLimit != nil || *got.Sent != 1333 {
		t.Errorf("node is %s", told(got))
	}
	if _, warnings := s.Probe(context.Background()); !strings.Contains(strings.Join(warnings, "\n"), "nodeA: the view is a text that is not known.") {
		t.Errorf("warnings are %q", warnings)
	}
}

func TestASlowAnswerEndsInTime(t *testing.T) {
	dripping := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte(" "))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	for _, kind := range []Kind{KindJolokia, KindExporter, KindPrometheus} {
		f := newFake(t, dripping)
		s := newTestSource(t, kind, func(c *Config) {
			c.RequestTimeout, c.PrometheusURL, c.Nodes[0].Instance = shortTimeout, c.Nodes[0].URL, "a:1"
		}, f)
		began := time.Now()
		got := read1(t, s)
		if took := time.Since(began); took > shortTimeout+testSlack {
			t.Errorf("%s: took %v", kind, took)
		}
		wantError(t, got.Err, coordinator.ErrUnreachable, f.URL)
		checkEmpty(t, got)
	}
}

func TestCredentialsAreNeverTold(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte(testUser + ":" + testPassword))
	quoted := strings.ReplaceAll(testPassword, "/", `\/`)
	for _, echo := range []string{testPassword, basic, "Basic " + basic, quoted} {
		bodies := map[string]string{
			"refusal": `{"status":400,"error_type":"x","error":"bad header ` + echo + `"}`,
			"status":  `{"status":"fail","message":"` + echo + `"}`,
			"entry":   `[{"request":{"type":"search","mbean":"jgroups:*"},"status":500,"error_type":"` + echo + `","error":"` + echo + `"}]`,
			"cut":     `{"status":400,"error":"` + strings.Repeat("x", maxMessageBytes-9) + echo + `"}`,
			"prom":    `{"status":"error","error":"` + echo + `"}`,
			"text":    "jgroups_" + echo + "{ 1\n",
			"type":    `{"status":"success","data":{"resultType":"` + echo + `"}}`,
		}
		for name, body := range bodies {
			for _, status := range []int{200, 400, 401, 500} {
				for _, kind := range []Kind{KindJolokia, KindExporter, KindPrometheus} {
					f := newFake(t, answering(status, "application/json", body))
					s := newTestSource(t, kind, func(c *Config) { c.PrometheusURL, c.Nodes[0].Instance = c.Nodes[0].URL, "a:1" }, f)
					got := read1(t, s)
					if got.Err == nil {
						t.Fatalf("%s %s: %s", kind, name, told(got))
					}
					checkSecrets(t, got.Err.Error())
					checkError(t, got.Err)
					_, warnings := s.Probe(context.Background())
					checkSecrets(t, strings.Join(warnings, "\n"))
				}
			}
		}
		// And in names that a node tells.
		if echo == quoted {
			continue
		}
		v := jvm2(t)
		v.set(mbeanChannel, "View", asJSON("[x|1] [x, "+echo+"]"))
		v.set(mbeanChannel, "Version", asJSON(echo))
		v.change(func() { v.operation = "x:\n" + echo + ": [1 : 2 (2)]\n" })
		got := read1(t, newTestSource(t, KindJolokia, func(c *Config) { c.Windows = true }, newFake(t, v.ServeHTTP)))
		if got.Err != nil || len(got.View) != 2 || len(got.Windows) != 1 {
			t.Errorf("node is %s", told(got))
		}
		checkSecrets(t, told(got))
	}
}
