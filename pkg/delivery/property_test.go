package delivery_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// seeds is how many random histories a property is tried on.
const seeds = 150

// history plays a random history: parts of the network come and go, views
// follow later, nodes fall silent, looks are missed, Unjam restarts. It never
// restarts a node, and nothing overflows. check is called after every look.
func history(seed uint64, check func(w *world, random *rand.Rand)) {
	random := rand.New(rand.NewPCG(seed, 6))
	w := newWorld(2+random.IntN(3), Settings{InboundTimeout: 24 * time.Hour, PollInterval: interval})
	w.limit = new(int64(1_000_000))
	for range 12 {
		w.send(int64(random.IntN(30)))
		w.poll(nil)
	}
	for range 120 {
		w.send(int64(random.IntN(30)))
		switch random.IntN(12) {
		case 0:
			w.side[w.names[random.IntN(len(w.names))]] = random.IntN(2)
		case 1, 2, 3:
			w.detect()
			w.deliver()
		case 4:
			clear(w.side)
		case 5:
			// A node that falls silent while the others have lost it already, and
			// do not know it yet, cannot be told from one that just froze: not
			// played.
			if w.lag > 0 {
				break
			}
			name := w.names[random.IntN(len(w.names))]
			w.silent[name] = !w.silent[name]
		case 6:
			w.tracker = New(w.tracker.Memory())
		case 7:
			// Blind for a while, and much may happen meanwhile.
			if w.lag > 0 {
				break
			}
			w.now = w.now.Add(time.Duration(random.IntN(8)) * interval)
			w.send(int64(random.IntN(100)))
		}
		if w.late() > 8 {
			w.detect()
			w.deliver()
		}
		w.poll(nil)
		check(w, random)
	}
}

// The bracket contains the truth at every look of every history.
func TestPropertyTheBracketContainsTheTruth(t *testing.T) {
	for seed := range uint64(seeds) {
		history(seed, func(w *world, _ *rand.Rand) {
			for _, loss := range w.tracker.Losses() {
				if !loss.Open() || !loss.ReturnedAt.IsZero() || !loss.LastLook.Equal(w.now) {
					continue
				}
				missing := w.sent[loss.Node] - w.got[loss.Peer][loss.Node]
				if loss.Sent.Least > missing || loss.Sent.Most != coordinator.NotKnown && loss.Sent.Most < missing {
					t.Fatalf("seed %d at %v: %d are missing: %+v", seed, w.now.Sub(noon), missing, loss)
				}
			}
		})
	}
}

// Rows keep what their documentation promises, and nothing is ever called lost
// for good where nothing restarted, overflowed or was released.
func TestPropertyRowsAreWhole(t *testing.T) {
	for seed := range uint64(seeds) {
		history(seed, func(w *world, _ *rand.Rand) {
			pairs := w.tracker.Pairs(w.now, w.settings)
			if len(pairs) != len(w.names)*(len(w.names)-1) {
				t.Fatalf("seed %d: %d pairs", seed, len(pairs))
			}
			for _, pair := range pairs {
				if pair.Loss != nil && pair.Loss.Gone() {
					t.Fatalf("seed %d: %+v", seed, pair.Loss)
				}
				if w.silent[pair.Node] && (pair.SentSinceLoss != nil && pair.Reach != Returning || pair.Fill != nil && pair.Reach != Returning || pair.Rate != nil) {
					t.Fatalf("seed %d: figures of a silent node: %+v", seed, pair)
				}
				if pair.Reach == Reachable && (w.silent[pair.Node] || w.silent[pair.Peer]) {
					t.Fatalf("seed %d: reachable, and nobody answers: %+v", seed, pair)
				}
				if pair.SentSinceLoss != nil && (pair.SentSinceLoss.Least < 0 || pair.SentSinceLoss.Most < pair.SentSinceLoss.Least) {
					t.Fatalf("seed %d: %+v", seed, pair.SentSinceLoss)
				}
				if (pair.Deadline == nil) != (pair.DeadlineOf == LimitNone) {
					t.Fatalf("seed %d: %+v", seed, pair)
				}
				if (pair.Reach == NotSeen || pair.SentSinceLoss == nil && pair.Reach == Lost) && len(pair.NotExposed) == 0 {
					t.Fatalf("seed %d: nothing is said of what is not known: %+v", seed, pair)
				}
			}
		})
	}
}

