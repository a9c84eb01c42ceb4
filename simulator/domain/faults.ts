import type { Cluster } from './cluster.ts';
import type { Job } from './job.ts';
import { fail, placeWaiting, startSavepoint, stop, submit } from './lifecycle.ts';
import { freeze, kill, start, thaw } from './membership.ts';
import type { Member } from './member.ts';
import type { Wire } from './wire.ts';

/** Something that happens to the cluster, by a scenario's plan or by the control API. Times are virtual seconds. */
export type Fault =
  /** While on, workers drop the final status of their tasks: a cancelled job stays CANCELING. */
  | { readonly kind: 'lose-final-status'; readonly on: boolean }
  | { readonly kind: 'freeze' | 'thaw' | 'kill' | 'start'; readonly member: string }
  /** Kills the active master slowly: each job is restored after the one before. */
  | { readonly kind: 'slow-failover'; readonly firstAfterSeconds: number; readonly apartSeconds: number }
  /** Connections to these members are refused; without a name, to all. */
  | { readonly kind: 'unreachable'; readonly on: boolean; readonly member?: string; readonly forSeconds?: number }
  | { readonly kind: 'cancel' | 'force'; readonly job: string }
  | { readonly kind: 'savepoint'; readonly job: string; readonly seconds: number }
  | { readonly kind: 'fail'; readonly job: string; readonly seconds: number; readonly message?: string }
  /** The job's sink is blocked: its thread stays behind when the job has ended. */
  | { readonly kind: 'stick-task'; readonly job: string }
  | { readonly kind: 'submit'; readonly name: string; readonly mode?: Job['mode']; readonly seconds?: number }
  /** No slots are free: submitted jobs wait in PENDING. */
  | { readonly kind: 'take-slots'; readonly on: boolean }
  | { readonly kind: 'ignore-stops'; readonly on: boolean }
  | { readonly kind: 'deadlock'; readonly on: boolean }
  /** A standby says that it is the master too; without a name nobody does any more. */
  | { readonly kind: 'split'; readonly member?: string }
  /** The members' clocks are so far ahead, as the Date header tells; 0 ends it. */
  | { readonly kind: 'clock-off'; readonly seconds: number }
  /** Answers of a path are late by real milliseconds; 0 ends it. */
  | { readonly kind: 'delay'; readonly path: string; readonly milliseconds: number }
  /** The request takes effect, and the connection is cut without an answer. */
  | { readonly kind: 'cut'; readonly path: string; readonly on: boolean }
  /** Another answer than the engine's; without a status the engine answers again. */
  | {
      readonly kind: 'replace';
      readonly path: string;
      readonly status?: number;
      readonly contentType?: string;
      readonly body?: string;
    };

/** How a failed job explains itself when nobody gave a reason. */
const FAILURE =
  'java.lang.RuntimeException: org.apache.kafka.common.errors.TimeoutException: Failed to update metadata after 60000 ms.';
/** The longest delay of an answer: a client that waits longer has given up. */
const MAX_DELAY_MS = 600_000;

/**
 * Lets a fault happen now.
 *
 * @throws RangeError if it names a job or a member that does not exist
 */
export function apply(cluster: Cluster, wire: Wire, fault: Fault): void {
  switch (fault.kind) {
    case 'lose-final-status':
      cluster.losingFinalStatus = fault.on;
      break;
    case 'freeze':
      freeze(cluster, fault.member);
      break;
    case 'thaw':
      thaw(cluster, fault.member);
      break;
    case 'kill':
      kill(cluster, fault.member);
      break;
    case 'start':
      start(cluster, fault.member);
      break;
    case 'slow-failover':
      kill(cluster, requireMaster(cluster), {
        takenOverMs: fault.firstAfterSeconds * 1000,
        apartMs: fault.apartSeconds * 1000,
      });
      break;
    case 'unreachable':
      setReachable(cluster, fault);
      break;
    case 'cancel':
    case 'force':
      stop(cluster, jobNamed(cluster, fault.job).id, fault.kind);
      break;
    case 'savepoint':
      startSavepoint(cluster, jobNamed(cluster, fault.job), fault.seconds * 1000);
      break;
    case 'fail':
      fail(cluster, jobNamed(cluster, fault.job), fault.seconds * 1000, fault.message ?? FAILURE);
      break;
    case 'stick-task':
      jobNamed(cluster, fault.job).taskStuck = true;
      break;
    case 'submit':
      submit(cluster, {
        name: fault.name,
        mode: fault.mode ?? 'STREAMING',
        ...(fault.seconds === undefined ? {} : { runsMs: fault.seconds * 1000 }),
      });
      break;
    case 'take-slots':
      cluster.slotsTaken = fault.on;
      placeWaiting(cluster);
      break;
    case 'ignore-stops':
      cluster.ignoringStops = fault.on;
      break;
    case 'deadlock':
      cluster.deadlocked = fault.on;
      break;
    case 'split':
      cluster.secondMaster = fault.member === undefined ? null : cluster.member(fault.member).name;
      break;
    case 'clock-off':
      cluster.clockOffMs = fault.seconds * 1000;
      break;
    case 'delay':
      wire.delays.set(fault.path, Math.min(MAX_DELAY_MS, Math.max(0, fault.milliseconds)));
      break;
    case 'cut':
      setMember(wire.cut, fault.path, fault.on);
      break;
    case 'replace':
      replace(wire, fault);
      break;
  }
}

function setReachable(cluster: Cluster, fault: Extract<Fault, { kind: 'unreachable' }>): void {
  const concerned: readonly Member[] = fault.member === undefined ? cluster.members : [cluster.member(fault.member)];
  const set = (reachable: boolean): void => {
    for (const member of concerned) {
      member.reachable = reachable;
    }
  };
  set(!fault.on);
  if (fault.on && fault.forSeconds !== undefined) {
    const who = fault.member ?? 'the cluster';
    cluster.after(fault.forSeconds * 1000, () => set(true), `${who} is reachable again`);
  }
}

function replace(wire: Wire, fault: Extract<Fault, { kind: 'replace' }>): void {
  if (fault.status === undefined) {
    wire.replaced.delete(fault.path);
    return;
  }
  const { status, contentType = 'application/json;charset=utf-8', body = '' } = fault;
  wire.replaced.set(fault.path, { status, contentType, body });
}

function setMember<T>(set: Set<T>, value: T, on: boolean): void {
  if (on) {
    set.add(value);
  } else {
    set.delete(value);
  }
}

function requireMaster(cluster: Cluster): string {
  if (cluster.activeMaster === null) {
    throw new RangeError('There is no active master.');
  }
  return cluster.activeMaster;
}

/** The open job with an id or a name; of several with that name, the newest. */
function jobNamed(cluster: Cluster, idOrName: string): Job {
  const job = /^\d+$/.test(idOrName)
    ? cluster.jobs.hold(idOrName)
    : cluster.jobs.heldOpen().find(({ name }) => name === idOrName);
  if (!job) {
    throw new RangeError(`There is no open job "${idOrName}".`);
  }
  return job;
}
