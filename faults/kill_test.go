//go:build unix

package faults_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
)

var (
	seed   = flag.Uint64("faults.seed", 0, "seed of the rounds; 0 draws one, which is printed")
	rounds = flag.Int("faults.rounds", 200, "rounds of killing the plugin")
)

// TestS32S34_KilledBetweenPlanAndOutcome kills the plugin at every step
// between plan and outcome, in random order, and looks at what the coordinator
// got, what the store kept, and what the next plugin makes of it.
func TestS32S34_KilledBetweenPlanAndOutcome(t *testing.T) {
	killRounds(t, *rounds, plain(t), sqliteFile, laneKind{}, laneKind{twoPersons: true})
}

// TestS48_TheOtherReplicaReconciles kills the plugin that acts, while the one
// of another Grafana watches the same: that one makes out what became of it.
func TestS48_TheOtherReplicaReconciles(t *testing.T) {
	killRounds(t, len(steps), self(t), sqliteFile, laneKind{pair: true})
}

// killRounds spreads rounds over lanes that run side by side.
func killRounds(t *testing.T, count int, program string, location func(t *testing.T) string, lanes ...laneKind) {
	drawn := *seed
	if drawn == 0 {
		drawn = uint64(time.Now().UnixNano())
	}
	t.Logf("%d rounds over %d steps, -faults.seed=%d", count, len(steps), drawn)
	for number, kind := range lanes {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(drawn, uint64(number)))
			l := newLane(t, program, location(t), random, kind)
			for number, at := range l.order(count / len(lanes)) {
				l.killOnce(number+1, at)
			}
			l.finish()
		})
	}
}

// killOnce is one round: an action that a death cuts off, and the next use.
func (l *lane) killOnce(number int, at step) {
	l.t.Helper()
	r := &round{
		number: number, step: at, job: fmt.Sprintf("7335847883756%05d", number), kind: action.KindCancel,
		person: operator(fmt.Sprint("anna-", number)), second: operator(fmt.Sprint("bert-", number)),
	}
	natures := at.natures()
	r.nature = natures[l.random.IntN(len(natures))]
	state := double.Running
	if l.random.IntN(2) == 0 {
		r.kind, state = action.KindForceStop, double.Canceling
	}
	l.rounds = append(l.rounds, r)
	l.coordinator.Add(r.job, fmt.Sprint("orders to lake ", number), state)

	// Given a plugin that has watched the job for long enough.
	l.use()
	l.standBy()
	l.look()
	l.watched()
	// When it dies on the way of an action.
	l.actUntilDeath(r)
	if got := len(l.coordinator.Stops(r.job)); got != at.requests {
		intent, _ := l.intent(r)
		l.t.Fatalf("%s: %d stop requests came, not %d: %+v", r, got, at.requests, intent)
	}
	// Then the next use makes out what became of it, and never sends.
	l.nextUse(r)
	l.replay(r)
	l.noFaults()
	// A job that is UNKNOWABLE is taken for one that is being restored: no act is
	// allowed meanwhile.
	if l.random.IntN(stayOpen) > 0 || r.nature == isVague {
		l.endElsewhere(r)
	}
}

// stayOpen is which part of the jobs that do not stop stays so to the end of
// the lane: all of their actions are read again by each plugin.
const stayOpen = 8

// mergeTries is how often a plan is made anew in a pair of plugins.
const mergeTries = 5

// actUntilDeath asks for the action until the plugin is dead.
func (l *lane) actUntilDeath(r *round) {
	l.t.Helper()
	l.mu.Lock()
	l.stopping = r
	l.mu.Unlock()
	if r.step.coordinator == dieVerifying {
		defer l.onReading(nil)
		l.onReading(l.killWhileVerifying(r))
	}
	if !l.plan(r) || l.twoPersons && !l.ask(r) {
		l.died(r)
		return
	}
	l.arm(r, acting)
	answer, err := l.act(r)
	for range mergeTries {
		// Two plugins that saw the job first within milliseconds agree on its
		// episode in the background; the clocks here leave them no time for it.
		if err != nil || !l.pair || answer.Status != http.StatusPreconditionFailed {
			break
		}
		l.plan(r)
		answer, err = l.act(r)
	}
	if err == nil && answer.Status != http.StatusAccepted {
		l.t.Fatalf("%s: the act was answered by %d %s", r, answer.Status, answer.Raw)
	}
	dead := l.plugin()
	l.died(r)
	begun := dead.begun(r.job)
	intent, found := l.intent(r)
	if !found && (begun != "" || err == nil) || found && begun != "" && intent.ID != begun {
		l.t.Fatalf("%s: action %q was recorded, and %q is found", r, begun, intent.ID)
	}
}

