package generic

import (
	"context"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathInfo = "/info"
	infoBody = 64 << 10
	// contractVersion is the version of contract/coordinator.yaml that this
	// package speaks.
	contractVersion = 1
	// sourceInfo names where the clock comes from.
	sourceInfo = "/info"

	noTaskThreads = "The contract has no way to ask workers for their task threads."
)

// info is what an address says about itself.
type info struct {
	name, version string
	clock         coordinator.Clock
	// offers are the names of the capabilities that it has.
	offers map[string]bool
}

// dialect names the interface for people.
func (i info) dialect() string {
	if i.name == "" {
		return fmt.Sprintf("contract %d", contractVersion)
	}
	return fmt.Sprintf("contract %d (%s)", contractVersion, i.name)
}

// capabilities is what the coordinator can do.
func (i info) capabilities() coordinator.Capabilities {
	can := func(name, what string) coordinator.Capability {
		if i.offers[name] {
			return coordinator.Capability{Supported: true}
		}
		return coordinator.Capability{Reason: fmt.Sprintf("The coordinator does not offer %s: %s does not name the capability %s.", what, pathInfo, name)}
	}
	result := coordinator.Capabilities{
		Cancel:      can("cancel", "a cancel"),
		ForceStop:   can("forceStop", "a force stop"),
		Delivery:    can("delivery", "figures of its event delivery"),
		ParentLink:  can("parents", "the parents of jobs"),
		TaskThreads: coordinator.Capability{Reason: noTaskThreads},
	}
	if result.ForceStop.Supported && !result.Cancel.Supported {
		result.OnlyStop = "force stop"
	}
	return result
}

// readInfo asks one address what it is.
func (c *client) readInfo(ctx context.Context, address string) (info, error) {
	return c.askInfo(ctx, upstream.Call{Address: address, Path: pathInfo, Route: pathInfo, Limit: infoBody})
}

func (c *client) askInfo(ctx context.Context, call upstream.Call) (info, error) {
	result := info{}
	err := c.json(ctx, call, func(a *upstream.Answer, d *decoder) error {
		contract, theirs, err := d.info(&result)
		switch {
		case err != nil:
			return err
		case contract == nil:
			return upstream.Shapef("the answer has no contract, so this is not what contract/coordinator.yaml describes")
		case *contract != contractVersion:
			return upstream.Shapef("it speaks version %d of the contract, and this Unjam speaks %d", *contract, contractVersion)
		case theirs.IsZero():
			return upstream.Shapef("the answer has no time")
		}
		result.clock = clockOf(a, theirs)
		return nil
	})
	return result, err
}

// info reads /info, and gives the version of the contract and the time in it.
func (d *decoder) info(result *info) (contract *int64, theirs time.Time, err error) {
	result.offers = map[string]bool{}
	err = d.Object("the info", func(name string) (bool, error) {
		var err error
		switch name {
		case "contract":
			contract, err = d.count(name)
		case "name":
			result.name, err = d.Text(name, maxWordBytes)
			result.name = upstream.OneLine(result.name)
		case "version":
			result.version, err = d.Text(name, maxWordBytes)
			result.version = upstream.OneLine(result.version)
		case "time":
			theirs, err = d.time(name)
		case "capabilities":
			err = d.capabilities(result.offers)
		default:
			return false, nil
		}
		return true, err
	})
	return contract, theirs, err
}

func (d *decoder) capabilities(offers map[string]bool) error {
	return d.Object("capabilities", func(name string) (bool, error) {
		switch name {
		case "cancel", "forceStop", "delivery", "parents":
		default:
			return false, nil
		}
		offered, err := d.flag(name)
		offers[name] = offered
		return true, err
	})
}

// clockOf compares the coordinator's time with ours. One that is written in
// whole seconds names the second that had begun, so half of one is added.
func clockOf(a *upstream.Answer, theirs time.Time) coordinator.Clock {
	if theirs.Nanosecond() == 0 {
		return upstream.ClockAt(a, theirs.Add(time.Second/2), time.Second, sourceInfo)
	}
	return upstream.ClockAt(a, theirs, max(a.Got.Sub(a.Sent), time.Millisecond), sourceInfo)
}
