package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// longestHealthCheck bounds a health check: every configured address is tried.
const longestHealthCheck = 20 * time.Second

// CheckHealth says in sentences whether the data source can be used, and what
// to do where it cannot.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if d.settings.ProxyFault != "" {
		return unhealthy(d.settings.ProxyFault + " Clear these fields in the data source's settings."), nil
	}
	if d.settingsErr != nil {
		return unhealthy("The settings cannot be used: " + d.settingsErr.Error() + "."), nil
	}
	ctx, cancel := context.WithTimeout(ctx, longestHealthCheck)
	defer cancel()
	probe, err := d.lease.Client().Probe(ctx)
	if err != nil {
		// An act is the more urgent while its job cannot be read.
		return unhealthy(strings.Join(append([]string{sentence(err.Error())}, d.openActs(ctx)...), " ")), nil
	}
	lines := []string{d.identify(probe)}
	if probe.Clock.Known {
		lines = append(lines, fmt.Sprintf("Its clock is %s off ours (%s).", probe.Clock.Skew.Round(time.Second), probe.Clock.Source))
	}
	for _, address := range probe.Addresses {
		if address.Err != nil {
			lines = append(lines, fmt.Sprintf("The %s %s does not answer: %s", address.Role, address.Address, sentence(address.Err.Error())))
		}
	}
	lines = append(lines, probe.Warnings...)
	storeFault := d.storeFault(ctx)
	lines = append(lines, d.actionsHealth(ctx, probe.Capabilities, storeFault)...)
	lines = append(lines, d.lease.View().Notes...)
	status := backend.HealthStatusOk
	if fault := d.settings.UIFault; fault != "" {
		status = backend.HealthStatusError
		lines = slices.Insert(lines, 0, "Jobs are not linked to the coordinator's own UI: "+sentence(fault)+" Correct it, or leave it empty; the coordinator is watched all the same.")
	}
	return &backend.CheckHealthResult{Status: status, Message: inert(strings.Join(lines, " ")), JSONDetails: d.healthDetails(probe, storeFault)}, nil
}

// identify says what answered.
func (d *Datasource) identify(probe coordinator.Probe) string {
	text := fmt.Sprintf("%s %s over %s", d.settings.connection.product, orUnknownVersion(probe.Version), probe.Dialect)
	if probe.Capabilities.NoMaster {
		return text + "."
	}
	return fmt.Sprintf("%s, active master %s, %s.", text, orUnknown(probe.Master), workers(probe.Workers))
}

func orUnknownVersion(version string) string {
	if version == "" {
		return "(version not told)"
	}
	return version
}

// actionsHealth says what stands in the way of actions; monitoring works
// without them.
func (d *Datasource) actionsHealth(ctx context.Context, capabilities coordinator.Capabilities, storeFault string) []string {
	var lines []string
	if storeFault != "" {
		lines = append(lines, storeFault)
	} else {
		lines = append(lines, fmt.Sprintf("Records are kept in %s.", storeKind(d.process.StoreLocation)))
		// What can be proven now is no longer open. A failure shows below.
		_, _ = d.guard.Reconcile(ctx)
	}
	lines = append(lines, d.openActs(ctx)...)
	if !d.settings.Policy.Enabled {
		return append(lines, "Actions are switched off.")
	}
	if !capabilities.ForceStop.Supported {
		lines = append(lines, "Force stop is not available: "+sentence(capabilities.ForceStop.Reason))
	}
	return append(lines, fmt.Sprintf("Actions are switched on for %s%s.", d.settings.Policy.MinRole, secondPersonWords(d.settings.Policy.SecondPerson)))
}

// storeFault says why no record can be kept, and what to do; empty when it can.
func (d *Datasource) storeFault(ctx context.Context) string {
	if d.process.Store == nil {
		return fmt.Sprintf("Actions are refused and ages do not survive a restart, because the store %s cannot be used: %v. Set \"store\" in the section [plugin.unjam-coordinator-datasource] of grafana.ini.", d.process.StoreLocation, d.process.StoreErr)
	}
	if err := d.process.Store.Writable(ctx); err != nil {
		return fmt.Sprintf("Actions are refused, because the store %s cannot be written: %v.", d.process.StoreLocation, err)
	}
	return ""
}

