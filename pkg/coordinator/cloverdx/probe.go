package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// pathAccessible answers without login: 200, or 503 with the word SUSPENDED.
	pathAccessible  = "/accessibilityTest.jsp"
	wordSuspended   = "SUSPENDED"
	accessibleBytes = 64 << 10
)

// Probe asks every configured server for its running executions and for its
// accessibility, and every node's messaging layer. The error is that of the
// servers when none of them answers.
func (c *client) Probe(ctx context.Context) (coordinator.Probe, error) {
	ctx, cancel := upstream.Bounded(ctx, c.config.PollDeadline)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()

	type nodes struct {
		addresses []coordinator.AddressProbe
		warnings  []string
	}
	messaging := upstream.Start(&group, func() (n nodes, err error) {
		if c.config.Nodes != nil {
			n.addresses, n.warnings = c.config.Nodes.Probe(ctx)
		}
		return n, nil
	})
	reads := make([]*upstream.Pending[running], len(c.servers))
	suspended := make([]*upstream.Pending[bool], len(c.servers))
	for i, s := range c.servers {
		s.forget()
		reads[i] = upstream.Start(&group, func() (running, error) { return c.running(ctx, s, 1) })
		suspended[i] = upstream.Start(&group, func() (bool, error) { return c.suspended(ctx, s), nil })
	}
	probe := coordinator.Probe{Workers: coordinator.NotKnown, Capabilities: c.capabilities(apiUnknown)}
	warn := func(warning string) {
		if warning != "" {
			probe.Warnings = append(probe.Warnings, warning)
		}
	}
	var first *server
	var failed []error
	for i, s := range c.servers {
		found, err := reads[i].Wait()
		probe.Addresses = append(probe.Addresses, coordinator.AddressProbe{Address: s.address, Role: roleServer, Err: err})
		if is, _ := suspended[i].Wait(); is {
			warn(fmt.Sprintf("%s is suspended: it starts no executions until somebody resumes it in CloverDX.", s.address))
		}
		warn(c.credentials().Unencrypted(s.address))
		if err != nil {
			failed = append(failed, err)
			continue
		}
		warn(found.unfiltered)
		found.gap = "" // one page is not meant to be the whole list
		for _, note := range found.notes(s) {
			warn(note)
		}
		if first == nil {
			first = s
			probe.Dialect, probe.Clock = found.api.String(), found.clock
			probe.Capabilities = c.capabilities(found.api)
		}
	}
	n, _ := messaging.Wait()
	probe.Addresses = append(probe.Addresses, n.addresses...)
	probe.Warnings = append(probe.Warnings, n.warnings...)
	if first == nil {
		return probe, upstream.Worst(failed)
	}
	if _, err := c.members(ctx, first); err != nil {
		warn(noMembersWarning(err))
	}
	if can := probe.Capabilities.ParentLink; can.Reason != "" {
		warn("Parents and children: " + can.Reason)
	}
	return probe, nil
}

func noMembersWarning(err error) string {
	if errors.Is(err, errNoMembers) {
		return "The nodes' states (READY, SUSPENDED) are not shown: " + errNoMembers.Error() + ". Everything else works."
	}
	return "The nodes and their states are not known: " + upstream.Sentence(err)
}

// suspended tells whether a server says, to anybody, that it is suspended.
func (c *client) suspended(ctx context.Context, s *server) bool {
	call := upstream.Call{Address: s.address, Path: pathAccessible, Route: pathAccessible, Limit: accessibleBytes, Anonymous: true, PlainText: true, Accept: "*/*"}
	err := c.http.Get(ctx, call, func(*upstream.Answer) error { return upstream.ErrEnough })
	var status *upstream.StatusError
	return errors.As(err, &status) && status.Status == http.StatusServiceUnavailable && strings.Contains(status.Body, wordSuspended)
}

func (c *client) credentials() upstream.Credentials {
	return upstream.Credentials{Username: c.config.Username, Password: c.config.Password}
}
