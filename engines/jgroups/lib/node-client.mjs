// @ts-check
/** Speaks to our own nodes: control and ground truth, and waits until they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../seatunnel/lib/errors.mjs';
import { runPaths } from '../../seatunnel/lib/paths.mjs';
import { hasEnded } from '../../seatunnel/lib/readiness.mjs';
import { http } from '../../seatunnel/lib/rest.mjs';

/** A node joins within 2 to 6 s on two idle cores; this leaves room for a busy machine. */
const READY_BOUND_MS = 90_000;
const LOOK_MS = 200;
const ANSWER_MS = 2_000;
/** Lines of a node's log that go into an error. */
const SHOWN_LINES = 15;
const PORT_TAKEN = /BindException|Address already in use|no available port|port_range|failed to start server socket/i;

/** A port was taken between looking for a free one and using it: worth another try with new ports. */
export class PortTakenError extends EngineError {}

/** A node runs and is not ready in time: seen once on a busy machine, and worth another try, too. */
export class NotReadyError extends EngineError {}

/**
 * @typedef {object} Truth what a node itself has counted, see GroundTruthMBean.java
 * @property {string} node
 * @property {number} startTime ms since 1970
 * @property {number} rate events a second
 * @property {number} eventsSent
 * @property {Record<string, number>} eventsReceived by sender
 * @property {Record<string, number>} eventsLost by sender
 * @property {Record<string, number>} lastEvents by sender
 * @property {Record<string, number>} eventsRepeated by sender
 * @property {number} sendBlockedMillis
 * @property {string} viewId
 * @property {string[]} members
 * @property {string[]} discarding
 */

/**
 * The ground truth of a node.
 * @param {import('./state.mjs').NodeState} node
 * @returns {Promise<Truth>}
 * @throws {Error} if it does not answer
 */
export function truthOf(node) {
  return ask(node, 'GET', '/truth');
}

/**
 * @param {import('./state.mjs').NodeState} node
 * @param {number} perSecond
 * @returns {Promise<Truth>}
 */
export function setNodeRate(node, perSecond) {
  return ask(node, 'POST', `/rate?perSecond=${perSecond}`);
}

/**
 * @param {import('./state.mjs').NodeState} node
 * @param {'discard' | 'undiscard'} what
 * @param {string} from a member, or "*" for everything
 * @returns {Promise<Truth>}
 */
export function setNodeDiscard(node, what, from) {
  return ask(node, 'POST', `/${what}?from=${encodeURIComponent(from)}`);
}

/**
 * @param {import('./state.mjs').NodeState} node
 * @param {string} method
 * @param {string} path
 * @returns {Promise<Truth>}
 */
async function ask(node, method, path) {
  const answer = await http(`http://127.0.0.1:${node.controlPort}${path}`, { method, timeoutMs: ANSWER_MS }).catch(
    (error) => {
      throw new EngineError(`${node.name} does not answer (${error.message}): is it frozen, or killed?`);
    }
  );
  const body = JSON.parse(answer.body);
  if (answer.status !== 200) {
    throw new EngineError(`${node.name} refused ${path}: ${body.error ?? `status ${answer.status}`}`);
  }
  return body;
}

/**
 * Waits until a node is a member of the group, alone or with others.
 * @param {string} dir run directory
 * @param {import('./state.mjs').NodeState} node
 * @throws {PortTakenError} if it ended since a port was taken
 * @throws {NotReadyError} if it is not ready in time
 * @throws {EngineError} if it ended otherwise
 */
export async function nodeReady(dir, node) {
  await waitFor(dir, node, 'is a member', async () => (await truthOf(node)).members.length > 0);
}

/**
 * Waits until a node sees exactly these members.
 * @param {string} dir run directory
 * @param {import('./state.mjs').NodeState} node
 * @param {string[]} members
 */
export async function nodeSees(dir, node, members) {
  const wanted = [...members].sort().join();
  await waitFor(dir, node, `sees ${wanted}`, async () => [...(await truthOf(node)).members].sort().join() === wanted);
}

/**
 * @param {string} dir
 * @param {import('./state.mjs').NodeState} node
 * @param {string} what
 * @param {() => Promise<boolean>} reached
 */
async function waitFor(dir, node, what, reached) {
  const end = performance.now() + READY_BOUND_MS;
  let last = '';
  while (performance.now() < end) {
    if (await hasEnded(dir, node)) {
      throw endedError(dir, node);
    }
    try {
      if (await reached()) {
        return;
      }
    } catch (error) {
      last = ` (last: ${error instanceof Error ? error.message : error})`;
    }
    await sleep(LOOK_MS);
  }
  const { output } = runPaths(dir).node(node.name);
  throw new NotReadyError(
    `It did not come about within ${READY_BOUND_MS / 1000} s that ${node.name} ${what}${last}: see ${output}.`
  );
}

/**
 * @param {string} dir
 * @param {import('./state.mjs').NodeState} node
 */
function endedError(dir, node) {
  const { output } = runPaths(dir).node(node.name);
  const text = existsSync(output) ? readFileSync(output, 'utf8') : '';
  if (PORT_TAKEN.test(text)) {
    return new PortTakenError(
      `${node.name} could not start: one of its ports is taken. Free the port, or start the cluster anew.`
    );
  }
  const shown = text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return new EngineError(`${node.name} ended while it started; see ${output}. It ended with:\n${shown}`);
}
