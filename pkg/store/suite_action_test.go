package store

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func testDigits(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: append(load(t, s, ours).Episodes, episodeOf("e"))}))
	begun(t, s, ours, "plan-1", job)
	plan, err := s.Plan(t.Context(), ours, "plan-1")
	must(t, err)
	intent, found, err := s.InFlight(t.Context(), cluster, job)
	must(t, err)
	trail, err := s.Audit(t.Context(), ours, 0, 10)
	must(t, err)
	const digits = "733584788375666689"
	for where, got := range map[string]coordinator.JobID{
		"episode": load(t, s, ours).Episodes[0].Job, "plan": plan.Identity.Job, "card": plan.Card.ID,
		"intent": intent.Identity.Job, "audit": trail[0].Entry.Identity.Job,
	} {
		if !found || got != digits {
			t.Errorf("%s: %s, want %s", where, got, digits)
		}
	}
	if _, found, err := s.InFlight(t.Context(), cluster, "733584788375666700"); err != nil || found {
		t.Errorf("an id that rounds to the same float is another job: %v %v", found, err)
	}
}

func testPlans(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	if _, err := s.Plan(t.Context(), ours, "plan-1"); !errors.Is(err, action.ErrNoPlan) {
		t.Fatalf("an unknown plan: %v", err)
	}
	plan := planOf("plan-1", job)
	must(t, s.SavePlan(t.Context(), ours, plan))
	got, err := s.Plan(t.Context(), ours, "plan-1")
	must(t, err)
	if !reflect.DeepEqual(got, plan) {
		t.Fatalf("got  %+v\nwant %+v", got, plan)
	}
	if err := s.SavePlan(t.Context(), ours, planOf("plan-1", "2")); err == nil {
		t.Fatal("a plan was overwritten")
	}
	if got, err = s.Plan(t.Context(), ours, "plan-1"); err != nil || got.Identity.Job != job {
		t.Fatalf("the first plan became %+v, %v", got, err)
	}
}

func testPlanRemoval(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	stale := planOf("stale", job)
	must(t, s.SavePlan(t.Context(), ours, stale))
	must(t, s.SavePlan(t.Context(), otherOrg, stale))
	for _, step := range []struct {
		id   string
		made time.Time
		kept bool
	}{
		{"just-expired", stale.ExpiresAt.Add(time.Second), true},
		{"an-hour-later", stale.ExpiresAt.Add(planKept), true},
		{"more-than-an-hour-later", stale.ExpiresAt.Add(planKept + time.Second), false},
	} {
		next := planOf(step.id, "2")
		next.CreatedAt, next.ExpiresAt = step.made, step.made.Add(2*time.Minute)
		must(t, s.SavePlan(t.Context(), ours, next))
		if _, err := s.Plan(t.Context(), ours, "stale"); (err == nil) != step.kept {
			t.Fatalf("after %s: %v", step.id, err)
		}
	}
	if _, err := s.Plan(t.Context(), otherOrg, "stale"); err != nil {
		t.Fatalf("the other scope's plan: %v", err)
	}
}

