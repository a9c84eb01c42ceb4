package seatunnel

import "github.com/unjam/unjam-jobs-app/pkg/coordinator"

// states maps SeaTunnel's words (JobStatus of versions 2.3.8 to 2.3.13) to
// ours. PENDING is not in 2.3.8. SAVEPOINT_DONE is an end that a user asked
// for, so it is a finish. UNKNOWABLE says that the master does not know (it is
// restoring jobs): never terminal, as any word that is not in this table.
var states = map[string]coordinator.State{
	"INITIALIZING":    coordinator.StatePending,
	"CREATED":         coordinator.StatePending,
	"PENDING":         coordinator.StatePending,
	"SCHEDULED":       coordinator.StatePending,
	"RUNNING":         coordinator.StateRunning,
	"FAILING":         coordinator.StateFailing,
	"FAILED":          coordinator.StateFailed,
	"DOING_SAVEPOINT": coordinator.StateSavepointing,
	"SAVEPOINT_DONE":  coordinator.StateFinished,
	"CANCELING":       coordinator.StateCanceling,
	"CANCELED":        coordinator.StateCanceled,
	"FINISHED":        coordinator.StateFinished,
	"UNKNOWABLE":      coordinator.StateUnknown,
}

// maxWordBytes bounds a state word that we do not know.
const maxWordBytes = 64

// stateOf gives our state for SeaTunnel's word.
func stateOf(word string) coordinator.State {
	if state, ok := states[word]; ok {
		return state
	}
	return coordinator.StateUnknown
}

// knownWord gives the table's own copy of a word, so that 50,000 jobs in the
// same state share it.
func knownWord(text string) string {
	switch text {
	case "RUNNING":
		return "RUNNING"
	case "CANCELING":
		return "CANCELING"
	case "PENDING":
		return "PENDING"
	case "SCHEDULED":
		return "SCHEDULED"
	default:
		return text
	}
}
