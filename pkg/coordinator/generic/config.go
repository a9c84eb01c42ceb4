package generic

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// defaultPageSize keeps an answer at about 1 MB; 50,000 jobs are 25 reads.
	defaultPageSize = 2000
	// maxPageSize is the contract's maximum of `limit`.
	maxPageSize = 10_000
	// defaultBodyLimit bounds one page. It is streamed, not held: a coordinator
	// that ignores `limit` may send all its jobs at once.
	defaultBodyLimit = 1 << 30
	minBodyLimit     = 64 << 10
	// maxAddresses bounds the requests of one poll.
	maxAddresses = 16

	productName = "the coordinator"
)

// Config says where a coordinator is and how to speak to it. Zero values take
// the defaults named beside them.
type Config struct {
	// Addresses are the bases of the contract's routes, one for each master
	// ("https://host/coordinator/v1"), at least one. Only these are contacted.
	Addresses []string
	// Token is a bearer token; else Username and Password are for basic
	// authentication. All empty: none.
	Token    string
	Username string
	Password string
	// TLS is for https addresses.
	TLS upstream.TLS
	// RequestTimeout is how long an answer may take to begin, and for all but
	// the pages of jobs to be complete; 0: 5 s.
	RequestTimeout time.Duration
	// PollDeadline is how long Snapshot, Probe and Job may take as a whole;
	// 0: 8 s.
	PollDeadline time.Duration
	// PageSize is the number of jobs asked for at once; 0: 2,000.
	PageSize int
	// BodyLimit is the most bytes that one page may have; 0: 1 GiB.
	BodyLimit int64
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Tracer makes a span for each request; nil: none are made.
	Tracer trace.Tracer
	// Reads stands before the network; nil: nothing does.
	Reads upstream.Reads
}

// checked is a configuration without faults, with defaults filled in.
type checked struct {
	Config
	// upstream says how to speak to the addresses.
	upstream upstream.Options
}

// check fills in defaults and gives every fault as a sentence, joined.
func (c Config) check() (checked, error) {
	c = c.withDefaults()
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if len(c.Addresses) == 0 {
		fault("no address is set: give at least one, such as https://host/coordinator/v1")
	}
	if len(c.Addresses) > maxAddresses {
		fault("%d addresses are set: at most %d are possible", len(c.Addresses), maxAddresses)
	}
	seen := map[string]bool{}
	bases := make([]string, 0, len(c.Addresses))
	for i, address := range c.Addresses {
		base, err := upstream.BaseAddress(address)
		switch {
		case err != nil:
			fault("address %d: %w", i+1, err)
		case seen[base]:
			fault("the address %s is set twice: remove one", base)
		default:
			seen[base] = true
			bases = append(bases, base)
		}
	}
	c.Addresses = bases
	faults = append(faults, c.credentials().Faults()...)
	faults = append(faults, c.timeouts().Faults()...)
	if c.PageSize < 1 || c.PageSize > maxPageSize {
		fault("the page size is %d jobs: choose one between 1 and %d", c.PageSize, maxPageSize)
	}
	if c.BodyLimit < minBodyLimit {
		fault("the limit for answers is %d bytes: choose at least %d", c.BodyLimit, minBodyLimit)
	}
	tls, err := c.TLS.Config()
	if err != nil {
		faults = append(faults, err)
	}
	return checked{Config: c, upstream: upstream.Options{
		Name: productName, AddressAdvice: "Is this the base of the contract's routes, such as https://host/coordinator/v1? `npm run contract:check -- URL` tells what is missing.",
		Credentials: c.credentials(), TLS: tls, RequestTimeout: c.RequestTimeout, Now: c.Now, Tracer: c.Tracer, Reads: c.Reads,
	}}, errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	times := c.timeouts().WithDefaults()
	c.RequestTimeout, c.PollDeadline = times.Request, times.Poll
	if c.PageSize == 0 {
		c.PageSize = defaultPageSize
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
	return upstream.Credentials{Username: c.Username, Password: c.Password, Token: c.Token}
}

func (c Config) timeouts() upstream.Timeouts {
	return upstream.Timeouts{Request: c.RequestTimeout, Poll: c.PollDeadline}
}
