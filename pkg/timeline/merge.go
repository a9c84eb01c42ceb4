package timeline

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Merge takes what other replicas wrote, and what a store kept before a
// restart, into the timeline. What the store must be told in return is added
// to unsaved, and what it need not be told any more is taken out.
//
//   - The same job in the same state under the same master is one episode: the
//     one stored first, with the earlier Since and its quality. It is not the
//     same one where a replica saw the job otherwise in between.
//   - An end that any replica saw ends the episode for all. Whether another
//     one follows is for the newest look to tell: where ours began after the
//     others', it is taken on top of what they say, else theirs stands.
//   - The watch of another replica that reaches into ours makes one with it:
//     ContinuousSince then counts from the earlier beginning, but never from
//     before this very episode, nor from before the newest doubt. A watch that
//     ended before ours began adds nothing, however recently: its replica may
//     have died before it told what it saw last.
//   - Doubt in the coordinator as a whole (another master, masters that
//     disagree) that any replica has restarts everybody's ContinuousSince.
func (t *Timeline) Merge(shared Shared, unsaved *Unsaved) {
	t.sharedAt = shared.At
	m := &merger{
		t: t, unsaved: unsaved, askedAt: shared.At,
		// Our newest look once more, with no time before it.
		look: look{
			at: t.lastComplete, address: t.address, master: t.master, masterKnown: t.masterKnown, zoneMayDiffer: true,
		},
	}
	m.doubt(shared)
	m.episodes(unsaved.rebase(shared.Episodes))
	m.master(shared)
	m.watches(shared.Watches)
	if sharing := t.stillSharing(t.lastComplete); sharing != t.sharing {
		t.sharing, m.recount = sharing, true
	}
	if m.recount {
		t.jobs = t.jobs.Changed(func(view *JobView) {
			if view.Listed {
				view.Episode.ContinuousSince = t.guardSince(view)
			}
		})
	}
	unsaved.Add(m.look.changes)
}

// merger is one Merge while it is worked through.
type merger struct {
	t       *Timeline
	unsaved *Unsaved
	askedAt time.Time
	look    look
	// recount: ContinuousSince of the jobs may be another.
	recount bool
}

// doubt takes the newest doubt in the coordinator as a whole.
func (m *merger) doubt(shared Shared) {
	t, at := m.t, m.notAfterAsked(shared.DoubtAt)
	if shared.DoubtAt.Equal(t.sharedDoubt) {
		return
	}
	t.sharedDoubt = shared.DoubtAt
	if !at.After(t.watchedSince) || t.lastComplete.IsZero() {
		return
	}
	m.recount = true
	switch {
	case !at.After(t.ownSince):
	case t.began.After(at):
		// Our last look was later; which earlier ones were is not kept.
		t.ownSince = t.lastComplete
		if !t.stableSince.IsZero() {
			t.stableSince = t.lastComplete
		}
	default:
		t.doubtElsewhere = true
		return
	}
	t.watchedSince = t.ownSince
	t.jobs = t.jobs.Changed(func(view *JobView) { view.own = later(view.own, t.ownSince) })
}

// master takes the last known master: the newer look knows better.
func (m *merger) master(shared Shared) {
	t := m.t
	changed := shared.Master != "" && shared.Master != t.sharedMaster
	t.sharedMaster = shared.Master
	if !changed {
		return
	}
	at := m.notAfterAsked(shared.DoubtAt)
	switch {
	case shared.Master == t.master:
		if t.doubtIsChange && t.doubtAfter.Before(at) && at.Before(t.doubtAt) {
			// Both saw the same change, and the other one saw it first.
			t.doubtAt = at
			m.unsaved.dropMasterChange(t.master)
		}
	case t.master == "":
		t.master = shared.Master
	case t.began.After(at) && t.masterKnown:
		t.doubtAt, t.doubtIsChange = later(t.doubtAt, t.lastComplete), false
		m.look.changes.Events = append(m.look.changes.Events, Event{
			At: t.lastComplete, Kind: EventMasterChanged, Member: t.master, Before: shared.Master,
		})
	default:
		t.master, t.doubtElsewhere, m.recount = shared.Master, true, true
	}
}

// watches joins our watch with those of others that reach into it.
func (m *merger) watches(watches []Watch) {
	t := m.t
	if t.lastComplete.IsZero() || t.doubtElsewhere || t.unsettled {
		return
	}
	for joined := true; joined; {
		joined = false
		for _, watch := range watches {
			since := m.notAfterAsked(watch.Since)
			// Who has not taken the newest doubt yet counts over it.
			if watch.Master == t.master && since.Before(t.watchedSince) && !watch.Last.Before(t.watchedSince) && !since.Before(t.sharedDoubt) {
				t.watchedSince, joined, m.recount = since, true, true
			}
		}
	}
}

// notAfterAsked brings a time of another replica that lies in the future to
// the present: clocks never agree perfectly.
func (m *merger) notAfterAsked(at time.Time) time.Time {
	if m.askedAt.IsZero() {
		return at
	}
	return earlier(at, m.askedAt)
}

