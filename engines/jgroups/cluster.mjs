// @ts-check
/**
 * A real JGroups cluster for tests and the demo: three JVMs on 127.0.0.1 that exchange events, each with Jolokia and
 * the Prometheus JMX exporter, and with counters of what really arrived. See README.md.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../seatunnel/lib/errors.mjs';
import { GENERATED_DIR, runPaths } from '../seatunnel/lib/paths.mjs';
import { freePorts } from '../seatunnel/lib/ports.mjs';
import { endMember, isOurs, processState, startMember, until } from '../seatunnel/lib/processes.mjs';
import { progress, requireTools } from '../seatunnel/lib/tools.mjs';
import { buildNode } from './lib/build.mjs';
import { writeNode } from './lib/config.mjs';
import { generationOf } from './lib/generations.mjs';
import {
  nodeReady,
  nodeSees,
  NotReadyError,
  PortTakenError,
  setNodeDiscard,
  setNodeRate,
  truthOf,
} from './lib/node-client.mjs';
import { nodeNamed, publicNode, readState, requireState, writeState } from './lib/state.mjs';
import { endWatchdog, startWatchdog } from './lib/watchdog.mjs';

export { EngineError, ToolMissingError } from '../seatunnel/lib/errors.mjs';

/** The run directory if none is given. */
export const DEFAULT_RUN_DIR = join(GENERATED_DIR, 'jgroups');

/** The names of the nodes; the first one is the coordinator, as long as it is there. */
const NODES = ['nodeA', 'nodeB', 'nodeC'];
const PORTS_A_NODE = 4;
/** Starting anew when somebody took a port in between. */
const START_ATTEMPTS = 3;
/** A stopped process shows as such within ms. */
const SIGNAL_BOUND_MS = 2_000;
const LOOK_MS = 200;
/** From suspecting a node to a view without it: the suspicion is verified, and the view is installed. */
const VERIFY_SECONDS = 4;
/** JGroups' name for "everything" does not exist: it is ours. */
const EVERYTHING = '*';

/** What is used where nothing is said. */
const DEFAULTS = {
  generation: 2,
  channel: 'unjam-events',
  /** CloverDX's own default. */
  gcLag: 10_000,
  rate: 20,
  eventBytes: 200,
  excludeAfterSeconds: 8,
};

/**
 * @typedef {object} StartOptions
 * @property {string} [dir] run directory
 * @property {number} [generation] of JGroups: 2 or 5
 * @property {number} [gcLag] generation 2: how many of its sent events a node keeps at least, once all have them
 * @property {number} [rate] events a second that each node sends
 * @property {number} [eventBytes] size of an event
 * @property {number} [excludeAfterSeconds] after so many seconds of silence a node is suspected
 * @property {string} [channel] JGroups' cluster name
 * @property {string | null} [basicAuth] user:password of Jolokia
 * @property {number | null} [ownerPid] the cluster stops when this process is gone
 */

/**
 * Starts a cluster and waits until every node sees all others; then they begin to send. Whatever was started is
 * stopped again on failure.
 * @param {StartOptions} [options]
 * @returns {Promise<ReturnType<typeof describe>>}
 * @throws {EngineError} if it does not come up, or one runs in that directory already
 */
export async function startCluster(options = {}) {
  const dir = runPaths(options.dir ?? DEFAULT_RUN_DIR).root;
  const generation = generationOf(options.generation ?? DEFAULTS.generation);
  const settings = checkedSettings(options, generation);
  if (readState(dir)) {
    throw new EngineError(`A cluster was started in ${dir} already: stop it first, or use another --dir.`);
  }
  await requireTools();
  const built = await buildNode(generation);

  for (let attempt = 1; ; attempt++) {
    try {
      return await startNodes(dir, generation, settings, built, options.ownerPid ?? null);
    } catch (error) {
      await stopCluster(dir);
      const isWorthIt = error instanceof PortTakenError || error instanceof NotReadyError;
      if (!isWorthIt || attempt === START_ATTEMPTS) {
        throw error;
      }
      progress(`${error.message} Starting again with new ports …`);
    }
  }
}

