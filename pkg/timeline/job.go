package timeline

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// look is one complete observation while it is worked through, job by job.
type look struct {
	at      time.Time
	address string
	// gap: we were blind before it. restart: ContinuousSince starts anew,
	// because of a gap or because masters disagree or did so just before.
	gap     bool
	restart bool
	// zoneMayDiffer: another member answers than at the last look.
	zoneMayDiffer bool
	// master is the active master, or the last known one where masterKnown is
	// false (none named, or masters disagree). stableFor is how long it has
	// been stable.
	master      string
	masterKnown bool
	stableFor   time.Duration

	answers map[coordinator.JobID]Answer
	jobs    []*storedView
	// known is how the job that is worked through was kept after the look
	// before; nil for one that is new.
	known *storedView
	// guard gives ContinuousSince for guards; nil where it is counted later.
	guard   func(*JobView) time.Time
	ended   map[coordinator.JobID]time.Time
	changes Changes
}

// take works through one job: before is how it was (nil: not among the open
// ones), job how the list shows it (nil: not listed).
func (l *look) take(before *JobView, job *coordinator.Job) {
	if job != nil && telling(job.State) {
		l.listed(before, JobView{Job: *job}, l.zoneMayDiffer)
		return
	}
	id := idOf(before, job)
	if answer, asked := l.answers[id]; asked && !answer.NotFound {
		if l.answered(before, answer.Reading) {
			return
		}
	}
	switch {
	case job != nil && before != nil:
		l.listedUnknown(*before, *job)
	case job != nil && !job.State.Ended():
		l.firstUnknown(*job)
	case before != nil:
		l.absent(*before)
	}
}

// keep leaves a job as another replica saw it after this look.
func (l *look) keep(view JobView) {
	if l.restart {
		view.own = time.Time{}
	}
	l.put(view)
}

func idOf(before *JobView, job *coordinator.Job) coordinator.JobID {
	if job != nil {
		return job.ID
	}
	return before.Episode.Job
}

// answered takes the reading of a single job; false when it proves nothing.
func (l *look) answered(before *JobView, reading coordinator.Reading) bool {
	switch {
	case len(reading.Split) > 1:
		// One of two masters says so, and the other may know better.
		return false
	case reading.Proof == coordinator.ProofEnded && reading.Job.State.Ended():
		l.provenEnded(before, reading)
		return true
	case reading.Proof == coordinator.ProofOpen && telling(reading.Job.State):
		if reading.Master != "" && l.masterKnown && reading.Master != l.master {
			// The master changed after the list was read: the next look tells.
			return false
		}
		l.seenAlone(before, reading)
		return true
	}
	return false
}

// seenAlone takes a job that was read by itself in a known open state. The
// member that answered may print another zone than the one that lists the
// jobs; the list's create time stays.
func (l *look) seenAlone(before *JobView, reading coordinator.Reading) {
	job := reading.Job
	otherZone := l.zoneMayDiffer || reading.Address != l.address
	if before != nil {
		otherZone = otherZone || before.zoneMayDiffer
		if sameJob(before.Episode.CreateTime, job.CreateTime, otherZone) && !before.Episode.CreateTime.IsZero() {
			job.CreateTime = before.Episode.CreateTime
		}
	}
	l.listed(before, JobView{Job: job, zoneMayDiffer: otherZone}, otherZone)
}

// listed takes a job that is seen in a known open state: now is its reading, and
// whether that is from another member than lists the jobs.
func (l *look) listed(before *JobView, now JobView, zoneMayDiffer bool) {
	now.Listed = true
	if before == nil {
		l.open(now, l.at, qualityAfter(l.gap))
		return
	}
	episode := before.Episode
	if !sameJob(episode.CreateTime, now.Job.CreateTime, zoneMayDiffer || before.zoneMayDiffer) {
		l.close(*before)
		l.open(now, l.at, qualityAfter(l.gap))
		return
	}
	fillFrom(&now.Job, episode)
	switch {
	case episode.State != now.Job.State:
		// While it was missing it may have been in the new state already.
		l.close(*before)
		now.otherwise = later(episode.LastSeen, before.toldAt)
		l.open(now, l.at, qualityAfter(l.gap || !before.Listed))
	case l.otherMaster(episode):
		// Another master, the same state: another episode for plans and
		// guards, but people must not see the age fall to 0 in a failover
		// that did not help. No other known state was seen in between, or
		// the episode would have ended then.
		l.close(*before)
		now.otherwise = later(episode.LastSeen, before.toldAt)
		l.open(now, episode.Since, episode.Quality)
	default:
		l.goOn(*before, now)
	}
}

