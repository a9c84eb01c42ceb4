// Package coordinator is the contract that every job coordinator fulfils for
// Unjam: what can be read of it, what can be asked of it, and how it fails.
//
// Three kinds of coordinators are foreseen: SeaTunnel Zeta (package
// seatunnel), CloverDX cluster and a generic in-house one. Each adapter turns
// the coordinator's own answers into these types; nothing outside an adapter
// knows a coordinator's JSON. The package imports nothing of Unjam.
package coordinator
