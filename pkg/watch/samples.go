package watch

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// SampleEvery is the least time between two samples of one series.
	SampleEvery = time.Minute
	// SampleAgainAfter is when the figure of a pair is kept again though it has
	// not changed, so that one at the beginning of a range is found.
	SampleAgainAfter = 6 * time.Hour
	// sampledSeries bounds what is kept at once: three figures of the pairs of
	// 32 nodes, and those of the cluster.
	sampledSeries = 3_000
	// unsavedLooks bounds what a store that fails makes us keep of the past.
	unsavedLooks = 100
	// lookKnownAfter is how long an ended look is told again: by then it is
	// known whether the turns that told it were kept.
	lookKnownAfter = 10 * time.Minute
)

// Sample is a figure at a moment. Those of a pair of nodes stand until the next
// one; those of the cluster (no node) are told at every turn.
type Sample struct {
	Metric string
	// Node and Peer are the pair; empty where the figure is the cluster's.
	Node, Peer string
	At         time.Time
	// Value is nil where the figure is no longer exposed.
	Value *float64
}

// Look is a time in which the coordinator was read completely without a gap.
type Look struct{ Since, Until time.Time }

// Span is an episode without what only people read.
type Span struct {
	Job                       coordinator.JobID
	Name                      string
	State                     coordinator.State
	Since, Until              time.Time
	ContinuousSince, LastSeen time.Time
}

// SampleStore keeps samples and looks, bounded in time and number. Implemented
// by package store.
type SampleStore interface {
	// Now is the store's clock.
	Now(ctx context.Context) (time.Time, error)
	// SaveSamples adds samples, and looks or what has become of them: one that
	// begins as a stored one replaces it. now is by the store's clock, as all
	// times are.
	SaveSamples(ctx context.Context, scope Scope, cluster string, samples []Sample, looks []Look, now time.Time) error
}

// SampleHistory reads what was kept over a range of time, by the store's clock.
// Implemented by package store.
type SampleHistory interface {
	// SamplesBetween gives a metric's samples by node, peer and time, at most
	// limit; cut: there are more, the oldest are left out.
	SamplesBetween(ctx context.Context, scope Scope, cluster, metric string, from, to time.Time, limit int) (samples []Sample, cut bool, err error)
	// LooksBetween gives the looks that reach into the range, by time.
	LooksBetween(ctx context.Context, scope Scope, cluster string, from, to time.Time) ([]Look, error)
	// SpansBetween gives the episodes that lasted in the range and fit the
	// filter (its MinAge does not count), by job and time, at most limit; cut:
	// there are more, those that began first are left out.
	SpansBetween(ctx context.Context, scope Scope, cluster string, from, to time.Time, filter EpisodeFilter, limit int) (spans []Span, cut bool, err error)
}

// sampler keeps samples and looks. Its methods are of the loop; what speaks
// with the store is a goroutine of its own, so that no poll waits for it.
type sampler struct {
	store   SampleStore
	scope   Scope
	cluster string
	logger  Logger
	now     func() time.Time

	// looks are those that the store may not have, the last one goes on.
	looks []Look
	// kept is what the store was given last of each series of a pair.
	kept map[series]keptSample
	// sampledAt is when a turn was handed over last.
	sampledAt time.Time

	requests chan sampling
	// lost is true after a turn that could not be kept: then all is told again.
	lost    atomic.Bool
	work    sync.WaitGroup
	stopped context.CancelFunc
	// clock and failing are of the goroutine, and after its end of who stopped it.
	clock   storeClock
	failing bool
}

type series struct{ metric, node, peer string }

type keptSample struct {
	at    time.Time
	value *float64
}

// sampling is one turn.
type sampling struct {
	samples []Sample
	looks   []Look
}

func newSampler(options Options, key Key) *sampler {
	return &sampler{
		store: options.Samples, scope: key.Scope, cluster: key.Cluster, logger: options.Logger, now: options.Now,
		kept: map[series]keptSample{}, requests: make(chan sampling, 1),
	}
}

