package generic

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// jobWith gives a page with one job of these fields beside the required ones.
func jobWith(fields string) string {
	return `{"jobs":[{"name":"n","state":"running","createdAt":"2026-01-02T03:00:00Z",` + fields + `}]}`
}

func TestS07_BadListsAreTypedErrorsThatNameTheCoordinator(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		part   string
	}{
		"truncated":               {answer(200, pageJSON[:len(pageJSON)/2]), "breaks off in the middle"},
		"empty":                   {answer(200, ""), "the answer is empty"},
		"HTML":                    {html(200, "<html>login</html>"), "answered HTML, not JSON"},
		"no JSON":                 {answer(200, "hello"), "broken JSON near byte 0"},
		"a list":                  {answer(200, "[]"), "the page of jobs is a list, not an object"},
		"no jobs":                 {answer(200, `{"data":[]}`), "the page has no jobs"},
		"jobs of a wrong type":    {answer(200, `{"jobs":{}}`), "jobs is an object, not a list"},
		"jobs are null":           {answer(200, `{"jobs":null}`), "jobs is null, not a list"},
		"a job that is null":      {answer(200, `{"jobs":[null]}`), "a job is null, not an object"},
		"no id":                   {answer(200, jobWith(`"x":1`)), "a job has no id"},
		"an id that is a number":  {answer(200, jobWith(`"id":7`)), "id is a number, not a string"},
		"an id with a slash":      {answer(200, jobWith(`"id":"../info"`)), `id is "../info", not an id`},
		"an id of dots":           {answer(200, jobWith(`"id":".."`)), `id is "..", not an id`},
		"an id too long":          {answer(200, jobWith(`"id":"`+strings.Repeat("7", 129)+`"`)), "not an id"},
		"an id twice":             {answer(200, jobWith(`"id":"1","id":"2"`)), `a job has "id" twice`},
		"no state":                {answer(200, `{"jobs":[{"id":"7","createdAt":"2026-01-02T03:00:00Z"}]}`), "job 7 has no state"},
		"no createdAt":            {answer(200, `{"jobs":[{"id":"7","state":"running"}]}`), "job 7 has no createdAt"},
		"a time without a zone":   {answer(200, strings.Replace(pageJSON, "03:00:00Z", "03:00:00", 1)), "createdAt is \"2026-01-02T03:00:00\", not a time with a zone"},
		"a time that is a number": {answer(200, strings.Replace(pageJSON, `"2026-01-02T03:00:00Z"`, "1767322800", 1)), "createdAt is a number, not a string"},
		"a zero as a time":        {answer(200, strings.Replace(pageJSON, "2026-01-02T03:00:00Z", "0001-01-01T00:00:00Z", 1)), "leave a time out that is not known"},
		"nodes of a wrong type":   {answer(200, jobWith(`"id":"7","nodes":"a"`)), "nodes is a string, not a list"},
		"a parent that is none":   {answer(200, jobWith(`"id":"7","parent":"a b"`)), `parent is "a b", not an id`},
		"restoring nobody":        {answer(200, `{"jobs":[],"restoring":[""]}`), "one of restoring is empty"},
		"next of a wrong type":    {answer(200, `{"jobs":[],"next":2}`), "next is a number, not a string"},
		"a cursor too long":       {answer(200, `{"jobs":[],"next":"`+strings.Repeat("x", 1025)+`"}`), "next is longer than 1024 bytes"},
		"pages in a circle":       {answer(200, `{"jobs":[],"next":"again"}`), "its pages go round in a circle"},
		"something after it":      {answer(200, pageJSON+"{}"), "something follows after the end"},
		"404":                     {answer(404, `{"error":"no such route"}`), "answered 404 Not Found: no such route"},
		"400":                     {answer(400, `{"error":"the limit\nis odd"}`), "answered 400 Bad Request: the limit"},
		"a redirect":              {redirecting(302, "http://user:pw@elsewhere.example/login?token=secret"), "answered a redirect (302) to http://elsewhere.example/login"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on("/jobs", test.answer)
			_, err := newTestClient(t, nil, f).Snapshot(t.Context())
			wantError(t, err, coordinator.ErrBadAnswer, f.URL+"/jobs", test.part)
			for _, secret := range []string{"pw@", "secret", "limit="} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %q: %v", secret, err)
				}
			}
		})
	}
}

