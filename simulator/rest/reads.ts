import type { Cluster } from '../domain/cluster.ts';
import type { Job } from '../domain/job.ts';
import { isOn } from '../domain/jobs.ts';
import type { Member } from '../domain/member.ts';
import { hasEnded, isStatus, isWaiting, type Status } from '../domain/status.ts';
import { arrayOf, type Answer, type Json, type Replies } from './answer.ts';
import { endedJob, openJob } from './job-json.ts';
import { asksInVain, memberLeft, memberRows } from './members.ts';
import { totalSlots } from './pending.ts';
import { telemetry } from './telemetry.ts';

/** A list with more jobs than this is sent in pieces, without Content-Length. */
const PIECES_FROM = 1_000;

/** /overview: all values are strings. CANCELING counts as running, SAVEPOINT_DONE as nothing. */
export function overview(cluster: Cluster): Json {
  const count = (matches: (status: Status) => boolean): string => String(cluster.jobs.count(matches));
  const modern = cluster.engine.dialect === '2.3.13';
  return {
    projectVersion: cluster.engine.version,
    gitCommitAbbrev: '5e5e5e5',
    totalSlot: String(totalSlots(cluster)),
    unassignedSlot: '0',
    runningJobs: count((status) => !hasEnded(status) && !(modern && isWaiting(status))),
    finishedJobs: count((status) => status === 'FINISHED'),
    failedJobs: count((status) => status === 'FAILED'),
    ...(modern && { pendingJobs: count(isWaiting) }),
    cancelledJobs: count((status) => status === 'CANCELED'),
    workers: String(cluster.deadlocked ? 0 : cluster.workers().length),
  };
}

/** Open jobs as JSON, in one text or, when there are very many, in pieces. */
export function openJobs(cluster: Cluster, from = 0, to = Infinity): string | Iterable<string> {
  const pieces = arrayOf(mapped(cluster.jobs.open(from, to), (job) => JSON.stringify(openJob(cluster, job))));
  return Math.min(to, cluster.jobs.openCount()) - from > PIECES_FROM ? pieces : [...pieces].join('');
}

/** Ended jobs, of one status if its word is given; a word that there is not gives none. */
export function endedJobs(cluster: Cluster, word: string): Job[] {
  if (word === '') {
    return cluster.jobs.ended();
  }
  return isStatus(word) ? cluster.jobs.ended(word) : [];
}

/** Ended jobs as JSON. */
export const endedJobsJson = (cluster: Cluster, jobs: readonly Job[]): Json =>
  jobs.map((job) => endedJob(cluster, job));

/**
 * The list of open jobs asks each job's worker for its counters: it hangs while one of them is frozen, and fails when
 * that one is dropped.
 */
export function answerList(cluster: Cluster, replies: Replies, give: () => Answer): Answer {
  const hanging = cluster.hanging();
  return cluster.jobs.anyOn(hanging) ? waitFor(cluster, replies, hanging, give) : give();
}

/** /job-info/ID, the same for open, ended and unknown jobs. */
export function jobInfo(cluster: Cluster, replies: Replies, id: string): Answer {
  const job = cluster.jobs.find(id);
  if (!job) {
    return replies.json({ jobId: id });
  }
  if (hasEnded(job.status)) {
    return replies.json(endedJob(cluster, job));
  }
  const { restore } = cluster;
  if (restore && cluster.time < restore.failsUntil) {
    return replies.fail(500, memberLeft(restore.lost));
  }
  const hanging = cluster.hanging();
  const give = (): Answer => jobInfo(cluster, replies, id);
  return isOn(job, hanging) ? waitFor(cluster, replies, hanging, give) : replies.json(openJob(cluster, job));
}

/** /system-monitoring-information asks every member. */
export function monitoring(cluster: Cluster, replies: Replies, asked: Member): Answer {
  const give = (): Answer => replies.json(memberRows(cluster, asked));
  if (!asksInVain(cluster)) {
    return give();
  }
  const hanging = cluster.hanging();
  const dropped = replies.fail(500, 'Cannot invoke "String.split(String)" because "input" is null');
  return { kind: 'hang', answer: () => released(cluster, hanging, () => dropped, give) };
}

/** The telemetry asks every member, and waits for ever for a coordinator in its deadlock. */
export function metrics(cluster: Cluster, replies: Replies, asked: Member): Answer {
  const give = (): Answer => replies.plain(telemetry(cluster, asked));
  const waits = (): boolean => cluster.deadlocked || asksInVain(cluster);
  return waits() ? { kind: 'hang', answer: () => (waits() ? undefined : give()) } : give();
}

function waitFor(cluster: Cluster, replies: Replies, hanging: ReadonlySet<string>, give: () => Answer): Answer {
  const failed = (name: string): Answer => replies.fail(500, memberLeft(cluster.member(name)));
  return { kind: 'hang', answer: () => released(cluster, hanging, failed, give) };
}

/** The answer of a call that waited for members: one dropped is an error, all thawed is the answer. */
function released(
  cluster: Cluster,
  hanging: ReadonlySet<string>,
  failed: (name: string) => Answer,
  give: () => Answer
): Answer | undefined {
  const dropped = [...hanging].find((name) => !cluster.member(name).joined);
  if (dropped !== undefined) {
    return failed(dropped);
  }
  const still = cluster.hanging();
  return [...hanging].some((name) => still.has(name)) ? undefined : give();
}

function* mapped<T>(values: Iterable<T>, write: (value: T) => string): Generator<string> {
  for (const value of values) {
    yield write(value);
  }
}
