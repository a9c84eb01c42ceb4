package action_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// The stuck job of these tests: its id exceeds 2^53.
const (
	jobID   = coordinator.JobID("733584788375666689")
	jobName = "orders to lake"
	master  = "10.0.0.1:5801"
	address = "http://10.0.0.1:8080"
)

var (
	scope   = watch.Scope{OrgID: 1, DataSourceUID: "ds"}
	created = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)
	anna    = &action.Actor{Login: "anna", Name: "Anna", Email: "anna@example.org", Role: "Admin"}
	otto    = &action.Actor{Login: "otto", Name: "Otto", Email: "otto@example.org", Role: "Admin"}
)

// clockStore is the real store with the rig's clock.
type clockStore struct {
	*store.Store
	now    func() time.Time
	nowErr error
}

func (c *clockStore) Now(context.Context) (time.Time, error) { return c.now(), c.nowErr }

// rig is a guard with a real store, a scripted coordinator and a clock.
type rig struct {
	t       *testing.T
	service *action.Service
	store   *clockStore
	engine  *engine
	work    *background
	deps    action.Deps

	mu  sync.Mutex
	now time.Time
}

// emptyStore is the file of a new store, made once for all rigs: its migrations
// would take most of the tests' time.
var emptyStore = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "unjam-action")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "unjam.db")
	opened, err := store.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if err := opened.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func openStore(t *testing.T) *store.Store {
	t.Helper()
	content, err := emptyStore()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "unjam.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func newRig(t *testing.T, change ...func(*action.Deps)) *rig {
	t.Helper()
	opened := openStore(t)
	t.Cleanup(func() { _ = opened.Close() })
	r := &rig{t: t, work: &background{ctx: context.Background()}, now: created.Add(time.Hour)}
	t.Cleanup(r.work.group.Wait)
	r.store = &clockStore{Store: opened, now: r.Now}
	r.engine = newEngine(r)
	policy := action.DefaultPolicy()
	policy.Enabled = true
	r.deps = action.Deps{
		Scope: scope, Cluster: "lake", Policy: policy, Interval: 10 * time.Second, Coordinator: r.engine, Background: r.work,
		Store: r.store, Log: slog.New(slog.DiscardHandler), Now: r.Now,
		Timing: action.Timing{Read: time.Second, Act: time.Second, Verify: 50 * time.Millisecond, VerifyEvery: time.Millisecond, ReconcileFor: 24 * time.Hour},
	}
	for _, one := range change {
		one(&r.deps)
	}
	r.service = action.NewService(r.deps)
	return r
}

// Now is the rig's clock: real time passes on top of what advance added, so
// that bounded waits end.
func (r *rig) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(time.Millisecond)
	return r.now
}

