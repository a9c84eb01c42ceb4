//go:build unix

package faults_test

import (
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

var races = flag.Int("faults.races", 500, "races of confirmations")

// arena is two replicas of one store, and data sources that show one cluster.
type arena struct {
	t           *testing.T
	coordinator *double.Coordinator
	witness     *store.Store
	replicas    []*replica
	// sources are two of organisation 1, and one of organisation 2 with the
	// uid of the first.
	sources []host.Source
}

func newArena(t *testing.T, program, location string, policy map[string]any) *arena {
	t.Helper()
	witness, err := store.Open(t.Context(), location)
	must(t, err)
	a := &arena{t: t, coordinator: double.New(), witness: witness}
	t.Cleanup(func() {
		a.coordinator.Close()
		must(t, witness.Close())
	})
	for index, one := range []struct {
		org int64
		uid string
	}{{1, "lake"}, {1, "lake-again"}, {2, "lake"}} {
		a.sources = append(a.sources, host.Source{ID: int64(index + 1), OrgID: one.org, UID: one.uid, Settings: settings(a.coordinator.URL(), policy), Saved: time.Now()})
	}
	for range 2 {
		a.replicas = append(a.replicas, startReplica(t, program, location, 0))
	}
	return a
}

// ready lets the guards pass that ask for a time, on every replica.
func (a *arena) ready() {
	a.t.Helper()
	for _, replica := range a.replicas {
		replica.ready(a.sources...)
	}
}

// runner is one operator at one replica and one data source.
type runner struct {
	person  *host.Person
	replica *replica
	source  host.Source
	plan    host.Answer
}

func (r *runner) String() string {
	return fmt.Sprintf("%s at %d/%s", r.person.Login, r.source.OrgID, r.source.UID)
}

// operator is a person who may act.
func operator(login string) *host.Person {
	return &host.Person{Login: login, Email: login + "@example.org", Role: "Admin"}
}

// runners are two operators at each replica and each of the data sources.
func (a *arena) runners(race int, sources ...host.Source) []*runner {
	var all []*runner
	for _, name := range []string{"anna", "bert"} {
		person := operator(fmt.Sprint(name, "-", race))
		for _, replica := range a.replicas {
			for _, source := range sources {
				all = append(all, &runner{person: person, replica: replica, source: source})
			}
		}
	}
	return all
}

// half are four of eight runners: each operator at both replicas and both data
// sources, and at each of these both operators.
func half(all []*runner) []*runner { return []*runner{all[0], all[3], all[5], all[6]} }

// atOnce has all of them do something at the same moment.
func atOnce[T any](all []T, do func(one T) (host.Answer, error)) ([]host.Answer, error) {
	answers, errs := make([]host.Answer, len(all)), make([]error, len(all))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for index, one := range all {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			answers[index], errs[index] = do(one)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return answers, err
		}
	}
	return answers, nil
}

// plan has all of them plan the same.
func (a *arena) plan(all []*runner, kind action.Kind, job string) {
	a.t.Helper()
	plans, err := atOnce(all, func(one *runner) (host.Answer, error) {
		return one.replica.Plan(a.t.Context(), one.source, one.person, string(kind), job)
	})
	must(a.t, err)
	for index, plan := range plans {
		if plan.Status != http.StatusOK || plan.Body["allowed"] != true {
			a.t.Fatalf("the plan of %s was answered by %d %s", all[index], plan.Status, plan.Raw)
		}
		all[index].plan = plan
	}
}

func (a *arena) confirm(all []*runner) []host.Answer {
	a.t.Helper()
	answers, err := atOnce(all, func(one *runner) (host.Answer, error) {
		return one.replica.Confirm(a.t.Context(), one.source, one.person, one.plan)
	})
	must(a.t, err)
	return answers
}

// settled waits until no action is open.
func (a *arena) settled() {
	a.t.Helper()
	for _, source := range a.sources {
		eventually(a.t, "the end of all actions", func() bool {
			open, err := a.witness.Unresolved(a.t.Context(), scopeOf(source), time.Now().Add(-24*time.Hour))
			must(a.t, err)
			return len(open) == 0
		})
	}
}

// holds checks every chain and gives how many rows all have.
func (a *arena) holds() int64 {
	a.t.Helper()
	rows := int64(0)
	for _, source := range a.sources {
		verification, err := a.witness.Verify(a.t.Context(), scopeOf(source))
		must(a.t, err)
		if !verification.Holds() {
			a.t.Errorf("the chain of %s is broken at %d: %s", scopeOf(source), verification.BrokenAt, verification.Detail)
		}
		rows += verification.Rows
	}
	return rows
}

func scopeOf(source host.Source) watch.Scope {
	return watch.Scope{OrgID: source.OrgID, DataSourceUID: source.UID}
}

// confirmRaces has operators at two replicas and two data sources of one
// cluster confirm the same at once, again and again. Every tenth job is
// force-stopped, and in half of the races the second data source is another
// organisation's.
func confirmRaces(t *testing.T, program, location string, count int) {
	a := newArena(t, program, location, nil)
	kinds := make([]action.Kind, count)
	for race := range count {
		kinds[race] = action.KindCancel
		state := double.Running
		if race%10 == 0 {
			kinds[race], state = action.KindForceStop, double.Canceling
		}
		a.coordinator.Add(raceJob(race), fmt.Sprint("orders to lake ", race), state)
	}
	a.ready()
	began := time.Now()
	won := map[watch.Scope]int{}
	for race, kind := range kinds {
		all := a.runners(race, a.sources[0], a.sources[1+race%2])
		if race%allEvery != 0 {
			all = half(all)
		}
		a.plan(all, kind, raceJob(race))
		winner := a.oneWinner(fmt.Sprint("race ", race), all, a.confirm(all))
		won[scopeOf(winner.source)]++
	}
	a.settled()
	for race := range count {
		if got := len(a.coordinator.Stops(raceJob(race))); got != 1 {
			t.Errorf("race %d led to %d stop requests", race, got)
		}
	}
	// One budget: whatever data source it came from, each act counts once.
	spent := 0
	for _, kind := range []action.Kind{action.KindCancel, action.KindForceStop} {
		count, _, err := a.witness.Spent(t.Context(), cluster, kind, time.Now().Add(-24*time.Hour))
		must(t, err)
		spent += count
	}
	if spent != count {
		t.Errorf("the cluster's budget counts %d acts, not %d", spent, count)
	}
	t.Logf("%d races in %s, won by %v; chains of %d rows hold", count, time.Since(began).Round(time.Second), won, a.holds())
}

