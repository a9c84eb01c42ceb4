import type { Cluster } from './cluster.ts';
import { become, type Job } from './job.ts';
import { deploy, endTasks, fail, leastLoaded, placeWaiting } from './lifecycle.ts';
import { hazelcastAddressOf, type Member } from './member.ts';
import { hasEnded } from './status.ts';

/** Measured on 2.3.13: after the master is gone, reading a job fails for some tenths of a second … */
const READS_FAIL_MS = 400;
/** … then it is UNKNOWABLE until a second and a half have passed. */
const TAKEN_OVER_MS = 1_500;
/** Measured: a restored job's tasks are deployed 3 s after it is RUNNING. */
const REDEPLOY_MS = 3_000;
/** Measured: CANCELED 0.3 s after the frozen worker was dropped. */
const CANCELED_AFTER_DROP_MS = 300;
/** Measured on 2.3.13 with no other worker: the job stays RUNNING for more than 10 s, then it is FAILED. */
const FAILED_AFTER_LOSS_MS = 15_000;
const FAILING_MS = 1_000;
/** Measured on 2.3.8: joining takes 10 s, and 27 s while another member is frozen. */
const JOIN_MS = 10_000;
const JOIN_BESIDE_FROZEN_MS = 27_000;

export interface FailoverPace {
  /** From the loss of the master to the first job that is taken over. */
  readonly takenOverMs: number;
  /** Between one job and the next. */
  readonly apartMs: number;
}

const MEASURED_PACE: FailoverPace = { takenOverMs: TAKEN_OVER_MS, apartMs: 0 };

/** Stops a member's process without ending it (SIGSTOP). It is dropped after the no-heartbeat limit. */
export function freeze(cluster: Cluster, name: string): void {
  const member = cluster.member(name);
  if (member.process !== 'alive') {
    return;
  }
  member.process = 'frozen';
  const life = ++member.life;
  cluster.after(
    cluster.plan.noHeartbeatMs,
    () => {
      if (member.life === life && member.joined) {
        leave(cluster, member, MEASURED_PACE);
      }
    },
    `${name} is dropped unless it speaks again`
  );
}

/** Lets a frozen process go on. One that was dropped meanwhile shuts itself down. */
export function thaw(cluster: Cluster, name: string): void {
  const member = cluster.member(name);
  if (member.process !== 'frozen') {
    return;
  }
  member.life++;
  if (!member.joined) {
    die(cluster, member);
    return;
  }
  member.process = 'alive';
  for (const job of cluster.jobs.heldOpen()) {
    if (job.worker === name && job.status === 'CANCELING' && !job.statusLost) {
      endTasks(cluster, job);
    }
  }
}

/** Ends a member's process (SIGKILL). The others notice at once. */
export function kill(cluster: Cluster, name: string, pace: FailoverPace = MEASURED_PACE): void {
  const member = cluster.member(name);
  if (member.process === 'dead') {
    return;
  }
  member.life++;
  die(cluster, member);
  if (member.joined) {
    leave(cluster, member, pace);
  }
}

function die(cluster: Cluster, member: Member): void {
  member.process = 'dead';
  for (const job of cluster.jobs.held()) {
    job.threadsOn = job.threadsOn.filter((worker) => worker !== member.name);
  }
}

/** Starts a dead member again with the same role and ports. */
export function start(cluster: Cluster, name: string): void {
  const member = cluster.member(name);
  if (member.process !== 'dead') {
    return;
  }
  const life = ++member.life;
  const joinMs = cluster.hanging().size > 0 ? JOIN_BESIDE_FROZEN_MS : JOIN_MS;
  cluster.after(
    joinMs,
    () => {
      if (member.life !== life) {
        return;
      }
      member.process = 'alive';
      member.joined = true;
      if (member.role === 'master' && cluster.activeMaster === null) {
        cluster.activeMaster = name;
      }
      placeWaiting(cluster);
    },
    `${name} joins`
  );
}

