package jgroups

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// searchMBeans is the pattern of all of JGroups' MBeans.
const searchMBeans = jmxDomain + ":*"

// jmxDomain is where JGroups registers them.
const jmxDomain = "jgroups"

// Properties of their names: type=channel and type=protocol, the channel's
// name, and the protocol's.
const (
	propertyType     = "type"
	propertyCluster  = "cluster"
	propertyProtocol = "protocol"
	typeChannel      = "channel"
	typeProtocol     = "protocol"
	protocolGMS      = "GMS"
)

// maxMBeans bounds how many names of a search are read: a channel has about 20.
const maxMBeans = 4096

// maxVersionBytes bounds JGroups' version ("JGroups 5.3.16.Final (Zoncolan)").
const maxVersionBytes = 100

// found are a channel's MBeans.
type found struct {
	generation *generation
	cluster    string
	protocol   string
	// channel and members are "" where the MBean is not there.
	channel, members string
}

// find picks a channel's MBeans from a search. channel is the configured one;
// empty: the only one.
func find(t target, e entry, channel string) (*found, error) {
	if e.err != nil {
		return nil, e.err.failure(t, "the search for "+searchMBeans)
	}
	var names []string
	if err := unmarshal(e.value, &names); err != nil || e.value.Kind() != '[' {
		return nil, upstream.Shapef("the search's answer is not a list of names")
	}
	if len(names) > maxMBeans {
		return nil, upstream.Shapef("the search's answer has %d names, and at most %d are read", len(names), maxMBeans)
	}
	channels := map[string]*found{}
	at := func(cluster string) *found {
		if channels[cluster] == nil {
			channels[cluster] = &found{cluster: cluster}
		}
		return channels[cluster]
	}
	for _, text := range names {
		name, ok := parseObjectName(text)
		if !ok || name.domain != jmxDomain {
			continue
		}
		cluster, has := name.properties[propertyCluster]
		if !has {
			continue
		}
		switch protocol := name.properties[propertyProtocol]; name.properties[propertyType] {
		case typeChannel:
			at(cluster).channel = name.text
		case typeProtocol:
			if protocol == protocolGMS {
				at(cluster).members = name.text
			}
			for _, g := range generations() {
				if g.protocol == protocol {
					at(cluster).generation, at(cluster).protocol = g, name.text
				}
			}
		}
	}
	return choose(t, channels, channel)
}

// choose picks the configured channel, or the only one.
func choose(t target, channels map[string]*found, channel string) (*found, error) {
	var usable []string
	for cluster, f := range channels {
		if f.generation != nil {
			usable = append(usable, cluster)
		}
	}
	slices.Sort(usable)
	lacking := func(detail, advice string) error {
		return &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: t.address, Path: t.path, Detail: detail, Advice: advice}
	}
	switch {
	case len(usable) == 0 && len(channels) == 0:
		return nil, lacking("this JVM has no JGroups MBeans ("+searchMBeans+")", "Events between nodes cannot be seen here: let the server register them, or set the source of the messaging layer to none.")
	case len(usable) == 0:
		return nil, lacking("the JGroups MBeans of this JVM name neither NAKACK nor NAKACK2", "Only these protocols tell of events between nodes.")
	case channel == "" && len(usable) > 1:
		return nil, lacking("this JVM has several JGroups channels ("+listed(usable)+")", "Set the channel in the settings.")
	case channel == "":
		return channels[usable[0]], nil
	case channels[channel] == nil || channels[channel].generation == nil:
		return nil, lacking(fmt.Sprintf("this JVM has no JGroups channel %q; it has %s", channel, listed(usable)), "Correct the channel in the settings.")
	default:
		return channels[channel], nil
	}
}

// maxListed bounds how many names a sentence lists.
const maxListed = 5

func listed(names []string) string {
	quoted := make([]string, 0, maxListed)
	for _, name := range names[:min(len(names), maxListed)] {
		quoted = append(quoted, fmt.Sprintf("%q", upstream.Cut(name, maxNodeNameBytes/maxListed)))
	}
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), more)
	}
	return strings.Join(quoted, ", ")
}

