package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// told gives what a store was told, a line each: kind, node or job, and quality.
func (s *storeFake) told(only ...timeline.EventKind) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, event := range s.events {
		if len(only) == 0 || slices.Contains(only, event.Kind) {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s%s, %s", event.Kind, event.Member, event.Job, event.Quality)))
		}
	}
	return lines
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// S13: a failover is told with its restore, once for the cluster, and the cancel
// that it forgets is told as one that nobody here asked for.
func TestS13_RestoreAndForeignCancelAreEvents(t *testing.T) {
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		answer := func(master string, complete bool, restoring []coordinator.JobID, state coordinator.State) {
			fake.answer(func(ctx context.Context) (*coordinator.Snapshot, error) {
				snapshot, err := under(master, []string{master}, running("1", state), running("2", coordinator.StateRunning))(ctx)
				snapshot.Restoring, snapshot.Complete = restoring, complete
				return snapshot, err
			})
			pass(10 * time.Second)
		}
		answer("a:5801", true, nil, coordinator.StateRunning)
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		answer("a:5801", true, nil, coordinator.StateCanceling)
		answer("b:5801", true, []coordinator.JobID{"1"}, coordinator.StateUnknown)
		answer("b:5801", true, []coordinator.JobID{"1", "2"}, coordinator.StatePending)
		// The queue does not answer once, and an incomplete look tells nothing.
		answer("b:5801", true, nil, coordinator.StatePending)
		answer("b:5801", true, []coordinator.JobID{"2"}, coordinator.StateRunning)
		answer("b:5801", false, nil, coordinator.StateRunning)
		answer("b:5801", true, nil, coordinator.StateRunning)
		if began := store.told(timeline.EventRestoreEnded); len(began) != 0 {
			t.Errorf("%v", began)
		}
		answer("b:5801", true, nil, coordinator.StateRunning)
		answer("b:5801", true, nil, coordinator.StateRunning)
	})
	same(t, store.told(timeline.EventCancelSeen, timeline.EventRestoreBegan, timeline.EventRestoreEnded),
		"cancel seen 1, observed", "restore began b:5801, observed", "restore ended b:5801, observed")
	for _, event := range store.events {
		if event.Kind == timeline.EventRestoreEnded && !strings.Contains(event.Sentence, "of 2 jobs in all") {
			t.Errorf("%+v", event)
		}
	}
}

func TestCancelsSeen(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	began := func(id coordinator.JobID, state coordinator.State, quality timeline.Quality) timeline.Episode {
		return timeline.Episode{ID: "e" + string(id), Job: id, Name: "orders", State: state, Since: at, Quality: quality}
	}
	canceling, observed, atLeast := coordinator.StateCanceling, timeline.QualityObserved, timeline.QualityAtLeast
	for name, test := range map[string]struct {
		opened, closed []timeline.Episode
		want           int
	}{
		"it ran before":                         {[]timeline.Episode{began("1", canceling, observed)}, []timeline.Episode{began("1", coordinator.StateRunning, observed)}, 1},
		"it ran before, and nobody looked":      {[]timeline.Episode{began("1", canceling, atLeast)}, []timeline.Episode{began("1", coordinator.StateRunning, observed)}, 1},
		"it is new, and is so already":          {[]timeline.Episode{began("1", canceling, observed)}, nil, 1},
		"it was so at the first look":           {[]timeline.Episode{began("1", canceling, atLeast)}, nil, 0},
		"another episode of the same":           {[]timeline.Episode{began("1", canceling, observed)}, []timeline.Episode{began("1", canceling, observed)}, 0},
		"it was lost and is back":               {[]timeline.Episode{began("1", canceling, observed)}, []timeline.Episode{began("1", coordinator.StateLost, observed)}, 0},
		"it began something else":               {[]timeline.Episode{began("1", coordinator.StateFailing, observed)}, nil, 0},
		"one ran before, another at first look": {[]timeline.Episode{began("1", canceling, atLeast), began("2", canceling, atLeast)}, []timeline.Episode{began("2", coordinator.StateRunning, observed)}, 1},
	} {
		if got := cancelsSeen(at, timeline.Changes{Opened: test.opened, Closed: test.closed}); len(got) != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// When a whole cluster is canceled, then some are named and the rest counted.
	var all []timeline.Episode
	for i := range 50_000 {
		all = append(all, began(coordinator.JobID(fmt.Sprintf("%05d", 50_000-i)), canceling, observed))
	}
	got := cancelsSeen(at, timeline.Changes{Opened: all})
	if last := got[len(got)-1]; len(got) != eventsAtOnce+1 || got[0].Job != "00001" || last.Job != "" || !strings.HasPrefix(last.Sentence, "49800 more jobs") {
		t.Errorf("%d events, the last %+v", len(got), got[len(got)-1])
	}
}

func TestEventsSayHowWellTheirTimeIsKnown(t *testing.T) {
	// Given a member that leaves while the coordinator is not seen, then it may
	// have left before the look that tells of it.
	store := &storeFake{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.answer(under("a:5801", []string{"a:5801", "b:5802", "c:5803"}))
		acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		fake.answer(under("a:5801", []string{"a:5801", "b:5802"}))
		pass(10 * time.Second)
		fake.answer(down)
		pass(2 * time.Minute)
		fake.answer(under("a:5801", []string{"a:5801"}))
		pass(2 * time.Minute)
	})
	same(t, store.told(), "member left c:5803, observed", "member left b:5802, at least")
}
