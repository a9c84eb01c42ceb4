package seatunnel

import (
	"context"
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

// readMembers asks one address for the cluster's members. The asked member
// asks all others, so this hangs while any of them is frozen.
func (c *client) readMembers(ctx context.Context, e *endpoint, d dialect) ([]coordinator.Member, error) {
	var members []coordinator.Member
	ask := call{endpoint: e, path: e.path(d, pathMembers), limit: smallBody}
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
	var member coordinator.Member
	var host, port string
	err := r.object("a member", func(name string) (bool, error) {
		var text string
		var err error
		switch name {
		case "host":
			host, err = r.text(name, maxHostBytes)
		case "port":
			port, err = r.text(name, maxHostBytes)
		case "isMaster":
			text, err = r.text(name, maxWordBytes)
			member.Master = text == "true"
		case "cluster.timeDiff":
			text, err = r.text(name, maxWordBytes)
			// Hazelcast keeps the master's clock minus the member's, in ms.
			if diff, parseErr := strconv.ParseInt(text, 10, 64); parseErr == nil {
				member.ClockDiff, member.ClockDiffKnown = -time.Duration(diff)*time.Millisecond, true
			}
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return member, err
	}
	if host == "" || port == "" {
		return member, shapef("a member has no host or no port")
	}
	member.Address = net.JoinHostPort(host, port)
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
