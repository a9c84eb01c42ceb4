/** CloverDX's REST and simple HTTP API as the facts document them, and who reaches which node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloverSimulator } from '../index.ts';
import { ask, field, objects, pass, runningClover } from '../testing/served.ts';

const REST = '/api/rest/v1';

function nodeOf(simulator: CloverSimulator, name: string): CloverSimulator['nodes'][number] {
  return simulator.nodes.find((node) => node.name === name) ?? assert.fail(name);
}

/** The run id of an open run. */
async function runOf(base: string, jobFile: string): Promise<number> {
  const list = await ask(`${base}${REST}/executions?status=RUNNING&pageSize=500`);
  const found = objects(field(list.json, 'members')).find((one) => one['jobFile'] === jobFile);
  return Number(found?.['runId']);
}

test('executions come by pages with the documented fields; the history is there, and a filter', async (t) => {
  const { server } = await runningClover(t, { scenario: 'clover-healthy', history: 20_000 });
  const first = await ask(`${server}${REST}/executions`);
  assert.deepEqual([first.status, first.contentType], [200, 'application/json']);
  assert.deepEqual(Object.keys(objects([first.json])[0] ?? {}), [
    '@self',
    '@type',
    '@totalItems',
    '@startIndex',
    '@pageItems',
    'members',
  ]);
  assert.deepEqual(
    ['@type', '@totalItems', '@startIndex', '@pageItems'].map((name) => field(first.json, name)),
    ['ExecutionCollection', 20_009, 0, 50]
  );
  const far = await ask(`${server}${REST}/executions?pageSize=50&startIndex=19999`);
  assert.equal(field(far.json, '@pageItems'), 10);
  const member = objects(field(first.json, 'members'))[0] ?? {};
  assert.equal(member['@type'], 'Execution');
  assert.equal(member['@self'], `${server}${REST}/executions/${String(member['runId'])}`);
  const running = await ask(`${server}${REST}/executions?status=RUNNING`);
  assert.deepEqual([field(running.json, '@totalItems'), objects(field(running.json, 'members')).length], [8, 8]);
  const child = objects(field(running.json, 'members')).find((one) => one['jobFile'] === 'graph/loadCustomers.grf');
  const parent = objects(field(running.json, 'members')).find((one) => one['jobFile'] === 'jobflow/nightlyLoad.jbf');
  assert.deepEqual([child?.['node'], child?.['parentRunId']], ['nodeB', parent?.['runId']]);
  assert.equal((await ask(`${server}${REST}/executions?status=STUCK`)).status, 400);
  assert.equal((await ask(`${server}${REST}/executions/77`)).status, 404);
});

test('without X-Requested-By 403, without login 401; health needs neither', async (t) => {
  const { server, world } = await runningClover(t, { scenario: 'clover-healthy', basicAuth: 'unjam:secret' });
  const auth = 'unjam:secret';
  assert.equal((await ask(`${server}${REST}/executions`)).status, 401);
  assert.equal((await ask(`${server}${REST}/executions`, { auth: 'unjam:wrong' })).status, 401);
  assert.equal((await ask(`${server}${REST}/executions`, { auth, requestedBy: false })).status, 403);
  assert.equal((await ask(`${server}${REST}/executions`, { auth })).status, 200);
  const health = async (): Promise<unknown[]> => {
    const { status, text } = await ask(`${server}/accessibilityTest.jsp`, { requestedBy: false });
    return [status, text];
  };
  assert.deepEqual(await health(), [200, 'OK']);
  world.inject({ kind: 'suspend', node: 'nodeA', on: true });
  assert.deepEqual(await health(), [503, 'SUSPENDED']);
});

test('an abort by REST ends a run and its children; ignored it is answered all the same', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-healthy' });
  const { server, world } = simulator;
  const [parent, child] = [
    await runOf(server, 'jobflow/nightlyLoad.jbf'),
    await runOf(server, 'graph/loadCustomers.grf'),
  ];
  const status = async (run: number): Promise<unknown> =>
    field((await ask(`${server}${REST}/executions/${run}`)).json, 'status');
  world.inject({ kind: 'ignore-aborts', on: true });
  assert.equal((await ask(`${server}${REST}/executions/${parent}/abort`, { method: 'POST' })).status, 200);
  pass(simulator, 10);
  assert.equal(await status(parent), 'RUNNING');
  world.inject({ kind: 'ignore-aborts', on: false });
  assert.equal((await ask(`${server}${REST}/executions/${parent}/abort`)).status, 405);
  await ask(`${server}${REST}/executions/${parent}/abort`, { method: 'POST' });
  pass(simulator, 3);
  assert.deepEqual([await status(parent), await status(child)], ['ABORTED', 'ABORTED']);
  assert.deepEqual(
    simulator.requests.select({ method: 'POST' }).map(({ api, path, status: answered }) => [api, path, answered]),
    [200, 200].map((answered) => ['cloverdx', `/clover${REST}/executions/${parent}/abort`, answered])
  );
});

