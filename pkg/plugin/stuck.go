package plugin

import (
	"maps"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// judge says which jobs of one view are stuck, by the data source's detection
// policy. Its zero value calls none so.
type judge struct {
	policy   diagnose.Policy
	view     *watch.View
	findings map[coordinator.JobID]diagnose.Finding
	seen     seen
	// speaking are the places of the jobs of view that can be called stuck at
	// all: few of very many. nil: they were not looked for.
	speaking []int
}

// judge judges the jobs of a view.
func (d *Datasource) judge(view *watch.View) judge {
	findings := d.findings(view)
	d.diagnosed.mu.Lock()
	defer d.diagnosed.mu.Unlock()
	j := judge{policy: d.settings.Detection, view: view, findings: findings, seen: d.diagnosed.seen}
	if d.diagnosed.spoken != view {
		speaking := []int{}
		for place, job := range view.Jobs.Shared() {
			if j.policy.Speaks(j.standing(job)) {
				speaking = append(speaking, place)
			}
		}
		d.diagnosed.spoken, d.diagnosed.speaking = view, speaking
	}
	j.speaking = d.diagnosed.speaking
	return j
}

// at judges one job at now.
func (j judge) at(job *watch.JobView, now time.Time) diagnose.Stuck {
	return j.policy.Judge(now, j.standing(job))
}

// speaks tells whether such a job can be called stuck at all.
func (j judge) speaks(job watch.JobView) bool { return j.policy.Speaks(j.standing(&job)) }

func (j judge) standing(job *watch.JobView) diagnose.Standing {
	standing := diagnose.Standing{State: job.Episode.State, Since: job.Episode.Since, MasterChanges: j.seen.masterChanges}
	if finding := j.findings[job.Job.ID]; waitsForEvents(finding) {
		standing.WaitingSince = finding.WaitingSince
	}
	if j.view != nil {
		standing.RestoringSince = j.view.Traces.Restoring[job.Job.ID]
	}
	if standing.State == coordinator.StateSavepointing {
		standing.CheckpointAt = j.checkpointAt(job)
	}
	return standing
}

// checkpointAt is when a job completed a checkpoint last, as far as was ever
// told. A job that was not asked about yet, because the watching began a moment
// ago, has the benefit of the doubt from then on.
func (j judge) checkpointAt(job *watch.JobView) time.Time {
	if last, told := j.seen.checkpoints[job.Episode.ID]; told {
		return last
	}
	if j.view == nil || checkpoint(j.view, job.Job.ID) == nil {
		return job.Episode.ContinuousSince
	}
	return time.Time{}
}

// seen is what earlier views showed and the newest one may not show any more.
type seen struct {
	// masterChanges are the last ones.
	masterChanges []time.Time
	// checkpoints are the last ones of jobs that make a savepoint, by episode: an
	// engine does not tell them at every moment.
	checkpoints map[string]time.Time
}

// mostMasterChanges is how many are kept: a job's threshold may lie in a chain
// of them.
const mostMasterChanges = 16

// with is what is known with another view; what was known stays as it is, since
// readers share it.
func (s seen) with(view *watch.View) seen {
	next := seen{masterChanges: slices.Clone(s.masterChanges), checkpoints: map[string]time.Time{}}
	if changed := view.Traces.MasterChangedAt; !changed.IsZero() && !slices.ContainsFunc(next.masterChanges, changed.Equal) {
		next.masterChanges = append(next.masterChanges, changed)
		next.masterChanges = next.masterChanges[max(0, len(next.masterChanges)-mostMasterChanges):]
	}
	if view.Snapshot == nil {
		next.checkpoints = maps.Clone(s.checkpoints)
		return next
	}
	for _, job := range view.Jobs.Shared() {
		episode := &job.Episode
		if episode.State != coordinator.StateSavepointing {
			continue
		}
		last := s.checkpoints[episode.ID]
		for _, look := range view.Threads {
			if told := look.Checkpoints[episode.Job]; told.Err == nil && !told.Last.IsZero() {
				// By the coordinator's clock, which may differ from ours.
				last = laterOf(last, told.Last.Add(-view.Snapshot.Clock.Skew))
			}
		}
		if !last.IsZero() {
			next.checkpoints[episode.ID] = last
		}
	}
	return next
}
