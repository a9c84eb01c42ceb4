// @ts-check
/** A simulated cluster and a workbench on it, for one browser test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UID } from './ask.mjs';
import { startCloverDX, startGeneric, startSimulator } from '../simulator/simulator.mjs';
import { startWorkbench } from './backend.mjs';

/** Ages that a test can wait for, and the least that the data source takes. Seconds. */
export const QUICK = {
  pollIntervalSeconds: 2,
  stuckAfterSeconds: 10,
  actions: { masterSettleSeconds: 10, minCancelingAgeSeconds: 30 },
};

/**
 * @template Simulator
 * @typedef {object} RigOn
 * @property {Simulator} simulator
 * @property {string} url of the workbench
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {RigOn<Awaited<ReturnType<typeof startSimulator>>> & { stops: () => StopRequest[] }} Rig `stops` are the
 *   stop requests that reached the cluster, oldest first
 * @typedef {{ jobId: string, force?: boolean, isStopWithSavePoint?: boolean }} StopRequest
 *
 * @typedef {RigOn<Awaited<ReturnType<typeof startCloverDX>>>} CloverRig
 * @typedef {RigOn<Awaited<ReturnType<typeof startGeneric>>>} GenericRig
 * @typedef {import('../simulator/index.ts').ServedOptions} ServedOptions
 *
 * @typedef {{ uid: string, name: string, jsonData: object }} StoredSource a data source as Grafana stores it
 */

/**
 * SeaTunnel.
 * @param {string} scenario of the simulator
 * @param {object} settings of the data source, beside its addresses
 * @param {object} [options]
 * @param {boolean} [options.asksWorkers] whether the workers' addresses are set, too: only they tell which tasks run
 * @param {StoredSource[]} [options.others] more data sources, after this one
 * @returns {Promise<Rig>}
 */
export async function startRig(scenario, settings, { asksWorkers = false, others = [] } = {}) {
  const simulator = await startSimulator({ scenario });
  const addresses = (/** @type {string} */ wanted) =>
    simulator.members.filter(({ role }) => role === wanted).map(({ restV2 }) => restV2 ?? '');
  const workers = asksWorkers ? ['--worker', addresses('worker').join(',')] : [];
  const flags = [...workers, '--json-data', JSON.stringify(settings)];
  const rig = await rigOn(simulator, addresses('master'), flags, others);
  return {
    ...rig,
    stops: () => simulator.requests.select({ method: 'POST', path: 'stop-job' }).map(({ body }) => JSON.parse(body)),
  };
}

/**
 * CloverDX, with Jolokia on each node.
 * @param {ServedOptions} options of the simulator
 * @param {Record<string, unknown> & { messaging?: object }} settings of the data source, beside its addresses
 * @param {number} [begun] virtual seconds of the scenario that have passed before anybody watches
 * @returns {Promise<CloverRig>}
 */
export async function startCloverRig(options, settings, begun = 0) {
  const simulator = await startCloverDX(options);
  simulator.world.clock.advance(begun * 1000);
  const nodes = simulator.nodes.map(({ name, jolokia }) => ({ name, url: jolokia }));
  const jsonData = {
    ...settings,
    kind: 'cloverdx',
    messaging: { source: 'jolokia', nodes, windows: true, ...settings.messaging },
  };
  const servers = simulator.nodes.map(({ server }) => server);
  return rigOn(simulator, servers, ['--name', 'Unjam: CloverDX', '--json-data', JSON.stringify(jsonData)]);
}

/**
 * A coordinator of the generic contract.
 * @param {ServedOptions} options of the simulator
 * @param {object} settings of the data source, beside its address
 * @param {number} [begun] virtual seconds of the scenario that have passed before anybody watches
 * @returns {Promise<GenericRig>}
 */
export async function startGenericRig(options, settings, begun = 0) {
  const simulator = await startGeneric(options);
  simulator.world.clock.advance(begun * 1000);
  const jsonData = { ...settings, kind: 'generic' };
  return rigOn(simulator, [simulator.base], ['--name', 'Unjam: in-house', '--json-data', JSON.stringify(jsonData)]);
}

/**
 * @template {{ stop(): Promise<void> }} Simulator
 * @param {Simulator} simulator is ended with the rig, and where there is none
 * @param {string[]} addresses of the coordinator
 * @param {string[]} programArguments
 * @param {StoredSource[]} [others] more data sources
 * @returns {Promise<RigOn<Simulator>>}
 */
async function rigOn(simulator, addresses, programArguments, others = []) {
  try {
    const workbench = await withSettings(others, (flags) =>
      startWorkbench(['--coordinator', addresses.join(','), ...flags, ...programArguments])
    );
    const close = async () => {
      await workbench.stop();
      await simulator.stop();
    };
    return { simulator, url: workbench.url, close };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/**
 * Writes the settings file that several data sources need, for as long as it is read.
 * @template T
 * @param {StoredSource[]} others beside the first one, whose settings come by flags
 * @param {(flags: string[]) => Promise<T>} start
 */
async function withSettings(others, start) {
  if (others.length === 0) {
    return start([]);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-rig-'));
  try {
    const file = path.join(folder, 'settings.json');
    // As the workbench has it without a file.
    const first = { uid: UID, name: 'Unjam: SeaTunnel', jsonData: { actions: { enabled: true } } };
    writeFileSync(file, JSON.stringify({ datasources: [first, ...others] }));
    return await start(['--settings', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
