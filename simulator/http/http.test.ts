import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimulator } from '../index.ts';
import { answers, http, NoAnswer, post } from '../testing/http.ts';
import { running } from '../testing/running.ts';

const JOB = 'orders-cdc-to-lake';

/** The id of a job of the list. */
async function idOf(v2: string, name: string): Promise<string> {
  const { body } = await http(`${v2}/running-jobs`);
  const id = new RegExp(`"jobId":"(\\d+)","jobName":"${name}"`).exec(body)?.[1];
  assert.ok(id, name);
  return id;
}

test('the same seed and start give the same answers', async (t) => {
  const options = { scenario: 'healthy', seed: 7, speed: 0, start: '2026-11-22T08:00:00Z' };
  const [one, other] = [await running(t, options), await running(t, options)];
  for (const path of ['/running-jobs', '/finished-jobs', '/overview']) {
    assert.deepEqual(await http(`${one.v2()}${path}`), await http(`${other.v2()}${path}`), path);
  }
});

test('worker-frozen: lists hang while overview answers, and fail when the worker is dropped', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'worker-frozen' });
  simulator.world.clock.advance(10_000);
  const id = await http(`${v2()}/pending-jobs`).then(
    ({ body }) => /"runningJobIds":\[(\d+)/.exec(body.slice(body.indexOf('},{')))?.[1]
  );
  const got = await Promise.all(
    [
      '/overview',
      '/pending-jobs',
      '/finished-jobs',
      '/running-threads',
      '/job-info/123',
      '/running-jobs',
      `/job-info/${id}`,
      '/system-monitoring-information',
      '/metrics',
    ].map(async (path) => [path.replace(/\d{10,}/, 'ID'), await answers(`${v2()}${path}`)])
  );
  assert.deepEqual(Object.fromEntries(got), {
    '/overview': true,
    '/pending-jobs': true,
    '/finished-jobs': true,
    '/running-threads': true,
    '/job-info/123': true,
    '/running-jobs': false,
    '/job-info/ID': false,
    '/system-monitoring-information': false,
    '/metrics': false,
  });
  await assert.rejects(http(`${v2('worker-2')}/overview`), NoAnswer);

  const waiting = http(`${v2()}/running-jobs`);
  setTimeout(() => simulator.world.clock.advance(60_000), 200);
  const dropped = await waiting;
  assert.equal(dropped.status, 500);
  assert.match(dropped.body, /MemberLeftException/);
  assert.equal((await http(`${v2()}/running-jobs`)).status, 200);
});

test('what hangs is cut after its real time, and when another scenario begins', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'worker-frozen', maxHangSeconds: 1 });
  simulator.world.clock.advance(10_000);
  const begun = performance.now();
  await assert.rejects(http(`${v2()}/running-jobs`), NoAnswer);
  assert.ok(performance.now() - begun < 2_500);
  const waiting = assert.rejects(http(`${v2()}/running-jobs`), NoAnswer);
  setTimeout(() => simulator.world.begin('healthy'), 100);
  await waiting;
  assert.equal((await http(`${v2()}/running-jobs`)).status, 200);
});

test('unreachable: connections are refused for its time, at the same ports', async (t) => {
  const { simulator, v2, v1 } = await running(t, { scenario: 'unreachable' });
  const asked = [`${v2()}/overview`, `${v1('worker-1')}/overview`];
  simulator.world.clock.advance(21_000);
  await simulator.sync();
  for (const url of asked) {
    await assert.rejects(http(url), /ECONNREFUSED/);
  }
  simulator.world.clock.advance(120_000);
  await simulator.sync();
  for (const url of asked) {
    assert.equal((await http(url)).status, 200);
  }
});

test('an engine of 2.3.8 has no REST v2', async (t) => {
  const { simulator, v1 } = await running(t, { scenario: 'old-version', version: '2.3.8' });
  assert.deepEqual(
    simulator.members.map(({ restV2 }) => restV2),
    [null, null, null, null]
  );
  assert.match((await http(`${v1()}/overview`)).body, /"projectVersion":"2\.3\.8"/);
});

test('password and context path hold for REST v2; REST v1 stays open', async (t) => {
  const { v2, v1 } = await running(t, { scenario: 'healthy', basicAuth: 'unjam:secret', contextPath: '/zeta' });
  assert.match(v2(), /\/zeta$/);
  assert.equal((await http(`${v2()}/overview`)).status, 401);
  assert.equal((await http(`${v2()}/overview`, { auth: 'unjam:wrong' })).status, 401);
  assert.equal((await http(`${v2()}/overview`, { auth: 'unjam:secret' })).status, 200);
  assert.equal((await http(`${v2().replace('/zeta', '')}/overview`, { auth: 'unjam:secret' })).status, 404);
  assert.equal((await http(`${v1()}/overview`)).status, 200);
});

