package action

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Facts is all that the guards look at: gathered first, then judged, so that
// every guard is a pure function.
type Facts struct {
	Kind   Kind
	Now    time.Time
	Policy Policy
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
	// InFlight is another action for the job that is not settled; nil if none.
	InFlight *Intent
	// InFlightElsewhere: it belongs to another scope, whose persons are not
	// named here (S50).
	InFlightElsewhere bool
}

// Outlook is what a diagnosis says about waiting.
type Outlook struct {
	// WillRecover: waiting is enough, so acting is wrong.
	WillRecover bool
	// Sentence says why; empty when nothing was diagnosed.
	Sentence string
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
	GuardMaster      = "master-stable"
	GuardTaskAlive   = "task-alive"
	GuardDiagnosis   = "diagnosis"
	GuardBudget      = "budget"
	GuardInFlight    = "in-flight"
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
		{GuardMaster, guardMaster},
		{GuardAge, guardAge},
		{GuardSavepoint, guardSavepoint},
		{GuardTaskAlive, guardTaskAlive},
		{GuardDiagnosis, guardDiagnosis},
		{GuardBudget, guardBudget},
		{GuardInFlight, guardInFlight},
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

func guardEnabled(f Facts) Verdict {
	if !f.Policy.Enabled {
		return block("Actions are switched off for this data source.", "An administrator can switch them on in the data source's settings.")
	}
	return pass("Actions are switched on for this data source.")
}

func guardProxyClosed(f Facts) Verdict {
	if f.ProxyFault != "" {
		return block(f.ProxyFault, "Clear these fields in the data source's settings; Unjam has its own.")
	}
	return pass("Grafana's data source proxy has no address to send to.")
}

func guardStore(f Facts) Verdict {
	if f.StoreErr != nil {
		return block(fmt.Sprintf("No record can be made: %v.", f.StoreErr), "The server's administrator must make the store writable; see the data source's health check.")
	}
	return pass("The record can be written.")
}

func guardSupported(f Facts) Verdict {
	capability := f.Capabilities.Cancel
	if f.Kind == KindForceStop {
		capability = f.Capabilities.ForceStop
	}
	if !capability.Supported {
		return block(capability.Reason, "")
	}
	return pass("The coordinator supports it.")
}

func guardFresh(f Facts) Verdict {
	switch {
	case f.PollErr != nil:
		return block(fmt.Sprintf("The coordinator was not read at the last poll: %v", f.PollErr), "Wait until the coordinator answers again.")
	case f.Blind:
		return block("What is known of the coordinator is too old, as of "+clock(f.AsOf)+".", "Wait until the coordinator answers completely.")
	case f.Incomplete:
		return block("The coordinator answered the last poll only in part, complete as of "+clock(f.AsOf)+".", "Wait until the coordinator answers completely.")
	}
	return pass("The coordinator was read completely at " + clock(f.AsOf) + ".")
}

// guardState is design §7's table action × state.
func guardState(f Facts) Verdict {
	if reason := StateBlock(f.Kind, f.Reading.Job.State); reason != "" {
		return block(reason, "")
	}
	return pass(fmt.Sprintf("The job is %s.", f.Reading.Job.Word))
}

// StateBlock is why an action is wrong in a state; empty when it may be right.
func StateBlock(kind Kind, state coordinator.State) string {
	switch state {
	case coordinator.StateRunning, coordinator.StatePending:
		if kind == KindForceStop {
			return "The job has not been asked to stop. Cancel it first; force stop is for a job that a cancel cannot move."
		}
		return ""
	case coordinator.StateCanceling:
		return ""
	case coordinator.StateFailing, coordinator.StateSavepointing:
		if kind == KindCancel {
			return fmt.Sprintf("A job that is %s cannot be canceled: it is already on its way to an end.", state)
		}
		return ""
	case coordinator.StateFinished, coordinator.StateFailed, coordinator.StateCanceled:
		return fmt.Sprintf("The job has already ended: it is %s.", state)
	default:
		return fmt.Sprintf("The job's state is %s. Nothing is done to a job whose state is not known for certain.", state)
	}
}

func guardWatched(f Facts) Verdict {
	wait := "Wait for the next poll, then plan again."
	switch {
	case !f.Watched:
		return block("Unjam has not seen this job in a complete poll yet.", wait)
	case !f.Listed:
		return block("The coordinator's list no longer shows the job as it was last seen ("+string(f.Episode.State)+").", wait)
	case f.Episode.State != f.Reading.Job.State:
		return block(fmt.Sprintf("The job was %s at the last poll and is %s now.", f.Episode.State, f.Reading.Job.State), wait)
	case !f.Episode.CreateTime.Equal(f.Reading.Job.CreateTime):
		return block("Another job with the same id was created since the last poll.", wait)
	}
	return pass("The live reading agrees with what was watched.")
}

func guardMaster(f Facts) Verdict {
	switch {
	case len(f.Split) > 1:
		return block("The configured masters disagree on who is master ("+strings.Join(f.Split, ", ")+"): split cluster.", "Resolve the split first.")
	case f.Reading.Master == "":
		return block("The coordinator does not say which master is active.", "Wait until it does.")
	case f.Master != f.Reading.Master:
		return block(fmt.Sprintf("The active master was %s at the last poll and is %s now.", orNone(f.Master), f.Reading.Master), "Wait until the new master has settled.")
	case f.MasterStableSince.IsZero() || f.Now.Sub(f.MasterStableSince) < f.Policy.MasterSettleTime:
		verdict := block(fmt.Sprintf("The master %s has been watched without a gap for less than %s.", f.Reading.Master, span(f.Policy.MasterSettleTime)), "Wait; a job may still be restored.")
		if !f.MasterStableSince.IsZero() {
			verdict.AllowedFrom = f.MasterStableSince.Add(f.Policy.MasterSettleTime)
		}
		return verdict
	}
	return pass(fmt.Sprintf("The master %s has been stable since %s.", f.Reading.Master, clock(f.MasterStableSince)))
}

// agingStates are the states in which force stop asks for an age.
func aging(state coordinator.State) bool {
	return state == coordinator.StateCanceling || state == coordinator.StateFailing || state == coordinator.StateSavepointing
}

func guardAge(f Facts) Verdict {
	if f.Kind != KindForceStop || !aging(f.Reading.Job.State) {
		return pass("No age is asked for.")
	}
	if !f.Watched {
		return block("It is not known how long the job has been in this state.", "Wait until it has been watched for "+span(f.Policy.MinCancelingAge)+".")
	}
	if f.Episode.ContinuousAge() < f.Policy.MinCancelingAge {
		verdict := block(fmt.Sprintf("The job has been watched as %s without a gap for %s; force stop is allowed after %s.",
			f.Episode.Word, span(f.Episode.ContinuousAge()), span(f.Policy.MinCancelingAge)), "Wait: a normal cancel may still end it.")
		verdict.AllowedFrom = f.Episode.ContinuousSince.Add(f.Policy.MinCancelingAge)
		return verdict
	}
	return pass(fmt.Sprintf("The job has been watched as %s without a gap for %s.", f.Episode.Word, span(f.Episode.ContinuousAge())))
}

func guardSavepoint(f Facts) Verdict {
	if f.Kind != KindForceStop || f.Reading.Job.State != coordinator.StateSavepointing {
		return pass("No savepoint is being made.")
	}
	if f.CheckpointErr != nil {
		return block(fmt.Sprintf("A savepoint is being made, and whether it still makes progress is not known: %v.", f.CheckpointErr), "")
	}
	if still := f.Now.Sub(f.LastCheckpoint); still < f.Policy.SavepointStall {
		verdict := block(fmt.Sprintf("A savepoint is being made, and a checkpoint was acknowledged %s ago.", span(still)), "Wait for the savepoint.")
		verdict.AllowedFrom = f.LastCheckpoint.Add(f.Policy.SavepointStall)
		return verdict
	}
	return pass("The savepoint has acknowledged no checkpoint since " + clock(f.LastCheckpoint) + ".")
}

// guardTaskAlive warns: force stop ends the job at the master and leaves a
// running task behind as a zombie (SeaTunnel, measured: sink blocked on I/O).
func guardTaskAlive(f Facts) Verdict {
	if f.Kind != KindForceStop || f.Threads == nil {
		return pass("The workers were not asked for task threads.")
	}
	var alive, silent []string
	for _, worker := range f.Threads {
		if worker.Err != nil {
			silent = append(silent, worker.Address)
		} else if worker.Tasks[f.Reading.Job.ID] > 0 {
			alive = append(alive, worker.Address)
		}
	}
	switch {
	case len(alive) > 0:
		return Verdict{Result: Warn, Reason: "A task of the job still runs on " + strings.Join(alive, ", ") + ". Force stop would leave it behind as a zombie task.",
			Change: "Look at that worker first."}
	case len(silent) > 0:
		return Verdict{Result: Warn, Reason: "Not checked, no answer from " + strings.Join(silent, ", ") + ": a task of the job may still run there.", Change: "Look at that worker first."}
	}
	return pass("No configured worker runs a task of the job any more.")
}

func guardDiagnosis(f Facts) Verdict {
	switch {
	case f.Outlook.WillRecover && f.Kind == KindForceStop:
		return block("Waiting will help: "+f.Outlook.Sentence, "Wait.")
	case f.Outlook.Sentence == "":
		return pass("No diagnosis speaks against it.")
	}
	return pass(f.Outlook.Sentence)
}

func guardBudget(f Facts) Verdict {
	limit := f.Policy.Budget(f.Kind)
	if f.Spent < limit {
		return pass(fmt.Sprintf("%d of %d used within %s.", f.Spent, limit, span(f.Policy.BudgetWindow)))
	}
	verdict := block(fmt.Sprintf("This coordinator's budget is used up: %d of %d within %s.", f.Spent, limit, span(f.Policy.BudgetWindow)), "Wait; many stuck jobs at once have one cause, so look for that first.")
	if !f.OldestSpent.IsZero() {
		verdict.AllowedFrom = f.OldestSpent.Add(f.Policy.BudgetWindow)
	}
	return verdict
}

func guardInFlight(f Facts) Verdict {
	if f.InFlight != nil && f.InFlightElsewhere {
		return block("An action for this job is in flight through another data source.", "Wait until it is settled.")
	}
	if f.InFlight != nil {
		return block(fmt.Sprintf("An action for this job is in flight: %s by %s.", f.InFlight.Kind, f.InFlight.Actor.Login), "Wait until it is settled.")
	}
	return pass("No other action for this job is in flight.")
}

// errNoCheckpoints is why a savepoint's progress is not known where the
// adapter cannot read checkpoints.
var errNoCheckpoints = errors.New("this coordinator's interface does not tell its checkpoints")

func clock(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// span writes a duration as people do: "45 s", "10 min", "1 h 5 min".
func span(d time.Duration) string {
	d = d.Round(time.Second)
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if count := d / unit.size; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, unit.name))
			d -= count * unit.size
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts[:min(2, len(parts))], " ")
}

func orNone(master string) string {
	if master == "" {
		return "none"
	}
	return master
}
