import type { CloverFault } from '../clover/domain/faults.ts';
import { isOver } from '../clover/domain/execution.ts';
import type { Link } from '../clover/domain/link.ts';
import { CLOVER_SCENARIOS } from '../clover/scenarios.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { CloverWorld } from '../served.ts';
import { checkFault, WIRE_FIELDS, type FaultFields } from './fields.ts';
import type { Steered } from './steered.ts';

/** Ended runs that are listed on the control page. */
const ENDED_SHOWN = 50;

const ON = { on: 'boolean' } as const;
const NODE = { node: 'text' } as const;

const FIELDS: FaultFields<CloverFault['kind']> = {
  cut: { node: 'text', on: 'boolean', http: 'boolean?', seconds: 'number?' },
  freeze: NODE,
  thaw: NODE,
  kill: NODE,
  start: NODE,
  restart: NODE,
  suspend: { node: 'text', on: 'boolean' },
  rate: { node: 'text?', perSecond: 'number' },
  'sent-limit': { events: 'number' },
  'inbound-timeout': { seconds: 'number' },
  release: NODE,
  rest: ON,
  'simple-http': ON,
  mbeans: ON,
  windows: ON,
  'start-time': ON,
  'ignore-aborts': ON,
  run: { jobFile: 'text', node: 'text', parent: 'text?', seconds: 'number?' },
  end: { run: 'text' },
  abort: { run: 'text' },
  ...WIRE_FIELDS,
};

/** A simulated CloverDX cluster for the control page. */
export function steerClover(world: CloverWorld, requests: RequestLog, url: string): Steered {
  return {
    kind: 'cloverdx',
    get clock() {
      return world.clock;
    },
    requests,
    scenarios: CLOVER_SCENARIOS,
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
function isFault(value: { readonly kind: CloverFault['kind'] }): value is CloverFault {
  return Object.hasOwn(FIELDS, value.kind);
}

function state(world: CloverWorld, url: string): Record<string, unknown> {
  const cluster = world.settle();
  const { messaging, executions, switches, plan } = cluster;
  const open = executions.open();
  return {
    scenario: world.scenario.name,
    title: world.scenario.title,
    what: world.scenario.what,
    seed: world.seed,
    virtualTime: new Date(cluster.time).toISOString(),
    server: `${url}/clover`,
    recording: plan.playback?.name ?? null,
    switches,
    sentLimit: messaging.sentLimit,
    inboundTimeoutSeconds: messaging.inboundTimeoutMs / 1000,
    members: messaging.nodes.map((node) => ({
      name: node.name,
      process: cluster.processOf(node.name),
      cut: node.cut,
      reachable: node.reachable,
      suspended: node.suspended,
      rate: node.rate,
      view: node.view.members,
      startedAt: new Date(node.startedAt).toISOString(),
      server: `${url}/${node.name}/clover`,
      jolokia: `${url}/jolokia/${node.name}`,
    })),
    jobs: {
      open: open.length,
      waiting: open.filter(({ waitsFor }) => [...waitsFor.values()].some((event) => event !== null)).length,
      all: executions.count,
    },
    upcoming: cluster.schedule.upcoming().map(({ at, what }) => ({ at: new Date(at).toISOString(), what })),
  };
}

/** With what CloverDX does not tell: which event a parent waits for, and whether that is lost. */
function jobs(world: CloverWorld): unknown[] {
  const { executions, messaging, plan } = world.settle();
  return [...executions.open(), ...executions.ended().slice(0, ENDED_SHOWN)].map((one) => ({
    id: String(one.runId),
    name: one.jobFile,
    status: one.status,
    since: new Date(one.stoppedAt ?? one.submittedAt).toISOString(),
    open: !isOver(one),
    node: one.node,
    parent: one.parent === null ? null : String(one.parent),
    waitsFor: [...one.waitsFor].map(([child, event]) => ({
      child: String(child),
      event: event === null ? 'not sent' : plan.playback ? 'recorded' : messaging.fate(event),
    })),
  }));
}

/** What the simulator knows of the way between two nodes. */
export function linkState(link: Link): unknown {
  return {
    node: link.node.name,
    peer: link.peer.name,
    lostSince: link.lostSince === null ? null : new Date(link.lostSince).toISOString(),
    sent: Math.floor(link.node.sent),
    delivered: link.delivered,
    undelivered: link.undelivered,
    missing: link.missing,
    held: link.held,
    lostForGood: link.lostForGood,
    releases: link.releases,
  };
}
