// Package seatunnel reads an Apache SeaTunnel Zeta cluster and asks it to stop
// jobs. It fulfils coordinator.Client; nothing outside it knows SeaTunnel's
// JSON.
//
// # Interfaces
//
// SeaTunnel 2.3.9 and newer serve REST v2 on a port of their own, optionally
// below a context path and with basic authentication. Every version serves
// REST v1 on the Hazelcast port below /hazelcast/rest/maps, without any
// authentication. Which one an address speaks is probed with /overview, v2
// first, and remembered for dialectLifetime. REST v1 has no paging, no
// /pending-jobs and no Date header.
//
// # Which reading proves an end
//
// A job has ended (coordinator.ProofEnded) when, at the same address,
//   - /job-info/ID shows it with a create time and one of the words FINISHED,
//     FAILED, CANCELED, SAVEPOINT_DONE, and
//   - /finished-jobs/WORD lists the same id with the same create time.
//
// SeaTunnel never lets a job leave these states. Nothing else proves an end:
// not the job's absence from /running-jobs, not UNKNOWABLE (shown for a moment
// while a new master restores jobs), not the bare {"jobId":"…"} with which
// SeaTunnel answers for ids it does not know, and not the 200 of a stop
// request, which it also gives for unknown and ended jobs.
//
// # What tells of a restore
//
// After a failover the new master queues the jobs that it takes over:
// /pending-jobs lists them with pendingSourceState RESTORE, and a job may show
// UNKNOWABLE for a moment. Both are Snapshot.Restoring. REST v1 and the first
// versions of v2 have no queue to look at; the guard's settling time of a new
// master protects there.
//
// # When the cluster is in trouble
//
// With a frozen worker, /running-jobs, /job-info of open jobs and
// /system-monitoring-information hang until the worker is dropped, while
// /overview, /pending-jobs and /finished-jobs answer. Therefore every call has
// its own time limit, independent calls run side by side, and a poll reports
// what it could read, in sentences about the rest.
package seatunnel
