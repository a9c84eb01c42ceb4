package timeline

import (
	"cmp"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Timeline holds the open episodes of one coordinator and takes one
// observation after the other. It is not safe for concurrent use; what Jobs
// returned never changes.
type Timeline struct {
	// jobs is replaced as a whole.
	jobs Jobs
	// master is the last known active master; empty when none was known yet.
	master string
	// stableSince is since when that one master was seen at every complete
	// poll without a gap; zero when the last look did not see it.
	stableSince time.Time
	// lastComplete is the ReadAt of the last complete snapshot of this run, and
	// began when its reading began; address is where it came from, masterKnown
	// whether it named a master, gapLength what would have been a gap after it.
	// All are zero before the first.
	lastComplete time.Time
	began        time.Time
	address      string
	masterKnown  bool
	gapLength    time.Duration
	// unsettled is true when masters disagreed at the last look, or an
	// incomplete one named another master: the next complete look starts
	// counting anew.
	unsettled bool
	// members is the last member list that was read; nil before the first.
	members map[string]bool
	// split is true from the look that found masters that disagree until they
	// agree, agreed the looks without disagreement meanwhile; started is when
	// each node's process began, as it last told.
	split   bool
	agreed  int
	started map[string]time.Time
	// ended are jobs proven ended that the list still shows as unknown.
	ended map[coordinator.JobID]time.Time

	// ownSince is since when this replica has looked without a gap and found
	// nothing that casts doubt on the coordinator as a whole; watchedSince is
	// the same for all replicas together, never later; doubtAt is the newest
	// look of this replica that did cast such doubt. Where that was a change
	// of master, noted, doubtAfter is the look before it.
	ownSince      time.Time
	watchedSince  time.Time
	doubtAt       time.Time
	doubtIsChange bool
	doubtAfter    time.Time
	// sharedAt is when the shared timeline was read last, sharedMaster and
	// sharedDoubt what it said then. sharing is false while that is too long
	// ago for guards to count what others watched.
	sharedAt     time.Time
	sharedMaster string
	sharedDoubt  time.Time
	sharing      bool
	// doubtElsewhere: another replica cast doubt after our last look; the next
	// look starts anew.
	doubtElsewhere bool
	// endedElsewhere are jobs whose end other replicas saw, and when: an older
	// look of ours does not open them again.
	endedElsewhere map[coordinator.JobID]time.Time
}

// New makes a timeline that goes on from stored open episodes and the last
// known master; both may be empty. The time before the first observation
// counts as a gap.
func New(openEpisodes []Episode, master string) *Timeline {
	t := &Timeline{}
	t.Merge(Shared{Episodes: openEpisodes, Master: master}, &Unsaved{})
	return t
}

// Jobs gives the open jobs with their episodes. Before the first complete
// snapshot these are the stored ones, not listed.
func (t *Timeline) Jobs() Jobs { return t.jobs }

// Master is the last known active master; empty when none was known yet.
func (t *Timeline) Master() string { return t.master }

// MasterStableSince is since when the same single master was seen at every
// complete poll without a gap; zero when the last look did not see just that.
func (t *Timeline) MasterStableSince() time.Time {
	if t.unsettled || t.doubtElsewhere {
		return time.Time{}
	}
	return t.stableSince
}

// OpenEpisodes gives the episodes that last, as a store has them.
func (t *Timeline) OpenEpisodes() []Episode {
	episodes := make([]Episode, t.jobs.Len())
	for i := range episodes {
		episodes[i] = t.jobs.At(i).stored()
	}
	return episodes
}

// Vanished gives the jobs whose state a complete snapshot does not tell, and
// which it is therefore worth to ask about one by one: open ones that it does
// not list, and ones that it lists as unknown. Sorted by job id; none for an
// incomplete snapshot.
func (t *Timeline) Vanished(snapshot *coordinator.Snapshot) []JobView {
	if snapshot == nil || !snapshot.Complete {
		return nil
	}
	var vanished []JobView
	join(t.jobs, inOrder(snapshot.Jobs), func(place int, before *storedView, job *coordinator.Job) {
		switch {
		case job != nil && (telling(job.State) || t.knownEnded(*job)):
		case before != nil:
			vanished = append(vanished, t.jobs.At(place))
		case !job.State.Ended():
			vanished = append(vanished, JobView{Job: *job})
		}
	})
	return vanished
}

// telling tells whether a listed state says in which open state a job is. Ends
// do not: a list is no proof of an end.
func telling(state coordinator.State) bool {
	return state != coordinator.StateUnknown && state != coordinator.StateLost && !state.Ended()
}

// knownEnded tells whether the job was proven ended at an earlier look.
func (t *Timeline) knownEnded(job coordinator.Job) bool {
	created, known := t.ended[job.ID]
	return known && sameJob(created, job.CreateTime, true)
}

// inOrder gives the jobs sorted by id and each id once, as snapshots should
// have them; a snapshot that keeps to that costs no copy.
func inOrder(jobs []coordinator.Job) []coordinator.Job {
	strictly := true
	for i := 1; i < len(jobs) && strictly; i++ {
		strictly = jobs[i-1].ID < jobs[i].ID
	}
	if strictly {
		return jobs
	}
	sorted := slices.Clone(jobs)
	slices.SortStableFunc(sorted, func(a, b coordinator.Job) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(sorted, func(a, b coordinator.Job) bool { return a.ID == b.ID })
}

// join walks two lists sorted by job id and calls visit once for each id, with
// nil for the side that lacks it. place is where before is.
func join(before Jobs, now []coordinator.Job, visit func(place int, before *storedView, job *coordinator.Job)) {
	views := before.views
	for i, j := 0, 0; i < len(views) || j < len(now); {
		switch {
		case j == len(now) || i < len(views) && views[i].Episode.Job < now[j].ID:
			visit(i, views[i], nil)
			i++
		case i == len(views) || now[j].ID < views[i].Episode.Job:
			visit(i, nil, &now[j])
			j++
		default:
			visit(i, views[i], &now[j])
			i++
			j++
		}
	}
}
