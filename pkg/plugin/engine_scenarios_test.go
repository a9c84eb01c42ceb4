//go:build engine

package plugin

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// The scenarios of acting on one real engine (REST v2), whose force stop is our
// test back-port. A job whose sink hangs in write(2) grows old enough for a
// force stop while the others are told.
func TestEngineScenarios_S24ToS48(t *testing.T) {
	engine := startCluster(t, "--version", "v2", "--masters", "2", "--fault-agent", "--force-backport")
	release := engine.hangSinks()
	var masters []string
	var fronts []*recorder
	for _, address := range engine.addresses("master") {
		front := record(t, address)
		fronts, masters = append(fronts, front), append(masters, front.address)
	}
	front := fronts[0] // of the active master
	settings := engineSettings(masters, engine.addresses("worker"))
	settings["forceStopSupport"] = "yes" // our test back-port
	timing := engineTiming()
	timing.Act, timing.Read, timing.Verify = 3*time.Second, 3*time.Second, 5*time.Second
	s := &engineStory{rig: newRigOn(t, settings, timing), engine: engine, fronts: fronts, front: front, settings: settings, timing: timing}

	hanging := engine.submitHanging("orders to lake")
	s.waitForJob(hanging, "RUNNING", 30*time.Second)
	s.settleMaster()
	s.tell(t, "S30 a cancel that cannot end the task", func() { s.cancelChangesNothing(hanging) })
	s.tell(t, "S24 too early", func() { s.tooEarly(hanging) })
	t.Run("meanwhile", func(t *testing.T) {
		t.Run("S34 restarts", func(t *testing.T) {
			t.Parallel()
			restarts(t, engine.in(t), settings, timing)
		})
		t.Run("on the same data source", func(t *testing.T) {
			t.Parallel()
			s.tell(t, "S45 S29 plan, phrase, reason, role, once", s.everythingIsNeeded)
			s.tell(t, "S25 ended between plan and confirm", s.endedInBetween)
			s.tell(t, "S27 same name, other id", s.onlyThePlannedID)
			s.tell(t, "S31 a bare id", s.bareID)
			s.tell(t, "S33 an answer slower than the timeout", s.slowAnswer)
			s.tell(t, "S48 settings saved in between", s.savedInBetween)
		})
	})
	s.tell(t, "S28 S39 two force a stop at once, the task stays", func() { s.zombie(hanging, release) })
	s.tell(t, "S32 S26 the master dies with the request", s.masterDies)
	s.tell(t, "the trail holds", func() {
		if got := s.call(editor, "GET", "/audit/verify", "", nil); got.body["holds"] != true {
			s.t.Errorf("the chain: %s", got.raw)
		}
	})
}

const goodReason = "stuck since the deploy"

// engineStory is what the scenarios share.
type engineStory struct {
	*rig
	engine *cluster
	fronts []*recorder
	// front is the active master's.
	front    *recorder
	settings map[string]any
	timing   action.Timing
	// canceled is when the hanging job was canceled.
	canceled time.Time
}

// tell runs one scenario as a subtest.
func (s *engineStory) tell(t *testing.T, name string, scenario func()) {
	t.Run(name, func(t *testing.T) {
		whole, rest := s.t, s.engine
		s.t, s.engine = t, s.engine.in(t)
		defer func() { s.t, s.engine = whole, rest }()
		scenario()
	})
}

func (s *engineStory) cancelChangesNothing(id string) {
	s.canceled = time.Now()
	if got := s.act("cancel", id); got.body["outcome"] != "sent, not confirmed" || s.front.countOf(id) != 1 {
		s.t.Errorf("%s", got.raw)
	}
	s.waitForJob(id, "CANCELING", 10*time.Second)
}

func (s *engineStory) tooEarly(id string) {
	plan := s.planFor("force-stop", id)
	found := verdict(plan, action.GuardAge)
	from, _ := found["allowedFrom"].(string)
	at, err := time.Parse(time.RFC3339, from)
	if plan.body["allowed"] != false || found["result"] != "block" || err != nil {
		s.t.Fatalf("%s, %v", plan.raw, err)
	}
	if wait := at.Sub(s.canceled); wait < 29*time.Second || wait > 36*time.Second {
		s.t.Errorf("allowed %s after the cancel, want 30 s and a poll", wait)
	}
	s.refused(s.confirmPlan(plan), http.StatusConflict, "This plan is blocked")
	if s.front.countOf(id) != 1 {
		s.t.Errorf("stop requests: %v", s.front.stops)
	}
}