func testRestart(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given a plan, an action under way and a settled one.
	must(t, s.SavePlan(t.Context(), ours, planOf("planned", "1")))
	running := begun(t, s, ours, "running", "2")
	done := settled(begun(t, s, ours, "done", "3"), action.OutcomeStopped)
	_, err := s.Update(t.Context(), ours, done, nil)
	must(t, err)
	// When the plugin restarts.
	must(t, s.Close())
	s = open(t)
	// Then all of it is there, as it was.
	if _, err := s.Plan(t.Context(), ours, "planned"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []action.Intent{running, done} {
		if got, err := s.Intent(t.Context(), ours, want.ID); err != nil || !reflect.DeepEqual(withoutReceipt(got), want) {
			t.Fatalf("got  %+v, %v\nwant %+v", got, err, want)
		}
	}
	if open, err := s.Unresolved(t.Context(), ours, noon); err != nil || len(open) != 1 || open[0].ID != "running" {
		t.Fatalf("to be reconciled: %+v, %v", open, err)
	}
	if _, err := s.Begin(t.Context(), ours, beginOf(planOf("running", "2"))); !errors.Is(err, action.ErrPlanUsed) {
		t.Fatalf("a used plan after the restart: %v", err)
	}
	holds(t, s, ours, 2)
}

func testOneWins(t *testing.T, open func(t *testing.T) *Store) {
	// Given 100 operators with a plan each for the same job, on two handles.
	handles := []*Store{open(t), open(t)}
	const operators = 100
	for n := range operators {
		plan := planOf(numbered("plan", n), job)
		plan.Actor.Login = numbered("operator", n)
		must(t, handles[0].SavePlan(t.Context(), ours, plan))
	}
	// When all confirm at once.
	errs := make([]error, operators)
	var wait sync.WaitGroup
	for n := range operators {
		wait.Go(func() {
			plan := planOf(numbered("plan", n), job)
			plan.Actor.Login = numbered("operator", n)
			_, errs[n] = handles[n%len(handles)].Begin(t.Context(), ours, beginOf(plan))
		})
	}
	wait.Wait()
	// Then one wins, and all others are told who.
	winner := ""
	for n, err := range errs {
		if err == nil {
			if winner != "" {
				t.Fatalf("%s and %s both won", winner, numbered("operator", n))
			}
			winner = numbered("operator", n)
		}
	}
	for n, err := range errs {
		var inFlight *action.InFlightError
		if err != nil && (!errors.As(err, &inFlight) || inFlight.Intent.Actor.Login != winner) {
			t.Fatalf("%s was told %v, and the winner is %s", numbered("operator", n), err, winner)
		}
	}
	if n := count(t, handles[0], "intents"); n != 1 {
		t.Fatalf("%d actions are recorded", n)
	}
	holds(t, handles[1], ours, 1)
}

// testOvertaken: who confirms at the same moment may come to Begin when the
// winner's action is settled already. He has read the job as it was before.
func testOvertaken(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given two plans for a job, of two data sources.
	must(t, s.SavePlan(t.Context(), otherOrg, planOf("slow", job)))
	winner := begun(t, s, ours, "quick", job)
	// When one of them has led to an action that is settled,
	over := settled(winner, action.OutcomeNotConfirmed)
	_, err := s.Update(t.Context(), ours, over, nil)
	must(t, err)
	// then the other one is refused, and told why.
	late := beginOf(planOf("slow", job))
	late.Now = over.UpdatedAt.Add(time.Second)
	var inFlight *action.InFlightError
	if _, err := s.Begin(t.Context(), otherOrg, late); !errors.As(err, &inFlight) || inFlight.Intent.ID != winner.ID || inFlight.Intent.Phase != action.PhaseSettled {
		t.Fatalf("the plan from before the action: %v", err)
	}
	// But a plan that was made afterwards may be used.
	next := planOf("next", job)
	next.CreatedAt, next.ExpiresAt = late.Now, late.Now.Add(time.Minute)
	must(t, s.SavePlan(t.Context(), otherOrg, next))
	if _, err := s.Begin(t.Context(), otherOrg, beginOf(next)); err != nil {
		t.Fatalf("the plan from after the action: %v", err)
	}
}

func testSecondUse(t *testing.T, open func(t *testing.T) *Store) {
	s, other := open(t), open(t)
	intent := begun(t, s, ours, "plan-1", job)
	again := beginOf(planOf("plan-1", job))
	refused := func(when string) {
		t.Helper()
		for _, handle := range []*Store{s, other} {
			if _, err := handle.Begin(t.Context(), ours, again); !errors.Is(err, action.ErrPlanUsed) {
				t.Fatalf("%s: %v", when, err)
			}
		}
	}
	refused("double click")
	_, err := s.Update(t.Context(), ours, settled(intent, action.OutcomeStopped), nil)
	must(t, err)
	refused("replay after the end")
	again.Now = noon.Add(time.Hour)
	refused("replay after it expired too")
	again.Now = noon
	_, err = s.writer.ExecContext(t.Context(), "UPDATE intents SET id = 'elsewhere' WHERE id = 'plan-1'")
	must(t, err)
	refused("replay although the action is gone")
	_, err = s.writer.ExecContext(t.Context(), "UPDATE intents SET id = 'plan-1' WHERE id = 'elsewhere'")
	must(t, err)
	late := planOf("late", "2")
	late.CreatedAt = noon.Add(3 * time.Hour)
	must(t, s.SavePlan(t.Context(), ours, late))
	if _, err := s.Plan(t.Context(), ours, "plan-1"); !errors.Is(err, action.ErrNoPlan) {
		t.Fatalf("the plan should be gone by now: %v", err)
	}
	refused("replay after the plan was removed")
	holds(t, s, ours, 1)
}

func testBeginRefuses(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	plan := planOf("plan-1", job)
	must(t, s.SavePlan(t.Context(), ours, plan))
	blocked := planOf("blocked", "2")
	blocked.Verdicts = append(blocked.Verdicts, action.Verdict{Guard: "data-fresh", Result: action.Block})
	must(t, s.SavePlan(t.Context(), ours, blocked))
	for _, test := range []struct {
		name   string
		scope  watch.Scope
		plan   action.Plan
		change func(*action.Begin)
		want   error
	}{
		{"an unknown plan", ours, planOf("other", job), nil, action.ErrNoPlan},
		{"another organisation's plan", otherOrg, plan, nil, action.ErrNoPlan},
		{"another data source's plan", otherData, plan, nil, action.ErrNoPlan},
		{"an expired plan", ours, plan, func(b *action.Begin) { b.Now = plan.ExpiresAt.Add(1) }, action.ErrPlanExpired},
		{"a blocked plan", ours, blocked, nil, action.ErrPlanUnfit},
		{"another job", ours, plan, func(b *action.Begin) { b.Intent.Identity.Job = "7" }, action.ErrPlanUnfit},
		{"another cluster", ours, plan, func(b *action.Begin) { b.Intent.Identity.Cluster = "elsewhere" }, action.ErrPlanUnfit},
		{"another kind", ours, plan, func(b *action.Begin) { b.Intent.Kind = action.KindCancel }, action.ErrPlanUnfit},
	} {
		begin := beginOf(test.plan)
		if test.change != nil {
			test.change(&begin)
		}
		if _, err := s.Begin(t.Context(), test.scope, begin); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if n := count(t, s, "intents") + count(t, s, "audit"); n != 0 {
		t.Fatalf("refusals left %d rows", n)
	}
	// The last moment of its life is still in time.
	begin := beginOf(plan)
	begin.Now = plan.ExpiresAt
	if _, err := s.Begin(t.Context(), ours, begin); err != nil {
		t.Fatalf("at the moment of expiry: %v", err)
	}
}

func testBeginAllOrNothing(t *testing.T, open func(t *testing.T) *Store) {
	for _, table := range []string{"audit", "audit_head", "intents", "write_probe"} {
		t.Run(table, func(t *testing.T) {
			s := open(t)
			plan := planOf("plan-1", job)
			must(t, s.SavePlan(t.Context(), ours, plan))
			// Given that one of the tables cannot be written, when an action
			// should begin, then nothing of it is kept.
			rename := func(from, to string) {
				_, err := s.writer.ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
				must(t, err)
			}
			rename(table, "elsewhere")
			if _, err := s.Begin(t.Context(), ours, beginOf(plan)); err == nil {
				t.Fatal("the action began without a whole record")
			}
			rename("elsewhere", table)
			for _, empty := range []string{"intents", "audit", "audit_head"} {
				if n := count(t, s, empty); n != 0 {
					t.Fatalf("%s holds %d rows", empty, n)
				}
			}
			if _, err := s.Begin(t.Context(), ours, beginOf(plan)); err != nil {
				t.Fatalf("the plan should still be usable: %v", err)
			}
			holds(t, s, ours, 1)
		})
	}
}

func testUpdate(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	if _, err := s.Update(t.Context(), ours, action.Intent{ID: "unknown"}, nil); !errors.Is(err, action.ErrNoIntent) {
		t.Fatalf("an unknown action: %v", err)
	}
	if _, err := s.Intent(t.Context(), ours, "unknown"); !errors.Is(err, action.ErrNoIntent) {
		t.Fatalf("an unknown action: %v", err)
	}
	intent := begun(t, s, ours, "plan-1", job)
	at := func(phase action.Phase, outcome action.Outcome) action.Intent {
		next := intent
		next.Phase, next.Outcome, next.Detail, next.Answered, next.UpdatedAt = phase, outcome, "now "+string(outcome), true, noon.Add(time.Minute)
		return next
	}
	rows := int64(1)
	for _, step := range []struct {
		name  string
		next  action.Intent
		entry bool
		want  error
	}{
		{"answered", at(action.PhaseVerifying, action.OutcomeNone), true, nil},
		{"progress without a row", at(action.PhaseVerifying, action.OutcomeNone), false, nil},
		{"not confirmed", at(action.PhaseSettled, action.OutcomeNotConfirmed), true, nil},
		{"opened again", at(action.PhaseVerifying, action.OutcomeNone), true, action.ErrSettled},
		{"improved", at(action.PhaseSettled, action.OutcomeStopped), true, nil},
		{"a late reading", at(action.PhaseSettled, action.OutcomeUnknown), true, action.ErrSettled},
		{"the same again", at(action.PhaseSettled, action.OutcomeStopped), false, nil},
	} {
		var entry *action.AuditEntry
		if step.entry {
			made := entryOf(step.name)
			entry = &made
		}
		row, err := s.Update(t.Context(), ours, step.next, entry)
		if !errors.Is(err, step.want) {
			t.Fatalf("%s: %v, want %v", step.name, err, step.want)
		}
		if step.want != nil {
			continue
		}
		if step.entry {
			rows++
			if row.Seq != rows || row.Entry.Detail != step.name {
				t.Fatalf("%s: row %+v, want number %d", step.name, row, rows)
			}
		}
		if got, err := s.Intent(t.Context(), ours, intent.ID); err != nil || !reflect.DeepEqual(withoutReceipt(got), step.next) {
			t.Fatalf("%s: got  %+v, %v\nwant %+v", step.name, got, err, step.next)
		}
	}
	holds(t, s, ours, rows)
	// What was confirmed is never rewritten by an update.
	forged := at(action.PhaseSettled, action.OutcomeStopped)
	forged.Actor.Login, forged.Reason, forged.Identity.Job = "eve", "other", "9"
	_, err := s.Update(t.Context(), ours, forged, nil)
	must(t, err)
	if got, err := s.Intent(t.Context(), ours, intent.ID); err != nil || got.Actor != operator || got.Reason != intent.Reason || got.Identity.Job != job {
		t.Fatalf("an update rewrote the record: %+v, %v", got, err)
	}
}

func testUnresolved(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	for n, outcome := range []action.Outcome{action.OutcomeStopped, action.OutcomeEndedByItself, action.OutcomeRefused, action.OutcomeNotConfirmed, action.OutcomeUnknown} {
		id := string(outcome)
		_, err := s.Update(t.Context(), ours, settled(begun(t, s, ours, id, coordinator.JobID(numbered("job", n))), outcome), nil)
		must(t, err)
	}
	begun(t, s, ours, "open", "job-open")
	begun(t, s, otherOrg, "elsewhere", "job-elsewhere")
	ids := func(since time.Time) (ids []string) {
		intents, err := s.Unresolved(t.Context(), ours, since)
		must(t, err)
		for _, intent := range intents {
			ids = append(ids, intent.ID)
		}
		return ids
	}
	if got, want := ids(noon), []string{"open", "sent, not confirmed", "unknown"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("unresolved: %q, want %q", got, want)
	}
	// Long afterwards only the one that still locks its job is left.
	if got, want := ids(noon.Add(48*time.Hour)), []string{"open"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("unresolved much later: %q, want %q", got, want)
	}
}

func testLease(t *testing.T, open func(t *testing.T) *Store) {
	s, other := open(t), open(t)
	if _, err := s.Lease(t.Context(), ours, "unknown", "a", noon, noon.Add(time.Minute)); !errors.Is(err, action.ErrNoIntent) {
		t.Fatalf("a lease on nothing: %v", err)
	}
	begun(t, s, ours, "plan-1", job)
	for _, step := range []struct {
		name   string
		store  *Store
		holder string
		now    time.Duration
		until  time.Duration
		want   bool
	}{
		{"free", s, "a", 0, time.Minute, true},
		{"held by another", other, "b", time.Second, 2 * time.Minute, false},
		{"prolonged by its holder", s, "a", 30 * time.Second, 90 * time.Second, true},
		{"still held", other, "b", time.Minute, 2 * time.Minute, false},
		{"over", other, "b", 90 * time.Second, 3 * time.Minute, true},
		{"lost", s, "a", 100 * time.Second, 4 * time.Minute, false},
		{"given back", other, "b", 110 * time.Second, 110 * time.Second, true},
		{"free again", s, "a", 110 * time.Second, 4 * time.Minute, true},
	} {
		got, err := step.store.Lease(t.Context(), ours, "plan-1", step.holder, noon.Add(step.now), noon.Add(step.until))
		if err != nil || got != step.want {
			t.Fatalf("%s: %v, %v, want %v", step.name, got, err, step.want)
		}
	}
}

// withoutReceipt is an intent as it was written: the store adds the receipt.
func withoutReceipt(intent action.Intent) action.Intent {
	intent.AuditRow, intent.AuditHead = 0, ""
	return intent
}
