/** The control API of the kinds that are served on one port. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CLOVER_SCENARIOS, GENERIC_SCENARIOS } from '../index.ts';
import { ask, field, objects, runningClover, runningGeneric } from '../testing/served.ts';

test('an outage is made by hand, watched, and ended', async (t) => {
  const { control } = await runningClover(t, { scenario: 'clover-healthy' });
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const { status, json } = await ask(`${control}${path}`, { body });
    assert.equal(status, 200, JSON.stringify(json));
    return json;
  };
  await post('/api/faults', { kind: 'sent-limit', events: 300 });
  const cut = await post('/api/faults', { kind: 'cut', node: 'nodeC', on: true });
  assert.equal(objects(field(cut, 'members'))[2]?.['cut'], true);
  await post('/api/clock', { advanceSeconds: 100 });
  const lost = objects(field((await ask(`${control}/api/delivery`)).json, 'delivery')).filter(
    ({ lostSince }) => lostSince !== null
  );
  assert.deepEqual(
    lost.map(({ node, peer }) => `${String(node)} ${String(peer)}`),
    ['nodeA nodeC', 'nodeB nodeC', 'nodeC nodeA', 'nodeC nodeB']
  );
  assert.ok(Number(lost[0]?.['undelivered']) >= 400);
  await post('/api/faults', { kind: 'cut', node: 'nodeC', on: false });
  await post('/api/clock', { advanceSeconds: 30 });
  const stuck = objects(field((await ask(`${control}/api/delivery`)).json, 'delivery'))[1];
  assert.ok(Number(stuck?.['missing']) >= 100, 'beyond the limit');
  await post('/api/faults', { kind: 'release', node: 'nodeC' });
  const released = objects(field((await ask(`${control}/api/delivery`)).json, 'delivery'))[1];
  assert.deepEqual([released?.['missing'], released?.['releases']], [0, 1]);
  assert.ok(Number(released?.['lostForGood']) >= 100);
});

test('jobs tell what a parent waits for, and whether that event is lost', async (t) => {
  const { control, world } = await runningClover(t, { scenario: 'clover-node-restarted' });
  const parent = async (): Promise<Record<string, unknown>> => {
    const { json } = await ask(`${control}/api/jobs`);
    return objects(field(json, 'jobs')).find(({ name }) => name === 'jobflow/nightlyLoad.jbf') ?? assert.fail();
  };
  world.clock.advance(120_000);
  assert.deepEqual(
    objects((await parent())['waitsFor']).map(({ event }) => event),
    ['waiting']
  );
  world.clock.advance(400_000);
  assert.deepEqual(
    objects((await parent())['waitsFor']).map(({ event }) => event),
    ['lost']
  );
});

test('nonsense is refused with a sentence', async (t) => {
  const { control } = await runningClover(t, { scenario: 'clover-healthy' });
  for (const [path, body, message] of [
    ['/api/faults', { kind: 'cut', node: 'nodeX', on: true }, /There is no node "nodeX"/],
    ['/api/faults', { kind: 'cut', node: 'nodeA' }, /needs a boolean as "on"/],
    ['/api/faults', { kind: 'lose-final-status', on: true }, /A fault has a kind, one of cut,/],
    ['/api/faults', { kind: 'abort', run: '5' }, /There is no open run "5"/],
    ['/api/scenario', { name: 'generic-stuck' }, /of kind cloverdx/],
  ] as const) {
    const { status, json } = await ask(`${control}${path}`, { body });
    assert.equal(status, 400);
    assert.match(String(field(json, 'error')), message);
  }
});

test('every scenario can be begun, and runs for two hours of virtual time', async (t) => {
  const clover = await runningClover(t, {});
  const generic = await runningGeneric(t, {});
  for (const [simulator, scenarios] of [
    [clover, CLOVER_SCENARIOS],
    [generic, GENERIC_SCENARIOS],
  ] as const) {
    const listed = objects(field((await ask(`${simulator.control}/api/scenarios`)).json, 'scenarios'));
    assert.deepEqual(
      listed.map(({ name }) => name),
      scenarios.map(({ name }) => name)
    );
    for (const { name } of scenarios) {
      simulator.world.begin(name);
      simulator.world.clock.advance(7_200_000);
      for (const path of ['/api/state', '/api/jobs', '/api/delivery']) {
        assert.equal((await ask(`${simulator.control}${path}`)).status, 200, `${name} ${path}`);
      }
    }
  }
});

for (const [kind, wanted] of [
  ['cloverdx', /"server":"http:\/\/127\.0\.0\.1:\d+\/clover","nodes":\[\{"name":"nodeA"/],
  ['generic', /"base":"http:\/\/127\.0\.0\.1:\d+\/coordinator\/v1"/],
] as const) {
  test(`the command line starts kind ${kind}, and says where`, async (t) => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        main,
        '--kind',
        kind,
        '--port',
        '0',
        '--control-port',
        '0',
        '--owner-pid',
        String(process.pid),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] }
    );
    t.after(() => child.kill());
    const [line] = await once(createInterface(child.stdout), 'line');
    assert.match(String(line), wanted);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
}
