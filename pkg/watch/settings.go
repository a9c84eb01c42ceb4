package watch

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// The poll interval's bounds and default (design §4), and the default deadline
// of a whole poll.
const (
	MinInterval     = 2 * time.Second
	MaxInterval     = 300 * time.Second
	DefaultInterval = 10 * time.Second
	DefaultDeadline = 15 * time.Second
)

const (
	// DefaultIdleAfter is how long a watcher polls without a reader (design §4).
	DefaultIdleAfter = 15 * time.Minute
	// DefaultLinger is how long a watcher outlives its last lease: Grafana's
	// SDK disposes of an instance 5 s after it made the next one.
	DefaultLinger = 10 * time.Second
)

// Key names a watcher: whose data it gathers, and with which connection.
type Key struct {
	Scope Scope
	// Cluster is the coordinator's identity (design §3): a data source that is
	// pointed at another cluster begins another timeline.
	Cluster string
	// Connection is a hash over everything that decides what the client talks
	// to and how: addresses, credentials, TLS, zone. A scope whose hash changes
	// gets a new watcher; interval and deadline are no part of it.
	Connection string
}

// Settings is how to watch.
type Settings struct {
	// Interval is the time between two polls. Zero is DefaultInterval; out of
	// bounds is brought to the nearer bound.
	Interval time.Duration
	// Deadline bounds a whole poll. Zero is DefaultDeadline.
	Deadline time.Duration
	// StuckAfter is from which age on a job on its way to an end is late: then
	// the workers are asked for its task threads. Zero is DefaultStuckAfter.
	StuckAfter time.Duration
	// Delivery are the limits of event delivery that the coordinator does not
	// tell; only used where it has such a thing.
	Delivery delivery.Settings
	// Samples gives the figures that are kept of a view; nil keeps none. It is
	// called by the watcher at most once a minute and must not wait.
	Samples func(view *View, now time.Time) []Sample
	// Diagnose says what is the matter with the jobs of a view, as it is shown
	// now; false: it cannot be told yet. Each poll that answered is diagnosed,
	// and what changes becomes an event; nil: none is. It is called beside the
	// polls, one call at a time, and must not read the view through a lease:
	// nobody reads it.
	Diagnose func(view *View) ([]Diagnosis, bool)
	// NewClient makes the client that the watcher owns and closes. It must not
	// contact the coordinator.
	NewClient func() (coordinator.Client, error)
}

func (s Settings) withDefaults() Settings {
	if s.Interval == 0 {
		s.Interval = DefaultInterval
	}
	s.Interval = min(max(s.Interval, MinInterval), MaxInterval)
	if s.Deadline <= 0 {
		s.Deadline = DefaultDeadline
	}
	if s.StuckAfter <= 0 {
		s.StuckAfter = DefaultStuckAfter
	}
	return s
}

// Logger is where the registry logs to: the common part of slog.Logger and the
// Grafana SDK's logger. Arguments are pairs of key and value.
type Logger interface {
	Debug(message string, args ...any)
	Info(message string, args ...any)
	Warn(message string, args ...any)
	Error(message string, args ...any)
}

// Options is what a Registry works with. The zero value watches without a
// store and without a log.
type Options struct {
	// Store keeps timelines over restarts; nil is none.
	Store Store
	// Memories keeps what is remembered beside timelines; nil is none.
	Memories Memories
	// Samples keeps figures of the past; nil is none.
	Samples SampleStore
	Logger  Logger
	// Observer is told of polls; nil is nobody. Tracer makes their spans; nil
	// makes none.
	Observer Observer
	Tracer   trace.Tracer
	// Now is the clock; nil is time.Now. It must be the clients' clock too,
	// since it is compared with Snapshot.ReadAt.
	Now func() time.Time
	// Jitter gives numbers from 0 to 1 that spread the polls; nil is
	// math/rand/v2.
	Jitter func() float64
	// IdleAfter and Linger are DefaultIdleAfter and DefaultLinger when zero.
	IdleAfter time.Duration
	Linger    time.Duration
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Tracer == nil {
		o.Tracer = noop.NewTracerProvider().Tracer("")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = randomJitter
	}
	if o.IdleAfter <= 0 {
		o.IdleAfter = DefaultIdleAfter
	}
	if o.Linger <= 0 {
		o.Linger = DefaultLinger
	}
	return o
}
