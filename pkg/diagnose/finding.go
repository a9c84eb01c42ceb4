// Package diagnose says why a job hangs or a parent job waits for ever, what will
// come of it, and what an operator can do. It is pure: rules over evidence, each with a
// name, a source and tests. The words are those of design §3 and §6.
package diagnose

import (
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// Cause is why a job does not go on.
type Cause string

// The causes. Those from CauseStatusLost on are of jobs that were asked to end,
// in a coordinator with a master (SeaTunnel).
const (
	CauseRetransmission Cause = "waiting for retransmission"
	CauseOverflowed     Cause = "events lost: buffer overflowed"
	CauseRestarted      Cause = "events lost: node restarted"
	CauseReleased       Cause = "events lost: inbound buffer released"
	CauseUnknown        Cause = "parent waits, cause unknown"
	CauseAbort          Cause = "abort not effective"

	CauseStatusLost   Cause = "final status lost"
	CauseUndelivered  Cause = "cancel not delivered"
	CauseUnresponsive Cause = "worker unresponsive"
	CauseWillNotStop  Cause = "task will not stop"
	CauseForgotten    Cause = "cancel forgotten"
	CauseDeadlocked   Cause = "coordinator deadlocked"
	CauseRestore      Cause = "restore in progress"
	CauseSavepoint    Cause = "savepoint in progress"
	CauseSplit        Cause = "split cluster"
	CauseCancel       Cause = "cancel not effective"
	CauseNotKnown     Cause = "cause not known"
)

// Causes lists every cause once. New ones are added at the end: the place is the
// code that metrics carry.
func Causes() []Cause {
	return []Cause{
		CauseRetransmission, CauseOverflowed, CauseRestarted, CauseReleased, CauseUnknown, CauseAbort,
		CauseStatusLost, CauseUndelivered, CauseUnresponsive, CauseWillNotStop, CauseForgotten, CauseDeadlocked,
		CauseRestore, CauseSavepoint, CauseSplit, CauseCancel, CauseNotKnown,
	}
}

// Code is the cause as a number, from 1; 0 for none.
func (c Cause) Code() int { return slices.Index(Causes(), c) + 1 }

// Outlook is what will come of it without an operator.
type Outlook string

// The outlooks.
const (
	WillRecover   Outlook = "will recover"
	MayRecover    Outlook = "may recover"
	CannotRecover Outlook = "cannot recover"
)

// Outlooks lists every outlook once, the best first.
func Outlooks() []Outlook { return []Outlook{WillRecover, MayRecover, CannotRecover} }

// Code is the outlook as a number, from 1, the worse the greater; 0 for none.
func (o Outlook) Code() int { return slices.Index(Outlooks(), o) + 1 }

// Evidence is one thing that speaks for a finding.
type Evidence struct {
	// At is when it was seen or happened, Source where it comes from.
	At       time.Time
	Source   string
	Sentence string
}

// Where evidence comes from.
const (
	SourceExecutions = "executions"
	SourceMessaging  = "messaging layer"
	SourceJobs       = "list of jobs"
	SourceMasters    = "masters"
	SourceMembers    = "members"
	SourceThreads    = "workers' task threads"
	SourceSavepoint  = "checkpoints"
	SourceRequests   = "Unjam's requests"
)

// Finding is why a job does not go on.
type Finding struct {
	// Rule names the rule that found it.
	Rule       string
	Cause      Cause
	Outlook    Outlook
	Confidence delivery.Certainty
	Evidence   []Evidence
	// Advice is what to do now, in an operator's words.
	Advice string
	// Deadline is when the outlook changes; zero where there is none.
	Deadline time.Time
	// Needs says in sentences what would have to be known to say more; empty
	// where nothing lacks.
	Needs string
	// WaitingSince is when the last child ended (or the abort was seen first);
	// for a job that was asked to end, since when it is so.
	WaitingSince time.Time
	// Child is the job whose event is missing, Node where it ran, Peer where
	// the parent waits.
	Child coordinator.JobID
	Node  string
	Peer  string
}
