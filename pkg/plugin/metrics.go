package plugin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
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
	// OfPairs metrics are made from the delivery between nodes: as OfJobs, and
	// an error to alert rules where nothing of it is exposed, never 0.
	OfPairs bool `json:"-"`
	// OfStore metrics are made from the records of acts. Where those cannot be
	// read, they answer an error to alert rules, and never 0.
	OfStore bool `json:"-"`

	samples func(reading) []sample
	// notExposed says in sentences what the samples lack and why; nil for
	// metrics that always tell.
	notExposed func(reading) []string
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
	// filter chooses jobs; its judge says which are stuck, and has the diagnoses.
	filter jobFilter
	// started is when the data source began to look; poll_age_seconds counts
	// from there until the first complete poll.
	started time.Time
	// aftermath is what is open after the acts; of OfStore metrics only.
	aftermath action.Aftermath
	timing    action.Timing
	// fromAlert: an alert rule asks.
	fromAlert bool
	// eventBytes is the set size of an event.
	eventBytes int64
}

// reading gives what a metric of a view is computed from; what only some
// metrics need (aftermath, fromAlert) is put in where they are asked for.
func (d *Datasource) reading(view *watch.View, filter jobFilter, now time.Time) reading {
	return reading{
		view: view, now: now, cluster: d.settings.Cluster, filter: filter, started: d.started,
		timing: d.process.Timing, eventBytes: d.settings.Delivery.EventBytes,
	}
}

// finding is a job's diagnosis; its zero value where it has none.
func (r reading) finding(job watch.JobView) diagnose.Finding {
	return r.filter.judge.findings[job.Job.ID]
}

func (r reading) clusterLabel() map[string]string {
	return map[string]string{"cluster": inert(r.cluster)}
}

func (r reading) one(value float64) []sample { return []sample{{r.clusterLabel(), value}} }

// count gives the number of jobs that pass the filter and the choice.
func (r reading) count(choose func(watch.JobView) bool) []sample {
	number := 0
	for _, job := range r.filter.candidates(r.view) {
		if choose(*job) && r.filter.matches(job, r.now) {
			number++
		}
	}
	return r.one(float64(number))
}

func (r reading) jobLabels(id coordinator.JobID, name string) map[string]string {
	labels := r.clusterLabel()
	labels["job_id"], labels["job_name"] = string(id), inert(name)
	return labels
}

// perJob gives a sample for each job that passes the filter and the choice.
func (r reading) perJob(choose func(watch.JobView) bool, value func(watch.JobView) float64) []sample {
	var samples []sample
	for _, job := range r.filter.candidates(r.view) {
		if choose(*job) && r.filter.matches(job, r.now) {
			samples = append(samples, sample{r.jobLabels(job.Job.ID, job.Job.Name), value(*job)})
		}
	}
	return samples
}

// diagnosed chooses the jobs with a finding, and those that may get one: a
// series that comes with a finding alone would come and go beside its alert.
func (r reading) diagnosed(job watch.JobView) bool {
	state := job.Episode.State
	return r.finding(job).Cause != "" || state == coordinator.StateCanceling || state == coordinator.StateFailing
}

// causeCodes lists the causes with their codes.
func causeCodes() string {
	var list strings.Builder
	for i, cause := range diagnose.Causes() {
		if i > 0 {
			list.WriteString(", ")
		}
		fmt.Fprintf(&list, "%d %s", cause.Code(), cause)
	}
	return list.String() + "."
}

func canceling(job watch.JobView) bool { return job.Episode.State == coordinator.StateCanceling }

func everyJob(watch.JobView) bool { return true }

func lost(job watch.JobView) bool { return job.Episode.State == coordinator.StateLost }

var (
	clusterOnly = []string{"cluster"}
	jobLabels   = []string{"cluster", "job_id", "job_name"}
)

// catalogue is every metric, in the editor's order.
func catalogue() []metric {
	return slices.Concat(jobMetrics(), historyMetrics(), clusterMetrics(), deliveryMetrics(), actMetrics())
}