func TestS07_BadAnswersOfOtherRoutes(t *testing.T) {
	for name, test := range map[string]struct{ path, body, part string }{
		"no contract":         {"/info", `{"name":"x"}`, "the answer has no contract"},
		"another contract":    {"/info", `{"contract":2}`, "it speaks version 2 of the contract, and this Unjam speaks 1"},
		"contract as text":    {"/info", `{"contract":"1"}`, "contract is a string, not a number"},
		"no time":             {"/info", `{"contract":1,"name":"x","capabilities":{}}`, "the answer has no time"},
		"capabilities a list": {"/info", `{"contract":1,"capabilities":["cancel"]}`, "capabilities is a list, not an object"},
		"a capability yes":    {"/info", `{"contract":1,"capabilities":{"cancel":"yes"}}`, "cancel is a string, not true or false"},
		"no members":          {"/members", `{}`, "the answer has no members"},
		"no address":          {"/members", `{"members":[{"name":"x"}]}`, "a member has no address"},
		"a member twice":      {"/members", `{"members":[{"address":"x"},{"address":"x"}]}`, "the member x is there twice"},
		"no deliveries":       {"/delivery", `{}`, "the answer has no deliveries"},
		"no peer":             {"/delivery", `{"deliveries":[{"node":"a","reachable":true}]}`, "no node or no peer"},
		"reachable not told":  {"/delivery", `{"deliveries":[{"node":"a","peer":"b"}]}`, "does not tell whether it is reachable"},
		"a pair twice":        {"/delivery", `{"deliveries":[{"node":"a","peer":"b","reachable":true},{"node":"a","peer":"b","reachable":true}]}`, "from a to b is there twice"},
		"a negative count":    {"/delivery", `{"deliveries":[{"node":"a","peer":"b","reachable":true,"undelivered":-1}]}`, "undelivered is -1: a count is never negative"},
		"half an event":       {"/delivery", `{"deliveries":[{"node":"a","peer":"b","reachable":true,"undelivered":1.5}]}`, "undelivered is 1.5, not a whole number"},
		"a count as text":     {"/delivery", `{"deliveries":[{"node":"a","peer":"b","reachable":true,"undelivered":"5"}]}`, "undelivered is a string, not a number"},
		"a timeout of years":  {"/delivery", `{"deliveries":[{"node":"a","peer":"b","reachable":true,"inboundTimeoutSeconds":9223372036854775807}]}`, "more than a year"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on(test.path, answer(200, test.body))
			got, err := newTestClient(t, nil, f).Snapshot(t.Context())
			if test.path == "/info" {
				wantError(t, err, coordinator.ErrBadAnswer, f.URL+"/info", test.part)
				return
			}
			if err != nil || !got.Complete {
				t.Fatalf("the jobs are not affected: %v", err)
			}
			wantParts(t, strings.Join(got.Notes, " "), f.URL+test.path, test.part)
		})
	}
}

func TestS07_WhatIsOnlyOddIsNoError(t *testing.T) {
	f := newFake(t)
	f.on("/jobs", answer(200, ` {"more":[{"x":"\u0000"}],"next":null,"restoring":null,"jobs":[
		{"id":"1","name":null,"state":"paused","createdAt":"2026-01-02T03:00:00Z","endedAt":null,"nodes":null,"parent":null,"error":null,"word":null},
		{"id":"2","name":"`+strings.Repeat("é", 400)+`","state":"lost","createdAt":"2026-01-02T03:00:00Z","nodes":["b","a","b",""]}]}`))
	f.on("/delivery", answer(200, `{"deliveries":[{"node":"a","peer":"b","reachable":false,"undelivered":5.0,"sentLimit":null,"lostSince":null}]}`))
	got := snapshot(t, newTestClient(t, nil, f))
	if len(got.Jobs) != 2 || got.Restoring != nil || len(got.Notes) != 0 {
		t.Fatalf("snapshot is %+v", got)
	}
	for i, job := range got.Jobs {
		if job.State != coordinator.StateUnknown || job.State.Ended() {
			t.Errorf("job %d is %s: a word that the contract does not have is unknown", i, job.State)
		}
	}
	if got.Jobs[0].Word != "paused" || len(got.Jobs[1].Name) != coordinator.MaxNameBytes || strings.Join(got.Jobs[1].Nodes, ",") != "a,b" {
		t.Errorf("jobs are %+v", got.Jobs)
	}
	if *got.Deliveries[0].Undelivered != 5 || got.Deliveries[0].SentLimit != nil {
		t.Errorf("delivery is %+v", got.Deliveries[0])
	}
}

