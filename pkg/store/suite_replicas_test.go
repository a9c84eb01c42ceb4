package store

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
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// The scenarios with several Grafanas: each replica is a registry of its own,
// with its own handle on the one database, in a bubble of fake time.

// clusterFake is the coordinator that all replicas watch.
type clusterFake struct {
	mu     sync.Mutex
	master string
	jobs   []coordinator.Job
	// only, if set, is what one replica alone sees instead.
	only map[string][]coordinator.Job
}

func (c *clusterFake) list(jobs ...coordinator.Job) { c.listFor("", jobs...) }

// listFor lets only one replica see a list; all others see that of list.
func (c *clusterFake) listFor(replica string, jobs ...coordinator.Job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if replica == "" {
		c.jobs, c.only = jobs, map[string][]coordinator.Job{}
	} else {
		c.only[replica] = jobs
	}
}

func (c *clusterFake) failover(master string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.master = master
}

type clusterClient struct {
	coordinator.Client
	of      *clusterFake
	replica string
	now     func() time.Time
}

func (c clusterClient) Snapshot(context.Context) (*coordinator.Snapshot, error) {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	jobs, alone := c.of.only[c.replica]
	if !alone {
		jobs = c.of.jobs
	}
	return &coordinator.Snapshot{ReadAt: c.now(), Complete: true, Address: "http://a:8080", Master: c.of.master, Jobs: jobs}, nil
}

func (c clusterClient) Job(_ context.Context, _ string, id coordinator.JobID) (coordinator.Reading, error) {
	return coordinator.Reading{}, fmt.Errorf("job %s: %w", id, coordinator.ErrNotFound)
}

func (c clusterClient) Close() {}

// bubbleStore has the bubble's clock, and fails on demand.
type bubbleStore struct {
	*Store
	mu     sync.Mutex
	broken bool
}

func (b *bubbleStore) Now(context.Context) (time.Time, error) { return time.Now(), nil }

func (b *bubbleStore) SyncTimeline(ctx context.Context, scope watch.Scope, turn watch.TimelineSync) (watch.SharedTimeline, error) {
	b.mu.Lock()
	broken := b.broken
	b.mu.Unlock()
	if broken {
		return watch.SharedTimeline{}, errors.New("the network is gone")
	}
	return b.Store.SyncTimeline(ctx, scope, turn)
}

func (b *bubbleStore) fail(broken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = broken
}

// grafana is one replica. Its clock may be off.
type grafana struct {
	t        *testing.T
	name     string
	off      time.Duration
	store    *bubbleStore
	cluster  *clusterFake
	registry *watch.Registry
	lease    *watch.Lease
}

func (g *grafana) now() time.Time { return time.Now().Add(g.off) }

func (g *grafana) start() *grafana {
	g.t.Helper()
	g.registry = watch.NewRegistry(watch.Options{Store: g.store, Now: g.now, Jitter: func() float64 { return 0.5 }})
	g.point(cluster)
	return g
}

// point lets the data source show a cluster.
func (g *grafana) point(cluster string) {
	g.t.Helper()
	former := g.lease
	lease, err := g.registry.Acquire(g.t.Context(), watch.Key{Scope: ours, Cluster: cluster, Connection: cluster}, watch.Settings{
		Interval: 10 * time.Second, Deadline: 8 * time.Second,
		NewClient: func() (coordinator.Client, error) {
			return clusterClient{of: g.cluster, replica: g.name, now: g.now}, nil
		},
	})
	must(g.t, err)
	if former != nil {
		former.Release()
	}
	g.lease = lease
}

func (g *grafana) stop() { g.registry.Close(); g.lease = nil }

// episode gives the one job's.
func (g *grafana) episode() timeline.Episode {
	g.t.Helper()
	jobs := g.lease.View().Jobs
	if jobs.Len() != 1 {
		g.t.Fatalf("%s has %d jobs", g.name, jobs.Len())
	}
	return jobs.At(0).Episode
}

// age is what a guard counts.
func (g *grafana) age() time.Duration { return g.episode().ContinuousAge() }

