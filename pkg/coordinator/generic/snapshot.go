package generic

import (
	"context"
	"fmt"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// infoShare is the part of a poll's time that looking for an answering address
// may take: the rest is for what is read from it.
const infoShare = 3

// look is what is being read of one address in a poll.
type look struct {
	info    *upstream.Pending[info]
	members *upstream.Pending[membership]
}

// lookAt asks every given address what it is and who its members are.
func (c *client) lookAt(ctx context.Context, group *sync.WaitGroup, addresses []string) map[string]look {
	looks := make(map[string]look, len(addresses))
	for _, address := range addresses {
		looks[address] = look{
			info: upstream.Start(group, func() (info, error) {
				ctx, cancel := upstream.Share(ctx, infoShare)
				defer cancel()
				return c.readInfo(ctx, address)
			}),
			members: upstream.Start(group, func() (membership, error) { return c.readMembers(ctx, address) }),
		}
	}
	return looks
}

// Snapshot reads the coordinator from the first address that answers, the last
// good one first, and asks every one who is master. It ends by its deadline:
// with what was read and notes about the rest while an address answers, with an
// error when none does, or when no list of jobs is the contract's.
func (c *client) Snapshot(ctx context.Context) (*coordinator.Snapshot, error) {
	started := c.config.Now()
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	addresses := c.preferred()
	looks := c.lookAt(ctx, &group, addresses)
	snapshot, failed := c.readFirst(ctx, &group, addresses, looks)
	if snapshot == nil {
		return nil, upstream.Worst(failed)
	}
	c.readMembership(snapshot, looks)
	for _, err := range failed {
		snapshot.Notes = append(snapshot.Notes, upstream.Sentence(err))
	}
	snapshot.ReadAt = c.config.Now()
	snapshot.Took = snapshot.ReadAt.Sub(started)
	return snapshot, nil
}

// readFirst reads from the addresses in turn until one gives its jobs. failed
// are the errors of those that gave nothing. Where an address answers and its
// list hangs, the time is over: the next poll begins with another one.
func (c *client) readFirst(ctx context.Context, group *sync.WaitGroup, addresses []string, looks map[string]look) (best *coordinator.Snapshot, failed []error) {
	for i, address := range addresses {
		found, err := looks[address].info.Wait()
		if err != nil {
			failed = append(failed, err)
			continue
		}
		snapshot, listErr, err := c.readFrom(ctx, group, address, found)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if best == nil || listErr == nil {
			best = snapshot
		}
		if listErr == nil {
			c.prefer(address)
			break
		}
		if upstream.TimedOut(listErr) {
			c.prefer(addresses[(i+1)%len(addresses)])
			break
		}
	}
	return best, failed
}

// readFrom reads jobs and delivery from an address that has answered /info. err
// is for lists that are not the contract's; a list that did not come for want
// of time or since the coordinator is in trouble is a note, and listErr.
func (c *client) readFrom(ctx context.Context, group *sync.WaitGroup, address string, found info) (snapshot *coordinator.Snapshot, listErr, err error) {
	snapshot = &coordinator.Snapshot{
		Address: address, Dialect: found.dialect(), Version: found.version, Workers: coordinator.NotKnown,
		Clock: found.clock, Capabilities: found.capabilities(),
	}
	var deliveries *upstream.Pending[[]coordinator.Delivery]
	if snapshot.Capabilities.Delivery.Supported {
		deliveries = upstream.Start(group, func() ([]coordinator.Delivery, error) { return c.readDeliveries(ctx, address) })
	}
	list, listErr := c.readJobs(ctx, address)
	switch {
	case listErr != nil && !upstream.Passing(listErr):
		return nil, nil, listErr
	case listErr != nil:
		snapshot.Notes = append(snapshot.Notes, fmt.Sprintf("%s answers %s and not %s (%s): the jobs are not known.", address, pathInfo, pathJobs, upstream.Detail(listErr)))
	default:
		snapshot.Jobs, snapshot.Restoring, snapshot.Complete = list.jobs, list.restoring, list.gap == ""
		if list.gap != "" {
			snapshot.Notes = append(snapshot.Notes, list.gap)
		}
	}
	if deliveries != nil {
		var err error
		if snapshot.Deliveries, err = deliveries.Wait(); err != nil {
			snapshot.Notes = append(snapshot.Notes, "The delivery of events is not known: "+upstream.Sentence(err))
		}
	}
	return snapshot, listErr, nil
}

// readMembership takes over the members as the snapshot's address sees them,
// and what every address says about the master.
func (c *client) readMembership(snapshot *coordinator.Snapshot, looks map[string]look) {
	for _, address := range c.config.Addresses {
		members, err := looks[address].members.Wait()
		snapshot.Masters = append(snapshot.Masters, coordinator.MasterView{Address: address, Master: members.master, Err: err})
		if address != snapshot.Address {
			continue
		}
		if err != nil {
			snapshot.Notes = append(snapshot.Notes, "The members and the active master are not known: "+upstream.Sentence(err))
		}
		snapshot.Members, snapshot.Master = members.members, members.master
	}
	snapshot.Capabilities.NoMaster = c.masterless()
}
