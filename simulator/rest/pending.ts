import type { Cluster } from '../domain/cluster.ts';
import type { Job } from '../domain/job.ts';
import { hazelcastAddressOf, type Member } from '../domain/member.ts';
import { hasEnded, isWaiting } from '../domain/status.ts';
import { arrayOf } from './answer.ts';

/** Task groups of a job's one pipeline. */
const TASK_GROUPS = 2;

/** /pending-jobs in pieces: ids are JSON numbers above 2^53, so they are written by hand. */
export function* pendingJobs(cluster: Cluster): Generator<string> {
  const waiting = cluster.jobs.heldOpen().filter((job) => isQueued(cluster, job));
  const enqueued = waiting.map(({ createdAt }) => createdAt);
  const lacking = waiting.length * TASK_GROUPS;
  const summary = {
    size: waiting.length,
    scheduleStrategy: cluster.slotsTaken ? 'WAIT' : 'REJECT',
    oldestEnqueueTimestamp: enqueued.length > 0 ? Math.min(...enqueued) : 0,
    newestEnqueueTimestamp: enqueued.length > 0 ? Math.max(...enqueued) : 0,
    lackingTaskGroups: lacking,
  };
  // A coordinator in its deadlock counts no workers.
  const workers = cluster.deadlocked ? [] : cluster.workers();
  const slots = workers.length === 0 ? 0 : totalSlots(cluster);
  yield `{"queueSummary":${JSON.stringify(summary)},"clusterSnapshot":{"totalSlots":${slots},"freeSlots":0,`;
  yield `"assignedSlots":${slots},"workerCount":${workers.length},"workers":`;
  for (const [i, worker] of workers.entries()) {
    yield i === 0 ? '[' : ',';
    yield* workerEntry(cluster, worker);
  }
  yield workers.length === 0 ? '[]' : ']';
  yield '},"pendingJobs":';
  yield* arrayOf(waiting.map((job) => pendingEntry(cluster, job)));
  yield '}';
}

/** Slots are made as they are needed: two task groups a job. */
export function totalSlots(cluster: Cluster): number {
  return cluster.deadlocked ? 0 : TASK_GROUPS * cluster.jobs.count((status) => !hasEnded(status) && !isWaiting(status));
}

/** The master's belief: it goes on listing a job whose task has ended when the worker's report was lost. */
function* workerEntry(cluster: Cluster, worker: Member): Generator<string> {
  const address = JSON.stringify(hazelcastAddressOf(worker));
  const ids = [...believedOn(cluster, worker.name)];
  const slots = ids.length * TASK_GROUPS;
  yield `{"address":${address},"tags":{},"totalSlots":${slots},"freeSlots":0,"dynamicSlot":true,"runningJobIds":`;
  yield `[${ids.join(',')}]}`;
}

function* believedOn(cluster: Cluster, worker: string): Generator<string> {
  for (const job of cluster.jobs.open()) {
    if (job.worker === worker && !isWaiting(job.status)) {
      yield job.id;
    }
  }
}

function isQueued(cluster: Cluster, job: Job): boolean {
  return job.status === 'PENDING' || (cluster.restore?.waiting.has(job.id) ?? false);
}

/** The fields are those of the engine's class; no captured answer shows them. */
function pendingEntry(cluster: Cluster, job: Job): string {
  const restoring = cluster.restore?.waiting.has(job.id) ?? false;
  const rest = JSON.stringify({
    jobName: job.name,
    pendingSourceState: restoring ? 'RESTORE' : 'SUBMIT',
    jobStatus: restoring ? 'UNKNOWABLE' : job.status,
    enqueueTimestamp: job.statusSince,
    checkTime: cluster.time,
    waitDurationMs: cluster.time - job.statusSince,
    checkCount: Math.floor((cluster.time - job.statusSince) / 3_000),
    totalTaskGroups: TASK_GROUPS,
    allocatedTaskGroups: 0,
    lackingTaskGroups: TASK_GROUPS,
    failureReason: 'RESOURCE_NOT_ENOUGH',
    failureMessage: 'no slot is free',
    tagFilter: {},
    blockingJobIds: [],
    pipelines: [],
    lackingTaskGroupDiagnostics: [],
  });
  return `{"jobId":${job.id},${rest.slice(1)}`;
}
