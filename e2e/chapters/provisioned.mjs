// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tsImport } from 'tsx/esm/api';
import { submitJob } from '../../engines/seatunnel/cluster.mjs';
import { NASTY_NAME, ORDERS_NAME } from '../lib/stage.mjs';
import { DATA_SOURCE_UID } from '../lib/unjam.mjs';
import { until } from '../lib/until.mjs';

/** The data source that the rules of provisioning/cloverdx are bound to. */
const CLOVERDX_UID = 'unjam-cloverdx';

/** @type {{ RULE_FILES: import('../../src/alerting/files.ts').RuleFile[] }} */
const { RULE_FILES } = await tsImport('../../src/alerting/files.ts', import.meta.url);

/**
 * The rules of the file for a kind of coordinator: title, execErrState, noDataState.
 * @param {import('../../src/alerting/model.ts').Kind} kind
 */
function shipped(kind) {
  return RULE_FILES.filter((file) => file.kind === kind).flatMap(({ rules, place }) =>
    rules.map((rule) => `${place.title(rule)}: ${rule.onError}, ${rule.onNoData}`)
  );
}

/**
 * What provisioning/ makes of a new Grafana, and the first look at running jobs.
 * @param {import('../lib/stage.mjs').Stage} stage
 */
export function provisioned(stage) {
  test('the app, the data source, the dashboard and the rules are provisioned', async () => {
    const { admin } = stage;
    const app = await admin.json('GET', '/api/plugins/unjam-jobs-app/settings');
    assert.equal(app.enabled, true);
    const source = await admin.json('GET', `/api/datasources/uid/${DATA_SOURCE_UID}`);
    assert.equal(source.type, 'unjam-coordinator-datasource');
    assert.equal(source.url, '');
    await admin.json('GET', '/api/dashboards/uid/unjam-stuck-jobs');
    const rules = await admin.json('GET', '/api/v1/provisioning/alert-rules');
    const modes = rules.map((/** @type {any} */ one) => `${one.title}: ${one.execErrState}, ${one.noDataState}`);
    const hasCloverDX = (await admin.send('GET', `/api/datasources/uid/${CLOVERDX_UID}`)).status === 200;
    // Without its data source, each of CloverDX's rules would be in error for ever.
    assert.deepEqual(modes.sort(), [...shipped('seatunnel'), ...(hasCloverDX ? shipped('cloverdx') : [])].sort());
    for (const { title, annotations } of rules) {
      assert.match(annotations.runbook_url ?? '', /\/docs\/runbooks\/[a-z-]+\.md$/, title);
    }
  });

  test('the health check names version and dialect, and the store of grafana.ini reaches the nested plugin', async () => {
    const health = await stage.unjam.health();
    assert.equal(health.status, 'OK', health.message);
    assert.match(health.message, /2\.3\.8/);
    assert.match(health.message, /REST v1/);
    if (stage.grafana.ours) {
      assert.equal(health.details.store, stage.grafana.store);
    }
  });

  test('S08 S09 two jobs run, one with a hostile name, and are shown with every digit of their ids', async () => {
    stage.nasty.id = (await submitJob(stage.engineFolder, { name: NASTY_NAME })).jobId;
    stage.orders.id = (await submitJob(stage.engineFolder, { name: ORDERS_NAME })).jobId;
    const rows = await until('both jobs are shown as running', 60_000, async () => {
      const running = await stage.unjam.jobs({ states: ['running'], sortBy: 'name' });
      const ours = running.filter((row) => stage.isOurs(row.job_id));
      return ours.length === 2 && ours;
    });
    assert.deepEqual(
      rows.map((row) => [row.job_id, row.job_name]),
      [
        [stage.nasty.id, NASTY_NAME],
        [stage.orders.id, ORDERS_NAME],
      ]
    );
  });
}
