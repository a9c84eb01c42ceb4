package truth

import (
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/asking"
)

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
	// never. Delay is Told minus the moment from which it counts as stuck.
	Told  time.Duration
	Delay time.Duration
	// Cause and Outlook are the last that were said while it hung.
	Cause   string
	Outlook string
	// Wrongly is when it was flagged while it did not hang; negative if never.
	Wrongly time.Duration
}

// Detected tells whether a job that hung was flagged.
func (v Verdict) Detected() bool { return v.True != nil && v.Told >= 0 }

// CauseRight tells whether the cause and the outlook were the true ones.
func (v Verdict) CauseRight() bool {
	return v.True != nil && v.Cause == v.True.Cause && v.Outlook == v.True.Outlook
}

// Judge compares what was said with what was true. A job may be flagged one
// poll before it counts as stuck, since the label's clock is not the
// coordinator's, and two polls after it stopped to hang, since that has to be
// seen.
func Judge(one *Case, said []Seen) []Verdict {
	verdicts := map[string]*Verdict{}
	of := func(id string) *Verdict {
		if verdicts[id] == nil {
			verdicts[id] = &Verdict{Recording: one.Name, Job: id, Told: -1, Wrongly: -1}
		}
		return verdicts[id]
	}
	for i := range one.Jobs {
		of(one.Jobs[i].ID).True = &one.Jobs[i]
	}
	for _, seen := range said {
		for _, job := range seen.Jobs {
			of(job.ID).add(one, seen.At, job)
		}
	}
	var all []Verdict
	for _, verdict := range verdicts {
		all = append(all, *verdict)
	}
	slices.SortFunc(all, func(a, b Verdict) int { return slices.Compare([]string{a.Job}, []string{b.Job}) })
	return all
}

func (v *Verdict) add(one *Case, at time.Duration, job asking.Job) {
	if v.True == nil {
		if flagged(job) && v.Wrongly < 0 {
			v.Wrongly = at
		}
		return
	}
	onset, end := v.True.onset(), v.True.end(one.Lasting())
	if at >= onset-one.Interval && at <= end {
		if flagged(job) && v.Told < 0 {
			v.Told, v.Delay = at, at-onset
		}
		v.Cause, v.Outlook = job.Cause, job.Outlook
		return
	}
	if flagged(job) && (at < onset || at > end+2*one.Interval) && v.Wrongly < 0 {
		v.Wrongly = at
	}
}
