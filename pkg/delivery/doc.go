// Package delivery works out the delivery of events between the nodes of a
// cluster from what their messaging layers say poll by poll: who is lost since
// when, what was sent meanwhile, and what became of it. It is pure: no clock,
// no network, no storage.
//
// How the rules hang together (numbers and figures: CloverDX cluster manual, and
// recordings of real JGroups clusters in testdata):
//
//   - observe.go turns two nodes at one look into what the rules need. Nodes are
//     lost by their views, never by not answering us.
//   - contact.go keeps the last contacts. A view lags behind the network: where
//     both nodes answer us, the contact that counts is older than that lag.
//   - pair.go follows one ordered pair: the loss, and the bracket of what was sent
//     since. It is never narrowed by a time in which nobody told of the two.
//   - standing.go finds what no view shows: a peer's window of a node that stands
//     still while both are in one view.
//   - judge.go says what comes of a loss: overflow by what was sent, or by gaps
//     that stay; delivery by what was retransmitted; the inbound release.
//   - told.go does the same for coordinators that tell their pairs themselves.
//   - tracker.go, pairs.go, memory.go, merge.go: all pairs, their rows, and what
//     outlives a process.
//
// What no counter can tell is OutcomeUnknown: a receiver that forgot the sender
// while it was excluded counts no gaps afterwards, whether or not it has got
// everything.
package delivery
