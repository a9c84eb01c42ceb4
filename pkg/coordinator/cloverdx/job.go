package cloverdx

import (
	"context"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Job reads one execution live by its run id. With an empty address the servers
// are asked in turn; it is not found when every one that answers says so. The
// package's comment says what the reading proves.
func (c *client) Job(ctx context.Context, address string, id coordinator.JobID) (coordinator.Reading, error) {
	if !isRunID(string(id)) {
		return coordinator.Reading{}, notAnID(id)
	}
	candidates := c.order.List()
	if address != "" {
		s := c.find(address)
		if s == nil {
			return coordinator.Reading{}, notConfigured(address)
		}
		candidates = []*server{s}
	}
	ctx, cancel := upstream.Bounded(ctx, c.config.PollDeadline)
	defer cancel()
	job, s, err := upstream.AskInTurn(ctx, candidates, func(ctx context.Context, s *server) (coordinator.Job, error) {
		spoken, err := c.apiOf(ctx, s)
		switch {
		case err != nil:
			return coordinator.Job{}, err
		case spoken == apiSimple:
			return c.readStatus(ctx, s, id)
		default:
			return c.readExecution(ctx, s, id)
		}
	})
	if err != nil {
		return coordinator.Reading{}, err
	}
	return coordinator.Reading{Job: job, Proof: proofOf(job.State), Address: s.address, ReadAt: c.config.Now()}, nil
}
