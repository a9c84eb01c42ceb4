package seatunnel

import (
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Roles of configured addresses, as coordinator.AddressProbe shows them.
const (
	roleMaster = "master"
	roleWorker = "worker"
)

// dialect is one of SeaTunnel's interfaces.
type dialect int

const (
	dialectUnknown dialect = iota
	dialectV2
	dialectV1
)

// String names the interface for people.
func (d dialect) String() string {
	switch d {
	case dialectV2:
		return "REST v2"
	case dialectV1:
		return "REST v1"
	default:
		return ""
	}
}

// v1Prefix is where REST v1 lives on the Hazelcast port; v1Metrics is the
// telemetry, which does not lie below it.
const (
	v1Prefix  = "/hazelcast/rest/maps"
	v1Metrics = "/hazelcast/rest/instance/metrics"
	v2Metrics = "/metrics"
)

// dialectLifetime is how long a probed dialect is used without probing again:
// engines are seldom upgraded, and a failure probes anew anyway.
const dialectLifetime = 10 * time.Minute

// endpoint is one configured address and what was learnt about it. It is safe
// for concurrent use.
type endpoint struct {
	// address is the configured address in normal form: what people see and
	// what coordinator types carry. It includes the path written in it (of a
	// reverse proxy, or the context path).
	address string
	role    string
	// contextPath is the one from the settings if the address had no path.
	contextPath string

	mutex   sync.Mutex
	dialect dialect
	version string
	learnt  time.Time
}

func newEndpoint(role, address, contextPath string) (*endpoint, error) {
	parsed, err := upstream.CleanAddress(address)
	if err != nil {
		return nil, err
	}
	// People paste the whole prefix of REST v1; it is ours to add.
	path := strings.TrimSuffix(strings.TrimRight(parsed.EscapedPath(), "/"), v1Prefix)
	e := &endpoint{role: role, address: parsed.Scheme + "://" + parsed.Host + path}
	if path == "" {
		e.contextPath = contextPath
	}
	return e, nil
}

// path gives the path of an interface's resource, to be appended to the
// address. REST v1 has no context path.
func (e *endpoint) path(d dialect, resource string) string {
	if d == dialectV1 {
		return v1Prefix + resource
	}
	return e.contextPath + resource
}

// metricsPath is where the telemetry is.
func (e *endpoint) metricsPath(d dialect) string {
	if d == dialectV1 {
		return v1Metrics
	}
	return e.path(dialectV2, v2Metrics)
}

// remember keeps what a probe found.
func (e *endpoint) remember(d dialect, version string, now time.Time) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.dialect, e.version, e.learnt = d, version, now
}

// forget makes the next use probe again.
func (e *endpoint) forget() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.dialect, e.version = dialectUnknown, ""
}

// known gives the remembered dialect and declared version; dialectUnknown when
// there is none or it is too old.
func (e *endpoint) known(now time.Time) (dialect, string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if age := now.Sub(e.learnt); age < 0 || age > dialectLifetime {
		return dialectUnknown, ""
	}
	return e.dialect, e.version
}
