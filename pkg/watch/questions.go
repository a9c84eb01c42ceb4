package watch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

const (
	// maxQuestions bounds the jobs asked about in one poll: with the default
	// interval 300 ended jobs a minute.
	maxQuestions = 50
	// parallelQuestions bounds the requests at the same time.
	parallelQuestions = 4
	// maxUnanswered is how many questions may fail before a poll asks no more:
	// a coordinator whose job endpoint hangs must not eat up every deadline.
	maxUnanswered = parallelQuestions
	// calmQuestions is the longest time between two questions about one job:
	// jobs that have been missing for long are asked about less often.
	calmQuestions = time.Minute
	// calmShare of the time for which a job has been missing passes until it
	// is asked about again.
	calmShare = 4
)

var errUnanswered = errors.New("the coordinator does not answer questions about single jobs")

// questions asks about the single jobs that a snapshot does not tell about. It
// remembers when it asked about whom, so that each job has its turn.
type questions struct {
	askedAt map[coordinator.JobID]time.Time
}

// ask puts at most maxQuestions to the coordinator, within ctx, and gives the
// answers that came.
func (q *questions) ask(ctx context.Context, client coordinator.Client, now time.Time, vanished []timeline.JobView) map[coordinator.JobID]timeline.Answer {
	chosen := q.choose(now, vanished)
	answers := make(map[coordinator.JobID]timeline.Answer, len(chosen))
	var mu sync.Mutex
	unanswered := 0

	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelQuestions)
	for _, id := range chosen {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			reading, err := client.Job(ctx, "", id)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				answers[id] = timeline.Answer{Reading: reading}
			case errors.Is(err, coordinator.ErrNotFound):
				answers[id] = timeline.Answer{NotFound: true}
			default:
				unanswered++
				if unanswered >= maxUnanswered {
					return errUnanswered // ends ctx for the others
				}
			}
			return nil
		})
	}
	// What went unanswered is asked again at a later poll.
	_ = group.Wait()
	return answers
}

// choose picks whom to ask about: jobs in CANCELING at every poll and first,
// then those whose turn is longest ago, then the longest missing.
func (q *questions) choose(now time.Time, vanished []timeline.JobView) []coordinator.JobID {
	asked := make(map[coordinator.JobID]time.Time, len(vanished))
	var due []timeline.JobView
	for _, view := range vanished {
		id := view.Job.ID
		last, before := q.askedAt[id]
		if before {
			asked[id] = last
		}
		if !before || canceling(view) || now.Sub(last) >= spacing(now, view) {
			due = append(due, view)
		}
	}
	slices.SortStableFunc(due, func(a, b timeline.JobView) int {
		if canceling(a) != canceling(b) {
			if canceling(a) {
				return -1
			}
			return 1
		}
		return cmp.Or(
			asked[a.Job.ID].Compare(asked[b.Job.ID]),
			missingSince(now, a).Compare(missingSince(now, b)),
		)
	})
	due = due[:min(len(due), maxQuestions)]
	chosen := make([]coordinator.JobID, len(due))
	for i, view := range due {
		chosen[i] = view.Job.ID
		asked[view.Job.ID] = now
	}
	q.askedAt = asked
	return chosen
}

func canceling(view timeline.JobView) bool {
	return view.Episode.State == coordinator.StateCanceling
}

// missingSince is since when a job's state has not been told; now for a job
// that this poll is the first to miss.
func missingSince(now time.Time, view timeline.JobView) time.Time {
	if view.Episode.MissingSince.IsZero() {
		return now
	}
	return view.Episode.MissingSince
}

// spacing is the time between two questions about a job.
func spacing(now time.Time, view timeline.JobView) time.Duration {
	return min(now.Sub(missingSince(now, view))/calmShare, calmQuestions)
}
