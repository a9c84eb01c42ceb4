package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/cloverdx"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/generic"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/jgroups"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/seatunnel"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// The kinds of coordinators.
const (
	kindSeaTunnel = "seatunnel"
	kindCloverDX  = "cloverdx"
	kindGeneric   = "generic"
)

// connection is how a data source speaks to its coordinator.
type connection struct {
	// product is the coordinator's name for people.
	product string
	// hash changes whenever something changes that a watcher depends on;
	// secrets are hashed in.
	hash string
	// open makes the client; it contacts nobody.
	open func(surroundings) (coordinator.Client, error)
}

// surroundings is what a client needs of the process and of the records.
type surroundings struct {
	// now is the registry's clock: ages are made of both.
	now func() time.Time
	// asked tells whether Unjam has asked a job to stop whose end is not
	// proven, for coordinators that know no CANCELING.
	asked func(id coordinator.JobID, createTime time.Time) bool
	// tracer makes a span for each request; nil: none are made.
	tracer trace.Tracer
	// reads stands before the network; nil: nothing does.
	reads upstream.Reads
}

// wires is what the connections of all kinds have in common.
type wires struct {
	urls     []string
	timeout  time.Duration
	deadline time.Duration
	tls      upstream.TLS
	secrets  map[string]string
}

// connect reads the settings of the kind.
func connect(stored jsonData, w wires) (connection, error) {
	switch stored.Kind {
	case "", kindSeaTunnel:
		return connectSeaTunnel(stored, w)
	case kindCloverDX:
		return connectCloverDX(stored, w)
	case kindGeneric:
		return connectGeneric(stored, w)
	}
	return connection{}, fmt.Errorf("the kind of coordinator %q is not known; this version knows %q, %q and %q", stored.Kind, kindSeaTunnel, kindCloverDX, kindGeneric)
}

func connectSeaTunnel(stored jsonData, w wires) (connection, error) {
	if len(w.urls) == 0 {
		return connection{}, errors.New("no coordinator address is set; add the address of a master's REST interface, for example http://seatunnel-master:8080")
	}
	workers, err := addresses("the worker address", stored.WorkerURLs)
	if err != nil {
		return connection{}, err
	}
	zone, err := time.LoadLocation(stored.TimeZone)
	if err != nil {
		return connection{}, fmt.Errorf("the time zone %q is not known; use a name such as Europe/Berlin or UTC", stored.TimeZone)
	}
	config := seatunnel.Config{
		Masters: w.urls, Workers: workers, API: orDefault(stored.APIVersion, "auto"), ContextPath: stored.ContextPath,
		Username: stored.Username, Password: w.secrets[securePassword],
		RequestTimeout: w.timeout, PollDeadline: w.deadline, ForceStop: orDefault(stored.ForceStopSupport, "auto"), TLS: w.tls,
	}
	hash := connectionHash(kindSeaTunnel, config, zone.String())
	config.TimeZone = zone
	return connection{product: "SeaTunnel", hash: hash, open: func(s surroundings) (coordinator.Client, error) {
		config := config
		config.Now, config.Tracer, config.Reads = s.now, s.tracer, s.reads
		return seatunnel.New(config)
	}}, nil
}

func connectCloverDX(stored jsonData, w wires) (connection, error) {
	if len(w.urls) == 0 {
		return connection{}, errors.New("no server address is set; add the address of a CloverDX node with its context path, for example http://node1:8080/clover")
	}
	own := stored.CloverDX
	config := cloverdx.Config{
		Servers: w.urls, API: own.API, AbortMethod: own.AbortMethod, AbortPath: own.AbortPath, ParentField: own.ParentField,
		NodeField: own.NodeField, StatusFilter: own.StatusFilter, PageSize: own.PageSize,
		Username: stored.Username, Password: w.secrets[securePassword], TLS: w.tls, RequestTimeout: w.timeout, PollDeadline: w.deadline,
	}
	source, err := messagingConfig(stored.Messaging, w)
	if err != nil {
		return connection{}, err
	}
	return connection{product: "CloverDX", hash: connectionHash(kindCloverDX, config, source), open: func(s surroundings) (coordinator.Client, error) {
		config, source := config, source
		config.Now, source.Now = s.now, s.now
		config.Tracer, source.Tracer = s.tracer, s.tracer
		config.Reads, source.Reads = s.reads, s.reads
		config.AbortAsked = s.asked
		if source.Kind != jgroups.KindNone {
			nodes, err := jgroups.New(source)
			if err != nil {
				return nil, err
			}
			config.Nodes = nodes
		}
		return cloverdx.New(config)
	}}, nil
}

func connectGeneric(stored jsonData, w wires) (connection, error) {
	if len(w.urls) == 0 {
		return connection{}, errors.New("no coordinator address is set; add the base address of its interface, for example https://coordinator:8443/coordinator/v1")
	}
	config := generic.Config{
		Addresses: w.urls, Username: stored.Username, Password: w.secrets[securePassword], Token: w.secrets[secureToken],
		TLS: w.tls, RequestTimeout: w.timeout, PollDeadline: w.deadline,
	}
	return connection{product: "The coordinator", hash: connectionHash(kindGeneric, config), open: func(s surroundings) (coordinator.Client, error) {
		config := config
		config.Now, config.Tracer, config.Reads = s.now, s.tracer, s.reads
		return generic.New(config)
	}}, nil
}

// messagingConfig reads how the nodes' messaging layer is read.
func messagingConfig(stored jsonMessaging, w wires) (jgroups.Config, error) {
	config := jgroups.Config{
		Kind: jgroups.Kind(orDefault(stored.Source, string(jgroups.KindNone))), PrometheusURL: stored.PrometheusURL,
		Username: stored.Username, Password: w.secrets[secureMessagingPassword], TLS: w.tls, Channel: stored.Channel,
		Windows: stored.Windows, RequestTimeout: w.timeout,
	}
	for i, node := range stored.Nodes {
		if len(stored.Nodes) > maxAddresses*4 {
			return config, fmt.Errorf("messaging.nodes has %d entries; use at most %d", len(stored.Nodes), maxAddresses*4)
		}
		if node.Name == "" {
			return config, fmt.Errorf("node %d of messaging.nodes has no name; use the node's name in the cluster", i+1)
		}
		config.Nodes = append(config.Nodes, jgroups.NodeConfig{Name: node.Name, URL: node.URL, Instance: node.Instance})
	}
	return config, nil
}

// connectionHash covers all that decides what the client talks to and how. The
// policy and the poll interval are not part of it, so that changing them keeps
// the running watcher. No part may hold a pointer or a function that is set.
func connectionHash(kind string, parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %#v", kind, parts))
	return hex.EncodeToString(sum[:])
}
