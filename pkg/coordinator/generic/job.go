package generic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// jobBody bounds the answer about one job.
const jobBody = 4 << 20

// Job reads one job live, and asks every configured address meanwhile who is
// master. With an empty address they are asked in turn; the job is not found
// when every one that answers says so. The package's comment says what the
// reading proves.
func (c *client) Job(ctx context.Context, address string, id coordinator.JobID) (coordinator.Reading, error) {
	if !isID(string(id)) {
		return coordinator.Reading{}, notAnID(id)
	}
	candidates := c.preferred()
	if address != "" {
		if !c.configured(address) {
			return coordinator.Reading{}, notConfigured(address)
		}
		candidates = []string{address}
	}
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	members := c.askMembers(ctx, &group, c.config.Addresses)
	reading, err := c.readAny(ctx, candidates, id)
	if err != nil {
		return coordinator.Reading{}, err
	}
	reading.Master, reading.Split = c.mastersSeen(members, reading.Address)
	reading.ReadAt = c.config.Now()
	return reading, nil
}

// askMembers asks addresses for the members, side by side.
func (c *client) askMembers(ctx context.Context, group *sync.WaitGroup, addresses []string) map[string]*upstream.Pending[membership] {
	asked := make(map[string]*upstream.Pending[membership], len(addresses))
	for _, address := range addresses {
		asked[address] = upstream.Start(group, func() (membership, error) { return c.readMembers(ctx, address) })
	}
	return asked
}

// readAny reads the job from the first candidate that knows it.
func (c *client) readAny(ctx context.Context, candidates []string, id coordinator.JobID) (coordinator.Reading, error) {
	var notFound error
	var failed []error
	for i, address := range candidates {
		// One that hangs must leave time for the others.
		ctx, cancel := upstream.Share(ctx, len(candidates)-i)
		reading, err := c.readJob(ctx, address, id)
		cancel()
		switch {
		case err == nil:
			return reading, nil
		case errors.Is(err, coordinator.ErrNotFound):
			notFound = err
		default:
			failed = append(failed, err)
		}
	}
	if notFound != nil {
		return coordinator.Reading{}, notFound
	}
	return coordinator.Reading{}, upstream.Worst(failed)
}

// readJob reads the job from one address.
func (c *client) readJob(ctx context.Context, address string, id coordinator.JobID) (coordinator.Reading, error) {
	var job coordinator.Job
	path := pathJobs + "/" + string(id)
	err := c.json(ctx, upstream.Call{Address: address, Path: path, Route: pathJobs + "/{id}", Limit: jobBody}, func(_ *upstream.Answer, d *decoder) error {
		var err error
		job, err = d.job()
		return err
	})
	switch {
	case err != nil:
		return coordinator.Reading{}, c.unknownJob(err, id)
	case job.ID != id:
		return coordinator.Reading{}, upstream.BadAnswer(address, path, fmt.Sprintf("the answer is about job %s", job.ID), "", nil)
	}
	reading := coordinator.Reading{Job: job, Address: address, Proof: coordinator.ProofOpen}
	switch {
	case job.State.Ended():
		reading.Proof = coordinator.ProofEnded
	case job.State == coordinator.StateUnknown:
		reading.Proof = coordinator.ProofNone
	}
	return reading, nil
}

// mastersSeen gives the active master as one address sees it ("" when it names
// none), and all that the addresses name when they disagree.
func (c *client) mastersSeen(members map[string]*upstream.Pending[membership], by string) (master string, split []string) {
	for _, address := range c.config.Addresses {
		pending, asked := members[address]
		if !asked {
			continue
		}
		answer, err := pending.Wait()
		if err != nil || answer.master == "" {
			continue
		}
		if address == by {
			master = answer.master
		}
		if !slices.Contains(split, answer.master) {
			split = append(split, answer.master)
		}
	}
	if len(split) < 2 {
		return master, nil
	}
	return master, split
}