/**
 * @param {StartOptions} options
 * @param {import('./lib/generations.mjs').Generation} generation
 * @returns {import('./lib/state.mjs').Settings}
 */
function checkedSettings(options, generation) {
  if (!generation.hasSentLimit && options.gcLag !== undefined) {
    throw new EngineError(`JGroups ${generation.version} has no gc_lag: leave out --gc-lag, or use --generation 2.`);
  }
  if (options.basicAuth && !/^[^:\s]+:\S+$/.test(options.basicAuth)) {
    throw new EngineError('Basic authentication needs "user:password" without blanks.');
  }
  const channel = options.channel ?? DEFAULTS.channel;
  if (!/^[\w.-]+$/.test(channel)) {
    throw new EngineError('The channel needs a name of letters, digits, ".", "_" and "-".');
  }
  return {
    channel,
    gcLag: generation.hasSentLimit ? (options.gcLag ?? DEFAULTS.gcLag) : null,
    rate: options.rate ?? DEFAULTS.rate,
    eventBytes: options.eventBytes ?? DEFAULTS.eventBytes,
    excludeAfterSeconds: options.excludeAfterSeconds ?? DEFAULTS.excludeAfterSeconds,
    basicAuth: options.basicAuth ?? null,
  };
}

/**
 * @param {string} dir
 * @param {import('./lib/generations.mjs').Generation} generation
 * @param {import('./lib/state.mjs').Settings} settings
 * @param {import('./lib/build.mjs').BuiltNode} built
 * @param {number | null} ownerPid
 */
async function startNodes(dir, generation, settings, built, ownerPid) {
  const paths = runPaths(dir);
  rmSync(paths.nodes, { recursive: true, force: true });
  mkdirSync(paths.root, { recursive: true });
  const ports = await freePorts(PORTS_A_NODE * NODES.length);
  const nodes = NODES.map((name, i) => {
    const [groupPort, jolokiaPort, exporterPort, controlPort] = ports.slice(PORTS_A_NODE * i);
    return { name, groupPort, jolokiaPort, exporterPort, controlPort, pid: 0 };
  });
  const id = randomUUID();
  const state = { id, generation: generation.number, settings, watchdogPid: 0, nodes };
  writeState(dir, state);
  nodes.forEach((node) => writeNode(dir, state, node, built));
  if (ownerPid !== null) {
    // Before the first node: an owner killed while the cluster starts leaves nothing behind either.
    state.watchdogPid = startWatchdog(dir, id, ownerPid);
    writeState(dir, state);
  }

  progress(`Starting ${nodes.length} nodes on JGroups ${generation.version} …`);
  // One founds the group before the others look for it: several founders would have to be merged.
  const [first, ...others] = nodes;
  launch(dir, state, first);
  await nodeReady(dir, first);
  others.forEach((node) => launch(dir, state, node));
  await Promise.all(nodes.map((node) => nodeSees(dir, node, NODES)));
  // Only now, so that every event's number is known to everybody from the first one on.
  await Promise.all(nodes.map((node) => setNodeRate(node, settings.rate)));
  return describe(dir, state);
}

/**
 * Starts a node and notes its pid at once, so that stop finds it whatever happens next.
 * @param {string} dir
 * @param {import('./lib/state.mjs').ClusterState} state
 * @param {import('./lib/state.mjs').NodeState} node
 */
function launch(dir, state, node) {
  if (readState(dir)?.id !== state.id) {
    throw new EngineError('The cluster was stopped while it started.');
  }
  node.pid = startMember(dir, node.name);
  writeState(dir, state);
}

/**
 * What `start` and `status` say about a cluster.
 * @param {string} dir
 * @param {import('./lib/state.mjs').ClusterState} state
 */
function describe(dir, state) {
  const generation = generationOf(state.generation);
  const { basicAuth, ...settings } = state.settings;
  return {
    dir,
    generation: generation.number,
    jgroups: generation.version,
    protocol: generation.protocol,
    ...settings,
    basicAuth: basicAuth !== null,
    nodes: state.nodes.map(publicNode),
  };
}

