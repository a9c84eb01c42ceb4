package seatunnel

import (
	"context"
	"errors"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathOverview = "/overview"
	// overviewBody: /overview has 200 bytes.
	overviewBody = 64 << 10
)

// overview is what /overview says.
type overview struct {
	dialect dialect
	version string
	// workers is coordinator.NotKnown when it is not told.
	workers int
	counts  map[string]int
	clock   coordinator.Clock
}

// overviewCounts maps the counters of /overview to state words. runningJobs
// counts CANCELING jobs as well. pendingJobs is not in 2.3.8.
var overviewCounts = map[string]string{
	"runningJobs":   "RUNNING",
	"pendingJobs":   "PENDING",
	"finishedJobs":  "FINISHED",
	"failedJobs":    "FAILED",
	"cancelledJobs": "CANCELED",
}

// readOverview asks for /overview in one dialect.
func (c *client) readOverview(ctx context.Context, e *endpoint, d dialect) (overview, error) {
	result := overview{dialect: d, workers: coordinator.NotKnown, counts: map[string]int{}}
	path := e.path(d, pathOverview)
	ask := upstream.Call{Address: e.address, Path: path, Route: pathOverview, Limit: overviewBody}
	err := c.json(ctx, e, ask, func(a *upstream.Answer, r *jsonReader) error {
		result.clock = upstream.DateClock(a)
		return r.overview(&result)
	})
	if err != nil {
		return overview{}, err
	}
	if result.version == "" {
		return overview{}, upstream.BadAnswer(e.address, path, "the answer is JSON without a projectVersion, so this is not SeaTunnel", c.server.AddressAdvice(), nil)
	}
	return result, nil
}

func (r *jsonReader) overview(result *overview) error {
	return r.Object("the overview", func(name string) (bool, error) {
		var err error
		switch name {
		case "projectVersion":
			result.version, err = r.Text(name, maxWordBytes)
		case "workers", "works": // the documentation says works
			result.workers, err = r.Count(name)
		default:
			word, counted := overviewCounts[name]
			if !counted {
				return false, nil
			}
			result.counts[word], err = r.Count(name)
		}
		return true, err
	})
}

// identify asks an address for /overview in the dialect that it is known to
// speak, else in those that are allowed: v2 first. REST v1 is tried only after
// an answer that does not look like REST v2 (the Hazelcast port closes the
// connection for paths outside its own), not when the address does not answer
// at all, wants other credentials, or redirects.
func (c *client) identify(ctx context.Context, e *endpoint) (overview, error) {
	known, _ := e.known(c.config.Now())
	candidates := c.dialects(known)
	var first error
	for i, d := range candidates {
		result, err := c.readOverview(ctx, e, d)
		if err == nil {
			e.remember(d, result.version, c.config.Now())
			return result, nil
		}
		if first == nil || moreTelling(err, first) {
			first = err
		}
		if i < len(candidates)-1 && !worthAnotherDialect(err) {
			break
		}
	}
	return overview{}, first
}

// dialects lists the dialects to try, the known one first.
func (c *client) dialects(known dialect) []dialect {
	switch {
	case c.config.API == APIV2:
		return []dialect{dialectV2}
	case c.config.API == APIV1:
		return []dialect{dialectV1}
	case known == dialectV1:
		return []dialect{dialectV1, dialectV2}
	default:
		return []dialect{dialectV2, dialectV1}
	}
}

// worthAnotherDialect tells whether a failed probe may mean "not this dialect".
func worthAnotherDialect(err error) bool {
	if status := upstream.StatusOf(err); status >= 300 && status < 400 {
		return false
	}
	return errors.Is(err, coordinator.ErrBadAnswer) || upstream.ClosedByServer(err)
}

// moreTelling tells whether a later probe's error says more than the first
// one's: any answer says more than a closed connection, and refused
// credentials more than anything.
func moreTelling(later, first error) bool {
	if errors.Is(later, coordinator.ErrUnauthorised) {
		return true
	}
	return errors.Is(first, coordinator.ErrUnreachable) && errors.Is(later, coordinator.ErrBadAnswer)
}

// dialectOf gives an address' dialect, asking for it only when it is not known.
func (c *client) dialectOf(ctx context.Context, e *endpoint) (dialect, error) {
	if d, _ := e.known(c.config.Now()); d != dialectUnknown {
		return d, nil
	}
	result, err := c.identify(ctx, e)
	return result.dialect, err
}