func secondPersonWords(second action.SecondPerson) string {
	switch second {
	case action.SecondPersonForceStop:
		return ", and another person must approve a force stop"
	case action.SecondPersonAll:
		return ", and another person must approve"
	}
	return ""
}

// mostNamed is how many acts a health check names.
const mostNamed = 5

// openActs says what waits for somebody: acts whose end nobody could prove yet,
// and requests for a second person. It names jobs and no persons.
func (d *Datasource) openActs(ctx context.Context) []string {
	if d.process.Store == nil {
		return nil
	}
	var lines []string
	aftermath, err := d.readAftermath(ctx)
	if err != nil {
		return []string{fmt.Sprintf("The records of actions cannot be read: %s", sentence(err.Error()))}
	}
	if open := aftermath.Unconfirmed; len(open) > 0 {
		var named []string
		for _, intent := range open[:min(mostNamed, len(open))] {
			named = append(named, fmt.Sprintf("%s of job %s at %s (%s)", intent.Kind, intent.Identity.Job, intent.At.UTC().Format(time.RFC3339), outcomeWords(intent)))
		}
		if more := len(open) - len(named); more > 0 {
			named = append(named, fmt.Sprintf("and %d more", more))
		}
		lines = append(lines, fmt.Sprintf("Nobody could prove yet how %s ended; the job is read again every minute: %s.", count(len(open), "action", "actions"), strings.Join(named, "; ")))
	}
	now := d.process.Now()
	approvals, err := d.process.Store.Approvals(ctx, d.settings.Scope, now, mostApprovals)
	if err != nil {
		return append(lines, fmt.Sprintf("The requests for a second person cannot be read: %s", sentence(err.Error())))
	}
	waiting := 0
	for _, approval := range approvals {
		if approval.Waits(now) {
			waiting++
		}
	}
	if waiting > 0 {
		lines = append(lines, fmt.Sprintf("%s for a second person.", count(waiting, "request waits", "requests wait")))
	}
	return lines
}

// mostApprovals bounds what is read to count them.
const mostApprovals = 1000

func outcomeWords(intent action.Intent) string {
	if intent.Outcome == action.OutcomeNone {
		return string(intent.Phase)
	}
	return string(intent.Outcome)
}

func count(number int, one, many string) string {
	if number == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", number, many)
}

// storeKind names the kind of store that a location leads to.
func storeKind(location string) string {
	scheme, _, _ := strings.Cut(strings.ToLower(location), ":")
	switch scheme {
	case "sqlite":
		return "SQLite"
	case "postgres", "postgresql":
		return "PostgreSQL"
	}
	return "a store of an unknown kind"
}

// healthDetails is what the Setup page reads; storeFault is in every answer, so
// that an older backend is told from a store that works.
func (d *Datasource) healthDetails(probe coordinator.Probe, storeFault string) []byte {
	details, err := json.Marshal(map[string]any{
		"dialect": inert(probe.Dialect), "version": inert(probe.Version), "master": inert(probe.Master), "workers": probe.Workers,
		"coordinator": inert(d.settings.Cluster), "store": inert(d.process.StoreLocation), "storeKind": storeKind(d.process.StoreLocation), "storeFault": inert(storeFault), "warnings": inertAll(probe.Warnings),
	})
	if err != nil {
		return nil
	}
	return details
}

func unhealthy(message string) *backend.CheckHealthResult {
	return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: inert(message)}
}

func workers(count int) string {
	switch count {
	case coordinator.NotKnown:
		return "number of workers not known"
	case 1:
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", count)
}

func orUnknown(text string) string {
	if text == "" {
		return "not known"
	}
	return text
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	if strings.HasSuffix(text, ".") || text == "" {
		return text
	}
	return text + "."
}
