package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// strangers are the identities that are no person.
func strangers() map[string]*backend.User {
	return map[string]*backend.User{
		"nil":               nil,
		"anonymous":         {Login: "", Role: "Viewer"},
		"anonymous admin":   {Login: "", Role: "Admin"},
		"service":           {Login: "service", Role: "Admin"},
		"grafana_scheduler": {Login: "grafana_scheduler", Role: "Admin"},
		"sa-1-robot":        {Login: "sa-1-robot", Role: "Admin"},
	}
}

// routeCase is a route with an honest request for it.
type routeCase struct {
	method, path, body string
	mutation           bool
}

func routeCases() []routeCase {
	id := strings.Repeat("ab", 16)
	return []routeCase{
		{"GET", "/support", "", false},
		{"POST", "/actions", `{"action":"force-stop","jobId":"` + stuckJob + `"}`, true},
		{"POST", "/actions/" + id + "/confirm", `{"phrase":"orders to lake","reason":"stuck for an hour","acknowledged":[]}`, true},
		{"GET", "/actions/" + id, "", false},
		{"GET", "/audit", "", false},
		{"GET", "/audit/verify", "", false},
	}
}

// S21: every route × every identity; the coordinator is not called by any
// refused one. S20 is the Viewer's row.
func TestS20S21_EveryRouteEveryIdentity(t *testing.T) {
	r := newRig(t, func(settings map[string]any) {
		settings["pollIntervalSeconds"] = 300 // so that only our calls could show up
		settings["actions"].(map[string]any)["allowedLogins"] = []string{"anna"}
	})
	r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
	r.double.set(func(c *coordinatorDouble) { c.requests = nil })

	identities := strangers()
	identities["viewer"], identities["editor"], identities["admin not on the list"] = viewer, editor, &backend.User{Login: "otto", Role: "Admin"}
	for name, user := range identities {
		for _, route := range routeCases() {
			t.Run(name+" "+route.method+" "+route.path, func(t *testing.T) {
				got := r.call(user, route.method, route.path, route.body, intent("force-stop"))
				want := http.StatusForbidden
				_, stranger := strangers()[name]
				switch {
				case stranger:
				case route.path == "/support":
					want = http.StatusOK
				case strings.HasPrefix(route.path, "/actions/") && !route.mutation:
					want = http.StatusNotFound // ids are not probed
				case strings.HasPrefix(route.path, "/audit") && name != "viewer":
					want = http.StatusOK
				}
				if got.status != want {
					t.Errorf("answered %d (%s), want %d", got.status, got.raw, want)
				}
				if route.path == "/support" && want == http.StatusOK {
					if support := got.body["forceStop"].(map[string]any); support["allowed"] != false || support["reason"] == "" {
						t.Errorf("the button would be enabled: %v", support)
					}
				}
			})
		}
	}
	if calls := r.double.seen(""); len(calls) != 0 {
		t.Errorf("the coordinator was called: %v", calls)
	}
	page := r.call(admin, "GET", "/audit?limit=500", "", nil)
	refused := 0
	for _, row := range page.body["rows"].([]any) {
		if row.(map[string]any)["event"] == "refused" {
			refused++
		}
	}
	if want := len(identities) * 2; refused != want {
		t.Errorf("%d refused attempts in the audit trail, want %d", refused, want)
	}
}

// S22: methods, content type, intent header, panel actions.
func TestS22_HeadersAndMethods(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
	r.double.set(func(c *coordinatorDouble) { c.requests = nil })
	with := func(name, value string) map[string]string {
		headers := intent("force-stop")
		if headers[name] = value; value == "" {
			delete(headers, name)
		}
		return headers
	}
	for _, route := range routeCases() {
		wrong := []string{"PUT", "DELETE", "PATCH", "HEAD"}
		if route.mutation {
			wrong = append(wrong, "GET")
		} else {
			wrong = append(wrong, "POST")
		}
		for _, method := range wrong {
			if got := r.call(admin, method, route.path, route.body, intent("force-stop")); got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s answered %d", method, route.path, got.status)
			}
		}
		if !route.mutation {
			continue
		}
		for name, row := range map[string]struct {
			headers map[string]string
			want    int
		}{
			"a form":            {with("Content-Type", "application/x-www-form-urlencoded"), 415},
			"text":              {with("Content-Type", "text/plain"), 415},
			"no content type":   {with("Content-Type", ""), 415},
			"no intent":         {with("X-Unjam-Intent", ""), 403},
			"a panel action":    {with("X-Grafana-Action", "1"), 403},
			"JSON with charset": {with("Content-Type", "application/json; charset=utf-8"), 0},
		} {
			got := r.call(admin, "POST", route.path, route.body, row.headers)
			if row.want != 0 && got.status != row.want {
				t.Errorf("%s on %s answered %d, want %d", name, route.path, got.status, row.want)
			}
			if row.want == 0 && (got.status == 415 || got.status == 403) {
				t.Errorf("%s on %s answered %d", name, route.path, got.status)
			}
		}
	}
	if stops := r.double.seen("stop-job"); len(stops) != 0 {
		t.Errorf("a stop was sent: %v", stops)
	}
}

