// @ts-check
/** The coordinators of the demo: a SeaTunnel with stuck jobs (the simulator, or a real one), and a CloverDX. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFault, startCluster, stopCluster, submitJob } from '../../engines/seatunnel/cluster.mjs';

const DEFAULT_SCENARIO = 'stuck-final-status-lost';
const DEFAULT_CLOVER_SCENARIO = 'clover-outage-recovers';
/** Long enough for the engine to have deployed the tasks of a job that it already calls RUNNING. */
const DEPLOYED_MS = 8_000;

/**
 * @typedef {object} Coordinator
 * @property {string} about a sentence for people
 * @property {string[]} masters REST addresses
 * @property {string[]} workers REST addresses
 * @property {boolean} hasForceStop under whatever version it names
 * @property {string} [control] the simulator's control page
 * @property {() => Promise<unknown>} stop
 */

/**
 * @param {{ engine: boolean, scenario: string | undefined }} options
 * @returns {Promise<Coordinator>}
 */
export function startCoordinator({ engine, scenario }) {
  return engine ? startEngine() : startSimulated(scenario ?? DEFAULT_SCENARIO);
}

/**
 * @param {string} scenario
 * @returns {Promise<Coordinator>}
 */
async function startSimulated(scenario) {
  const { startSimulator } = await import('../../simulator/simulator.mjs');
  const simulator = await startSimulator({ scenario, port: 0, v1Port: 0, controlPort: 0 });
  const addresses = (/** @type {string} */ role) =>
    simulator.members.filter((member) => member.role === role).map((member) => member.restV2 ?? member.restV1);
  return {
    about: `A simulated SeaTunnel, scenario "${scenario}". Its control page: ${simulator.control}`,
    masters: addresses('master'),
    workers: addresses('worker'),
    hasForceStop: false,
    control: simulator.control,
    stop: () => simulator.stop(),
  };
}

/**
 * @typedef {object} Clover
 * @property {string} about a sentence for people
 * @property {string} url what stands before /nodeA/clover and /jolokia/nodeA
 * @property {() => Promise<unknown>} stop
 */

/**
 * A simulated CloverDX cluster, in an outage of the network that begins within the first minute.
 * @param {string | undefined} scenario
 * @returns {Promise<Clover>}
 */
export async function startClover(scenario = DEFAULT_CLOVER_SCENARIO) {
  const { startCloverDX } = await import('../../simulator/simulator.mjs');
  // By the simple HTTP API the nodes' states are shown.
  const simulator = await startCloverDX({ scenario, simpleHttp: true });
  return {
    about: `A simulated CloverDX, scenario "${scenario}". Its control page: ${simulator.control}`,
    url: simulator.url,
    stop: simulator.stop,
  };
}

/**
 * A real cluster with a job whose final status is lost.
 * @returns {Promise<Coordinator>}
 */
async function startEngine() {
  console.log('Starting a real SeaTunnel; the first time, Maven resolves it …');
  const dir = mkdtempSync(path.join(tmpdir(), 'unjam-demo-engine-'));
  const stop = async () => {
    await stopCluster(dir);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      dir,
      version: 'v2',
      forceBackport: true,
      faultAgent: true,
      ownerPid: process.pid,
    });
    const addresses = (/** @type {string} */ role) =>
      cluster.nodes.filter((node) => node.role === role).map((node) => node.restV2 ?? node.restV1);
    const masters = addresses('master');
    await submitJob(dir, { name: 'clickstream to archive' });
    const stuck = await submitJob(dir, { name: 'orders to warehouse' });
    await new Promise((resolve) => setTimeout(resolve, DEPLOYED_MS));
    setFault(dir, true);
    await fetch(`${masters[0]}/stop-job`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jobId: stuck.jobId, isStopWithSavePoint: false }),
    });
    return {
      about: `A real SeaTunnel ${cluster.declaredVersion}: "orders to warehouse" was canceled, and its final status is lost.\nForce stop: ${cluster.testBackport}.`,
      masters,
      workers: addresses('worker'),
      hasForceStop: true,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
