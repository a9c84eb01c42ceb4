package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
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
	// intent is what the intent header says; empty for reads.
	intent string
}

func (c routeCase) mutation() bool { return c.intent != "" }

// routeCases has every route of the contract.
func routeCases() []routeCase {
	id := strings.Repeat("ab", 16)
	return []routeCase{
		{"GET", "/support", "", ""},
		{"POST", "/actions", `{"action":"force-stop","jobId":"` + stuckJob + `"}`, "force-stop"},
		{"POST", "/actions/" + id + "/confirm", `{"phrase":"orders to lake","reason":"stuck for an hour","acknowledged":[]}`, "force-stop"},
		{"POST", "/actions/" + id + "/request-approval", `{"phrase":"orders to lake","reason":"stuck for an hour","acknowledged":[]}`, "request-approval"},
		{"GET", "/actions/" + id, "", ""},
		{"GET", "/approvals", "", ""},
		{"GET", "/approvals/" + id, "", ""},
		{"POST", "/approvals/" + id + "/approve", `{"phrase":"orders to lake","acknowledged":[]}`, "approve"},
		{"POST", "/approvals/" + id + "/reject", `{"reason":"not during the night"}`, "reject"},
		{"POST", "/incidents", `{"reason":"a rack has lost power"}`, "incident-budget"},
		{"POST", "/jobs/" + stuckJob + "/dismiss", `{"episode":"e1","reason":"lost with the restart"}`, "dismiss-lost"},
		{"GET", "/aftermath", "", ""},
		{"GET", "/audit", "", ""},
		{"GET", "/audit/verify", "", ""},
		{"GET", "/audit/export?format=csv", "", ""},
	}
}

// The contract and the table above have the same routes.
func TestRoutes_AreThoseOfTheContract(t *testing.T) {
	raw, err := os.ReadFile("../../contract/resources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contract := regexp.MustCompile(`(?m)^  (/\S+):$`).FindAllStringSubmatch(string(raw), -1)
	if len(contract) != len(routeCases()) {
		t.Errorf("the contract has %d routes, the table %d", len(contract), len(routeCases()))
	}
	id := regexp.MustCompile("(ab){16}|" + stuckJob)
	for _, route := range contract {
		if !slices.ContainsFunc(routeCases(), func(one routeCase) bool {
			return id.ReplaceAllString(strings.Split(one.path, "?")[0], "{id}") == route[1]
		}) {
			t.Errorf("%s is in the contract and in no test", route[1])
		}
	}
}

// mutations is how many routes may lead to an act.
func mutations() int {
	count := 0
	for _, route := range routeCases() {
		if route.mutation() {
			count++
		}
	}
	return count
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
		// Only so many refused attempts a minute are recorded one by one.
		r.later.Add(int64(time.Minute))
		for _, route := range routeCases() {
			t.Run(name+" "+route.method+" "+route.path, func(t *testing.T) {
				got := r.call(user, route.method, route.path, route.body, intent(route.intent))
				want := http.StatusForbidden
				_, stranger := strangers()[name]
				switch {
				case stranger, route.mutation():
				case route.path == "/support":
					want = http.StatusOK
				case strings.HasPrefix(route.path, "/actions/"), strings.HasPrefix(route.path, "/approvals/"):
					want = http.StatusNotFound // ids are not probed
				case name != "viewer":
					want = http.StatusOK // audit, approvals, aftermath: the audit role
				}
				if got.status != want {
					t.Errorf("answered %d (%s), want %d", got.status, got.raw, want)
				}
				if route.path == "/support" && want == http.StatusOK {
					for _, button := range []string{"cancel", "forceStop", "dismiss"} {
						if support := got.body[button].(map[string]any); support["allowed"] != false || support["reason"] == "" {
							t.Errorf("the button %s would be enabled: %v", button, support)
						}
					}
					if _, shown := got.body["policy"].(map[string]any)["allowedLogins"]; shown != (name != "viewer") {
						t.Errorf("the logins of the policy are shown: %v", shown)
					}
				}
			})
		}
	}
	if calls := r.double.seen(""); len(calls) != 0 {
		t.Errorf("the coordinator was called: %v", calls)
	}
	page := r.call(admin, "GET", "/audit?limit=500&event=refused", "", nil)
	if rows, want := len(page.body["rows"].([]any)), len(identities)*mutations(); rows != want {
		t.Errorf("%d refused attempts in the audit trail, want %d", rows, want)
	}
}

// Persons and roles come before the body: who may not act learns nothing of
// its form.
func TestS20_RolesComeBeforeTheBody(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	for _, route := range routeCases() {
		if !route.mutation() {
			continue
		}
		for _, user := range []*backend.User{nil, viewer, editor} {
			if got := r.call(user, "POST", route.path, `{"this is":`, intent(route.intent)); got.status != http.StatusForbidden {
				t.Errorf("%s: %d %s", route.path, got.status, got.raw)
			}
		}
		if got := r.call(admin, "POST", route.path, `{"this is":`, intent(route.intent)); got.status != http.StatusBadRequest || got.body["message"] == "" {
			t.Errorf("%s: %d %s", route.path, got.status, got.raw)
		}
		if got := r.call(admin, "POST", route.path, strings.Replace(route.body, "{", `{"force":true,`, 1), intent(route.intent)); got.status != http.StatusBadRequest {
			t.Errorf("an unknown field at %s: %d %s", route.path, got.status, got.raw)
		}
		if got := r.call(admin, "POST", route.path, strings.Replace(route.body, "{", "{"+strings.Repeat(" ", 20000), 1), intent(route.intent)); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("20 kB at %s: %d %s", route.path, got.status, got.raw)
		}
	}
}

