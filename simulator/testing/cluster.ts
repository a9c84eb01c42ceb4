import { Cluster } from '../domain/cluster.ts';
import { engineOf } from '../domain/engine.ts';
import type { Job } from '../domain/job.ts';
import type { MemberPlace } from '../domain/member.ts';
import { cleanWire, type Wire } from '../domain/wire.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import { stage } from '../scenarios/stage.ts';

/** Virtual time at which tests begin. */
export const START = Date.parse('2026-11-22T08:00:00Z');

const PLACES: readonly MemberPlace[] = ['master-1', 'master-2', 'worker-1', 'worker-2'].map((name, i) => ({
  name,
  role: name.startsWith('master') ? 'master' : 'worker',
  host: '127.0.0.1',
  hazelcastPort: 5801 + i,
}));

export interface Staged {
  readonly cluster: Cluster;
  readonly wire: Wire;
  /** Lets virtual seconds pass. */
  readonly pass: (seconds: number) => void;
  /** The newest job of a name, open or ended. */
  readonly job: (name: string) => Job;
}

/** A cluster in a scenario, without any server. */
export function staged(scenario: string, { version = '3.0.0', seed = 1 } = {}): Staged {
  const cluster = new Cluster({
    engine: engineOf(version),
    zone: 'UTC',
    seed,
    members: PLACES,
    start: START,
    noHeartbeatMs: 60_000,
  });
  const wire = cleanWire();
  stage(cluster, wire, scenarioNamed(scenario));
  return {
    cluster,
    wire,
    pass: (seconds) => cluster.settle(cluster.time + seconds * 1000),
    job: (name) => {
      const found = cluster.jobs.held().find((one) => one.name === name);
      if (!found) {
        throw new Error(`There is no job ${name}.`);
      }
      return found;
    },
  };
}