test('every digit of an id survives, given as text or as a number', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'empty' });
  const id = '733584788375666689';
  assert.equal((await post(`${v2()}/stop-job`, { jobId: id })).body, `{"jobId":"${id}"}`);
  const asNumber = await http(`${v2()}/stop-job`, { method: 'POST', body: `{"jobId":${id}}` });
  assert.equal(asNumber.body, `{"jobId":"${id}"}`);
  assert.deepEqual(
    simulator.requests.select({ method: 'POST' }).map(({ path, body, status }) => [path, body, status]),
    [
      ['/stop-job', `{"jobId":"${id}"}`, 200],
      ['/stop-job', `{"jobId":${id}}`, 200],
    ]
  );
});

test('a stop takes effect though its answer is late, or its connection is cut', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'healthy' });
  const [first, second] = [await idOf(v2(), JOB), await idOf(v2(), 'payments-to-warehouse')];
  simulator.world.inject({ kind: 'delay', path: '/stop-job', milliseconds: 400 });
  const begun = performance.now();
  assert.equal((await post(`${v2()}/stop-job`, { jobId: first })).status, 200);
  assert.ok(performance.now() - begun >= 390);
  simulator.world.inject({ kind: 'cut', path: '/stop-job', on: true });
  await assert.rejects(post(`${v2()}/stop-job`, { jobId: second }), NoAnswer);
  simulator.world.clock.advance(1_000);
  for (const id of [first, second]) {
    assert.match((await http(`${v2()}/job-info/${id}`)).body, /"jobStatus":"CANCELED"/);
  }
});

test('an answer can be replaced by a broken one', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'healthy' });
  simulator.world.inject({ kind: 'replace', path: '/running-jobs', status: 200, body: '[{"jobId":' });
  assert.equal((await http(`${v2()}/running-jobs?page=1&rows=5`)).body, '[{"jobId":');
  simulator.world.inject({ kind: 'replace', path: '/running-jobs' });
  assert.match((await http(`${v2()}/running-jobs?page=1&rows=5`)).body, /"total":9}$/);
});

test('fifty-thousand-jobs: the whole list comes in pieces, within bounded memory', async (t) => {
  const { v2 } = await running(t, { scenario: 'fifty-thousand-jobs' });
  const page = JSON.parse((await http(`${v2()}/running-jobs?page=100&rows=500`)).body);
  assert.deepEqual([page.data.length, page.total], [500, 50_000]);

  let bytes = 0;
  let peak = 0;
  const before = process.memoryUsage().rss;
  const reader = (await fetch(`${v2()}/running-jobs`)).body?.getReader();
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
    bytes += piece.value.length;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  t.diagnostic(`${(bytes / 2 ** 20).toFixed(0)} MiB, memory grew by ${((peak - before) / 2 ** 20).toFixed(0)} MiB`);
  assert.ok(bytes / 50_000 > 1_800 && bytes / 50_000 < 2_400, `${bytes / 50_000} bytes a job`);
  assert.ok(peak - before < 150 * 2 ** 20);
});

test('a port that is in use is said, and nothing is left open', async (t) => {
  const { simulator } = await running(t, { scenario: 'healthy' });
  const taken = Number(new URL(simulator.control).port);
  await assert.rejects(startSimulator({ controlPort: taken }), new RegExp(`Port ${taken} .* is in use`));
});

test('options that make no sense are refused', async () => {
  for (const options of [
    { speed: -1 },
    { masters: 0 },
    { version: 'new' },
    { timeZone: 'Mars/Base' },
    { scenario: 'none' },
    { scenario: 'restore', masters: 1 },
    { start: 'soon' },
  ]) {
    await assert.rejects(startSimulator(options), RangeError, JSON.stringify(options));
  }
});

test('clock-off: every answer says a time that is 90 s ahead', async (t) => {
  const { v2 } = await running(t, { scenario: 'clock-off' });
  for (const path of ['/overview', '/running-jobs']) {
    const { headers } = await fetch(`${v2()}${path}`);
    const ahead = Date.parse(headers.get('date') ?? '') - Date.now();
    assert.ok(Math.abs(ahead - 90_000) < 2_000, `${path}: ${ahead} ms`);
  }
});

test('split-cluster: each of two masters names itself', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'split-cluster' });
  const named = async (member: string): Promise<string[]> => {
    const { body } = await http(`${v2(member)}/system-monitoring-information`);
    const members: Array<{ isMaster: string; port: string }> = JSON.parse(body);
    return members.filter(({ isMaster }) => isMaster === 'true').map(({ port }) => port);
  };
  assert.deepEqual(await named('master-1'), await named('master-2'));
  simulator.world.clock.advance(6_000);
  assert.notDeepEqual(await named('master-1'), await named('master-2'));
});
