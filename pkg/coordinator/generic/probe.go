package generic

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// roleMaster is the role of every configured address: each may be asked to stop
// jobs.
const roleMaster = "master"

// Probe asks every configured address what it is and who is master, and the
// first that answers for a job. The error is that of the addresses when none of
// them answers.
func (c *client) Probe(ctx context.Context) (coordinator.Probe, error) {
	ctx, cancel := c.bounded(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	looks := c.lookAt(ctx, &group, c.config.Addresses)
	open := make(map[string]*upstream.Pending[bool], len(looks))
	for _, address := range c.config.Addresses {
		open[address] = upstream.Start(&group, func() (bool, error) { return c.answersAnybody(ctx, address), nil })
	}
	probe := coordinator.Probe{Workers: coordinator.NotKnown, Capabilities: info{}.capabilities()}
	var failed []error
	var answered []string
	var found info
	for _, address := range c.config.Addresses {
		result, err := looks[address].info.Wait()
		probe.Addresses = append(probe.Addresses, coordinator.AddressProbe{Address: address, Role: roleMaster, Err: err})
		switch {
		case err != nil:
			failed = append(failed, err)
			continue
		case len(answered) == 0:
			found = result
		case result.name != found.name || result.version != found.version:
			probe.Warnings = append(probe.Warnings, fmt.Sprintf("%s says %s %s and %s says %s %s: what can be done is decided for each by its own capabilities.", answered[0], found.name, found.version, address, result.name, result.version))
		}
		answered = append(answered, address)
	}
	for _, address := range c.config.Addresses {
		if anybody, _ := open[address].Wait(); anybody {
			probe.Warnings = append(probe.Warnings, fmt.Sprintf("%s answers without credentials: whoever reaches it can read, and maybe stop, jobs.", address))
		}
		if warning := c.config.credentials().Unencrypted(address); warning != "" {
			probe.Warnings = append(probe.Warnings, warning)
		}
	}
	if len(answered) == 0 {
		return probe, upstream.Worst(failed)
	}
	probe.Dialect, probe.Version, probe.Clock, probe.Capabilities = found.dialect(), found.version, found.clock, found.capabilities()
	c.probeFurther(ctx, answered[0], looks, &probe)
	return probe, nil
}

// probeFurther looks at what may fail though /info answers; what does becomes a
// warning.
func (c *client) probeFurther(ctx context.Context, address string, looks map[string]look, probe *coordinator.Probe) {
	members := make(map[string]*upstream.Pending[membership], len(looks))
	for of, look := range looks {
		members[of] = look.members
	}
	if _, err := members[address].Wait(); err != nil {
		probe.Warnings = append(probe.Warnings, "The active master is not known: "+upstream.Sentence(err))
	}
	var split []string
	if probe.Master, split = c.mastersSeen(members, address); split != nil {
		probe.Warnings = append(probe.Warnings, fmt.Sprintf("The configured addresses name different active masters (%s): the cluster is split, or the addresses belong to different clusters.", strings.Join(split, ", ")))
	}
	probe.Capabilities.NoMaster = c.masterless()
	got := &collected{at: map[coordinator.JobID]int{}, restoring: map[coordinator.JobID]bool{}}
	if _, err := c.readPage(ctx, address, 1, "", got); err != nil {
		probe.Warnings = append(probe.Warnings, "The list of jobs was not readable: "+upstream.Sentence(err))
	}
	if probe.Capabilities.Delivery.Supported {
		if _, err := c.readDeliveries(ctx, address); err != nil {
			probe.Warnings = append(probe.Warnings, "The delivery of events was not readable: "+upstream.Sentence(err))
		}
	}
}

// answersAnybody tells whether an address answers /info without the credentials
// that are configured.
func (c *client) answersAnybody(ctx context.Context, address string) bool {
	if c.config.credentials().None() {
		return false
	}
	_, err := c.askInfo(ctx, upstream.Call{Address: address, Path: pathInfo, Route: pathInfo, Limit: infoBody, Anonymous: true})
	return err == nil
}
