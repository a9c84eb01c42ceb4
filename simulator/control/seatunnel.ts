import { hasEnded } from '../domain/status.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import type { Simulator } from '../simulator.ts';
import { FAULT_FIELDS, parseFault } from './parse-fault.ts';
import type { Steered } from './steered.ts';

/** Jobs that are listed on the control page. */
const JOBS_SHOWN = 200;

/** A simulated SeaTunnel for the control page. */
export function steerSeaTunnel(simulator: Simulator): Steered {
  const { world } = simulator;
  return {
    kind: 'seatunnel',
    get clock() {
      return world.clock;
    },
    requests: simulator.requests,
    scenarios: SCENARIOS,
    faults: FAULT_FIELDS,
    scenario: () => world.scenario.name,
    state: () => state(simulator),
    jobs: () => jobs(simulator),
    delivery: () => [],
    begin: (name, seed) => world.begin(name, seed),
    inject: (fault) => world.inject(parseFault(fault)),
    sync: () => simulator.sync(),
  };
}

function state(simulator: Simulator): Record<string, unknown> {
  const { world } = simulator;
  const cluster = world.settle();
  const { engine } = cluster;
  const counts = new Map<string, number>();
  for (const word of ['RUNNING', 'CANCELING', 'CANCELED', 'FINISHED', 'FAILED'] as const) {
    counts.set(
      word,
      cluster.jobs.count((status) => status === word)
    );
  }
  return {
    scenario: world.scenario.name,
    title: world.scenario.title,
    what: world.scenario.what,
    seed: world.seed,
    engine: { version: engine.version, restV2: engine.restV2, forceStop: engine.forceStop },
    virtualTime: new Date(cluster.time).toISOString(),
    activeMaster: cluster.activeMaster,
    members: simulator.members.map((urls) => {
      const { process, joined, reachable } = cluster.member(urls.name);
      return { ...urls, process, joined, reachable };
    }),
    jobs: { open: cluster.jobs.openCount(), ...Object.fromEntries(counts) },
    upcoming: cluster.schedule.upcoming().map(({ at, what }) => ({ at: new Date(at).toISOString(), what })),
  };
}

/** What the simulator knows of its jobs, and no engine tells: since when each is in its state. */
function jobs(simulator: Simulator): unknown[] {
  const cluster = simulator.world.settle();
  const open = [...cluster.jobs.open(0, JOBS_SHOWN)];
  const ended = cluster.jobs.ended().slice(0, JOBS_SHOWN);
  return [...open, ...ended].map((job) => ({
    id: job.id,
    name: job.name,
    status: cluster.statusOf(job),
    since: new Date(job.statusSince).toISOString(),
    open: !hasEnded(job.status),
    worker: job.worker,
    threadsOn: job.threadsOn,
    finalStatusLost: job.statusLost,
  }));
}
