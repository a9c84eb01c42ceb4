package action_test

import (
	"context"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// S16: while masters disagree, nothing is done, whether the poll or the live
// reading shows it.
func TestS16_SplitClusterBlocks(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	before := r.plan(action.KindForceStop)
	r.snapshot(func(s *coordinator.Snapshot) {
		s.Masters = []coordinator.MasterView{{Address: address, Master: master}, {Address: "http://10.0.0.9:8080", Master: "10.0.0.9:5801"}}
	})
	if plan := r.plan(action.KindForceStop); plan.Allowed() {
		t.Errorf("allowed in a split cluster: %+v", plan.Verdicts)
	}
	_, err := r.confirm(before)
	r.mustRefuse(err, action.GuardSplit, 409)
	r.stuckFor(10 * time.Minute)
	r.engine.change(func(_ *watch.View, reading *coordinator.Reading) { reading.Split = []string{master, "10.0.0.9:5801"} })
	for _, kind := range kinds {
		if plan := r.plan(kind); plan.Allowed() {
			t.Errorf("%s is allowed while the masters disagree: %+v", kind, plan.Verdicts)
		}
	}
	if len(r.engine.sent()) != 0 {
		t.Error("something was sent")
	}
}

// A restore is pending: neither cancel nor force stop.
func TestRestorePending_Blocks(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	before := r.plan(action.KindForceStop)
	r.snapshot(func(s *coordinator.Snapshot) { s.Restoring = []coordinator.JobID{"1"} })
	_, err := r.confirm(before)
	r.mustRefuse(err, action.GuardRestore, 409)
	for _, kind := range kinds {
		if plan := r.plan(kind); plan.Allowed() {
			t.Errorf("%s is allowed: %+v", kind, plan.Verdicts)
		}
	}
}

// S34: the process restarts between plan and confirm: the plan is stored, and
// the same person confirms it once.
func TestS34_RestartBetweenPlanAndConfirm(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	next := action.NewService(r.deps)
	if _, err := next.Confirm(t.Context(), anna, plan.ID, typed(plan)); err != nil {
		t.Fatal(err)
	}
	r.settled(plan.ID)
	_, err := r.confirm(plan)
	r.mustRefuse(err, action.CheckPlanUsed, 409)
	if len(r.engine.sent()) != 1 {
		t.Errorf("%d requests", len(r.engine.sent()))
	}
}

// S48: settings are saved while the request is under way: the old instance and
// the new one reconcile, and leave alone what the act still knows more about.
func TestS48_SettingsSaved(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	sent, answer := make(chan struct{}), make(chan struct{})
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		close(sent)
		<-answer
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	if _, err := r.confirm(plan); err != nil {
		t.Fatal(err)
	}
	<-sent
	saved := action.NewService(r.deps)
	for _, service := range []*action.Service{r.service, saved} {
		if open, err := service.Reconcile(t.Context()); err != nil || open != 1 {
			t.Errorf("%d open, %v", open, err)
		}
	}
	if intent, err := saved.Status(t.Context(), anna, plan.ID); err != nil || intent.Phase != action.PhaseIntended {
		t.Errorf("%+v, %v", intent, err)
	}
	close(answer)
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped || len(r.engine.sent()) != 1 {
		t.Errorf("%+v, %d sent", intent, len(r.engine.sent()))
	}
}

// S35: the store fails after the record was made, while an answer comes: the
// answer is kept until it can be written.
func TestS35_StoreFailsForAMoment(t *testing.T) {
	r := newRig(t)
	r.stuckFor(10 * time.Minute)
	plan := r.plan(action.KindForceStop)
	flaky := &flakyStore{clockStore: r.store}
	deps := r.deps
	deps.Store = flaky
	r.engine.onStop = func(coordinator.StopRequest) (coordinator.StopAnswer, error) {
		flaky.failures = 1
		r.engine.ended(coordinator.StateCanceled, "CANCELED")
		return coordinator.StopAnswer{Status: 200}, nil
	}
	if _, err := action.NewService(deps).Confirm(t.Context(), anna, plan.ID, typed(plan)); err != nil {
		t.Fatal(err)
	}
	if intent := r.settled(plan.ID); intent.Outcome != action.OutcomeStopped || !intent.Answered {
		t.Errorf("%+v", intent)
	}
	if events := r.events(); len(events) != 4 {
		t.Errorf("the trail: %v", events)
	}
}

// flakyStore fails to write progress a number of times.
type flakyStore struct {
	*clockStore
	failures int
}

func (f *flakyStore) Update(ctx context.Context, scope watch.Scope, intent action.Intent, entry *action.AuditEntry) (action.AuditRow, error) {
	if f.failures > 0 {
		f.failures--
		return action.AuditRow{}, context.DeadlineExceeded
	}
	return f.clockStore.Update(ctx, scope, intent, entry)
}

// endlessStore has a trail of many rows that fit no filter, and one among them
// that cannot be read any more.
type endlessStore struct {
	*clockStore
	rows, damaged int64
	read          int
}

func (e *endlessStore) Audit(_ context.Context, _ watch.Scope, before int64, limit int) ([]action.AuditRow, error) {
	if before == 0 || before > e.rows {
		before = e.rows + 1
	}
	var rows []action.AuditRow
	for seq := before - 1; seq > 0 && len(rows) < limit; seq-- {
		row := action.AuditRow{Seq: seq, Entry: action.AuditEntry{Event: action.AuditPlanned, Actor: *anna}}
		if seq == e.damaged {
			row.Entry = action.AuditEntry{Detail: "not an entry any more"}
		}
		rows = append(rows, row)
	}
	e.read += len(rows)
	return rows, nil
}

// A filter that fits nothing does not walk for ever: it says where to go on. A
// damaged row is never hidden.
func TestAudit_LongTrail(t *testing.T) {
	r := newRig(t)
	long := &endlessStore{clockStore: r.store, rows: 50_000, damaged: 7}
	deps := r.deps
	deps.Store = long
	service := action.NewService(deps)
	filter := action.AuditFilter{Login: "vera", Limit: 10}
	var found []action.AuditRow
	pages := 0
	for {
		long.read = 0
		page, err := service.Audit(t.Context(), anna, filter)
		if err != nil || long.read > 20_500 {
			t.Fatalf("%d rows were read, %v", long.read, err)
		}
		pages++
		found = append(found, page.Rows...)
		if page.Next == 0 {
			break
		}
		filter.Before = page.Next
	}
	if pages != 3 || len(found) != 1 || found[0].Seq != 7 {
		t.Errorf("%d pages, %+v", pages, found)
	}
}
