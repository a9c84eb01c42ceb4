// @ts-check
/** What the chapters of the journey share: the engine, the Grafana, the people, the two jobs. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, stopCluster } from '../../engines/seatunnel/cluster.mjs';
import { findBrowser, startBrowser } from '../browser.mjs';
import { startGrafana } from '../grafana.mjs';
import { GrafanaClient } from './client.mjs';
import { signIn } from './page.mjs';
import { createPerson, createServiceAccount } from './people.mjs';
import { startRecorder } from './recorder.mjs';
import { DATA_SOURCE_UID, Unjam } from './unjam.mjs';
import { until } from './until.mjs';

/** The shipped data source polls every 10 s and waits 5 min before a force stop; a journey has less time. */
export const POLL_SECONDS = 3;
export const MIN_CANCELING_AGE_SECONDS = 60;
const STUCK_SECONDS = 30;
export const MASTER_SETTLE_SECONDS = 10;
/** More than the time for which S01 freezes the only master: the worker must not leave it meanwhile. */
const NO_HEARTBEAT_SECONDS = 600;
/** Why an action is sent; it must be nowhere but in the audit trail. */
export const REASON = 'The job hangs since its final status was lost (journey).';
/** Names a job as hostile as SeaTunnel allows: markup, a template of alert rules, a variable of dashboards. */
export const NASTY_NAME = '<img src=x onerror="window.unjamWasHere=1"> {{ .Labels }} $job';
export const ORDERS_NAME = 'orders to warehouse';
/** Is canceled by Ada in the browser, and ends as it should. */
export const CLICKS_NAME = 'clicks to lake';
/** A person may ask for 30 plans a minute (`planLimit` of the guard), and a chapter asks for others too. */
const PLAN_EVERY_MS = 4_000;
/** Two busy cores may keep a page waiting. */
export const PAGE_BOUND_MS = 60_000;

const engines = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '.engine');

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {number} canceledAfter the cancel was sent after this moment, in ms since 1970 …
 * @property {number} canceledBefore … and before this one
 * @property {string} cancelAction id of the action
 */

export class Stage {
  /** Stays CANCELING until the end of the journey: the alert is about it. @type {Job} */
  nasty = { id: '', canceledAfter: 0, canceledBefore: 0, cancelAction: '' };
  /** Is force-stopped by Ada in the browser. @type {Job} */
  orders = { id: '', canceledAfter: 0, canceledBefore: 0, cancelAction: '' };
  engineFolder = path.join(engines, `journey-${process.pid}`);
  /** @type {import('../grafana.mjs').Running | undefined} */
  #grafana;
  /** @type {import('./recorder.mjs').Recorder | undefined} */
  #coordinator;
  /** @type {Awaited<ReturnType<typeof invite>> | undefined} */
  #guests;
  /** @type {Promise<import('playwright-core').Browser> | undefined} */
  #browser;