// Places of the answers within a bulk request. The last is there where windows
// may be asked for.
const (
	atRuntime = iota
	atProtocol
	atChannel
	atMembers
	atWindows
)

// asks gives the bulk request of one poll. MBeans that are not there are asked
// for as well where that keeps the places: they answer 404.
func (f *found) asks(learnt habits, windows bool) []ask {
	g := f.generation
	channel, members := f.channel, f.members
	if channel == "" {
		channel = jmxDomain + ":type=channel,cluster=" + quoted(f.cluster)
	}
	if members == "" {
		members = jmxDomain + ":type=protocol,cluster=" + quoted(f.cluster) + ",protocol=" + protocolGMS
	}
	read := func(mbean string, whole bool, attributes ...string) ask {
		if whole {
			attributes = nil
		}
		return ask{Type: operationRead, MBean: mbean, Attribute: attributes}
	}
	asked := []ask{
		atRuntime:  read(runtimeMBean, false, startAttribute),
		atProtocol: read(f.protocol, learnt.wholeProtocol, g.names()...),
		atChannel:  read(channel, learnt.wholeChannel, g.view, g.self, g.version, g.id),
		atMembers:  read(members, learnt.wholeMembers, g.members),
	}
	if windows {
		name := windowsOperation
		if learnt.exactly {
			name = windowsOperationExactly
		}
		asked = append(asked, ask{Type: operationExec, MBean: f.protocol, Operation: name})
	}
	return asked
}

// quoted is ObjectName.quote.
func quoted(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `*`, `\*`, `?`, `\?`, "\n", `\n`).Replace(value) + `"`
}

// change is what an answer teaches for the next poll.
type change struct {
	// again: look for the MBeans again.
	again bool
	// wrong are the places of reads that failed with the attributes asked for.
	wrongProtocol, wrongChannel, wrongMembers bool
	// renamed: the operation failed under the name used.
	renamed bool
}

func (c change) learn(h habits) habits {
	h.wholeProtocol = h.wholeProtocol || c.wrongProtocol
	h.wholeChannel = h.wholeChannel || c.wrongChannel
	h.wholeMembers = h.wholeMembers || c.wrongMembers
	if c.renamed {
		h.exactly = !h.exactly
	}
	return h
}

// decode makes a reading of a bulk answer. What a single entry does not tell is
// absent, with a note; an error means that nothing is told.
func (f *found) decode(t target, entries []entry) (r reading, c change, err error) {
	r.node.Name = t.name
	failed := func(place int, what string, wrong *bool) bool {
		e := entries[place].err
		if e == nil {
			return false
		}
		r.note("%s: %s does not answer (%d %s)", t.name, what, e.status, e.Error())
		if !e.refused() {
			c.again = true
			if wrong != nil {
				*wrong = !e.gone()
			}
		}
		return true
	}
	if !failed(atRuntime, "the JVM's start time", nil) {
		started, err := attributeCount(entries[atRuntime].value, startAttribute)
		if err != nil {
			return r, c, err
		}
		r.node.StartedAt = startTime(started)
	} else {
		// A policy may leave it out; nothing of JGroups is wrong then.
		c.again = false
	}
	version := ""
	keepsDelivered := (*bool)(nil)
	if !failed(atProtocol, f.generation.protocol, &c.wrongProtocol) {
		var values readings
		if values, keepsDelivered, err = f.generation.decodeProtocol(entries[atProtocol].value); err != nil {
			return r, c, err
		}
		values.into(&r.node)
	}
	if !failed(atChannel, "the channel", &c.wrongChannel) {
		if version, err = f.decodeChannel(&r, entries[atChannel].value); err != nil {
			return r, c, err
		}
	}
	if !failed(atMembers, protocolGMS, &c.wrongMembers) {
		f.decodeMembers(&r, entries[atMembers].value)
	}
	if p, ch, m := entries[atProtocol].err, entries[atChannel].err, entries[atMembers].err; p != nil && ch != nil && m != nil {
		return r, c, p.failure(t, f.generation.protocol)
	}
	if len(entries) > atWindows && !failed(atWindows, windowsOperation, &c.renamed) {
		f.decodeWindows(&r, entries[atWindows].value, keepsDelivered)
	}
	r.node.Dialect = f.dialect(version)
	r.told = f.generation
	return r, c, nil
}

