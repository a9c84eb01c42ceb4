package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	actionsPath = "/api/datasources/uid/lake/resources/actions"
	cancelBody  = `{"action":"cancel","jobId":"` + runningJob + `"}`
)

// waitUntilRead waits until the coordinator was read.
func (r *rig) waitUntilRead() {
	r.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if got := r.query(`{"refId":"A","datasource":{"uid":"lake"},"queryType":"jobs","schemaVersion":1}`); got.status == http.StatusOK {
			return
		} else if time.Now().After(deadline) {
			r.t.Fatalf("the coordinator was not read in time: %s", got.text)
		}
	}
}

func (r *rig) query(queries ...string) answer {
	r.t.Helper()
	body := fmt.Sprintf(`{"from":"1750000000000","to":"1750003600000","queries":[%s]}`, strings.Join(queries, ","))
	return r.ask(http.MethodPost, "/api/ds/query", body, as("vera"))
}

func TestTheRoleSwitchReachesTheGuard(t *testing.T) {
	r := newRig(t)
	r.waitUntilRead()
	for _, test := range []struct {
		login  string
		status int
		guard  string
	}{
		{"vera", http.StatusForbidden, "role"},
		{"eddie", http.StatusForbidden, "role"},
		{nobody, http.StatusForbidden, "signed-in"},
		{"mallory", http.StatusForbidden, "signed-in"},
		{"ada", http.StatusOK, ""},
	} {
		t.Run(test.login, func(t *testing.T) {
			got := r.ask(http.MethodPost, actionsPath, cancelBody, as(test.login, "X-Unjam-Intent", "cancel"))
			if got.status != test.status {
				t.Fatalf("status %d, want %d: %s", got.status, test.status, got.text)
			}
			if guard, _ := got.body["guard"].(string); guard != test.guard {
				t.Errorf("guard %q, want %q: %s", guard, test.guard, got.text)
			}
		})
	}
	if stops := r.double.stopsSeen(); stops != 0 {
		t.Errorf("%d stops reached the coordinator; a plan sends none", stops)
	}
}

func TestWhoeverSaysNothingIsTheAdministrator(t *testing.T) {
	r := newRig(t)
	if got := r.ask(http.MethodGet, "/workbench/boot.js", "", nil); !strings.Contains(got.text, `"login":"ada"`) || !strings.Contains(got.text, `"isSignedIn":true`) {
		t.Errorf("the page is told %s", got.text)
	}
}

