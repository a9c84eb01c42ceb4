package plugin

import (
	"context"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"
	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Process is what the whole plugin process shares; built once in main.
type Process struct {
	Registry *watch.Registry
	// Store is nil when none could be opened; StoreErr then says why and
	// StoreLocation where it should be.
	Store         action.Store
	StoreErr      error
	StoreLocation string
	// History reads what the store has kept; nil when there is no store.
	History History
	// Samples reads the figures that the store has kept; nil when there is no
	// store.
	Samples watch.SampleHistory
	// Attempts bounds attempts over all instances; nil means no bound.
	Attempts *action.Attempts
	Log      action.Logger
	// Observer is told how the plugin works; nil is nobody. Tracer makes spans;
	// nil makes none.
	Observer Observer
	Tracer   trace.Tracer
	// Reads stands between the adapters and the network; nil: nothing does.
	Reads  upstream.Reads
	Now    func() time.Time
	Timing action.Timing
}

// Datasource is one instance of a data source. The SDK makes a new one on
// every save; what must survive lives in Process.
type Datasource struct {
	process  *Process
	settings Settings
	// settingsErr is why the settings cannot be used; then only the health
	// check and refusals answer.
	settingsErr error
	started     time.Time
	lease       *watch.Lease
	guard       *action.Service
	resources   backend.CallResourceHandler

	diagnosed diagnoses
	// made closes when all of the above is in its place: a watcher may ask
	// before.
	made chan struct{}

	mu        sync.Mutex
	disposed  bool
	reconcile *time.Timer
}

var (
	_ backend.QueryDataHandler      = (*Datasource)(nil)
	_ backend.CheckHealthHandler    = (*Datasource)(nil)
	_ backend.CallResourceHandler   = (*Datasource)(nil)
	_ instancemgmt.InstanceDisposer = (*Datasource)(nil)
)

// NewDatasource is the SDK's instance factory. It never fails: if it did, the
// SDK would keep the old instance and dispose of it again and again. Bad
// settings give an instance that reports the error.
func (p *Process) NewDatasource(ctx context.Context, raw backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	d := &Datasource{process: p, started: p.Now(), made: make(chan struct{})}
	defer close(d.made)
	// A namespace would name a whole stack; rows belong to an organisation.
	//lint:ignore SA1019 Unjam's scope is the organisation
	d.settings, d.settingsErr = loadSettings(backend.PluginConfigFromContext(ctx).OrgID, raw)
	if d.settings.UIFault != "" {
		p.Log.Warn("Jobs are not linked to the coordinator's own UI", "scope", d.settings.Scope.String(), "reason", d.settings.UIFault)
	}
	if d.settingsErr == nil {
		d.settingsErr = d.watch(ctx)
	}
	d.guard = d.newGuard()
	d.resources = httpadapter.New(d.routes())
	if d.settingsErr == nil && p.Store != nil {
		d.reconcileAfter(0)
	}
	return d, nil
}

// watch takes a lease on the coordinator's watcher.
func (d *Datasource) watch(ctx context.Context) error {
	lease, err := d.process.Registry.Acquire(ctx, watch.Key{Scope: d.settings.Scope, Cluster: d.settings.Cluster, Connection: d.settings.connection.hash}, watch.Settings{
		Interval: d.settings.Interval, Deadline: d.settings.Deadline, StuckAfter: d.settings.Detection.Least(), Delivery: d.settings.Delivery, Samples: d.samplesOf, Diagnose: d.diagnosesOf,
		NewClient: func() (coordinator.Client, error) {
			return d.settings.connection.open(surroundings{now: d.process.Now, asked: d.askedToStop(), tracer: d.process.Tracer, reads: d.process.Reads})
		},
	})
	d.lease = lease
	return err
}

func (d *Datasource) newGuard() *action.Service {
	return action.NewService(action.Deps{
		Scope: d.settings.Scope, Cluster: d.settings.Cluster, Policy: d.settings.Policy, ProxyFault: d.settings.ProxyFault,
		Interval: d.settings.Interval, Coordinator: d.lease, Diagnoser: diagnoser{d}, Background: d.process.Registry,
		Store: d.process.Store, StoreErr: d.process.StoreErr, Attempts: d.process.Attempts, Log: d.process.Log, Now: d.process.Now, Timing: d.process.Timing,
		Observer: d.process.observer(), Tracer: d.process.Tracer,
	})
}

// reconcileAfter settles open actions after a pause, and then every
// ReconcileEvery until the instance is disposed of. Each run is an action of
// the registry of its own, so that no long-lived one holds back its cleaning.
func (d *Datasource) reconcileAfter(pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.disposed {
		return
	}
	d.reconcile = time.AfterFunc(pause, func() {
		d.process.Registry.Go(func(ctx context.Context) {
			if ctx.Err() != nil {
				return
			}
			open, err := d.guard.Reconcile(ctx)
			if err != nil {
				d.process.Log.Error("Open actions could not be reconciled", "scope", d.settings.Scope.String(), "error", err.Error())
			}
			// A store that failed before they were counted tells nothing of them.
			if err == nil || open > 0 {
				d.process.observer().Reconciled(d.settings.Scope, open)
			}
			d.reconcileAfter(action.ReconcileEvery)
		})
	})
}

// Dispose ends what the instance started and releases its lease on the
// watcher. The SDK may call it more than once.
func (d *Datasource) Dispose() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.disposed {
		return
	}
	d.disposed = true
	if d.reconcile != nil {
		d.reconcile.Stop()
	}
	if d.lease != nil {
		d.lease.Release()
	}
}

// CallResource serves our resource API (contract/resources.yaml).
func (d *Datasource) CallResource(ctx context.Context, request *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	return d.resources.CallResource(ctx, request, sender)
}

// freshView gives the newest view, after one shared refresh where it is older
// than two intervals. What cannot be refreshed is given as it is: the view
// says how old.
func (d *Datasource) freshView(ctx context.Context) *watch.View {
	view, err := d.lease.Fresh(ctx)
	if err != nil || view == nil {
		return d.lease.View()
	}
	return view
}

func (d *Datasource) blind(view *watch.View, now time.Time) bool {
	return view.Blind(now, d.settings.Interval)
}
