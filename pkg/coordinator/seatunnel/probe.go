package seatunnel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// zoneTolerance is how far a job's create time may lie ahead of the
	// coordinator's clock: jobs submitted by a client carry the client's clock.
	zoneTolerance = 5 * time.Minute
	// zoneSample is how many jobs are looked at; SeaTunnel lists the newest
	// first.
	zoneSample = 100
)

// Probe asks every configured address for /overview, and one master for more.
// The error is that of the masters when none of them answers.
func (c *client) Probe(ctx context.Context) (coordinator.Probe, error) {
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	all := append(append([]*endpoint{}, c.masters...), c.workers...)
	for _, e := range all {
		e.forget()
	}
	overviews := make([]*upstream.Pending[overview], len(all))
	openV1 := make([]*upstream.Pending[bool], len(all))
	for i, e := range all {
		overviews[i] = upstream.Start(&group, func() (overview, error) {
			ctx, cancel := upstream.Share(ctx, overviewShare)
			defer cancel()
			return c.identify(ctx, e)
		})
		openV1[i] = upstream.Start(&group, func() (bool, error) { return c.answersWithoutPassword(ctx, e), nil })
	}
	probe := coordinator.Probe{Workers: coordinator.NotKnown, Capabilities: c.capabilities("")}
	var failed []error
	var answered []*endpoint
	var found overview
	for i, e := range all {
		result, err := overviews[i].Wait()
		probe.Addresses = append(probe.Addresses, coordinator.AddressProbe{Address: e.address, Role: e.role, Err: err})
		switch {
		case e.role != roleMaster:
		case err != nil:
			failed = append(failed, err)
		case len(answered) == 0:
			answered, found = []*endpoint{e}, result
		default:
			answered = append(answered, e)
			if result.version != found.version {
				probe.Warnings = append(probe.Warnings, fmt.Sprintf("%s says version %s and %s says %s: force stop is decided for each master by its own version.", answered[0].address, found.version, e.address, result.version))
			}
		}
	}
	for i, e := range all {
		if open, _ := openV1[i].Wait(); open {
			probe.Warnings = append(probe.Warnings, fmt.Sprintf("%s answers REST v1 without a password: whoever reaches this port can read and stop jobs. Close it by a firewall, or switch Hazelcast's REST API off.", e.address))
		}
		if strings.HasPrefix(e.address, "http://") && c.config.Username != "" {
			probe.Warnings = append(probe.Warnings, fmt.Sprintf("%s is not https: user and password go over the network unencrypted.", e.address))
		}
	}
	if len(answered) == 0 {
		return probe, upstream.Worst(failed)
	}
	probe.Dialect = found.dialect.String()
	probe.Version = found.version
	probe.Workers = found.workers
	probe.Clock = found.clock
	probe.Capabilities = c.capabilities(found.version)
	c.probeFurther(ctx, &group, answered, &probe, found.dialect)
	return probe, nil
}

// probeFurther asks the masters that answered for what may hang; what does
// becomes a warning. The first of them speaks for the cluster.
func (c *client) probeFurther(ctx context.Context, group *sync.WaitGroup, answered []*endpoint, probe *coordinator.Probe, d dialect) {
	e := answered[0]
	members := c.askMembers(ctx, group, answered, c.dialectOf)
	newest := upstream.Start(group, func() (time.Time, error) { return c.newestCreateTime(ctx, e, d) })
	if !probe.Clock.Known {
		probe.Clock, _ = c.readTelemetryClock(ctx, e, d)
	}
	if _, err := members[e].Wait(); err != nil {
		probe.Warnings = append(probe.Warnings, "The active master is not known: "+upstream.Sentence(err))
	}
	var split []string
	if probe.Master, split = c.mastersSeen(members, e); split != nil {
		probe.Warnings = append(probe.Warnings, fmt.Sprintf("The configured masters name different active masters (%s): the cluster is split, or the addresses belong to different clusters.", strings.Join(split, ", ")))
	}
	created, err := newest.Wait()
	if err != nil {
		probe.Warnings = append(probe.Warnings, "The list of jobs was not readable: "+upstream.Sentence(err))
		return
	}
	if warning := zoneWarning(created, c.config.Now(), probe.Clock); warning != "" {
		probe.Warnings = append(probe.Warnings, warning)
	}
}

// zoneWarning compares the newest create time with the coordinator's clock (or
// ours, when that is not known); "" when it fits.
func zoneWarning(created, now time.Time, clock coordinator.Clock) string {
	whose := "this server's clock"
	if clock.Known {
		now, whose = now.Add(clock.Skew), "the coordinator's clock"
	}
	ahead := created.Sub(now)
	if created.IsZero() || ahead <= zoneTolerance {
		return ""
	}
	return fmt.Sprintf("The newest job's createTime lies %s ahead of %s: check the time zone in the settings.", roughly(ahead), whose)
}

// roughly writes a duration as people say it.
func roughly(d time.Duration) string {
	d = d.Round(time.Minute)
	if d < time.Hour {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	if d%time.Hour == 0 {
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}

// newestCreateTime gives the newest create time among the first open jobs;
// zero when there are none.
func (c *client) newestCreateTime(ctx context.Context, e *endpoint, d dialect) (time.Time, error) {
	path := e.path(d, pathRunning)
	if d == dialectV2 {
		path += fmt.Sprintf("?page=1&rows=%d", zoneSample)
	}
	var newest time.Time
	collected := &openJobs{at: map[string]int{}, enough: zoneSample}
	_, _, err := c.readPage(ctx, e, path, collected)
	if err != nil && !errors.Is(err, errNoSuchPage) {
		return newest, err
	}
	for _, job := range collected.jobs {
		if job.CreateTime.After(newest) {
			newest = job.CreateTime
		}
	}
	return newest, nil
}

// answersWithoutPassword tells whether REST v1 answers at this address without
// the credentials that are configured: SeaTunnel's basic authentication guards
// REST v2 only.
func (c *client) answersWithoutPassword(ctx context.Context, e *endpoint) bool {
	if c.config.Username == "" {
		return false
	}
	version := ""
	ask := upstream.Call{Address: e.address, Path: e.path(dialectV1, pathOverview), Route: pathOverview, Limit: overviewBody, Anonymous: true}
	// exchange, not get: that v1 does not answer says nothing about v2.
	err := c.server.Get(ctx, ask, func(a *upstream.Answer) error {
		var found overview
		found.counts = map[string]int{}
		err := c.reader(a).overview(&found)
		version = found.version
		return err
	})
	return err == nil && version != ""
}