// inReplicas runs a story with two replicas, which start with it.
func inReplicas(t *testing.T, open func(t *testing.T) *Store, off time.Duration, story func(t *testing.T, c *clusterFake, start func(name string) *grafana)) {
	t.Helper()
	open(t) // the database outlives the bubble
	synctest.Test(t, func(t *testing.T) {
		fake := &clusterFake{master: "a:5801", only: map[string][]coordinator.Job{}}
		var all []*grafana
		defer func() {
			for _, g := range all {
				g.stop()
			}
		}()
		story(t, fake, func(name string) *grafana {
			g := &grafana{t: t, name: name, cluster: fake, store: &bubbleStore{Store: open(t)}, off: time.Duration(len(all)) * off}
			all = append(all, g)
			return g.start()
		})
	})
}

func pass(length time.Duration) {
	time.Sleep(length)
	synctest.Wait()
}

func theJob(state coordinator.State) coordinator.Job {
	return coordinator.Job{ID: job, Name: "orders", State: state, Word: string(state), CreateTime: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)}
}

func testReplicasShareEpisodes(t *testing.T, open func(t *testing.T) *Store) {
	for _, off := range []time.Duration{0, 90 * time.Second, -90 * time.Second} {
		inReplicas(t, open, off, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
			// Given two replicas whose polls are 5 s apart, and whose clocks
			// may differ, and a job that both see go into CANCELING.
			c.list(theJob(coordinator.StateRunning))
			a := start("a")
			pass(5 * time.Second)
			b := start("b")
			pass(8 * time.Second)
			c.list(theJob(coordinator.StateCanceling))
			// When both have polled and saved, then it is one episode, first
			// seen by b, for plans that are made on one and confirmed on the
			// other.
			pass(9 * time.Second)
			first := time.Now().Add(-7 * time.Second)
			for _, g := range []*grafana{a, b} {
				e := g.episode()
				if e.State != coordinator.StateCanceling || e.ID != b.episode().ID || !e.Since.Equal(first.Add(g.off)) || e.Quality != timeline.QualityObserved {
					t.Errorf("clock off by %s: %s has %+v, first seen %s", off, g.name, e, first)
				}
			}
			// Then the guard counts from there on both, to their own last look.
			pass(3 * time.Minute)
			if a.age() != 3*time.Minute+5*time.Second || b.age() != 3*time.Minute {
				t.Errorf("clock off by %s: a counts %s, b %s", off, a.age(), b.age())
			}
			if n := count(t, a.store.Store, "episodes"); n != 2 {
				t.Errorf("%d episodes are stored", n)
			}
			// When the master changes, then that is counted once.
			c.failover("b:5801")
			pass(30 * time.Second)
			if changes := []uint64{a.lease.View().MasterChanges, b.lease.View().MasterChanges}; changes[0] != 1 || changes[1] != 1 {
				t.Errorf("changes of master: %v", changes)
			}
			if a.episode().ID != b.episode().ID || a.age() > 30*time.Second || !a.episode().Since.Equal(first) {
				t.Errorf("a has %+v, b %+v", a.episode(), b.episode())
			}
		})
		emptied(t, open)
	}
}

// emptied removes what a story left, for the next one in the same database.
func emptied(t *testing.T, open func(t *testing.T) *Store) {
	t.Helper()
	s := open(t)
	for _, table := range []string{"episodes", "timelines", "replicas", "topology_events"} {
		_, err := s.writer.ExecContext(t.Context(), "DELETE FROM "+table)
		must(t, err)
	}
}

func testReplicaSeesAFlapAlone(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		// Given two replicas that have watched a job in CANCELING for minutes.
		c.list(theJob(coordinator.StateCanceling))
		a := start("a")
		pass(5 * time.Second)
		b := start("b")
		pass(5 * time.Minute)
		if a.age() < 4*time.Minute || b.age() != a.age()+5*time.Second && a.age() != b.age()+5*time.Second {
			t.Fatalf("a counts %s, b %s", a.age(), b.age())
		}
		before := b.episode()
		// When one poll of a shows it RUNNING, then b, which never saw that,
		// counts anew as well.
		c.listFor("a", theJob(coordinator.StateRunning))
		pass(10 * time.Second)
		c.list(theJob(coordinator.StateCanceling))
		pass(20 * time.Second)
		if after := b.episode(); after.ID == before.ID || after.ID != a.episode().ID || b.age() > 25*time.Second || after.Since.Equal(before.Since) {
			t.Errorf("b has %+v, a %+v", after, a.episode())
		}
	})
}

