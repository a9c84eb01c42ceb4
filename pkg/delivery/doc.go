// Package delivery works out the delivery of events between the nodes of a
// cluster from what their messaging layers say poll by poll: who is lost since
// when, what was sent meanwhile, and what became of it. It is pure: no clock,
// no network, no storage.
package delivery