func (s *engineStory) everythingIsNeeded() {
	id := s.running(s.engine, "needs all")
	plan := s.planFor("cancel", id)
	phrase := plan.body["phrase"]
	invented := answer{body: map[string]any{"id": strings.Repeat("ab", 16), "kind": "cancel", "verdicts": []any{}}}
	s.refused(s.confirmAs(admin, invented, phrase, goodReason), http.StatusNotFound, "no such plan")
	s.refused(s.confirmAs(admin, plan, "something else", goodReason), http.StatusUnprocessableEntity, "phrase")
	s.refused(s.confirmAs(admin, plan, phrase, "too short"), http.StatusUnprocessableEntity, "reason")
	s.refused(s.confirmAs(viewer, plan, phrase, goodReason), http.StatusForbidden, "")
	s.refused(s.confirmAs(second, plan, phrase, goodReason), http.StatusForbidden, "made by somebody else")
	if s.front.countOf(id) != 0 || !s.runs(id) {
		s.t.Fatalf("a refused confirmation was carried out: %v", s.front.stops)
	}

	if got := s.confirmPlan(plan); got.status != http.StatusAccepted {
		s.t.Fatalf("%d %s", got.status, got.raw)
	}
	s.refused(s.confirmPlan(plan), http.StatusConflict, "used already") // the double click
	if got := s.follow(plan.body["id"].(string)); got.body["outcome"] != "stopped" {
		s.t.Errorf("%s", got.raw)
	}
	s.refused(s.confirmPlan(plan), http.StatusConflict, "used already") // the replay
	if s.front.countOf(id) != 1 {
		s.t.Errorf("stop requests: %v", s.front.stops)
	}
	events := strings.Join(s.events(plan), " ")
	if strings.Count(events, "refused") != 5 || !strings.HasPrefix(events, "planned") || strings.Count(events, "intent") != 1 || strings.Count(events, "outcome") != 1 {
		s.t.Errorf("the trail: %s", events)
	}
}

func (s *engineStory) endedInBetween() {
	id := s.running(s.engine, "ends by itself")
	plan := s.planFor("cancel", id)
	s.engine.direct("master", "/stop-job", `{"jobId":"`+id+`"}`) // somebody at the coordinator itself
	s.ended(id)
	again := s.running(s.engine, "ends by itself")
	s.refused(s.confirmPlan(plan), http.StatusConflict, "already ended")
	if s.front.countOf(id)+s.front.countOf(again) != 0 || !s.runs(again) {
		s.t.Errorf("stop requests: %v", s.front.stops)
	}
}

func (s *engineStory) onlyThePlannedID() {
	planned, other := s.running(s.engine, "twins"), s.running(s.engine, "twins")
	if got := s.act("cancel", planned); got.body["outcome"] != "stopped" {
		s.t.Errorf("%s", got.raw)
	}
	if s.front.countOf(planned) != 1 || s.front.countOf(other) != 0 || !s.runs(other) {
		s.t.Errorf("stop requests: %v", s.front.stops)
	}
}

// The engine answers 200 to everything about a job that it does not know.
func (s *engineStory) bareID() {
	const unknown = "999999999999999999"
	if body := s.engine.direct("master", "/job-info/"+unknown, ""); !strings.Contains(body, unknown) || strings.Contains(body, "jobStatus") {
		s.t.Fatalf("the engine answers %s", body)
	}
	got := s.call(admin, "POST", "/actions", `{"action":"cancel","jobId":"`+unknown+`"}`, intent("cancel"))
	s.refused(got, http.StatusNotFound, "")
	if s.front.countOf(unknown) != 0 {
		s.t.Errorf("stop requests: %v", s.front.stops)
	}
}

