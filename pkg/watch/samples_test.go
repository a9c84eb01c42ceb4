package watch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// samplesFake keeps what it is given, by a clock that is an hour ahead.
type samplesFake struct {
	mu      sync.Mutex
	samples []Sample
	looks   map[time.Time]Look
	turns   int
	err     error
	// block holds up a turn until it is closed.
	block chan struct{}
}

const ahead = time.Hour

func (s *samplesFake) Now(context.Context) (time.Time, error) { return time.Now().Add(ahead), nil }

func (s *samplesFake) SaveSamples(ctx context.Context, asked Scope, _ string, samples []Sample, looks []Look, _ time.Time) error {
	s.mu.Lock()
	block := s.block
	s.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turns++; s.err != nil || asked != scope {
		return s.err
	}
	s.samples = append(s.samples, samples...)
	if s.looks == nil {
		s.looks = map[time.Time]Look{}
	}
	for _, look := range looks {
		s.looks[look.Since.Round(0).UTC()] = look
	}
	return nil
}

func (s *samplesFake) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// of gives the kept values of a node, -1 for one that was no longer exposed.
func (s *samplesFake) of(node string) (values []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.samples {
		switch {
		case one.Node != node:
		case one.Value == nil:
			values = append(values, -1)
		default:
			values = append(values, *one.Value)
		}
	}
	return values
}

// lengths gives how long the kept looks are, by time.
func (s *samplesFake) lengths() (lengths []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	looks := make([]Look, 0, len(s.looks))
	for _, look := range s.looks {
		looks = append(looks, look)
	}
	slices.SortFunc(looks, func(a, b Look) int { return a.Since.Compare(b.Since) })
	for _, look := range looks {
		lengths = append(lengths, look.Until.Sub(look.Since).Round(time.Second))
	}
	return lengths
}

// figures are the settings of a coordinator with one figure of its own and one
// of a pair, which may be absent.
func figures(fake *coordinatorFake, pair func() *float64) Settings {
	settings := fake.settings(tenSecond)
	settings.Samples = func(_ *View, _ time.Time) []Sample {
		found := []Sample{{Metric: "members", Value: new(3.0)}}
		if value := pair(); value != nil {
			found = append(found, Sample{Metric: "fill", Node: "a", Peer: "b", Value: value})
		}
		return found
	}
	return settings
}

func TestSamplesAreKept(t *testing.T) {
	store := &samplesFake{}
	inBubble(t, Options{Samples: store}, func(t *testing.T, registry *Registry) {
		// Given a figure of a pair that stands still, changes, and vanishes.
		var mu sync.Mutex
		value := new(0.5)
		set := func(next *float64) { mu.Lock(); defer mu.Unlock(); value = next }
		fake := &coordinatorFake{}
		lease := acquire(t, registry, key, figures(fake, func() *float64 { mu.Lock(); defer mu.Unlock(); return value }))
		read := func(length time.Duration) {
			for passed := time.Duration(0); passed < length; passed += time.Minute {
				pass(time.Minute)
				lease.View()
			}
		}
		read(5 * time.Minute)
		set(new(0.75))
		read(5 * time.Minute)
		set(nil)
		read(5 * time.Minute)
		// Then each change is kept once, and the cluster's figure at every turn, at
		// most one a minute.
		if got := store.of("a"); !slices.Equal(got, []float64{0.5, 0.75, -1}) {
			t.Errorf("of the pair: %v", got)
		}
		if turns := len(store.of("")); turns < 12 || turns > 16 {
			t.Errorf("%d values of the cluster in a quarter of an hour", turns)
		}
		// In the store's time.
		if off := time.Until(store.samples[0].At); off < ahead-16*time.Minute || off > ahead {
			t.Errorf("the first sample is %s ahead", off)
		}
		// And after hours it is told again, so that a range finds it.
		set(new(0.1))
		read(SampleAgainAfter + 2*time.Minute)
		if got := store.of("a"); !slices.Equal(got, []float64{0.5, 0.75, -1, 0.1, 0.1}) {
			t.Errorf("of the pair: %v", got)
		}
	})
}

func TestS01_LooksTellWhenNobodySaw(t *testing.T) {
	store := &samplesFake{}
	inBubble(t, Options{Samples: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		lease := acquire(t, registry, key, figures(fake, func() *float64 { return nil }))
		for range 5 {
			pass(time.Minute)
			lease.View()
		}
		// When the coordinator is away for ten minutes and comes back …
		fake.answer(down)
		for range 10 {
			pass(time.Minute)
			lease.View()
		}
		fake.answer(func(context.Context) (*coordinator.Snapshot, error) { return listing(), nil })
		for range 5 {
			pass(time.Minute)
			lease.View()
		}
		lease.Release()
		registry.Close()
		// … then there are two looks, with nothing known between them.
		got := store.lengths()
		if len(got) != 2 || got[0] < 4*time.Minute || got[0] > 6*time.Minute || got[1] < 3*time.Minute || got[1] > 6*time.Minute {
			t.Errorf("looks: %v", got)
		}
	})
}

func TestSamples_AStoreThatFailsOrHangsHoldsUpNoPoll(t *testing.T) {
	store := &samplesFake{err: errors.New("disk full")}
	inBubble(t, Options{Samples: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		lease := acquire(t, registry, key, figures(fake, func() *float64 { return new(0.5) }))
		for range 3 {
			pass(time.Minute)
			lease.View()
		}
		// When it works again, all is told again.
		store.set(func() { store.err = nil })
		for range 3 {
			pass(time.Minute)
			lease.View()
		}
		if got := store.of("a"); len(got) == 0 || got[0] != 0.5 {
			t.Errorf("of the pair: %v", got)
		}
		if got := store.lengths(); len(got) != 1 || got[0] < 4*time.Minute {
			t.Errorf("looks: %v", got)
		}
		// A store that hangs costs no poll.
		block := make(chan struct{})
		store.set(func() { store.block = block })
		before := fake.count()
		for range 3 {
			pass(time.Minute)
			lease.View()
		}
		if polls := fake.count() - before; polls < 15 {
			t.Errorf("%d polls in three minutes", polls)
		}
		close(block)
	})
}
