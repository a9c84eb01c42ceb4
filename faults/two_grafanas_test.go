//go:build unix

package faults_test

import (
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/store"
)

// startUsers starts the program that users run, as Grafana does.
func startUsers(t *testing.T, location string) *host.Plugin {
	t.Helper()
	log := &syncBuffer{}
	command := exec.Command(users(t))
	command.Env = append(os.Environ(), storeVariable+"="+location)
	plugin, err := host.Start(command, log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(plugin.Stop)
	return plugin
}

// grafanaApart is by how much the second Grafana comes later: enough to tell
// two first looks apart.
const grafanaApart = 3 * time.Second

// twoGrafanas runs the program that users run twice on one store, with the
// clocks and times of real use: who sees a job first has seen it for both, and
// what is planned at one is confirmed at the other, once.
func twoGrafanas(t *testing.T, location string) {
	t.Parallel()
	coordinator := double.New()
	t.Cleanup(coordinator.Close)
	job := raceJob(1)
	coordinator.Add(job, "orders to lake", double.Running)
	policy := settings(coordinator.URL(), nil)
	policy["pollIntervalSeconds"] = 2
	source := host.Source{ID: 1, OrgID: 1, UID: "lake", Settings: policy, Saved: time.Now()}
	anna, bert := operator("anna"), operator("bert")

	// Given two Grafanas, of which the first has seen the job earlier.
	first := startUsers(t, location)
	_, err := first.Jobs(t.Context(), source)
	must(t, err)
	time.Sleep(grafanaApart)
	second := startUsers(t, location)
	_, err = second.Jobs(t.Context(), source)
	must(t, err)
	var since [2]time.Time
	eventually(t, "the same first look at both", func() bool {
		for index, plugin := range []*host.Plugin{first, second} {
			since[index] = sinceOf(t, plugin, source)
		}
		return since[0].Sub(since[1]).Abs() < time.Second
	})
	if seen := time.Since(since[1]); seen < grafanaApart {
		t.Errorf("the second one says that the job was first seen %s ago, when it had not started", seen)
	}

	// When a plan of one is confirmed at the other, and again at both.
	allowed(t, second, source, bert, job)
	plan := allowed(t, first, source, anna, job)
	confirmed, err := second.Confirm(t.Context(), source, anna, plan)
	must(t, err)
	if confirmed.Status != http.StatusAccepted {
		t.Fatalf("the plan of one Grafana was answered by the other with %d %s", confirmed.Status, confirmed.Raw)
	}
	for _, plugin := range []*host.Plugin{first, second} {
		again, err := plugin.Confirm(t.Context(), source, anna, plan)
		must(t, err)
		if again.Status != http.StatusConflict {
			t.Errorf("again, it was answered with %d %s", again.Status, again.Raw)
		}
	}

	// Then there is one request, one outcome for both, and one chain.
	for _, plugin := range []*host.Plugin{first, second} {
		eventually(t, "the outcome", func() bool {
			status, err := plugin.Get(t.Context(), source, bert, "actions/"+plan.Text("id"))
			must(t, err)
			return status.Text("outcome") == string(action.OutcomeStopped)
		})
	}
	if got := len(coordinator.Stops("")); got != 1 {
		t.Errorf("%d stop requests came", got)
	}
	oneChain(t, location, source, bert, first, second)
}

// allowed plans a cancel until no guard asks for more time.
func allowed(t *testing.T, plugin *host.Plugin, source host.Source, person *host.Person, job string) (plan host.Answer) {
	t.Helper()
	eventually(t, "a plan that is allowed", func() bool {
		var err error
		plan, err = plugin.Plan(t.Context(), source, person, string(action.KindCancel), job)
		must(t, err)
		if plan.Body["allowed"] != true {
			time.Sleep(planPause)
		}
		return plan.Body["allowed"] == true
	})
	return plan
}

// planPause keeps a person below the number of plans that he may make in a
// minute.
const planPause = 3 * time.Second

// oneChain checks that all see the same chain as the store has.
func oneChain(t *testing.T, location string, source host.Source, reader *host.Person, plugins ...*host.Plugin) {
	t.Helper()
	witness, err := store.Open(t.Context(), location)
	must(t, err)
	defer witness.Close()
	stored, err := witness.Verify(t.Context(), scopeOf(source))
	must(t, err)
	if !stored.Holds() {
		t.Errorf("the chain is broken at %d: %s", stored.BrokenAt, stored.Detail)
	}
	for _, plugin := range plugins {
		verification, err := plugin.Get(t.Context(), source, reader, "audit/verify")
		must(t, err)
		if verification.Body["holds"] != true || verification.Text("head") != stored.Head {
			t.Errorf("one of them sees %s; the store has %+v", verification.Raw, stored)
		}
	}
}

// sinceOf is since when the only job is in its state, as a panel shows it.
func sinceOf(t *testing.T, plugin *host.Plugin, source host.Source) time.Time {
	t.Helper()
	response, err := plugin.Jobs(t.Context(), source)
	must(t, err)
	return timeOf(t, response, "since")
}

// timeOf reads a time from the first row of a table.
func timeOf(t *testing.T, response *backend.DataResponse, name string) time.Time {
	t.Helper()
	for _, frame := range response.Frames {
		if field, index := frame.FieldByName(name); index >= 0 && field.Len() > 0 {
			if at, ok := field.ConcreteAt(0); ok {
				if at, ok := at.(time.Time); ok {
					return at
				}
			}
		}
	}
	t.Fatalf("the table has no time %q", name)
	return time.Time{}
}

func TestS43_TwoGrafanasOnSQLite(t *testing.T) { twoGrafanas(t, sqliteFile(t)) }
