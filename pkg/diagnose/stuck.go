package diagnose

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Policy says from when on a job counts as stuck, and what puts that off. Its
// zero value calls no job stuck.
type Policy struct {
	// Canceling, Failing, Savepointing and Pending are how long a job may be in
	// that state; 0: a job in it is never called stuck.
	Canceling    time.Duration
	Failing      time.Duration
	Savepointing time.Duration
	Pending      time.Duration
	// ParentWaiting is how long a parent may wait after its last child ended, for
	// an event that a loss holds up; 0: it is never called stuck.
	ParentWaiting time.Duration
	// Settle is how long a new master restores jobs at most, SavepointStall how
	// long a savepoint may go without a completed checkpoint.
	Settle         time.Duration
	SavepointStall time.Duration
	// Maintenance are the times in which no job becomes stuck.
	Maintenance []Window
}

// After is how long a job may be in a state before it counts as stuck; 0: for
// ever.
func (p Policy) After(state coordinator.State) time.Duration {
	switch state {
	case coordinator.StateCanceling:
		return p.Canceling
	case coordinator.StateFailing:
		return p.Failing
	case coordinator.StateSavepointing:
		return p.Savepointing
	case coordinator.StatePending:
		return p.Pending
	}
	return 0
}

// Least is the smallest threshold that is set; 0 where none is.
func (p Policy) Least() time.Duration {
	least := time.Duration(0)
	for _, after := range []time.Duration{p.Canceling, p.Failing, p.Savepointing, p.Pending, p.ParentWaiting} {
		if after > 0 && (least == 0 || after < least) {
			least = after
		}
	}
	return least
}

// Standing is one job as the policy looks at it. All times are by our clock.
type Standing struct {
	State coordinator.State
	// Since is since when the job is in that state.
	Since time.Time
	// WaitingSince is since when a parent waits for the event of a child; zero
	// where it does not.
	WaitingSince time.Time
	// RestoringSince is since when the master restores the job; zero where it
	// does not.
	RestoringSince time.Time
	// CheckpointAt is when the job last completed a checkpoint, or, where it was
	// not asked about yet, since when it is watched; zero where no checkpoint is
	// known: then the beginning of the savepoint counts.
	CheckpointAt time.Time
	// MasterChanges are the last changes of the active master.
	MasterChanges []time.Time
}

// Why a job that is late does not count as stuck.
const (
	SuppressedByMaster      = "master just changed"
	SuppressedByRestore     = "restore running"
	SuppressedBySavepoint   = "savepoint moving"
	SuppressedByMaintenance = "maintenance window"
)

// Suppression is a time [Since, Until) in which no job becomes stuck.
type Suppression struct {
	// Reason is one of the constants above, for a maintenance window with the
	// reason that stands in the settings. Sentence says it at length.
	Reason   string
	Sentence string
	Since    time.Time
	Until    time.Time
}

// Stuck is what the policy says of a job.
type Stuck struct {
	Is bool
	// Since is from when on the job counts as stuck; zero while it is not late.
	// While it is suppressed, that is when the suppression ends.
	Since time.Time
	// Suppressed is why a job that is late is not called stuck; nil otherwise.
	Suppressed *Suppression
}

// Speaks tells whether the policy can call such a job stuck at all.
func (p Policy) Speaks(job Standing) bool {
	_, speaks := p.due(job)
	return speaks
}

// due is when the job's threshold is over.
func (p Policy) due(job Standing) (at time.Time, speaks bool) {
	switch after := p.After(job.State); {
	case after > 0:
		return job.Since.Add(after), true
	case !job.WaitingSince.IsZero() && p.ParentWaiting > 0:
		return job.WaitingSince.Add(p.ParentWaiting), true
	}
	return time.Time{}, false
}

// mostLinks bounds how many suppressions are followed: settings whose windows
// leave no time free are refused, so that this is never reached.
const mostLinks = 10_000

// Judge says whether a job is stuck at now. A job becomes stuck when its
// threshold is over; where that moment lies in a suppression, when the
// suppression ends. One that was stuck before a suppression began stays so: a
// failover or a maintenance window must not resolve an alert that fires.
func (p Policy) Judge(now time.Time, job Standing) Stuck {
	onset, speaks := p.due(job)
	if !speaks || now.Before(onset) {
		return Stuck{}
	}
	for range mostLinks {
		holds := p.suppression(job, onset)
		if holds == nil {
			break
		}
		onset = holds.Until
		if now.Before(onset) {
			return Stuck{Since: onset, Suppressed: holds}
		}
	}
	return Stuck{Is: true, Since: onset}
}

// suppression is the one that holds a moment; of several the one that ends
// last. nil: none does.
func (p Policy) suppression(job Standing, at time.Time) *Suppression {
	var last *Suppression
	take := func(since, until time.Time, reason, sentence string, values ...any) {
		if at.Before(since) || !at.Before(until) || last != nil && !until.After(last.Until) {
			return
		}
		last = &Suppression{Reason: reason, Since: since, Until: until, Sentence: fmt.Sprintf(sentence, values...)}
	}
	for _, changed := range job.MasterChanges {
		take(changed, changed.Add(p.Settle), SuppressedByMaster, "The active master changed at %s: it may still restore the job.", moment(changed))
	}
	if since := job.RestoringSince; !since.IsZero() {
		take(since, since.Add(p.Settle), SuppressedByRestore, "The master restores the job since %s.", moment(since))
	}
	if job.State == coordinator.StateSavepointing {
		from := job.Since
		if job.CheckpointAt.After(from) {
			from = job.CheckpointAt
		}
		take(job.Since, from.Add(p.SavepointStall), SuppressedBySavepoint, "A savepoint may go on for %s without a completed checkpoint, counted from %s.", p.SavepointStall, moment(from))
	}
	for i := range p.Maintenance {
		window := &p.Maintenance[i]
		if from, to, holds := window.around(at); holds {
			take(from, to, SuppressedByMaintenance+": "+window.Reason, "Maintenance from %s to %s: %s.", moment(from), moment(to), window.Reason)
		}
	}
	return last
}

// moment writes a time when it is printed, and not before: most are not.
type moment time.Time

func (m moment) String() string { return clock(time.Time(m)) }
