// @ts-check
/**
 * A real SeaTunnel Zeta cluster for tests and the demo: members as separate JVMs on 127.0.0.1, made of
 * jars from Maven. See README.md.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAgent, buildEngine } from './lib/build.mjs';
import { writeHome, writeNode } from './lib/config.mjs';
import { EngineError } from './lib/errors.mjs';
import { jobConfig } from './lib/jobs.mjs';
import { DEFAULT_RUN_DIR, runPaths } from './lib/paths.mjs';
import { freePorts } from './lib/ports.mjs';
import { endMember, isOurs, processState, signalMember, startMember, until } from './lib/processes.mjs';
import { clusterReady, memberReady, PortTakenError, servingWorkers } from './lib/readiness.mjs';
import { http, jobIdFrom, V1_PREFIX } from './lib/rest.mjs';
import { nodeNamed, publicNode, readState, requireState, restV1, writeState } from './lib/state.mjs';
import { progress, requireTools } from './lib/tools.mjs';
import { engineVersion, TEST_BACKPORT } from './lib/versions.mjs';
import { endWatchdog, startWatchdog } from './lib/watchdog.mjs';

export { EngineError, ToolMissingError } from './lib/errors.mjs';

/** Starting anew when somebody took a port in between. */
const START_ATTEMPTS = 3;
/** A stopped process shows as such within ms. */
const SIGNAL_BOUND_MS = 2_000;
/** Submitting includes planning the job. */
const SUBMIT_BOUND_MS = 30_000;

/**
 * @typedef {object} StartOptions
 * @property {string} [dir] run directory
 * @property {string} [version] "2.3.8" (REST v1) or "v2"
 * @property {number} [masters] at least 1; the first one becomes the active master
 * @property {number} [workers] at least 1
 * @property {boolean} [forceBackport] adds the test back-port of force stop
 * @property {boolean} [faultAgent] lets `setFault` work
 * @property {number} [noHeartbeatSeconds] after so many seconds of silence a member is dropped
 * @property {string} [timeZone] of the members
 * @property {string | null} [basicAuth] user:password of REST v2
 * @property {string} [contextPath] of REST v2, e.g. "/seatunnel"
 * @property {number | null} [ownerPid] the cluster stops when this process is gone
 */

/**
 * Starts a cluster and waits until it is complete. Whatever was started is stopped again on failure.
 * @param {StartOptions} [options]
 * @returns {Promise<ReturnType<typeof describe>>}
 * @throws {EngineError} if it does not come up, or one runs in that directory already
 */
export async function startCluster(options = {}) {
  const dir = runPaths(options.dir ?? DEFAULT_RUN_DIR).root;
  const version = engineVersion(options.version ?? '2.3.8');
  const settings = checkedSettings(options, version);
  const counts = { masters: options.masters ?? 1, workers: options.workers ?? 1 };
  if (counts.masters < 1 || counts.workers < 1) {
    throw new EngineError('A cluster needs at least one master and one worker.');
  }
  if (readState(dir)) {
    throw new EngineError(`A cluster was started in ${dir} already: stop it first, or use another --dir.`);
  }
  await requireTools();
  const engine = await buildEngine(version);
  const agentJar = settings.forceBackport || settings.faultAgent ? await buildAgent(engine) : null;

  for (let attempt = 1; ; attempt++) {
    try {
      return await startMembers(dir, version, settings, counts, { engine, agentJar }, options.ownerPid ?? null);
    } catch (error) {
      await stopCluster(dir);
      if (!(error instanceof PortTakenError) || attempt === START_ATTEMPTS) {
        throw error;
      }
      progress('A port was taken in between: starting again with new ports …');
    }
  }
}

/**
 * @param {StartOptions} options
 * @param {import('./lib/versions.mjs').EngineVersion} version
 * @returns {import('./lib/state.mjs').Settings}
 */
function checkedSettings(options, version) {
  const contextPath = (options.contextPath ?? '').replace(/\/+$/, '');
  if (!version.restV2 && (options.basicAuth || contextPath)) {
    throw new EngineError(
      `Engine ${version.name} has no REST v2: leave out --basic-auth and --context-path, or use --version v2.`
    );
  }
  if (options.basicAuth && !/^[^:\s]+:\S+$/.test(options.basicAuth)) {
    throw new EngineError('Basic authentication needs "user:password" without blanks.');
  }
  if (contextPath && !contextPath.startsWith('/')) {
    throw new EngineError('The context path must begin with "/".');
  }
  return {
    forceBackport: options.forceBackport ?? false,
    faultAgent: options.faultAgent ?? false,
    noHeartbeatSeconds: options.noHeartbeatSeconds ?? 60,
    timeZone: options.timeZone ?? 'UTC',
    basicAuth: options.basicAuth ?? null,
    contextPath,
  };
}

