package truth

import (
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/asking"
)

// lookEvery is how often the replay asks for the jobs. Ages are computed when
// they are asked for, so this bounds what a delay can be measured to.
const lookEvery = time.Second

// rounding is by how much times that are computed from ages may be off.
const rounding = 250 * time.Millisecond

// cannotRecover is the outlook of jobs that an operator is told of although
// their state alone looks healthy (a cancel that was forgotten).
const cannotRecover = "cannot recover"

// flagged tells whether an operator is told that a job hangs.
func flagged(job asking.Job) bool { return job.Stuck || job.Outlook == cannotRecover }

// Seen is what was said of the jobs at one moment, since the recording began.
type Seen struct {
	At   time.Duration
	Jobs []asking.Job
}

// Verdict is how what was said of one job compares with what was true of it.
type Verdict struct {
	Recording string
	Job       string
	// True is what was true; nil for a job that never hung.
	True *JobTrue
	// Told is when it was flagged first while it hung, since Began; negative if
	// never. Delay is Told minus the moment from which it counts as stuck: the
	// threshold after the state began, as far as the answers show it. Allowed is
	// until the first poll that could see it was complete, and one look of the
	// measure: a look that finds the view late waits for a poll itself.
	Told    time.Duration
	Delay   time.Duration
	Allowed time.Duration
	// Cause and Outlook are the last that were said while it hung.
	Cause   string
	Outlook string
	// Wrongly is when it was flagged while it did not hang; negative if never.
	Wrongly time.Duration

	// from is when its state began, as far as the answers show it.
	from time.Duration
}

// polls are when the lists of jobs were asked for, and when polls were complete,
// both since the recording began.
type polls struct{ lists, complete []time.Duration }

// sees is when the first poll was complete that asked for the list at a moment
// or later; that moment where there was none.
func (p polls) sees(at time.Duration) time.Duration {
	return firstFrom(p.complete, firstFrom(p.lists, at))
}

func firstFrom(all []time.Duration, at time.Duration) time.Duration {
	for _, one := range all {
		if one >= at {
			return one
		}
	}
	return at
}

// endProven is in how many complete polls an end is proven: one in which the
// list does not show the job, and two for a question about it that may meet a
// coordinator which has just dropped a worker.
const endProven = 3

// ends is when an end at a moment should be known, at the latest.
func (p polls) ends(after, interval time.Duration) time.Duration {
	at, left := after+2*interval, endProven
	for _, poll := range p.complete {
		if poll > after && left > 0 {
			left--
			at = max(at, poll+lookEvery)
		}
	}
	return at
}

// Detected tells whether a job that hung was flagged.
func (v Verdict) Detected() bool { return v.True != nil && v.Told >= 0 }

// CauseRight tells whether the cause and the outlook were the true ones.
func (v Verdict) CauseRight() bool {
	return v.True != nil && v.Cause == v.True.Cause && v.Outlook == v.True.Outlook
}

// Judge compares what was said with what was true. A job may be flagged one
// poll before it counts as stuck, since the label's clock is not the
// coordinator's, and until the third complete poll after it stopped to hang,
// since its end has to be seen and then proven.
func Judge(one *Case, said []Seen, at polls) []Verdict {
	verdicts := map[string]*Verdict{}
	of := func(id string) *Verdict {
		if verdicts[id] == nil {
			verdicts[id] = &Verdict{Recording: one.Name, Job: id, Told: -1, Wrongly: -1}
		}
		return verdicts[id]
	}
	for i := range one.Jobs {
		verdict := of(one.Jobs[i].ID)
		verdict.True = &one.Jobs[i]
		verdict.from = max(seconds(one.Jobs[i].Since), shown(one, one.Jobs[i]))
		verdict.Allowed = at.sees(verdict.from) - verdict.from
	}
	var last time.Duration
	for _, seen := range said {
		for _, job := range seen.Jobs {
			of(job.ID).add(one, seen.At, last, at, job)
		}
		last = seen.At
	}
	var all []Verdict
	for _, verdict := range verdicts {
		all = append(all, *verdict)
	}
	slices.SortFunc(all, func(a, b Verdict) int { return slices.Compare([]string{a.Job}, []string{b.Job}) })
	return all
}

// add takes what was said at a look, after the last one and with polls at their
// times.
func (v *Verdict) add(one *Case, at, last time.Duration, polled polls, job asking.Job) {
	if v.True == nil {
		if flagged(job) && v.Wrongly < 0 {
			v.Wrongly = at
		}
		return
	}
	onset, end := v.True.onset(), v.True.end(one.Lasting())
	if at >= onset-one.Interval && at <= end {
		if flagged(job) && v.Told < 0 {
			v.Told, v.Delay = at, at-v.from-seconds(v.True.ThresholdSeconds)
			v.Allowed += at - last + rounding
		}
		v.Cause, v.Outlook = job.Cause, job.Outlook
		return
	}
	if flagged(job) && (at < onset || at > polled.ends(end, one.Interval)) && v.Wrongly < 0 {
		v.Wrongly = at
	}
}