test('the simple HTTP API where REST is not there: plain text at both places', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-simple-http' });
  const { server } = simulator;
  assert.equal((await ask(`${server}${REST}/executions`)).status, 404);
  assert.equal((await ask(`${server}/simpleHttpApi/server_jobs`, { requestedBy: false })).status, 403);
  for (const base of ['simpleHttpApi', 'request_processor']) {
    const at = (operation: string): Promise<string> => ask(`${server}/${base}/${operation}`).then(({ text }) => text);
    const ids = (await at('server_jobs')).trim().split('\n');
    assert.equal(ids.length, 8);
    assert.equal(await at(`graph_status?runID=${ids[0]}&returnType=STATUS_TEXT`), 'RUNNING');
    assert.equal(await at(`graph_status?runID=${ids[0]}`), '1');
    const rows = (await at('executions_history?status=RUNNING&returnType=DESCRIPTION&records=500')).trim().split('\n');
    assert.deepEqual(
      rows.map((row) => row.split('|')[1]),
      ids
    );
    assert.match(rows[0] ?? '', /^execution\|\d+\|RUNNING\|clover\|warehouse\|[\w/.]+\|[\d :-]{19}\|\|node\w\|1$/);
    assert.equal((await ask(`${server}/${base}/graph_status?runID=1`)).status, 404);
  }
  const nodes = (await ask(`${server}/simpleHttpApi/cluster_status`)).text.trim().split('\n');
  assert.equal(nodes.length, 3);
  assert.match(nodes[0] ?? '', /^nodeA\|http:\/\/nodeA\.example:8083\/clover\|\d\.\d\|READY$/);
  const id = (await ask(`${server}/simpleHttpApi/server_jobs`)).text.split('\n')[0] ?? '';
  await ask(`${server}/simpleHttpApi/graph_kill?runID=${id}&returnType=STATUS_TEXT`);
  pass(simulator, 3);
  assert.equal((await ask(`${server}/simpleHttpApi/graph_status?runID=${id}&returnType=STATUS_TEXT`)).text, 'ABORTED');
});

test('the simple HTTP API beside REST, where it is asked for', async (t) => {
  const { server } = await runningClover(t, { scenario: 'clover-healthy', simpleHttp: true });
  assert.equal((await ask(`${server}${REST}/executions`)).status, 200);
  assert.equal((await ask(`${server}/simpleHttpApi/cluster_status`)).status, 200);
});

test('nodes that are frozen or away say nothing, dead ones cut; the others list their runs', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-healthy', maxHangSeconds: 1 });
  const { world, server } = simulator;
  world.inject({ kind: 'cut', node: 'nodeB', on: true, http: true });
  await assert.rejects(
    ask(`${nodeOf(simulator, 'nodeB').server}/accessibilityTest.jsp`, { timeoutMs: 300 }),
    /timeout/i
  );
  await assert.rejects(ask(`${nodeOf(simulator, 'nodeB').jolokia}/version`, { timeoutMs: 300 }), /timeout/i);
  assert.ok((await runOf(server, 'graph/loadCustomers.grf')) > 0);
  world.inject({ kind: 'cut', node: 'nodeB', on: false });
  assert.equal((await ask(`${nodeOf(simulator, 'nodeB').jolokia}/version`)).status, 200);

  world.inject({ kind: 'freeze', node: 'nodeB' });
  const waiting = ask(`${nodeOf(simulator, 'nodeB').jolokia}/version`);
  setTimeout(() => world.inject({ kind: 'thaw', node: 'nodeB' }), 100);
  assert.equal((await waiting).status, 200);

  world.inject({ kind: 'kill', node: 'nodeA' });
  await assert.rejects(ask(`${nodeOf(simulator, 'nodeA').server}${REST}/executions`), /fetch failed/);
  // The address of all is served by another node then.
  assert.equal((await ask(`${server}${REST}/executions`)).status, 200);
});

test('answers are late, lost or others, as told; the request takes effect', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-healthy' });
  const { server, world } = simulator;
  const parent = await runOf(server, 'jobflow/nightlyLoad.jbf');
  const path = `/clover${REST}/executions/${parent}/abort`;
  world.inject({ kind: 'lose-answer', path, on: true });
  await assert.rejects(ask(`${simulator.url}${path}`, { method: 'POST' }), /fetch failed/);
  pass(simulator, 3);
  assert.equal(field((await ask(`${server}${REST}/executions/${parent}`)).json, 'status'), 'ABORTED');
  world.inject({ kind: 'replace', path: `/clover${REST}/executions`, status: 200, body: '{"members":' });
  assert.equal((await ask(`${server}${REST}/executions?pageSize=1`)).text, '{"members":');
});
