import { hasEnded } from '../generic/cluster.ts';
import type { GenericFault } from '../generic/faults.ts';
import { GENERIC_SCENARIOS } from '../generic/scenarios.ts';
import { GENERIC_BASE } from '../generic/api.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { GenericWorld } from '../served.ts';
import { linkState } from './clover.ts';
import { checkFault, WIRE_FIELDS, type FaultFields } from './fields.ts';
import type { Steered } from './steered.ts';

const ON = { on: 'boolean' } as const;
const NODE = { node: 'text' } as const;

const FIELDS: FaultFields<GenericFault['kind']> = {
  cut: { node: 'text', on: 'boolean', seconds: 'number?' },
  restart: NODE,
  master: NODE,
  rate: { perSecond: 'number' },
  'lose-cancels': ON,
  'ignore-stops': ON,
  delivery: ON,
  restoring: ON,
  submit: { name: 'text', node: 'text', parent: 'text?', seconds: 'number?' },
  end: { job: 'text' },
  fail: { job: 'text' },
  ...WIRE_FIELDS,
};

/** A simulated in-house coordinator for the control page. */
export function steerGeneric(world: GenericWorld, requests: RequestLog, url: string): Steered {
  return {
    kind: 'generic',
    get clock() {
      return world.clock;
    },
    requests,
    scenarios: GENERIC_SCENARIOS,
    faults: FIELDS,
    scenario: () => world.scenario.name,
    state: () => state(world, url),
    jobs: () => jobs(world),
    delivery: () => world.settle().messaging.links.map(linkState),
    begin: (name, seed) => world.begin(name, seed),
    inject: (fault) => {
      const checked = checkFault(FIELDS, fault);
      if (!isFault(checked)) {
        throw new RangeError('This is no fault.');
      }
      world.inject(checked);
    },
    // One port serves all nodes, and is always open.
    sync: () => Promise.resolve(),
  };
}

/** The table has been gone through before: this names its result. */
function isFault(value: { readonly kind: GenericFault['kind'] }): value is GenericFault {
  return Object.hasOwn(FIELDS, value.kind);
}

function state(world: GenericWorld, url: string): Record<string, unknown> {
  const cluster = world.settle();
  const { messaging, switches, master } = cluster;
  return {
    scenario: world.scenario.name,
    title: world.scenario.title,
    what: world.scenario.what,
    seed: world.seed,
    virtualTime: new Date(cluster.time).toISOString(),
    server: `${url}${GENERIC_BASE}`,
    switches,
    activeMaster: master,
    members: messaging.nodes.map((node) => ({
      name: node.name,
      process: node.process,
      cut: node.cut,
      reachable: true,
      view: node.view.members,
      startedAt: new Date(node.startedAt).toISOString(),
    })),
    jobs: { open: cluster.open().length, all: cluster.all().length },
    upcoming: cluster.schedule.upcoming().map(({ at, what }) => ({ at: new Date(at).toISOString(), what })),
  };
}

function jobs(world: GenericWorld): unknown[] {
  const cluster = world.settle();
  return cluster
    .all()
    .toReversed()
    .map((job) => ({
      id: job.id,
      name: job.name,
      status: job.state,
      since: new Date(job.since).toISOString(),
      open: !hasEnded(job),
      node: job.node,
      parent: job.parent,
      stuck: job.stuck,
      waitsFor: [...job.waitsFor].map(([child, event]) => ({
        child,
        event: event === null ? 'not sent' : cluster.messaging.fate(event),
      })),
    }));
}
