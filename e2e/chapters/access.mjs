// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRecorder } from '../lib/recorder.mjs';
import { ORDERS_NAME, REASON } from '../lib/stage.mjs';
import { Unjam } from '../lib/unjam.mjs';
import { until } from '../lib/until.mjs';

/** Has the form of an action's id, and is none. */
const NO_ACTION = '0123456789abcdef0123456789abcdef';
const SOURCE = { type: 'unjam-coordinator-datasource', access: 'proxy' };

/**
 * Who may not act, by which ways, and that the coordinator is not asked.
 * @param {import('../lib/stage.mjs').Stage} stage
 */
export function access(stage) {
  test('S20 S21 nobody but a person with the role may act, and the coordinator is not asked', async () => {
    const { vera, edgar, robot, nobody } = stage.guests;
    const earlier = stage.stops().length;
    const confirmation = { phrase: ORDERS_NAME, reason: REASON, acknowledged: [] };
    /** @type {[method: string, route: string, body: object | undefined, intent: string, edgarGets: number][]} */
    const routes = [
      ['POST', 'actions', { action: 'cancel', jobId: stage.orders.id }, 'cancel', 403],
      ['POST', 'actions', { action: 'force-stop', jobId: stage.orders.id }, 'force-stop', 403],
      ['POST', `actions/${NO_ACTION}/confirm`, confirmation, 'cancel', 403],
      // An Editor may read the trail, and there is no such action.
      ['GET', `actions/${NO_ACTION}`, undefined, '', 404],
      ['GET', 'audit', undefined, '', 200],
      ['GET', 'audit/verify', undefined, '', 200],
    ];
    for (const [method, route, body, intent, edgarGets] of routes) {
      /** @param {import('../lib/client.mjs').GrafanaClient} client */
      const status = async (client) => {
        const headers = { ...(intent && { 'X-Unjam-Intent': intent }) };
        return (await new Unjam(client).send(method, route, body, headers)).status;
      };
      // Whether there is such an action is told to nobody who may not read the trail; 404 would be the same for both.
      const veraGets = route === `actions/${NO_ACTION}` ? [403, 404] : [403];
      const vera_ = await status(vera.client);
      assert.ok(veraGets.includes(vera_), `${method} ${route} as a Viewer: ${vera_}`);
      assert.equal(await status(edgar.client), edgarGets, `${method} ${route} as an Editor`);
      assert.equal(await status(robot), 403, `${method} ${route} as a service account`);
      assert.equal(await status(nobody), 401, `${method} ${route} without a login`);
    }
    assert.equal(stage.stops().length, earlier, 'no stop request reached the coordinator');
    const [row] = await stage.unjam.jobs({ jobId: stage.orders.id });
    assert.equal(row?.state, 'running');
    const refused = (await stage.unjam.audit()).filter((entry) => entry.event === 'refused');
    const logins = refused.map((entry) => entry.login);
    assert.ok(logins.includes('vera') && logins.includes('edgar'), `audited: ${logins.join(', ')}`);
  });

  test('S22 other methods, no JSON, no intent and panel actions are refused', async () => {
    const { unjam } = stage;
    const earlier = stage.stops().length;
    const body = { action: 'cancel', jobId: stage.orders.id };
    const intent = { 'X-Unjam-Intent': 'cancel' };
    const refusals = {
      get: await unjam.send('GET', 'actions'),
      put: await unjam.send('PUT', 'actions', body, intent),
      delete: await unjam.send('DELETE', 'actions', body, intent),
      form: await unjam.send('POST', 'actions', body, { ...intent, 'Content-Type': 'text/plain' }),
      noIntent: await unjam.send('POST', 'actions', body),
      panelAction: await unjam.send('POST', 'actions', body, { ...intent, 'X-Grafana-Action': '1' }),
    };
    const statuses = Object.fromEntries(Object.entries(refusals).map(([name, { status }]) => [name, status]));
    // Grafana itself refuses panel actions to paths that its actions_allow_post_url does not name: 405.
    assert.deepEqual(statuses, { get: 405, put: 405, delete: 405, form: 415, noIntent: 403, panelAction: 405 });
    assert.equal(stage.stops().length, earlier);
  });

  test("S44 Grafana's data source proxy reaches no coordinator", async () => {
    const recorder = await startRecorder();
    try {
      const jsonData = { kind: 'seatunnel', clusterId: 'recorded', urls: [recorder.url], actions: { enabled: true } };
      const { datasource } = await stage.admin.json('POST', '/api/datasources', {
        ...SOURCE,
        name: 'closed',
        jsonData,
      });
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        for (const route of ['', 'stop-job', 'hazelcast/rest/maps/stop-job', 'overview']) {
          const body = method === 'GET' ? undefined : { jobId: stage.orders.id, force: true };
          const target = `/api/datasources/proxy/uid/${datasource.uid}/${route}`;
          const { status } = await stage.guests.vera.client.send(method, target, body);
          assert.ok(status >= 400, `${method} ${target} was answered with ${status}`);
        }
      }
      assert.deepEqual(recorder.log, [], "the coordinator's request log is empty");
      await stage.admin.json('DELETE', `/api/datasources/uid/${datasource.uid}`);
    } finally {
      await recorder.close();
    }
  });

  for (const [name, extra] of /** @type {[string, Record<string, unknown>][]} */ ([
    ['url', { url: 'http://127.0.0.1:9' }],
    ['basicAuth', { basicAuth: true, basicAuthUser: 'root', secureJsonData: { basicAuthPassword: 'secret' } }],
  ])) {
    test(`S44 a data source with ${name} set is not healthy, and actions are refused`, async () => {
      const { urls, workerUrls } = { urls: [stage.coordinator.url], workerUrls: [] };
      const actions = { enabled: true, masterSettleSeconds: 10 };
      const jsonData = {
        kind: 'seatunnel',
        clusterId: `open-${name}`,
        urls,
        workerUrls,
        pollIntervalSeconds: 2,
        actions,
      };
      const body = { ...SOURCE, name: `open ${name}`, jsonData, ...extra };
      const { datasource } = await stage.admin.json('POST', '/api/datasources', body);
      const open = new Unjam(stage.guests.ada.client, datasource.uid);
      const health = await open.health();
      assert.equal(health.status, 'ERROR');
      assert.match(health.message, /data source proxy/);
      const plan = await until('the job is read for a plan', 30_000, async () => {
        const answer = await open.send(
          'POST',
          'actions',
          { action: 'cancel', jobId: stage.orders.id },
          { 'X-Unjam-Intent': 'cancel' }
        );
        return /proxy-closed/.test(answer.text) && JSON.parse(answer.text);
      });
      assert.notEqual(plan.allowed, true);
      const support = await stage.guests.ada.client.json('GET', open.path('support'));
      assert.deepEqual([support.cancel.allowed, support.forceStop.allowed], [false, false]);
      await stage.admin.json('DELETE', `/api/datasources/uid/${datasource.uid}`);
    });
  }
}
