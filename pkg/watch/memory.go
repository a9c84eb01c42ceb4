package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Memories keeps over restarts what a watcher must remember beside episodes:
// an outage lasts longer than a process, and what was sent before it cannot be
// read afterwards. Implemented by package store.
type Memories interface {
	// LoadMemory gives what was kept of one kind; nil when nothing was.
	LoadMemory(ctx context.Context, scope Scope, cluster, kind string) ([]byte, error)
	// MergeMemory replaces what is kept by what merge makes of it, in one
	// transaction. merge is given nil when nothing was kept.
	MergeMemory(ctx context.Context, scope Scope, cluster, kind string, merge func(stored []byte) ([]byte, error)) error
}

// The kinds of memories.
const (
	memoryDelivery = "delivery"
	memoryFamily   = "family"
)

// rememberEvery is how often a memory is kept while nothing happens: what was
// sent between the last one and a restart widens the bracket of a loss.
const rememberEvery = 30 * time.Second

// memory is the loop's side of what is remembered.
type memory struct {
	tracker  *delivery.Tracker
	families *family.Tracker
	keeper   *keeper
	// keptAt is when it was handed to the keeper last.
	keptAt time.Time
	// lacks is why the stored one is missing; nil when it was read.
	lacks error
}

func newMemory(store Memories, key Key, logger Logger) memory {
	return memory{
		tracker: delivery.New(delivery.Memory{}), families: family.New(family.Memory{}),
		keeper: &keeper{store: store, scope: key.Scope, cluster: key.Cluster, logger: logger, requests: make(chan remembered, 1)},
	}
}

// remembered is what is kept.
type remembered struct {
	delivery delivery.Memory
	family   family.Memory
}

// inherit goes on with the memory of the watcher before this one.
func (m *memory) inherit(before memory) {
	m.tracker, m.families, m.lacks = before.tracker, before.families, before.lacks
}

// load takes what was kept; without a store, or where it fails, the watcher
// begins without: what is told then is "at least".
func (m *memory) load(ctx context.Context) {
	kept, err := m.keeper.load(ctx)
	m.lacks = err
	m.tracker, m.families = delivery.New(kept.delivery), family.New(kept.family)
}

// advance takes a poll's snapshot and what was learned about single jobs, and
// gives what happened to deliveries, for the history.
func (m *memory) advance(snapshot *coordinator.Snapshot, answers map[coordinator.JobID]timeline.Answer, settings delivery.Settings, now time.Time) []timeline.Event {
	ended, finished := map[coordinator.JobID]coordinator.Job{}, map[string]int{}
	for id, answer := range answers {
		if answer.Reading.Proof != coordinator.ProofEnded {
			continue
		}
		ended[id] = answer.Reading.Job
		for _, node := range answer.Reading.Job.Nodes {
			finished[node]++
		}
	}
	events := m.tracker.Advance(snapshot, finished, settings)
	m.families.Advance(snapshot, ended)
	if snapshot.Nodes == nil && snapshot.Deliveries == nil && !snapshot.Capabilities.ParentLink.Supported {
		return nil // nothing to remember
	}
	if len(events) > 0 || now.Sub(m.keptAt) >= rememberEvery {
		m.keptAt = now
		m.keeper.keep(remembered{m.tracker.Memory(), m.families.Memory()})
	}
	return happened(events)
}

// happened gives deliveries' events as the timeline's: one path leads into the
// store.
func happened(events []delivery.Event) []timeline.Event {
	told := make([]timeline.Event, 0, len(events))
	for _, event := range events {
		told = append(told, timeline.Event{At: event.At, Kind: timeline.EventKind(event.Kind), Member: event.Node, Peer: event.Peer, Sentence: event.Sentence})
	}
	return told
}

// keep hands over what is remembered at the end of a watch.
func (m *memory) keep() {
	if !m.keptAt.IsZero() {
		m.keeper.keep(remembered{m.tracker.Memory(), m.families.Memory()})
	}
}

// keeper speaks with the store in a goroutine of its own: a slow store never
// holds up polling.
type keeper struct {
	store   Memories
	scope   Scope
	cluster string
	logger  Logger

	requests chan remembered
	work     sync.WaitGroup
	stopped  context.CancelFunc
	failing  bool
}

// start begins the work; stop must follow.
func (k *keeper) start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.stopped = cancel
	k.work.Go(func() {
		for {
			select {
			case <-ctx.Done():
				select {
				case last := <-k.requests:
					k.save(last)
				default:
				}
				return
			case request := <-k.requests:
				k.save(request)
			}
		}
	})
}

// stop ends the work after the last request was kept.
func (k *keeper) stop() {
	if k.stopped != nil {
		k.stopped()
		k.work.Wait()
	}
}

// keep hands a memory over; one that waits is replaced by the newer.
func (k *keeper) keep(request remembered) {
	if k.store == nil {
		return
	}
	select {
	case <-k.requests:
	default:
	}
	k.requests <- request
}

func (k *keeper) load(ctx context.Context) (kept remembered, err error) {
	if k.store == nil {
		return kept, nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	for kind, target := range map[string]any{memoryDelivery: &kept.delivery, memoryFamily: &kept.family} {
		body, err := k.store.LoadMemory(ctx, k.scope, k.cluster, kind)
		if err != nil {
			return remembered{}, err
		}
		if len(body) == 0 {
			continue
		}
		if err := json.Unmarshal(body, target); err != nil {
			return remembered{}, fmt.Errorf("what was remembered of %s cannot be read: %w", kind, err)
		}
	}
	return kept, nil
}

func (k *keeper) save(request remembered) {
	if k.store == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	err := k.store.MergeMemory(ctx, k.scope, k.cluster, memoryDelivery, merging(request.delivery, delivery.Merge))
	if err == nil {
		err = k.store.MergeMemory(ctx, k.scope, k.cluster, memoryFamily, merging(request.family, family.Merge))
	}
	if err != nil && !k.failing {
		k.logger.Warn("What the watcher remembers cannot be kept", "scope", k.scope.String(), "error", err)
	}
	k.failing = err != nil
}

// merging makes the function that a store merges with. What is stored and
// cannot be read is replaced: it helps nobody.
func merging[M any](own M, merge func(a, b M) M) func(stored []byte) ([]byte, error) {
	return func(stored []byte) ([]byte, error) {
		var kept M
		if len(stored) > 0 && json.Unmarshal(stored, &kept) == nil {
			own = merge(kept, own)
		}
		return json.Marshal(own)
	}
}