func TestOnlyTheWorkbenchsOwnNamesAreAnswered(t *testing.T) {
	r := newRig(t)
	for host, status := range map[string]int{
		"127.0.0.1:4711": http.StatusOK, "localhost:4711": http.StatusOK, "localhost": http.StatusOK,
		"rebound.example.org": http.StatusMisdirectedRequest, "127.0.0.1.example.org:80": http.StatusMisdirectedRequest, "[::1]:4711": http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/api/datasources", "/workbench/boot.js", "/"} {
			if got := r.ask(http.MethodGet, path, "", map[string]string{"Host": host}); got.status != status {
				t.Errorf("GET %s of %q answered %d, want %d", path, host, got.status, status)
			}
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	r := newRig(t)
	own := strings.TrimPrefix(r.server.URL, "http://")
	for name, test := range map[string]struct {
		headers []string
		refused bool
	}{
		"our own page":                  {[]string{"Origin", "http://" + own, "Sec-Fetch-Site", "same-origin"}, false},
		"our own page, an old browser":  {[]string{"Origin", "http://" + own}, false},
		"another site":                  {[]string{"Origin", "https://example.org", "Sec-Fetch-Site", "cross-site"}, true},
		"another site, an old browser":  {[]string{"Origin", "https://example.org"}, true},
		"another port of this machine":  {[]string{"Origin", "http://127.0.0.1:1", "Sec-Fetch-Site", "same-site"}, true},
		"a page without an origin":      {[]string{"Origin", "null"}, true},
		"a program that is no browser":  {nil, false},
		"another site, claiming intent": {[]string{"Origin", "https://example.org", "X-Unjam-Intent", "cancel"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.ask(http.MethodPost, actionsPath, `{}`, as("ada", test.headers...))
			if refused := strings.Contains(got.text, "another site"); refused != test.refused {
				t.Errorf("answered %d %s", got.status, got.text)
			}
		})
	}
}

func TestAQueryAndItsAnswerHaveGrafanasForm(t *testing.T) {
	r := newRig(t)
	r.waitUntilRead()
	// When one of two queries is wrong
	got := r.query(
		`{"refId":"A","datasource":{"uid":"lake"},"queryType":"jobs","schemaVersion":1}`,
		`{"refId":"B","datasource":{"uid":"lake"},"queryType":"metric","schemaVersion":1,"metric":"nonsense"}`,
	)
	// Then the status is an error, as in Grafana, and each has its own answer
	if got.status != http.StatusBadRequest {
		t.Errorf("status %d, want 400", got.status)
	}
	results := got.body["results"].(map[string]any)
	right, wrong := results["A"].(map[string]any), results["B"].(map[string]any)
	if right["status"] != 200.0 || !strings.Contains(got.text, runningJob) {
		t.Errorf("A answered %v", right)
	}
	frames := right["frames"].([]any)
	schema := frames[0].(map[string]any)["schema"].(map[string]any)
	if schema["refId"] != "A" || len(schema["fields"].([]any)) == 0 {
		t.Errorf("A's schema is %v", schema)
	}
	if text, _ := wrong["error"].(string); wrong["status"] != 400.0 || !strings.Contains(text, "nonsense") {
		t.Errorf("B answered %v", wrong)
	}
}

func TestAQueryThatMeansNothingIsRefused(t *testing.T) {
	r := newRig(t)
	for body, want := range map[string]string{
		`nonsense`:                           "not of the form",
		`{"from":"0","to":"1","queries":[]}`: "no query",
		`{"from":"yesterday","to":"1","queries":[{"refId":"A"}]}`:                  `\"from\" must be`,
		`{"from":"0","to":"1","queries":[{"refId":"A","datasource":{"uid":"x"}}]}`: `no data source with the uid \"x\"`,
	} {
		if got := r.ask(http.MethodPost, "/api/ds/query", body, as("ada")); got.status != http.StatusBadRequest || !strings.Contains(got.text, want) {
			t.Errorf("%s answered %d %s", body, got.status, got.text)
		}
	}
}

func TestHealthIsTheDataSourcesOwn(t *testing.T) {
	r := newRig(t)
	if got := r.ask(http.MethodGet, "/api/datasources/uid/lake/health", "", nil); got.status != http.StatusOK || got.body["status"] != "OK" {
		t.Errorf("healthy, it answered %d %s", got.status, got.text)
	}
	r.double.server.Close()
	if got := r.ask(http.MethodGet, "/api/datasources/uid/lake/health", "", nil); got.status != http.StatusBadRequest || got.body["status"] != "ERROR" {
		t.Errorf("without its coordinator, it answered %d %s", got.status, got.text)
	}
	if got := r.ask(http.MethodGet, "/api/datasources/uid/sea/health", "", nil); got.status != http.StatusNotFound {
		t.Errorf("for a data source that is not there, it answered %d", got.status)
	}
}

func TestSecretsStayOnTheServer(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/datasources", "/api/datasources/uid/lake", "/workbench/boot.js"} {
		got := r.ask(http.MethodGet, path, "", nil)
		if got.status != http.StatusOK || !strings.Contains(got.text, `"password":true`) || strings.Contains(got.text, "swordfish") {
			t.Errorf("%s answered %d %s", path, got.status, got.text)
		}
	}
}

func TestThePageHasAddressesOfItsOwn(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]string{"/": "<title>", "/a/unjam-jobs-app": "<title>", "/explore?panes=x": "<title>", "/public/workbench.js": "go()"} {
		got := r.ask(http.MethodGet, path, "", nil)
		if got.status != http.StatusOK || !strings.Contains(got.text, want) {
			t.Errorf("%s answered %d %s", path, got.status, got.text)
		}
		if policy := got.headers.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
	}
	for _, path := range []string{"/public/nothing.js", "/api/users", "/api/datasources/proxy/uid/lake/stop-job"} {
		if got := r.ask(http.MethodGet, path, "", nil); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, got.status)
		}
	}
}