// Ids that no id has are refused before anything is looked up or recorded.
func TestPaths_HostileIds(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	for _, id := range []string{"x", strings.Repeat("AB", 16), strings.Repeat("a", 10_000), "..%2f..%2fsecret", "%00", "a%0ab", "%ff", strings.Repeat("ab", 16) + "%20"} {
		for _, route := range routeCases() {
			path := strings.ReplaceAll(route.path, strings.Repeat("ab", 16), id)
			if path == route.path {
				continue
			}
			if got := r.call(admin, route.method, path, route.body, intent(route.intent)); got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %.60q: %d %s", route.method, path, got.status, got.raw)
			}
		}
		if got := r.call(admin, "POST", "/jobs/"+id+"/dismiss", `{"episode":"e1","reason":"lost with the restart"}`, intent("dismiss-lost")); id != "x" && got.status < 400 {
			t.Errorf("a job %.60q was dismissed: %s", id, got.raw)
		}
	}
	for _, value := range r.log.all() {
		if strings.ContainsAny(value, "\n\r\x00\x1b") || len(value) > 1000 {
			t.Errorf("the log has %.100q", value)
		}
	}
}

// S22: methods, content type, intent header, panel actions.
func TestS22_HeadersAndMethods(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
	for _, route := range routeCases() {
		r.later.Add(int64(time.Minute))
		wrong := []string{"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", strings.Repeat("X", 5000)}
		if route.mutation() {
			wrong = append(wrong, "GET")
		} else {
			wrong = append(wrong, "POST")
		}
		r.double.set(func(c *coordinatorDouble) { c.requests = nil })
		for _, method := range wrong {
			if got := r.call(admin, method, route.path, route.body, intent(route.intent)); got.status != http.StatusMethodNotAllowed || len(got.raw) > 300 {
				t.Errorf("%.20s %s answered %d %s", method, route.path, got.status, got.raw)
			}
		}
		if !route.mutation() {
			continue
		}
		with := func(name, value string) map[string]string {
			headers := intent(route.intent)
			if headers[name] = value; value == "" {
				delete(headers, name)
			}
			return headers
		}
		for name, row := range map[string]struct {
			headers map[string]string
			want    int
		}{
			"a form":          {with("Content-Type", "application/x-www-form-urlencoded"), 415},
			"text":            {with("Content-Type", "text/plain"), 415},
			"no content type": {with("Content-Type", ""), 415},
			"no intent":       {with("X-Unjam-Intent", ""), 403},
			"another intent":  {with("X-Unjam-Intent", "something-else"), 403},
			"two intents":     {with("X-Unjam-Intent", route.intent+", "+route.intent), 403},
			"a panel action":  {with("X-Grafana-Action", "1"), 403},
		} {
			if got := r.call(admin, "POST", route.path, route.body, row.headers); got.status != row.want {
				t.Errorf("%s on %s answered %d, want %d", name, route.path, got.status, row.want)
			}
		}
		// No act is reached by the word for another.
		for _, other := range routeCases() {
			plannable := strings.HasPrefix(route.path, "/actions") && route.intent == "force-stop"
			if !other.mutation() || other.intent == route.intent || plannable && other.intent == "cancel" {
				continue
			}
			if got := r.call(admin, "POST", route.path, route.body, intent(other.intent)); got.status != http.StatusForbidden {
				t.Errorf("%s was reached with the intent %s: %d", route.path, other.intent, got.status)
			}
		}
		if calls := r.double.seen(""); len(calls) != 0 {
			t.Errorf("%s: the coordinator was called: %v", route.path, calls)
		}
		if got := r.call(admin, "POST", route.path, route.body, with("Content-Type", "application/json; charset=utf-8")); got.status == 415 || got.status == 403 {
			t.Errorf("an honest request to %s answered %d %s", route.path, got.status, got.raw)
		}
		if stops := r.double.seen("stop-job"); len(stops) != 0 {
			t.Errorf("a stop was sent: %v", stops)
		}
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
		if got := callResource(t, broken, admin, route.method, route.path, route.body, intent(route.intent)); got.status != http.StatusServiceUnavailable || got.body["guard"] != "settings" {
			t.Errorf("%s: %d %s", route.path, got.status, got.raw)
		}
		if got := callResource(t, broken, nil, route.method, route.path, route.body, intent(route.intent)); got.status != http.StatusForbidden {
			t.Errorf("%s: a stranger gets %d %s", route.path, got.status, got.raw)
		}
	}
}
