package seatunnel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// overviewShare is the part of a poll's time that looking for an answering
// master may take: the rest is for what is read from it.
const overviewShare = 3

// look is what is being read of one master in a poll.
type look struct {
	endpoint *endpoint
	overview *upstream.Pending[overview]
	members  *upstream.Pending[[]coordinator.Member]
}

// lookAtMasters asks every master for its overview and then for the members.
func (c *client) lookAtMasters(ctx context.Context, group *sync.WaitGroup, masters []*endpoint) map[*endpoint]*look {
	looks := make(map[*endpoint]*look, len(masters))
	for _, e := range masters {
		looks[e] = &look{endpoint: e, overview: upstream.Start(group, func() (overview, error) {
			ctx, cancel := upstream.Share(ctx, overviewShare)
			defer cancel()
			return c.identify(ctx, e)
		})}
	}
	members := c.askMembers(ctx, group, masters, func(_ context.Context, e *endpoint) (dialect, error) {
		found, err := looks[e].overview.Wait()
		return found.dialect, err
	})
	for e, l := range looks {
		l.members = members[e]
	}
	return looks
}

// Snapshot reads the cluster from the first master that answers, the last good
// one first, and asks every master who is master. It ends by its deadline: with
// what was read and notes about the rest while a master answers, with an error
// when none does, or when the list of jobs is not SeaTunnel's.
func (c *client) Snapshot(ctx context.Context) (*coordinator.Snapshot, error) {
	started := c.config.Now()
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	masters := c.order.List()
	looks := c.lookAtMasters(ctx, &group, masters)
	best, failed := c.readFirst(ctx, &group, masters, looks)
	if best == nil {
		return nil, upstream.Worst(failed)
	}
	snapshot := best.snapshot
	c.readMembership(snapshot, best.look)
	snapshot.Clock, _ = best.clock.Wait()
	snapshot.Masters = c.views(looks)
	for _, err := range failed {
		snapshot.Notes = append(snapshot.Notes, upstream.Sentence(err))
	}
	snapshot.ReadAt = c.config.Now()
	snapshot.Took = snapshot.ReadAt.Sub(started)
	return snapshot, nil
}

// poll is what was read from one master.
type poll struct {
	snapshot *coordinator.Snapshot
	look     *look
	clock    *upstream.Pending[coordinator.Clock]
	// listErr is why the list of jobs is missing; nil when it was read.
	listErr error
}

// readFirst reads from the masters in turn until one gives its list of jobs. A
// list that hangs is not asked for elsewhere: a frozen worker makes it hang at
// every master. failed are the errors of the masters that gave nothing.
func (c *client) readFirst(ctx context.Context, group *sync.WaitGroup, masters []*endpoint, looks map[*endpoint]*look) (best *poll, failed []error) {
	for _, e := range masters {
		found, err := looks[e].overview.Wait()
		if err != nil {
			failed = append(failed, err)
			continue
		}
		read, err := c.readJobsOf(ctx, group, looks[e], found)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if best == nil || read.listErr == nil {
			best = read
		}
		if read.listErr == nil {
			c.order.Prefer(e)
		}
		if read.listErr == nil || upstream.TimedOut(read.listErr) {
			break
		}
	}
	return best, failed
}

// readJobsOf reads from one master that has answered /overview. The error is
// for lists that are not SeaTunnel's; one that did not come for want of time or
// since the cluster is in trouble is a note.
func (c *client) readJobsOf(ctx context.Context, group *sync.WaitGroup, l *look, found overview) (*poll, error) {
	e := l.endpoint
	clock := upstream.Start(group, func() (coordinator.Clock, error) {
		if found.clock.Known {
			return found.clock, nil
		}
		return c.telemetryClock(ctx, e, found.dialect), nil
	})
	asked := upstream.Start(group, func() (beliefs, error) {
		if found.dialect != dialectV2 {
			return beliefs{}, errNoBeliefs
		}
		return c.readBeliefs(ctx, e)
	})
	snapshot := &coordinator.Snapshot{
		Address:      e.address,
		Dialect:      found.dialect.String(),
		Version:      found.version,
		Workers:      found.workers,
		Counts:       found.counts,
		Capabilities: c.capabilities(found.version),
	}
	list, err := c.readJobs(ctx, e, found.dialect)
	if err != nil && !upstream.Passing(err) {
		return nil, err
	}
	believed, beliefErr := asked.Wait()
	snapshot.Restoring = believed.restoring
	if err != nil {
		snapshot.Believed = believed.running
		snapshot.Notes = append(snapshot.Notes, hangNote(e, err, beliefErr))
		return &poll{snapshot: snapshot, look: l, clock: clock, listErr: err}, nil
	}
	snapshot.Jobs, snapshot.Complete = list.jobs, list.whole
	if list.gap != "" {
		snapshot.Notes = append(snapshot.Notes, list.gap)
	}
	snapshot.Restoring = restoring(list.jobs, believed.restoring)
	nodes := nodesByJob(believed.running)
	for i := range snapshot.Jobs {
		snapshot.Jobs[i].Nodes = nodes[snapshot.Jobs[i].ID]
	}
	return &poll{snapshot: snapshot, look: l, clock: clock}, nil
}

// readMembership takes over the members as the snapshot's master sees them.
func (c *client) readMembership(snapshot *coordinator.Snapshot, l *look) {
	members, err := l.members.Wait()
	if err != nil {
		snapshot.Notes = append(snapshot.Notes, "The members and the active master are not known: "+upstream.Sentence(err))
		return
	}
	snapshot.Members = sorted(members)
	snapshot.Master = masterOf(members)
}

// errNoBeliefs: the dialect has nothing to ask for beliefs.
var errNoBeliefs = errors.New("REST v1 has no /pending-jobs")

// hangNote says what did not answer though the overview did, and what stands
// in for it.
func hangNote(e *endpoint, err, beliefErr error) string {
	note := fmt.Sprintf("%s does not answer %s while it answers %s (%s)", e.address, pathRunning, pathOverview, upstream.Detail(err))
	if upstream.TimedOut(err) {
		note += "; a frozen worker or a blocked master does that"
	}
	switch {
	case errors.Is(beliefErr, errNoBeliefs):
		return note + ". REST v1 has nothing that stands in for the list of jobs."
	case beliefErr != nil:
		return note + fmt.Sprintf(". %s, which could stand in, does not answer either (%s).", pathPending, upstream.Detail(beliefErr))
	default:
		return note + fmt.Sprintf(". What the master believes to run on workers stands in, from %s.", pathPending)
	}
}

// views says what every configured master answered to "who is master".
func (c *client) views(looks map[*endpoint]*look) []coordinator.MasterView {
	views := make([]coordinator.MasterView, 0, len(c.masters))
	for _, e := range c.masters {
		members, err := looks[e].members.Wait()
		views = append(views, coordinator.MasterView{Address: e.address, Master: masterOf(members), Err: err})
	}
	return views
}

func sorted(members []coordinator.Member) []coordinator.Member {
	members = slices.Clone(members) // views share the original
	slices.SortFunc(members, func(a, b coordinator.Member) int { return strings.Compare(a.Address, b.Address) })
	return members
}
