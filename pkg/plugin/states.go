package plugin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// How many jobs a query for states gives: a panel of more rows shows nothing to
// anybody.
const (
	defaultStateJobs = 100
	maxStateJobs     = 500
)

// stateColors are the colours of Grafana in which a state timeline shows states.
var stateColors = map[coordinator.State]string{
	coordinator.StatePending: "light-blue", coordinator.StateRunning: "green", coordinator.StateSavepointing: "blue",
	coordinator.StateCanceling: "orange", coordinator.StateFailing: "red",
	coordinator.StateFinished: "dark-green", coordinator.StateFailed: "dark-red", coordinator.StateCanceled: "purple",
	coordinator.StateLost: "dark-orange", coordinator.StateUnknown: "gray",
}

// answerStates gives a frame for each job: the states it was in, and since when.
func (d *Datasource) answerStates(ctx context.Context, parsed query, chosen jobFilter, during span, view *watch.View, now time.Time) (data.Frames, error) {
	limit, err := limitOf(parsed.Limit, defaultStateJobs, maxStateJobs)
	if err != nil {
		return nil, err
	}
	filter, possible := episodeFilter(chosen, d.settings.Detection)
	var history watch.EpisodeHistory
	if possible && !during.empty() && d.process.History != nil {
		ctx, cancel := context.WithTimeout(ctx, longestStoreRead)
		defer cancel()
		if history, err = d.process.History.EpisodesBetween(ctx, d.settings.Scope, d.settings.Cluster, during.from, during.to, filter, limit); err != nil {
			return nil, fmt.Errorf("%w: %w", errHistory, err)
		}
	}
	if possible && !during.empty() {
		addPresent(&history, view, filter, during, limit)
	}
	frames := d.stateFrames(history, during, view, now)
	if d.process.History == nil {
		frames[0].AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: inert("Only the present states are known: " + sentence(d.noHistory().Error()))})
	}
	return frames, nil
}

// episodeFilter is a filter of jobs as the history takes it; false when no job
// can fit.
func episodeFilter(chosen jobFilter, policy diagnose.Policy) (watch.EpisodeFilter, bool) {
	filter := watch.EpisodeFilter{States: chosen.States, Names: unshown(chosen.JobNames), Job: chosen.JobID, MinAge: chosen.MinAge}
	if !chosen.StuckOnly {
		return filter, true
	}
	// Those that can be stuck by their state alone: what was diagnosed, whether a
	// savepoint moved, and what was suppressed then is not kept. The least of
	// their thresholds stands for all.
	filter.States = nil
	least := time.Duration(0)
	for _, state := range []coordinator.State{coordinator.StateCanceling, coordinator.StateFailing, coordinator.StatePending} {
		after := policy.After(state)
		if after == 0 || len(chosen.States) > 0 && !slices.Contains(chosen.States, state) {
			continue
		}
		if filter.States = append(filter.States, state); least == 0 || after < least {
			least = after
		}
	}
	filter.MinAge = max(filter.MinAge, least)
	return filter, len(filter.States) > 0
}

// addPresent adds what the store has not got yet, or never will: the newest
// look's episodes.
func addPresent(history *watch.EpisodeHistory, view *watch.View, filter watch.EpisodeFilter, during span, limit int) {
	stored := make(map[string]int, len(history.Episodes))
	jobs := map[coordinator.JobID]bool{}
	for i, episode := range history.Episodes {
		stored[episode.ID] = i
		jobs[episode.Job] = true
	}
	for _, job := range view.Jobs.All() {
		episode := job.Episode
		at, known := stored[episode.ID]
		switch {
		case known && history.Episodes[at].Open():
			history.Episodes[at].LastSeen = episode.LastSeen
		case known, episode.Since.After(during.to):
		case jobs[episode.Job]:
			history.Episodes = append(history.Episodes, episode)
		case !fits(episode, filter, during.to):
		case len(jobs) >= limit:
			// More may be in the store than it has told us; at least these are.
			history.Jobs = max(history.Jobs, len(jobs)+1)
		default:
			jobs[episode.Job] = true
			history.Jobs++
			history.Episodes = append(history.Episodes, episode)
		}
	}
}

func fits(episode timeline.Episode, filter watch.EpisodeFilter, now time.Time) bool {
	return (len(filter.States) == 0 || slices.Contains(filter.States, episode.State)) &&
		(len(filter.Names) == 0 || slices.Contains(filter.Names, episode.Name)) &&
		(filter.Job == "" || filter.Job == episode.Job) && episode.Age(now) >= filter.MinAge
}