// sample takes what a poll has shown. It never waits.
func (w *watcher) sample() {
	s, settings, view := w.samples, w.settings.Load(), w.view.Load()
	if s.store == nil {
		return
	}
	now := w.now()
	s.look(view.CompleteAsOf, timeline.GapIntervals*max(view.GapInterval, settings.Interval))
	if !s.sampledAt.IsZero() && now.Sub(s.sampledAt) < SampleEvery {
		return
	}
	var figures []Sample
	if settings.Samples != nil {
		figures = settings.Samples(view, now)
	}
	s.hand(figures, now)
}

// look notes a complete poll.
func (s *sampler) look(at time.Time, gap time.Duration) {
	last := len(s.looks) - 1
	switch {
	case at.IsZero():
	case last < 0 || at.Sub(s.looks[last].Until) > gap:
		s.looks = append(s.looks, Look{at, at})
		s.looks = s.looks[max(0, len(s.looks)-unsavedLooks):]
	case at.After(s.looks[last].Until):
		s.looks[last].Until = at
	}
}

// hand gives a turn to the goroutine; where that is still busy, the next turn
// tells what this one would have.
func (s *sampler) hand(figures []Sample, now time.Time) {
	again := s.lost.Swap(false)
	if again {
		clear(s.kept)
	}
	turn := sampling{looks: append([]Look(nil), s.looks...)}
	told := make(map[series]bool, len(figures))
	for _, one := range figures[:min(len(figures), sampledSeries)] {
		one.At = now
		key := series{one.Metric, one.Node, one.Peer}
		told[key] = true
		if s.changed(key, one) {
			turn.samples = append(turn.samples, one)
		}
	}
	for key, before := range s.kept {
		if !told[key] && before.value != nil {
			turn.samples = append(turn.samples, Sample{Metric: key.metric, Node: key.node, Peer: key.peer, At: now})
		}
	}
	select {
	case s.requests <- turn:
	default:
		return
	}
	s.sampledAt = now
	for !again && len(s.looks) > 1 && now.Sub(s.looks[0].Until) > lookKnownAfter {
		s.looks = s.looks[1:]
	}
	for _, one := range turn.samples {
		if one.Node != "" {
			s.kept[series{one.Metric, one.Node, one.Peer}] = keptSample{now, one.Value}
		}
	}
}

// changed tells whether a sample is worth keeping.
func (s *sampler) changed(key series, one Sample) bool {
	before, known := s.kept[key]
	switch {
	case key.node == "", !known, one.At.Sub(before.at) >= SampleAgainAfter:
		return true
	case one.Value == nil || before.value == nil:
		return one.Value != before.value
	}
	return *one.Value != *before.value
}

// start begins the work; stop must follow.
func (s *sampler) start() {
	if s.store == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stopped = cancel
	s.work.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case turn := <-s.requests:
				s.save(ctx, turn, saveTimeout)
			}
		}
	})
}

// stop ends the work, and keeps until when was looked.
func (s *sampler) stop() {
	if s.stopped == nil {
		return
	}
	s.stopped()
	s.work.Wait()
	last := sampling{looks: s.looks}
	select {
	case turn := <-s.requests:
		last.samples = turn.samples
	default:
	}
	if len(last.looks) > 0 {
		s.save(context.Background(), last, storeTimeout)
	}
}

// save keeps one turn, in the store's times.
func (s *sampler) save(ctx context.Context, turn sampling, timeout time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := s.write(ctx, turn)
	if err != nil {
		s.lost.Store(true)
		if !s.failing {
			s.logger.Warn("The history of figures cannot be kept", "scope", s.scope.String(), "error", err)
		}
	}
	s.failing = err != nil
}

func (s *sampler) write(ctx context.Context, turn sampling) error {
	before := s.now()
	stored, err := s.store.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := s.clock.read(before, stored, s.now()); err != nil {
		return err
	}
	samples, looks := make([]Sample, len(turn.samples)), make([]Look, len(turn.looks))
	for i, one := range turn.samples {
		one.At = s.clock.toStore(one.At)
		samples[i] = one
	}
	for i, one := range turn.looks {
		looks[i] = Look{s.clock.toStore(one.Since), s.clock.toStore(one.Until)}
	}
	return s.store.SaveSamples(ctx, s.scope, s.cluster, samples, looks, s.clock.toStore(s.now()))
}
