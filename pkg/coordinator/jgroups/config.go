package jgroups

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Kind is how the nodes' messaging layer is read.
type Kind string

// The kinds.
const (
	// KindNone: it is not read, and there is no Source.
	KindNone Kind = "none"
	// KindJolokia: each node's Jolokia agent.
	KindJolokia Kind = "jolokia"
	// KindExporter: each node's Prometheus JMX exporter.
	KindExporter Kind = "exporter"
	// KindPrometheus: a Prometheus server that scrapes the exporters.
	KindPrometheus Kind = "prometheus"
)

const (
	minTimeout = 50 * time.Millisecond
	maxTimeout = 5 * time.Minute
	// maxNodes bounds the requests of one poll. Clusters of this kind have a few
	// nodes; the scale target is 30.
	maxNodes = 128
	// maxNodeNameBytes bounds a name, configured or read.
	maxNodeNameBytes = 200
)

// Paths of the interfaces, appended to addresses.
const (
	// jolokiaPath: with its slash at the end, since both the agent and the
	// servlet answer there; without it, servlet containers redirect.
	jolokiaPath  = "/"
	exporterPath = "/metrics"
)

// NodeConfig is one node of the cluster.
type NodeConfig struct {
	// Name is the node's name in the cluster. It is what readings are called
	// by, even where JGroups knows the node under another name.
	Name string
	// URL is the address of the node's Jolokia ("http://host:8778/jolokia") or
	// exporter ("http://host:9404/metrics"); not used with KindPrometheus.
	URL string
	// Instance is the value of Prometheus' label "instance" for this node; used
	// with KindPrometheus only.
	Instance string
}

// Config says how to read the messaging layer of a cluster's nodes. Zero values
// take the defaults named beside them.
type Config struct {
	// Kind is how the nodes are read; empty: KindNone.
	Kind Kind
	// Nodes are the cluster's nodes. Only these are read, never discovered ones.
	Nodes []NodeConfig
	// PrometheusURL is the base address of the Prometheus server.
	PrometheusURL string
	// Username and Password are for basic authentication; both empty: none.
	Username string
	Password string
	// TLS is for https addresses.
	TLS upstream.TLS
	// Channel is the JGroups cluster name of the channel to read; empty: the
	// only one that there is.
	Channel string
	// Windows allows calling the operation printMessages, by Jolokia.
	Windows bool
	// RequestTimeout is how long the reading of one node may take; 0:
	// upstream.DefaultRequestTimeout.
	RequestTimeout time.Duration
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Tracer makes a span for each request; nil: none are made.
	Tracer trace.Tracer
	// Reads stands before the network; nil: nothing does.
	Reads upstream.Reads
}

// target is one node to read.
type target struct {
	name string
	// address is the configured address in normal form; with Prometheus that of
	// the server.
	address  string
	path     string
	instance string
}

// withDefaults fills in what is not set.
func (c Config) withDefaults() Config {
	if c.Kind == "" {
		c.Kind = KindNone
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = upstream.DefaultRequestTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// check gives the nodes to read, or every fault as a sentence, joined. The
// configuration has its defaults already.
func (c Config) check() ([]target, error) {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}
	switch c.Kind {
	case KindJolokia, KindExporter, KindPrometheus:
	default:
		fault("the source %q of the messaging layer is not known: choose none, jolokia, exporter or prometheus", c.Kind)
		return nil, errors.Join(faults...)
	}
	if len(c.Nodes) == 0 {
		fault("no node of the messaging layer is set: give each node's name and address")
	}
	if len(c.Nodes) > maxNodes {
		fault("%d nodes of the messaging layer are set: at most %d are possible", len(c.Nodes), maxNodes)
	}
	if c.RequestTimeout < minTimeout || c.RequestTimeout > maxTimeout {
		fault("the request timeout is %v: choose one between %v and %v", c.RequestTimeout, minTimeout, maxTimeout)
	}
	faults = append(faults, c.credentials().Faults()...)
	server := ""
	if c.Kind == KindPrometheus {
		var err error
		if server, err = upstream.BaseAddress(c.PrometheusURL); err != nil {
			fault("the address of the Prometheus server: %w", err)
		}
	}
	targets := make([]target, 0, len(c.Nodes))
	names, places := map[string]bool{}, map[string]string{}
	for i, node := range c.Nodes {
		t, err := c.target(node, server)
		if err != nil {
			fault("node %d of the messaging layer: %w", i+1, err)
			continue
		}
		place := t.address + t.path + " " + t.instance
		switch other, taken := places[place]; {
		case names[t.name]:
			fault("the node %q is set twice in the messaging layer: remove one", t.name)
		case taken:
			fault("the nodes %q and %q of the messaging layer have the same address: each node has its own", other, t.name)
		}
		names[t.name], places[place] = true, t.name
		targets = append(targets, t)
	}
	return targets, errors.Join(faults...)
}

// target checks one node. server is the Prometheus server's address.
func (c Config) target(node NodeConfig, server string) (target, error) {
	t := target{name: strings.TrimSpace(node.Name)}
	switch {
	case t.name == "":
		return t, errors.New("it has no name: give the node's name in the cluster")
	case len(t.name) > maxNodeNameBytes:
		return t, fmt.Errorf("its name has %d bytes: at most %d are possible", len(t.name), maxNodeNameBytes)
	}
	if c.Kind == KindPrometheus {
		if t.instance = strings.TrimSpace(node.Instance); t.instance == "" {
			return t, fmt.Errorf("%q has no instance: give the value of Prometheus' label \"instance\" for this node, such as host:9404", t.name)
		}
		t.address = server
		return t, nil
	}
	address, err := upstream.BaseAddress(node.URL)
	if err != nil {
		return t, fmt.Errorf("the address of %q: %w", t.name, err)
	}
	t.address, t.path = address, jolokiaPath
	if c.Kind == KindExporter {
		// People paste the whole path or the port alone.
		t.address, t.path = strings.TrimSuffix(address, exporterPath), exporterPath
	}
	return t, nil
}

func (c Config) credentials() upstream.Credentials {
	return upstream.Credentials{Username: c.Username, Password: c.Password}
}
