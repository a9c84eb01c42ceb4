package plugin

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// sampledMetrics are kept as samples: what no episode tells.
var sampledMetrics = []string{"poll_age_seconds", "members", "clock_skew_seconds", "sent_buffer_fill_ratio", "undelivered_events", "sent_buffer_bytes"}

// samplesRead bounds what is read of one metric: as many as are kept of all.
const samplesRead = 250_000

// samplesOf gives the figures that are kept of a view: the same that a query of
// this moment answers with.
func (d *Datasource) samplesOf(view *watch.View, now time.Time) []watch.Sample {
	read := d.reading(view, jobFilter{}, now)
	var figures []watch.Sample
	for _, name := range sampledMetrics {
		entry, _ := findMetric(name)
		for _, one := range entry.samples(read) {
			figures = append(figures, watch.Sample{Metric: name, Node: one.labels["node"], Peer: one.labels["peer"], Value: new(one.value)})
		}
	}
	return figures
}

// samplesPast gives a sampled metric's series.
func (p *past) samplesPast(ctx context.Context) error {
	kept, cut, err := p.d.process.Samples.SamplesBetween(ctx, p.d.settings.Scope, p.d.settings.Cluster, p.entry.Name, p.during.from.Add(-watch.SampleAgainAfter), p.during.to, samplesRead)
	if err != nil {
		return fmt.Errorf("%w: %w", errHistory, err)
	}
	if cut {
		p.say("There are more samples in this range than are read at once: the oldest are left out.")
	}
	for begin, end := 0, 0; begin < len(kept); begin = end {
		for end = begin; end < len(kept) && kept[end].Node == kept[begin].Node && kept[end].Peer == kept[begin].Peer; end++ {
		}
		labels := map[string]string{"cluster": inert(p.d.settings.Cluster)}
		ofPair := kept[begin].Node != ""
		if ofPair {
			labels["node"], labels["peer"] = kept[begin].Node, kept[begin].Peer
		}
		p.addLine(labels, p.sampledLine(kept[begin:end], ofPair))
	}
	return nil
}

// sampledLine gives one series' value at each step: the extreme one since the
// step before, so that a short outage is seen in a long range.
func (p *past) sampledLine(kept []watch.Sample, ofPair bool) []float64 {
	line := p.steps.none()
	// A figure of the cluster that is not told again at the next turns is not
	// known; one of a pair stands until it changes.
	stands := 2*watch.SampleEvery + 3*p.d.settings.Interval
	if ofPair {
		stands = watch.SampleAgainAfter + stands
	}
	next := 0
	for i := range line {
		at := p.steps.at(i)
		var folded float64
		found := false
		take := func(value *float64) {
			switch {
			case value == nil:
			case !found:
				folded, found = *value, true
			default:
				folded = p.extreme(folded, *value)
			}
		}
		if next > 0 && ofPair {
			take(kept[next-1].Value)
		}
		for ; next < len(kept) && !kept[next].At.After(at); next++ {
			take(kept[next].Value)
		}
		switch {
		case next == 0, at.Sub(kept[next-1].At) > stands, kept[next-1].Value == nil, ofPair && !p.seen[i]:
		case found:
			line[i] = folded
		default:
			line[i] = *kept[next-1].Value
		}
	}
	return line
}

// extreme is the one of two values that must not be overlooked.
func (p *past) extreme(a, b float64) float64 {
	switch p.entry.Name {
	case "members":
		return min(a, b)
	case "clock_skew_seconds":
		if math.Abs(a) > math.Abs(b) {
			return a
		}
		return b
	}
	return max(a, b)
}

func sampled(metric string) bool { return slices.Contains(sampledMetrics, metric) }
