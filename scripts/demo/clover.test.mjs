// @ts-check
/** The demo's CloverDX in Grafana: what is sent to it, without a Grafana. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GrafanaClient } from '../../e2e/lib/client.mjs';
import { addClover, CLOVER_DASHBOARD_UID, cloverSource } from './clover.mjs';

/** A Grafana that takes everything, and remembers it. */
class Remembering extends GrafanaClient {
  /** @type {Array<{ method: string, path: string, body: any }>} */
  sent = [];
  /** @param {Array<{ uid: string, title: string }>} folders */
  constructor(folders) {
    super('http://grafana.invalid', null);
    this.folders = folders;
  }
  /**
   * @override
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async json(method, path, body) {
    this.sent.push({ method, path, body });
    return method === 'GET' ? this.folders : { uid: 'made' };
  }
}

describe('CloverDX in the demo', () => {
  const source = cloverSource('http://127.0.0.1:8083', { pollIntervalSeconds: 5 }, { minCancelingAgeSeconds: 30 });

  test('the provisioned data source, with other times; nothing of it goes through Grafana’s own proxy', () => {
    assert.deepEqual(Object.keys(source), ['uid', 'name', 'type', 'access', 'jsonData']);
    const { kind, urls, pollIntervalSeconds, actions } = source.jsonData;
    assert.deepEqual([kind, urls[1], pollIntervalSeconds], ['cloverdx', 'http://127.0.0.1:8083/nodeB/clover', 5]);
    assert.deepEqual([actions.enabled, actions.minCancelingAgeSeconds], [true, 30]);
    assert.doesNotMatch(JSON.stringify(source), /\$\{/);
  });

  for (const [folders, uid] of /** @type {const} */ ([
    [[{ uid: 'there', title: 'Unjam' }], 'there'],
    [[], 'made'],
  ])) {
    test(`its rules and its dashboard are put into Unjam's folder (${folders.length} there before)`, async () => {
      const admin = new Remembering([...folders]);
      await addClover(admin, source);
      const [first] = admin.sent;
      assert.deepEqual([first?.method, first?.path, first?.body], ['POST', '/api/datasources', source]);
      const saved = admin.sent.find(({ path }) => path === '/api/dashboards/db');
      assert.deepEqual([saved?.body.dashboard.uid, saved?.body.folderUid], [CLOVER_DASHBOARD_UID, uid]);
      const put = admin.sent.filter(({ method }) => method === 'PUT');
      assert.equal(put.length, 1);
      assert.equal(put[0]?.path, `/api/v1/provisioning/folder/${uid}/rule-groups/unjam-delivery`);
      const { interval, rules } = put[0]?.body ?? {};
      assert.equal(interval, 30);
      assert.ok(rules.length > 5);
      for (const rule of rules) {
        assert.deepEqual([rule.folderUID, rule.ruleGroup, rule.orgID], [uid, 'unjam-delivery', 1]);
        const asked = rule.data.map((/** @type {{ datasourceUid: string }} */ query) => query.datasourceUid);
        assert.ok(asked.includes(source.uid), rule.title);
      }
    });
  }
});
