// @ts-check
/** The demo's data source for CloverDX, its dashboard and its alert rules, as they are provisioned. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/children.mjs';

const FOLDER = path.join(root, 'provisioning', 'cloverdx');
/** The variable that the files name. */
const VARIABLE = 'UNJAM_CLOVERDX_URL';
/** The folder of Grafana with Unjam's rules and dashboards, and its uid where nobody made it yet. */
const [OUR_FOLDER, OUR_FOLDER_UID] = ['Unjam', 'unjam-rules'];
/** The uid of the dashboard for CloverDX. */
export const CLOVER_DASHBOARD_UID = 'unjam-cloverdx';

/** @typedef {import('../../e2e/lib/client.mjs').GrafanaClient} GrafanaClient */
/** @typedef {{ uid: string, name: string, type: string, access: string, jsonData: Record<string, any> }} Source */

/**
 * The provisioned data source, pointed at a cluster.
 * @param {string} url what stands before /nodeA/clover
 * @param {Record<string, unknown>} [settings] changes of jsonData
 * @param {Record<string, unknown>} [actions] changes of its actions
 * @returns {Source}
 */
export function cloverSource(url, settings = {}, actions = {}) {
  const text = readFileSync(path.join(FOLDER, 'datasources', 'unjam-cloverdx.yaml'), 'utf8');
  const [source] = parse(text.replaceAll(`\${${VARIABLE}}`, url)).datasources;
  const jsonData = { ...source.jsonData, ...settings, actions: { ...source.jsonData.actions, ...actions } };
  return { uid: source.uid, name: source.name, type: source.type, access: source.access, jsonData };
}

/**
 * Adds the data source, its dashboard and its alert rules to a Grafana that was started for the demo.
 * @param {GrafanaClient} admin
 * @param {Source} source
 */
export async function addClover(admin, source) {
  await admin.json('POST', '/api/datasources', source);
  const folderUID = await ourFolder(admin);
  await admin.json('POST', '/api/dashboards/db', {
    dashboard: cloverDashboard(),
    folderUid: folderUID,
    overwrite: true,
  });
  for (const { name, interval, rules } of ruleGroups()) {
    await admin.json('PUT', `/api/v1/provisioning/folder/${folderUID}/rule-groups/${name}`, {
      title: name,
      folderUid: folderUID,
      interval: secondsOf(interval),
      rules: rules.map((rule) => ({ ...rule, orgID: 1, folderUID, ruleGroup: name })),
    });
  }
}

/** The dashboard as its file has it. */
function cloverDashboard() {
  return JSON.parse(readFileSync(path.join(FOLDER, 'dashboards', `${CLOVER_DASHBOARD_UID}.json`), 'utf8'));
}

/**
 * The alert rules as their file has them.
 * @returns {Array<{ name: string, interval: string, rules: object[] }>}
 */
function ruleGroups() {
  return parse(readFileSync(path.join(FOLDER, 'alerting', 'unjam-delivery.yaml'), 'utf8'), { merge: true }).groups;
}

/** @param {string} interval such as 30s or 1m */
function secondsOf(interval) {
  const [, number = '', unit] = /^(\d+)([sm])$/.exec(interval) ?? [];
  return Number(number) * (unit === 'm' ? 60 : 1);
}

/**
 * The uid of Unjam's folder; what is provisioned beside this has made it.
 * @param {GrafanaClient} admin
 * @returns {Promise<string>}
 */
async function ourFolder(admin) {
  /** @type {Array<{ uid: string, title: string }>} */
  const folders = await admin.json('GET', '/api/folders');
  const found = folders.find(({ title }) => title === OUR_FOLDER);
  return found ? found.uid : (await admin.json('POST', '/api/folders', { uid: OUR_FOLDER_UID, title: OUR_FOLDER })).uid;
}