func testRollingRestart(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		c.list()
		a := start("a")
		pass(5 * time.Second)
		b := start("b")
		pass(10 * time.Second)
		c.list(theJob(coordinator.StateCanceling))
		pass(time.Minute)
		id, since := a.episode().ID, a.episode().Since
		// When one is restarted while the other watches, then nothing is lost:
		// it counts what the other watched, as soon as the other has looked
		// once more.
		a.stop()
		pass(2 * time.Minute)
		a.start()
		pass(21 * time.Second)
		if e := a.episode(); e.ID != id || !e.Since.Equal(since) || a.age() < 3*time.Minute {
			t.Errorf("a has %+v, and counts %s", e, a.age())
		}
		// When the other dies, then what it watched before still counts.
		b.stop()
		pass(time.Minute)
		if a.age() < 4*time.Minute {
			t.Errorf("a counts %s", a.age())
		}
		// When all are restarted, then the age for people goes on, and the
		// guard's begins anew, however short that took.
		a.stop()
		b.start()
		pass(25 * time.Second)
		if e := b.episode(); e.ID != id || !e.Since.Equal(since) || e.Quality != timeline.QualityObserved || b.age() > 25*time.Second {
			t.Errorf("b has %+v, and counts %s", e, b.age())
		}
		a.start()
	})
}

func testReplicaWithoutStore(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		c.list(theJob(coordinator.StateCanceling))
		start("a")
		pass(5*time.Minute + 5*time.Second)
		b := start("b")
		pass(30 * time.Second)
		if b.age() < 5*time.Minute {
			t.Fatalf("b counts %s", b.age())
		}
		// When b cannot reach the store for longer than a gap, then it counts
		// its own looks only, and says what is at stake.
		b.store.fail(true)
		pass(time.Minute)
		if b.age() > 2*time.Minute || len(b.lease.View().Notes) != 1 {
			t.Errorf("b counts %s, and says %q", b.age(), b.lease.View().Notes)
		}
		// When it can again, then it counts as before.
		b.store.fail(false)
		pass(30 * time.Second)
		if b.age() < 6*time.Minute || len(b.lease.View().Notes) != 0 {
			t.Errorf("b counts %s, and says %q", b.age(), b.lease.View().Notes)
		}
	})
}

func testLostAndDismissed(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		// Given a job that a coordinator without persistence lost in a
		// restart.
		c.list(theJob(coordinator.StateRunning))
		a := start("a")
		pass(5 * time.Second)
		b := start("b")
		pass(10 * time.Second)
		if err := a.lease.Dismiss(t.Context(), job, a.episode().ID); !errors.Is(err, watch.ErrNotLost) {
			t.Errorf("a running job is dismissed: %v", err)
		}
		c.list()
		pass(timeline.LostAfter - time.Minute)
		if a.episode().State != coordinator.StateRunning || a.lease.View().Jobs.At(0).Listed {
			t.Errorf("after 9 minutes: %+v", a.lease.View().Jobs)
		}
		// When ten minutes are over, then it is lost, for both.
		pass(2 * time.Minute)
		lost := a.episode()
		if lost.State != coordinator.StateLost || b.episode().ID != lost.ID {
			t.Fatalf("a has %+v, b %+v", lost, b.episode())
		}
		// When it is dismissed on one, then it is gone there at once, and on
		// the other with its next poll.
		if err := a.lease.Dismiss(t.Context(), job, "another"); !errors.Is(err, watch.ErrOtherEpisode) {
			t.Errorf("another episode: %v", err)
		}
		if err := a.lease.Dismiss(t.Context(), "1", lost.ID); !errors.Is(err, watch.ErrNoEpisode) {
			t.Errorf("another job: %v", err)
		}
		must(t, a.lease.Dismiss(t.Context(), job, lost.ID))
		if jobs := a.lease.View().Jobs; jobs.Len() != 0 {
			t.Errorf("a still has %+v", jobs)
		}
		must(t, b.lease.Dismiss(t.Context(), job, lost.ID))
		pass(11 * time.Second)
		for _, g := range []*grafana{a, b} {
			if jobs := g.lease.View().Jobs; jobs.Len() != 0 {
				t.Errorf("%s still has %+v", g.name, jobs)
			}
		}
		// Then it stays away, over a restart too.
		a.stop()
		pass(time.Minute)
		a.start()
		pass(timeline.LostAfter + 2*time.Minute)
		if jobs := a.lease.View().Jobs; jobs.Len() != 0 {
			t.Errorf("after a restart: %+v", jobs)
		}
		// Until the coordinator lists it again.
		c.list(theJob(coordinator.StateRunning))
		pass(20 * time.Second)
		if e := a.episode(); e.ID == lost.ID || e.State != coordinator.StateRunning || e.ID != b.episode().ID {
			t.Errorf("a has %+v, b %+v", e, b.episode())
		}
	})
}

