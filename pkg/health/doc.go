// Package health counts how the plugin's own process works, for Prometheus. It
// fulfils the observers that watch, action, store and plugin define.
//
// Grafana shows these metrics to whoever can reach it, without a login unless
// the server's administrator asks for one. So no label names an organisation, a
// data source, a cluster, a job or a person, and each label has a few fixed
// values. docs/own-health.md explains every metric.
package health
