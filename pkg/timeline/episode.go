// Package timeline makes episodes and topology events from snapshots: since
// when a job is in its state, how well that is known, and since when we have
// watched it without a gap. It is pure: no clock, no network, no storage.
//
// Two ages are kept apart. Since is for people: it goes on over gaps, restarts
// and failovers as long as no other state was seen, because an age that falls
// to 0 in a failover that did not help would hide the trouble. ContinuousSince
// is for guards: it restarts whenever the job was not seen in its state at a
// complete poll, after every gap, with every master, and while masters
// disagree. So a guard never counts time in which nobody looked.
//
// Several replicas of Unjam may watch one coordinator. Each has its Timeline;
// Merge brings them together through what a store keeps of all of them.
//
// Silence is no end. A job that is not listed, or listed as unknown, keeps its
// episode until the coordinator proves an end, or until it counts as lost.
package timeline

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Quality is how well the beginning of an episode is known.
type Quality string

const (
	// QualityExact: the coordinator itself says since when.
	QualityExact Quality = "exact"
	// QualityObserved: the change was seen between two complete polls.
	QualityObserved Quality = "observed"
	// QualityAtLeast: it already was so at the first look, or we were blind
	// when it began. The true age is at least the age shown.
	QualityAtLeast Quality = "at least"
)

// Episode says that a job was in a state from Since to Until.
type Episode struct {
	// ID names the episode; it is part of a plan's identity. It is made when
	// the episode begins, from job id, create time, state, Since, master and
	// the time of that look. A restart goes on with the stored one, and where
	// several replicas saw it begin, all take the id that was stored first.
	ID         string
	Job        coordinator.JobID
	CreateTime time.Time
	Name       string
	State      coordinator.State
	Word       string
	// Master is the active master at the last look.
	Master string
	// Since is for people; Quality says how well it is known.
	Since   time.Time
	Quality Quality
	// ContinuousSince is for guards: since when the job was seen in this state
	// at every poll, without a gap and under the same master, by this replica
	// or by several whose watches overlapped. In what a store keeps, it does
	// not count who watched (see Shared.Episodes).
	ContinuousSince time.Time
	// LastSeen is when a complete poll last showed the job in this state.
	LastSeen time.Time
	// Until is when the episode was seen to have ended; zero while it lasts.
	Until time.Time
	// MissingSince is since when a complete poll no longer listed the job, or
	// listed it as unknown, without proof of an end; zero while it is listed.
	// The episode lasts meanwhile: silence is no end.
	MissingSince time.Time
}

// Open tells whether the episode lasts.
func (e Episode) Open() bool { return e.Until.IsZero() }

// Age is how long the episode has lasted at now; never negative. Where both
// times carry a monotonic reading, that decides.
func (e Episode) Age(now time.Time) time.Duration {
	return max(0, now.Sub(e.Since))
}

// ContinuousAge is how long the job was seen in this state without a gap, up
// to the last look; never negative. Time after the last look does not count:
// nobody saw it.
func (e Episode) ContinuousAge() time.Duration {
	return max(0, e.LastSeen.Sub(e.ContinuousSince))
}