// episodes takes the written episodes job by job.
func (m *merger) episodes(written []Episode) {
	if len(written) == 0 {
		return
	}
	byJob := map[coordinator.JobID][]Episode{}
	for _, episode := range written {
		byJob[episode.Job] = append(byJob[episode.Job], episode)
	}
	before := m.t.jobs
	m.look.jobs = make([]*storedView, 0, before.Len()+len(byJob))
	for place, known := range before.views {
		id := known.Episode.Job
		if rows, told := byJob[id]; told {
			view := before.At(place)
			m.job(&view, rows)
			delete(byJob, id)
		} else {
			m.look.jobs = append(m.look.jobs, known)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byJob)) {
		m.job(nil, byJob[id])
	}
	slices.SortFunc(m.look.jobs, func(a, b *storedView) int { return cmp.Compare(a.Episode.Job, b.Episode.Job) })
	m.t.jobs, m.look.jobs, m.recount = Jobs{views: m.look.jobs, seen: m.look.at}, nil, true
}

// told is what others say of one job.
type told struct {
	// open is the episode that lasts, nil for none. at is when they looked.
	open *Episode
	at   time.Time
	// ended are the ids of those that ended, until the newest of their ends.
	ended map[string]bool
	until time.Time
}

func (m *merger) told(rows []Episode) told {
	says := told{ended: map[string]bool{}}
	for i := range rows {
		row := &rows[i]
		if !row.Open() {
			says.ended[row.ID] = true
			says.until = later(says.until, m.notAfterAsked(row.Until))
			if row.State.Ended() {
				m.remember(*row)
			}
			continue
		}
		first, second := says.open, row
		if first == nil {
			says.open = row
			continue
		}
		// Two open ones of one job: an earlier version wrote them. The one
		// that was seen last stays.
		if second.LastSeen.After(first.LastSeen) {
			first, second = second, first
		}
		says.open = first
		m.look.changes.Closed = append(m.look.changes.Closed, endedAt(*second, second.LastSeen))
	}
	if says.open != nil && !m.askedAt.IsZero() {
		says.at = m.notAfterAsked(later(says.open.LastSeen, says.open.MissingSince))
	}
	return says
}

// remember that a job was proven ended, for as long as the list shows it.
func (m *merger) remember(end Episode) {
	if m.t.ended == nil {
		m.t.ended = map[coordinator.JobID]time.Time{}
	}
	m.t.ended[end.Job] = end.CreateTime
}

// newer tells whether our newest look began after another replica's look.
func (m *merger) newer(at time.Time) bool {
	return !m.t.lastComplete.IsZero() && m.t.began.After(at)
}

// job merges one job: view is ours, nil when we have it not among the open
// ones.
func (m *merger) job(view *JobView, rows []Episode) {
	says := m.told(rows)
	switch {
	case view == nil && says.open == nil:
		m.over(rows[0].Job, says.until)
	case view == nil:
		m.take(nil, *says.open, says.at, time.Time{})
	case says.open != nil && says.open.ID == view.Episode.ID:
		m.take(view, *says.open, says.at, notBefore(view.own, says.open.ContinuousSince))
	case says.open == nil:
		m.ended(*view, says)
	case says.ended[view.Episode.ID]:
		m.take(view, *says.open, says.at, time.Time{})
	default:
		m.meet(*view, *says.open, says.at)
	}
}

// over keeps in mind that others saw a job end.
func (m *merger) over(job coordinator.JobID, until time.Time) {
	if m.newer(until) {
		return
	}
	if m.t.endedElsewhere == nil {
		m.t.endedElsewhere = map[coordinator.JobID]time.Time{}
	}
	m.t.endedElsewhere[job] = until
}

// ended takes a job that has no open episode any more, for the others.
func (m *merger) ended(view JobView, says told) {
	known := says.ended[view.Episode.ID]
	switch {
	case !known && m.newer(says.until):
		// What ended is older than ours.
		m.look.put(view)
	case known && m.newer(says.until) && view.Listed && view.toldAt.IsZero():
		// It is open again, or has been all the time while another replica
		// saw an end: for guards that is a new beginning.
		m.look.gap = m.t.lastComplete.Sub(says.until) > m.t.gapLength
		m.look.open(JobView{Job: view.Job, Listed: true, otherwise: says.until}, m.look.at, qualityAfter(m.look.gap))
		m.look.gap = false
	default:
		if !known {
			m.drop(view, says.until)
		}
		m.over(view.Episode.Job, says.until)
	}
}