func (s *engineStory) slowAnswer() {
	id := s.running(s.engine, "slow answer")
	defer s.front.meddling(func(deliver func()) bool {
		deliver()
		time.Sleep(s.timing.Act + time.Second)
		return true
	})()
	if got := s.act("cancel", id); got.body["outcome"] != "stopped" || s.front.countOf(id) != 1 {
		s.t.Errorf("%s, %v", got.raw, s.front.stops)
	}
}

func (s *engineStory) savedInBetween() {
	id := s.running(s.engine, "saved")
	plan := s.planFor("cancel", id)
	delivered, answer := make(chan struct{}), make(chan struct{})
	defer s.front.meddling(func(deliver func()) bool {
		deliver()
		close(delivered)
		<-answer
		return true
	})()
	if got := s.confirmPlan(plan); got.status != http.StatusAccepted {
		s.t.Fatalf("%d %s", got.status, got.raw)
	}
	<-delivered
	old := s.datasource
	s.datasource = s.open(s.settings)
	old.Dispose()
	close(answer)
	if got := s.follow(plan.body["id"].(string)); got.body["outcome"] != "stopped" || s.front.countOf(id) != 1 {
		s.t.Errorf("%s, %v", got.raw, s.front.stops)
	}
	if events := strings.Join(s.events(plan), " "); events != "planned intent answer outcome" {
		s.t.Errorf("the trail: %s", events)
	}
}

// S34 has a data source and a store of its own: a restart makes ages start anew.
func restarts(t *testing.T, engine *cluster, settings map[string]any, timing action.Timing) {
	front := record(t, engine.addresses("master")[0])
	own := maps.Clone(settings)
	own["urls"] = []string{front.address}
	timing.Verify = 3 * time.Second
	r := newRigOn(t, own, timing)
	id := r.running(engine, "restarts")
	r.settleMaster()
	plan := r.planFor("cancel", id)
	r.restart(own)
	// Whichever guard is first to miss what only watching can tell.
	got := r.confirmPlan(plan)
	if !slices.Contains([]int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusServiceUnavailable}, got.status) || !strings.Contains(got.raw, "Nothing was sent") {
		t.Errorf("right after the restart: %d %s", got.status, got.raw)
	}
	t.Logf("right after the restart: %d %v", got.status, got.body["message"])
	if front.count() != 0 || !r.runs(id) {
		t.Fatalf("stop requests: %v", front.stops)
	}

	r.waitForJob(id, "RUNNING", 30*time.Second)
	r.settleMaster()
	plan = r.planFor("cancel", id)
	delivered := make(chan struct{})
	front.meddling(func(deliver func()) bool {
		deliver()
		close(delivered)
		time.Sleep(time.Second)
		return false
	})
	if got := r.confirmPlan(plan); got.status != http.StatusAccepted {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	<-delivered
	r.restart(own)
	if got := r.call(admin, "GET", "/actions/"+plan.body["id"].(string), "", nil); got.body["phase"] == "settled" {
		t.Fatalf("the old process settled it: %s", got.raw)
	}
	// The next minute's reconciliation, as soon as the dead process' lease ends.
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		if open, err := r.datasource.guard.Reconcile(t.Context()); err == nil && open == 0 {
			break
		}
	}
	if got := r.follow(plan.body["id"].(string)); got.body["outcome"] != "stopped" || front.count() != 1 {
		t.Errorf("%s, %v", got.raw, front.stops)
	}
}

