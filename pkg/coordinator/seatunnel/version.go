package seatunnel

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// firstWithForceStop is the first release line that has force stop: merged
// upstream in pull request 10075 (December 2025), documented for 3.0. No
// artifact up to 2.3.13 has it.
var firstWithForceStop = release{3, 0, 0}

// release is a version without its suffix.
type release [3]int

// parseRelease reads "3.0.0-SNAPSHOT" as 3.0.0 with a suffix; ok is false when
// it is no version.
func parseRelease(text string) (parsed release, suffix bool, ok bool) {
	text, rest, suffix := strings.Cut(text, "-")
	if suffix && rest == "" {
		return release{}, false, false
	}
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > len(parsed) {
		return release{}, false, false
	}
	for i, part := range parts {
		number, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return release{}, false, false
		}
		parsed[i] = int(number)
	}
	return parsed, suffix, true
}

func (r release) before(other release) bool {
	for i := range r {
		if r[i] != other[i] {
			return r[i] < other[i]
		}
	}
	return false
}

// forceStop decides whether an engine that declares this version has force
// stop. It must be sure: an older engine ignores the flag, does a plain cancel
// and answers 200. The declared version is that of a library and no proof, so
// the setting overrides it.
func forceStop(setting, version string) coordinator.Capability {
	switch setting {
	case ForceStopYes:
		return coordinator.Capability{Supported: true}
	case ForceStopNo:
		return coordinator.Capability{Reason: "Force stop is switched off in the data source's settings."}
	}
	if version == "" {
		return coordinator.Capability{Reason: "Force stop needs SeaTunnel 3.0.0 or newer, and the engine's version is not known yet."}
	}
	parsed, suffix, ok := parseRelease(version)
	switch {
	case !ok:
		return coordinator.Capability{Reason: fmt.Sprintf(
			"Force stop needs SeaTunnel 3.0.0 or newer, and %q is no version that can be compared: if this build has force stop, set force stop to yes in the data source's settings.", version)}
	case parsed.before(firstWithForceStop):
		return coordinator.Capability{Reason: fmt.Sprintf(
			"Force stop needs SeaTunnel 3.0.0 or newer, this one says %s; older engines ignore force and answer 200.", version)}
	case suffix:
		return coordinator.Capability{Reason: fmt.Sprintf(
			"Force stop is not verified for %s, which is a pre-release or an own build: if it has force stop, set force stop to yes in the data source's settings.", version)}
	}
	return coordinator.Capability{Supported: true}
}

// capabilities is what an engine of this version can do with this
// configuration.
func (c *client) capabilities(version string) coordinator.Capabilities {
	threads := coordinator.Capability{Supported: len(c.workers) > 0}
	if !threads.Supported {
		threads.Reason = "No worker addresses are set: task threads can only be asked of the workers themselves."
	}
	return coordinator.Capabilities{
		Cancel:      coordinator.Capability{Supported: true},
		ForceStop:   forceStop(c.config.ForceStop, version),
		TaskThreads: threads,
		Delivery:    coordinator.Capability{Reason: "SeaTunnel has no event delivery between nodes."},
	}
}