// meet joins an episode that we began and did not save yet with one that
// another replica saved for the same job.
func (m *merger) meet(ours JobView, theirs Episode, at time.Time) {
	sameState := ours.Episode.State == theirs.State && sameJob(ours.Episode.CreateTime, theirs.CreateTime, true)
	sameMaster := ours.Episode.Master == theirs.Master || ours.Episode.Master == "" || theirs.Master == ""
	seen := ours.otherwise.Before(theirs.ContinuousSince)
	switch {
	case sameState && sameMaster && seen:
		row := theirs
		older(&row, ours.Episode, time.Time{})
		older(&row, theirs, ours.otherwise)
		m.drop(ours, at)
		m.take(&ours, row, at, notBefore(ours.own, theirs.ContinuousSince))
		if !row.Since.Equal(theirs.Since) || row.Quality != theirs.Quality {
			m.look.changes.Updated = append(m.look.changes.Updated, m.last().stored())
		}
	case ours.Episode.State == coordinator.StateUnknown:
		// Not to know is no other state.
		m.drop(ours, at)
		m.take(&ours, theirs, at, time.Time{})
	case theirs.State == coordinator.StateUnknown, sameState && sameMaster, at.Before(ours.shared):
		// Ours came after theirs, or says more.
		m.look.changes.Closed = append(m.look.changes.Closed, endedAt(theirs, later(theirs.LastSeen, ours.shared)))
		if sameState {
			since := ours.Episode.Since
			older(&ours.Episode, theirs, ours.otherwise)
			if !since.Equal(ours.Episode.Since) {
				m.look.changes.Updated = append(m.look.changes.Updated, ours.stored())
			}
		}
		m.look.put(ours)
	default:
		m.drop(ours, at)
		m.take(&ours, theirs, at, time.Time{})
	}
}

// notBefore brings own to a moment at which others counted anew; one that is
// zero stays so.
func notBefore(own, shared time.Time) time.Time {
	if own.IsZero() {
		return own
	}
	return later(own, shared)
}

// older takes another episode's Since and quality if that is earlier, but not
// one from before a moment at which the job was seen otherwise.
func older(episode *Episode, other Episode, otherwise time.Time) {
	earlier := other.Since.Before(episode.Since) ||
		other.Since.Equal(episode.Since) && episode.Quality == QualityAtLeast
	if earlier && (otherwise.IsZero() || other.Since.After(otherwise)) {
		episode.Since, episode.Quality = other.Since, other.Quality
	}
}

// drop forgets an episode of ours, which no store has; where one has it after
// all, it ends there.
func (m *merger) drop(view JobView, until time.Time) {
	id := view.Episode.ID
	if m.unsaved.holds(id) {
		m.unsaved.keep(func(e Episode) bool { return e.ID != id })
		return
	}
	m.look.changes.Closed = append(m.look.changes.Closed, endedAt(view.stored(), later(until, view.Episode.LastSeen)))
}

// take goes on with an episode that another replica saw at a time. Where our
// newest look is newer than that, it decides what became of it. own is since
// when we see it without a gap ourselves, zero when we have not.
func (m *merger) take(ours *JobView, row Episode, at, own time.Time) {
	view := JobView{
		Job: lastSeen(row), Episode: row, Listed: row.MissingSince.IsZero(), zoneMayDiffer: true,
		own: own, shared: row.ContinuousSince, toldAt: at,
	}
	if ours != nil {
		view.unlistedSince, view.zoneMayDiffer = ours.unlistedSince, ours.zoneMayDiffer
		view.otherwise = ours.otherwise
	}
	if m.t.lastComplete.IsZero() {
		// Before our first look nothing is listed.
		view.Listed, view.toldAt = false, at
		m.look.put(view)
		return
	}
	if m.newer(at) && (ours == nil || ours.toldAt.IsZero()) {
		m.again(ours, view)
		return
	}
	if ours != nil && ours.Episode.State == row.State && sameJob(ours.Episode.CreateTime, row.CreateTime, true) {
		view.Job = ours.Job
		view.Episode.CreateTime = ours.Episode.CreateTime
		fillFrom(&view.Job, row)
	}
	if view.Listed {
		view.unlistedSince = time.Time{}
	}
	if !own.IsZero() {
		// An age ends with our own look: between that and theirs there may be
		// a gap.
		view.Episode.LastSeen = ours.Episode.LastSeen
	}
	m.look.put(view)
}

// again takes our newest look on top of what another replica saw before it.
func (m *merger) again(ours *JobView, view JobView) {
	view.toldAt = time.Time{}
	m.look.gap = m.look.at.Sub(view.Episode.LastSeen) > m.t.gapLength
	switch {
	case ours != nil && ours.Listed:
		m.look.listed(&view, JobView{Job: ours.Job}, true)
	case ours != nil && view.Listed && !ours.unlistedSince.IsZero():
		// Who is seen by one replica is not lost for another.
		m.look.missing(view, m.look.at)
	case ours != nil:
		m.look.missing(view, ours.unlistedSince)
	default:
		m.look.missing(view, m.look.at)
	}
	m.look.gap = false
}

// last is what was put last.
func (m *merger) last() JobView {
	return Jobs{views: m.look.jobs, seen: m.look.at}.At(len(m.look.jobs) - 1)
}

// lastSeen is what an episode tells of its job.
func lastSeen(episode Episode) coordinator.Job {
	return coordinator.Job{
		ID: episode.Job, Name: episode.Name, State: episode.State, Word: episode.Word,
		CreateTime: episode.CreateTime,
	}
}
