import type { Cluster } from './cluster.ts';
import { become, newJob, type Job, type Stop } from './job.ts';
import { isHanging } from './member.ts';
import { hasEnded, isWaiting } from './status.ts';

/** Measured on 2.3.8 and 2.3.13: a cancelled job's tasks are gone after 0.1 s, and the job is CANCELED after 0.2 s. */
const TASKS_END_MS = 100;
const CANCELED_MS = 200;
/** Measured with the test back-port of force stop: 0.06 to 0.3 s. */
const FORCED_MS = 300;
/** From submitting to each status, and to the tasks' threads: RUNNING comes before they are deployed. */
const PENDING_MS = 50;
const SCHEDULED_MS = 150;
const RUNNING_MS = 300;
const DEPLOYED_MS = 1_000;
/** Measured: a savepoint of a small job takes 0.07 s. */
export const SAVEPOINT_MS = 80;

export interface Submission {
  readonly name: string;
  readonly mode?: Job['mode'];
  /** After so long a batch job is FINISHED. */
  readonly runsMs?: number;
}

/** Submits a job; it gets its slots on the live worker with the fewest jobs. */
export function submit(cluster: Cluster, submission: Submission): Job {
  const mode = submission.mode ?? 'STREAMING';
  const job = newJob({ id: cluster.nextId(), name: submission.name, mode, createdAt: cluster.time });
  cluster.jobs.add(job);
  if (cluster.engine.restV2) {
    cluster.after(PENDING_MS, () => step(cluster, job, 'CREATED', 'PENDING'));
  }
  cluster.after(SCHEDULED_MS, () => place(cluster, job));
  if (mode === 'BATCH') {
    cluster.after(DEPLOYED_MS + (submission.runsMs ?? DEPLOYED_MS), () => finish(cluster, job));
  }
  return job;
}

/** Gives every waiting job its slots, if there are some. */
export function placeWaiting(cluster: Cluster): void {
  for (const job of cluster.jobs.heldOpen().filter(({ status }) => status === 'PENDING' || status === 'CREATED')) {
    place(cluster, job);
  }
}

function place(cluster: Cluster, job: Job): void {
  const worker = leastLoaded(cluster);
  if (cluster.slotsTaken || worker === null || (job.status !== 'PENDING' && job.status !== 'CREATED')) {
    return;
  }
  become(job, 'SCHEDULED', cluster.time);
  job.worker = worker;
  cluster.after(RUNNING_MS - SCHEDULED_MS, () => step(cluster, job, 'SCHEDULED', 'RUNNING'));
  cluster.after(DEPLOYED_MS - SCHEDULED_MS, () => deploy(cluster, job));
}

/** Starts a running job's tasks on its worker. */
export function deploy(cluster: Cluster, job: Job): void {
  if (job.status === 'RUNNING' && job.worker !== null) {
    job.startedAt ??= cluster.time;
    job.tasksEndedAt = null;
    job.threadsOn = [job.worker];
  }
}

/** The live worker with the fewest jobs; null if there is none. */
export function leastLoaded(cluster: Cluster): string | null {
  const open = cluster.jobs.heldOpen();
  const load = (name: string): number => open.filter(({ worker }) => worker === name).length;
  const names = cluster.liveWorkers().map(({ name }) => name);
  return names.sort((one, other) => load(one) - load(other))[0] ?? null;
}

/**
 * Carries a stop out, as /stop-job does. It does nothing for unknown and ended jobs, and says nothing of it.
 * An engine without force stop takes `force` for a plain cancel.
 */
export function stop(cluster: Cluster, id: string, how: Stop): void {
  const job = cluster.jobs.hold(id);
  if (!job || hasEnded(job.status) || cluster.ignoringStops) {
    return;
  }
  if (how === 'force' && cluster.engine.forceStop) {
    force(cluster, job);
  } else if (how === 'savepoint') {
    startSavepoint(cluster, job, SAVEPOINT_MS);
  } else {
    cancel(cluster, job);
  }
}

