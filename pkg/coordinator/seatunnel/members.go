package seatunnel

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	pathMembers = "/system-monitoring-information"
	// maxMembers bounds the rows that are kept.
	maxMembers = 10_000
	// maxHostBytes: the longest host name is 253 bytes.
	maxHostBytes = 255
)

// membersTries: see readMembers.
const membersTries = 3

// readMembers asks one address for the cluster's members. The asked member
// asks all others, so this hangs while any of them is frozen.
//
// SeaTunnel makes the rows in objects that all requests share: two requests at
// a time, at whichever members, spoil each other's answers (2.3.8, measured:
// names twice, or 400). So we ask one at a time, accept names that are repeated
// with the same value, and ask again where somebody else was in between.
func (c *client) readMembers(ctx context.Context, e *endpoint, d dialect) ([]coordinator.Member, error) {
	path := e.path(d, pathMembers)
	select {
	case c.membersTurn <- struct{}{}:
		defer func() { <-c.membersTurn }()
	case <-ctx.Done():
		return nil, c.failure(ctx, e, path, ctx.Err())
	}
	var members []coordinator.Member
	var err error
	for range membersTries {
		if members, err = c.askMembers(ctx, e, path); !errors.Is(err, coordinator.ErrBadAnswer) {
			break
		}
	}
	return members, err
}

func (c *client) askMembers(ctx context.Context, e *endpoint, path string) ([]coordinator.Member, error) {
	var members []coordinator.Member
	ask := call{endpoint: e, path: path, limit: smallBody}
	err := c.json(ctx, ask, func(_ *answer, r *jsonReader) error {
		return r.list("the list of members", func() error {
			member, err := r.member()
			if err != nil {
				return err
			}
			if len(members) == maxMembers {
				return shapef("more than %d members", maxMembers)
			}
			members = append(members, member)
			return nil
		})
	})
	return members, err
}

// member reads a row; all its values are strings.
func (r *jsonReader) member() (coordinator.Member, error) {
	texts := map[string]string{}
	err := r.repeating("a member", func(name string) (bool, error) {
		switch name {
		case "host", "port", "isMaster", "cluster.timeDiff":
		default:
			return false, nil
		}
		text, err := r.text(name, maxHostBytes)
		if earlier, repeated := texts[name]; repeated && earlier != text && err == nil {
			err = shapef("a member has %q twice, as %q and as %q", name, earlier, text)
		}
		texts[name] = text
		return true, err
	})
	var member coordinator.Member
	if err != nil {
		return member, err
	}
	if texts["host"] == "" || texts["port"] == "" {
		return member, shapef("a member has no host or no port")
	}
	member.Address = net.JoinHostPort(texts["host"], texts["port"])
	member.Master = texts["isMaster"] == "true"
	// Hazelcast keeps the master's clock minus the member's, in ms.
	if diff, err := strconv.ParseInt(texts["cluster.timeDiff"], 10, 64); err == nil {
		member.ClockDiff, member.ClockDiffKnown = -time.Duration(diff)*time.Millisecond, true
	}
	return member, nil
}

// masterOf gives the active master's member address; "" when no row is it, or
// more than one.
func masterOf(members []coordinator.Member) string {
	master := ""
	for _, member := range members {
		if member.Master {
			if master != "" {
				return ""
			}
			master = member.Address
		}
	}
	return master
}
