// @ts-check
/** A simulated cluster and a workbench on it, for one browser test. */
import { startSimulator } from '../simulator/simulator.mjs';
import { startWorkbench } from './backend.mjs';

/** Ages that a test can wait for, and the least that the data source takes. Seconds. */
export const QUICK = {
  pollIntervalSeconds: 2,
  stuckAfterSeconds: 10,
  actions: { masterSettleSeconds: 10, minCancelingAgeSeconds: 30 },
};

/**
 * @typedef {object} Rig
 * @property {Awaited<ReturnType<typeof startSimulator>>} simulator
 * @property {string} url of the workbench
 * @property {() => StopRequest[]} stops the stop requests that reached the cluster, oldest first
 * @property {() => Promise<void>} close
 *
 * @typedef {{ jobId: string, force?: boolean, isStopWithSavePoint?: boolean }} StopRequest
 */

/**
 * @param {string} scenario of the simulator
 * @param {object} settings of the data source, beside its addresses
 * @returns {Promise<Rig>}
 */
export async function startRig(scenario, settings) {
  const simulator = await startSimulator({ scenario });
  try {
    const masters = simulator.members.filter(({ role }) => role === 'master').map(({ restV2 }) => restV2);
    const jsonData = JSON.stringify(settings);
    const workbench = await startWorkbench(['--coordinator', masters.join(','), '--json-data', jsonData]);
    return {
      simulator,
      url: workbench.url,
      stops: () => simulator.requests.select({ method: 'POST', path: 'stop-job' }).map(({ body }) => JSON.parse(body)),
      close: async () => {
        await workbench.stop();
        await simulator.stop();
      },
    };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}
