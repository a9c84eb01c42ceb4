// Package faults proves what only several processes can show: that killing the
// plugin at any step of an action, and confirming on several replicas at once,
// leads to at most one request, a record before it, and a true outcome after
// it. Its tests start the plugin as Grafana does, over gRPC.
package faults