// listedUnknown takes an open job that the list shows without telling its
// state: silence is no end.
func (l *look) listedUnknown(before JobView, job coordinator.Job) {
	episode := before.Episode
	zone := l.zoneMayDiffer || before.zoneMayDiffer
	switch {
	case job.State.Ended():
		// No list proves an end, nor that it is this job's.
		l.missing(before, time.Time{})
	case !sameJob(episode.CreateTime, job.CreateTime, zone):
		l.close(before)
		l.firstUnknown(job)
	case episode.State == coordinator.StateLost:
		// Listed again, and with that no longer lost.
		fillFrom(&job, episode)
		l.close(before)
		l.openMissing(JobView{Job: job}, coordinator.StateUnknown, l.at, QualityAtLeast, episode.MissingSince)
	case episode.State == coordinator.StateUnknown && l.otherMaster(episode):
		fillFrom(&job, episode)
		l.close(before)
		l.openMissing(JobView{Job: job}, coordinator.StateUnknown, episode.Since, episode.Quality, episode.MissingSince)
	case episode.State == coordinator.StateUnknown:
		fillFrom(&job, episode)
		l.goOn(before, JobView{Job: job})
	default:
		l.missing(before, time.Time{})
	}
}

// firstUnknown takes a job that is first seen without a known state.
func (l *look) firstUnknown(job coordinator.Job) {
	l.openMissing(JobView{Job: job}, coordinator.StateUnknown, l.at, qualityAfter(l.gap), l.at)
}

// absent takes an open job that the list does not show and that is not proven
// to have ended.
func (l *look) absent(before JobView) {
	episode := before.Episode
	if episode.State == coordinator.StateLost {
		if l.restart || before.own.IsZero() {
			before.own = l.at
		}
		before.Episode.LastSeen, before.Listed, before.toldAt = l.at, false, time.Time{}
		l.put(before)
		return
	}
	unlistedSince := before.unlistedSince
	if unlistedSince.IsZero() {
		unlistedSince = l.at
	}
	answer, asked := l.answers[episode.Job]
	if asked && len(answer.Reading.Split) < 2 && l.masterKnown && l.stableFor >= LostAfter && l.at.Sub(unlistedSince) >= LostAfter {
		l.close(before)
		job := before.Job
		fillFrom(&job, episode)
		l.openMissing(JobView{Job: job, unlistedSince: unlistedSince}, coordinator.StateLost, l.at, QualityObserved, episode.MissingSince)
		return
	}
	l.missing(before, unlistedSince)
}

// missing lets an episode last whose job is not shown in a known state.
func (l *look) missing(before JobView, unlistedSince time.Time) {
	before.Listed, before.toldAt = false, time.Time{}
	before.unlistedSince = unlistedSince
	before.zoneMayDiffer = before.zoneMayDiffer || l.zoneMayDiffer
	if before.Episode.MissingSince.IsZero() {
		before.Episode.MissingSince = l.at
		l.changes.Updated = append(l.changes.Updated, before.stored())
	}
	l.put(before)
}

// provenEnded closes what was open and records the end as an episode without
// a duration.
func (l *look) provenEnded(before *JobView, reading coordinator.Reading) {
	job := reading.Job
	l.ended[job.ID] = job.CreateTime
	quality := qualityAfter(l.gap)
	if before != nil {
		l.close(*before)
		if !before.Listed {
			quality = QualityAtLeast
		}
		if sameJob(before.Episode.CreateTime, job.CreateTime, true) {
			job.CreateTime = before.Episode.CreateTime
			fillFrom(&job, before.Episode)
		}
	}
	end := l.begin(job, job.State, l.at, quality)
	end.Until = end.Since
	l.changes.Opened = append(l.changes.Opened, end)
}

