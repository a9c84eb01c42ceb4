package jgroups

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// maxAtOnce bounds the nodes that are read at the same time: more than the
	// scale target of 30, so that none of them waits for another.
	maxAtOnce = 32
	// RoleMessaging is the role of the addresses in Probe's answer.
	RoleMessaging = "messaging"
	// sourceName names what is spoken to in sentences.
	sourceName = "the nodes' messaging layer"
)

// Source reads the messaging layer of a cluster's nodes. It is safe for
// concurrent use. A nil Source reads nothing.
type Source struct {
	kind    Kind
	config  Config
	targets []target
	server  *upstream.Server
	names   *names
	// read reads all targets, in their order.
	read func(context.Context) []reading
}

// New gives a source, or nil for KindNone. It contacts nobody. The error has a
// sentence for every fault of the configuration.
func New(config Config) (*Source, error) {
	config = config.withDefaults()
	if config.Kind == KindNone {
		return nil, nil
	}
	targets, err := config.check()
	if err != nil {
		return nil, err
	}
	tls, err := config.TLS.Config()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(targets, func(a, b target) int { return strings.Compare(a.name, b.name) })
	s := &Source{kind: config.Kind, config: config, targets: targets, names: newNames()}
	s.server = upstream.New(upstream.Options{
		Name: sourceName, AddressAdvice: addressAdvice(config.Kind), Credentials: config.credentials(),
		TLS: tls, RequestTimeout: config.RequestTimeout, Now: config.Now, Tracer: config.Tracer, Reads: config.Reads,
	})
	s.use(s.server)
	return s, nil
}

// use makes the reading of the source's kind, over a server.
func (s *Source) use(server *upstream.Server) {
	s.server = server
	switch s.kind {
	case KindJolokia:
		s.read = s.each(func(t target) func(context.Context) reading {
			node := &jolokiaNode{target: t, server: server, channel: s.config.Channel, windows: s.config.Windows, now: s.config.Now}
			return node.read
		})
	case KindExporter:
		s.read = s.each(func(t target) func(context.Context) reading {
			node := &exporterNode{target: t, server: server, channel: s.config.Channel, now: s.config.Now}
			return node.read
		})
	default:
		p := &prometheus{server: server, targets: s.targets, channel: s.config.Channel, now: s.config.Now}
		s.read = p.read
	}
}

func addressAdvice(kind Kind) string {
	switch kind {
	case KindJolokia:
		return "Is this the address of the node's Jolokia agent, such as http://host:8778/jolokia?"
	case KindExporter:
		return "Is this the address of the node's Prometheus JMX exporter, such as http://host:9404/metrics?"
	default:
		return "Is this the base address of the Prometheus server, such as http://host:9090?"
	}
}

// each reads every target beside the others. The reading of a node has the time
// of one request as a whole, so that a frozen node holds up nobody longer.
func (s *Source) each(reader func(target) func(context.Context) reading) func(context.Context) []reading {
	readers := make([]func(context.Context) reading, len(s.targets))
	for i, t := range s.targets {
		readers[i] = reader(t)
	}
	return func(ctx context.Context) []reading {
		result := make([]reading, len(readers))
		places := make(chan struct{}, maxAtOnce)
		var group sync.WaitGroup
		for i, read := range readers {
			group.Go(func() {
				// A place comes free at the latest when a request times out, or ctx
				// ends.
				places <- struct{}{}
				defer func() { <-places }()
				ctx, cancel := context.WithTimeout(ctx, s.config.RequestTimeout)
				defer cancel()
				result[i] = read(ctx)
			})
		}
		group.Wait()
		return result
	}
}

// Read reads all nodes, sorted by name. It never fails as a whole: a node that
// could not be read has Err and no figure. One poll costs one request for each
// node (Jolokia: one more where a node must be probed first), or one for up to
// instancesAQuery nodes (Prometheus).
func (s *Source) Read(ctx context.Context) []coordinator.Node {
	if s == nil {
		return nil
	}
	readings := s.look(ctx)
	nodes := make([]coordinator.Node, len(readings))
	for i, r := range readings {
		nodes[i] = r.node
	}
	return nodes
}

func (s *Source) look(ctx context.Context) []reading {
	readings := s.read(ctx)
	for i := range readings {
		readings[i].hideNames(s.server.Secrets())
	}
	s.names.resolve(readings)
	return readings
}

// Probe reads all nodes once for the health check: what each configured address
// said, and what an operator should know, in sentences.
func (s *Source) Probe(ctx context.Context) (addresses []coordinator.AddressProbe, warnings []string) {
	if s == nil {
		return nil, nil
	}
	readings := s.look(ctx)
	warn := func(format string, args ...any) {
		warnings = append(warnings, fmt.Sprintf(format, args...))
	}
	credentials := s.config.credentials()
	unencrypted := map[string]bool{}
	for i, r := range readings {
		address := s.targets[i].address
		if s.kind != KindPrometheus || len(addresses) == 0 {
			addresses = append(addresses, coordinator.AddressProbe{Address: address, Role: RoleMessaging, Err: r.node.Err})
		}
		if s.kind == KindPrometheus {
			if r.node.Err == nil {
				addresses[0].Err = nil
			} else {
				warn("%s: %s", r.node.Name, upstream.Sentence(r.node.Err))
			}
		}
		if text := credentials.Unencrypted(address); text != "" && !unencrypted[text] {
			unencrypted[text] = true
			warnings = append(warnings, text)
		}
		for _, note := range r.notes {
			warn("%s.", note)
		}
	}
	return addresses, append(warnings, s.blindSpots(readings)...)
}

// blindSpots says once what no node of a kind can tell.
func (s *Source) blindSpots(readings []reading) (warnings []string) {
	var read, views, limits int
	for _, r := range readings {
		if r.node.Err != nil {
			continue
		}
		read++
		if r.node.View != nil || r.cut {
			views++
		}
		if r.node.SentLimit != nil {
			limits++
		}
	}
	if read == 0 {
		return nil
	}
	if views == 0 {
		text := "No node tells which members it sees, so the loss of a peer cannot be seen in the messaging layer."
		if s.kind != KindJolokia {
			text += " The exporter gives numbers only; with a rule it can give the view as a label (see the documentation)."
		}
		warnings = append(warnings, text)
	}
	if limits == 0 {
		warnings = append(warnings, "No node tells the limit of its sent events buffer (GcLag exists in JGroups 2.x only): the limit from the settings is used.")
	}
	return warnings
}

// Close releases connections. The source must not be used afterwards.
func (s *Source) Close() {
	if s != nil {
		s.server.Close()
	}
}
