package timeline

import "time"

// Watch says that somebody looked at a coordinator from Since to Last without
// a gap, all the time under Master, and found nothing that casts doubt on the
// coordinator as a whole. The looks may be several replicas' that overlapped.
type Watch struct {
	Master string
	Since  time.Time
	Last   time.Time
}

// Shared is what a store says of the timeline that several replicas of Unjam
// keep together. All its times are by the clock of the replica that takes it.
//
// Its parts must be of one moment: a replica's Watch reaches no further than
// the changes of that replica which are in the store.
type Shared struct {
	// At is when the store was asked; zero when not known.
	At time.Time
	// Episodes are those that other replicas wrote since this one merged last,
	// in their newest form, ended ones too; at first, all open ones.
	// ContinuousSince in them does not count who watched: it is the newest
	// moment at which this very episode began, or was seen again after one
	// look did not show it.
	Episodes []Episode
	// Master is the last known active master; empty when none was known yet.
	Master string
	// DoubtAt is the newest look of any replica that found another master, or
	// masters that disagree: no guard counts over it. Zero when there was none.
	DoubtAt time.Time
	// Watches are those of the other replicas.
	Watches []Watch
}

// Watch gives this replica's watch, as the others may build on it; false
// before the first complete look.
func (t *Timeline) Watch() (Watch, bool) {
	return Watch{Master: t.master, Since: t.watchedSince, Last: t.lastComplete}, !t.lastComplete.IsZero()
}

// DoubtAt is the newest look of this replica that found another master, or
// masters that disagree; zero when there was none.
func (t *Timeline) DoubtAt() time.Time { return t.doubtAt }

// Distrust makes everything stored before incomparable, for all replicas: the
// next look starts ContinuousSince and MasterStableSince anew. It is for a
// store whose clock jumped.
func (t *Timeline) Distrust() {
	t.unsettled, t.sharing = true, false
	t.doubtAt, t.doubtIsChange = later(t.doubtAt, t.lastComplete), false
}

// stillSharing tells whether the shared timeline was read within the length of
// a gap before at: only then may guards count what other replicas watched.
func (t *Timeline) stillSharing(at time.Time) bool {
	return !t.sharedAt.IsZero() && at.Sub(t.sharedAt) <= t.gapLength
}

// guardSince is ContinuousSince for guards: since when this replica sees the
// job so, or since when all together do.
func (t *Timeline) guardSince(view *JobView) time.Time {
	switch {
	case view.own.IsZero():
		// Only told: our next look counts it.
		return view.Episode.LastSeen
	case t.sharing:
		return earlier(view.own, later(view.shared, t.watchedSince))
	}
	return view.own
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
