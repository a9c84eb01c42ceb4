// @ts-check
/** What shows the jobs: a Grafana, or the workbench where there is none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findGrafana, startGrafana } from '../../e2e/grafana.mjs';
import { buildBackend, startWorkbench } from '../../workbench/backend.mjs';
import { buildPlugin, buildWorkbench } from './build.mjs';
import { chooseScreen } from './choice.mjs';
import { addClover, CLOVER_DASHBOARD_UID, cloverSource } from './clover.mjs';

/** @typedef {import('./coordinator.mjs').Coordinator} Coordinator */
/** @typedef {import('./coordinator.mjs').Clover} Clover */
/**
 * @typedef {object} Screen
 * @property {string} about a sentence for people
 * @property {string} url
 * @property {string} login a line, or nothing
 * @property {string[]} toTry
 * @property {() => Promise<unknown>} stop
 */

/** Nobody waits five minutes in a demo: the least that the policy takes, and a short settling time. */
const DEMO_ACTIONS = { enabled: true, minRole: 'Admin', minCancelingAgeSeconds: 30, masterSettleSeconds: 10 };
const POLL_SECONDS = 5;
/** The least that the data source takes: the threshold of three minutes would show nothing in the first ones. */
const STUCK_AFTER_SECONDS = 10;
const CLOVER_TO_SEE =
  'a node is lost for ten minutes; see what is undelivered, until when waiting helps, and what hangs.';
/** The demo's Grafana listens on this machine only and is gone afterwards. */
const DEMO_PASSWORD = 'admin';

/**
 * @param {Coordinator} coordinator
 * @param {Clover} clover
 * @param {{ workbench: boolean, port: number }} options
 * @returns {Promise<Screen>}
 */
export async function openScreen(coordinator, clover, { workbench, port }) {
  const choice = chooseScreen({ workbench, grafana: findGrafana(), platform: process.platform });
  switch (choice.kind) {
    case 'workbench':
      return openWorkbench(coordinator, clover, port, choice.why);
    case 'theirs':
      return explainProvisioning(choice.url, coordinator, clover);
    case 'own':
      return openGrafana(choice.found, coordinator, clover, port);
  }
}

/** @param {Coordinator} coordinator */
function dataSource(coordinator) {
  return {
    urls: coordinator.masters,
    workerUrls: coordinator.workers,
    pollIntervalSeconds: POLL_SECONDS,
    stuckAfterSeconds: STUCK_AFTER_SECONDS,
    forceStopSupport: coordinator.hasForceStop ? 'yes' : 'auto',
  };
}

/** @param {Clover} clover */
function cloverDataSource(clover) {
  const settings = { pollIntervalSeconds: POLL_SECONDS, stuckAfterSeconds: STUCK_AFTER_SECONDS };
  return cloverSource(clover.url, settings, DEMO_ACTIONS);
}

/**
 * @param {Parameters<typeof startGrafana>[0]} found
 * @param {Coordinator} coordinator
 * @param {Clover} clover
 * @param {number} port
 * @returns {Promise<Screen>}
 */
async function openGrafana(found, coordinator, clover, port) {
  await buildPlugin(found.kind === 'docker' ? 'linux' : process.platform);
  console.log('Starting Grafana …');
  const grafana = await startGrafana(found, {
    coordinatorUrl: coordinator.masters[0] ?? '',
    workerUrl: coordinator.workers[0] ?? '',
    dataSource: dataSource(coordinator),
    actions: DEMO_ACTIONS,
    port,
    password: DEMO_PASSWORD,
  });
  try {
    await addClover(grafana.admin, cloverDataSource(clover));
  } catch (error) {
    await grafana.stop();
    throw error;
  }
  return {
    about: `${grafana.about}, with Unjam, its dashboards and its alert rules.`,
    url: `${grafana.url}/d/unjam-stuck-jobs`,
    login: `  Login: admin / ${DEMO_PASSWORD}\n`,
    toTry: [
      'Look at the stuck jobs, and how their age is known.',
      'Press "Force stop job…" on one of them: read the plan, type the phrase and a reason, and see what is proven.',
      `Wait three minutes: the rule "Job stuck in CANCELING" fires at ${grafana.url}/alerting/list`,
      `Open ${grafana.url}/d/${CLOVER_DASHBOARD_UID}: ${CLOVER_TO_SEE}`,
    ],
    stop: grafana.stop,
  };
}

/**
 * A Grafana that runs already is somebody's: nothing is changed in it.
 * @param {string} url
 * @param {Coordinator} coordinator
 * @param {Clover} clover
 * @returns {Promise<Screen>}
 */
async function explainProvisioning(url, coordinator, clover) {
  await buildPlugin();
  const lines = (/** @type {string[]} */ addresses) => addresses.map((address) => `          - ${address}`).join('\n');
  return {
    about: `GRAFANA_URL is set. To see the jobs in that Grafana, copy dist/ into its plugins folder as unjam-jobs-app, allow
unjam-jobs-app, unjam-coordinator-datasource, unjam-stuckjobs-panel and unjam-delivery-panel under
allow_loading_unsigned_plugins, copy provisioning/dashboards and provisioning/alerting, and provision this data source:

    apiVersion: 1
    datasources:
      - name: 'Unjam: SeaTunnel'
        uid: unjam-seatunnel
        type: unjam-coordinator-datasource
        jsonData:
          kind: seatunnel
          clusterId: seatunnel-demo
          urls:
${lines(coordinator.masters)}
          workerUrls:
${lines(coordinator.workers)}
          forceStopSupport: ${coordinator.hasForceStop ? "'yes'" : 'auto'}
          actions: { enabled: true, minRole: Admin }

and, for CloverDX, what is in provisioning/cloverdx, with UNJAM_CLOVERDX_URL=${clover.url}`,
    url: `${url}/d/unjam-stuck-jobs`,
    login: '',
    toTry: [
      'Restart that Grafana, and open the dashboard "Unjam: stuck jobs".',
      'Press "Force stop job…" on a job that has been CANCELING for five minutes.',
      'Look at the rule "Job stuck in CANCELING" under Alerting.',
    ],
    stop: async () => {},
  };
}

/**
 * @param {Coordinator} coordinator
 * @param {Clover} clover
 * @param {number} port
 * @param {string} why there is no Grafana
 * @returns {Promise<Screen>}
 */
async function openWorkbench(coordinator, clover, port, why) {
  await buildWorkbench();
  await buildBackend();
  const seatunnel = {
    uid: 'unjam-seatunnel',
    name: 'Unjam: SeaTunnel',
    jsonData: { ...dataSource(coordinator), clusterId: 'seatunnel-demo', actions: DEMO_ACTIONS },
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-demo-settings-'));
  const settings = path.join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ datasources: [seatunnel, cloverDataSource(clover)] }));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startWorkbench(['--port', String(port), '--settings', settings]);
    return {
      about: `The workbench shows Unjam's own pages and panels without Grafana (${why}): no alerting, no Grafana security.`,
      url: server.url,
      login: '  Who is signed in is a switch at the top of the page.\n',
      toTry: [
        'Look at the stuck jobs, and how their age is known.',
        'Press "Force stop job…" on one of them: read the plan, type the phrase and a reason, and see what is proven.',
        'Switch to the Viewer at the top: the buttons say why not.',
        `Choose "CloverDX (demo)" as the coordinator: ${CLOVER_TO_SEE}`,
      ],
      stop: server.stop,
    };
  } finally {
    // The server has read it when it says where it is.
    forget();
  }
}
