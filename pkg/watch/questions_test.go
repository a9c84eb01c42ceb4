package watch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func vanished(id string, state coordinator.State, missingSince time.Time) timeline.JobView {
	return timeline.JobView{
		Job:     coordinator.Job{ID: coordinator.JobID(id)},
		Episode: timeline.Episode{Job: coordinator.JobID(id), State: state, MissingSince: missingSince},
	}
}

func TestWhoIsAskedAbout(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ago := func(length time.Duration) time.Time { return now.Add(-length) }
	q := questions{askedAt: map[coordinator.JobID]time.Time{
		"asked-just-now":    ago(10 * time.Second),
		"asked-a-while-ago": ago(50 * time.Second),
		"canceling-asked":   ago(time.Second),
		"gone":              ago(time.Second),
		"long-asked":        ago(61 * time.Second),
	}}
	chosen := q.choose(now, []timeline.JobView{
		vanished("new", coordinator.StateRunning, time.Time{}),
		vanished("long", coordinator.StateRunning, ago(time.Hour)),
		vanished("longer", coordinator.StateRunning, ago(2*time.Hour)),
		vanished("asked-just-now", coordinator.StateRunning, ago(time.Minute)),
		vanished("asked-a-while-ago", coordinator.StateRunning, ago(time.Minute)),
		vanished("long-asked", coordinator.StateLost, ago(24*time.Hour)),
		vanished("canceling", coordinator.StateCanceling, time.Time{}),
		vanished("canceling-asked", coordinator.StateCanceling, ago(time.Hour)),
	})
	want := []coordinator.JobID{"canceling", "canceling-asked", "longer", "long", "new", "long-asked", "asked-a-while-ago"}
	if !slices.Equal(chosen, want) {
		t.Errorf("chosen %q\nwant   %q", chosen, want)
	}
	if _, kept := q.askedAt["gone"]; kept || len(q.askedAt) != 8 {
		t.Errorf("remembers %v", q.askedAt)
	}
}

func TestEveryVanishedJobHasItsTurn(t *testing.T) {
	// Given more unanswerable jobs than one poll may ask about.
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var all []timeline.JobView
	for i := range 3*maxQuestions - 10 {
		all = append(all, vanished(fmt.Sprint(i), coordinator.StateRunning, now))
	}
	var q questions
	seen := map[coordinator.JobID]bool{}
	for range 3 {
		chosen := q.choose(now, all)
		if len(chosen) > maxQuestions {
			t.Errorf("%d questions in one poll", len(chosen))
		}
		for _, id := range chosen {
			seen[id] = true
		}
		now = now.Add(10 * time.Second)
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d had their turn in three polls", len(seen), len(all))
	}
}

func TestQuestionsAreBounded(t *testing.T) {
	cases := map[string]struct {
		answer func(ctx context.Context, id coordinator.JobID) (coordinator.Reading, error)
		asked  int // at most
		got    int
		took   time.Duration // at most
	}{
		"all answer": {
			answer: func(_ context.Context, id coordinator.JobID) (coordinator.Reading, error) {
				time.Sleep(100 * time.Millisecond)
				return coordinator.Reading{Job: coordinator.Job{ID: id}, Proof: coordinator.ProofNone}, nil
			}, asked: maxQuestions, got: maxQuestions, took: 1300 * time.Millisecond,
		},
		"none is known": {
			answer: func(context.Context, coordinator.JobID) (coordinator.Reading, error) {
				return coordinator.Reading{}, coordinator.ErrNotFound
			}, asked: maxQuestions, got: maxQuestions,
		},
		"nobody answers": {
			answer: func(ctx context.Context, _ coordinator.JobID) (coordinator.Reading, error) {
				time.Sleep(2 * time.Second)
				return coordinator.Reading{}, coordinator.ErrUnreachable
			}, asked: maxUnanswered + parallelQuestions - 1, took: 4 * time.Second,
		},
		"all hang until the deadline": {
			answer: func(ctx context.Context, _ coordinator.JobID) (coordinator.Reading, error) {
				<-ctx.Done()
				return coordinator.Reading{}, ctx.Err()
			}, asked: parallelQuestions, took: 8 * time.Second,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := &coordinatorFake{job: c.answer}
				var all []timeline.JobView
				for i := range 2 * maxQuestions {
					all = append(all, vanished(fmt.Sprint(i), coordinator.StateRunning, time.Time{}))
				}
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				began := time.Now()
				var q questions
				answers := q.ask(ctx, &clientFake{of: fake}, began, all)
				if len(answers) != c.got || len(fake.asked) > c.asked || fake.mostAsking > parallelQuestions || time.Since(began) > c.took {
					t.Errorf("%d answers to %d questions, %d at once, in %s", len(answers), len(fake.asked), fake.mostAsking, time.Since(began))
				}
			})
		})
	}
}
