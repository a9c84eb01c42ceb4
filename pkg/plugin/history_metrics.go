package plugin

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// mostSteps and mostSeries bound the answer of a metric over a range: a panel
	// has no more points across, and more series than that cannot be told apart.
	mostSteps  = 1_000
	mostSeries = 500
	// leastStep is the time between two points at least.
	leastStep = time.Second
)

// steps are the moments for which a metric is computed.
type steps struct {
	first time.Time
	every time.Duration
	count int
}

// stepsOf lays steps over a range as a panel asks for them. They lie at whole
// multiples of their distance, so that a panel that is refreshed does not
// jitter. coarser: the panel asked for more of them.
func stepsOf(during span, asked backend.DataQuery) (found steps, coarser bool) {
	every := max(asked.Interval, leastStep)
	length := during.to.Sub(during.from)
	if asked.MaxDataPoints > 0 {
		every = max(every, length/time.Duration(asked.MaxDataPoints))
	}
	if least := length / (mostSteps - 1); every < least {
		every, coarser = least.Truncate(leastStep)+leastStep, asked.Interval > 0 || asked.MaxDataPoints > mostSteps
	}
	first := during.from.Truncate(every)
	if first.Before(during.from) {
		first = first.Add(every)
	}
	found = steps{first: first, every: every}
	if !first.After(during.to) {
		found.count = int(during.to.Sub(first)/every) + 1
	}
	return found, coarser
}

func (s steps) at(i int) time.Time { return s.first.Add(time.Duration(i) * s.every) }

// from is the first step at t or later, at most the number of steps.
func (s steps) from(t time.Time) int {
	into := t.Sub(s.first)
	if into <= 0 {
		return 0
	}
	return int(min((into+s.every-1)/s.every, time.Duration(s.count)))
}

// none is a line without a value.
func (s steps) none() []float64 {
	line := make([]float64, s.count)
	for i := range line {
		line[i] = math.NaN()
	}
	return line
}

// past is a metric over a range while it is worked out. A value that is not
// known is not a number.
type past struct {
	d      *Datasource
	entry  metric
	parsed query
	filter jobFilter
	view   *watch.View
	now    time.Time
	during span
	steps  steps
	// seen tells for each step whether somebody looked.
	seen    []bool
	lines   map[string]*pastLine
	notices []string
}

type pastLine struct {
	labels data.Labels
	values []float64
	// present is the value at the end of the range; nil where that is not now, or
	// there is none.
	present *float64
}

func (p *past) say(sentence string) { p.notices = append(p.notices, sentence) }

func (p *past) addLine(labels map[string]string, values []float64) {
	p.lines[data.Labels(labels).String()] = &pastLine{labels: labels, values: values}
}