func (s *engineStory) zombie(id string, release func()) {
	time.Sleep(time.Until(s.canceled.Add(36 * time.Second)))
	annas := s.planFor("force-stop", id)
	berts := s.call(second, "POST", "/actions", `{"action":"force-stop","jobId":"`+id+`"}`, intent("force-stop"))
	if found := verdict(annas, action.GuardTaskAlive); annas.body["allowed"] != true || found["result"] != "warn" {
		s.t.Fatalf("%s", annas.raw)
	}
	// S28: two confirm at once.
	decided := make(chan struct{})
	undo := s.front.meddling(func(deliver func()) bool {
		<-decided
		deliver()
		return true
	})
	var both sync.WaitGroup
	answers := map[*backend.User]*answer{admin: {}, second: {}}
	for user, plan := range map[*backend.User]answer{admin: annas, second: berts} {
		both.Go(func() { *answers[user] = s.confirmAs(user, plan, plan.body["phrase"], goodReason) })
	}
	both.Wait()
	close(decided)
	undo()
	winner, won, lost := annas, answers[admin], answers[second]
	if lost.status == http.StatusAccepted {
		winner, won, lost = berts, lost, won
	}
	if won.status != http.StatusAccepted {
		s.t.Fatalf("nobody won: %s, %s", won.raw, lost.raw)
	}
	s.refused(*lost, http.StatusConflict, "is already acting on this job")
	if lost.body["actionId"] != winner.body["id"] {
		s.t.Errorf("the winner is not named: %s", lost.raw)
	}
	acted := winner.body["id"].(string)
	if got := s.follow(acted); got.body["outcome"] != "stopped" {
		s.t.Fatalf("%s", got.raw)
	}
	if s.front.countOf(id) != 2 {
		s.t.Errorf("stop requests, want a cancel and a force stop: %v", s.front.stops)
	}

	// S39: CANCELED at the master, and the task is still there.
	if s.runs(id) || !strings.Contains(s.engine.direct("worker", "/thread-dump", ""), "FileOutputStream.writeBytes") {
		s.t.Error("no task is left: the engine does not show the scenario")
	}
	worker := s.engine.addresses("worker")[0]
	said := s.leftoversAre(acted, id, "Zombie task on "+worker, func(tasks float64) bool { return tasks > 0 })
	s.t.Log(said)
	release()
	for deadline := time.Now().Add(20 * time.Second); strings.Contains(s.engine.direct("worker", "/running-threads", ""), id); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("the task goes on though its sink does not hang")
		}
	}
	s.lookAgain(acted)
	said = s.leftoversAre(acted, id, "No worker runs a task of it any more.", func(tasks float64) bool { return tasks == 0 })
	s.t.Log(said)
	if events := strings.Join(s.events(winner), " "); events != "planned intent answer outcome leftovers leftovers" {
		s.t.Errorf("the trail: %s", events)
	}
}

// leftoversAre waits until an action says something about what is left, and
// the metric has such a number.
func (s *engineStory) leftoversAre(acted, job, words string, fits func(tasks float64) bool) string {
	s.t.Helper()
	query := `{"queryType":"metric","metric":"leftover_tasks","jobId":"` + job + `"}`
	var said string
	var tasks float64
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		said = s.call(admin, "GET", "/actions/"+acted, "", nil).body["detail"].(string)
		response := s.query(query, fromAlert)
		// What a metric is made of may be a moment older than the action.
		if response.Error != nil || !strings.Contains(said, words) || len(response.Frames[0].Fields) == 0 {
			continue
		}
		if tasks = valueOf(s.t, response); fits(tasks) {
			return said
		}
	}
	s.t.Errorf("%q with %v tasks, want %q", said, tasks, words)
	return said
}