func TestS07_EndlessAnswersAreCut(t *testing.T) {
	endless := func(begin, chunk string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(begin))
			block := []byte(strings.Repeat(chunk, 64<<10/len(chunk)))
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	}
	pages := func(w http.ResponseWriter, r *http.Request) {
		answer(200, fmt.Sprintf(`{"jobs":[],"next":"%sx"}`, r.URL.Query().Get("cursor")))(w, r)
	}
	for name, test := range map[string]struct {
		path   string
		answer http.HandlerFunc
		part   string
	}{
		"a list that is skipped": {"/jobs", endless(`{"jobs":[{"id":"1","x":[`, `"y",`), "answer larger than 9 MB"},
		"one string":             {"/jobs", endless(`{"jobs":[{"name":"`, "x"), "a single value in the answer larger than 8 MB"},
		"white space":            {"/jobs", endless(`{"jobs":[`, " "), "a single value in the answer larger than 8 MB"},
		"pages without an end":   {"/jobs", pages, "next is longer than 1024 bytes"},
		"the info":               {"/info", endless(`{"x":[`, `"y",`), "answer larger than 64 kB"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on(test.path, test.answer)
			client := newTestClient(t, func(c *Config) { c.BodyLimit, c.PollDeadline, c.RequestTimeout = 9<<20, 20*time.Second, 10*time.Second }, f)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := client.Snapshot(t.Context())
			runtime.ReadMemStats(&after)
			wantError(t, err, coordinator.ErrBadAnswer, test.part)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 64<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

func TestS08_EveryDigitOfAnID(t *testing.T) {
	for _, id := range []string{stuckID, "00733584788375666689", "a.b_c~d:e-f", strings.Repeat("9", 128)} {
		job := strings.Replace(stuckJSON, stuckID, id, 1)
		f := newFake(t).on("/jobs", answer(200, `{"jobs":[`+job+`],"restoring":["`+id+`"]}`)).on("/jobs/"+id, answer(200, job))
		f.on("/jobs/"+id+"/force-stop", answer(202, `{"id":"`+id+`"}`))
		client := newTestClient(t, nil, f)
		got := snapshot(t, client)
		if string(got.Jobs[0].ID) != id || string(got.Restoring[0]) != id {
			t.Errorf("%s became %s", id, got.Jobs[0].ID)
		}
		reading, err := client.Job(t.Context(), f.URL, got.Jobs[0].ID)
		if err != nil || string(reading.Job.ID) != id {
			t.Errorf("%s was read as %s, %v", id, reading.Job.ID, err)
		}
		_, err = client.Stop(t.Context(), coordinator.StopRequest{Address: f.URL, Job: got.Jobs[0].ID, CreateTime: got.Jobs[0].CreateTime, Force: true})
		if err != nil || len(f.posts()) != 1 || f.posts()[0].path != "/jobs/"+id+"/force-stop" {
			t.Errorf("%s was stopped as %+v, %v", id, f.posts(), err)
		}
	}
}

// redirecting answers a redirect.
func redirecting(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}
}

func TestS41_RedirectsAreNotFollowed(t *testing.T) {
	elsewhere := newFake(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := newFake(t)
		client := newTestClient(t, func(c *Config) { c.Token = "token-of-the-test" }, f)
		for _, to := range []string{elsewhere.URL, f.URL + "/other"} {
			for _, path := range []string{"/info", "/members", "/jobs", "/jobs/" + stuckID} {
				f.on(path, redirecting(status, to+path))
			}
			_, err := client.Snapshot(t.Context())
			wantError(t, err, coordinator.ErrBadAnswer, "Redirects are never followed")
			_, err = client.Job(t.Context(), "", stuckID)
			wantError(t, err, coordinator.ErrBadAnswer, "answered a redirect")
		}
		f.on("/info", infoNow(everything)).on("/jobs/"+stuckID+"/cancel", redirecting(status, elsewhere.URL+"/jobs/"+stuckID+"/cancel"))
		_, delivered, err := stop(t, client, false, f.URL)
		want := coordinator.DeliveredRefused
		if status == 303 {
			want = coordinator.DeliveredUnknown // it tells where to look after the deed
		}
		if err == nil || delivered != want || len(f.posts()) != 1 {
			t.Errorf("%d: delivered %q, %d posts, %v", status, delivered, len(f.posts()), err)
		}
		if len(f.asked("/other/info"))+len(f.asked("/other/jobs")) != 0 {
			t.Errorf("%d was followed on the same host", status)
		}
	}
	if asked := elsewhere.asked(""); len(asked) != 0 {
		t.Errorf("another host was asked: %+v", asked)
	}
}

func TestSecrets_NeverComeBack(t *testing.T) {
	const password, token = `pass"word-of-the-test`, "token.of-the_test-0123456789"
	for name, change := range map[string]func(*Config){
		"basic": func(c *Config) { c.Username, c.Password = "operator", password },
		"token": func(c *Config) { c.Token = token },
	} {
		for _, status := range []int{200, 400, 401, 404, 409, 500, 503} {
			echo := func(w http.ResponseWriter, r *http.Request) {
				sent := r.Header.Get("Authorization")
				plain, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(sent, "Basic "))
				quoted := fmt.Sprintf("%q", sent+" "+string(plain)+" "+password+" "+token)
				answer(status, `{"error":`+quoted+`,"id":`+quoted+`,"jobs":[{"id":`+quoted+`}],"contract":1,"name":`+quoted+`}`)(w, r)
			}
			f := newFake(t)
			client := newTestClient(t, change, f)
			var said []string
			note := func(what any, err error) { said = append(said, fmt.Sprintf("%+v %v", what, err)) }
			f.on("/jobs", echo).on("/members", echo).on("/delivery", echo).on("/jobs/"+stuckID, echo)
			f.on("/jobs/"+stuckID+"/cancel", echo)
			got, err := client.Snapshot(t.Context())
			note(got, err)
			reading, err := client.Job(t.Context(), f.URL, stuckID)
			note(reading, err)
			answered, delivered, err := stop(t, client, false, f.URL)
			note(answered, err)
			note(delivered, err)
			f.on("/info", echo)
			probe, err := client.Probe(t.Context())
			note(probe, err)
			secret := map[string]string{"basic": password, "token": token}[name]
			basic := base64.StdEncoding.EncodeToString([]byte("operator:" + password))
			for _, text := range said {
				for _, form := range []string{secret, strings.ReplaceAll(secret, `"`, `\"`), basic} {
					if (name == "token") == (form == basic) {
						continue
					}
					if strings.Contains(text, form) {
						t.Errorf("%s, %d: %q is in %s", name, status, form, text)
					}
				}
			}
		}
	}
}

func TestCredentials_AreSent(t *testing.T) {
	f := newFake(t)
	snapshot(t, newTestClient(t, func(c *Config) { c.Username, c.Password = "operator", "pw" }, f))
	snapshot(t, newTestClient(t, func(c *Config) { c.Token = "a-token" }, f))
	snapshot(t, newTestClient(t, nil, f))
	var seen []string
	for _, r := range f.asked("/jobs") {
		seen = append(seen, r.header.Get("Authorization"))
	}
	if strings.Join(seen, ",") != "Basic "+base64.StdEncoding.EncodeToString([]byte("operator:pw"))+",Bearer a-token," {
		t.Errorf("sent were %q", seen)
	}
	f.on("/info", answer(401, `{"error":"who are you?"}`))
	_, err := newTestClient(t, func(c *Config) { c.Token = "a-token" }, f).Snapshot(t.Context())
	wantError(t, err, coordinator.ErrUnauthorised, f.URL+"/info", "401", "who are you?", "Check the token in the settings")
}
