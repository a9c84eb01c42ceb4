package watch

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestS01_UnreachableMasterKeepsTheLastSnapshot(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a job in CANCELING, watched every 10 s.
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(25 * time.Second)
		last := lease.View()
		if last.Err != nil || last.Blind(time.Now(), 0) || last.MasterStableSince.IsZero() {
			t.Fatalf("before: %+v", last)
		}

		// When the master cannot be reached, then the view keeps what was seen
		// last, says why, and is not blind yet.
		fake.answer(down)
		pass(10 * time.Second)
		view := lease.View()
		if !errors.Is(view.Err, coordinator.ErrUnreachable) || view.Snapshot != last.Snapshot || view.AsOf != last.AsOf ||
			view.PollErrors != 1 || view.Blind(time.Now(), 0) {
			t.Errorf("after one failure: %+v", view)
		}

		// Then it is blind when three intervals passed, the job stays, and no
		// master is stable.
		pass(30 * time.Second)
		view = lease.View()
		if !view.Blind(time.Now(), time.Hour) || !view.MasterStableSince.IsZero() {
			t.Errorf("after the gap: %+v", view)
		}
		if job := theJob(t, view); job.Episode.State != coordinator.StateCanceling || !job.Episode.Open() {
			t.Errorf("job: %+v", job)
		}

		// Then it polls ever less often, but at least once a minute.
		pass(5 * time.Minute)
		before := fake.count()
		pass(10 * time.Minute)
		if got := fake.count() - before; got < 10 || got > 11 {
			t.Errorf("%d polls in 10 minutes of backoff", got)
		}
		if view := lease.View(); view.PollInterval != time.Minute || len(view.Notes) != 1 {
			t.Errorf("interval %s, notes %q", view.PollInterval, view.Notes)
		}

		// When it answers again, then the age has gone on, and the guard's age
		// starts anew.
		since := theJob(t, last).Episode.Since
		fake.list(running("1", coordinator.StateCanceling))
		pass(time.Minute)
		view = lease.View()
		episode := theJob(t, view).Episode
		if view.Err != nil || view.Blind(time.Now(), 0) || !episode.Since.Equal(since) ||
			time.Since(episode.ContinuousSince) > time.Minute || time.Since(view.MasterStableSince) > time.Minute {
			t.Errorf("afterwards: %+v, episode %+v", view, episode)
		}
		if view.PollInterval != 10*time.Second || len(view.Notes) != 0 {
			t.Errorf("interval %s, notes %q", view.PollInterval, view.Notes)
		}
	})
}

func TestS02_VanishedJobStaysUntilItsEndIsProven(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling), running("2", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(5 * time.Second)
		since := lease.View().Jobs.At(0).Episode.Since

		// When the list is empty and the coordinator cannot say more, then both
		// jobs stay, not listed.
		fake.list()
		pass(10 * time.Second)
		view := lease.View()
		if view.Jobs.Len() != 2 || view.Jobs.At(0).Listed || view.Jobs.At(1).Listed || !view.Jobs.At(0).Episode.Since.Equal(since) {
			t.Fatalf("jobs: %+v", view.Jobs)
		}

		// When it proves the end of one, then only that one goes.
		fake.answerJob(func(_ context.Context, id coordinator.JobID) (coordinator.Reading, error) {
			if id != "1" {
				return coordinator.Reading{}, coordinator.ErrNotFound
			}
			return coordinator.Reading{Job: running("1", coordinator.StateCanceled), Proof: coordinator.ProofEnded}, nil
		})
		pass(10 * time.Second)
		if job := theJob(t, lease.View()); job.Job.ID != "2" {
			t.Errorf("job: %+v", job)
		}
	})
}

