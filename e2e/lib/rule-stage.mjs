// @ts-check
/** Simulated coordinators with faults, as data sources of a Grafana, each with the alert rules of the Setup page. */
import { tsImport } from 'tsx/esm/api';
import { parse } from 'yaml';
import { startCloverDX, startGeneric, startSimulator } from '../../simulator/simulator.mjs';
import { Unjam } from './unjam.mjs';
import { until } from './until.mjs';

/** Grafana's own step: it evaluates nothing more often. */
const INTERVAL_SECONDS = 10;
const POLL_SECONDS = 2;
const STUCK_SECONDS = 10;
/** The loss comes some seconds after the rules are loaded, and the overflow half a minute later. */
const CLOVER_SPEED = 10;
/** Below the rule's limit of 10 minutes, so that it fires with the loss, and longer than anybody looks. */
const INBOUND_TIMEOUT_SECONDS = 300;
const READ_BOUND_MS = 60_000;
const FOLDER = 'unjam-rule-stage';
const { rulesYaml } = await tsImport('../../src/alerting/texts.ts', import.meta.url);

/**
 * @typedef {'stuck' | 'split' | 'skewed' | 'clover' | 'inhouse'} Source uid of a data source
 * @typedef {{ uid: string, state: string, health: string, lastError?: string, alerts: { labels: Record<string, string>, annotations: Record<string, string> }[] }} Evaluated
 *   a rule as Grafana shows it
 */

/** @type {Record<Source, 'seatunnel' | 'cloverdx' | 'generic'>} */
export const SOURCES = {
  stuck: 'seatunnel',
  split: 'seatunnel',
  skewed: 'seatunnel',
  clover: 'cloverdx',
  inhouse: 'generic',
};

/**
 * Starts the coordinators, makes the data sources, waits for the first reading, and loads the rules as they are shipped
 * but for two things: they are evaluated every 10 s, and "for" is 10 s where it is minutes.
 * @param {import('./client.mjs').GrafanaClient} admin
 */
export async function openRuleStage(admin) {
  const names = /** @type {Source[]} */ (Object.keys(SOURCES));
  const starting = {
    stuck: seatunnel('stuck-final-status-lost'),
    split: seatunnel('split-cluster'),
    skewed: seatunnel('clock-off'),
    clover: clover(),
    inhouse: inHouse(),
  };
  const started = Object.values(await Promise.allSettled(Object.values(starting)));
  const close = async () => {
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
    for (const name of names) {
      await admin.send('DELETE', `/api/v1/provisioning/folder/${FOLDER}/rule-groups/unjam-${name}`);
      await admin.send('DELETE', `/api/datasources/uid/${name}`);
    }
    await admin.send('DELETE', `/api/folders/${FOLDER}`);
  };
  try {
    for (const name of names) {
      const { jsonData } = await starting[name];
      await admin.json('POST', '/api/datasources', {
        uid: name,
        name: `rules ${name}`,
        type: 'unjam-coordinator-datasource',
        access: 'proxy',
        jsonData: { clusterId: name, pollIntervalSeconds: POLL_SECONDS, stuckAfterSeconds: STUCK_SECONDS, ...jsonData },
      });
    }
    await Promise.all(names.map((name) => read(new Unjam(admin, name))));
    await admin.json('POST', '/api/folders', { uid: FOLDER, title: FOLDER });
    for (const name of names) {
      await load(admin, name);
    }
    (await starting.clover).hurry();
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/**
 * The rules of the stage as they were evaluated last, by uid.
 * @param {import('./client.mjs').GrafanaClient} admin
 * @returns {Promise<Map<string, Evaluated>>}
 */
export async function evaluated(admin) {
  const { data } = await admin.json('GET', `/api/prometheus/grafana/api/v1/rules?folder_uid=${FOLDER}`);
  return new Map(
    data.groups
      .flatMap((/** @type {any} */ group) => group.rules)
      .filter((/** @type {any} */ rule) => !rule.lastEvaluation.startsWith('0001'))
      .map((/** @type {any} */ rule) => [rule.uid, rule])
  );
}

/** @param {string} scenario */
async function seatunnel(scenario) {
  const simulator = await startSimulator({ scenario });
  const of = (/** @type {string} */ role) =>
    simulator.members.flatMap((member) => (member.role === role && member.restV2 ? [member.restV2] : []));
  const jsonData = { kind: 'seatunnel', urls: of('master'), workerUrls: of('worker'), timeZone: 'UTC' };
  return { jsonData, stop: () => simulator.stop() };
}

async function clover() {
  const simulator = await startCloverDX({ scenario: 'clover-outage-overflows' });
  const nodes = simulator.nodes.map(({ name, jolokia }) => ({ name, url: jolokia }));
  const messaging = { source: 'jolokia', windows: true, inboundTimeoutSeconds: INBOUND_TIMEOUT_SECONDS, nodes };
  const jsonData = { kind: 'cloverdx', urls: simulator.nodes.map(({ server }) => server), messaging };
  return { jsonData, stop: () => simulator.stop(), hurry: () => simulator.world.clock.setSpeed(CLOVER_SPEED) };
}

async function inHouse() {
  const simulator = await startGeneric({ scenario: 'generic-stuck' });
  return { jsonData: { kind: 'generic', urls: [simulator.base] }, stop: () => simulator.stop() };
}

/** @param {Unjam} unjam */
function read(unjam) {
  return until(`${unjam.uid} has been read`, READ_BOUND_MS, async () => {
    await unjam.health();
    const [age] = await unjam.metric('poll_age_seconds');
    const [states] = await unjam.metric('jobs').catch(() => []);
    return age !== undefined && states !== undefined && age.value < 2 * POLL_SECONDS;
  });
}

/**
 * @param {import('./client.mjs').GrafanaClient} admin
 * @param {Source} name
 */
async function load(admin, name) {
  const [group] = parse(rulesYaml({ uid: name, name, kind: SOURCES[name] })).groups;
  const rules = group.rules.map((/** @type {any} */ { dashboardUid, panelId, ...rule }) => ({
    ...rule,
    orgID: 1,
    folderUID: FOLDER,
    ruleGroup: group.name,
    for: rule.for === '0s' ? '0s' : `${INTERVAL_SECONDS}s`,
  }));
  await admin.json('PUT', `/api/v1/provisioning/folder/${FOLDER}/rule-groups/${group.name}`, {
    title: group.name,
    folderUid: FOLDER,
    interval: INTERVAL_SECONDS,
    rules,
  });
}
