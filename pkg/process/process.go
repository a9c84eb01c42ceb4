// Package process builds all that one process of the backend shares: the store,
// the registry of watchers and the clock. The plugin's program and the
// workbench start with the same.
package process

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
	"github.com/unjam/unjam-jobs-app/pkg/health"
	"github.com/unjam/unjam-jobs-app/pkg/plugin"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// openPatience bounds the opening of the store, so that a locked file cannot
// keep the process from starting.
const openPatience = 20 * time.Second

// Process is a plugin.Process with what it must close at its end.
type Process struct {
	*plugin.Process
	// opened is nil when the store could not be opened.
	opened *store.Store
}

// options are what an Option changes.
type options struct {
	registerer prometheus.Registerer
	tracer     trace.Tracer
	reads      upstream.Reads
	limit      func(int64) int64
}

// Option changes how a process is built.
type Option func(*options)

// WithMetrics shows the process' own metrics to a registerer. Without it they
// are counted and nobody sees them.
func WithMetrics(registerer prometheus.Registerer) Option {
	return func(o *options) { o.registerer = registerer }
}

// WithTracer makes spans of polls, actions and requests to coordinators.
func WithTracer(tracer trace.Tracer) Option { return func(o *options) { o.tracer = tracer } }

// WithMemoryLimit keeps the process small: limit sets the soft limit of its
// memory (runtime/debug.SetMemoryLimit), and is told a new one after each poll.
func WithMemoryLimit(limit func(int64) int64) Option { return func(o *options) { o.limit = limit } }

// WithReads puts something between the adapters and the network: a recorder of
// what coordinators answer, or the replay of a recording.
func WithReads(reads upstream.Reads) Option { return func(o *options) { o.reads = reads } }

// Open opens the store at a location and builds the process around it. shown is
// how the location is named to people until it is opened: it may hold a
// password. A store that cannot be opened does not fail: monitoring goes on
// without it, actions are refused, and the health check says so. One whose
// server is away is used as soon as it is back.
func Open(ctx context.Context, location, shown string, logger watch.Logger, chosen ...Option) *Process {
	var o options
	for _, choose := range chosen {
		choose(&o)
	}
	metrics := health.New()
	p := &Process{Process: &plugin.Process{
		StoreLocation: shown, Attempts: action.NewAttempts(time.Now), Log: logger, Observer: metrics, Tracer: o.tracer, Reads: o.reads, Now: time.Now, Timing: action.DefaultTiming(),
	}}
	var timelines watch.Store
	var memories watch.Memories
	var samples watch.SampleStore
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	opened, err := store.Open(ctx, location, store.Patient(), store.WithClock(p.Now), store.WithObserver(metrics))
	if err != nil {
		p.StoreErr = err
	} else {
		p.opened = opened
		p.Store, p.History, p.Samples, timelines, memories, samples, p.StoreLocation = opened, opened, opened, opened, opened, opened, opened.Location()
		err = opened.Writable(ctx)
	}
	if err != nil {
		logger.Error("No record can be made: actions are refused", "store", p.StoreLocation, "error", err.Error())
	}
	var observer watch.Observer = metrics
	if o.limit != nil {
		observer = &thrift{Observer: metrics, totals: func() watch.Totals { return p.Registry.Totals() }, limit: o.limit}
	}
	p.Registry = watch.NewRegistry(watch.Options{Store: timelines, Memories: memories, Samples: samples, Logger: logger, Observer: observer, Tracer: o.tracer, Now: time.Now})
	if o.registerer != nil {
		if err := metrics.Register(o.registerer, p.Registry); err != nil {
			logger.Error("The plugin's own metrics are not shown", "error", err.Error())
		}
	}
	return p
}

// Close ends the watchers and waits for running acts, which still record what
// they learn, and closes the store after that.
func (p *Process) Close() error {
	p.Registry.Close()
	if p.opened == nil {
		return nil
	}
	return p.opened.Close()
}
