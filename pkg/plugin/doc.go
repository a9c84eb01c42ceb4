// Package plugin is the glue between Grafana and Unjam: one file for each
// interface of the SDK, and nothing that Grafana does not need to know.
package plugin
