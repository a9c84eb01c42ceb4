package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

var (
	errDown   = &coordinator.Error{Kind: coordinator.ErrUnreachable, Address: "http://a:8080", Detail: "connection refused"}
	scope     = Scope{OrgID: 1, DataSourceUID: "zeta"}
	key       = Key{Scope: scope, Connection: "first"}
	tenSecond = Settings{Interval: 10 * time.Second, Deadline: 8 * time.Second}
)

// coordinatorFake is a coordinator that several clients may talk to. It
// counts what they ask.
type coordinatorFake struct {
	mu sync.Mutex
	// snapshot answers a poll; nil is a complete empty list. It is called
	// without the lock.
	snapshot func(ctx context.Context) (*coordinator.Snapshot, error)
	// job answers a question about one job; nil is "not found".
	job func(ctx context.Context, id coordinator.JobID) (coordinator.Reading, error)

	polls, polling, mostPolling int
	asked                       []coordinator.JobID
	asking, mostAsking          int
	pollsAt                     []time.Time
	open                        int // clients that were not closed
}

func (c *coordinatorFake) settings(settings Settings) Settings {
	settings.NewClient = func() (coordinator.Client, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open++
		return &clientFake{of: c}, nil
	}
	return settings
}

func (c *coordinatorFake) answer(snapshot func(ctx context.Context) (*coordinator.Snapshot, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snapshot = snapshot
}

// list answers polls with a complete snapshot of these jobs.
func (c *coordinatorFake) list(jobs ...coordinator.Job) {
	c.answer(func(context.Context) (*coordinator.Snapshot, error) { return listing(jobs...), nil })
}

func (c *coordinatorFake) answerJob(job func(ctx context.Context, id coordinator.JobID) (coordinator.Reading, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.job = job
}

func (c *coordinatorFake) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.polls
}

// pollsNow gives how many polls run, and how many ever ran, at the same time.
func (c *coordinatorFake) pollsNow() (now, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.polling, c.mostPolling
}

func (c *coordinatorFake) openClients() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

func listing(jobs ...coordinator.Job) *coordinator.Snapshot {
	return &coordinator.Snapshot{ReadAt: time.Now(), Complete: true, Address: "http://a:8080", Master: "a:5801", Jobs: jobs}
}

func running(id coordinator.JobID, state coordinator.State) coordinator.Job {
	return coordinator.Job{ID: id, Name: "orders", State: state, CreateTime: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)}
}

// down answers every poll with an error.
func down(context.Context) (*coordinator.Snapshot, error) { return nil, errDown }

// hang answers no poll, until its context ends.
func hang(ctx context.Context) (*coordinator.Snapshot, error) {
	<-ctx.Done()
	return nil, fmt.Errorf("%w: %w", coordinator.ErrUnreachable, ctx.Err())
}

// slow answers a complete empty list after a while.
func slow(took time.Duration) func(context.Context) (*coordinator.Snapshot, error) {
	return func(ctx context.Context) (*coordinator.Snapshot, error) {
		select {
		case <-time.After(took):
			return listing(), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

type clientFake struct {
	coordinator.Client
	of     *coordinatorFake
	mu     sync.Mutex
	closed bool
}

func (c *clientFake) Snapshot(ctx context.Context) (*coordinator.Snapshot, error) {
	if c.isClosed() {
		panic("a closed client was used")
	}
	of := c.of
	of.mu.Lock()
	of.polls++
	of.pollsAt = append(of.pollsAt, time.Now())
	of.polling++
	of.mostPolling = max(of.mostPolling, of.polling)
	answer := of.snapshot
	of.mu.Unlock()
	defer func() {
		of.mu.Lock()
		of.polling--
		of.mu.Unlock()
	}()
	if answer == nil {
		return listing(), nil
	}
	return answer(ctx)
}

func (c *clientFake) Job(ctx context.Context, address string, id coordinator.JobID) (coordinator.Reading, error) {
	if c.isClosed() || address != "" {
		panic("a closed client was used, or an address was named")
	}
	of := c.of
	of.mu.Lock()
	of.asked = append(of.asked, id)
	of.asking++
	of.mostAsking = max(of.mostAsking, of.asking)
	answer := of.job
	of.mu.Unlock()
	defer func() {
		of.mu.Lock()
		of.asking--
		of.mu.Unlock()
	}()
	if answer == nil {
		return coordinator.Reading{}, fmt.Errorf("job %s: %w", id, coordinator.ErrNotFound)
	}
	return answer(ctx, id)
}

func (c *clientFake) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *clientFake) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		panic("a client was closed twice")
	}
	c.closed = true
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.of.open--
}

// storeFake keeps one timeline as a store does, and fails on demand.
type storeFake struct {
	mu sync.Mutex
	// loadErr and saveErr fail the accesses; hangs makes syncs last until
	// their context ends. ahead is how far its clock is ahead of ours.
	loadErr, saveErr error
	hangs            bool
	ahead            time.Duration
	cluster          string
	revision         int64
	episodes         map[string]timeline.Episode
	written          map[string]int64 // the revision of each episode
	events           []timeline.Event
	master           string
	doubtAt, seenAt  time.Time
	watches          map[string]timeline.Watch
	// saves counts the syncs that wrote.
	loads, saves int
}

