package health

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// namespace begins the name of every metric.
const namespace = "unjam"

// Values of labels.
const (
	pollComplete   = "complete"
	pollIncomplete = "incomplete"
	pollFailed     = "failed"
)

// Bounds of histograms, in seconds. A poll of 50,000 jobs takes about a second,
// the longest deadline is five minutes. A query reads memory; only one that
// waits for a poll takes long.
var (
	pollBuckets  = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300}
	queryBuckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30}
)

// Sizer tells what all watchers hold together (watch.Registry).
type Sizer interface {
	Totals() watch.Totals
}

// Metrics are a process' own metrics. They are counted from New on and can be
// read once they are registered. Safe for concurrent use.
type Metrics struct {
	polls         *prometheus.CounterVec
	pollDuration  prometheus.Histogram
	pollErrors    *prometheus.CounterVec
	queries       *prometheus.CounterVec
	queryDuration *prometheus.HistogramVec
	storeFailures *prometheus.CounterVec
	refused       *prometheus.CounterVec

	mu sync.Mutex
	// open are the actions of each scope without a proven end.
	open map[watch.Scope]int
}

// New makes metrics that nobody can read yet.
func New() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	m := &Metrics{
		polls: counter("polls_total", "Polls of coordinators, by result: complete, incomplete (not all of it answered) or failed (nothing did).", "result"),
		pollDuration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "poll_duration_seconds", Help: "How long polls took, failed ones too.", Buckets: pollBuckets,
		}),
		pollErrors: counter("poll_errors_total", "Polls that failed, by class: unreachable, unauthorised, bad_answer or other.", "class"),
		queries:    counter("queries_total", "Queries of panels and alert rules, by type and result.", "type", "result"),
		queryDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "query_duration_seconds", Help: "How long queries took, by type.", Buckets: queryBuckets,
		}, []string{"type"}),
		storeFailures: counter("store_failures_total", "Operations of the store that failed, by class: unreachable, not_writable, damaged or other.", "class"),
		refused:       counter("refused_attempts_total", "Attempts to act that were refused, by the guard or check that refused.", "guard"),
		open:          map[watch.Scope]int{},
	}
	m.beginAtZero()
	return m
}

// beginAtZero shows what has not happened yet as 0, so that the first failure
// is an increase.
func (m *Metrics) beginAtZero() {
	for _, result := range []string{pollComplete, pollIncomplete, pollFailed} {
		m.polls.WithLabelValues(result)
	}
	for _, class := range []coordinator.ErrorClass{coordinator.ClassUnreachable, coordinator.ClassUnauthorised, coordinator.ClassBadAnswer, coordinator.ClassOther} {
		m.pollErrors.WithLabelValues(string(class))
	}
	for _, class := range []store.FailureClass{store.FailureUnreachable, store.FailureNotWritable, store.FailureDamaged, store.FailureOther} {
		m.storeFailures.WithLabelValues(string(class))
	}
}

// Register shows the metrics, and the sizes that sizer tells at each look. It
// fails where the registerer has metrics of these names already.
func (m *Metrics) Register(registerer prometheus.Registerer, sizer Sizer) error {
	return registerer.Register(collector{metrics: m, sizer: sizer})
}

// Polled counts a poll (watch.Observer).
func (m *Metrics) Polled(poll watch.Poll) {
	m.pollDuration.Observe(poll.Took.Seconds())
	switch {
	case poll.Class != "":
		m.polls.WithLabelValues(pollFailed).Inc()
		m.pollErrors.WithLabelValues(string(poll.Class)).Inc()
	case poll.Complete:
		m.polls.WithLabelValues(pollComplete).Inc()
	default:
		m.polls.WithLabelValues(pollIncomplete).Inc()
	}
}

// Queried counts a query (plugin.Observer).
func (m *Metrics) Queried(queryType, result string, took time.Duration) {
	m.queries.WithLabelValues(queryType, result).Inc()
	m.queryDuration.WithLabelValues(queryType).Observe(took.Seconds())
}

// StoreFailed counts a failure of the store (store.Observer).
func (m *Metrics) StoreFailed(class store.FailureClass) {
	m.storeFailures.WithLabelValues(string(class)).Inc()
}

// Refused counts a refused attempt (action.Observer).
func (m *Metrics) Refused(guard string) { m.refused.WithLabelValues(guard).Inc() }

// Reconciled keeps how many actions of a scope have no proven end
// (plugin.Observer). Only their sum is shown.
func (m *Metrics) Reconciled(scope watch.Scope, open int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if open == 0 {
		delete(m.open, scope)
		return
	}
	m.open[scope] = open
}

func (m *Metrics) openIntents() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := 0
	for _, open := range m.open {
		sum += open
	}
	return sum
}
