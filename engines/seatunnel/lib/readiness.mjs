// @ts-check
/** Waits until members serve. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from './errors.mjs';
import { runPaths } from './paths.mjs';
import { isOurs, processState } from './processes.mjs';
import { getV1, http } from './rest.mjs';
import { restV1 } from './state.mjs';

/** A member is ready after 3 to 10 s on two idle cores; this leaves room for a busy machine. */
const READY_BOUND_MS = 120_000;
const LOOK_MS = 200;
const ANSWER_MS = 2_000;
/** Lines of a member's log that go into an error. */
const SHOWN_LINES = 15;
const PORT_TAKEN = /BindException|Failed to bind/;

/** A port was taken between looking for a free one and using it: worth another try with new ports. */
export class PortTakenError extends EngineError {}

/**
 * Waits until a member answers and, for a worker, until it sees all workers that should be there.
 * @param {string} dir run directory
 * @param {import('./state.mjs').ClusterState} state
 * @param {import('./state.mjs').NodeState} node
 * @param {number} workers how many workers the member has to see
 * @returns {Promise<string>} the version that the member declares
 * @throws {PortTakenError} if it ended since a port was taken
 * @throws {EngineError} if it ended otherwise, or is not ready in time
 */
export async function memberReady(dir, state, node, workers) {
  const end = performance.now() + READY_BOUND_MS;
  let last = 'nothing yet';
  while (performance.now() < end) {
    // A member whose port is taken either ends, or goes on without REST v2.
    if ((await hasEnded(dir, node)) || PORT_TAKEN.test(logOf(dir, node))) {
      throw endedError(dir, node);
    }
    try {
      const overview = await getV1(restV1(node), '/overview', ANSWER_MS);
      last = `overview ${JSON.stringify(overview)}`;
      if (Number(overview.workers) >= workers && (await restV2Ready(state, node))) {
        return overview.projectVersion;
      }
    } catch (error) {
      last = String(error);
    }
    await sleep(LOOK_MS);
  }
  throw new EngineError(
    `${node.name} was not ready within ${READY_BOUND_MS / 1000} s (last: ${last}): see ${runPaths(dir).node(node.name).engineLog}.`
  );
}

/**
 * Whether a member just started is gone. Looks twice: in the middle of exec(2) the kernel shows a
 * command line that is empty, and a member that only begins would pass for one that ended.
 * @param {string} dir run directory
 * @param {{ name: string, pid: number }} node
 */
export async function hasEnded(dir, node) {
  if (isOurs(dir, node.name, node.pid)) {
    return false;
  }
  await sleep(LOOK_MS);
  return !isOurs(dir, node.name, node.pid);
}

/**
 * Waits until one member is the active master, and every member sees the cluster complete.
 * @param {import('./state.mjs').ClusterState} state
 * @throws {EngineError} if that does not happen in time
 */
export async function clusterReady(state) {
  const end = performance.now() + READY_BOUND_MS;
  let last = 'nothing yet';
  while (performance.now() < end) {
    try {
      const rows = await getV1(restV1(state.nodes[0]), '/system-monitoring-information', ANSWER_MS);
      const masters = rows.filter((/** @type {any} */ row) => row.isMaster === 'true').length;
      if (rows.length === state.nodes.length && masters === 1) {
        return;
      }
      last = `${rows.length} of ${state.nodes.length} members, ${masters} active masters`;
    } catch (error) {
      last = String(error);
    }
    await sleep(LOOK_MS);
  }
  throw new EngineError(`The cluster was not complete within ${READY_BOUND_MS / 1000} s: ${last}.`);
}

/**
 * How many workers serve now: running and not frozen.
 * @param {string} dir run directory
 * @param {import('./state.mjs').ClusterState} state
 */
export function servingWorkers(dir, state) {
  return state.nodes.filter((n) => n.role === 'worker' && isOurs(dir, n.name, n.pid) && processState(n.pid) !== 'T')
    .length;
}

/**
 * @param {import('./state.mjs').ClusterState} state
 * @param {import('./state.mjs').NodeState} node
 */
async function restV2Ready(state, node) {
  if (node.httpPort === null) {
    return true;
  }
  const { basicAuth, contextPath } = state.settings;
  const url = `http://127.0.0.1:${node.httpPort}${contextPath}/overview`;
  const answer = await http(url, { timeoutMs: ANSWER_MS, auth: basicAuth ?? undefined });
  return answer.status === 200;
}

/**
 * @param {string} dir
 * @param {import('./state.mjs').NodeState} node
 */
function endedError(dir, node) {
  const text = logOf(dir, node);
  if (PORT_TAKEN.test(text)) {
    return new PortTakenError(
      `${node.name} could not start: one of its ports is taken. Free the port, or start the cluster anew.`
    );
  }
  const shown = text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return new EngineError(
    `${node.name} ended while it started; see ${runPaths(dir).node(node.name).engineLog}. It ended with:\n${shown}`
  );
}

/**
 * What a member has logged since it was started.
 * @param {string} dir
 * @param {import('./state.mjs').NodeState} node
 */
function logOf(dir, node) {
  const paths = runPaths(dir).node(node.name);
  return [paths.engineLog, paths.output].map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n');
}