// allEvery is in which part of the races all eight run, and not four of them.
const allEvery = 5

// raceJob is the job of a race.
func raceJob(race int) string { return fmt.Sprintf("7335847883757%05d", race) }

// oneWinner checks that one of them won, and that the others were told why
// they did not: 409, naming the winner to those of his own scope alone.
func (a *arena) oneWinner(what string, all []*runner, answers []host.Answer) *runner {
	a.t.Helper()
	var winner *runner
	for index, answer := range answers {
		if answer.Status != http.StatusAccepted {
			continue
		}
		if winner != nil {
			a.t.Fatalf("%s: %s and %s both won", what, winner, all[index])
		}
		winner = all[index]
	}
	if winner == nil {
		a.t.Fatalf("%s: nobody won: %v", what, texts(answers))
	}
	for index, answer := range answers {
		loser := all[index]
		if loser == winner {
			continue
		}
		if answer.Status != http.StatusConflict {
			a.t.Fatalf("%s: %s lost with %d %s", what, loser, answer.Status, answer.Raw)
		}
		if answer.Text("guard") != action.GuardInFlight {
			continue
		}
		named := strings.Contains(answer.Text("message"), winner.person.Login) && answer.Text("actionId") == winner.plan.Text("id")
		if near := scopeOf(loser.source) == scopeOf(winner.source); near != named {
			a.t.Fatalf("%s: %s won, and %s was told: %s", what, winner, loser, answer.Raw)
		}
		if foreign := loser.source.OrgID != winner.source.OrgID; foreign && strings.Contains(string(answer.Raw), winner.person.Login) && loser.person != winner.person {
			a.t.Fatalf("%s: %s of another organisation was told who won: %s", what, loser, answer.Raw)
		}
	}
	return winner
}

func texts(answers []host.Answer) []string {
	var all []string
	for _, answer := range answers {
		all = append(all, fmt.Sprintf("%d %s", answer.Status, answer.Text("message")))
	}
	return all
}

// budgetRaces has operators at two replicas and two data sources use up one
// budget at once, with an action on another job each.
func budgetRaces(t *testing.T, program, location string) {
	const budget, jobs = 3, 6
	a := newArena(t, program, location, map[string]any{"maxForceStops": budget})
	for job := range jobs {
		a.coordinator.Add(raceJob(job), fmt.Sprint("orders to lake ", job), double.Canceling)
	}
	a.ready()
	var all []*runner
	for job := range jobs {
		each := a.runners(job, a.sources[0], a.sources[1+job%2])
		a.plan(each, action.KindForceStop, raceJob(job))
		all = append(all, each...)
	}
	answers := a.confirm(all)
	accepted, refused := 0, 0
	for index, answer := range answers {
		switch answer.Status {
		case http.StatusAccepted:
			accepted++
		case http.StatusTooManyRequests:
			refused++
			if answer.Headers.Get("Retry-After") == "" || answer.Text("guard") != action.GuardBudget {
				t.Errorf("%s was refused with %v %s", all[index], answer.Headers, answer.Raw)
			}
		case http.StatusConflict:
		default:
			t.Errorf("%s was answered by %d %s", all[index], answer.Status, answer.Raw)
		}
	}
	a.settled()
	if requests := len(a.coordinator.Stops("")); accepted != budget || requests != budget || refused == 0 {
		t.Errorf("%d were accepted, %d refused for the budget, and %d stop requests came, for a budget of %d: %v", accepted, refused, requests, budget, texts(answers))
	}
	for job := range jobs {
		if got := len(a.coordinator.Stops(raceJob(job))); got > 1 {
			t.Errorf("job %d got %d stop requests", job, got)
		}
	}
	if spent, _, err := a.witness.Spent(t.Context(), cluster, action.KindForceStop, time.Now().Add(-time.Hour)); err != nil || spent != budget {
		t.Errorf("%d of %d are spent, %v", spent, budget, err)
	}
	t.Logf("%d confirmations at once, %d accepted, %d over the budget; chains of %d rows hold", len(all), accepted, refused, a.holds())
}

// sqliteFile is a location in a folder of the test's own.
func sqliteFile(t *testing.T) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "unjam.db")
}

func TestS28S43S49_RacesOnSQLite(t *testing.T) {
	confirmRaces(t, plain(t), sqliteFile(t), *races/sqliteShare)
}

// sqliteShare is which part of the races is run on SQLite: it has one writer at
// a time, and several Grafanas are meant to use PostgreSQL.
const sqliteShare = 4

// TestS28_RacesInside looks for races inside the plugin, too.
func TestS28_RacesInside(t *testing.T) { confirmRaces(t, self(t), sqliteFile(t), *races/insideShare) }

// insideShare is which part of the races is run with the race detector inside
// the plugin.
const insideShare = 25

func TestS37S49_OneBudgetOnSQLite(t *testing.T) { budgetRaces(t, self(t), sqliteFile(t)) }
