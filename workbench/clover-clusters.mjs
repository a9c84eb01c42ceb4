// @ts-check
/** The simulated clusters of clover.test.mjs, each in its own story, and what their runs are called. */
import { until } from '../e2e/lib/until.mjs';
import { QUICK, startCloverRig, startGenericRig } from './rig.mjs';
import { Watcher } from './watcher.mjs';

/** Parents on nodeA, and what they wait for: children on nodeB. */
export const PARENT = 'warehouse/jobflow/nightlyLoad.jbf';
export const OTHER_PARENT = 'warehouse/jobflow/invoices.jbf';
/** Runs on nodeC with a child there, and has nothing to do with the outage. */
export const BYSTANDER = 'warehouse/jobflow/streamOrders.jbf';

/** Virtual seconds for a real one: what takes half an hour is seen in minutes. */
const SPEED = 3;
/** The network goes at 40 s of virtual time; before that, a healthy cluster is watched for some polls. */
const BEGUN_SECONDS = 25;
/** A page that refreshes each 5 s does not find this stale. */
const STEADY = { ...QUICK, pollIntervalSeconds: 3 };
/** The inbound events buffer of "released", in real seconds: the data source measures by its own clock. */
const RELEASED_SECONDS = 25;
/** The sent events buffer of "overflows": full just after the second child has ended. Events. */
const FULL_EVENTS = 2_000;
/** So many more are not enough to show the loss by the sent counter alone: it is known by what comes after the return. */
const BEYOND_EVENTS = 200;
const FULL_WITHIN_MS = 60_000;

/**
 * @typedef {import('./rig.mjs').CloverRig} CloverRig
 *
 * @typedef {object} Clusters
 * @property {Record<'recovers' | 'overflows' | 'restarted' | 'released' | 'ignored' | 'unreachable' | 'hidden' | 'simple' | 'healthy', CloverRig>} clover
 * @property {import('./rig.mjs').GenericRig} inHouse
 * @property {Record<'recovers' | 'overflows' | 'restarted' | 'released' | 'hidden' | 'simple' | 'healthy', Watcher>} watched
 * @property {Promise<number>} overflowsReturn when the network of "overflows" came back, epoch ms
 * @property {() => Promise<void>} close
 */

/**
 * Starts them all at once.
 * @returns {Promise<Clusters>}
 */
export async function startClusters() {
  /** @type {{ close(): Promise<void> }[]} */
  const started = [];
  /**
   * @template {{ close(): Promise<void> }} R
   * @param {Promise<R>} starting
   */
  const kept = async (starting) => {
    const rig = await starting;
    started.push(rig);
    return rig;
  };
  const start = (
    /** @type {string} */ scenario,
    options = {},
    /** @type {Record<string, unknown>} */ settings = STEADY
  ) => kept(startCloverRig({ scenario: `clover-${scenario}`, speed: SPEED, ...options }, settings, BEGUN_SECONDS));
  const released = { ...STEADY, messaging: { inboundTimeoutSeconds: RELEASED_SECONDS } };
  const starting = {
    recovers: start('outage-recovers'),
    overflows: start('outage-overflows', { sentLimit: FULL_EVENTS }),
    restarted: start('node-restarted', {}, QUICK),
    released: start('inbound-released', { inboundTimeoutSeconds: RELEASED_SECONDS * SPEED }, released),
    ignored: start('abort-ignored'),
    unreachable: start('node-unreachable'),
    hidden: start('no-mbeans'),
    simple: start('simple-http'),
    healthy: start('healthy'),
  };
  const generic = kept(startGenericRig({ scenario: 'generic-stuck', speed: SPEED }, STEADY, BEGUN_SECONDS));
  const all = await Promise.allSettled([...Object.values(starting), generic]);
  const failed = all.find((one) => one.status === 'rejected');
  if (failed) {
    await Promise.all(started.map((rig) => rig.close()));
    throw failed.reason;
  }
  const clover = {
    recovers: await starting.recovers,
    overflows: await starting.overflows,
    restarted: await starting.restarted,
    released: await starting.released,
    ignored: await starting.ignored,
    unreachable: await starting.unreachable,
    hidden: await starting.hidden,
    simple: await starting.simple,
    healthy: await starting.healthy,
  };
  // Some send more than others, so that not all pairs have the same deadline.
  clover.recovers.simulator.world.inject({ kind: 'rate', node: 'nodeB', perSecond: 13 });
  clover.recovers.simulator.world.inject({ kind: 'rate', node: 'nodeC', perSecond: 0.5 });
  const watched = {
    recovers: new Watcher(clover.recovers.url),
    overflows: new Watcher(clover.overflows.url),
    restarted: new Watcher(clover.restarted.url),
    released: new Watcher(clover.released.url),
    hidden: new Watcher(clover.hidden.url),
    simple: new Watcher(clover.simple.url),
    healthy: new Watcher(clover.healthy.url),
  };
  return {
    clover,
    inHouse: await generic,
    watched,
    overflowsReturn: returnWhenFull(clover.overflows),
    close: async () => {
      await Promise.allSettled(Object.values(watched).map((one) => one.stop()));
      await Promise.all(started.map((rig) => rig.close()));
    },
  };
}

/**
 * Lets the network return as soon as the buffer has overflowed; then virtual time is real time.
 * @param {CloverRig} rig
 * @returns {Promise<number>} when that was, epoch ms
 */
function returnWhenFull({ simulator: { world } }) {
  return until(
    'the buffer has overflowed',
    FULL_WITHIN_MS,
    async () => {
      if (world.settle().messaging.link('nodeB', 'nodeA').undelivered < FULL_EVENTS + BEYOND_EVENTS) {
        return undefined;
      }
      world.inject({ kind: 'cut', node: 'nodeB', on: false });
      world.clock.setSpeed(1);
      return Date.now();
    },
    undefined,
    100
  );
}
