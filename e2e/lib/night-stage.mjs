// @ts-check
/**
 * What the journeys on the app's pages share: a Grafana with the repository's provisioning, on a simulated SeaTunnel whose
 * jobs hang and on a simulated CloverDX whose nodes lose each other, three people, and somebody's pager.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCloverDX, startSimulator } from '../../simulator/simulator.mjs';
import { findBrowser, startBrowser } from '../browser.mjs';
import { startGrafana } from '../grafana.mjs';
import { Guest } from './guest.mjs';
import { createPerson } from './people.mjs';
import { startRecorder } from './recorder.mjs';
import { Unjam } from './unjam.mjs';
import { until } from './until.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const CLOVER = 'unjam-clover';
/** Each theme has its own job: what was stopped stays stopped. */
export const STORIES = /** @type {const} */ ([
  { theme: 'dark', hangs: 'invoices-to-warehouse' },
  { theme: 'light', hangs: 'returns-cdc-to-lake' },
]);
/** Nobody ends this one: the alert is about it. */
export const WAKES = 'price-updates-to-search';
export const REASON = 'It hangs, and the load must start again tonight.';
/** Ages that a test can wait for. Seconds. */
const QUICK = { pollIntervalSeconds: 2, stuckAfterSeconds: 10 };
const ACTIONS = { masterSettleSeconds: 10, minCancelingAgeSeconds: 30, minRole: 'Editor', secondPerson: 'force-stop' };
/** The network between CloverDX's nodes goes at 40 s of virtual time. */
const CLOVER_BEGUN_MS = 15_000;
const CLOVER_SPEED = 3;
const READ_BOUND_MS = 60_000;
/** A provisioning file with nothing in it. */
const NOTHING = 'apiVersion: 1\n';

/** @typedef {'ada' | 'eddie' | 'vera'} Login */

export class NightStage {
  /** @type {import('../grafana.mjs').Running | undefined} */
  #grafana;
  /** @type {Awaited<ReturnType<typeof startSimulator>> | undefined} */
  #lake;
  /** @type {Awaited<ReturnType<typeof startCloverDX>> | undefined} */
  #clover;
  /** @type {import('./recorder.mjs').Recorder | undefined} */
  #pager;
  /** @type {import('playwright-core').Browser | undefined} */
  #browser;
  /** @type {Record<Login, import('./people.mjs').Person> | undefined} */
  #people;
  /** Errors that no code of a page caught. @type {string[][]} */
  faults = [];

  /** @param {import('../grafana.mjs').Found} found */
  async open(found) {
    this.#lake = await startSimulator({ scenario: 'stuck-final-status-lost' });
    this.#pager = await startRecorder();
    const urls = this.#addresses('master');
    const workerUrls = this.#addresses('worker');
    this.#grafana = await startGrafana(found, {
      coordinatorUrl: urls[0] ?? '',
      workerUrl: workerUrls[0] ?? '',
      dataSource: { ...QUICK, urls, workerUrls },
      actions: ACTIONS,
      // As in a Grafana that nobody has set up for alerts.
      provision: { 'alerting/unjam.yaml': NOTHING },
    });
    console.log(`The Grafana: ${this.#grafana.about}.`);
    const { admin } = this.#grafana;
    this.#people = {
      ada: await createPerson(admin, 'ada', 'Admin'),
      eddie: await createPerson(admin, 'eddie', 'Editor'),
      vera: await createPerson(admin, 'vera', 'Viewer'),
    };
    this.#browser = await startBrowser(findBrowser().path ?? '');
    await until('the jobs are read', READ_BOUND_MS, async () =>
      (await this.unjam.jobs().catch(() => [])).some((row) => row.job_name === WAKES)
    );
    await this.#addClover();
  }

  /** It is looked at from before its outage on: only then is it known what waits. */
  async #addClover() {
    this.#clover = await startCloverDX({ scenario: 'clover-outage-recovers', speed: CLOVER_SPEED });
    this.#clover.world.clock.advance(CLOVER_BEGUN_MS);
    const nodes = this.#clover.nodes.map(({ name, jolokia }) => ({ name, url: jolokia }));
    await this.admin.json('POST', '/api/datasources', {
      uid: CLOVER,
      name: 'Unjam: CloverDX',
      type: 'unjam-coordinator-datasource',
      access: 'proxy',
      jsonData: {
        ...QUICK,
        kind: 'cloverdx',
        clusterId: 'clover',
        urls: this.#clover.nodes.map(({ server }) => server),
        messaging: { source: 'jolokia', windows: true, nodes },
      },
    });
    const clover = new Unjam(this.admin, CLOVER);
    await until('CloverDX is read', READ_BOUND_MS, async () => (await clover.jobs().catch(() => [])).length > 0);
  }

  async close() {
    await this.#browser?.close();
    await this.#grafana?.stop();
    await Promise.all([this.#lake?.stop(), this.#clover?.stop(), this.#pager?.close()]);
  }

  get grafana() {
    return opened(this.#grafana);
  }
  /** The server's administrator. */
  get admin() {
    return this.grafana.admin;
  }
  get people() {
    return opened(this.#people);
  }
  /** Ada's view: she is an administrator of the organisation. */
  get unjam() {
    return new Unjam(this.people.ada.client);
  }
  get world() {
    return opened(this.#lake).world;
  }
  /** Where a contact point can send messages; it keeps them. */
  get pager() {
    return opened(this.#pager);
  }

  /** The stop requests that reached the cluster, oldest first. */
  stops() {
    const requests = opened(this.#lake).requests.select({ method: 'POST', path: 'stop-job' });
    return requests.map(({ body }) => JSON.parse(body));
  }

  /** The master that is not the active one. */
  standby() {
    const active = this.world.settle().activeMaster;
    return opened(this.#lake).members.find(({ role, name }) => role === 'master' && name !== active)?.name ?? '';
  }

  /**
   * A person in a browser of his own.
   * @param {Login} login
   * @param {import('./guest.mjs').Theme} theme
   */
  async guest(login, theme) {
    const guest = await Guest.arrive(opened(this.#browser), this.grafana.url, this.people[login], theme);
    this.faults.push(guest.faults);
    return guest;
  }

  /** Copies the shipped alert rules to Grafana's provisioning, as the docs say. */
  shipRules() {
    copyFileSync(path.join(root, 'provisioning', 'alerting', 'unjam.yaml'), this.#alerting('unjam.yaml'));
  }

  /**
   * Puts contact points and policies into Grafana's provisioning.
   * @param {string} yaml
   */
  provisionNotifications(yaml) {
    writeFileSync(this.#alerting('notifications.yaml'), yaml);
  }

  /** Lets Grafana read its provisioning of alerting again. */
  reload() {
    return this.admin.json('POST', '/api/admin/provisioning/alerting/reload', {});
  }

  /** @param {string} name */
  #alerting(name) {
    return path.join(this.grafana.provisioning, 'alerting', name);
  }

  /** @param {'master' | 'worker'} role */
  #addresses(role) {
    return opened(this.#lake).members.flatMap((member) =>
      member.role === role && member.restV2 ? [member.restV2] : []
    );
  }
}

/**
 * @template T
 * @param {T | undefined} part
 * @returns {T}
 */
function opened(part) {
  if (!part) {
    throw new Error('The stage did not open; see the first failure.');
  }
  return part;
}