// stateFrames gives a time series frame for each job, by name and id, as
// Grafana's state timeline takes it. There is always one, for the notices.
func (d *Datasource) stateFrames(history watch.EpisodeHistory, during span, view *watch.View, now time.Time) data.Frames {
	slices.SortStableFunc(history.Episodes, func(a, b timeline.Episode) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), a.Since.Compare(b.Since))
	})
	blind := d.blind(view, now)
	var frames data.Frames
	named := map[string]int{}
	for begin, end := 0, 0; begin < len(history.Episodes); begin = end {
		for end = begin; end < len(history.Episodes) && history.Episodes[end].Job == history.Episodes[begin].Job; end++ {
		}
		frame := d.stateFrame(history.Episodes[begin:end], during, blind)
		named[frame.Name]++
		frames = append(frames, frame)
	}
	slices.SortStableFunc(frames, func(a, b *data.Frame) int { return cmp.Compare(a.Name, b.Name) })
	shown := len(frames)
	for _, frame := range frames {
		state := frame.Fields[1]
		state.Config.DisplayNameFromDS = frame.Name
		if named[frame.Name] > 1 || frame.Name == "" {
			state.Config.DisplayNameFromDS += " (" + state.Labels["job_id"] + ")"
		}
	}
	if shown == 0 {
		frames = data.Frames{data.NewFrame("states", data.NewField("time", nil, []time.Time{}), data.NewField("state", nil, []*string{}))}
	}
	first := frames[0]
	for _, frame := range frames {
		// Explore would draw words as a graph otherwise.
		frame.Meta = &data.FrameMeta{PreferredVisualization: data.VisTypeTable}
	}
	first.Meta.Custom = d.historyMeta(view, now, &history.Jobs, history.Cut || history.Jobs > shown)
	if history.Jobs > shown {
		first.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf("%d of %d jobs are shown: those that changed last. Filter, or raise the limit (%d at most).", shown, history.Jobs, maxStateJobs)})
	}
	if history.Cut {
		first.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: "There are more changes in this range than are shown: the oldest are left out."})
	}
	d.addNotices(first, view, now)
	return frames
}

// stateFrame gives one job's states: a value stands until the next one, a null
// where the job was not known any more.
func (d *Datasource) stateFrame(episodes []timeline.Episode, during span, blind bool) *data.Frame {
	line := stateLine{colors: data.ValueMapper{}}
	for i, episode := range episodes {
		line.add(laterOf(episode.Since, during.from), string(episode.State))
		unknown := during.to
		if i+1 < len(episodes) {
			unknown = episodes[i+1].Since.Add(-stateGapIntervals * d.settings.Interval)
		}
		switch {
		case !episode.Open() && !episode.State.Ended() && episode.Until.Before(unknown):
			line.add(laterOf(episode.Until, during.from), "")
		case episode.Open() && i+1 == len(episodes) && blind && episode.LastSeen.Before(during.to):
			// Blind is not healthy: nobody has seen the job since.
			line.add(laterOf(episode.LastSeen, during.from), string(coordinator.StateUnknown))
		}
	}
	newest := episodes[len(episodes)-1]
	labels := data.Labels{"cluster": inert(d.settings.Cluster), "job_id": string(newest.Job), "job_name": inert(newest.Name)}
	frame := data.NewFrame(inert(newest.Name), data.NewField("time", nil, line.times), data.NewField("state", labels, line.states))
	frame.Fields[1].Config = &data.FieldConfig{Description: beginnings(episodes), Mappings: data.ValueMappings{line.colors}}
	return frame
}

// stateGapIntervals is how many intervals may lie between the end of one episode
// and the beginning of the next before the time between them is shown as a gap:
// one that the coordinator dates begins between two looks.
const stateGapIntervals = 3

// stateLine is a series of states.
type stateLine struct {
	times  []time.Time
	states []*string
	colors data.ValueMapper
}

// add takes a state from a moment on; empty is none. The later of two at one
// moment counts, and the same again is no change.
func (l *stateLine) add(at time.Time, state string) {
	if last := len(l.times) - 1; last >= 0 && !at.After(l.times[last]) {
		at = l.times[last]
		l.times, l.states = l.times[:last], l.states[:last]
	}
	if last := len(l.states) - 1; last >= 0 && same(l.states[last], state) {
		return
	}
	var value *string
	if state != "" {
		value = &state
		l.colors[state] = data.ValueMappingResult{Color: stateColors[coordinator.State(state)]}
	}
	l.times, l.states = append(l.times, at), append(l.states, value)
}

func same(before *string, state string) bool {
	return before == nil && state == "" || before != nil && *before == state
}

func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
