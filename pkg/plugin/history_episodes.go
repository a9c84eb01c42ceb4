package plugin

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// spansRead bounds the episodes that are read for one query, about 20 MB.
const spansRead = 100_000

// mastersRead bounds the changes of master that are read.
const mastersRead = 1_000

// episodeMetrics are those that episodes tell of any past moment, with the
// states that they are about.
var episodeMetrics = map[string][]coordinator.State{
	"canceling_age_seconds":         {coordinator.StateCanceling},
	"longest_canceling_age_seconds": {coordinator.StateCanceling},
	"state_age_seconds":             openStates,
	"jobs":                          openStates,
	"jobs_lost":                     {coordinator.StateLost},
	// A savepoint is not among them: whether it moved is not kept.
	"stuck_jobs": {coordinator.StateCanceling, coordinator.StateFailing, coordinator.StatePending},
}

// openStates are those of jobs that have not ended.
var openStates = slices.DeleteFunc(coordinator.States(), coordinator.State.Ended)

// stretch is a time in which a job was in a state and counts for the metric.
type stretch struct {
	watch.Span
	begin, end time.Time
}

// readSpans gives the episodes that the metric is about, of a sampled one none:
// those of the store, and what the newest look adds.
func (p *past) readSpans(ctx context.Context) ([]watch.Span, error) {
	states, of := episodeMetrics[p.entry.Name]
	if !of {
		return nil, nil
	}
	filter := watch.EpisodeFilter{Names: unshown(p.filter.JobNames), Job: p.filter.JobID}
	for _, state := range states {
		if len(p.filter.States) == 0 || slices.Contains(p.filter.States, state) {
			filter.States = append(filter.States, state)
		}
	}
	if len(filter.States) == 0 {
		return nil, nil
	}
	spans, cut, err := p.d.process.Samples.SpansBetween(ctx, p.d.settings.Scope, p.d.settings.Cluster, p.during.from, p.during.to, filter, spansRead)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errHistory, err)
	}
	if cut {
		p.say(fmt.Sprintf("There are more than %d episodes in this range: those that began first are left out. Choose a shorter one.", spansRead))
	}
	return addNewest(spans, p.view, filter), nil
}

// addNewest adds what the store has not got yet, and ends what it has not heard
// of: the newest look's episodes.
func addNewest(spans []watch.Span, view *watch.View, filter watch.EpisodeFilter) []watch.Span {
	if view.CompleteAsOf.IsZero() {
		return spans
	}
	newest := make(map[coordinator.JobID]timeline.Episode, view.Jobs.Len())
	for _, job := range view.Jobs.All() {
		newest[job.Episode.Job] = job.Episode
	}
	known := map[coordinator.JobID]bool{}
	for i := range spans {
		one := &spans[i]
		if !one.Until.IsZero() {
			continue
		}
		switch now, open := newest[one.Job]; {
		case !open:
			one.Until = laterOf(one.LastSeen, one.Since)
		case now.State == one.State && !now.Since.After(one.Since.Add(time.Second)):
			known[one.Job] = true
			one.LastSeen = laterOf(one.LastSeen, now.LastSeen)
		case now.State == one.State:
			one.Until = laterOf(one.LastSeen, one.Since)
		default:
			one.Until = laterOf(now.Since, one.Since)
		}
	}
	for _, job := range view.Jobs.All() {
		if e := job.Episode; !known[e.Job] && fits(e, filter, view.CompleteAsOf) {
			spans = append(spans, watch.Span{Job: e.Job, Name: e.Name, State: e.State, Since: e.Since, ContinuousSince: e.ContinuousSince, LastSeen: e.LastSeen})
		}
	}
	slices.SortStableFunc(spans, func(a, b watch.Span) int { return cmp.Or(cmp.Compare(a.Job, b.Job), a.Since.Compare(b.Since)) })
	return spans
}

// stretches gives when each episode counts: a job is counted once at a time,
// though an episode that begins with another master takes over the beginning of
// the one before, and one that the coordinator dates begins between two looks.
func (p *past) stretches(spans []watch.Span, policy diagnose.Policy, changes []time.Time) []stretch {
	var found []stretch
	after := p.now.Add(time.Second)
	for i, one := range spans {
		s := stretch{Span: one, begin: one.Since, end: one.Until}
		if s.end.IsZero() {
			s.end = after
		}
		if i > 0 && spans[i-1].Job == one.Job && spans[i-1].Since.Equal(one.Since) && !spans[i-1].Until.IsZero() {
			s.begin = laterOf(s.begin, spans[i-1].Until)
		}
		if i+1 < len(spans) && spans[i+1].Job == one.Job && spans[i+1].Since.After(one.Since) && spans[i+1].Since.Before(s.end) {
			s.end = spans[i+1].Since
		}
		s.begin = laterOf(s.begin, one.Since.Add(p.filter.MinAge))
		if p.entry.Name == "stuck_jobs" || p.filter.StuckOnly {
			verdict := policy.Judge(s.end, diagnose.Standing{State: one.State, Since: one.Since, MasterChanges: changes})
			if !verdict.Is || one.State == coordinator.StateSavepointing {
				continue
			}
			s.begin = laterOf(s.begin, verdict.Since)
		}
		if s.begin.Before(s.end) {
			found = append(found, s)
		}
	}
	return found
}