// otherMaster tells whether the episode was last seen under another master.
func (l *look) otherMaster(episode Episode) bool {
	return l.masterKnown && episode.Master != "" && episode.Master != l.master
}

// qualityAfter is how well the beginning of a state is known that this look is
// the first to show.
func qualityAfter(blind bool) Quality {
	if blind {
		return QualityAtLeast
	}
	return QualityObserved
}

// fillFrom keeps what an earlier reading told and this one did not.
func fillFrom(job *coordinator.Job, episode Episode) {
	if job.Name == "" {
		job.Name = episode.Name
	}
	if job.CreateTime.IsZero() {
		job.CreateTime = episode.CreateTime
	}
}

func (l *look) close(view JobView) {
	l.changes.Closed = append(l.changes.Closed, endedAt(view.stored(), l.at))
}

// endedAt ends an episode, never before it began: the wall clock may have been
// set back over a restart.
func endedAt(episode Episode, at time.Time) Episode {
	episode.Until = at
	if at.Before(episode.Since) {
		episode.Until = episode.Since
	}
	return episode
}

// open begins an episode of a job that is seen in it; view is the reading.
func (l *look) open(view JobView, since time.Time, quality Quality) {
	view.Episode = l.begin(view.Job, view.Job.State, since, quality)
	view.own, view.shared = l.at, l.at
	l.changes.Opened = append(l.changes.Opened, view.Episode)
	l.put(view)
}

// openMissing begins one of a job that is not seen in a known state.
func (l *look) openMissing(view JobView, state coordinator.State, since time.Time, quality Quality, missingSince time.Time) {
	view.Episode = l.begin(view.Job, state, since, quality)
	view.Episode.MissingSince = missingSince
	view.own, view.shared = l.at, l.at
	l.changes.Opened = append(l.changes.Opened, view.Episode)
	l.put(view)
}

// put takes what this look makes of a job.
func (l *look) put(view JobView) {
	if l.guard != nil && view.Listed {
		view.Episode.ContinuousSince = l.guard(&view)
	}
	l.jobs = append(l.jobs, store(view, l.at, l.known))
}

func (l *look) begin(job coordinator.Job, state coordinator.State, since time.Time, quality Quality) Episode {
	episode := Episode{
		Job:             job.ID,
		CreateTime:      job.CreateTime,
		Name:            job.Name,
		State:           state,
		Word:            job.Word,
		Master:          l.master,
		Since:           since,
		Quality:         quality,
		ContinuousSince: l.at,
		LastSeen:        l.at,
	}
	episode.ID = episodeID(episode, l.at)
	return episode
}

// goOn lets an episode last under what this look shows of the job. For guards
// it starts anew after a gap, while masters disagree, and when it was missing.
func (l *look) goOn(before JobView, view JobView) {
	was, episode := before.Episode, before.Episode
	view.own, view.shared, view.otherwise = before.own, before.shared, before.otherwise
	if view.Listed {
		if !was.MissingSince.IsZero() {
			// Every replica counts anew: one look did not show it.
			view.shared = l.at
		}
		episode.MissingSince = time.Time{}
	}
	if l.restart || before.own.IsZero() || view.Listed && !before.Listed {
		view.own = l.at
	}
	episode.ContinuousSince = view.own
	episode.LastSeen = l.at
	episode.Name, episode.Word, episode.CreateTime = view.Job.Name, view.Job.Word, view.Job.CreateTime
	if episode.Master == "" {
		episode.Master = l.master
	}
	view.Episode = episode
	if episode.Name != was.Name || episode.Word != was.Word || episode.Master != was.Master ||
		!episode.CreateTime.Equal(was.CreateTime) || !episode.MissingSince.Equal(was.MissingSince) {
		l.changes.Updated = append(l.changes.Updated, view.stored())
	}
	l.put(view)
}