func (r *rig) advance(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// stuckFor makes the job CANCELING, watched without a gap for so long.
func (r *rig) stuckFor(age time.Duration) {
	r.engine.set(coordinator.StateCanceling, "CANCELING", age)
}

// plan makes a plan that must be given.
func (r *rig) plan(kind action.Kind) action.Plan {
	r.t.Helper()
	plan, err := r.service.Plan(r.t.Context(), anna, kind, jobID)
	if err != nil {
		r.t.Fatalf("plan: %v", err)
	}
	return plan
}

func (r *rig) confirm(plan action.Plan) (action.Intent, error) {
	return r.service.Confirm(r.t.Context(), anna, plan.ID, typed(plan))
}

// typed is what a careful person types for a plan.
func typed(plan action.Plan) action.Confirmation {
	confirmation := action.Confirmation{Phrase: plan.Phrase, Reason: "stuck since the worker was replaced"}
	for _, verdict := range plan.Verdicts {
		if verdict.Result == action.Warn {
			confirmation.Acknowledged = append(confirmation.Acknowledged, verdict.Guard)
		}
	}
	return confirmation
}

// settled waits for the background and gives the action.
func (r *rig) settled(id string) action.Intent {
	r.t.Helper()
	r.work.group.Wait()
	intent, err := r.store.Intent(r.t.Context(), scope, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return intent
}

// trail gives the scope's audit rows, oldest first, after checking the chain.
func (r *rig) trail() []action.AuditRow {
	r.t.Helper()
	verification, err := r.store.Verify(r.t.Context(), scope)
	if err != nil || !verification.Holds() {
		r.t.Fatalf("the chain does not hold: %+v, %v", verification, err)
	}
	rows, err := r.store.Audit(r.t.Context(), scope, 0, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows
}

func (r *rig) events() []action.AuditEvent {
	r.t.Helper()
	var events []action.AuditEvent
	for _, row := range r.trail() {
		events = append(events, row.Entry.Event)
	}
	return events
}

func (r *rig) mustRefuse(err error, guard string, status int) *action.Refusal {
	r.t.Helper()
	var refusal *action.Refusal
	if !errors.As(err, &refusal) {
		r.t.Fatalf("got %v, want a refusal by %q", err, guard)
	}
	if refusal.Guard != guard || refusal.Status != status {
		r.t.Fatalf("refused by %q with %d (%s), want %q with %d", refusal.Guard, refusal.Status, refusal.Message, guard, status)
	}
	return refusal
}

// background runs acts and lets a test wait for them.
type background struct {
	ctx   context.Context
	group sync.WaitGroup
}

func (b *background) Go(run func(context.Context)) { b.group.Go(func() { run(b.ctx) }) }

// engine is a scripted coordinator with its watcher's view.
type engine struct {
	rig *rig

	mu      sync.Mutex
	view    watch.View
	reading coordinator.Reading
	readErr error
	// onStop is what a stop does; it may change the reading.
	onStop  func(coordinator.StopRequest) (coordinator.StopAnswer, error)
	stops   []coordinator.StopRequest
	reads   int
	threads []coordinator.WorkerThreads
	// threadsErr is why no worker can be asked; looks counts the questions.
	threadsErr error
	looks      int
	// dismissErr is why a dismissal fails; dismissed are those that did not.
	dismissErr error
	dismissed  []string
	// lastCheckpoint answers LastCheckpoint.
	lastCheckpoint time.Time
}

func newEngine(r *rig) *engine {
	e := &engine{rig: r}
	e.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		return coordinator.StopAnswer{Status: 200, Body: `{"jobId":"` + string(jobID) + `"}`}, nil
	}
	e.set(coordinator.StateRunning, "RUNNING", time.Hour)
	return e
}

// set puts the job into a state at the coordinator and in the view alike.
func (e *engine) set(state coordinator.State, word string, age time.Duration) {
	now := e.rig.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	job := coordinator.Job{ID: jobID, Name: jobName, State: state, Word: word, CreateTime: created}
	e.reading = coordinator.Reading{Job: job, Proof: coordinator.ProofOpen, Address: address, Master: master}
	supported := coordinator.Capability{Supported: true}
	snapshot := &coordinator.Snapshot{
		ReadAt: now, Complete: true, Master: master, Workers: 1, Jobs: []coordinator.Job{job}, Version: "3.0.0",
		Capabilities: coordinator.Capabilities{Cancel: supported, ForceStop: supported, TaskThreads: supported},
	}
	since := now.Add(-age)
	e.view = watch.View{
		Snapshot: snapshot, Complete: snapshot, AsOf: now, CompleteAsOf: now, MasterStableSince: now.Add(-time.Hour),
		Jobs: timeline.JobsOf(watch.JobView{Job: job, Listed: true, Episode: timeline.Episode{
			ID: "e-" + word, Job: jobID, CreateTime: created, Name: jobName, State: state, Word: word, Master: master,
			Since: since, ContinuousSince: since, LastSeen: now, Quality: timeline.QualityObserved,
		}}),
	}
}

// change edits view and reading together.
func (e *engine) change(edit func(view *watch.View, reading *coordinator.Reading)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	edit(&e.view, &e.reading)
}

// ended makes the coordinator prove an end.
func (e *engine) ended(state coordinator.State, word string) {
	e.change(func(_ *watch.View, reading *coordinator.Reading) {
		reading.Job.State, reading.Job.Word, reading.Proof = state, word, coordinator.ProofEnded
	})
}

func (e *engine) sent() []coordinator.StopRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]coordinator.StopRequest(nil), e.stops...)
}

func (e *engine) View() *watch.View {
	e.mu.Lock()
	defer e.mu.Unlock()
	view := e.view
	return &view
}

func (e *engine) Client() coordinator.Client { return e }

func (e *engine) Dismiss(_ context.Context, job coordinator.JobID, episode string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dismissErr == nil {
		e.dismissed = append(e.dismissed, string(job)+" "+episode)
	}
	return e.dismissErr
}

func (e *engine) Probe(context.Context) (coordinator.Probe, error) { return coordinator.Probe{}, nil }

func (e *engine) Snapshot(context.Context) (*coordinator.Snapshot, error) {
	return e.View().Snapshot, nil
}

func (e *engine) Job(_ context.Context, _ string, id coordinator.JobID) (coordinator.Reading, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reads++
	if e.readErr != nil {
		return coordinator.Reading{}, e.readErr
	}
	if id != jobID {
		return coordinator.Reading{}, &coordinator.Error{Kind: coordinator.ErrNotFound}
	}
	return e.reading, nil
}

func (e *engine) Stop(_ context.Context, request coordinator.StopRequest) (coordinator.StopAnswer, error) {
	e.mu.Lock()
	e.stops = append(e.stops, request)
	onStop := e.onStop
	e.mu.Unlock()
	return onStop(request)
}

func (e *engine) TaskThreads(context.Context) ([]coordinator.WorkerThreads, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looks++
	if e.threadsErr != nil {
		return nil, e.threadsErr
	}
	if e.threads == nil {
		return []coordinator.WorkerThreads{{Address: "http://10.0.0.2:8080"}}, nil
	}
	return e.threads, nil
}

func (e *engine) LastCheckpoint(context.Context, string, coordinator.JobID) (time.Time, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastCheckpoint, nil
}

func (e *engine) Close() {}