// episodesPast computes the metric from episodes.
func (p *past) episodesPast(ctx context.Context, spans []watch.Span) error {
	changes, err := p.masterChanges(ctx)
	if err != nil {
		return err
	}
	found := p.stretches(spans, p.d.settings.Detection, changes)
	cluster := map[string]string{"cluster": inert(p.d.settings.Cluster)}
	switch p.entry.Name {
	case "stuck_jobs", "jobs_lost":
		p.addLine(cluster, p.counted(found))
	case "longest_canceling_age_seconds":
		p.addLine(cluster, p.longest(found))
	case "jobs":
		byState := map[coordinator.State][]stretch{}
		for _, one := range found {
			byState[one.State] = append(byState[one.State], one)
		}
		for _, state := range openStates {
			p.addLine(map[string]string{"cluster": cluster["cluster"], "state": string(state)}, p.counted(byState[state]))
		}
	default:
		p.agesOfJobs(found)
	}
	return nil
}

// masterChanges are the known changes of master, where they put off that jobs
// are stuck.
func (p *past) masterChanges(ctx context.Context) ([]time.Time, error) {
	if p.d.process.History == nil || p.entry.Name != "stuck_jobs" && !p.filter.StuckOnly {
		return nil, nil
	}
	events, err := p.d.process.History.Events(ctx, p.d.settings.Scope, p.d.settings.Cluster, p.during.from.Add(-mastersBefore), p.during.to,
		watch.EventFilter{Kinds: []timeline.EventKind{timeline.EventMasterChanged}}, mastersRead)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errHistory, err)
	}
	changes := make([]time.Time, 0, len(events))
	for _, event := range events {
		changes = append(changes, event.At)
	}
	return changes, nil
}

// mastersBefore is how long before a range a change of master is looked for that
// may have put off the beginning of what lasts in it.
const mastersBefore = 24 * time.Hour

// counted gives the number of stretches at each step.
func (p *past) counted(found []stretch) []float64 {
	changes := make([]int, p.steps.count+1)
	for _, one := range found {
		changes[p.steps.from(one.begin)]++
		changes[p.steps.from(one.end)]--
	}
	line, number := p.steps.none(), 0
	for i := range line {
		if number += changes[i]; p.seen[i] {
			line[i] = float64(number)
		}
	}
	return line
}

// longest gives the greatest age at each step; 0 where there is none.
func (p *past) longest(found []stretch) []float64 {
	line := p.steps.none()
	for i := range line {
		if p.seen[i] {
			line[i] = 0
		}
	}
	for _, one := range found {
		for i := p.steps.from(one.begin); i < p.steps.from(one.end); i++ {
			line[i] = max(line[i], p.steps.at(i).Sub(one.Since).Seconds())
		}
	}
	return line
}

// agesOfJobs gives a line for each job; of too many those whose state began
// last.
func (p *past) agesOfJobs(found []stretch) {
	byJob := map[coordinator.JobID][]stretch{}
	for _, one := range found {
		if p.steps.from(one.begin) < p.steps.from(one.end) {
			byJob[one.Job] = append(byJob[one.Job], one)
		}
	}
	jobs := make([]coordinator.JobID, 0, len(byJob))
	for id := range byJob {
		jobs = append(jobs, id)
	}
	newest := func(id coordinator.JobID) stretch { return byJob[id][len(byJob[id])-1] }
	slices.SortFunc(jobs, func(a, b coordinator.JobID) int {
		return cmp.Or(newest(b).Since.Compare(newest(a).Since), cmp.Compare(a, b))
	})
	if len(jobs) > mostSeries {
		p.say(fmt.Sprintf("%d of %d jobs are shown: those whose state began last. Filter to see others.", mostSeries, len(jobs)))
		jobs = jobs[:mostSeries]
	}
	read := p.d.reading(p.view, p.filter, p.now)
	for _, id := range jobs {
		line := p.steps.none()
		for _, one := range byJob[id] {
			for i := p.steps.from(one.begin); i < p.steps.from(one.end); i++ {
				if p.seen[i] {
					line[i] = math.Max(0, p.steps.at(i).Sub(one.Since).Seconds())
				}
			}
		}
		p.addLine(read.jobLabels(id, newest(id).Name), line)
	}
}

// historyMetrics are there for recording: a number for each cluster, whatever
// the number of its jobs.
func historyMetrics() []metric {
	return []metric{{
		Name: "longest_canceling_age_seconds", Unit: "s", Labels: clusterOnly, OfJobs: true,
		Help: "How long the job that has been CANCELING for longest has been so; 0 where none is. For recording rules and long ranges; alert on canceling_age_seconds.",
		samples: func(r reading) []sample {
			longest := 0.0
			for _, one := range r.perJob(canceling, func(job watch.JobView) float64 { return job.Episode.Age(r.now).Seconds() }) {
				longest = max(longest, one.value)
			}
			return r.one(longest)
		},
	}}
}