  /** @param {import('../grafana.mjs').Found} found */
  async open(found) {
    await clearAway();
    const cluster = await startCluster({
      dir: this.engineFolder,
      ownerPid: process.pid,
      forceBackport: true,
      faultAgent: true,
      noHeartbeatSeconds: NO_HEARTBEAT_SECONDS,
    });
    console.log(`The engine: ${cluster.madeOf}. TEST BACK-PORT: ${cluster.testBackport}.`);
    this.#coordinator = await startRecorder(address(cluster, 'master'));
    this.#grafana = await startGrafana(found, {
      coordinatorUrl: this.#coordinator.url,
      workerUrl: address(cluster, 'worker'),
      dataSource: { pollIntervalSeconds: POLL_SECONDS, stuckAfterSeconds: STUCK_SECONDS, forceStopSupport: 'yes' },
      actions: { minCancelingAgeSeconds: MIN_CANCELING_AGE_SECONDS, masterSettleSeconds: MASTER_SETTLE_SECONDS },
    });
    console.log(`The Grafana: ${this.#grafana.about}.`);
    this.#guests = await invite(this.#grafana.admin);
  }

  async close() {
    await (await this.#browser)?.close();
    await this.#grafana?.stop();
    await this.#coordinator?.close();
    await stopCluster(this.engineFolder);
    rmSync(this.engineFolder, { recursive: true, force: true });
  }

  get grafana() {
    return opened(this.#grafana);
  }
  /** The server's administrator. */
  get admin() {
    return this.grafana.admin;
  }
  /** The coordinator as Grafana reaches it, with a log of every request. */
  get coordinator() {
    return opened(this.#coordinator);
  }
  get guests() {
    return opened(this.#guests);
  }
  /** Ada's view: she is an administrator of the organisation. */
  get unjam() {
    return new Unjam(this.guests.ada.client);
  }

  /**
   * Whether a job is one of the journey's: a Grafana of GRAFANA_URL may remember those of the last one.
   * @param {string | undefined} jobId
   */
  isOurs(jobId) {
    return jobId === this.nasty.id || jobId === this.orders.id;
  }

  /** Fails at once where the jobs were not canceled: what comes later would wait in vain. */
  needsCanceled() {
    if (!this.nasty.cancelAction || !this.orders.cancelAction) {
      throw new Error('The jobs were not canceled; see the failures before.');
    }
  }

  /** The stop requests that reached the coordinator. */
  stops() {
    return this.coordinator.log.filter((entry) => entry.path.includes('stop-job'));
  }

  /**
   * Waits until a plan is allowed.
   * @param {import('./unjam.mjs').Kind} kind
   * @param {string} jobId
   * @returns {Promise<any>} the plan
   */
  allowed(kind, jobId) {
    if (kind === 'force-stop') {
      this.needsCanceled();
    }
    /** @type {any} */
    let plan;
    // The cancel before it is verified for 90 s, and only one action of a job may be in flight.
    const boundMs = (90 + MIN_CANCELING_AGE_SECONDS + MASTER_SETTLE_SECONDS) * 1000;
    return until(
      `a ${kind} of ${jobId} is allowed`,
      boundMs,
      async () => {
        plan = await this.unjam.plan(kind, jobId);
        return plan.allowed && plan;
      },
      async () => JSON.stringify(plan.verdicts.filter((/** @type {any} */ one) => one.result === 'block')),
      PLAN_EVERY_MS
    );
  }

  /** @returns {Promise<import('playwright-core').Browser>} */
  browser() {
    this.#browser ??= startBrowser(findBrowser().path ?? '');
    return this.#browser;
  }

  /**
   * A page of Ada's, in a browser of her own.
   * @param {'light' | 'dark'} theme
   * @param {'dashboard' | 'overview'} place
   */
  async adasPage(theme, place) {
    const context = await (
      await this.browser()
    ).newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    await signIn(context, this.grafana.url, this.guests.ada);
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_BOUND_MS);
    const address =
      place === 'overview'
        ? `/a/unjam-jobs-app?theme=${theme}`
        : `/d/unjam-stuck-jobs/stuck-jobs?theme=${theme}&var-ds=${DATA_SOURCE_UID}&refresh=5s`;
    await page.goto(`${this.grafana.url}${address}`);
    return { page, close: () => context.close() };
  }
}

/** Removes what journeys left that were killed. */
async function clearAway() {
  for (const name of existsSync(engines) ? readdirSync(engines) : []) {
    const pid = Number(/^journey-(\d+)$/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) {
      await stopCluster(path.join(engines, name));
      rmSync(path.join(engines, name), { recursive: true, force: true });
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {GrafanaClient} admin */
async function invite(admin) {
  return {
    ada: await createPerson(admin, 'ada', 'Admin'),
    edgar: await createPerson(admin, 'edgar', 'Editor'),
    vera: await createPerson(admin, 'vera', 'Viewer'),
    /** A service account with an Admin's role. */
    robot: await createServiceAccount(admin),
    nobody: new GrafanaClient(admin.url, null),
  };
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

/**
 * @param {Awaited<ReturnType<typeof startCluster>>} cluster
 * @param {string} role
 * @returns {string}
 */
function address(cluster, role) {
  const found = cluster.nodes.find((node) => node.role === role)?.restV1;
  if (!found) {
    throw new Error(`The cluster has no ${role}.`);
  }
  return found;
}
