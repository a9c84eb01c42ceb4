package action

import (
	"errors"
	"fmt"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// The guards that look at the job itself.

// guardState is design §7's table action × state. Where force stop is the
// coordinator's only stop, it is allowed for a running job that a diagnosis
// finds stuck; for a job that looks healthy, that must be acknowledged.
func guardState(f Facts) Verdict {
	state := f.Reading.Job.State
	if reason := StateBlock(f.Kind, state, f.Capabilities.OnlyStop); reason != "" {
		return block(reason, "")
	}
	unasked := state == coordinator.StateRunning || state == coordinator.StatePending
	if f.Kind == KindForceStop && unasked && !f.Outlook.Stuck {
		return Verdict{Result: Warn, Reason: fmt.Sprintf("Nothing shows that this job is stuck: it is %s and may be healthy.", f.Reading.Job.Word),
			Change: "Look at what it does before you stop it."}
	}
	return pass(fmt.Sprintf("The job is %s.", f.Reading.Job.Word))
}

// StateBlock is why an action is wrong in a state; empty when it may be right.
// onlyStop is Capabilities.OnlyStop.
func StateBlock(kind Kind, state coordinator.State, onlyStop string) string {
	switch state {
	case coordinator.StateRunning, coordinator.StatePending:
		if kind == KindForceStop && onlyStop == "" {
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

// aging are the states in which force stop asks for an age.
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

// guardReach warns where the node that runs the job cannot be reached: what is
// sent to the coordinator may not arrive there.
func guardReach(f Facts) Verdict {
	if len(f.Outlook.Unreachable) == 0 {
		return pass("No node that runs the job is known to be unreachable.")
	}
	return Verdict{Result: Warn, Reason: "The job runs on " + strings.Join(f.Outlook.Unreachable, ", ") + ", which cannot be reached at present: the request may not arrive there.",
		Change: "Restore the network to that node first."}
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

// errNoCheckpoints is why a savepoint's progress is not known where the
// adapter cannot read checkpoints.
var errNoCheckpoints = errors.New("this coordinator's interface does not tell its checkpoints")
