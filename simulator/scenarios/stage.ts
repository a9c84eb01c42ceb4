import { Bulk } from '../domain/bulk.ts';
import type { Cluster } from '../domain/cluster.ts';
import { apply } from '../domain/faults.ts';
import { newJob, type Job } from '../domain/job.ts';
import type { Status } from '../domain/status.ts';
import type { Wire } from '../domain/wire.ts';
import type { PlannedJob, Scenario } from './scenario.ts';

const MINUTE_MS = 60_000;

/**
 * Sets a scenario up in a new cluster: its jobs at once, its faults at their times.
 *
 * @throws RangeError if the cluster has too few members for it
 */
export function stage(cluster: Cluster, wire: Wire, scenario: Scenario): void {
  requireMembers(cluster, scenario);
  const workers = cluster.members.filter(({ role }) => role === 'worker').map(({ name }) => name);
  for (const [i, planned] of scenario.jobs.entries()) {
    cluster.jobs.add(jobOf(cluster, planned, workers[i % workers.length] ?? null));
  }
  if (scenario.bulk) {
    cluster.jobs.setBulk(
      new Bulk({
        ...scenario.bulk,
        seed: cluster.plan.seed,
        newestAt: cluster.plan.start - MINUTE_MS,
        workers: () => cluster.workers().map(({ name }) => name),
      })
    );
  }
  for (const { atSeconds, what, fault } of scenario.faults) {
    cluster.after(atSeconds * 1000, () => apply(cluster, wire, fault), what);
  }
  cluster.settle(cluster.time);
}

function requireMembers(cluster: Cluster, { name, needs }: Scenario): void {
  for (const role of ['master', 'worker'] as const) {
    const wanted = (role === 'master' ? needs?.masters : needs?.workers) ?? 1;
    const there = cluster.members.filter((member) => member.role === role).length;
    if (there < wanted) {
      throw new RangeError(`The scenario "${name}" needs ${wanted} ${role}s, and there is ${there}.`);
    }
  }
}

function jobOf(cluster: Cluster, planned: PlannedJob, worker: string | null): Job {
  const { name, createdMinutesAgo, state, sinceMinutesAgo = 0, errorMessage = null } = planned;
  const createdAt = cluster.time - createdMinutesAgo * MINUTE_MS;
  const since = cluster.time - sinceMinutesAgo * MINUTE_MS;
  const running = state === undefined;
  const lost = state === 'lost';
  const status: Status = lost ? 'CANCELING' : (state ?? 'RUNNING');
  return newJob({
    id: cluster.nextId(),
    name,
    createdAt,
    ...(planned.mode === undefined ? {} : { mode: planned.mode }),
    ...(planned.source === undefined ? {} : { source: planned.source }),
    ...(planned.sink === undefined ? {} : { sink: planned.sink }),
    ...(planned.table === undefined ? {} : { table: planned.table }),
    ...(planned.parallelism === undefined ? {} : { parallelism: planned.parallelism }),
    ...(planned.rowsPerSecond === undefined ? {} : { rowsPerSecond: planned.rowsPerSecond }),
    status,
    statusSince: running ? createdAt : since,
    statusLost: lost,
    startedAt: createdAt,
    tasksEndedAt: running ? null : since,
    finishedAt: running || lost ? null : since,
    errorMessage,
    worker: running || lost ? worker : null,
    threadsOn: running && worker !== null ? [worker] : [],
  });
}
