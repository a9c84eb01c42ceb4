package plugin

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// ask uses a plan to ask for a second person.
func (r *rig) ask(plan answer) answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"phrase": plan.body["phrase"], "reason": "stuck since the deploy", "acknowledged": acknowledged(plan)})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.call(admin, "POST", "/actions/"+plan.body["id"].(string)+"/request-approval", string(body), intent("request-approval"))
}

// approve decides a request as it is shown.
func (r *rig) approve(user *backend.User, request answer) answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"phrase": request.body["phrase"], "acknowledged": acknowledged(request)})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.call(user, "POST", "/approvals/"+request.body["id"].(string)+"/approve", string(body), intent("approve"))
}

// S40 through the API: who asked cannot approve, another person can; every step
// is in the audit trail, and frames tell nothing of it (S47).
func TestS40_SecondPersonThroughTheAPI(t *testing.T) {
	r := newRig(t, func(settings map[string]any) {
		settings["actions"].(map[string]any)["secondPerson"] = "all"
	})
	r.waitForState("RUNNING")
	r.settleMaster()
	if policy := r.call(viewer, "GET", "/support", "", nil).body["policy"].(map[string]any); policy["secondPerson"] != "all" || policy["incidentBudget"] != 50.0 || policy["approvalSeconds"] != 900.0 {
		t.Errorf("the policy is shown as %v", policy)
	}

	// given: a plan that one person cannot confirm, and a request for another
	plan := r.makePlan("cancel")
	if plan.body["secondPerson"] != true || plan.body["allowed"] != true {
		t.Fatalf("plan: %s", plan.raw)
	}
	if got := r.confirmPlan(plan); got.status < 400 || len(r.double.seen("stop-job")) != 0 {
		t.Fatalf("one person alone confirmed: %d %s", got.status, got.raw)
	}
	request := r.ask(plan)
	if request.status != http.StatusAccepted || request.body["state"] != "waiting" || request.body["mine"] != true || request.body["decidable"] != false || request.body["why"] == "" {
		t.Fatalf("request: %d %s", request.status, request.raw)
	}

	// then: it is shown to those who may see it, with what each may do
	id := request.body["id"].(string)
	for _, row := range []struct {
		user            *backend.User
		status          int
		decidable, mine bool
	}{
		{admin, 200, false, true}, {second, 200, true, false}, {editor, 200, false, false}, {viewer, 404, false, false},
		{&backend.User{Login: "ANNA", Role: "Admin"}, 200, false, true},
		{&backend.User{Login: "anna2", Email: "Anna@Example.org", Role: "Admin"}, 200, false, true},
	} {
		got := r.call(row.user, "GET", "/approvals/"+id, "", nil)
		if got.status != row.status || got.status == 200 && (got.body["decidable"] != row.decidable || got.body["mine"] != row.mine) {
			t.Errorf("%s sees %d %s", row.user.Login, got.status, got.raw)
		}
		list := r.call(row.user, "GET", "/approvals", "", nil)
		if seen := list.status == 200 && len(list.body["approvals"].([]any)) == 1; seen != (row.status == 200) {
			t.Errorf("%s sees the list %d %s", row.user.Login, list.status, list.raw)
		}
	}
	// and: neither who asked nor who shares his e-mail approves
	for _, user := range []*backend.User{admin, {Login: "Anna", Role: "Admin"}, {Login: "anna2", Email: "ANNA@example.org", Role: "Admin"}, editor, viewer, nil} {
		if got := r.approve(user, request); got.status != http.StatusForbidden || got.body["guard"] == "" {
			t.Errorf("%+v approves: %d %s", user, got.status, got.raw)
		}
	}
	if result, err := r.datasource.CheckHealth(t.Context(), nil); err != nil || !strings.Contains(result.Message, "1 request waits for a second person") || strings.Contains(result.Message, "anna") {
		t.Errorf("health: %v %+v", err, result)
	}
	if len(r.double.seen("stop-job")) != 0 {
		t.Fatal("something was sent before the approval")
	}

	// when: another person approves
	r.double.set(func(c *coordinatorDouble) { c.onStop = func(c *coordinatorDouble) { c.state = "CANCELED" } })
	decision := r.approve(second, request)
	if decision.status != http.StatusAccepted {
		t.Fatalf("approve: %d %s", decision.status, decision.raw)
	}
	action := decision.body["action"].(map[string]any)
	settled := r.follow(action["id"].(string))
	if settled.body["outcome"] != "stopped" || settled.body["by"] != "anna" || settled.body["approvedBy"] != "bert" || len(r.double.seen("stop-job")) != 1 {
		t.Errorf("%s, %v", settled.raw, r.double.seen("stop-job"))
	}
	if again := r.approve(second, request); again.status != http.StatusConflict || len(r.double.seen("stop-job")) != 1 {
		t.Errorf("approved twice: %d %s", again.status, again.raw)
	}
	rows := r.call(editor, "GET", "/audit?login=BERT&event=intent", "", nil)
	if found := rows.body["rows"].([]any); len(found) != 1 || found[0].(map[string]any)["approvedBy"] != "bert" || found[0].(map[string]any)["approvalId"] != id {
		t.Errorf("audit: %s", rows.raw)
	}
	if got := r.call(editor, "GET", "/audit/verify", "", nil); got.body["holds"] != true {
		t.Errorf("audit: %s", got.raw)
	}
	r.framesHold(t, "anna", "bert", "example.org", "stuck since the deploy", id, action["id"].(string))
}