func (s *storeFake) Now(context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead), nil
}

func (s *storeFake) masterChanges() (changes uint64) {
	for _, event := range s.events {
		if event.Kind == timeline.EventMasterChanged {
			changes++
		}
	}
	return changes
}

func (s *storeFake) LoadTimeline(_ context.Context, asked Scope, cluster string) (StoredTimeline, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	if s.loadErr != nil {
		return StoredTimeline{}, s.loadErr
	}
	if asked != scope || cluster != s.cluster {
		return StoredTimeline{}, nil
	}
	stored := StoredTimeline{Master: s.master, DoubtAt: s.doubtAt, Revision: s.revision, MasterChanges: s.masterChanges()}
	for _, episode := range s.episodes {
		if episode.Open() {
			stored.Episodes = append(stored.Episodes, episode)
		}
	}
	return stored, nil
}

func (s *storeFake) SyncTimeline(ctx context.Context, asked Scope, sync TimelineSync) (SharedTimeline, error) {
	s.mu.Lock()
	hangs, err := s.hangs, s.saveErr
	s.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return SharedTimeline{}, ctx.Err()
	}
	if err != nil {
		return SharedTimeline{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked != scope {
		return SharedTimeline{Saved: true}, nil
	}
	if sync.Cluster != s.cluster {
		// Another cluster's timeline takes the place of the former.
		*s = storeFake{cluster: sync.Cluster, loads: s.loads, saves: s.saves}
	}
	saved := sync.Revision == s.revision
	news := sync.Changes.Master != s.master || sync.DoubtAt.After(s.doubtAt)
	if saved && (sync.Heartbeat || news || len(sync.Changes.Episodes)+len(sync.Changes.Events) > 0) {
		s.write(sync)
		sync.Revision = s.revision
	}
	shared := SharedTimeline{Saved: saved, Revision: s.revision, MasterChanges: s.masterChanges(), Shared: timeline.Shared{Master: s.master, DoubtAt: s.doubtAt}}
	for id, episode := range s.episodes {
		if s.written[id] > sync.Revision {
			shared.Shared.Episodes = append(shared.Shared.Episodes, episode)
		}
	}
	for replica, watch := range s.watches {
		if replica != sync.Replica {
			shared.Shared.Watches = append(shared.Shared.Watches, watch)
		}
	}
	return shared, nil
}

func (s *storeFake) write(sync TimelineSync) {
	s.saves++
	s.revision++
	if s.episodes == nil {
		s.episodes = map[string]timeline.Episode{}
	}
	if s.written == nil {
		s.written, s.watches = map[string]int64{}, map[string]timeline.Watch{}
	}
	for _, episode := range sync.Changes.Episodes {
		if stored, known := s.episodes[episode.ID]; known && !stored.Open() {
			continue
		}
		// A store has no monotonic clock.
		episode.Since, episode.ContinuousSince = episode.Since.Round(0), episode.ContinuousSince.Round(0)
		episode.LastSeen = episode.LastSeen.Round(0)
		s.episodes[episode.ID], s.written[episode.ID] = episode, s.revision
	}
	s.events = append(s.events, sync.Changes.Events...)
	s.master = sync.Changes.Master
	if sync.DoubtAt.After(s.doubtAt) {
		s.doubtAt = sync.DoubtAt
	}
	if !sync.Watch.Last.IsZero() {
		s.seenAt = sync.Watch.Last
		s.watches[sync.Replica] = sync.Watch
	}
}

func (s *storeFake) DismissLost(context.Context, Scope, string, coordinator.JobID, string) error {
	return errStore
}

func (s *storeFake) set(change func(s *storeFake)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *storeFake) counts() (loads, saves int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loads, s.saves
}

func (s *storeFake) openEpisodes() []timeline.Episode {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []timeline.Episode
	for _, episode := range s.episodes {
		if episode.Open() {
			open = append(open, episode)
		}
	}
	return open
}

var errStore = errors.New("disk full")

// noJitter makes every wait as long as it says.
func noJitter() float64 { return 0.5 }

// inBubble runs a test with a fake clock; the registry is closed at its end.
func inBubble(t *testing.T, options Options, test func(t *testing.T, registry *Registry)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if options.Jitter == nil {
			options.Jitter = noJitter
		}
		registry := NewRegistry(options)
		defer registry.Close()
		test(t, registry)
	})
}

func acquire(t *testing.T, registry *Registry, key Key, settings Settings) *Lease {
	t.Helper()
	lease, err := registry.Acquire(t.Context(), key, settings)
	if err != nil {
		t.Fatalf("acquire: %v", err)
	}
	return lease
}

// pass lets fake time go by, and lets everything settle.
func pass(length time.Duration) {
	time.Sleep(length)
	synctest.Wait()
}

// theJob gives the view's one job.
func theJob(t *testing.T, view *View) JobView {
	t.Helper()
	if view.Jobs.Len() != 1 {
		t.Fatalf("jobs: %+v", view.Jobs)
	}
	return view.Jobs.At(0)
}