// Merging is commutative, changes nothing with itself, and a tracker goes on
// from it.
func TestPropertyMerge(t *testing.T) {
	for seed := range uint64(seeds / 3) {
		var memories []Memory
		history(seed, func(w *world, random *rand.Rand) {
			if random.IntN(30) == 0 {
				memories = append(memories, w.tracker.Memory())
			}
		})
		// Another replica, which sees the same with its own looks.
		history(seed+1000, func(w *world, random *rand.Rand) {
			if random.IntN(30) == 0 {
				memories = append(memories, w.tracker.Memory())
			}
		})
		for _, a := range memories {
			if again := Merge(a, a); !reflect.DeepEqual(again, a) {
				t.Fatalf("seed %d: merged with itself:\n%+v\n%+v", seed, a, again)
			}
			for _, b := range memories[:min(6, len(memories))] {
				one, other := Merge(a, b), Merge(b, a)
				if !reflect.DeepEqual(one, other) {
					t.Fatalf("seed %d: not commutative:\n%+v\n%+v", seed, one, other)
				}
				New(one).Memory()
			}
		}
	}
}

// Two replicas that look at different moments at one loss: what they know
// together still contains the truth, with the earliest contact.
func TestMergeKeepsTheEarliestContactOfALoss(t *testing.T) {
	w := newWorld(2, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	second := New(Memory{})
	look := func() { second.Advance(w.snapshot(), nil, w.settings) }
	w.send(10)
	w.poll(nil)
	w.poll(nil)
	look()
	w.send(10)
	w.poll(nil)
	w.send(10)
	w.cut()
	w.now = w.now.Add(5 * time.Second)
	look()
	w.send(10)
	w.poll(nil)
	w.send(10)
	w.now = w.now.Add(time.Second)
	w.peek(nil)
	look()
	merged := Merge(w.tracker.Memory(), second.Memory())
	index := slices.IndexFunc(merged.Losses, func(loss Loss) bool { return loss.Node == "node01" })
	loss := merged.Losses[index]
	if len(merged.Losses) != 2 || !loss.LastContact.Equal(noon.Add(20*time.Second)) || loss.AtContact != 10 || !loss.FirstMissed.Equal(noon.Add(35*time.Second)) {
		t.Fatalf("%+v", merged.Losses)
	}
	if missing := w.sent["node01"] - w.got["node02"]["node01"]; loss.Sent.Least > missing || loss.Sent.Most < missing {
		t.Errorf("%d are missing: %+v", missing, loss.Sent)
	}
	// One of them sees the end: so it ended.
	w.heal()
	w.tracker = New(w.tracker.Memory())
	for range 5 {
		w.poll(nil)
	}
	merged = Merge(w.tracker.Memory(), second.Memory())
	for _, loss := range merged.Losses {
		if loss.Open() || loss.Outcome != OutcomeUnknown {
			t.Errorf("%+v", loss)
		}
	}
}

// What a store keeps by merging is bounded: old losses and pairs leave.
func TestMergeForgetsWhatIsOld(t *testing.T) {
	w := newWorld(3, Settings{InboundTimeout: time.Hour, PollInterval: interval, DetectionTime: time.Second})
	var store Memory
	for day := range 30 {
		w.now = noon.Add(time.Duration(day) * 24 * time.Hour)
		for range 3 {
			w.send(5)
			w.poll(nil)
		}
		w.cut()
		w.poll(nil)
		w.heal()
		for range 5 {
			w.poll(nil)
		}
		store = Merge(store, w.tracker.Memory())
		if len(store.Losses) > 8*4 {
			t.Fatalf("day %d: %d losses are kept", day, len(store.Losses))
		}
	}
	if !reflect.DeepEqual(store.Losses, w.tracker.Losses()) {
		t.Errorf("%d and %d losses", len(store.Losses), len(w.tracker.Losses()))
	}
}

// cluster is a world of 30 nodes with a history of an hour.
func cluster(lost bool) *world {
	w := newWorld(30, Settings{EventBytes: 2000, InboundTimeout: time.Hour, PollInterval: interval})
	for range 360 {
		w.send(20)
		w.poll(nil)
	}
	if lost {
		for index, name := range w.names {
			w.side[name] = index % 2
		}
		w.detect()
		w.poll(nil)
	}
	return w
}

// A look at 30 nodes: 870 pairs.
func BenchmarkAdvanceAndPairs30Nodes(b *testing.B) {
	for _, lost := range []bool{false, true} {
		name := "all reachable"
		if lost {
			name = "parted in halves"
		}
		b.Run(name, func(b *testing.B) {
			w := cluster(lost)
			snapshot := w.snapshot()
			b.ReportAllocs()
			for b.Loop() {
				w.now = w.now.Add(interval)
				snapshot.ReadAt = w.now
				for index := range snapshot.Nodes {
					snapshot.Nodes[index].ReadAt = w.now
					*snapshot.Nodes[index].Sent += 20
				}
				w.tracker.Advance(snapshot, nil, w.settings)
				if pairs := w.tracker.Pairs(w.now, w.settings); len(pairs) != 870 {
					b.Fatal(len(pairs))
				}
			}
		})
	}
}
