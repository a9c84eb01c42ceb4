package watch

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// under is a complete snapshot of a master, with members.
func under(master string, members []string, jobs ...coordinator.Job) func(context.Context) (*coordinator.Snapshot, error) {
	return func(context.Context) (*coordinator.Snapshot, error) {
		snapshot := listing(jobs...)
		snapshot.Master = master
		for _, member := range members {
			snapshot.Members = append(snapshot.Members, coordinator.Member{Address: member, Master: member == master})
		}
		return snapshot, nil
	}
}

// S13, as measured: CANCELING at one master, killed; then PENDING and RUNNING
// at the other. (UNKNOWABLE comes between.)
func TestS13_ForgottenCancelIsRemembered(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		one, two := []string{"a:5801", "b:5801", "w:5802"}, []string{"b:5801", "w:5802"}
		fake.answer(under("a:5801", one, running("1", coordinator.StateRunning), running("2", coordinator.StateCanceling)))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		fake.answer(under("a:5801", one, running("1", coordinator.StateCanceling), running("2", coordinator.StateCanceling)))
		pass(20 * time.Second)
		if view := lease.View(); len(view.Traces.Forgotten) != 0 || !view.Traces.MasterChangedAt.IsZero() {
			t.Fatalf("%+v", view.Traces)
		}
		canceling := time.Now()
		unknown := running("1", coordinator.StateUnknown)
		unknown.Word = "UNKNOWABLE"
		// The other one is still in CANCELING at first.
		fake.answer(func(ctx context.Context) (*coordinator.Snapshot, error) {
			snapshot, err := under("b:5801", two, unknown, running("2", coordinator.StateCanceling))(ctx)
			snapshot.Restoring = []coordinator.JobID{"1"}
			return snapshot, err
		})
		pass(10 * time.Second)
		traces := lease.View().Traces
		if len(traces.Forgotten) != 0 || traces.MasterChangedAt.Before(canceling) || traces.Restoring["1"].IsZero() {
			t.Fatalf("%+v", traces)
		}
		for _, state := range []coordinator.State{coordinator.StatePending, coordinator.StateRunning} {
			fake.answer(under("b:5801", two, running("1", state), running("2", state)))
			pass(10 * time.Second)
			traces = lease.View().Traces
			if len(traces.Forgotten) != 2 || len(traces.Restoring) != 0 {
				t.Fatalf("%s: %+v", state, traces)
			}
			for id, episode := range traces.Forgotten {
				if episode.Master != "a:5801" || episode.State != coordinator.StateCanceling || episode.LastSeen.IsZero() {
					t.Errorf("%s: %s %+v", state, id, episode)
				}
			}
		}
		// It is forgotten no more once it is canceled again, or gone.
		fake.answer(under("b:5801", two, running("1", coordinator.StateCanceling)))
		fake.answerJob(func(_ context.Context, id coordinator.JobID) (coordinator.Reading, error) {
			return coordinator.Reading{Job: running(id, coordinator.StateCanceled), Proof: coordinator.ProofEnded}, nil
		})
		pass(10 * time.Second)
		if traces = lease.View().Traces; len(traces.Forgotten) != 0 {
			t.Errorf("%+v", traces)
		}
	})
}

func TestSameIdStartedAnewIsNoForgottenCancel(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.answer(under("a:5801", nil, running("1", coordinator.StateCanceling)))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		again := running("1", coordinator.StateRunning)
		again.CreateTime = again.CreateTime.Add(17 * time.Second)
		fake.answer(under("b:5801", nil, again))
		pass(10 * time.Second)
		if traces := lease.View().Traces; len(traces.Forgotten) != 0 {
			t.Errorf("%+v", traces)
		}
	})
}

func TestDeparturesAndWhereJobsRan(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		ran := running("1", coordinator.StateRunning)
		ran.Nodes = []string{"w:5802"}
		fake.answer(under("a:5801", []string{"a:5801", "w:5802"}, ran))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		// The worker leaves and takes the master's belief along.
		fake.answer(under("a:5801", []string{"a:5801"}, running("1", coordinator.StateCanceling)))
		pass(30 * time.Second)
		traces := lease.View().Traces
		if len(traces.Left) != 1 || traces.Left[0].Member != "w:5802" || !traces.Left[0].Back.IsZero() || !slices.Equal(traces.Ran["1"].Nodes, ran.Nodes) {
			t.Fatalf("%+v", traces)
		}
		fake.answer(under("a:5801", []string{"a:5801", "w:5802"}, running("1", coordinator.StateCanceling)))
		pass(10 * time.Second)
		if left := lease.View().Traces.Left; len(left) != 1 || !left[0].Back.After(left[0].At) || !traces.Left[0].Back.IsZero() {
			t.Errorf("%+v", left)
		}
		pass(25 * time.Hour)
		lease.View()
		pass(time.Minute)
		if left := lease.View().Traces.Left; len(left) != 0 {
			t.Errorf("%+v", left)
		}
	})
}

func TestS14_SinceWhenTheListIsSilent(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		fake.answer(func(context.Context) (*coordinator.Snapshot, error) {
			return &coordinator.Snapshot{ReadAt: time.Now(), Address: "http://a:8080", Believed: []coordinator.Belief{{Job: "1", Worker: "w:5802"}}}, nil
		})
		pass(10 * time.Second)
		since := lease.View().Traces.ListSilentSince
		pass(30 * time.Second)
		if again := lease.View().Traces.ListSilentSince; since.IsZero() || !again.Equal(since) || lease.View().Jobs.Len() != 1 {
			t.Errorf("since %s, then %s", since, again)
		}
		fake.list(running("1", coordinator.StateCanceling))
		pass(10 * time.Second)
		if since := lease.View().Traces.ListSilentSince; !since.IsZero() {
			t.Errorf("still silent since %s", since)
		}
	})
}

// What was seen outlives a save of the settings.
func TestTracesAreInherited(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.answer(under("a:5801", []string{"a:5801", "w:5802"}, running("1", coordinator.StateCanceling)))
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		fake.answer(under("b:5801", []string{"b:5801"}, running("1", coordinator.StateRunning)))
		pass(10 * time.Second)
		second := acquire(t, registry, Key{Scope: scope, Connection: "second"}, fake.settings(tenSecond))
		pass(15 * time.Second)
		if traces := second.View().Traces; len(traces.Forgotten) != 1 || len(traces.Left) != 2 || traces.MasterChangedAt.IsZero() {
			t.Errorf("%+v", traces)
		}
	})
}
