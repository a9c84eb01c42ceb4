//go:build mage
// +build mage

package main

import (
	"encoding/json"
	"os"
	"strconv"
	"time"

	// mage:import
	build "github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/grafana/grafana-plugin-sdk-go/build/buildinfo"
)

// Default configures the default target.
var Default = build.BuildAll

// epochVariable names the moment that a build says of itself, in seconds since
// 1970, as https://reproducible-builds.org/specs/source-date-epoch/ has it.
const epochVariable = "SOURCE_DATE_EPOCH"

const buildInfoVariable = "github.com/grafana/grafana-plugin-sdk-go/build/buildinfo.buildInfoJSON"

func init() {
	if err := build.SetBeforeBuildCallback(reproducible); err != nil {
		panic(err)
	}
}

// reproducible makes equal sources equal programs: no paths of the machine in
// them, and where SOURCE_DATE_EPOCH is set, its time instead of now.
func reproducible(cfg build.Config) (build.Config, error) {
	if cfg.Env == nil {
		cfg.Env = map[string]string{}
	}
	cfg.Env["GOFLAGS"] = "-trimpath"
	epoch := os.Getenv(epochVariable)
	if epoch == "" {
		return cfg, nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return cfg, err
	}
	info, err := buildInfo(time.Unix(seconds, 0))
	if err != nil {
		return cfg, err
	}
	cfg.CustomVars = map[string]string{buildInfoVariable: info}
	return cfg, nil
}

// buildInfo is what the SDK would say, but for the time.
func buildInfo(at time.Time) (string, error) {
	var plugin struct{ ID string }
	var pkg struct{ Version string }
	for file, into := range map[string]any{"src/plugin.json": &plugin, "package.json": &pkg} {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return "", err
		}
	}
	out, err := json.Marshal(buildinfo.Info{Time: at.UnixMilli(), PluginID: plugin.ID, Version: pkg.Version})
	return string(out), err
}
