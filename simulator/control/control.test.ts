import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCENARIOS } from '../index.ts';
import { http, post } from '../testing/http.ts';
import { running } from '../testing/running.ts';

test('a scenario is begun, changed by a fault, moved on in time, and reset', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'healthy' });
  const at = (path: string): string => `${simulator.control}${path}`;

  const begun = JSON.parse((await post(at('/api/scenario'), { name: 'failover-cancel-forgotten', seed: 5 })).body);
  assert.deepEqual([begun.simulator, begun.scenario, begun.seed], [true, 'failover-cancel-forgotten', 5]);
  assert.deepEqual(
    begun.upcoming.map(({ what }: { what: string }) => what),
    ['master-1 dies']
  );

  const later = JSON.parse((await post(at('/api/clock'), { advanceSeconds: 61, speed: 2 })).body);
  assert.deepEqual([later.activeMaster, later.speed], ['master-2', 2]);
  await assert.rejects(http(`${v2()}/overview`), /ECONNREFUSED/);
  assert.equal((await http(`${v2('master-2')}/overview`)).status, 200);

  const frozen = JSON.parse((await post(at('/api/faults'), { kind: 'freeze', member: 'worker-1' })).body);
  assert.equal(frozen.members[2].process, 'frozen');

  const reset = JSON.parse((await post(at('/api/reset'), {})).body);
  assert.deepEqual([reset.activeMaster, reset.members[2].process], ['master-1', 'alive']);
  assert.deepEqual(JSON.parse((await http(at('/api/requests'))).body), { requests: [] });
  assert.equal((await http(`${v2()}/overview`)).status, 200);
});

test('the request log tells what came, and what came since', async (t) => {
  const { simulator, v2, v1 } = await running(t, { scenario: 'healthy' });
  const log = async (
    query = ''
  ): Promise<Array<{ number: number; path: string; member: string; api: string; body: string }>> =>
    JSON.parse((await http(`${simulator.control}/api/requests${query}`)).body).requests;
  await http(`${v2()}/overview`);
  const since = (await log()).at(-1)?.number ?? 0;
  assert.deepEqual(await log('?method=POST'), []);
  await post(`${v1('worker-1')}/stop-job`, { jobId: '1' });
  const [stopped, ...more] = await log(`?since=${since}&path=stop-job`);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [stopped?.member, stopped?.api, stopped?.path, stopped?.body],
    ['worker-1', 'v1', '/hazelcast/rest/maps/stop-job', '{"jobId":"1"}']
  );
});

test('nonsense is refused with a sentence, and what runs goes on', async (t) => {
  const { simulator } = await running(t, { scenario: 'healthy' });
  const refused: ReadonlyArray<readonly [path: string, body: unknown, message: RegExp]> = [
    ['/api/scenario', { name: 'none' }, /There is no scenario "none"/],
    ['/api/scenario', {}, /"name" is a text/],
    ['/api/faults', {}, /A fault has a kind, one of/],
    ['/api/faults', { kind: 'freeze' }, /needs a text as "member"/],
    ['/api/faults', { kind: 'freeze', member: 'worker-9' }, /There is no member "worker-9"/],
    ['/api/faults', { kind: 'freeze', member: 'worker-1', hard: true }, /has no field "hard"/],
    ['/api/faults', { kind: 'cancel', job: 'none' }, /There is no open job "none"/],
    ['/api/faults', { kind: 'submit', name: 'a', mode: 'SLOW' }, /STREAMING or BATCH/],
    ['/api/clock', { advanceSeconds: -1 }, /only moves forward/],
    ['/api/clock', { speed: 'fast' }, /"speed" is a number/],
  ];
  for (const [path, body, message] of refused) {
    const got = await post(`${simulator.control}${path}`, body);
    assert.equal(got.status, 400, got.body);
    assert.match(JSON.parse(got.body).error, message);
  }
  assert.equal((await http(`${simulator.control}/api/reset`, { method: 'POST' })).status, 415);
  assert.equal((await http(`${simulator.control}/api/none`)).status, 404);
  assert.equal(JSON.parse((await http(`${simulator.control}/api/state`)).body).scenario, 'healthy');
});

test('every scenario can be begun, and runs for two hours of virtual time', async (t) => {
  const { simulator } = await running(t, { scenario: 'healthy' });
  for (const { name } of SCENARIOS) {
    simulator.world.begin(name);
    simulator.world.clock.advance(7_200_000);
    assert.equal((await http(`${simulator.control}/api/state`)).status, 200, name);
    assert.equal((await http(`${simulator.control}/api/jobs`)).status, 200, name);
  }
});

test('the control page says what it is', async (t) => {
  const { simulator } = await running(t, { scenario: 'healthy' });
  const page = await http(`${simulator.control}/`);
  assert.equal(page.contentType, 'text/html; charset=utf-8');
  assert.match(page.body, /not Apache SeaTunnel/);
  for (const file of ['/page.css', '/page.mjs']) {
    assert.equal((await http(`${simulator.control}${file}`)).status, 200);
  }
});