func TestS03_RestartKeepsAges(t *testing.T) {
	store, fake := &storeFake{}, &coordinatorFake{}
	var since time.Time
	// Given a job that was seen to go into CANCELING, and a change of master.
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake.list(running("1", coordinator.StateRunning))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(15 * time.Second)
		fake.answer(func(context.Context) (*coordinator.Snapshot, error) {
			snapshot := listing(running("1", coordinator.StateCanceling))
			snapshot.Master = "b:5801"
			return snapshot, nil
		})
		pass(40 * time.Second)
		episode := theJob(t, lease.View()).Episode
		since = episode.Since
		if episode.Quality != timeline.QualityObserved || lease.View().MasterChanges != 1 {
			t.Fatalf("episode %+v, %d changes of master", episode, lease.View().MasterChanges)
		}
	})
	// When Unjam is stopped and started, then age and counts go on, even while
	// the coordinator does not answer, and the guard's age starts anew.
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		time.Sleep(time.Hour) // each bubble's clock starts at the same time
		answering := fake.snapshot
		fake.answer(down)
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(5 * time.Second)
		view := lease.View()
		if job := theJob(t, view); job.Listed || !job.Episode.Since.Equal(since) || !view.Blind(time.Now(), 0) {
			t.Errorf("before the first answer: %+v", job)
		}
		fake.answer(answering)
		pass(10 * time.Second)
		view = lease.View()
		episode := theJob(t, view).Episode
		if !episode.Since.Equal(since) || episode.Quality != timeline.QualityObserved || view.MasterChanges != 1 ||
			episode.ContinuousAge() != 0 {
			t.Errorf("after the restart: %+v, %d changes of master", episode, view.MasterChanges)
		}
	})
}

func TestS03_WithoutAStoreAgesAreLowerBounds(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		if got := theJob(t, lease.View()).Episode.Quality; got != timeline.QualityAtLeast {
			t.Errorf("quality %q", got)
		}
	})
}

func TestS07_MalformedAnswerKeepsSnapshot(t *testing.T) {
	bad := &coordinator.Error{Kind: coordinator.ErrBadAnswer, Address: "http://a:8080", Path: "/running-jobs", Detail: "truncated JSON"}
	cases := map[string]func(context.Context) (*coordinator.Snapshot, error){
		"bad answer":                      func(context.Context) (*coordinator.Snapshot, error) { return nil, bad },
		"neither a snapshot nor an error": func(context.Context) (*coordinator.Snapshot, error) { return nil, nil },
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
				fake := &coordinatorFake{}
				fake.list(running("1", coordinator.StateRunning))
				lease := acquire(t, registry, key, fake.settings(tenSecond))
				pass(time.Second)
				before := lease.View()
				fake.answer(answer)
				pass(10 * time.Second)
				view := lease.View()
				if !errors.Is(view.Err, coordinator.ErrBadAnswer) || view.Snapshot != before.Snapshot || view.Complete != before.Complete {
					t.Errorf("view: %+v", view)
				}
				if !theJob(t, view).Listed {
					t.Error("a bad answer must not make a job vanish")
				}
			})
		})
	}
}

func TestS14_HangingCoordinatorIsBounded(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		// Given a coordinator that answers once, and then never.
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		fake.answer(hang)
		// When the next poll hangs, then it ends by its deadline (8 s after
		// 10 s), and the view says so.
		pass(9*time.Second + 8*time.Second)
		view := lease.View()
		if !errors.Is(view.Err, coordinator.ErrUnreachable) || view.PollErrors != 1 || !theJob(t, view).Listed {
			t.Errorf("view: %+v", view)
		}
		// Then hanging does not put off the gap.
		pass(20 * time.Second)
		if !lease.View().Blind(time.Now(), 0) {
			t.Error("not blind")
		}
	})
}

func TestS14_IncompleteSnapshotIsShownAndHidesNothing(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		lease := acquire(t, registry, key, fake.settings(tenSecond))
		pass(time.Second)
		complete := lease.View().Complete
		// When the job list hangs while the overview answers, at the deadline.
		fake.answer(func(ctx context.Context) (*coordinator.Snapshot, error) {
			time.Sleep(8*time.Second - time.Millisecond)
			return &coordinator.Snapshot{ReadAt: time.Now(), Notes: []string{"/running-jobs does not answer"}, Workers: 2}, ctx.Err()
		})
		pass(60 * time.Second)
		view := lease.View()
		// Then the newest snapshot is the incomplete one, the jobs are those of
		// the complete one, the polls come less often and say so, and the view
		// is blind after three of the intervals that were in effect before.
		if view.Snapshot.Complete || view.Complete != complete || view.Err != nil || !theJob(t, view).Listed {
			t.Errorf("view: %+v", view)
		}
		if view.PollInterval != 20*time.Second || len(view.Notes) != 1 || !strings.Contains(view.Notes[0], "every 20s") {
			t.Errorf("interval %s, notes %q", view.PollInterval, view.Notes)
		}
		if view.GapInterval != 10*time.Second || !view.Blind(time.Now(), 0) {
			t.Errorf("gap interval %s", view.GapInterval)
		}
	})
}
