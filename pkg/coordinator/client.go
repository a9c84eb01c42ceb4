package coordinator

import (
	"context"
	"time"
)

// Client reads one coordinator and asks it to stop jobs. It contacts only the
// addresses it was configured with. All methods are safe for concurrent use
// and honour the context's deadline.
type Client interface {
	// Probe says whether the coordinator can be reached and what it is. It is
	// for the health check: every configured address is tried.
	Probe(ctx context.Context) (Probe, error)

	// Snapshot reads the coordinator as a whole. It returns before ctx ends:
	// with an incomplete snapshot (Complete false, Notes say why) while
	// something still answers, with an error when nothing does.
	Snapshot(ctx context.Context) (*Snapshot, error)

	// Job reads one job live. ErrNotFound when the coordinator does not know
	// it. A reading may be taken from any configured master, unless address
	// is not empty: then only that one is asked.
	Job(ctx context.Context, address string, id JobID) (Reading, error)

	// Stop sends one request to stop a job, to exactly this address: no
	// failover, no redirect, no second try. See StopError for what is known
	// when it fails.
	Stop(ctx context.Context, request StopRequest) (StopAnswer, error)

	// TaskThreads asks every configured worker which jobs it has task threads
	// of. Workers that do not answer are in the result with their error.
	// ErrNotSupported when no worker address is configured.
	TaskThreads(ctx context.Context) ([]WorkerThreads, error)

	// Close releases connections. The client must not be used afterwards.
	Close()
}

// Probe is the answer to a health check.
type Probe struct {
	Dialect      string
	Version      string
	Master       string
	Workers      int
	Clock        Clock
	Capabilities Capabilities
	// Addresses is what each configured address said.
	Addresses []AddressProbe
	// Warnings are things an operator should know, in sentences (an open
	// second interface, a zone that does not fit the clock).
	Warnings []string
}

// AddressProbe is what one configured address answered.
type AddressProbe struct {
	Address string
	// Role is "master" or "worker", as configured.
	Role string
	Err  error
}

// Proof is what a reading of a job proves about its end.
type Proof string

// What a reading can prove.
const (
	// ProofOpen: the coordinator lists the job in a state that is not an end.
	ProofOpen Proof = "open"
	// ProofEnded: the coordinator keeps the job among those that ended, in an
	// end state. Which reading that is, each adapter documents.
	ProofEnded Proof = "ended"
	// ProofNone: the answer proves nothing (UNKNOWABLE, a bare id, an end
	// state that the list of ended jobs does not confirm yet).
	ProofNone Proof = "none"
)

// Reading is one live reading of one job.
type Reading struct {
	Job   Job
	Proof Proof
	// Address is the configured address that answered.
	Address string
	// Master is the active master's member address as that address sees it;
	// empty when it did not say.
	Master string
	// Split names the masters when configured addresses disagree.
	Split  []string
	ReadAt time.Time
}

// StopRequest asks to stop one job.
type StopRequest struct {
	// Address is the configured address to send to: that of the reading which
	// confirmed the job's identity.
	Address string
	Job     JobID
	// CreateTime is that of the job that is meant, for coordinators that
	// compare it themselves; zero where it is not known.
	CreateTime time.Time
	// Force finalizes a job that a plain cancel cannot move.
	Force bool
}

// StopAnswer is what the coordinator answered to a stop. An answer means
// "received", never "stopped".
type StopAnswer struct {
	Address string
	Status  int
	// Body is the answer's beginning (MaxAnswerBytes), without credentials.
	Body string
	Took time.Duration
}

// MaxAnswerBytes bounds StopAnswer.Body.
const MaxAnswerBytes = 1024

// WorkerThreads is what one worker said about its task threads.
type WorkerThreads struct {
	// Address is the configured worker address.
	Address string
	// Tasks counts the task threads of each job.
	Tasks map[JobID]int
	// Err is why the worker gave no answer; nil when it answered.
	Err error
}
