package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// poll is what was read from one server.
type poll struct {
	running running
	members []coordinator.Member
	// notes are about what did not answer beside the list.
	notes []string
}

// Snapshot reads the running executions from the first server that answers, the
// last good one first, and the messaging layer of every configured node. Its
// error is the servers'; where none of them can be reached and nodes' messaging
// layers can, it is an incomplete snapshot with those.
func (c *client) Snapshot(ctx context.Context) (*coordinator.Snapshot, error) {
	started := c.config.Now()
	ctx, cancel := upstream.Bounded(ctx, c.config.PollDeadline)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	nodes := upstream.Start(&group, func() ([]coordinator.Node, error) {
		if c.config.Nodes == nil {
			return nil, nil
		}
		return c.config.Nodes.Read(ctx), nil
	})
	var notes []string
	unreachable := true
	read, s, err := upstream.AskInTurn(ctx, c.order.List(), func(ctx context.Context, s *server) (poll, error) {
		read, err := c.readServer(ctx, s)
		if err != nil {
			notes = append(notes, upstream.Sentence(err))
			unreachable = unreachable && errors.Is(err, coordinator.ErrUnreachable)
		}
		return read, err
	})
	snapshot := &coordinator.Snapshot{Workers: coordinator.NotKnown, Capabilities: c.capabilities(read.running.api)}
	snapshot.Nodes, _ = nodes.Wait()
	switch {
	case err != nil && (!unreachable || !anyRead(snapshot.Nodes)):
		return nil, err
	case err != nil:
		notes = append([]string{"No server answers, so the executions are not known; the nodes' messaging layer was read."}, notes...)
	default:
		c.order.Prefer(s)
		snapshot.Address, snapshot.Dialect = s.address, read.running.api.String()
		snapshot.Jobs, snapshot.Complete = read.running.jobs, read.running.whole
		snapshot.Members, snapshot.Clock = read.members, read.running.clock
		notes = append(append(read.running.notes(s), read.notes...), notes...)
	}
	snapshot.Notes = notes
	snapshot.ReadAt = c.config.Now()
	snapshot.Took = snapshot.ReadAt.Sub(started)
	return snapshot, nil
}

// anyRead tells whether a node was read.
func anyRead(nodes []coordinator.Node) bool {
	for _, node := range nodes {
		if node.Err == nil {
			return true
		}
	}
	return false
}

// readServer reads from one server: the running executions, and the nodes
// beside them.
func (c *client) readServer(ctx context.Context, s *server) (poll, error) {
	var read poll
	var group sync.WaitGroup
	defer group.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	members := upstream.Start(&group, func() ([]coordinator.Member, error) { return c.members(ctx, s) })
	var err error
	if read.running, err = c.running(ctx, s, maxPages); err != nil {
		return poll{}, err
	}
	if read.members, err = members.Wait(); err != nil && !errors.Is(err, errNoMembers) {
		read.notes = append(read.notes, "The nodes and their states are not known: "+upstream.Sentence(err))
	}
	return read, nil
}

// errNoMembers: the server does not offer the simple HTTP API, or it must not
// be asked.
var errNoMembers = errors.New("the simple HTTP API, which tells the nodes' states, is not offered")

// members reads the nodes and their states. A server without the simple HTTP
// API is asked again after learntFor only.
func (c *client) members(ctx context.Context, s *server) ([]coordinator.Member, error) {
	now := c.config.Now()
	s.mutex.Lock()
	age := now.Sub(s.noSimple)
	skip := !s.noSimple.IsZero() && age >= 0 && age <= learntFor
	s.mutex.Unlock()
	if skip || c.config.API == APIREST {
		return nil, errNoMembers
	}
	members, err := c.readMembers(ctx, s)
	if absent(err) || errors.Is(err, coordinator.ErrUnauthorised) {
		s.mutex.Lock()
		s.noSimple = now
		s.mutex.Unlock()
		return nil, fmt.Errorf("%w: %w", errNoMembers, err)
	}
	if err != nil {
		return nil, err
	}
	return members, nil
}

// notes gives what an operator should know about a reading.
func (r running) notes(s *server) []string {
	var notes []string
	for _, note := range []string{r.why, r.gap} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	untold := 0
	for _, job := range r.jobs {
		if job.Word == "" {
			untold++
		}
	}
	if untold > 0 {
		notes = append(notes, fmt.Sprintf("%s lists %d executions without a status: their state is not known.", s.address, untold))
	}
	return notes
}
