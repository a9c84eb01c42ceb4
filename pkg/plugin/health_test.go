package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// secret is a password that must not turn up in any text.
const secret = "hunter2-S3cret"

// health opens a data source with these settings and checks it.
func (r *rig) health(settings map[string]any, change ...func(*backend.DataSourceInstanceSettings)) *backend.CheckHealthResult {
	r.t.Helper()
	d := r.openWith(settings, change...)
	defer d.Dispose()
	result, err := d.CheckHealth(r.t.Context(), &backend.CheckHealthRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	if strings.Contains(result.Message+string(result.JSONDetails), secret) {
		r.t.Errorf("the health check repeats a secret: %s", result.Message)
	}
	return result
}

func serverAt(t *testing.T, serve http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	return server.URL
}

// Bad input: each fault is one clear sentence that says what to do.
func TestHealth_BadInput(t *testing.T) {
	r := newRig(t, nil)
	tlsServer := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer tlsServer.Close()
	endless := serverAt(t, func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for request.Context().Err() == nil {
			if _, err := w.Write([]byte(`{"projectVersion":"` + strings.Repeat("9", 4096))); err != nil {
				return
			}
		}
	})
	for name, row := range map[string]struct{ url, says string }{
		"nobody listens":  {"http://127.0.0.1:1", "unreachable"},
		"a wrong host":    {"http://no-such-host.invalid:8080", "unreachable"},
		"wrong password":  {serverAt(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }), "credentials"},
		"a TLS error":     {tlsServer.URL, "certificate"},
		"no TLS there":    {strings.Replace(r.double.server.URL, "http:", "https:", 1), "TLS"},
		"HTML":            {serverAt(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Hello</html>")) }), "HTML"},
		"not SeaTunnel":   {serverAt(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"UP"}`)) }), "SeaTunnel"},
		"truncated":       {serverAt(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"projectVersion":"2.3`)) }), "bad answer"},
		"an endless body": {endless, "bad answer"},
		"a redirect (S41)": {serverAt(t, func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "/elsewhere", http.StatusTemporaryRedirect)
		}), "redirect"},
		"an unknown scheme":  {"ftp://master:21", "http"},
		"no scheme":          {"master:8080", "http"},
		"a password in here": {"http://u:" + secret + "@master:8080", "user or password"},
	} {
		t.Run(name, func(t *testing.T) {
			result := r.health(map[string]any{"urls": []string{row.url}, "requestTimeoutSeconds": 2, "pollDeadlineSeconds": 8, "username": "unjam"}, func(raw *backend.DataSourceInstanceSettings) {
				raw.DecryptedSecureJSONData = map[string]string{"password": secret}
			})
			if result.Status != backend.HealthStatusError || !strings.Contains(result.Message, row.says) || strings.Contains(result.Message, "\n") {
				t.Errorf("%v: %q, want one sentence with %q", result.Status, result.Message, row.says)
			}
		})
	}
}

// A healthy data source says version, interface and what actions need.
func TestHealth_Healthy(t *testing.T) {
	r := newRig(t, nil)
	result := r.health(map[string]any{"urls": []string{r.double.server.URL}})
	for _, part := range []string{"SeaTunnel 3.0.0", "REST v2", "127.0.0.1:5801", "1 worker", "Actions are switched off"} {
		if !strings.Contains(result.Message, part) {
			t.Errorf("%q lacks %q", result.Message, part)
		}
	}
	if result.Status != backend.HealthStatusOk {
		t.Error(result.Status)
	}
	if details := string(result.JSONDetails); !strings.Contains(details, `"storeFault":""`) {
		t.Errorf("details %s, want a store without a fault", details)
	}
}

// A wrong address of the coordinator's own UI: the check refuses it with a
// sentence, the log has it once, and the coordinator is watched all the same.
func TestHealth_WrongUIStopsNothing(t *testing.T) {
	r := newRig(t, func(settings map[string]any) {
		settings["uiUrl"] = "https://unjam:" + secret + "@seatunnel.example/{jobId}"
	})
	r.waitForState("RUNNING")
	result, err := r.datasource.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"uiUrl holds a user or password", "leave it empty", "SeaTunnel 3.0.0"} {
		if result.Status != backend.HealthStatusError || !strings.Contains(result.Message, part) {
			t.Errorf("%v: %q lacks %q", result.Status, result.Message, part)
		}
	}
	if told := strings.Count(r.log.text(), "uiUrl holds"); told != 1 || strings.Contains(r.log.text()+result.Message, secret) {
		t.Errorf("the log tells it %d times, or a secret is told", told)
	}
}

