package plugin

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// metric is one entry of the catalogue: what it is and how it is computed. The
// editor's src/model/metrics.json has the same names, units and words, which a
// test compares.
type metric struct {
	Name string `json:"name"`
	// Unit is Grafana's unit id.
	Unit   string   `json:"unit"`
	Help   string   `json:"help"`
	Labels []string `json:"labels"`
	// OfJobs metrics are made from the list of jobs, and answer an error to
	// alert rules while Unjam is blind; the others never fail.
	OfJobs bool `json:"-"`

	samples func(reading) []sample
}

// sample is one value with its labels. Labels identify and never describe: a
// label that changes makes a second alert and resolves the first.
type sample struct {
	labels map[string]string
	value  float64
}

// reading is what a metric is computed from.
type reading struct {
	view    *watch.View
	now     time.Time
	cluster string
	filter  jobFilter
	// started is when the data source began to look; poll_age_seconds counts
	// from there until the first complete poll.
	started    time.Time
	stuckAfter time.Duration
}

func (r reading) clusterLabel() map[string]string { return map[string]string{"cluster": r.cluster} }

func (r reading) one(value float64) []sample { return []sample{{r.clusterLabel(), value}} }

// perJob gives a sample for each job that passes the filter and the choice.
func (r reading) perJob(choose func(watch.JobView) bool, value func(watch.JobView) float64) []sample {
	var samples []sample
	for _, job := range r.view.Jobs {
		if choose(job) && r.filter.matches(job, r.now) {
			labels := r.clusterLabel()
			labels["job_id"], labels["job_name"] = string(job.Job.ID), job.Job.Name
			samples = append(samples, sample{labels, value(job)})
		}
	}
	return samples
}

func canceling(job watch.JobView) bool { return job.Episode.State == coordinator.StateCanceling }

func everyJob(watch.JobView) bool { return true }

// stuck tells whether a job hangs: it is on its way to an end for longer than
// the threshold. A savepoint may rightly take long and is not counted.
func stuck(job watch.JobView, now time.Time, after time.Duration) bool {
	state := job.Episode.State
	return (state == coordinator.StateCanceling || state == coordinator.StateFailing) && job.Episode.Age(now) >= after
}

var (
	clusterOnly = []string{"cluster"}
	jobLabels   = []string{"cluster", "job_id", "job_name"}
)

// catalogue is every metric, in the editor's order.
func catalogue() []metric {
	return []metric{
		{"canceling_age_seconds", "s", "How long each job has been CANCELING. One series for each job in that state; alert on this one.", jobLabels, true, func(r reading) []sample {
			return r.perJob(canceling, func(job watch.JobView) float64 { return job.Episode.Age(r.now).Seconds() })
		}},
		{"canceling_age_is_lower_bound", "bool", "1 where the true age of the same job may be greater than canceling_age_seconds, 0 where it is known.", jobLabels, true, func(r reading) []sample {
			return r.perJob(canceling, func(job watch.JobView) float64 { return boolean(lowerBound(job)) })
		}},
		{"state_age_seconds", "s", "How long each open job has been in its present state, whichever it is.", jobLabels, true, func(r reading) []sample {
			return r.perJob(everyJob, func(job watch.JobView) float64 { return job.Episode.Age(r.now).Seconds() })
		}},
		{"stuck_jobs", "short", "Jobs that have been CANCELING or FAILING for longer than the data source's threshold.", clusterOnly, true, func(r reading) []sample {
			return r.one(float64(len(r.perJob(func(job watch.JobView) bool { return stuck(job, r.now, r.stuckAfter) }, func(watch.JobView) float64 { return 1 }))))
		}},
		{"jobs", "short", "Open jobs by state.", []string{"cluster", "state"}, true, jobsByState},
		{"members", "short", "Members of the coordinator's cluster, masters and workers; 0 while nobody answers.", clusterOnly, false, members},
		{"master_changes_total", "short", "How often the active master has changed since watching began.", clusterOnly, false, func(r reading) []sample {
			return r.one(float64(r.view.MasterChanges))
		}},
		{"poll_age_seconds", "s", "How long ago the coordinator was last read completely. Answers while it is not seen, too: the watchdog's metric.", clusterOnly, false, func(r reading) []sample {
			last := r.view.CompleteAsOf
			if last.IsZero() {
				last = r.started
			}
			return r.one(max(0, r.now.Sub(last).Seconds()))
		}},
		{"poll_errors_total", "short", "How many polls have failed since watching began. Answers while the coordinator is not seen, too.", clusterOnly, false, func(r reading) []sample {
			return r.one(float64(r.view.PollErrors))
		}},
		{"clock_skew_seconds", "s", "The coordinator's clock minus Grafana's. Not exposed where the coordinator tells no time.", clusterOnly, false, func(r reading) []sample {
			if r.view.Snapshot == nil || !r.view.Snapshot.Clock.Known {
				return nil
			}
			return r.one(r.view.Snapshot.Clock.Skew.Seconds())
		}},
	}
}

// jobsByState gives every state, also those without a job: a series that
// vanishes would say nothing, 0 says none.
func jobsByState(r reading) []sample {
	counts := map[coordinator.State]int{}
	for _, job := range r.view.Jobs {
		if r.filter.matches(job, r.now) {
			counts[job.Episode.State]++
		}
	}
	var samples []sample
	for _, state := range coordinator.States() {
		if state.Ended() {
			continue
		}
		labels := r.clusterLabel()
		labels["state"] = string(state)
		samples = append(samples, sample{labels, float64(counts[state])})
	}
	return samples
}

// members counts what the newest poll saw. Where it answered without a list of
// members, the last list stands.
func members(r reading) []sample {
	switch {
	case r.view.Snapshot == nil || r.view.Err != nil:
		return r.one(0)
	case len(r.view.Snapshot.Members) > 0:
		return r.one(float64(len(r.view.Snapshot.Members)))
	case r.view.Complete != nil:
		return r.one(float64(len(r.view.Complete.Members)))
	}
	return nil
}

func boolean(value bool) float64 {
	if value {
		return 1
	}
	return 0
}

func findMetric(name string) (metric, bool) {
	for _, entry := range catalogue() {
		if entry.Name == name {
			return entry, true
		}
	}
	return metric{}, false
}
