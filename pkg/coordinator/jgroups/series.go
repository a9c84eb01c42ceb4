package jgroups

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// series is one value that an exporter gives.
type series struct {
	name   string
	labels map[string]string
	value  float64
}

// Names of metrics, in small letters. An exporter's rules name them
// jgroups_<protocol>_<attribute>; without rules the exporter itself names them
// jgroups_protocol_<attribute> with a label for the protocol. Counters may end
// in _total. metricView is what our documentation proposes as a rule: the view
// as a label of a metric that is always 1.
const (
	metricPrefix       = "jgroups_"
	metricProtocol     = "jgroups_protocol_"
	metricView         = "jgroups_channel_view"
	metricStartSeconds = "process_start_time_seconds"
	metricStartMillis  = "java_lang_runtime_starttime"
	metricTotal        = "_total"
	labelProtocol      = "protocol"
	labelCluster       = "cluster"
	// labelExportedCluster is what Prometheus calls the label where its own
	// target has one of the name.
	labelExportedCluster = "exported_cluster"
	labelView            = "view"
)

// seriesKind is what a series tells of.
type seriesKind int

const (
	seriesOther seriesKind = iota
	seriesFigure
	seriesView
	seriesStart
)

// meaning tells what a series is about. The generation is set for figures.
func (s *series) meaning() (kind seriesKind, g *generation, f figure) {
	name := strings.ToLower(s.name)
	switch name {
	case metricView:
		return seriesView, nil, 0
	case metricStartSeconds, metricStartMillis:
		return seriesStart, nil, 0
	}
	rest, ours := strings.CutPrefix(name, metricPrefix)
	if !ours {
		return seriesOther, nil, 0
	}
	protocol, attribute, _ := strings.Cut(rest, "_")
	if strings.HasPrefix(name, metricProtocol) {
		protocol = strings.ToLower(s.labels[labelProtocol])
	}
	attribute = joined(strings.TrimSuffix(attribute, metricTotal))
	for _, g := range generations() {
		if protocol != strings.ToLower(g.protocol) {
			continue
		}
		for _, a := range g.attributes {
			if attribute == joined(a.name) {
				return seriesFigure, g, a.figure
			}
		}
	}
	return seriesOther, nil, 0
}

// joined is an attribute's name without what exporters change of it.
func joined(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// cluster gives the channel that a series is about.
func (s *series) cluster() string {
	if name, has := s.labels[labelExportedCluster]; has {
		return unquoted(name)
	}
	return unquoted(s.labels[labelCluster])
}

// started gives the JVM's start from a series of seriesStart.
func (s *series) started() *time.Time {
	milliseconds := s.value
	if strings.EqualFold(s.name, metricStartSeconds) {
		milliseconds *= float64(time.Second / time.Millisecond)
	}
	return startTime(wholeNumber(math.Round(milliseconds)))
}

// errNothing are series among which none is JGroups'.
func errNothing(t target, detail, advice string) error {
	return &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: t.address, Path: t.path, Detail: detail, Advice: advice}
}

// readSeries makes a reading of all series of one node. source names where they
// come from.
func readSeries(t target, all []series, channel, source string) (reading, error) {
	r := reading{node: coordinator.Node{Name: t.name}}
	clusters := map[string]bool{}
	for i := range all {
		if kind, _, _ := all[i].meaning(); kind == seriesFigure {
			clusters[all[i].cluster()] = true
		}
	}
	var known []string
	for cluster := range clusters {
		known = append(known, cluster)
	}
	slices.Sort(known)
	switch {
	case len(known) == 0:
		return r, errNothing(t, "no metric of JGroups is there ("+metricPrefix+"…)", "Let the exporter read the MBeans jgroups:*, or set the source of the messaging layer to none.")
	case channel == "" && len(known) > 1:
		return r, errNothing(t, "there are metrics of several JGroups channels ("+listed(known)+")", "Set the channel in the settings.")
	case channel != "" && !clusters[channel]:
		return r, errNothing(t, "there are no metrics of the configured JGroups channel; there are some of "+listed(known), "Correct the channel in the settings.")
	case channel == "":
		channel = known[0]
	}
	var values readings
	var views []string
	for i := range all {
		s := &all[i]
		kind, g, f := s.meaning()
		switch {
		case kind == seriesStart:
			r.node.StartedAt = s.started()
		case s.cluster() != channel:
		case kind == seriesView && !slices.Contains(views, s.labels[labelView]):
			views = append(views, s.labels[labelView])
		case kind == seriesFigure && (r.told == nil || r.told == g):
			r.told = g
			number := wholeNumber(s.value)
			if was := values[f]; was != nil && number != nil && *was != *number {
				return r, upstream.Shapef("%s is there twice with different values", upstream.OneLine(upstream.Cut(s.name, maxNodeNameBytes)))
			}
			if number != nil {
				values[f] = number
			}
		case kind == seriesFigure:
			return r, upstream.Shapef("metrics of both NAKACK and NAKACK2 are there for one channel")
		}
	}
	values.into(&r.node)
	// Two views at once are an old one and a new one: neither is taken.
	if len(views) == 1 && len(views[0]) <= maxViewBytes {
		v, ok := parseView(views[0])
		if !ok {
			r.note("%s: the view is a text that is not known", t.name)
		}
		r.node.View, r.node.ViewID, r.cut = v.members, v.id, v.cut
	}
	r.node.Dialect = "JGroups " + r.told.versions + ", " + source
	return r, nil
}