func testDismissedByAnother(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		c.list(theJob(coordinator.StateRunning))
		a := start("a")
		pass(5 * time.Second)
		b := start("b")
		pass(10 * time.Second)
		c.list()
		pass(timeline.LostAfter + time.Minute)
		must(t, a.lease.Dismiss(t.Context(), job, a.episode().ID))
		pass(10 * time.Second)
		if jobs := b.lease.View().Jobs; jobs.Len() != 0 {
			t.Errorf("b still has %+v", jobs)
		}
	})
}

func testAnotherCluster(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, 0, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		// Given a data source that is pointed at another cluster.
		c.list(theJob(coordinator.StateCanceling))
		a := start("a")
		pass(time.Minute)
		since := a.episode().Since
		elsewhere := theJob(coordinator.StateRunning)
		elsewhere.ID = "1"
		c.list(elsewhere)
		a.point("another")
		// Then the jobs of the former one are neither shown nor lost.
		pass(timeline.LostAfter + 2*time.Minute)
		if e := a.episode(); e.Job != "1" || e.Quality != timeline.QualityAtLeast {
			t.Errorf("a has %+v", e)
		}
		// When it is pointed back, then their ages go on.
		c.list(theJob(coordinator.StateCanceling))
		a.point(cluster)
		pass(time.Minute)
		if e := a.episode(); e.Job != job || !e.Since.Equal(since) || a.age() > time.Minute {
			t.Errorf("a has %+v", e)
		}
	})
}

func testManyReplicas(t *testing.T, open func(t *testing.T) *Store) {
	inReplicas(t, open, time.Second, func(t *testing.T, c *clusterFake, start func(string) *grafana) {
		// Given five replicas that start at the same moment, and many jobs that
		// change at every moment.
		var all []*grafana
		for n := range 5 {
			all = append(all, start(fmt.Sprint(n)))
		}
		states := []coordinator.State{coordinator.StateRunning, coordinator.StateCanceling, coordinator.StateFailing}
		for step := range 30 {
			var jobs []coordinator.Job
			for n := range 10 {
				one := theJob(states[(step/(n+1)+n)%len(states)])
				one.ID = coordinator.JobID(fmt.Sprintf("%02d", n))
				jobs = append(jobs, one)
			}
			c.list(jobs...)
			pass(7 * time.Second)
		}
		// When nothing changes any more, then they agree.
		pass(25 * time.Second)
		for _, g := range all[1:] {
			for n, view := range g.lease.View().Jobs.All() {
				first := all[0].lease.View().Jobs.At(n).Episode
				if view.Episode.ID != first.ID || view.Episode.State != first.State ||
					!view.Episode.Since.Add(-g.off).Equal(first.Since.Add(-all[0].off)) {
					t.Errorf("%s has %+v\n0 has %+v", g.name, view.Episode, first)
				}
			}
		}
		open := load(t, all[0].store.Store, ours).Episodes
		if len(open) != 10 {
			t.Errorf("%d episodes are open", len(open))
		}
	})
}
