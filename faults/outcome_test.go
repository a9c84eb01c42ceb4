//go:build unix

package faults_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// intent gives the action that a round led to; false when there is none.
func (l *lane) intent(r *round) (action.Intent, bool) {
	l.t.Helper()
	id := r.plan.Text("id")
	if l.twoPersons {
		approval, err := l.witness.Approval(l.t.Context(), l.scope, r.approval.Text("id"))
		if errors.Is(err, action.ErrNoApproval) || err == nil && approval.ActionID == "" {
			return action.Intent{}, false
		}
		must(l.t, err)
		id = approval.ActionID
	}
	intent, err := l.witness.Intent(l.t.Context(), l.scope, id)
	if errors.Is(err, action.ErrNoIntent) {
		return intent, false
	}
	must(l.t, err)
	return intent, true
}

// settled waits until all is recorded that the coordinator knows of the
// round's job. Where it is not so at once, time goes by and the data source is
// saved, which makes it reconcile. Whatever is claimed meanwhile is true.
func (l *lane) settled(r *round) {
	l.t.Helper()
	since, pause := time.Now(), shortPause
	eventually(l.t, fmt.Sprint("the outcome of ", r), func() bool {
		intent, _ := l.intent(r)
		if untrue := l.untrue(r, intent); untrue != "" {
			l.t.Fatalf("%s: the outcome is %q, but %s: %+v", r, intent.Outcome, untrue, intent)
		}
		if intent.Phase == action.PhaseSettled && (intent.Outcome.Final() || !l.over(r)) {
			return true
		}
		if time.Since(since) > pause {
			l.forward(watchedFor)
			l.save()
			since, pause = time.Now(), 2*pause
		}
		return false
	})
}

// shortPause is how long the first reconciliation is waited for before the
// data source is saved again; each further one gets twice as long.
const shortPause = 50 * time.Millisecond

// over tells whether the round's job has ended.
func (l *lane) over(r *round) bool {
	state := l.coordinator.State(r.job)
	return state == double.Canceled || state == double.Finished
}

// untrue is why an outcome claims what the coordinator does not know; empty
// when all that it claims is so. A job never leaves its end.
func (l *lane) untrue(r *round, intent action.Intent) string {
	job, requests := l.coordinator.State(r.job), len(l.coordinator.Stops(r.job))
	l.mu.Lock()
	answered := r.answered
	l.mu.Unlock()
	switch {
	case intent.Outcome == action.OutcomeStopped && job != double.Canceled, intent.Outcome == action.OutcomeEndedByItself && job != double.Finished:
		return "the job is " + job
	case intent.Outcome == action.OutcomeNotConfirmed && !answered, intent.Answered && !answered:
		return "no answer was given"
	case intent.Outcome == action.OutcomeRefused && requests > 0 && r.nature != isRefused:
		return "the request was taken"
	case requests > 1:
		return fmt.Sprintf("%d requests came", requests)
	}
	return ""
}

// finish ends all jobs and looks at the whole: every intent has come to its
// true end, nothing is lost, and the chain holds.
func (l *lane) finish() {
	l.t.Helper()
	for _, r := range l.rounds {
		l.endElsewhere(r)
	}
	l.forward(leaseOver)
	l.save()
	requests, intents := 0, 0
	for _, r := range l.rounds {
		got := len(l.coordinator.Stops(r.job))
		requests += got
		if _, found := l.intent(r); found {
			intents++
			l.settled(r)
		} else if got > 0 {
			l.t.Errorf("%s: %d stop requests came without a record", r, got)
		}
	}
	open, err := l.witness.Unresolved(l.t.Context(), l.scope, time.Time{})
	must(l.t, err)
	if len(open) > 0 {
		l.t.Errorf("%d intents are open at the end: %+v", len(open), open)
	}
	verification, err := l.witness.Verify(l.t.Context(), l.scope)
	must(l.t, err)
	if !verification.Holds() {
		l.t.Errorf("the chain is broken at %d: %s", verification.BrokenAt, verification.Detail)
	}
	if all := len(l.coordinator.Stops("")); all != requests {
		l.t.Errorf("%d stop requests came, %d of them for our jobs", all, requests)
	}
	l.noFaults()
	l.t.Logf("%d rounds: %d intents, %d stop requests, chain of %d rows holds; clocks went %s ahead", len(l.rounds), intents, requests, verification.Rows, l.ahead)
}