// jobMetrics are made from the list of jobs.
func jobMetrics() []metric {
	return []metric{
		{
			Name: "canceling_age_seconds", Unit: "s", Labels: jobLabels, OfJobs: true,
			Help: "How long each job has been CANCELING. One series for each job in that state; alert on this one.",
			samples: func(r reading) []sample {
				return r.perJob(canceling, func(job watch.JobView) float64 { return job.Episode.Age(r.now).Seconds() })
			},
		},
		{
			Name: "canceling_age_is_lower_bound", Unit: "bool", Labels: jobLabels, OfJobs: true,
			Help: "1 where the true age of the same job may be greater than canceling_age_seconds, 0 where it is known.",
			samples: func(r reading) []sample {
				return r.perJob(canceling, func(job watch.JobView) float64 { return boolean(lowerBound(job)) })
			},
		},
		{
			Name: "state_age_seconds", Unit: "s", Labels: jobLabels, OfJobs: true,
			Help: "How long each open job has been in its present state, whichever it is.",
			samples: func(r reading) []sample {
				return r.perJob(everyJob, func(job watch.JobView) float64 { return job.Episode.Age(r.now).Seconds() })
			},
		},
		{
			Name: "stuck_jobs", Unit: "short", Labels: clusterOnly, OfJobs: true,
			Help: "Jobs that are stuck by the data source's detection policy: longer in their state than its threshold, or parents that wait for an event of a child on a lost node; without those that are suppressed.",
			samples: func(r reading) []sample {
				r.filter.StuckOnly = true
				return r.count(everyJob)
			},
		},
		{
			Name: "job_stuck", Unit: "bool", Labels: jobLabels, OfJobs: true,
			Help: "1 where the same policy calls a job stuck; 0 where it is not late or suppressed (master just changed, restore running, savepoint moving, maintenance window). One series for each job in a state that has a threshold, and for parents that wait.",
			samples: func(r reading) []sample {
				return r.perJob(r.filter.judge.speaks, func(job watch.JobView) float64 { return boolean(r.filter.judge.at(&job, r.now).Is) })
			},
		},
		{Name: "jobs", Unit: "short", Labels: []string{"cluster", "state"}, OfJobs: true, Help: "Open jobs by state.", samples: jobsByState},
		{
			Name: "jobs_lost", Unit: "short", Labels: clusterOnly, OfJobs: true,
			Help:    "Jobs that the coordinator no longer knows, without any proof that they ended, until somebody dismisses them.",
			samples: func(r reading) []sample { return r.count(lost) },
		},
		{
			Name: "job_cause_code", Unit: "short", Labels: jobLabels, OfJobs: true,
			Help: "Why each job hangs, as a number: " + causeCodes() + " 0: on its way to an end, and nothing is wrong that is known.",
			samples: func(r reading) []sample {
				return r.perJob(r.diagnosed, func(job watch.JobView) float64 { return float64(r.finding(job).Cause.Code()) })
			},
		},
		{
			Name: "job_outlook_code", Unit: "short", Labels: jobLabels, OfJobs: true,
			Help: "What becomes of the same job without an operator: 1 will recover, 2 may recover, 3 cannot recover. 0: no finding.",
			samples: func(r reading) []sample {
				return r.perJob(r.diagnosed, func(job watch.JobView) float64 { return float64(r.finding(job).Outlook.Code()) })
			},
		},
	}
}