function leave(cluster: Cluster, member: Member, pace: FailoverPace): void {
  member.joined = false;
  if (cluster.secondMaster === member.name) {
    cluster.secondMaster = null;
  }
  if (cluster.activeMaster === member.name) {
    failOver(cluster, member, pace);
  } else if (member.role === 'worker') {
    loseWorker(cluster, member);
  }
}

function loseWorker(cluster: Cluster, member: Member): void {
  for (const job of cluster.jobs.heldOpen().filter(({ worker }) => worker === member.name)) {
    if (job.status === 'CANCELING' && !cluster.deadlocked) {
      cluster.after(CANCELED_AFTER_DROP_MS, () => cancelled(cluster, job));
    } else if (job.status === 'RUNNING' || job.status === 'DOING_SAVEPOINT') {
      relocate(cluster, job, member);
    }
  }
}

/** A running job's pipeline is restored on another worker; without one it fails. */
function relocate(cluster: Cluster, job: Job, lost: Member): void {
  const next = leastLoaded(cluster);
  if (next !== null && job.status === 'RUNNING') {
    job.worker = next;
    job.restores++;
    job.tasksEndedAt = cluster.time;
    cluster.after(REDEPLOY_MS, () => deploy(cluster, job));
    return;
  }
  const message =
    'org.apache.seatunnel.engine.common.exception.TaskGroupDeployException: ' +
    `com.hazelcast.spi.exception.TargetNotMemberException: Not Member! target: ${hazelcastAddressOf(lost)}`;
  cluster.after(FAILED_AFTER_LOSS_MS, () => fail(cluster, job, FAILING_MS, message));
}

/** A standby takes over: all open jobs are UNKNOWABLE until it has restored them. Without a standby nothing goes on. */
function failOver(cluster: Cluster, lost: Member, pace: FailoverPace): void {
  const standby = cluster.members.find(
    ({ role, joined, process }) => role === 'master' && joined && process === 'alive'
  );
  cluster.activeMaster = standby?.name ?? null;
  const open = cluster.jobs.heldOpen();
  const restore = {
    failsUntil: cluster.time + READS_FAIL_MS,
    lost,
    waiting: new Set(open.map(({ id }) => id)),
    bulkWaits: cluster.jobs.bulk !== null,
  };
  cluster.restore = restore;
  if (!standby) {
    return;
  }
  const takenOver = (what: () => void): void => {
    what();
    if (restore.waiting.size === 0 && !restore.bulkWaits && cluster.restore === restore) {
      cluster.restore = null;
    }
  };
  for (const [i, job] of open.entries()) {
    const at = pace.takenOverMs + i * pace.apartMs;
    cluster.after(
      at,
      () =>
        takenOver(() => {
          restore.waiting.delete(job.id);
          if (cluster.restore === restore && !hasEnded(job.status)) {
            takeOver(cluster, job);
          }
        }),
      pace.apartMs > 0 ? `${job.name} is restored` : ''
    );
  }
  cluster.after(pace.takenOverMs, () =>
    takenOver(() => {
      restore.bulkWaits = false;
      if (cluster.jobs.bulk) {
        cluster.jobs.bulk.cancelsForgotten = true;
      }
    })
  );
}

/**
 * What a new master makes of a job. Measured: 2.3.8 finds no task of a CANCELING job and ends it; 2.3.13 forgets the
 * cancel, and the job really runs again. A job that ran goes on.
 */
function takeOver(cluster: Cluster, job: Job): void {
  if (job.status === 'CANCELING' && cluster.engine.dialect === '2.3.8') {
    cancelled(cluster, job);
    return;
  }
  if (job.status !== 'CANCELING' && job.status !== 'DOING_SAVEPOINT') {
    return;
  }
  become(job, 'PENDING', cluster.time);
  become(job, 'SCHEDULED', cluster.time);
  become(job, 'RUNNING', cluster.time);
  job.savepoint = null;
  job.statusLost = false;
  job.restores++;
  job.worker = leastLoaded(cluster) ?? job.worker;
  cluster.after(REDEPLOY_MS, () => deploy(cluster, job));
}

function cancelled(cluster: Cluster, job: Job): void {
  if (job.status === 'CANCELING') {
    job.threadsOn = [];
    become(job, 'CANCELED', cluster.time);
  }
}
