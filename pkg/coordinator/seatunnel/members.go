package seatunnel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathMembers = "/system-monitoring-information"
	// maxMembers bounds the rows that are kept.
	maxMembers = 10_000
	// maxHostBytes: the longest host name is 253 bytes.
	maxHostBytes = 255

	// Members answer garbled when two requests meet (see readMembers). Ours do
	// not meet, but others' may: a garbled answer is asked for again.
	membersAttempts = 3
	membersPause    = 60 * time.Millisecond
)

// readMembers asks one address for the cluster's members. The asked member
// asks all others, so this hangs while any of them is frozen.
//
// SeaTunnel's members compose their rows in a buffer that all requests share.
// Requests that meet, at whatever master, are answered with 500 or 400, with
// names twice, or with garbled rows such as {"isMaster":"f","cliehost":…}: one
// in four on a real engine with two clients. Therefore this client asks for one
// list at a time, checks what decides (isMaster, host, port), and asks again
// when it makes no sense.
func (c *client) readMembers(ctx context.Context, e *endpoint, d dialect) ([]coordinator.Member, error) {
	select {
	case c.membersTurn <- struct{}{}:
		defer func() { <-c.membersTurn }()
	case <-ctx.Done():
		return nil, c.server.Failure(ctx, e.address, e.path(d, pathMembers), ctx.Err())
	}
	for attempt := 1; ; attempt++ {
		members, err := c.askForMembers(ctx, e, d)
		if err == nil || attempt == membersAttempts || !maybeGarbled(err) {
			return members, err
		}
		select {
		case <-time.After(membersPause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// maybeGarbled tells whether an answer may come from requests that met.
func maybeGarbled(err error) bool {
	var shape *upstream.ShapeError
	status := upstream.StatusOf(err)
	return errors.As(err, &shape) || status == http.StatusInternalServerError || status == http.StatusBadRequest
}

func (c *client) askForMembers(ctx context.Context, e *endpoint, d dialect) ([]coordinator.Member, error) {
	var members []coordinator.Member
	ask := upstream.Call{Address: e.address, Path: e.path(d, pathMembers), Route: pathMembers, Limit: smallBody}
	err := c.json(ctx, e, ask, func(_ *upstream.Answer, r *jsonReader) error {
		return r.List("the list of members", func() error {
			member, known, err := r.member()
			switch {
			case err != nil:
				return err
			case !known:
				return nil
			case len(members) == maxMembers:
				return upstream.Shapef("more than %d members", maxMembers)
			}
			members = append(members, member)
			return nil
		})
	})
	return members, err
}

// member reads a row. Versions that do not wait for a member give an empty row
// for it (known is false), or its address alone.
func (r *jsonReader) member() (member coordinator.Member, known bool, err error) {
	fields := map[string]string{}
	empty := true
	err = r.Repeating("a member", func(name string) (bool, error) {
		empty = false
		switch name {
		case "isMaster", "host", "port", "cluster.timeDiff":
		default:
			return false, nil
		}
		text, err := r.TextOrNumber(name, maxHostBytes)
		if earlier, twice := fields[name]; twice && earlier != text && name != "cluster.timeDiff" {
			return true, garbled()
		}
		fields[name] = text
		return true, err
	})
	if err != nil || empty {
		return member, false, err
	}
	isMaster, told := fields["isMaster"]
	port, portErr := strconv.ParseUint(fields["port"], 10, 16)
	if told && isMaster != "true" && isMaster != "false" || portErr != nil || port == 0 ||
		fields["host"] == "" || strings.ContainsAny(fields["host"], "=, \"") {
		return member, false, garbled()
	}
	member.Address = net.JoinHostPort(fields["host"], fields["port"])
	member.Master = isMaster == "true"
	// Hazelcast keeps the master's clock minus the member's, in ms.
	if diff, err := strconv.ParseInt(fields["cluster.timeDiff"], 10, 64); err == nil {
		member.ClockDiff, member.ClockDiffKnown = -time.Duration(diff)*time.Millisecond, true
	}
	return member, true, nil
}

func garbled() error {
	return upstream.Shapef("a member's row makes no sense, which happens when several clients ask at once")
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

// askMembers asks the given masters for the members, one after the other, each
// with a share of the time that is left: one that hangs must leave time for the
// others.
func (c *client) askMembers(ctx context.Context, group *sync.WaitGroup, masters []*endpoint, dialectOf func(context.Context, *endpoint) (dialect, error)) map[*endpoint]*upstream.Pending[[]coordinator.Member] {
	answers := make(map[*endpoint]*upstream.Pending[[]coordinator.Member], len(masters))
	var before *upstream.Pending[[]coordinator.Member]
	for i, e := range masters {
		previous := before
		before = upstream.Start(group, func() ([]coordinator.Member, error) {
			if previous != nil {
				_, _ = previous.Wait()
			}
			ctx, cancel := upstream.Share(ctx, len(masters)-i)
			defer cancel()
			d, err := dialectOf(ctx, e)
			if err != nil {
				return nil, err
			}
			return c.readMembers(ctx, e, d)
		})
		answers[e] = before
	}
	return answers
}
