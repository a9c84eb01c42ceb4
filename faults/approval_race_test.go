//go:build unix

package faults_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// approvalRaces is how often each race for an approval is run.
const approvalRaces = 40

// decider is somebody who decides on a request at a replica.
type decider struct {
	person  *host.Person
	replica *replica
	reject  bool
}

// decide has all of them decide on a request at once.
func (a *arena) decide(approval host.Answer, all []decider) []host.Answer {
	a.t.Helper()
	answers, err := atOnce(all, func(one decider) (host.Answer, error) {
		if one.reject {
			return one.replica.Reject(a.t.Context(), a.sources[0], one.person, approval)
		}
		return one.replica.Approve(a.t.Context(), a.sources[0], one.person, approval)
	})
	must(a.t, err)
	return answers
}

// requests makes a request for a second person for a job.
func (a *arena) request(requester *host.Person, kind action.Kind, job string) host.Answer {
	a.t.Helper()
	plan, err := a.replicas[0].Plan(a.t.Context(), a.sources[0], requester, string(kind), job)
	must(a.t, err)
	approval, err := a.replicas[0].RequestApproval(a.t.Context(), a.sources[0], requester, plan)
	must(a.t, err)
	if approval.Status != http.StatusAccepted {
		a.t.Fatalf("the request was answered by %d %s, its plan was %s", approval.Status, approval.Raw, plan.Raw)
	}
	return approval
}

// onlyOne checks that one decision counted and the others were told so.
func (a *arena) onlyOne(what string, answers []host.Answer) (winner int) {
	a.t.Helper()
	winner = -1
	for index, answer := range answers {
		switch {
		case answer.Status != http.StatusConflict && answer.Status != http.StatusAccepted && answer.Status != http.StatusOK:
			a.t.Fatalf("%s: %d %s", what, answer.Status, answer.Raw)
		case answer.Status == http.StatusConflict:
		case winner >= 0:
			a.t.Fatalf("%s: two decisions counted: %v", what, texts(answers))
		default:
			winner = index
		}
	}
	if winner < 0 {
		a.t.Fatalf("%s: no decision counted: %v", what, texts(answers))
	}
	return winner
}

// twoApprove has two persons approve one request at two replicas.
func twoApprove(t *testing.T, program, location string) {
	a := newArena(t, program, location, map[string]any{"secondPerson": "all"})
	for race := range approvalRaces {
		a.coordinator.Add(raceJob(race), fmt.Sprint("orders to lake ", race), double.Running)
	}
	a.ready()
	for race := range approvalRaces {
		approval := a.request(operator(fmt.Sprint("anna-", race)), action.KindCancel, raceJob(race))
		a.onlyOne(fmt.Sprint("race ", race), a.decide(approval, []decider{
			{person: operator(fmt.Sprint("bert-", race)), replica: a.replicas[0]}, {person: operator(fmt.Sprint("carl-", race)), replica: a.replicas[1]},
		}))
	}
	a.settled()
	for race := range approvalRaces {
		if got := len(a.coordinator.Stops(raceJob(race))); got != 1 {
			t.Errorf("race %d led to %d stop requests", race, got)
		}
	}
	t.Logf("%d requests approved by two persons at once, each once; chains of %d rows hold", approvalRaces, a.holds())
}

// approveOrWithdraw has one person approve and the requester withdraw at once.
func approveOrWithdraw(t *testing.T, program, location string) {
	a := newArena(t, program, location, map[string]any{"secondPerson": "all"})
	for race := range approvalRaces {
		a.coordinator.Add(raceJob(race), fmt.Sprint("orders to lake ", race), double.Running)
	}
	a.ready()
	approved := make([]bool, approvalRaces)
	count, later := 0, time.Duration(0)
	for race := range approvalRaces {
		requester := operator(fmt.Sprint("anna-", race))
		approval := a.request(requester, action.KindCancel, raceJob(race))
		// Approving reads the job first. It gets a start that is longer after
		// each defeat and shorter after each victory, so that both come close.
		all := []decider{{person: operator(fmt.Sprint("bert-", race)), replica: a.replicas[race%2]}, {person: requester, replica: a.replicas[1], reject: true}}
		answers, err := atOnce(all, func(one decider) (host.Answer, error) {
			if one.reject {
				time.Sleep(later)
				return one.replica.Reject(t.Context(), a.sources[0], one.person, approval)
			}
			return one.replica.Approve(t.Context(), a.sources[0], one.person, approval)
		})
		must(t, err)
		approved[race] = a.onlyOne(fmt.Sprint("race ", race), answers) == 0
		if approved[race] {
			count++
			later = max(0, later-startStep)
		} else {
			later += startStep
		}
	}
	a.settled()
	for race, approved := range approved {
		if got := len(a.coordinator.Stops(raceJob(race))); got != map[bool]int{true: 1}[approved] {
			t.Errorf("race %d led to %d stop requests; approved: %v", race, got, approved)
		}
	}
	t.Logf("%d requests approved and withdrawn at once: %d approved, %d withdrawn; chains of %d rows hold", approvalRaces, count, approvalRaces-count, a.holds())
}

// startStep is by how much the start of an approval changes from race to race.
const startStep = 10 * time.Millisecond

// unlockOnce has two persons unlock one incident budget at once, and then more
// be force-stopped at once than it allows.
func unlockOnce(t *testing.T, program, location string) {
	const budget, unlocked, jobs = 1, 4, 6
	a := newArena(t, program, location, map[string]any{"maxForceStops": budget, "incidentBudget": unlocked})
	for job := range jobs {
		a.coordinator.Add(raceJob(job), fmt.Sprint("orders to lake ", job), double.Canceling)
	}
	a.ready()
	request, err := a.replicas[0].RequestIncident(t.Context(), a.sources[0], operator("anna"))
	must(t, err)
	a.onlyOne("the incident budget", a.decide(request, []decider{
		{person: operator("bert"), replica: a.replicas[0]}, {person: operator("carl"), replica: a.replicas[1]},
		{person: operator("dora"), replica: a.replicas[1]}, {person: operator("emil"), replica: a.replicas[0]},
	}))
	incident, found, err := a.witness.Incident(t.Context(), scopeOf(a.sources[0]), cluster, time.Now().Add(watchedFor))
	if err != nil || !found || incident.Limit != unlocked {
		t.Fatalf("the unlocked budget is %+v, %v, %v", incident, found, err)
	}
	var all []*runner
	for job := range jobs {
		each := a.runners(job, a.sources[0])
		a.plan(each, action.KindForceStop, raceJob(job))
		all = append(all, each...)
	}
	accepted := 0
	for _, answer := range a.confirm(all) {
		if answer.Status == http.StatusAccepted {
			accepted++
		}
	}
	a.settled()
	if requests := len(a.coordinator.Stops("")); accepted != unlocked || requests != unlocked {
		t.Errorf("%d were accepted and %d stop requests came; %d are unlocked", accepted, requests, unlocked)
	}
	t.Logf("unlocked once by four at once; %d of %d confirmations at once accepted; chains of %d rows hold", accepted, len(all), a.holds())
}

func TestS40_TwoApproveOnSQLite(t *testing.T) { twoApprove(t, plain(t), sqliteFile(t)) }

func TestS40_ApproveOrWithdrawOnSQLite(t *testing.T) { approveOrWithdraw(t, plain(t), sqliteFile(t)) }

func TestS37_IncidentUnlockedOnceOnSQLite(t *testing.T) { unlockOnce(t, self(t), sqliteFile(t)) }
