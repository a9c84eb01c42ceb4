import { hasEnded, mayBecome, type Status } from './status.ts';

export type Mode = 'STREAMING' | 'BATCH';

/** What an operator called for while the job was open. */
export type Stop = 'cancel' | 'force' | 'savepoint';

/** A job as the simulated master knows it. Times are virtual epoch milliseconds. */
export interface Job {
  /** Decimal digits, above 2^53: never a number. */
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  /** Connectors and table, for the names of vertices and metrics. */
  readonly source: string;
  readonly sink: string;
  readonly table: string;
  readonly parallelism: number;
  readonly checkpointEveryMs: number;
  readonly rowsPerSecond: number;
  readonly createdAt: number;
  /** Told to nobody by the engine: there is no endpoint for it. */
  statusSince: number;
  status: Status;
  /** When tasks were deployed; null before. */
  startedAt: number | null;
  /** When tasks ended, so that counters stand still; null while they run. */
  tasksEndedAt: number | null;
  finishedAt: number | null;
  errorMessage: string | null;
  /** The worker that the master believes to run the job; null before it has slots. */
  worker: string | null;
  /** Workers that really have task threads of the job. */
  threadsOn: string[];
  /** The worker's report of the final status was dropped, or will be: CANCELING for ever. */
  statusLost: boolean;
  /** The task does not react to a cancel (a sink blocked on I/O). */
  taskStuck: boolean;
  /** Since when a savepoint is being made, and how long it takes; null when none is. */
  savepoint: { readonly startedAt: number; readonly takesMs: number } | null;
  restores: number;
}

/** What a new job needs; the rest has values that suit. */
export type JobSpec = Pick<Job, 'id' | 'name' | 'createdAt'> & Partial<Omit<Job, 'id' | 'name' | 'createdAt'>>;

/** Same as the engine's own test jobs: FakeSource to Console, a checkpoint every five seconds. */
const DEFAULTS = {
  mode: 'STREAMING',
  source: 'FakeSource',
  sink: 'Console',
  table: 'fake',
  parallelism: 1,
  checkpointEveryMs: 5_000,
  rowsPerSecond: 1,
  status: 'CREATED',
  startedAt: null,
  tasksEndedAt: null,
  finishedAt: null,
  errorMessage: null,
  worker: null,
  statusLost: false,
  taskStuck: false,
  savepoint: null,
  restores: 0,
} as const;

/** Makes a job. */
export function newJob(spec: JobSpec): Job {
  return { ...DEFAULTS, statusSince: spec.createdAt, threadsOn: [], ...spec };
}

/** A status change that SeaTunnel does not have: a mistake in a scenario or here. */
export class TransitionError extends Error {
  constructor(job: Job, to: Status) {
    super(`Job ${job.name} (${job.id}) cannot go from ${job.status} to ${to}.`);
    this.name = 'TransitionError';
  }
}

/** Changes a job's status at a virtual time. */
export function become(job: Job, to: Status, at: number): void {
  if (!mayBecome(job.status, to)) {
    throw new TransitionError(job, to);
  }
  job.status = to;
  job.statusSince = at;
  if (hasEnded(to)) {
    job.finishedAt = at;
    job.tasksEndedAt ??= at;
    job.savepoint = null;
  }
}

/** Rows that the job has moved up to a virtual time. */
export function rowsAt(job: Job, now: number): number {
  if (job.startedAt === null) {
    return 0;
  }
  const until = Math.min(job.tasksEndedAt ?? now, now);
  return Math.max(0, Math.floor(((until - job.startedAt) / 1000) * job.rowsPerSecond));
}