func (f *found) dialect(version string) string {
	// "JGroups 5.3.16.Final (Zoncolan)" without the release's name.
	version, _, _ = strings.Cut(version, " (")
	if version == "" {
		version = "JGroups " + f.generation.versions
	}
	return upstream.OneLine(version) + ", Jolokia"
}

// decodeProtocol reads the figures of the protocol's MBean.
func (g *generation) decodeProtocol(value jsontext.Value) (told readings, keepsDelivered *bool, err error) {
	attributes, err := attributesOf(value)
	if err != nil {
		return told, nil, err
	}
	for _, a := range g.attributes {
		if told[a.figure], err = count(a.name, attributes[a.name]); err != nil {
			return readings{}, nil, err
		}
	}
	switch attributes[discardsDelivered].Kind() {
	case 't', 'f':
		keeps := attributes[discardsDelivered].Kind() == 'f'
		keepsDelivered = &keeps
	}
	return told, keepsDelivered, nil
}

func (f *found) decodeChannel(r *reading, value jsontext.Value) (version string, err error) {
	attributes, err := attributesOf(value)
	if err != nil {
		return "", err
	}
	g := f.generation
	r.self = text(attributes[g.self], maxNodeNameBytes)
	r.id = parseID(text(attributes[g.id], maxNodeNameBytes))
	if printed := text(attributes[g.view], maxViewBytes); printed != "" {
		v, ok := parseView(printed)
		if !ok {
			r.note("%s: the view is a text that is not known", r.node.Name)
		}
		r.node.View, r.node.ViewID, r.cut = v.members, v.id, v.cut
	}
	return text(attributes[g.version], maxVersionBytes), nil
}

// decodeMembers reads GMS' members, which stand in where the view names only
// the first ones: 2.x tells them all as a text, 5.x as ids.
func (f *found) decodeMembers(r *reading, value jsontext.Value) {
	attributes, err := attributesOf(value)
	if err != nil {
		return
	}
	members := attributes[f.generation.members]
	if members.Kind() == '{' {
		r.ids = membersByID(members)
		return
	}
	v, ok := parseMembership(text(members, maxViewBytes))
	if ok && r.node.View == nil && v.members != nil {
		r.node.View = v.members
	}
}

func (f *found) decodeWindows(r *reading, value jsontext.Value, keepsDelivered *bool) {
	windows, err := parseWindows(text(value, maxWindowsBytes), keepsDelivered)
	if err != nil {
		r.note("%s: %v", r.node.Name, err)
		return
	}
	r.node.Windows = windows
	// 2.x has no counter of what waits for a missing event; its windows tell.
	if held, ok := heldIn(windows); ok && r.node.Held == nil {
		r.node.Held = &held
	}
}

// Bounds of texts: 1024 members of 200 bytes; a window's line has 80 bytes more.
const (
	maxViewBytes    = 256 << 10
	maxWindowsBytes = 512 << 10
)

// attributesOf reads the value of a read with several attributes.
func attributesOf(value jsontext.Value) (map[string]jsontext.Value, error) {
	if value.Kind() != '{' {
		return nil, upstream.Shapef("an MBean's attributes are %s, not an object", anyKindName(value.Kind()))
	}
	var attributes map[string]jsontext.Value
	if err := unmarshal(value, &attributes); err != nil {
		return nil, upstream.Shapef("an MBean's attributes are not readable")
	}
	return attributes, nil
}

// attributeCount reads one number.
func attributeCount(value jsontext.Value, name string) (*int64, error) {
	attributes, err := attributesOf(value)
	if err != nil {
		return nil, err
	}
	return count(name, attributes[name])
}
