package seatunnel

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathJob      = "/job-info/"
	pathFinished = "/finished-jobs/"
)

// Job reads one job live, and asks every configured master meanwhile who is
// master. With an empty address the masters are asked in turn; the job is not
// found when every master that answers says so. The package's comment says
// what the reading proves.
func (c *client) Job(ctx context.Context, address string, id coordinator.JobID) (coordinator.Reading, error) {
	if !isJobID(string(id)) {
		return coordinator.Reading{}, notAnID(id)
	}
	candidates := c.order.List()
	if address != "" {
		e := c.master(address)
		if e == nil {
			return coordinator.Reading{}, notConfigured(address)
		}
		candidates = []*endpoint{e}
	}
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	members := c.askMembers(ctx, &group, c.order.List(), c.dialectOf)
	reading, e, err := upstream.AskInTurn(ctx, candidates, func(ctx context.Context, e *endpoint) (coordinator.Reading, error) {
		return c.readJob(ctx, e, id)
	})
	if err != nil {
		return coordinator.Reading{}, err
	}
	reading.Master, reading.Split = c.mastersSeen(members, e)
	reading.ReadAt = c.config.Now()
	return reading, nil
}

// mastersSeen gives the active master as one address sees it ("" when it names
// none), and all that the configured masters name when they disagree.
func (c *client) mastersSeen(members map[*endpoint]*upstream.Pending[[]coordinator.Member], by *endpoint) (master string, split []string) {
	for _, asked := range c.masters {
		if members[asked] == nil {
			continue
		}
		answer, err := members[asked].Wait()
		named := masterOf(answer)
		if err != nil || named == "" {
			continue
		}
		if asked == by {
			master = named
		}
		if !slices.Contains(split, named) {
			split = append(split, named)
		}
	}
	if len(split) < 2 {
		return master, nil
	}
	return master, split
}

// readJob reads the job from one address and, when it shows an end, looks for
// the proof.
func (c *client) readJob(ctx context.Context, e *endpoint, id coordinator.JobID) (coordinator.Reading, error) {
	d, err := c.dialectOf(ctx, e)
	if err != nil {
		return coordinator.Reading{}, err
	}
	var job coordinator.Job
	path := e.path(d, pathJob+string(id))
	ask := upstream.Call{Address: e.address, Path: path, Route: pathJob + "{id}", Limit: smallBody}
	err = c.json(ctx, e, ask, func(_ *upstream.Answer, r *jsonReader) error {
		entry, err := r.entry()
		if err != nil {
			return err
		}
		job, err = c.job(entry)
		return err
	})
	switch {
	case err != nil:
		return coordinator.Reading{}, err
	case job.ID != id:
		return coordinator.Reading{}, upstream.BadAnswer(e.address, path, fmt.Sprintf("the answer is about job %s", job.ID), "", nil)
	case job.Word == "" && job.CreateTime.IsZero():
		// The bare {"jobId":"…"}.
		return coordinator.Reading{}, &coordinator.Error{Kind: coordinator.ErrNotFound, Address: e.address, Path: path,
			Detail: fmt.Sprintf("job %s is neither open nor among the ended jobs that the engine still keeps", id)}
	}
	reading := coordinator.Reading{Job: job, Address: e.address, Proof: coordinator.ProofNone}
	switch {
	case job.State.Ended():
		if c.confirmEnd(ctx, e, d, job) {
			reading.Proof = coordinator.ProofEnded
		}
	case job.State != coordinator.StateUnknown:
		reading.Proof = coordinator.ProofOpen
	}
	return reading, nil
}

// confirmEnd tells whether the address keeps the job among those that ended in
// its state: the same id with the same create time. A list that does not
// answer confirms nothing.
func (c *client) confirmEnd(ctx context.Context, e *endpoint, d dialect, job coordinator.Job) bool {
	if job.CreateTime.IsZero() {
		return false // nothing tells this execution from another of that id
	}
	found := false
	ask := upstream.Call{Address: e.address, Path: e.path(d, pathFinished+job.Word), Route: pathFinished + "{state}", Limit: c.config.BodyLimit, Streamed: true}
	err := c.get(ctx, e, ask, func(a *upstream.Answer) error {
		r := c.reader(a)
		return r.List("the list of ended jobs", func() error {
			entry, err := r.entry()
			if err != nil {
				return err
			}
			if entry.id != string(job.ID) || entry.word != job.Word {
				return nil
			}
			created, err := c.parseTime("createTime", entry.created)
			if err != nil {
				return err
			}
			found = created.Equal(job.CreateTime)
			return upstream.ErrEnough // SeaTunnel lists the last ended first: no need to read on
		})
	})
	return err == nil && found
}

// notAnID is for ids that no SeaTunnel job can have. Nothing was asked.
func notAnID(id coordinator.JobID) error {
	return &coordinator.Error{Kind: coordinator.ErrNotFound,
		Detail: fmt.Sprintf("%q is no SeaTunnel job id: they are numbers of up to %d digits", upstream.Cut(string(id), maxWordBytes), maxDigits)}
}

// notConfigured is for addresses that are not among the masters in the
// settings. Nothing was asked.
func notConfigured(address string) error { return upstream.NotConfigured(address, "masters") }