function cancel(cluster: Cluster, job: Job): void {
  if (isWaiting(job.status)) {
    become(job, 'CANCELED', cluster.time);
  } else if (job.status === 'RUNNING' || job.status === 'DOING_SAVEPOINT') {
    become(job, 'CANCELING', cluster.time);
    job.savepoint = null;
    endTasks(cluster, job);
  }
  // A second cancel of a CANCELING job changes nothing, nor does one of a FAILING job.
}

/** Lets a CANCELING job's worker react to the cancel; a frozen one does when it is thawed. */
export function endTasks(cluster: Cluster, job: Job): void {
  if (cluster.deadlocked || isStalled(cluster, job)) {
    return;
  }
  cluster.after(TASKS_END_MS, () => {
    if (job.status !== 'CANCELING' || isStalled(cluster, job)) {
      return;
    }
    job.statusLost ||= cluster.losingFinalStatus;
    releaseTasks(cluster, job);
    if (!job.statusLost) {
      cluster.after(CANCELED_MS - TASKS_END_MS, () => step(cluster, job, 'CANCELING', 'CANCELED'));
    }
  });
}

function force(cluster: Cluster, job: Job): void {
  if (isWaiting(job.status)) {
    become(job, 'CANCELED', cluster.time);
    return;
  }
  if (job.status !== 'CANCELING') {
    become(job, 'CANCELING', cluster.time);
    job.savepoint = null;
  }
  if (cluster.deadlocked || isStalled(cluster, job)) {
    return;
  }
  cluster.after(FORCED_MS, () => {
    if (job.status === 'CANCELING') {
      releaseTasks(cluster, job);
      become(job, 'CANCELED', cluster.time);
    }
  });
}

/** Ends the job's threads, but for a task that is stuck in its sink: that one stays behind (a zombie task). */
function releaseTasks(cluster: Cluster, job: Job): void {
  job.tasksEndedAt ??= cluster.time;
  if (!job.taskStuck) {
    job.threadsOn = [];
  }
}

/** Begins a savepoint that ends the job. */
export function startSavepoint(cluster: Cluster, job: Job, takesMs: number): void {
  if (job.status !== 'RUNNING') {
    return;
  }
  become(job, 'DOING_SAVEPOINT', cluster.time);
  const savepoint = { startedAt: cluster.time, takesMs };
  job.savepoint = savepoint;
  cluster.after(
    takesMs,
    () => {
      if (job.savepoint === savepoint && job.status === 'DOING_SAVEPOINT') {
        releaseTasks(cluster, job);
        become(job, 'SAVEPOINT_DONE', cluster.time);
      }
    },
    `the savepoint of ${job.name} is complete`
  );
}

/** Lets a running job fail; it is FAILING for a while. */
export function fail(cluster: Cluster, job: Job, failingMs: number, message: string): void {
  if (job.status !== 'RUNNING' && job.status !== 'DOING_SAVEPOINT') {
    return;
  }
  become(job, 'FAILING', cluster.time);
  job.savepoint = null;
  job.errorMessage = message;
  releaseTasks(cluster, job);
  cluster.after(failingMs, () => step(cluster, job, 'FAILING', 'FAILED'), `${job.name} has failed`);
}

function finish(cluster: Cluster, job: Job): void {
  if (job.status === 'RUNNING') {
    releaseTasks(cluster, job);
    become(job, 'FINISHED', cluster.time);
  }
}

/** Goes from one status to the next unless something else has happened meanwhile. */
function step(cluster: Cluster, job: Job, from: Job['status'], to: Job['status']): void {
  if (job.status === from) {
    become(job, to, cluster.time);
  }
}

/** Whether the job's worker says nothing and still counts as a member: then nothing changes until it is dropped. */
function isStalled(cluster: Cluster, job: Job): boolean {
  return job.worker !== null && isHanging(cluster.member(job.worker));
}