/**
 * @param {string} dir
 * @param {import('./lib/versions.mjs').EngineVersion} version
 * @param {import('./lib/state.mjs').Settings} settings
 * @param {{ masters: number, workers: number }} counts
 * @param {{ engine: import('./lib/build.mjs').BuiltEngine, agentJar: string | null }} built
 * @param {number | null} ownerPid
 */
async function startMembers(dir, version, settings, counts, built, ownerPid) {
  const paths = runPaths(dir);
  for (const generated of [paths.nodes, paths.home, paths.checkpoints, paths.loseFinalStatus]) {
    rmSync(generated, { recursive: true, force: true });
  }
  mkdirSync(paths.root, { recursive: true });

  const total = counts.masters + counts.workers;
  const ports = await freePorts(version.restV2 ? 2 * total : total);
  /** @type {import('./lib/state.mjs').NodeState[]} */
  const nodes = ports.slice(0, total).map((hazelcastPort, i) => {
    const isMaster = i < counts.masters;
    return {
      name: isMaster ? `master-${i + 1}` : `worker-${i + 1 - counts.masters}`,
      role: isMaster ? 'master' : 'worker',
      hazelcastPort,
      httpPort: version.restV2 ? ports[total + i] : null,
      pid: 0,
    };
  });
  const id = randomUUID();
  const state = { id, engine: version.name, declaredVersion: '', settings, watchdogPid: 0, nodes };
  writeState(dir, state);
  writeHome(dir, built.engine.connectors);
  const memberPorts = nodes.map((node) => node.hazelcastPort);
  for (const node of nodes) {
    writeNode(dir, node, { memberPorts, classpath: built.engine.classpath, agentJar: built.agentJar, settings });
  }
  if (ownerPid !== null) {
    // Before the first member: an owner killed while the cluster starts leaves nothing behind either.
    state.watchdogPid = startWatchdog(dir, id, ownerPid);
    writeState(dir, state);
  }

  progress(`Starting ${counts.masters} master(s) and ${counts.workers} worker(s) of ${version.description} …`);
  // The member that is there first is the active master: the others wait for it.
  const [first, ...others] = nodes;
  launch(dir, state, first);
  state.declaredVersion = await memberReady(dir, state, first, 0);
  others.forEach((node) => launch(dir, state, node));
  await Promise.all(nodes.map((node) => memberReady(dir, state, node, counts.workers)));
  await clusterReady(state);
  writeState(dir, state);
  return describe(dir, state);
}

/**
 * Starts a member and notes its pid at once, so that stop finds it whatever happens next.
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
  return {
    dir,
    engine: state.engine,
    madeOf: engineVersion(state.engine).description,
    declaredVersion: state.declaredVersion,
    forceBackport: state.settings.forceBackport,
    testBackport: state.settings.forceBackport ? TEST_BACKPORT : null,
    faultAgent: state.settings.faultAgent,
    timeZone: state.settings.timeZone,
    noHeartbeatSeconds: state.settings.noHeartbeatSeconds,
    nodes: state.nodes.map((node) => publicNode(state, node)),
  };
}

/**
 * Stops a cluster, whatever the state of its members, and waits until they are gone. Stopping twice
 * is fine. Logs stay.
 * @param {string} [dir] run directory
 * @returns {Promise<{ dir: string, stopped: string[] }>} names of the members that were running
 * @throws {EngineError} if a process does not end
 */
export async function stopCluster(dir = DEFAULT_RUN_DIR) {
  const paths = runPaths(dir);
  const state = readState(dir);
  if (!state) {
    return { dir: paths.root, stopped: [] };
  }
  const ended = await Promise.all(state.nodes.map((node) => endMember(dir, node)));
  rmSync(paths.loseFinalStatus, { force: true });
  rmSync(paths.state, { force: true });
  endWatchdog(dir, state.watchdogPid);
  return { dir: paths.root, stopped: state.nodes.filter((_, i) => ended[i]).map((node) => node.name) };
}

/**
 * What runs in a directory.
 * @param {string} [dir] run directory
 */
export async function clusterStatus(dir = DEFAULT_RUN_DIR) {
  const paths = runPaths(dir);
  const state = readState(dir);
  if (!state) {
    return { dir: paths.root, running: false, nodes: [] };
  }
  return {
    ...describe(paths.root, state),
    running: true,
    loseFinalStatus: existsSync(paths.loseFinalStatus),
    nodes: state.nodes.map((node) => {
      const alive = isOurs(dir, node.name, node.pid);
      return { ...publicNode(state, node), alive, frozen: alive && processState(node.pid) === 'T' };
    }),
  };
}

/**
 * Submits a job: a fake source that writes slowly to the console. It does not wait for RUNNING.
 * @param {string} dir run directory
 * @param {{ name: string, node?: string, mode?: 'streaming' | 'batch' }} job
 * @returns {Promise<{ jobId: string, jobName: string }>} the id with all its digits
 * @throws {EngineError} if the engine refuses it, or does not answer
 */
