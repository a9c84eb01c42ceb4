package coordinator

import "time"

// JobID is a coordinator's id of a job, as text. SeaTunnel's ids exceed 2^53,
// so an id is never a number anywhere between the coordinator and the screen.
type JobID string

// State is a job's state in Unjam's words. The coordinator's own word stands
// beside it in Job.Word.
type State string

// The states. StateLost is never given by an adapter: the timeline makes it
// from a job that nobody lists any more.
const (
	StatePending      State = "pending"
	StateRunning      State = "running"
	StateSavepointing State = "savepointing"
	StateCanceling    State = "canceling"
	StateFailing      State = "failing"
	StateFinished     State = "finished"
	StateFailed       State = "failed"
	StateCanceled     State = "canceled"
	StateLost         State = "lost"
	// StateUnknown is a word that the adapter does not know, or one by which
	// the coordinator says that it does not know itself. Never terminal.
	StateUnknown State = "unknown"
)

// States lists every state once, in the order in which people read them.
func States() []State {
	return []State{
		StatePending, StateRunning, StateSavepointing, StateCanceling, StateFailing,
		StateFinished, StateFailed, StateCanceled, StateLost, StateUnknown,
	}
}

// Ended tells whether a job in this state is over for good.
func (s State) Ended() bool {
	return s == StateFinished || s == StateFailed || s == StateCanceled
}

// Job is one execution in a coordinator, as one reading showed it.
type Job struct {
	ID   JobID
	Name string
	// State is the normalised state, Word the coordinator's own word for it.
	State State
	Word  string
	// CreateTime is when the job was created, in UTC; zero where the
	// coordinator does not say. Together with the id it identifies the job:
	// the same id with another create time is another job.
	CreateTime time.Time
	// FinishTime is set for ended jobs where the coordinator tells it.
	FinishTime time.Time
	// Error is the coordinator's message for an ended job, bounded by the
	// adapter (MaxErrorBytes).
	Error string
	// Nodes are the members that run the job as far as the coordinator tells,
	// sorted. It is the master's belief, not proof.
	Nodes []string
	// Parent is the job that started this one and waits for its events; empty
	// where there is none or the coordinator does not tell.
	Parent JobID
}

// MaxErrorBytes bounds Job.Error: some coordinators answer whole stack traces.
const MaxErrorBytes = 2048

// MaxNameBytes bounds Job.Name. Longer names are cut by the adapter at a rune
// boundary: a name is for people, the id identifies.
const MaxNameBytes = 512
