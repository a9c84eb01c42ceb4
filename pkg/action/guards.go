package action

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Facts is all that the guards look at: gathered first, then judged, so that
// every guard is a pure function.
type Facts struct {
	Kind Kind
	// Now is this process' clock, which times of the watcher fit; StoreNow is
	// the store's, which times of records fit.
	Now      time.Time
	StoreNow time.Time
	Policy   Policy
	// ProxyFault says which of Grafana's own connection fields is set; empty
	// when the back door is closed (design §7).
	ProxyFault string
	// StoreErr is why no record can be made; nil when it can.
	StoreErr     error
	Capabilities coordinator.Capabilities
	// AsOf is the newest complete poll; Blind when it is too old.
	AsOf       time.Time
	Blind      bool
	PollErr    error
	Incomplete bool
	// Master is the active master at the newest complete poll, and
	// MasterStableSince since when it was so without a gap.
	Master            string
	MasterStableSince time.Time
	Split             []string
	// Restoring are jobs that the master is restoring or is about to restore,
	// as far as the coordinator tells.
	Restoring []coordinator.JobID
	// Reading is the live reading of the job.
	Reading coordinator.Reading
	// Episode is the job's episode and Listed whether the newest complete poll
	// showed it; Watched is false when the timeline does not have the job.
	Episode timeline.Episode
	Listed  bool
	Watched bool
	// LastCheckpoint is when a savepointing job last acknowledged a
	// checkpoint; CheckpointErr is why that is not known.
	LastCheckpoint time.Time
	CheckpointErr  error
	// Threads is what the workers said; nil when they were not asked.
	Threads []coordinator.WorkerThreads
	// Outlook is the diagnosis; the zero value when there is none.
	Outlook Outlook
	// Spent counts the cluster's acts of this kind in the budget's window,
	// OldestSpent is the first of them.
	Spent       int
	OldestSpent time.Time
	// Incident is the scope's unlocked incident budget, SpentInIncident the
	// cluster's force stops since it began; nil when none is in force.
	Incident        *Incident
	SpentInIncident int
	// InFlight is another action for the job that is not settled; nil if none.
	InFlight *Intent
	// InFlightElsewhere: it belongs to another scope, whose persons are not
	// named here (S50).
	InFlightElsewhere bool
	// Waiting is a request for a second person for the same job, other than
	// the one that is being carried out; WaitingElsewhere as above.
	Waiting          *Approval
	WaitingElsewhere bool
}

// Outlook is what a diagnosis says about waiting.
type Outlook struct {
	// WillRecover: waiting is enough, so acting is wrong.
	WillRecover bool
	// Stuck: the job waits for something that does not come by itself.
	Stuck bool
	// Sentence says why; empty when nothing was diagnosed.
	Sentence string
	// Unreachable are the nodes that run the job and cannot be reached.
	Unreachable []string
	// Children are the running jobs that would end with this one, as people
	// read them.
	Children []string
}

// Guard is one check of a plan.
type Guard struct {
	// ID is stable: verdicts, acknowledgements and audit rows carry it.
	ID    string
	Check func(Facts) Verdict
}

// Ids of the guards.
const (
	GuardEnabled     = "enabled"
	GuardProxyClosed = "proxy-closed"
	GuardStore       = "store-writable"
	GuardSupported   = "supported"
	GuardFresh       = "data-fresh"
	GuardWatched     = "same-as-watched"
	GuardState       = "state"
	GuardAge         = "canceling-age"
	GuardSavepoint   = "savepoint-stalled"
	GuardSplit       = "split"
	GuardMaster      = "master-stable"
	GuardRestore     = "restore"
	GuardTaskAlive   = "task-alive"
	GuardReach       = "owner-reachable"
	GuardDiagnosis   = "diagnosis"
	GuardBudget      = "budget"
	GuardInFlight    = "in-flight"
	GuardWaiting     = "approval-waiting"
)

// Guards gives every guard, in the order in which people read the verdicts.
func Guards() []Guard {
	return []Guard{
		{GuardEnabled, guardEnabled},
		{GuardProxyClosed, guardProxyClosed},
		{GuardStore, guardStore},
		{GuardSupported, guardSupported},
		{GuardFresh, guardFresh},
		{GuardState, guardState},
		{GuardWatched, guardWatched},
		{GuardSplit, guardSplit},
		{GuardMaster, guardMaster},
		{GuardRestore, guardRestore},
		{GuardAge, guardAge},
		{GuardSavepoint, guardSavepoint},
		{GuardTaskAlive, guardTaskAlive},
		{GuardReach, guardReach},
		{GuardDiagnosis, guardDiagnosis},
		{GuardBudget, guardBudget},
		{GuardInFlight, guardInFlight},
		{GuardWaiting, guardWaiting},
	}
}

// Judge runs guards over facts.
func Judge(guards []Guard, facts Facts) []Verdict {
	verdicts := make([]Verdict, 0, len(guards))
	for _, guard := range guards {
		verdict := guard.Check(facts)
		verdict.Guard = guard.ID
		verdicts = append(verdicts, verdict)
	}
	return verdicts
}

func pass(reason string) Verdict { return Verdict{Result: Pass, Reason: reason} }

func block(reason, change string) Verdict {
	return Verdict{Result: Block, Reason: reason, Change: change}
}