/**
 * Stops a cluster, whatever the state of its nodes, and waits until they are gone. Stopping twice is fine. Logs stay.
 * @param {string} [dir] run directory
 * @returns {Promise<{ dir: string, stopped: string[] }>} names of the nodes that were running
 * @throws {EngineError} if a process does not end
 */
export async function stopCluster(dir = DEFAULT_RUN_DIR) {
  const paths = runPaths(dir);
  const state = readState(dir);
  if (!state) {
    return { dir: paths.root, stopped: [] };
  }
  const ended = await Promise.all(state.nodes.map((node) => endNode(dir, node)));
  rmSync(paths.state, { force: true });
  endWatchdog(dir, state.watchdogPid);
  return { dir: paths.root, stopped: state.nodes.filter((_, i) => ended[i]).map((node) => node.name) };
}

/**
 * What runs in a directory, with the ground truth of every node that answers.
 * @param {string} [dir] run directory
 */
export async function clusterStatus(dir = DEFAULT_RUN_DIR) {
  const paths = runPaths(dir);
  const state = readState(dir);
  if (!state) {
    return { dir: paths.root, running: false, nodes: [] };
  }
  const nodes = await Promise.all(
    state.nodes.map(async (node) => {
      const alive = isOurs(dir, node.name, node.pid);
      const frozen = alive && processState(node.pid) === 'T';
      // A node that is asked while it starts or is cut off does not tell: that is no failure of the command.
      const truth = alive && !frozen ? await truthOf(node).catch(() => null) : null;
      return { ...publicNode(node), alive, frozen, truth };
    })
  );
  return { ...describe(paths.root, state), running: true, nodes };
}

/**
 * Sets how many events a second a node sends, or all nodes.
 * @param {string} dir run directory
 * @param {number} perSecond 0 and more, fractions too
 * @param {string} [name] node; all that answer if not given
 */
export async function setRate(dir, perSecond, name) {
  const state = requireState(dir);
  const nodes = name === undefined ? state.nodes : [nodeNamed(state, name)];
  await Promise.all(nodes.map((node) => setNodeRate(node, perSecond)));
  return { nodes: nodes.map((node) => node.name), rate: perSecond };
}

/**
 * Freezes a node (SIGSTOP): it keeps its connections and answers nothing, neither JGroups nor HTTP.
 * @param {string} dir run directory
 * @param {string} name node
 */
export async function freezeNode(dir, name) {
  return signalled(dir, name, 'SIGSTOP', (node) => processState(node.pid) === 'T');
}

/**
 * Lets a frozen node go on (SIGCONT).
 * @param {string} dir run directory
 * @param {string} name node
 */
export async function thawNode(dir, name) {
  return signalled(dir, name, 'SIGCONT', (node) => processState(node.pid) !== 'T');
}

/**
 * Cuts nodes off from each other by JGroups' DISCARD, while their HTTP still answers: a node from all others, or two
 * from each other.
 * @param {string} dir run directory
 * @param {string} name node
 * @param {{ peer?: string, oneWay?: boolean }} [options] `oneWay`: only `name` drops what comes from `peer`
 */
export async function discard(dir, name, options = {}) {
  return cut(dir, 'discard', name, options);
}

/**
 * Ends what `discard` began: everything that a node drops, or what two drop of each other.
 * @param {string} dir run directory
 * @param {string} name node
 * @param {{ peer?: string, oneWay?: boolean }} [options] as in `discard`
 */
export async function undiscard(dir, name, options = {}) {
  return cut(dir, 'undiscard', name, options);
}

/**
 * @param {string} dir
 * @param {'discard' | 'undiscard'} what
 * @param {string} name
 * @param {{ peer?: string, oneWay?: boolean }} options
 */
