// Package generic reads an in-house coordinator that offers
// contract/coordinator.yaml, and asks it to stop jobs. It fulfils
// coordinator.Client; nothing outside it knows the contract's JSON.
//
// # What is read
//
// Each poll asks every configured address for /info and /members, and the first
// that answers, the last good one before the others, for /jobs by pages and for
// /delivery where it has that capability. What a coordinator can do is what its
// /info says, for each address anew: a failover can lead to an older version.
//
// # Which reading proves an end
//
// GET /jobs/{id} that answers 200 with finished, failed or canceled. The
// contract binds a job to these for good. Nothing else proves an end: not its
// absence from /jobs, not 404, not the 202 of a stop request, not a state that
// is unknown or a word that the contract does not have.
//
// # Masters
//
// A cluster has no master (Capabilities.NoMaster) when /members leaves it out
// and no configured address has ever named one: a cluster between two masters
// must not look like one that needs none.
package generic
