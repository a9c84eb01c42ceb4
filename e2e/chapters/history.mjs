// @ts-check
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { findPrometheus, startPrometheus } from '../lib/prometheus.mjs';
import { DATA_SOURCE_UID } from '../lib/unjam.mjs';
import { until } from '../lib/until.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RULES = path.join(root, 'provisioning', 'recording', 'unjam-recording.yaml');
const DASHBOARD = path.join(root, 'src', 'dashboards', 'long-history.json');
/** The data source that the shipped rules write to. */
const PROMETHEUS_UID = 'unjam-prometheus';
/** The shipped rules write once a minute; a journey has less time. Grafana evaluates no faster. */
const EVERY = '10s';
/** Two turns, and Grafana's own start of new rules. */
const RECORDED_BOUND_MS = 50_000;
/** Panels that only coordinators with event delivery fill. */
const OF_DELIVERY = ['Sent events buffer', 'Undelivered events'];

/**
 * The shipped recording rules write to a real Prometheus, and the shipped dashboard reads there.
 * @param {Pick<import('../lib/stage.mjs').Stage, 'grafana' | 'admin'>} stage
 */
export function history(stage) {
  const { program, reason } = findPrometheus();

  describe('the history', { skip: program === '' ? `no Prometheus was found: ${reason}` : false }, () => {
    /** @type {Awaited<ReturnType<typeof startPrometheus>> | undefined} */
    let prometheus;
    before(async () => {
      prometheus = await startPrometheus(program);
    });
    after(async () => {
      await forgetRules(stage);
      await prometheus?.stop();
    });

    test('the shipped recording rules write to a Prometheus', async (t) => {
      if (!stage.grafana.provisioning) {
        return t.skip('this Grafana is not ours: its provisioning cannot be changed');
      }
      await stage.admin.json('POST', '/api/datasources', {
        name: 'Prometheus of the journey',
        uid: PROMETHEUS_UID,
        type: 'prometheus',
        access: 'proxy',
        url: prometheus?.url,
        jsonData: { httpMethod: 'POST', prometheusType: 'Prometheus' },
      });
      const file = parse(readFileSync(RULES, 'utf8'));
      file.groups[0].interval = EVERY;
      await provision(stage, file);
      const wanted = file.groups[0].rules.map((/** @type {any} */ rule) => rule.record.metric);
      assert.ok(wanted.length >= 4 && wanted.every((/** @type {string} */ name) => name.startsWith('unjam_')));
      const written = await until('all are written', RECORDED_BOUND_MS, async () => {
        const found = await Promise.all(wanted.map((/** @type {string} */ name) => series(prometheus?.url, name)));
        return found.every((one) => one.length > 0) && found.flat();
      });
      // Labels stay, and nobody adds one that describes.
      const names = new Set(written.flatMap(({ metric }) => Object.keys(metric)));
      assert.deepEqual([...names].sort(), ['__name__', 'cluster', 'state']);
      const [cluster] = new Set(written.map(({ metric }) => metric.cluster));
      const source = await stage.admin.json('GET', `/api/datasources/uid/${DATA_SOURCE_UID}`);
      assert.equal(cluster, source.jsonData.clusterId);
    });

    test('every panel of the dashboard Long history gets its answer from there', async (t) => {
      if (!stage.grafana.provisioning) {
        return t.skip('this Grafana is not ours');
      }
      const bundled = await stage.admin.json('GET', '/api/plugins/unjam-jobs-app/dashboards');
      assert.ok(
        bundled.some((/** @type {any} */ one) => one.title === 'Unjam: long history'),
        'the app brings the dashboard'
      );
      const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
      for (const { title, targets } of panels) {
        const queries = targets.map((/** @type {any} */ target) => ({
          ...target,
          datasource: { type: 'prometheus', uid: PROMETHEUS_UID },
          // The panels look once a minute, as the shipped rules write.
          expr: target.expr.replaceAll('$cluster', '.*').replaceAll(':1m]', `:${EVERY}]`),
          intervalMs: 15_000,
          maxDataPoints: 100,
        }));
        // A value shows at the next step of the range after it was written.
        await until(`${title} has a value`, RECORDED_BOUND_MS, async () => {
          const answer = await stage.admin.json('POST', '/api/ds/query', { from: 'now-15m', to: 'now', queries });
          const { frames, error } = answer.results.A;
          assert.equal(error, undefined, `${title}: ${error}`);
          const values = frames.flatMap((/** @type {any} */ frame) => frame.data.values.slice(1).flat());
          return values.length > 0 || OF_DELIVERY.includes(title);
        });
      }
    });
  });

  test('a metric over a range of time is a series of each moment that was looked at', async () => {
    const frames = await until('the past is told', RECORDED_BOUND_MS, async () => {
      const answer = await stage.admin.json('POST', '/api/ds/query', {
        from: 'now-1m',
        to: 'now',
        queries: [
          {
            ...{ refId: 'A', queryType: 'metric', schemaVersion: 1, metric: 'jobs', range: true },
            ...{ intervalMs: 1000, maxDataPoints: 100 },
            datasource: { type: 'unjam-coordinator-datasource', uid: DATA_SOURCE_UID },
          },
        ],
      });
      const found = answer.results.A.frames;
      return (found[0]?.data.values[1]?.filter((/** @type {any} */ one) => one !== null).length ?? 0) > 3 && found;
    });
    assert.deepEqual(frames[0].schema.meta.type, 'timeseries-multi');
    const states = frames.map((/** @type {any} */ frame) => frame.schema.fields[1].labels.state);
    assert.ok(states.includes('running') && states.includes('canceling'), `${states}`);
  });
}

/** @typedef {Pick<import('../lib/stage.mjs').Stage, 'grafana' | 'admin'>} HasGrafana */

/**
 * Writes a file of rules and has Grafana read its provisioning again.
 * @param {HasGrafana} stage
 * @param {unknown} file
 */
async function provision({ admin, grafana }, file) {
  writeFileSync(place(grafana), stringify(file));
  await admin.json('POST', '/api/admin/provisioning/alerting/reload');
}

/**
 * Takes the recording rules away again: later chapters count rules.
 * @param {HasGrafana} stage
 */
async function forgetRules(stage) {
  if (!stage.grafana.provisioning) {
    return;
  }
  const { groups } = parse(readFileSync(RULES, 'utf8'));
  const deleteRules = groups[0].rules.map((/** @type {any} */ { uid }) => ({ orgId: 1, uid }));
  await provision(stage, { apiVersion: 1, deleteRules });
  rmSync(place(stage.grafana));
  await stage.admin.json('DELETE', `/api/datasources/uid/${PROMETHEUS_UID}`);
}

/** @param {import('../grafana.mjs').Running} grafana */
function place({ provisioning }) {
  return path.join(provisioning, 'alerting', 'unjam-recording.yaml');
}

/**
 * The newest values of a metric, from Prometheus itself.
 * @param {string | undefined} url
 * @param {string} name
 * @returns {Promise<{ metric: Record<string, string>, value: [number, string] }[]>}
 */
async function series(url, name) {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(name)}`);
  return /** @type {any} */ (await response.json()).data.result;
}