// S44: with Grafana's own connection fields set, health is an error and actions
// are refused.
func TestS44_ProxyOpen(t *testing.T) {
	r := newRig(t, nil)
	open := func(raw *backend.DataSourceInstanceSettings) { raw.URL = r.double.server.URL }
	settings := map[string]any{"urls": []string{r.double.server.URL}, "actions": map[string]any{"enabled": true}}
	if result := r.health(settings, open); result.Status != backend.HealthStatusError || !strings.Contains(result.Message, "proxy") {
		t.Errorf("%+v", result)
	}
	d := r.openWith(settings, open)
	defer d.Dispose()
	got := callResource(t, d, admin, "POST", "/actions", fmt.Sprintf(`{"action":"cancel","jobId":%q}`, stuckJob), intent("cancel"))
	if got.status != http.StatusForbidden || got.body["guard"] != action.GuardProxyClosed {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

// S35: a store that cannot be opened. Monitoring goes on, actions are refused,
// health says what to set.
func TestS35_NoStore(t *testing.T) {
	r := newRig(t, nil)
	r.changeProcess(func(p *Process) {
		p.Store, p.StoreErr, p.StoreLocation = nil, errors.New("the folder does not exist"), "set in grafana.ini"
	})
	settings := map[string]any{"urls": []string{r.double.server.URL}, "timeZone": "Europe/Berlin", "pollIntervalSeconds": 2, "actions": map[string]any{"enabled": true}}
	result := r.health(settings)
	if result.Status != backend.HealthStatusOk || !strings.Contains(result.Message, "the folder does not exist") || !strings.Contains(result.Message, "grafana.ini") {
		t.Errorf("%v: %s", result.Status, result.Message)
	}
	r.datasource.Dispose()
	r.datasource = r.open(settings)
	r.waitForState("RUNNING")
	plan := r.makePlan("cancel")
	if plan.body["allowed"] != false || verdict(plan, action.GuardStore)["result"] != "block" {
		t.Errorf("%s", plan.raw)
	}
	if got := r.confirmPlan(plan); got.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.status, got.raw)
	}
	if got := r.call(admin, "GET", "/audit", "", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.status, got.raw)
	}
	if stops := r.double.seen("stop-job"); len(stops) != 0 {
		t.Errorf("something was sent: %v", stops)
	}
}

// S15: save, rename, rotate the password, break the settings three times,
// repair: the data source polls with one poller or with none, never two.
func TestS15_SavesLeaveOnePoller(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	save := func(settings map[string]any, password string) {
		old := r.datasource
		r.datasource = r.openWith(settings, func(raw *backend.DataSourceInstanceSettings) {
			raw.DecryptedSecureJSONData = map[string]string{"password": password}
		})
		old.Dispose()
	}
	good := map[string]any{"urls": []string{r.double.server.URL}, "pollIntervalSeconds": 2, "username": "unjam"}
	save(good, "one")
	save(good, "one")
	save(good, "two")
	for range 3 {
		save(map[string]any{"urls": []string{"http://u:p@broken"}}, "two")
	}
	save(good, "three")
	r.waitForState("RUNNING")

	const look = 9 * time.Second
	r.double.set(func(c *coordinatorDouble) { c.requests = nil })
	time.Sleep(look)
	// At 2 s an own poller makes four or five polls; two would make eight.
	if polls := len(r.double.seen("/running-jobs")); polls < 3 || polls > 6 {
		t.Errorf("%d polls within %s", polls, look)
	}
	r.datasource.Dispose()
}

// S23: there is no stream that could be published to, and queries only read.
func TestS23_NothingButTheGuardActs(t *testing.T) {
	r := newRig(t, nil)
	if _, streams := any(r.datasource).(backend.StreamHandler); streams {
		t.Error("the data source takes streams")
	}
	r.waitForState("RUNNING")
	for _, body := range []string{
		`{"queryType":"jobs","action":"force-stop","jobId":"` + stuckJob + `","force":true}`,
		`{"queryType":"actions","action":"cancel"}`,
		`{"queryType":"../actions"}`, `[]`, `null`, `"stop"`,
		`{"queryType":"approvals","id":"` + strings.Repeat("ab", 16) + `","approve":true}`,
		`{"queryType":"metric","metric":"leftover_tasks","dismiss":"` + stuckJob + `","episode":"e1","reason":"by a query"}`,
		`{"queryType":"metric","metric":"force_stops_unconfirmed","reconcile":true,"incidents":[{"limit":1000}]}`,
		`{"queryType":"metric","metric":"jobs_lost'; DROP TABLE audit; --"}`,
	} {
		_ = r.query(body, nil)
		_ = r.query(body, fromAlert)
	}
	if page := r.call(admin, "GET", "/audit", "", nil); len(page.body["rows"].([]any)) != 0 {
		t.Errorf("a query left a record: %s", page.raw)
	}
	if stops := r.double.seen("POST"); len(stops) != 0 {
		t.Errorf("a query posted: %v", stops)
	}
}

// A data source whose settings are broken answers queries with the reason.
func TestQuery_WithBrokenSettings(t *testing.T) {
	r := newRig(t, nil)
	d := r.open(map[string]any{"urls": []string{}})
	defer d.Dispose()
	response, err := d.QueryData(context.Background(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{RefID: "A", JSON: []byte(`{"queryType":"jobs"}`)}}})
	if err != nil || response.Responses["A"].Error == nil || !strings.Contains(response.Responses["A"].Error.Error(), "add the address") {
		t.Errorf("%v, %v", err, response)
	}
}
