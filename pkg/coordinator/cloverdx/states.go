package cloverdx

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// wordRunning is CloverDX's word for an execution that runs, a hung parent's
// too.
const wordRunning = "RUNNING"

// states maps CloverDX's words to ours. N_A and UNKNOWN say that the server
// does not know: never terminal, as any word that is not in this table.
var states = map[string]coordinator.State{
	"ENQUEUED":    coordinator.StatePending,
	"READY":       coordinator.StatePending,
	"WAITING":     coordinator.StatePending,
	wordRunning:   coordinator.StateRunning,
	"FINISHED_OK": coordinator.StateFinished,
	"ERROR":       coordinator.StateFailed,
	"TIMEOUT":     coordinator.StateFailed,
	"ABORTED":     coordinator.StateCanceled,
	"UNKNOWN":     coordinator.StateUnknown,
	"N_A":         coordinator.StateUnknown,
}

// maxWordBytes bounds a state word that we do not know.
const maxWordBytes = 64

// stateOf gives our state for CloverDX's word.
func stateOf(word string) coordinator.State {
	if state, ok := states[word]; ok {
		return state
	}
	return coordinator.StateUnknown
}

// state gives our state of an execution: one that runs though Unjam asked to
// abort it is canceling.
func (c *client) state(word string, id coordinator.JobID, created time.Time) coordinator.State {
	state := stateOf(word)
	if state == coordinator.StateRunning && c.config.AbortAsked != nil && c.config.AbortAsked(id, created) {
		return coordinator.StateCanceling
	}
	return state
}

// proofOf says what an execution's own reading proves.
func proofOf(state coordinator.State) coordinator.Proof {
	switch {
	case state.Ended():
		return coordinator.ProofEnded
	case state == coordinator.StateUnknown:
		return coordinator.ProofNone
	default:
		return coordinator.ProofOpen
	}
}