async function cut(dir, what, name, options) {
  const state = requireState(dir);
  const node = nodeNamed(state, name);
  if (options.peer === undefined) {
    const { discarding } = await setNodeDiscard(node, what, EVERYTHING);
    return { discarding: { [name]: discarding } };
  }
  const peer = nodeNamed(state, options.peer);
  if (peer === node) {
    throw new EngineError(`${name} cannot be cut off from itself: give another node as --peer.`);
  }
  const truths = [await setNodeDiscard(node, what, peer.name)];
  if (!options.oneWay) {
    truths.push(await setNodeDiscard(peer, what, name));
  }
  return { discarding: Object.fromEntries(truths.map((truth) => [truth.node, truth.discarding])) };
}

/**
 * Kills a node (SIGKILL) and starts it anew on the same ports, with the rate of the start. It returns when the new one
 * is a member, of the others' group or, while they cannot be reached, of one of its own.
 * @param {string} dir run directory
 * @param {string} name node
 */
export async function restartNode(dir, name) {
  const state = requireState(dir);
  const node = nodeNamed(state, name);
  await endNode(dir, node, { atOnce: true });
  await missed(state, name);
  launch(dir, state, node);
  try {
    await nodeReady(dir, node);
    const { startTime } = await setNodeRate(node, state.settings.rate);
    return { ...publicNode(node), startTime };
  } catch (error) {
    await endNode(dir, node, { atOnce: true });
    throw error;
  }
}

/**
 * Waits until no other node has a killed one in its view, or for as long as that takes at most. One that comes back
 * earlier may found a group of its own, which is merged with the others' only later.
 * @param {import('./lib/state.mjs').ClusterState} state
 * @param {string} name
 */
async function missed(state, name) {
  const others = state.nodes.filter((node) => node.name !== name);
  const end = performance.now() + (state.settings.excludeAfterSeconds + VERIFY_SECONDS) * 1000;
  while (performance.now() < end) {
    // One that does not answer (frozen, killed) has no say.
    const views = await Promise.all(others.map((node) => truthOf(node).catch(() => null)));
    if (!views.some((truth) => truth?.members.includes(name))) {
      return;
    }
    await sleep(LOOK_MS);
  }
}

/**
 * @param {string} dir
 * @param {string} name
 * @param {NodeJS.Signals} signal
 * @param {(node: import('./lib/state.mjs').NodeState) => boolean} reached
 */
async function signalled(dir, name, signal, reached) {
  const node = nodeNamed(requireState(dir), name);
  if (!isOurs(dir, name, node.pid)) {
    throw new EngineError(`${name} is not running: start it with restart --node ${name}.`);
  }
  process.kill(node.pid, signal);
  if (!(await until(() => reached(node), SIGNAL_BOUND_MS))) {
    throw new EngineError(`${name} (pid ${node.pid}) does not react to ${signal}.`);
  }
  return { node: name, pid: node.pid, frozen: signal === 'SIGSTOP' };
}

/**
 * @param {string} dir
 * @param {import('./lib/state.mjs').NodeState} node
 * @param {{ atOnce?: boolean }} [options] `atOnce`: SIGKILL without a chance to say goodbye
 */
function endNode(dir, node, options) {
  // SeaTunnel's member is ended by name and pid as well; its role and ports say nothing here.
  const process = { name: node.name, pid: node.pid, role: /** @type {const} */ ('worker'), httpPort: null };
  return endMember(dir, { ...process, hazelcastPort: node.groupPort }, options);
}

/**
 * Runs a function with a cluster of its own and always stops it, also when this process is killed.
 * @template T
 * @param {StartOptions} options `dir` defaults to a new temporary directory, which is removed afterwards
 * @param {(cluster: ReturnType<typeof describe>) => Promise<T>} fn
 * @returns {Promise<T>}
 */
export async function withCluster(options, fn) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'unjam-jgroups-'));
  try {
    const cluster = await startCluster({ ...options, dir, ownerPid: process.pid });
    try {
      return await fn(cluster);
    } finally {
      await stopCluster(dir);
    }
  } finally {
    if (!options.dir) {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}
