// Package cloverdx is the adapter for a CloverDX Server cluster.
//
// Two interfaces are spoken. REST (/api/rest/v1) is the one that CloverDX
// recommends; the simple HTTP API (/simpleHttpApi, before /request_processor)
// is deprecated and off by default since 7.x. By default REST is tried, then
// the simple HTTP API, for each server. All configured servers are nodes of one
// cluster over one database: the first that answers is used.
//
// What a poll asks of one server: the running executions by pages, never the
// history; cluster_status where the simple HTTP API is there. The addresses in
// answers are shown and never contacted.
//
// Documented by CloverDX: the bases, basic authentication, the header
// X-Requested-By, the collection's @totalItems and members with @self,
// sandboxCode and jobFile, and all that is used of the simple HTTP API. Seen in
// public code of others: GET executions/{runId} with status. Not verified, and
// therefore settings with a default: the path and method of an abort, the
// filter for running executions, the fields of the node and of the parent. Also
// not verified: submitTime, startTime and stopTime; where a server does not
// tell them, jobs have no times. The simple HTTP API's times carry no zone and
// are not read.
//
// An execution's end is proven by its own reading (GET executions/{runId},
// graph_status) in one of the end states FINISHED_OK, ERROR, TIMEOUT and
// ABORTED. UNKNOWN, N_A, absence from the list and 404 prove nothing.
//
// CloverDX has one way to stop an execution, abort. There is no state between
// running and aborted: an execution that Unjam asked to abort and that still
// runs is StateCanceling here (Config.AbortAsked), with CloverDX's word RUNNING.
package cloverdx
