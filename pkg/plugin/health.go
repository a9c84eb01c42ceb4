package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

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
		return unhealthy(sentence(err.Error())), nil
	}
	lines := []string{fmt.Sprintf("SeaTunnel %s over %s, active master %s, %s.", probe.Version, probe.Dialect, orUnknown(probe.Master), workers(probe.Workers))}
	if probe.Clock.Known {
		lines = append(lines, fmt.Sprintf("Its clock is %s off ours (%s).", probe.Clock.Skew.Round(time.Second), probe.Clock.Source))
	}
	for _, address := range probe.Addresses {
		if address.Err != nil {
			lines = append(lines, fmt.Sprintf("The %s %s does not answer: %s", address.Role, address.Address, sentence(address.Err.Error())))
		}
	}
	lines = append(lines, probe.Warnings...)
	lines = append(lines, d.actionsHealth(ctx, probe.Capabilities)...)
	lines = append(lines, d.lease.View().Notes...)
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: strings.Join(lines, " "), JSONDetails: d.healthDetails(probe)}, nil
}

// actionsHealth says what stands in the way of actions; monitoring works
// without them.
func (d *Datasource) actionsHealth(ctx context.Context, capabilities coordinator.Capabilities) []string {
	var lines []string
	if d.process.Store == nil {
		lines = append(lines, fmt.Sprintf("Actions are refused and ages do not survive a restart, because the store %s cannot be used: %v. Set \"store\" in the section [plugin.unjam-coordinator-datasource] of grafana.ini.", d.process.StoreLocation, d.process.StoreErr))
	} else if err := d.process.Store.Writable(ctx); err != nil {
		lines = append(lines, fmt.Sprintf("Actions are refused, because the store %s cannot be written: %v.", d.process.StoreLocation, err))
	} else if open, err := d.guard.Reconcile(ctx); err == nil && open > 0 {
		lines = append(lines, fmt.Sprintf("%d actions have no proven end yet; they are read again every minute.", open))
	}
	if !d.settings.Policy.Enabled {
		return append(lines, "Actions are switched off.")
	}
	if !capabilities.ForceStop.Supported {
		lines = append(lines, "Force stop is not available: "+sentence(capabilities.ForceStop.Reason))
	}
	return append(lines, fmt.Sprintf("Actions are switched on for %s.", d.settings.Policy.MinRole))
}

func (d *Datasource) healthDetails(probe coordinator.Probe) []byte {
	details, err := json.Marshal(map[string]any{
		"dialect": probe.Dialect, "version": probe.Version, "master": probe.Master, "workers": probe.Workers,
		"coordinator": d.settings.Cluster, "store": d.process.StoreLocation, "warnings": probe.Warnings,
	})
	if err != nil {
		return nil
	}
	return details
}

func unhealthy(message string) *backend.CheckHealthResult {
	return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: message}
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
