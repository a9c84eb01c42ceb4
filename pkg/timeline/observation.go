package timeline

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Observation is one poll that answered, with what was asked about the jobs
// that it did not show any more.
type Observation struct {
	// Snapshot is what the poll read, complete or not.
	Snapshot *coordinator.Snapshot
	// Answers are the coordinator's answers about single jobs that the
	// snapshot does not list in a known state (see Vanished). A job that could
	// not be asked about is not in it.
	Answers map[coordinator.JobID]Answer
	// Interval is the time between two polls at present, without the backoff
	// after errors. GapIntervals of it without a complete poll are a gap.
	Interval time.Duration
}

// Answer is what the coordinator said when asked about one job.
type Answer struct {
	// NotFound: the coordinator does not know the job. Reading is empty then.
	NotFound bool
	Reading  coordinator.Reading
}

// GapIntervals is the number of poll intervals without a complete poll that
// make a gap (design §3).
const GapIntervals = 3

// LostAfter is how long a job must be unlisted, and the master stable, before
// a job without a proven end counts as lost (design §3).
const LostAfter = 10 * time.Minute

// Changes is what one observation changed.
type Changes struct {
	// Opened are the episodes that began, and the terminal ones of jobs that
	// were proven ended (Until equals Since). Closed are those that ended.
	// Updated are those that go on with another word, name, master, create
	// time or MissingSince.
	Opened  []Episode
	Updated []Episode
	Closed  []Episode
	// Events are the topology changes.
	Events []Event
	// Gap: nobody looked just before the observation. What it shows may have
	// happened earlier.
	Gap bool
	// Progressed is true when the observation moved LastSeen or
	// ContinuousSince: these change at every poll and are not worth a list.
	Progressed bool
}

// Empty tells whether nothing changed but the progress of time.
func (c Changes) Empty() bool {
	return len(c.Opened) == 0 && len(c.Updated) == 0 && len(c.Closed) == 0 && len(c.Events) == 0
}

// JobView is an open job with its episode.
type JobView struct {
	Job     coordinator.Job
	Episode Episode
	// Listed is false when the newest complete poll did not show the job in a
	// known state: not listed, or listed as unknown, and nothing else known
	// when asked. Job is then how it was last seen.
	Listed bool

	// unlistedSince is since when no complete poll listed the job in any
	// state. Unlike Episode.MissingSince it does not count "unknown": a job
	// that the coordinator still lists is not lost.
	unlistedSince time.Time
	// zoneMayDiffer is true when the create time was read from another member
	// than the one that answers now, which may print another zone.
	zoneMayDiffer bool

	// What several replicas need (see Merge). own is since when this replica
	// itself sees the job so, at every look; zero when it has not yet. shared
	// is what all replicas keep as the episode's ContinuousSince.
	own    time.Time
	shared time.Time
	// toldAt is the look of another replica that this view shows and no look
	// of ours has confirmed yet; otherwise zero.
	toldAt time.Time
	// otherwise is when the job was last seen differently (in another state or
	// under another master) before this episode; zero when it never was.
	otherwise time.Time
}

// stored is the episode as a store and the other replicas have it.
func (v JobView) stored() Episode {
	episode := v.Episode
	episode.ContinuousSince = v.shared
	return episode
}
