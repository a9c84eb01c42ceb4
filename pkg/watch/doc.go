// Package watch polls coordinators. The Registry owns one Watcher for each
// coordinator of a scope, shared by all queries, alert rules, panels and
// actions; a Watcher keeps the newest snapshot and feeds the timeline. The
// Registry also owns the context in which actions act, so that a closed
// browser tab or a replaced data source instance cannot cut one off.
package watch