// answerPast answers a query for a metric over the panel's range: from episodes
// or samples at each step, and at its end, where that is now, as a query of now.
func (d *Datasource) answerPast(ctx context.Context, raw backend.DataQuery, parsed query, filter jobFilter, view *watch.View, now time.Time) (data.Frames, error) {
	during, err := spanOf(raw.TimeRange, now)
	if err != nil {
		return nil, err
	}
	entry, _ := findMetric(parsed.Metric)
	p := &past{d: d, entry: entry, parsed: parsed, filter: filter, view: view, now: now, during: during, lines: map[string]*pastLine{}}
	var coarser bool
	if p.steps, coarser = stepsOf(during, raw); coarser {
		p.say(fmt.Sprintf("A point each %s: at most %d are computed.", p.steps.every, mostSteps))
	}
	ctx, cancel := context.WithTimeout(ctx, longestStoreRead)
	defer cancel()
	_, ofEpisodes := episodeMetrics[entry.Name]
	switch {
	case during.empty():
	case !ofEpisodes && !sampled(entry.Name):
		p.say("Nothing of this metric is kept: only its present value is shown.")
	case d.process.Samples == nil:
		p.say("Only the present is known: " + sentence(d.noHistory().Error()))
	default:
		spans, err := p.readSpans(ctx)
		if err != nil {
			return nil, err
		}
		if err := p.look(ctx, spans); err != nil {
			return nil, err
		}
		if ofEpisodes {
			err = p.episodesPast(ctx, spans)
		} else {
			err = p.samplesPast(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
	present, err := p.present(ctx)
	if err != nil {
		return nil, err
	}
	frames := p.frames(present)
	d.addNotices(frames[0], view, now)
	return frames, nil
}

// look finds the steps at which somebody looked: from what the store has kept of
// looks, and from episodes, which say how long they were watched without a gap.
func (p *past) look(ctx context.Context, spans []watch.Span) error {
	tolerance := watch.GapIntervals * max(p.d.settings.Interval, p.view.GapInterval)
	looks, err := p.d.process.Samples.LooksBetween(ctx, p.d.settings.Scope, p.d.settings.Cluster, p.during.from.Add(-tolerance), p.during.to)
	if err != nil {
		return fmt.Errorf("%w: %w", errHistory, err)
	}
	for _, one := range spans {
		if !one.ContinuousSince.IsZero() && one.LastSeen.After(one.ContinuousSince) {
			looks = append(looks, watch.Look{Since: one.ContinuousSince, Until: one.LastSeen})
		}
	}
	if at := p.view.CompleteAsOf; !at.IsZero() {
		looks = append(looks, watch.Look{Since: at, Until: at})
	}
	p.seen = make([]bool, p.steps.count)
	begins := make([]int, p.steps.count+1)
	for _, one := range looks {
		begin, end := p.steps.from(one.Since), p.steps.from(one.Until.Add(tolerance))
		if begin < end {
			begins[begin]++
			begins[end]--
		}
	}
	for i, open := 0, 0; i < p.steps.count; i++ {
		open += begins[i]
		p.seen[i] = open > 0
	}
	return nil
}

// isNow tells whether the range ends now: a browser's now is a moment ago.
func (p *past) isNow() bool {
	return !p.during.empty() && p.now.Sub(p.during.to) < p.steps.every+p.d.settings.Interval
}

// present computes the metric as of now; nil where the range ends before, or
// nothing is known of the present. It says what is lacking.
func (p *past) present(ctx context.Context) ([]sample, error) {
	entry, d := p.entry, p.d
	if !p.isNow() || (entry.OfJobs || entry.OfPairs) && d.blind(p.view, p.now) {
		return nil, nil
	}
	read := d.reading(p.view, p.filter, p.now)
	if entry.OfStore {
		var err error
		if read.aftermath, err = d.readAftermath(ctx); err != nil {
			return nil, fmt.Errorf("%w: %w", errHistory, err)
		}
	}
	if entry.notExposed != nil {
		if lacks := entry.notExposed(read); len(lacks) > 0 {
			p.say("Not exposed: " + strings.Join(lacks, " "))
		}
	}
	return entry.samples(read), nil
}

// frames gives a frame for each series, and always one.
func (p *past) frames(present []sample) data.Frames {
	for _, one := range present {
		key := data.Labels(one.labels).String()
		if p.lines[key] == nil {
			p.addLine(one.labels, nil)
		}
		p.lines[key].present = new(one.value)
	}
	keys := make([]string, 0, len(p.lines))
	for key := range p.lines {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if len(keys) > mostSeries {
		p.say(fmt.Sprintf("%d of %d series are shown. Filter to see others.", mostSeries, len(keys)))
		keys = keys[:mostSeries]
	}
	var frames data.Frames
	for _, key := range keys {
		frames = append(frames, p.frame(p.lines[key]))
	}
	if len(frames) == 0 {
		frames = data.Frames{p.frame(&pastLine{})}
	}
	for _, notice := range p.notices {
		frames[0].AppendNotices(data.Notice{Severity: data.NoticeSeverityInfo, Text: inert(notice)})
	}
	return frames
}

// frame gives one series: its values, and a null where it ends or nobody
// looked, so that no line is drawn over what is not known.
func (p *past) frame(line *pastLine) *data.Frame {
	times, values := []time.Time{}, []*float64{}
	add := func(at time.Time, value *float64) {
		if value == nil && (len(values) == 0 || values[len(values)-1] == nil) {
			return
		}
		times, values = append(times, at), append(values, value)
	}
	for i, value := range line.values {
		if math.IsNaN(value) {
			add(p.steps.at(i), nil)
		} else {
			add(p.steps.at(i), &line.values[i])
		}
	}
	if p.isNow() {
		if last := len(times) - 1; last >= 0 && !times[last].Before(p.during.to) {
			times, values = times[:last], values[:last]
		}
		add(p.during.to, line.present)
	}
	value := data.NewField(p.entry.Name, line.labels, values)
	value.SetConfig(&data.FieldConfig{Unit: p.entry.Unit, Description: p.entry.Help})
	frame := data.NewFrame(p.entry.Name, data.NewField("time", nil, times), value)
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}, PreferredVisualization: data.VisTypeGraph,
		Custom: map[string]string{"asOf": p.view.CompleteAsOf.UTC().Format(time.RFC3339Nano)}}
	return frame
}
