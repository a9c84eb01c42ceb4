package action

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// PlanLifetime is how long a plan can be confirmed (design §7).
const PlanLifetime = 120 * time.Second

// Coordinator is what the guard needs of a watched coordinator: the newest
// view and the client for live readings and the one request.
type Coordinator interface {
	View() *watch.View
	Client() coordinator.Client
	// Dismiss takes a lost job with this episode out of the view; nothing is
	// sent. Idempotent.
	Dismiss(ctx context.Context, job coordinator.JobID, episode string) error
}

// Background runs a function in a context that outlives requests and data
// source instances (watch.Registry).
type Background interface {
	Go(run func(ctx context.Context))
}

// Diagnoser says whether waiting helps; nil in Deps until there is a diagnosis.
type Diagnoser interface {
	Outlook(view *watch.View, job watch.JobView) Outlook
}

// Logger takes sentences with pairs of key and value; no secrets.
type Logger interface {
	Info(msg string, args ...any)
	Warn(msg string, args ...any)
	Error(msg string, args ...any)
}

// Deps is all that a Service works with.
type Deps struct {
	Scope watch.Scope
	// Cluster is the coordinator identity: locks and budgets use it.
	Cluster string
	Policy  Policy
	// ProxyFault says which of Grafana's connection fields is set; empty when
	// none is.
	ProxyFault string
	// Interval is the configured poll interval.
	Interval    time.Duration
	Coordinator Coordinator
	Background  Background
	// Store is nil when none could be opened; StoreErr then says why.
	Store    Store
	StoreErr error
	// Diagnoser may be nil. Extra guards run after the built-in ones.
	Diagnoser Diagnoser
	Extra     []Guard
	// Attempts is the process' limits on attempts; nil means no limit.
	Attempts *Attempts
	Log      Logger
	// Observer is told of refusals; nil is nobody. Tracer makes spans; nil
	// makes none.
	Observer Observer
	Tracer   trace.Tracer
	Now      func() time.Time
	Timing   Timing
}

// Timing bounds what the guard does by itself.
type Timing struct {
	// Read bounds one live reading.
	Read time.Duration
	// Act bounds the one request.
	Act time.Duration
	// Verify is how long an end is looked for after the request, VerifyEvery
	// the pause between two looks.
	Verify      time.Duration
	VerifyEvery time.Duration
	// ReconcileFor is how long an action without a final outcome is read again.
	ReconcileFor time.Duration
}

// DefaultTiming: a stop is answered in milliseconds (measured: 2–10 ms), a
// proven end follows within a second; a frozen worker is dropped after about a
// minute (no-heartbeat limit 60 s), hence 90 s of looking. A day of
// reconciliation covers an outage over night.
func DefaultTiming() Timing {
	return Timing{Read: 10 * time.Second, Act: 20 * time.Second, Verify: 90 * time.Second, VerifyEvery: time.Second, ReconcileFor: 24 * time.Hour}
}

// Service is the guard of one data source. It is made anew with each instance;
// what must survive lives in the Store and in Background. Safe for concurrent
// use.
type Service struct {
	deps   Deps
	guards []Guard
	// holder names this service in leases.
	holder string
	// refusals counts refused attempts: the process' own, where there is one.
	refusals *Attempts

	mu     sync.Mutex
	active map[string]bool
	// undone are dismissals that are recorded and not carried out; recalled
	// tells whether those of an earlier process were looked for.
	undone   []dismissal
	recalled bool

	aftermath cachedAftermath
}

// NewService makes the guard of a data source.
func NewService(deps Deps) *Service {
	if deps.Store == nil && deps.StoreErr == nil {
		deps.StoreErr = watch.ErrNoStore
	}
	if deps.Tracer == nil {
		deps.Tracer = noop.NewTracerProvider().Tracer("")
	}
	refusals := deps.Attempts
	if refusals == nil {
		refusals = NewAttempts(deps.Now)
	}
	return &Service{deps: deps, guards: append(Guards(), deps.Extra...), holder: randomID(), refusals: refusals, active: map[string]bool{}}
}

// Policy gives the policy in force.
func (s *Service) Policy() Policy { return s.deps.Policy }

// Support is whether an action could be asked for now, job aside; nil when it
// could.
func (s *Service) Support(actor *Actor, kind Kind) *Refusal {
	if refusal := May(actor, s.deps.Policy); refusal != nil {
		return refusal
	}
	facts := Facts{Kind: kind, Policy: s.deps.Policy, ProxyFault: s.deps.ProxyFault, StoreErr: s.deps.StoreErr}
	view := s.deps.Coordinator.View()
	if view.Snapshot == nil {
		return &Refusal{Guard: GuardFresh, Status: http.StatusServiceUnavailable, Message: "The coordinator has not been read yet."}
	}
	facts.Capabilities = view.Snapshot.Capabilities
	for _, guard := range []Guard{{GuardEnabled, guardEnabled}, {GuardProxyClosed, guardProxyClosed}, {GuardStore, guardStore}, {GuardSupported, guardSupported}} {
		if verdict := guard.Check(facts); verdict.Result == Block {
			return &Refusal{Guard: guard.ID, Status: http.StatusConflict, Message: verdict.Reason, Change: verdict.Change}
		}
	}
	return nil
}

// JobBlock is why the guard would not act on a watched job now, as far as the
// job itself tells; empty when nothing speaks against a plan. It does not
// depend on the user: frames carry it.
func (s *Service) JobBlock(kind Kind, job watch.JobView, able coordinator.Capabilities) string {
	if !job.Listed {
		return "The coordinator's list does not show the job at present."
	}
	facts := Facts{Kind: kind, Policy: s.deps.Policy, Episode: job.Episode, Listed: true, Watched: true, Reading: coordinator.Reading{Job: job.Job}, Capabilities: able}
	for _, check := range []func(Facts) Verdict{guardState, guardAge} {
		if verdict := check(facts); verdict.Result == Block {
			return verdict.Reason
		}
	}
	return ""
}

// readJob reads a job live and turns failures into refusals.
func (s *Service) readJob(ctx context.Context, id coordinator.JobID) (coordinator.Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timing.Read)
	defer cancel()
	reading, err := s.deps.Coordinator.Client().Job(ctx, "", id)
	switch {
	case err == nil:
		return reading, nil
	case errors.Is(err, coordinator.ErrNotFound):
		return reading, &Refusal{Guard: CheckJobKnown, Status: http.StatusNotFound, Message: fmt.Sprintf("The coordinator does not know a job with the id %s.", id)}
	default:
		return reading, &Refusal{Guard: CheckCoordinator, Status: http.StatusServiceUnavailable,
			Message: fmt.Sprintf("Job %s could not be read, so nothing was sent: %v", id, err), Change: "Wait until the coordinator answers."}
	}
}

// idBytes is the length of plan ids: 128 random bits cannot be guessed.
const idBytes = 16

func randomID() string {
	raw := make([]byte, idBytes)
	// Never fails since Go 1.24: without randomness the process ends instead.
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}
