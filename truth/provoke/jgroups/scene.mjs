// @ts-check
/** What every recording of JGroups has: real nodes, executions, and a data source that reads both. */
import { Executions } from './executions.mjs';
import { withNodes } from './nodes.mjs';

const POLL_SECONDS = 2;
export const STUCK_AFTER_SECONDS = 20;
/** Events a second of each node. */
const RATE = 20;

/**
 * @typedef {object} Scene
 * @property {import('../lib/stage.mjs').Stage} stage
 * @property {import('./nodes.mjs').Nodes} nodes
 * @property {Executions} executions
 */

/**
 * @typedef {object} Setup
 * @property {string} name of the recording, without the generation
 * @property {string} story
 * @property {number} [limit] of the sent events buffer, in events; CloverDX's own unless given
 * @property {Record<string, number>} [messaging] of the data source's settings
 * @property {number} [pollSeconds] where 2 do not fit
 * @property {(scene: Scene) => Promise<import('../lib/stage.mjs').JobTrue[]>} provoke
 */

/**
 * A scenario on a generation of JGroups.
 * @param {2 | 5} generation
 * @param {Setup} setup
 * @returns {import('../lib/stage.mjs').Scenario}
 */
export function scenario(generation, { name, story, limit, messaging, pollSeconds, provoke }) {
  /** @type {import('../lib/stage.mjs').Scenario['perform']} */
  const perform = (record) =>
    withNodes({ generation, rate: RATE, gcLag: generation === 2 ? limit : undefined }, async (nodes) => {
      const executions = new Executions();
      await executions.listen();
      try {
        const { jgroups } = nodes.cluster;
        const engine = `JGroups ${jgroups} over Jolokia; executions from a double of CloverDX's REST API`;
        const settings = {
          ...reading(nodes, executions, { ...(limit && { sentEventsLimit: limit }), ...messaging }),
          pollIntervalSeconds: pollSeconds ?? POLL_SECONDS,
        };
        await record({ engine, origin: 'real engine', settings }, (stage) => provoke({ stage, nodes, executions }));
      } finally {
        executions.close();
      }
    });
  return { name: `jgroups${generation}-${name}`, story, perform };
}

/**
 * The data source's jsonData.
 * @param {import('./nodes.mjs').Nodes} nodes
 * @param {Executions} executions
 * @param {Record<string, number>} messaging
 */
function reading({ cluster }, executions, messaging) {
  return {
    kind: 'cloverdx',
    urls: [executions.url],
    clusterId: 'recorded',
    requestTimeoutSeconds: 1,
    pollDeadlineSeconds: 3,
    stuckAfterSeconds: STUCK_AFTER_SECONDS,
    messaging: {
      source: 'jolokia',
      windows: true,
      nodes: cluster.nodes.map(({ name, jolokia }) => ({ name, url: jolokia })),
      ...messaging,
    },
  };
}

/**
 * A parent and its child, on different nodes.
 * @param {Scene} scene
 * @param {{ parentOn: string, childOn: string }} where
 */
export function family({ executions }, { parentOn, childOn }) {
  const parent = executions.start(parentOn);
  return { parent, child: executions.start(childOn, parent), parentOn, childOn };
}

/**
 * Ends a child: its node sends the event of it. Gives since when the parent waits, and that event.
 * @param {Scene} scene
 * @param {ReturnType<typeof family>} of
 */
export async function endChild({ stage, nodes, executions }, { child, parentOn, childOn }) {
  const event = await nodes.next(childOn, parentOn);
  const since = stage.now();
  executions.end(child);
  stage.say(`child ${child} ends on ${childOn}: its event is number ${event.number}`);
  return { since, event };
}

/**
 * Lets a child run, and its parent end once the event of the child's end arrived, as CloverDX does. Who does not await
 * it at once learns later of a failure.
 * @param {Scene} scene
 * @param {Run} run
 */
export function runFamily(scene, run) {
  const running = runThrough(scene, run);
  running.catch(() => undefined);
  return running;
}

/**
 * @typedef {object} Run
 * @property {string} parentOn
 * @property {string} childOn
 * @property {number} seconds how long the child runs
 * @property {number} [worksOn] for so many seconds the parent goes on by itself afterwards
 */

/**
 * @param {Scene} scene
 * @param {Run} run
 */
async function runThrough(scene, { parentOn, childOn, seconds, worksOn = 0 }) {
  const one = family(scene, { parentOn, childOn });
  await scene.stage.sleep(seconds);
  const { event } = await endChild(scene, one);
  await scene.nodes.delivered(event, parentOn);
  await scene.stage.sleep(worksOn);
  scene.executions.end(one.parent);
}