// clusterMetrics are about the cluster and the watching of it.
func clusterMetrics() []metric {
	return []metric{
		{Name: "members", Unit: "short", Labels: clusterOnly, Help: "Members of the coordinator's cluster, masters and workers; 0 while nobody answers.", samples: members, notExposed: membersNotExposed},
		{
			Name: "master_changes_total", Unit: "short", Labels: clusterOnly,
			Help:    "How often the active master has changed since watching began.",
			samples: func(r reading) []sample { return r.one(float64(r.view.MasterChanges)) },
		},
		{
			Name: "poll_age_seconds", Unit: "s", Labels: clusterOnly,
			Help: "How long ago the coordinator was last read completely. Answers while it is not seen, too: the watchdog's metric.",
			samples: func(r reading) []sample {
				last := r.view.CompleteAsOf
				if last.IsZero() {
					last = r.started
				}
				return r.one(max(0, r.now.Sub(last).Seconds()))
			},
		},
		{
			Name: "poll_errors_total", Unit: "short", Labels: clusterOnly,
			Help:    "How many polls have failed since watching began. Answers while the coordinator is not seen, too.",
			samples: func(r reading) []sample { return r.one(float64(r.view.PollErrors)) },
		},
		{
			Name: "clock_skew_seconds", Unit: "s", Labels: clusterOnly,
			Help: "The coordinator's clock minus Grafana's. Not exposed where the coordinator tells no time.",
			samples: func(r reading) []sample {
				if !clockKnown(r) {
					return nil
				}
				return r.one(r.view.Snapshot.Clock.Skew.Seconds())
			},
			notExposed: func(r reading) []string {
				if !clockKnown(r) {
					return []string{"The coordinator tells no time."}
				}
				return nil
			},
		},
		{
			Name: "masters_disagree", Unit: "short", Labels: clusterOnly,
			Help:       "How many more active masters the configured addresses name than one: 0 is normal, above it the cluster is split. Not exposed with fewer than two configured masters.",
			samples:    mastersDisagree,
			notExposed: mastersNotCompared,
		},
	}
}

// mastersDisagree is as of the newest poll that answered: while nobody answers,
// a split that was seen stays.
func mastersDisagree(r reading) []sample {
	if len(mastersNotCompared(r)) > 0 {
		return nil
	}
	named, _ := r.view.Snapshot.SplitMasters()
	return r.one(float64(max(0, len(named)-1)))
}

func mastersNotCompared(r reading) []string {
	switch {
	case r.view.Snapshot == nil:
		return []string{"The coordinator has not been read yet."}
	case len(r.view.Snapshot.Masters) < 2:
		return []string{"Fewer than two masters are configured, so that nothing can be compared: add the other masters' addresses."}
	}
	return nil
}

func clockKnown(r reading) bool { return r.view.Snapshot != nil && r.view.Snapshot.Clock.Known }

// actMetrics are made from the records of acts.
func actMetrics() []metric {
	return []metric{
		{
			Name: "leftover_tasks", Unit: "short", Labels: jobLabels, OfStore: true,
			Help:       "Task threads that still run on the workers though the job was force-stopped and its end is proven. Workers are asked for an hour; not exposed where none answers.",
			samples:    leftoverTasks,
			notExposed: leftoversNotExposed,
		},
		{
			Name: "force_stops_unconfirmed", Unit: "short", Labels: clusterOnly, OfStore: true,
			Help: "Force stops of this data source whose end is not proven, though the looking for it is over. They are read again for a day.",
			samples: func(r reading) []sample {
				return r.one(float64(unconfirmedForceStops(r.aftermath, r.now, r.timing)))
			},
		},
	}
}

// leftoverTasks gives a number for each job of which something is known: tasks
// that were found are certain, none is certain only when every worker answered.
func leftoverTasks(r reading) []sample {
	var samples []sample
	for _, job := range leftoverJobs(r.aftermath) {
		if job.tasks > 0 || job.unknown == "" {
			samples = append(samples, sample{r.jobLabels(job.intent.Identity.Job, job.intent.Card.Name), float64(job.tasks)})
		}
	}
	return samples
}

func leftoversNotExposed(r reading) []string {
	var reasons []string
	for _, job := range leftoverJobs(r.aftermath) {
		if job.unknown != "" {
			reasons = append(reasons, fmt.Sprintf("Job %s: %s.", job.intent.Identity.Job, inert(job.unknown)))
		}
	}
	return reasons
}

// jobsByState gives every state, also those without a job: a series that
// vanishes would say nothing, 0 says none.
func jobsByState(r reading) []sample {
	counts := map[coordinator.State]int{}
	for _, job := range r.filter.candidates(r.view) {
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
	case r.view.Complete != nil && len(r.view.Complete.Members) > 0:
		return r.one(float64(len(r.view.Complete.Members)))
	}
	return nil
}

// membersNotExposed is for interfaces that tell no members: none is not 0.
func membersNotExposed(r reading) []string {
	if len(members(r)) == 0 {
		return []string{"The coordinator's interface does not tell its members."}
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