// plan makes the plan; false when the plugin dies of it.
func (l *lane) plan(r *round) bool {
	l.t.Helper()
	l.arm(r, planning)
	plan, err := l.plugin().Plan(l.t.Context(), l.source, r.person, string(r.kind), r.job)
	if r.step.during == planning {
		return false
	}
	if err != nil || plan.Status != http.StatusOK || plan.Body["allowed"] != true {
		l.t.Fatalf("%s: the plan was answered by %d %s, %v\n%s", r, plan.Status, plan.Raw, err, l.plugin().log.String())
	}
	r.plan = plan
	return true
}

// ask asks for the second person; false when the plugin dies of it.
func (l *lane) ask(r *round) bool {
	l.t.Helper()
	l.arm(r, asking)
	approval, err := l.plugin().RequestApproval(l.t.Context(), l.source, r.person, r.plan)
	if r.step.during == asking {
		return false
	}
	if err != nil || approval.Status != http.StatusAccepted {
		l.t.Fatalf("%s: the request for a second person was answered by %d %s, %v\n%s", r, approval.Status, approval.Raw, err, l.plugin().log.String())
	}
	r.approval = approval
	return true
}

// act confirms, or has the second person approve.
func (l *lane) act(r *round) (host.Answer, error) {
	if l.twoPersons {
		return l.plugin().Approve(l.t.Context(), l.source, r.second, r.approval)
	}
	return l.plugin().Confirm(l.t.Context(), l.source, r.person, r.plan)
}

// arm chooses the point of the store at which the plugin dies, where it is in
// the request that comes next.
func (l *lane) arm(r *round, next request) {
	l.t.Helper()
	if r.step.store != "" && r.step.during == next {
		l.plugin().dieAt(r.step.store, r.job)
	}
}

// killWhileVerifying kills the plugin at one of its readings after the stop
// request, the last one of a job that has ended.
func (l *lane) killWhileVerifying(r *round) func(job string) {
	reads := 1
	if r.nature == isSlow || r.nature == isVague || r.nature == isDeaf {
		reads += l.random.IntN(slowReads)
	}
	return func(string) {
		if len(l.coordinator.Stops(r.job)) == 0 {
			return
		}
		l.mu.Lock()
		seen := r.reads
		l.mu.Unlock()
		if seen >= reads {
			l.plugin().Signal()
		}
	}
}

// leaseOver is longer than any lease lasts: that of an act under the timing
// quickly, and that of a reconciliation.
const leaseOver = time.Minute

// nextUse starts plugins until the intent is settled. Half of the time the
// next plugin comes at once, while the dead one's lease is still in force.
func (l *lane) nextUse(r *round) {
	l.t.Helper()
	if l.random.IntN(2) == 0 {
		l.forward(leaseOver)
	}
	if r.step.next != "" || r.step.nextReading {
		l.forward(leaseOver)
		l.use()
		if r.step.nextReading {
			l.onReading(func(string) { l.plugin().Signal() })
		} else {
			l.plugin().dieAt(r.step.next, r.job)
		}
		l.save()
		l.died(r)
		l.onReading(nil)
	}
	l.use()
	l.look()
	if _, found := l.intent(r); found {
		l.settled(r)
	}
}

// replay asks for the same again, as somebody does who got no answer.
func (l *lane) replay(r *round) {
	l.t.Helper()
	if r.step.during != acting || l.random.IntN(4) > 0 {
		return
	}
	_, used := l.intent(r)
	l.watched()
	answer, err := l.act(r)
	must(l.t, err)
	switch {
	case answer.Status == http.StatusAccepted && used:
		l.t.Fatalf("%s: it was taken twice: %s", r, answer.Raw)
	case answer.Status == http.StatusAccepted:
		// No time is let go by: the plugin that acts lives, and its right to act
		// must not run out before it has sent the request.
		eventually(l.t, fmt.Sprint("the end of ", r), func() bool {
			intent, _ := l.intent(r)
			return intent.Phase == action.PhaseSettled
		})
		l.settled(r)
	case answer.Status != http.StatusConflict && answer.Status != http.StatusPreconditionFailed:
		l.t.Fatalf("%s: when it was asked for again, the answer was %d %s", r, answer.Status, answer.Raw)
	}
}

// endElsewhere ends the round's job by another hand.
func (l *lane) endElsewhere(r *round) {
	l.coordinator.Set(r.job, []string{double.Canceled, double.Finished}[l.random.IntN(2)])
}
