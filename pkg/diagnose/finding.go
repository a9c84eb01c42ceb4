// Package diagnose says why a parent job waits for ever, what will come of it,
// and what an operator can do. It is pure: rules over evidence, each with a
// name, a source and tests. The words are those of design §3 and §6.
package diagnose

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// Cause is why a job does not go on.
type Cause string

// The causes.
const (
	CauseRetransmission Cause = "waiting for retransmission"
	CauseOverflowed     Cause = "events lost: buffer overflowed"
	CauseRestarted      Cause = "events lost: node restarted"
	CauseReleased       Cause = "events lost: inbound buffer released"
	CauseUnknown        Cause = "parent waits, cause unknown"
	CauseAbort          Cause = "abort not effective"
)

// Causes lists every cause once.
func Causes() []Cause {
	return []Cause{CauseRetransmission, CauseOverflowed, CauseRestarted, CauseReleased, CauseUnknown, CauseAbort}
}

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
	// WaitingSince is when the last child ended (or the abort was seen first).
	WaitingSince time.Time
	// Child is the job whose event is missing, Node where it ran, Peer where
	// the parent waits.
	Child coordinator.JobID
	Node  string
	Peer  string
}