// lookAgain lets the next minute's look at the workers come now.
func (s *engineStory) lookAgain(id string) {
	s.t.Helper()
	scope := s.datasource.settings.Scope
	intent, err := s.store.Intent(s.t.Context(), scope, id)
	if err != nil || intent.Leftovers == nil {
		s.t.Fatalf("%+v, %v", intent, err)
	}
	intent.Leftovers.CheckedAt = intent.Leftovers.CheckedAt.Add(-action.ReconcileEvery)
	if _, err := s.store.Update(s.t.Context(), scope, intent, nil); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.datasource.guard.Reconcile(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// S32, and S26 in the same failover: the request left, the master is killed
// before it could read it, and a plan made before is not carried out after.
func (s *engineStory) masterDies() {
	lost, planned := s.running(s.engine, "lost request"), s.running(s.engine, "planned before")
	plan := s.planFor("cancel", lost)
	before := s.planFor("cancel", planned)
	master := s.datasource.lease.View().Snapshot.Master
	undo := s.front.meddling(func(func()) bool {
		s.engine.run("kill", "--node", s.engine.Nodes[0].Name)
		return false
	})
	defer undo()
	if got := s.confirmPlan(plan); got.status != http.StatusAccepted {
		s.t.Fatalf("%d %s", got.status, got.raw)
	}
	var settled answer
	for deadline := time.Now().Add(30 * time.Second); settled.body["phase"] != "settled" && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		settled = s.call(admin, "GET", "/actions/"+plan.body["id"].(string), "", nil)
	}
	if settled.body["outcome"] != "unknown" {
		s.t.Errorf("S32: %s", settled.raw)
	}
	s.waitFor("another master", func(view *watch.View) bool {
		return view.Err == nil && view.Snapshot != nil && view.Snapshot.Master != "" && view.Snapshot.Master != master
	})
	s.refused(s.confirmPlan(before), http.StatusPreconditionFailed, "The active master was "+master)
	s.waitForJob(lost, "RUNNING", 60*time.Second)
	if _, err := s.datasource.guard.Reconcile(s.t.Context()); err != nil {
		s.t.Error(err)
	}
	if sent := s.front.countOf(lost) + s.fronts[1].countOf(lost); sent != 1 || s.front.countOf(planned)+s.fronts[1].countOf(planned) != 0 || !s.runs(lost) {
		s.t.Errorf("stop requests: %v, %v", s.front.stops, s.fronts[1].stops)
	}
	if got := s.call(admin, "GET", "/actions/"+plan.body["id"].(string), "", nil); got.body["outcome"] != "unknown" {
		s.t.Errorf("S32: %s", got.raw)
	}
	s.t.Log(settled.body["detail"])
}

// confirmAs confirms a plan as somebody, with a phrase and a reason.
func (r *rig) confirmAs(user *backend.User, plan answer, phrase any, reason string) answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"phrase": phrase, "reason": reason, "acknowledged": acknowledged(plan)})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.call(user, "POST", "/actions/"+plan.body["id"].(string)+"/confirm", string(body), intent(plan.body["kind"].(string)))
}

// ended waits for the coordinator's proof of an end.
func (r *rig) ended(id string) {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		reading, err := r.datasource.lease.Client().Job(r.t.Context(), "", watchedID(id))
		if err == nil && reading.Proof == coordinator.ProofEnded {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("job %s does not end: %+v, %v", id, reading, err)
		}
	}
}

// runs tells whether the coordinator says RUNNING now.
func (r *rig) runs(id string) bool {
	r.t.Helper()
	reading, err := r.datasource.lease.Client().Job(r.t.Context(), "", watchedID(id))
	return err == nil && reading.Job.Word == "RUNNING"
}

// running submits a job and waits until it is seen to run.
func (r *rig) running(engine *cluster, name string) string {
	r.t.Helper()
	id := engine.submit(name)
	r.waitForJob(id, "RUNNING", 30*time.Second)
	return id
}

// events are the events of an action's rows in the trail, the oldest first.
func (r *rig) events(plan answer) (events []string) {
	r.t.Helper()
	rows := r.call(editor, "GET", "/audit?actionId="+plan.body["id"].(string), "", nil).body["rows"].([]any)
	for _, row := range rows {
		events = append([]string{row.(map[string]any)["event"].(string)}, events...)
	}
	return events
}

// refused fails unless an answer is this refusal.
func (r *rig) refused(got answer, status int, words string) {
	r.t.Helper()
	if got.status != status || !strings.Contains(got.raw, words) {
		r.t.Errorf("answered %d %s, want %d %q", got.status, got.raw, status, words)
	}
}

// meddling puts something between stop requests and the engine until undone.
func (r *recorder) meddling(meddle func(deliver func()) bool) (undo func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.meddle = meddle
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.meddle = nil
	}
}

// restart is what a new process of the plugin is: the store stays.
func (r *rig) restart(settings map[string]any) {
	r.t.Helper()
	r.datasource.Dispose()
	r.process.Registry.Close()
	process := *r.process
	process.Registry = watch.NewRegistry(watch.Options{Store: r.store, Logger: slog.New(r.log)})
	r.process = &process
	r.datasource = r.open(settings)
	r.t.Cleanup(func() {
		r.datasource.Dispose()
		process.Registry.Close()
	})
}
