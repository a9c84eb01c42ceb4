// Package watch polls coordinators. The Registry owns one watcher for each
// data source, shared by all its queries, alert rules, panels and actions; a
// watcher keeps the newest snapshot and feeds the timeline. The Registry also
// owns the context in which actions act, so that a closed browser tab or a
// replaced data source instance cannot cut one off.
//
// Readers never wait for a poll unless they ask to (Lease.Fresh): a View is
// immutable, and the newest one is a pointer away. Nothing that fails stops a
// watcher: a coordinator that fails is polled less often, down to once a
// minute, and a store that fails is tried again while polling goes on.
package watch
