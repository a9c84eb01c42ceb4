import type { Cluster } from '../domain/cluster.ts';
import type { Job } from '../domain/job.ts';
import { randomOf } from '../domain/random.ts';
import { hasEnded } from '../domain/status.ts';
import type { Json } from './answer.ts';

/** How many checkpoints are kept for the history. */
const KEPT = 16;
/** Measured: a checkpoint of a small job takes 12 to 64 ms. */
const LEAST_MS = 12;
const SPREAD_MS = 52;
/** Bytes of state of the job that was measured. */
const STATE_BYTES = 3_600;
/** A source, its enumerator and a sink acknowledge for each degree of parallelism but the enumerator, which is one. */
const TASKS_EACH = 2;

/** One pipeline's checkpoints at a virtual time. */
interface Made {
  /** Oldest first, KEPT at most. */
  readonly history: readonly Checkpoint[];
  readonly count: number;
}

type Checkpoint = {
  readonly checkpointId: number;
  readonly checkpointType: 'checkpoint' | 'savepoint';
  readonly status: 'COMPLETED';
  readonly triggerTimestamp: number;
  readonly completedTimestamp: number;
  readonly durationMillis: number;
  readonly stateSize: number;
};

/** /jobs/checkpoints/ID. Jobs that never made one, and cancelled ones, have the id alone. */
export function checkpoints(cluster: Cluster, job: Job): Json {
  const made = checkpointsOf(cluster, job);
  const running = savepointInProgress(cluster, job, made.count);
  const latest = made.history.at(-1);
  if (!isTold(job) || (!latest && !running)) {
    return { jobId: job.id };
  }
  const savepoints = made.history.filter(({ checkpointType }) => checkpointType === 'savepoint');
  return {
    jobId: job.id,
    updatedAt: latest?.completedTimestamp ?? cluster.time,
    pipelines: [
      {
        pipelineId: 1,
        counts: {
          triggered: made.count + (running ? 1 : 0),
          completed: made.count,
          failed: 0,
          inProgress: running ? 1 : 0,
          restored: job.restores,
        },
        latestCompleted: latest ?? {},
        latestFailed: {},
        latestSavepoint: savepoints.at(-1) ?? {},
        inProgress: running ? [running] : [],
        history: entries(made),
      },
    ],
  };
}

/** /jobs/checkpoints/history/ID?limit=, newest first. */
export function checkpointHistory(cluster: Cluster, job: Job, limit: number): Json {
  return isTold(job) ? entries(checkpointsOf(cluster, job)).slice(0, limit) : [];
}

/** Measured: the engine forgets the checkpoints of a cancelled job, and keeps those of one stopped by a savepoint. */
const isTold = (job: Job): boolean => !hasEnded(job.status) || job.status === 'SAVEPOINT_DONE';

const entries = ({ history }: Made): Json[] =>
  [...history].reverse().map((checkpoint) => ({ pipelineId: 1, checkpoint }));

function checkpointsOf(cluster: Cluster, job: Job): Made {
  if (job.startedAt === null || job.mode === 'BATCH') {
    return { history: [], count: 0 };
  }
  // None is made while a savepoint is, nor after the tasks have ended.
  const until = Math.min(job.savepoint?.startedAt ?? cluster.time, job.tasksEndedAt ?? cluster.time);
  const regular = Math.max(0, Math.floor((until - job.startedAt) / job.checkpointEveryMs));
  const history: Checkpoint[] = [];
  for (let id = Math.max(1, regular - KEPT + 1); id <= regular; id++) {
    const triggered = job.startedAt + id * job.checkpointEveryMs;
    const chance = randomOf(cluster.plan.seed + Number(BigInt.asUintN(31, BigInt(job.id))), id);
    history.push(checkpoint(id, 'checkpoint', triggered, LEAST_MS + Math.floor(chance * SPREAD_MS)));
  }
  if (job.status === 'SAVEPOINT_DONE' && job.finishedAt !== null) {
    history.push(checkpoint(regular + 1, 'savepoint', job.finishedAt - LEAST_MS, LEAST_MS));
    return { history, count: regular + 1 };
  }
  return { history, count: regular };
}

function checkpoint(id: number, type: Checkpoint['checkpointType'], triggered: number, took: number): Checkpoint {
  return {
    checkpointId: id,
    checkpointType: type,
    status: 'COMPLETED',
    triggerTimestamp: triggered,
    completedTimestamp: triggered + took,
    durationMillis: took,
    stateSize: STATE_BYTES,
  };
}

/** Measured on a savepoint under way: its tasks acknowledge one by one. */
function savepointInProgress(cluster: Cluster, job: Job, made: number): Json {
  if (!job.savepoint) {
    return null;
  }
  const total = TASKS_EACH * job.parallelism + 1;
  const { startedAt, takesMs } = job.savepoint;
  const share = Math.min(1, (cluster.time - startedAt) / Math.max(1, takesMs));
  return {
    checkpointId: made + 1,
    checkpointType: 'savepoint',
    triggerTimestamp: startedAt,
    acknowledged: Math.min(total - 1, Math.floor(share * total)),
    total,
  };
}