// Who asked may take it back, whatever he may do today; others who may not act
// cannot reject it.
func TestApprovals_RejectAndWithdraw(t *testing.T) {
	r := newRig(t, func(settings map[string]any) {
		settings["actions"].(map[string]any)["secondPerson"] = "all"
	})
	r.waitForState("RUNNING")
	r.settleMaster()
	no := `{"reason":"not during the night"}`
	request := r.ask(r.makePlan("cancel"))
	path := "/approvals/" + request.body["id"].(string) + "/reject"
	for _, user := range []*backend.User{viewer, editor, nil} {
		if got := r.call(user, "POST", path, no, intent("reject")); got.status != http.StatusForbidden {
			t.Errorf("%+v rejects: %d %s", user, got.status, got.raw)
		}
	}
	if got := r.call(second, "POST", path, `{"reason":"no"}`, intent("reject")); got.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d %s", got.status, got.raw)
	}
	if got := r.call(second, "POST", path, no, intent("reject")); got.status != http.StatusOK || got.body["state"] != "rejected" || got.body["decider"] != "bert" || got.body["note"] != "not during the night" {
		t.Errorf("reject: %d %s", got.status, got.raw)
	}
	request = r.ask(r.makePlan("cancel"))
	path = "/approvals/" + request.body["id"].(string) + "/reject"
	if got := r.call(&backend.User{Login: "anna", Role: "Viewer"}, "POST", path, no, intent("reject")); got.status != http.StatusOK || got.body["state"] != "withdrawn" {
		t.Errorf("withdraw: %d %s", got.status, got.raw)
	}
	if stops := r.double.seen("stop-job"); len(stops) != 0 {
		t.Errorf("something was sent: %v", stops)
	}
}

// S37 through the API: the incident budget needs a second person.
func TestS37_IncidentBudgetThroughTheAPI(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	r.waitFor("the first poll", func(view *watch.View) bool { return view.Complete != nil })
	r.double.set(func(c *coordinatorDouble) { c.requests = nil })
	if _, unlocked := r.call(admin, "GET", "/support", "", nil).body["incident"]; unlocked {
		t.Error("an incident budget is in force")
	}
	request := r.call(admin, "POST", "/incidents", `{"reason":"a rack has lost power"}`, intent("incident-budget"))
	if request.status != http.StatusAccepted || request.body["kind"] != "incident-budget" || request.body["job"] != nil || request.body["phrase"] != "" {
		t.Fatalf("%d %s", request.status, request.raw)
	}
	if got := r.call(second, "POST", "/incidents", `{"reason":"a rack has lost power"}`, intent("incident-budget")); got.status != http.StatusConflict {
		t.Errorf("two requests: %d %s", got.status, got.raw)
	}
	if got := r.approve(admin, request); got.status != http.StatusForbidden {
		t.Errorf("who asked approves: %d %s", got.status, got.raw)
	}
	if got := r.approve(second, request); got.status != http.StatusAccepted || got.body["action"] != nil {
		t.Errorf("approve: %d %s", got.status, got.raw)
	}
	incident, unlocked := r.call(viewer, "GET", "/support", "", nil).body["incident"].(map[string]any)
	if !unlocked || incident["limit"] != 50.0 {
		t.Fatalf("%v", incident)
	}
	if until, err := time.Parse(time.RFC3339, incident["until"].(string)); err != nil || time.Until(until) > time.Hour || time.Until(until) < 50*time.Minute {
		t.Errorf("until %v, %v", incident["until"], err)
	}
	if calls := r.double.seen(""); len(calls) != 0 {
		t.Errorf("the coordinator was called: %v", calls)
	}
}

// Lost jobs only are dismissed (S17 is a test of the guard and the watcher).
func TestDismiss_OnlyLostJobs(t *testing.T) {
	r := newRig(t, func(settings map[string]any) { settings["pollIntervalSeconds"] = 300 })
	r.waitForState("RUNNING")
	for body, want := range map[string]int{
		`{"episode":"e1","reason":"lost with the restart"}`:                                   http.StatusConflict,
		`{"episode":"e1","reason":"why"}`:                                                     http.StatusUnprocessableEntity,
		`{"episode":"","reason":"lost with the restart"}`:                                     http.StatusBadRequest,
		`{"episode":"` + strings.Repeat("e", 129) + `","reason":"lost with the restart"}`:     http.StatusBadRequest,
		`{"episode":"e1","reason":"lost with the restart","jobId":"733584788375666689"}`:      http.StatusBadRequest,
		`{"episode":"e1","reason":"` + strings.Repeat("very ", 450) + `"}`:                    http.StatusUnprocessableEntity,
		`{"episode":"e1","reason":"lost with the restart"} {"episode":"e1","reason":"again"}`: http.StatusBadRequest,
	} {
		if got := r.call(admin, "POST", "/jobs/"+stuckJob+"/dismiss", body, intent("dismiss-lost")); got.status != want {
			t.Errorf("%.80s: %d %s, want %d", body, got.status, got.raw, want)
		}
	}
	if got := r.call(admin, "POST", "/jobs/1/dismiss", `{"episode":"e1","reason":"lost with the restart"}`, intent("dismiss-lost")); got.status != http.StatusNotFound {
		t.Errorf("a job that nobody knows: %d %s", got.status, got.raw)
	}
}