export async function submitJob(dir, job) {
  const state = requireState(dir);
  const mode = job.mode ?? 'streaming';
  if (!['streaming', 'batch'].includes(mode)) {
    throw new EngineError(`There is no job mode "${mode}": use streaming or batch.`);
  }
  const node = job.node ? nodeNamed(state, job.node) : servingMaster(dir, state);
  const url = `${restV1(node)}${V1_PREFIX}/submit-job?jobName=${encodeURIComponent(job.name)}`;
  const answer = await http(url, {
    method: 'POST',
    body: JSON.stringify(jobConfig(job.name, mode)),
    timeoutMs: SUBMIT_BOUND_MS,
  }).catch((cause) => {
    throw new EngineError(`${node.name} did not take the job: ${cause.message}`, { cause });
  });
  if (answer.status !== 200) {
    throw new EngineError(`${node.name} refused the job with ${answer.status}: ${answer.body}`);
  }
  return { jobId: jobIdFrom(answer.body), jobName: job.name };
}

/**
 * @param {string} dir
 * @param {import('./lib/state.mjs').ClusterState} state
 */
function servingMaster(dir, state) {
  const node = state.nodes.find(
    (n) => n.role === 'master' && isOurs(dir, n.name, n.pid) && processState(n.pid) !== 'T'
  );
  if (!node) {
    throw new EngineError('No master is running: start one with start-node --node master-1.');
  }
  return node;
}

/**
 * Switches the fault "workers lose the final status of their tasks".
 * @param {string} dir run directory
 * @param {boolean} on
 * @returns {{ loseFinalStatus: boolean }}
 * @throws {EngineError} if the cluster runs without the fault agent
 */
export function setFault(dir, on) {
  const state = requireState(dir);
  if (!state.settings.faultAgent) {
    throw new EngineError('This cluster runs without the fault agent: start it with --fault-agent.');
  }
  const { loseFinalStatus } = runPaths(dir);
  if (on) {
    writeFileSync(loseFinalStatus, '');
  } else {
    rmSync(loseFinalStatus, { force: true });
  }
  return { loseFinalStatus: on };
}

/**
 * Freezes a member (SIGSTOP): it keeps its connections and answers nothing.
 * @param {string} dir run directory
 * @param {string} name node
 */
export async function freezeNode(dir, name) {
  return signalled(dir, name, 'SIGSTOP', (node) => processState(node.pid) === 'T');
}

/**
 * Lets a frozen member go on (SIGCONT).
 * @param {string} dir run directory
 * @param {string} name node
 */
export async function thawNode(dir, name) {
  return signalled(dir, name, 'SIGCONT', (node) => processState(node.pid) !== 'T');
}

/**
 * Kills a member (SIGKILL) and waits until it is gone. It can be started again with `startNode`.
 * @param {string} dir run directory
 * @param {string} name node
 * @throws {EngineError} if it is not running
 */
export async function killNode(dir, name) {
  const state = requireState(dir);
  const node = nodeNamed(state, name);
  if (!(await endMember(dir, node, { atOnce: true }))) {
    throw new EngineError(`${name} is not running: there is nothing to kill.`);
  }
  return { node: name, pid: node.pid, killed: true };
}

/**
 * Starts a member again, with its role and ports, and waits until it serves.
 * @param {string} dir run directory
 * @param {string} name node
 * @throws {EngineError} if it runs already, or does not come up
 */
export async function startNode(dir, name) {
  const state = requireState(dir);
  const node = nodeNamed(state, name);
  if (isOurs(dir, name, node.pid)) {
    throw new EngineError(`${name} runs already (pid ${node.pid}): kill it first.`);
  }
  launch(dir, state, node);
  try {
    await memberReady(dir, state, node, servingWorkers(dir, state));
  } catch (error) {
    await endMember(dir, node, { atOnce: true });
    throw error;
  }
  return publicNode(state, node);
}

/**
 * @param {string} dir
 * @param {string} name
 * @param {NodeJS.Signals} signal
 * @param {(node: import('./lib/state.mjs').NodeState) => boolean} reached
 */
async function signalled(dir, name, signal, reached) {
  const node = nodeNamed(requireState(dir), name);
  signalMember(dir, node, signal);
  if (!(await until(() => reached(node), SIGNAL_BOUND_MS))) {
    throw new EngineError(`${name} (pid ${node.pid}) does not react to ${signal}.`);
  }
  return { node: name, pid: node.pid, frozen: signal === 'SIGSTOP' };
}

/**
 * Runs a function with a cluster of its own and always stops it, also when this process is killed.
 * @template T
 * @param {StartOptions} options `dir` defaults to a new temporary directory, which is removed afterwards
 * @param {(cluster: ReturnType<typeof describe>) => Promise<T>} fn
 * @returns {Promise<T>}
 */
export async function withCluster(options, fn) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'unjam-seatunnel-'));
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
