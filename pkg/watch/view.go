package watch

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// View is all that a reader needs at one moment: the newest snapshot, the
// timeline that goes with it, and how trustworthy both are. It is immutable;
// readers share it.
type View struct {
	// Snapshot is the newest one that was readable (perhaps incomplete); nil
	// before the first. AsOf is its ReadAt; zero before the first.
	Snapshot *coordinator.Snapshot
	AsOf     time.Time
	// Complete is the newest complete snapshot; nil before the first. Jobs
	// below come from it.
	Complete     *coordinator.Snapshot
	CompleteAsOf time.Time
	// Jobs are the open jobs with their episodes, sorted by job id: those of
	// Complete and those that vanished from it without a proven end. Before
	// the first complete snapshot they are the stored ones, not listed. Kept
	// snapshots do not list them a second time.
	Jobs timeline.Jobs
	// Pairs is the delivery of events between nodes as of AsOf, Losses the open
	// losses and those of the last days, Families the open parents with their
	// children; nil for coordinators that tell none of it.
	Pairs    []delivery.Pair
	Losses   []delivery.Loss
	Families []family.Parent
	// Threads are the last two looks at the workers, older first; nil while no
	// job is late, and before the first.
	Threads []ThreadLook
	// Traces is what earlier polls showed.
	Traces Traces
	// Err is why the newest poll failed; nil when it answered. A poll that
	// answered incompletely has no Err but Snapshot.Complete is false.
	Err error
	// PollInterval is the present interval (with backoff or doubling).
	PollInterval time.Duration
	// GapInterval is the interval in which complete polls were to be expected
	// after the newest complete one: the configured one, or a longer one while
	// complete polls are slow; never longer because polls fail.
	GapInterval time.Duration
	// PollErrors and MasterChanges count since the timeline began.
	PollErrors    uint64
	MasterChanges uint64
	// MasterStableSince is since when the same single master was seen at every
	// complete poll without a gap; zero when that is not the case now.
	MasterStableSince time.Time
	// Notes are sentences about the watching itself (slow polls, store off).
	Notes []string

	// interval is PollInterval without backoff.
	interval time.Duration
}

// JobView is an open job with its episode.
type JobView = timeline.JobView

// Blind tells whether the view must not be taken for the present at now: no
// complete poll within three intervals (design §3: that is a gap), or none at
// all. The view's own GapInterval decides; interval stands in where it is 0.
func (v *View) Blind(now time.Time, interval time.Duration) bool {
	if v.GapInterval > 0 {
		interval = v.GapInterval
	}
	return v.CompleteAsOf.IsZero() || now.Sub(v.CompleteAsOf) > GapIntervals*interval
}

// GapIntervals is the number of poll intervals without a complete poll that
// make a gap (design §3).
const GapIntervals = timeline.GapIntervals
