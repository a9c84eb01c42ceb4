package seatunnel

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Values of Config.API.
const (
	// APIAuto probes REST v2, then REST v1, for each address.
	APIAuto = "auto"
	APIV2   = "v2"
	APIV1   = "v1"
)

// Values of Config.ForceStop.
const (
	// ForceStopAuto decides by the version that the engine declares.
	ForceStopAuto = "auto"
	// ForceStopYes is for patched builds that have force stop.
	ForceStopYes = "yes"
	ForceStopNo  = "no"
)

const (
	// defaultPageRows is large on purpose: SeaTunnel builds the whole list for
	// every page and cuts it then, so many small pages cost the engine many
	// whole lists. Our memory does not depend on it: pages are streamed.
	defaultPageRows = 10_000
	// minPageRows keeps pages larger than what they overlap, up to maxJobs (see
	// nextPage).
	minPageRows = 1000
	maxPageRows = 100_000
	// defaultBodyLimit: REST v1 gives all jobs in one answer, and 50,000 jobs
	// of 10 kB are 500 MB. They are streamed, not held.
	defaultBodyLimit = 1 << 30
	minBodyLimit     = 64 << 10
	// maxMasters and maxWorkers bound the requests of one poll.
	maxMasters = 16
	maxWorkers = 256
)

// Config says where a SeaTunnel cluster is and how to speak to it. Zero values
// take the defaults named beside them.
type Config struct {
	// Masters are the REST addresses of the masters ("http://host:8080"), at
	// least one. Only these are read and asked to stop jobs.
	Masters []string
	// Workers are the REST addresses of the workers; they are asked for task
	// threads only. May be empty.
	Workers []string
	// API is APIAuto (default), APIV2 or APIV1.
	API string
	// ContextPath is REST v2's context path ("/seatunnel"), for the addresses
	// that have no path themselves.
	ContextPath string
	// Username and Password are for basic authentication; both empty: none.
	Username string
	Password string
	// TLS is for https addresses.
	TLS TLS
	// TimeZone is the zone in which the engine writes its times, which carry
	// none; nil: UTC.
	TimeZone *time.Location
	// RequestTimeout is how long an answer may take to begin, and for all but
	// the lists of jobs to be complete; 0: 5 s.
	RequestTimeout time.Duration
	// PollDeadline is how long Snapshot, Probe and Job may take as a whole;
	// 0: 8 s.
	PollDeadline time.Duration
	// ForceStop is ForceStopAuto (default), ForceStopYes or ForceStopNo.
	ForceStop string
	// PageRows is the number of jobs asked for at once; 0: 10,000.
	PageRows int
	// BodyLimit is the most bytes that one answer may have; 0: 1 GiB.
	BodyLimit int64
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Tracer makes a span for each request; nil: none are made.
	Tracer trace.Tracer
	// Reads stands before the network; nil: nothing does.
	Reads upstream.Reads
}

// TLS says whom to trust and who we are.
type TLS = upstream.TLS

// checked is a configuration without faults, with defaults filled in.
type checked struct {
	Config
	masters []*endpoint
	workers []*endpoint
	// upstream says how to speak to them.
	upstream upstream.Options
}

// check fills in defaults and gives every fault as a sentence, joined.
func (c Config) check() (checked, error) {
	c = c.withDefaults()
	result := checked{Config: c}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}

	contextPath, err := cleanContextPath(c.ContextPath)
	if err != nil {
		faults = append(faults, err)
	}
	if len(c.Masters) == 0 {
		fault("no master address is set: give at least one, such as http://host:8080")
	}
	if len(c.Masters) > maxMasters {
		fault("%d master addresses are set: at most %d are possible", len(c.Masters), maxMasters)
	}
	if len(c.Workers) > maxWorkers {
		fault("%d worker addresses are set: at most %d are possible", len(c.Workers), maxWorkers)
	}
	endpoints := func(role string, addresses []string) (list []*endpoint) {
		seen := map[string]bool{}
		for i, address := range addresses {
			e, err := newEndpoint(role, address, contextPath)
			switch {
			case err != nil:
				fault("%s address %d: %w", role, i+1, err)
			case seen[e.address]:
				fault("the %s address %s is set twice: remove one", role, e.address)
			default:
				seen[e.address] = true
				list = append(list, e)
			}
		}
		return list
	}
	result.masters = endpoints(roleMaster, c.Masters)
	result.workers = endpoints(roleWorker, c.Workers)

	if c.API != APIAuto && c.API != APIV2 && c.API != APIV1 {
		fault("the interface %q is not known: choose auto, v2 or v1", c.API)
	}
	if c.ForceStop != ForceStopAuto && c.ForceStop != ForceStopYes && c.ForceStop != ForceStopNo {
		fault("the setting %q for force stop is not known: choose auto, yes or no", c.ForceStop)
	}
	faults = append(faults, c.credentials().Faults()...)
	faults = append(faults, c.timeouts().Faults()...)
	if c.PageRows < minPageRows || c.PageRows > maxPageRows {
		fault("the page size is %d jobs: choose one between %d and %d", c.PageRows, minPageRows, maxPageRows)
	}
	if c.BodyLimit < minBodyLimit {
		fault("the limit for answers is %d bytes: choose at least %d", c.BodyLimit, minBodyLimit)
	}
	tls, err := c.TLS.Config()
	if err != nil {
		faults = append(faults, err)
	}
	result.upstream = upstream.Options{
		Name: "SeaTunnel", AddressAdvice: "Is this the SeaTunnel REST address? Check the address and the context path.",
		Credentials: c.credentials(), TLS: tls, RequestTimeout: c.RequestTimeout, Now: c.Now, Tracer: c.Tracer, Reads: c.Reads,
	}
	return result, errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	if c.API == "" {
		c.API = APIAuto
	}
	if c.ForceStop == "" {
		c.ForceStop = ForceStopAuto
	}
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}
	times := c.timeouts().WithDefaults()
	c.RequestTimeout, c.PollDeadline = times.Request, times.Poll
	if c.PageRows == 0 {
		c.PageRows = defaultPageRows
	}
	if c.BodyLimit == 0 {
		c.BodyLimit = defaultBodyLimit
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c Config) credentials() upstream.Credentials {
	return upstream.Credentials{Username: c.Username, Password: c.Password}
}

func (c Config) timeouts() upstream.Timeouts {
	return upstream.Timeouts{Request: c.RequestTimeout, Poll: c.PollDeadline}
}

// cleanContextPath gives "" or "/path" without a slash at the end.
func cleanContextPath(path string) (string, error) {
	clean, ok := upstream.CleanPath(path)
	if !ok {
		return "", fmt.Errorf("the context path %q is not a path: write it like /seatunnel", "/"+strings.Trim(path, "/"))
	}
	return clean, nil
}