// Bodies that are not of the form.
func TestBodies_AreStrict(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	for name, row := range map[string]struct {
		body string
		want int
	}{
		"not JSON":             {`{`, 400},
		"an unknown field":     {`{"action":"cancel","jobId":"1","force":true}`, 400},
		"two objects":          {`{"action":"cancel","jobId":"1"}{}`, 400},
		"an id as a number":    {`{"action":"cancel","jobId":733584788375666689}`, 400},
		"no id":                {`{"action":"cancel","jobId":""}`, 400},
		"an id with a path":    {`{"action":"cancel","jobId":"1/../2"}`, 400},
		"an id of a kilobyte":  {`{"action":"cancel","jobId":"` + strings.Repeat("1", 1000) + `"}`, 400},
		"an unknown action":    {`{"action":"pause","jobId":"1"}`, 400},
		"other than intended":  {`{"action":"force-stop","jobId":"1"}`, 403},
		"larger than any plan": {`{"action":"cancel","jobId":"` + strings.Repeat("1", 20000) + `"}`, 413},
	} {
		if got := r.call(admin, "POST", "/actions", row.body, intent("cancel")); got.status != row.want {
			t.Errorf("%s: answered %d (%s), want %d", name, got.status, got.raw, row.want)
		}
	}
}

// makePlan makes a plan by the API.
func (r *rig) makePlan(kind string) answer {
	r.t.Helper()
	got := r.call(admin, "POST", "/actions", fmt.Sprintf(`{"action":%q,"jobId":%q}`, kind, stuckJob), intent(kind))
	if got.status != http.StatusOK {
		r.t.Fatalf("plan: %d %s", got.status, got.raw)
	}
	return got
}

func (r *rig) confirmPlan(plan answer) answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"phrase": plan.body["phrase"], "reason": "stuck since the deploy", "acknowledged": acknowledged(plan)})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.call(admin, "POST", "/actions/"+plan.body["id"].(string)+"/confirm", string(body), intent(plan.body["kind"].(string)))
}

func acknowledged(plan answer) []string {
	guards := []string{}
	for _, verdict := range plan.body["verdicts"].([]any) {
		if verdict := verdict.(map[string]any); verdict["result"] == "warn" {
			guards = append(guards, verdict["guard"].(string))
		}
	}
	return guards
}

// follow polls the action until it is settled.
func (r *rig) follow(id string) answer {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got := r.call(admin, "GET", "/actions/"+id, "", nil); got.body["phase"] == "settled" {
			return got
		}
	}
	r.t.Fatal("the action was not settled in time")
	return answer{}
}

// S45 through the API: plan, confirm, follow, audit; and S48: the settings are
// saved (a new instance, the old one disposed of) between intent and answer.
func TestS45S48_CancelThroughTheAPI(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	r.settleMaster()
	arrived, release := make(chan struct{}), make(chan struct{})
	r.double.set(func(c *coordinatorDouble) {
		c.onStop = func(c *coordinatorDouble) {
			close(arrived)
			c.mu.Unlock()
			<-release
			c.mu.Lock()
			c.state = "CANCELED"
		}
	})
	plan := r.makePlan("cancel")
	if plan.body["allowed"] != true {
		t.Fatalf("plan: %s", plan.raw)
	}
	if got := r.confirmPlan(plan); got.status != http.StatusAccepted {
		t.Fatalf("confirm: %d %s", got.status, got.raw)
	}
	<-arrived
	old := r.datasource
	r.datasource = r.open(map[string]any{"urls": []string{r.double.server.URL}, "clusterId": "lake", "timeZone": "Europe/Berlin", "pollIntervalSeconds": 2})
	old.Dispose()
	old.Dispose()
	close(release)

	settled := r.follow(plan.body["id"].(string))
	// The new instance reads times in another zone, the old one acted.
	if settled.body["outcome"] != "stopped" || len(r.double.seen("stop-job")) != 1 {
		t.Errorf("%s, %v", settled.raw, r.double.seen("stop-job"))
	}
	if got := r.call(editor, "GET", "/audit/verify", "", nil); got.body["holds"] != true || got.body["rows"].(float64) != 4 {
		t.Errorf("audit: %s", got.raw)
	}
	if job := settled.body["job"].(map[string]any); job["id"] != stuckJob {
		t.Errorf("S08: id %v", job["id"])
	}
}

// settleMaster lets the clock run until the master counts as settled.
func (r *rig) settleMaster() {
	r.t.Helper()
	r.waitFor("a settled master", func(view *watch.View) bool {
		return !view.MasterStableSince.IsZero() && time.Since(view.MasterStableSince) > 11*time.Second
	})
}

// What the overview shows of a cluster: reachable, then not.
func TestSupport_DescribesTheCluster(t *testing.T) {
	r := newRig(t, nil)
	r.waitForState("RUNNING")
	got := r.call(viewer, "GET", "/support", "", nil).body
	if got["reachable"] != true || got["fault"] != "" || got["master"] != "127.0.0.1:5801" || got["members"] != 2.0 || got["workers"] != 1.0 || got["version"] != "3.0.0" {
		t.Errorf("%v", got)
	}
	r.double.set(func(c *coordinatorDouble) { c.down = true })
	r.waitFor("the outage", func(view *watch.View) bool { return view.Err != nil })
	got = r.call(viewer, "GET", "/support", "", nil).body
	if got["reachable"] != false || got["fault"] == "" || got["master"] != "" || got["members"] != -1.0 {
		t.Errorf("S01: an outage is shown as healthy: %v", got)
	}
}

// Settings that cannot be used: every route says so, to persons only.
func TestResources_WithBrokenSettings(t *testing.T) {
	r := newRig(t, nil)
	broken := r.open(map[string]any{"urls": []string{}})
	defer broken.Dispose()
	for _, route := range routeCases() {
		if got := callResource(t, broken, admin, route.method, route.path, route.body, intent("force-stop")); got.status != http.StatusServiceUnavailable || got.body["guard"] != "settings" {
			t.Errorf("%s: %d %s", route.path, got.status, got.raw)
		}
		if got := callResource(t, broken, nil, route.method, route.path, route.body, intent("force-stop")); got.status != http.StatusForbidden {
			t.Errorf("%s: a stranger gets %d %s", route.path, got.status, got.raw)
		}
	}
}
