// @ts-check
/** What the journey asks of Unjam's data source, as one user. */
import { until } from './until.mjs';

/** The data source of provisioning/datasources/unjam.yaml. */
export const DATA_SOURCE_UID = 'unjam-seatunnel';
/** A verification lasts up to 90 s. */
const SETTLED_BOUND_MS = 120_000;

/**
 * @typedef {'cancel' | 'force-stop'} Kind
 * @typedef {import('./client.mjs').GrafanaClient} GrafanaClient
 */

export class Unjam {
  /**
   * @param {GrafanaClient} client whose identity asks
   * @param {string} [uid] of the data source
   */
  constructor(client, uid = DATA_SOURCE_UID) {
    this.client = client;
    this.uid = uid;
  }

  /** @param {string} route of the resource API, without the slash at its beginning */
  path(route) {
    return `/api/datasources/uid/${this.uid}/resources/${route}`;
  }

  /**
   * @param {string} method
   * @param {string} route
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   */
  send(method, route, body, headers) {
    return this.client.send(method, this.path(route), body, headers);
  }

  /**
   * @param {Kind} kind
   * @param {string} jobId
   * @returns {Promise<any>} the plan
   */
  plan(kind, jobId) {
    return this.client.json('POST', this.path('actions'), { action: kind, jobId }, { 'X-Unjam-Intent': kind });
  }

  /**
   * Confirms a plan with its phrase, all its warnings acknowledged.
   * @param {any} plan
   * @param {string} reason
   * @returns {Promise<any>} the action
   */
  confirm(plan, reason) {
    const acknowledged = plan.verdicts
      .filter((/** @type {any} */ verdict) => verdict.result === 'warn')
      .map((/** @type {any} */ verdict) => verdict.guard);
    return this.client.json(
      'POST',
      this.path(`actions/${plan.id}/confirm`),
      { phrase: plan.phrase, reason, acknowledged },
      { 'X-Unjam-Intent': plan.kind }
    );
  }

  /**
   * @param {string} id of an action
   * @returns {Promise<any>} the action when it is settled
   */
  settled(id) {
    return until(`action ${id} is settled`, SETTLED_BOUND_MS, async () => {
      const action = await this.client.json('GET', this.path(`actions/${id}`));
      return action.phase === 'settled' ? action : undefined;
    });
  }

  /** @returns {Promise<any[]>} audit rows, newest first */
  async audit() {
    return (await this.client.json('GET', this.path('audit?limit=500'))).rows;
  }

  /** @returns {Promise<any>} */
  verifyAudit() {
    return this.client.json('GET', this.path('audit/verify'));
  }

  /** @returns {Promise<any>} the health check's answer, also where it is bad */
  async health() {
    return JSON.parse((await this.client.send('GET', `/api/datasources/uid/${this.uid}/health`)).text);
  }

  /**
   * The rows of the `jobs` query.
   * @param {Record<string, unknown>} [filter]
   * @returns {Promise<Record<string, any>[]>}
   */
  async jobs(filter = {}) {
    const [frame] = await this.#frames({ queryType: 'jobs', ...filter });
    const names = frame.schema.fields.map((/** @type {any} */ field) => field.name);
    const [first = []] = frame.data.values;
    return first.map((/** @type {unknown} */ _, /** @type {number} */ row) =>
      Object.fromEntries(
        names.map((/** @type {string} */ name, /** @type {number} */ column) => [name, frame.data.values[column][row]])
      )
    );
  }

  /**
   * The series of a metric.
   * @param {string} metric
   * @returns {Promise<{ labels: Record<string, string>, value: number }[]>}
   */
  async metric(metric) {
    const frames = await this.#frames({ queryType: 'metric', metric });
    return frames.flatMap((frame) =>
      frame.schema.fields.map((/** @type {any} */ field, /** @type {number} */ index) => ({
        labels: field.labels ?? {},
        value: frame.data.values[index]?.[0],
      }))
    );
  }

  /**
   * @param {Record<string, unknown>} query
   * @returns {Promise<any[]>}
   */
  async #frames(query) {
    const datasource = { type: 'unjam-coordinator-datasource', uid: this.uid };
    const answer = await this.client.json('POST', '/api/ds/query', {
      from: 'now-5m',
      to: 'now',
      queries: [{ refId: 'A', schemaVersion: 1, datasource, ...query }],
    });
    return answer.results.A.frames;
  }
}
