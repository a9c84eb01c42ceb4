/** The simulator's Jolokia against answers captured of real JGroups clusters: entries, names, types, statuses, texts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CloverSimulator } from '../index.ts';
import { ask, field, objects, pass, runningClover } from '../testing/served.ts';
import { shapeOf, type Shape } from '../testing/shape.ts';

const captured = (file: string): string => readFileSync(new URL(`testdata/${file}`, import.meta.url), 'utf8');

const NAKACK = 'jgroups:type=protocol,cluster="cloverCluster",protocol=NAKACK';

function jolokia(simulator: CloverSimulator, node: string): string {
  const found = simulator.nodes.find(({ name }) => name === node);
  assert.ok(found);
  return found.jolokia;
}

/** Attributes and their types; the simulator may have fewer. */
function assertWithin(ours: unknown, real: unknown, what: string): void {
  const [shape, wanted] = [shapeOf(field(ours, 'value')), shapeOf(field(real, 'value'))];
  assert.ok(typeof shape === 'object' && typeof wanted === 'object', what);
  for (const [name, form] of Object.entries(shape)) {
    const realForm: Shape | undefined = Object.entries(wanted).find(([other]) => other === name)?.[1];
    assert.deepEqual(form, realForm, `${what}: ${name}`);
  }
  assert.deepEqual(shapeOf({ ...objects([ours])[0], value: 0 }), shapeOf({ ...objects([real])[0], value: 0 }), what);
}

for (const [jgroups, files] of [
  [2, ['jg2-jolokia-read-NAKACK', 'jg2-jolokia-read-channel', 'jg2-jolokia-read-GMS', 'jg2-jolokia-read-FD']],
  [5, ['jg5-jolokia-read-NAKACK2', 'jg5-jolokia-read-channel', 'jg5-jolokia-read-GMS', 'jg5-jolokia-read-FD_ALL3']],
] as const) {
  test(`JGroups ${jgroups}: reads have the captured names and types, in one bulk request`, async (t) => {
    const simulator = await runningClover(t, { scenario: 'clover-healthy', jgroups });
    const real = files.map((file): unknown => JSON.parse(captured(`${file}.json`)));
    const body = real.map((one) => ({ type: 'read', mbean: field(field(one, 'request'), 'mbean') }));
    const answer = await ask(jolokia(simulator, 'nodeA'), { body });
    assert.deepEqual([answer.status, answer.contentType], [200, 'application/json']);
    for (const [index, ours] of objects(answer.json).entries()) {
      assertWithin(ours, real[index], files[index] ?? '');
      assert.deepEqual(ours['request'], field(real[index], 'request'));
    }
  });
}

test('entries have statuses of their own, as captured: 200, 404, 500, 403, while HTTP says 200', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-healthy' });
  const attribute = ['CurrentSeqno', 'GcLag', 'XmitTableSize', 'PendingRetransmissionRequests'];
  const answer = await ask(jolokia(simulator, 'nodeB'), {
    body: [
      { type: 'read', mbean: NAKACK, attribute },
      { type: 'read', mbean: NAKACK.replace('cloverCluster', 'nope'), attribute: 'GcLag' },
      { type: 'read', mbean: NAKACK, attribute: 'Nope' },
      {
        type: 'read',
        mbean: 'jgroups:protocol=NAKACK*,type=protocol,*',
        attribute: ['CurrentSeqno', 'GcLag', 'XmitTableSize'],
      },
      { type: 'exec', mbean: NAKACK, operation: 'printMessages' },
      { type: 'write', mbean: NAKACK, attribute: 'GcLag', value: 1 },
      { type: 'exec', mbean: 'java.lang:type=Memory', operation: 'gc' },
    ],
  });
  const real = captured('jolokia-bulk-errors-policy.txt')
    .split('\n')
    .filter((line) => line.startsWith('{"request"'))
    .map((line): unknown => JSON.parse(line));
  const ours = objects(answer.json);
  assert.equal(answer.status, 200);
  assert.deepEqual(
    ours.map(({ status }) => status),
    real.map((one) => field(one, 'status'))
  );
  for (const [index, one] of ours.entries()) {
    assert.equal(one['error_type'], field(real[index], 'error_type'));
    const { value: _ours, ...rest } = one;
    const { value: _real, ...wanted } = objects([real[index]])[0] ?? {};
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(wanted).sort());
  }
  assert.deepEqual(shapeOf(ours[3]?.['value']), shapeOf(field(real[3], 'value')));
  const malformed = await fetch(jolokia(simulator, 'nodeB'), { method: 'POST', body: '{' });
  assert.equal(malformed.status, 200);
  assert.equal(field(await malformed.json(), 'status'), 400);
});

test('windows are told in the captured form, and their gaps add up', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-outage-overflows' });
  pass(simulator, 40 + 7 * 60 + 200);
  const windows = async (): Promise<string> => {
    const body = { type: 'exec', mbean: NAKACK, operation: 'printMessages' };
    return String(field((await ask(jolokia(simulator, 'nodeB'), { body })).json, 'value'));
  };
  const form = /^(\w+): \[(\d+) : (\d+) \((\d+)\) \(size=(\d+), missing=(\d+), highest stability=(\d+)\)\]$/;
  const gaps = (text: string): number =>
    text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [, , stable = '', , received = '', size = ''] = form.exec(line) ?? assert.fail(line);
        return Number(received) - Number(stable) - Number(size);
      })
      .reduce((sum, gap) => sum + gap, 0);
  const real = String(field(JSON.parse(captured('emu-gclag300-stop45s.printMessages.node2.json')), 'value'));
  assert.equal(gaps(real), 802, 'the captured stuck node: as many as its pending requests');
  const pending = await ask(jolokia(simulator, 'nodeB'), {
    body: { type: 'read', mbean: NAKACK, attribute: 'PendingRetransmissionRequests' },
  });
  assert.ok(Number(field(pending.json, 'value')) > 10_000);
  assert.equal(gaps(await windows()), Number(field(pending.json, 'value')));

  simulator.world.inject({ kind: 'windows', on: false });
  const refused = await ask(jolokia(simulator, 'nodeB'), {
    body: { type: 'exec', mbean: NAKACK, operation: 'printMessages' },
  });
  assert.deepEqual([refused.status, field(refused.json, 'status')], [200, 403]);
});

test('windows of JGroups 5 and merged views are told in the captured forms', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-outage-recovers', jgroups: 5 });
  pass(simulator, 40 + 10 * 60 + 60);
  const bulk = await ask(jolokia(simulator, 'nodeA'), {
    body: [
      {
        type: 'exec',
        mbean: 'jgroups:cluster="cloverCluster",protocol=NAKACK2,type=protocol',
        operation: 'printMessages()',
      },
      { type: 'read', mbean: 'jgroups:cluster="cloverCluster",type=channel', attribute: 'view' },
    ],
  });
  const [windows, view] = objects(bulk.json).map(({ value }) => String(value));
  const form = /^(\w+:\n)(\w+: \[\d+ \| \d+ \| \d+\] \(\d+ elements, \d+ missing\)\n){3}$/;
  assert.match(String(field(JSON.parse(captured('jg5-jolokia-exec-printMessages.json')), 'value')), form);
  assert.match(windows ?? '', form);
  assert.equal(
    view,
    'MergeView::[nodeA|4] (3) [nodeA, nodeB, nodeC], 2 subgroups: [nodeA|3] (2) [nodeA, nodeC], [nodeB|3] (1) [nodeB]'
  );
});

test('a recorded outage is answered second by second: nodeC says nothing, and the gap stays', async (t) => {
  const simulator = await runningClover(t, { scenario: 'replay-emu-gclag300-stop45s', maxHangSeconds: 1 });
  const read = async (node: string): Promise<unknown> => {
    const body = [
      {
        type: 'read',
        mbean: NAKACK,
        attribute: ['CurrentSeqno', 'GcLag', 'PendingRetransmissionRequests', 'XmitReqsReceived', 'XmitRspsSent'],
      },
      { type: 'read', mbean: 'jgroups:type=channel,cluster="cloverCluster"', attribute: 'View' },
    ];
    return objects((await ask(jolokia(simulator, node), { body })).json).map(({ value }) => value);
  };
  pass(simulator, 51);
  assert.deepEqual(
    objects(await read('nodeA')).map((one) => one['CurrentSeqno']),
    [968]
  );
  await assert.rejects(read('nodeC'), 'a frozen node does not answer');
  pass(simulator, 60);
  const after = await read('nodeC');
  const [figures, view] = Array.isArray(after) ? after : [];
  assert.equal(field(figures, 'PendingRetransmissionRequests'), 802);
  assert.equal(view, '[nodeB|4] [nodeB, nodeA, nodeC]');
});

test('Jolokia asks for its password with a real 401; without MBeans of JGroups a search finds none', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-no-mbeans', jolokiaAuth: 'reader:secret' });
  const body = { type: 'search', mbean: 'jgroups:*' };
  assert.equal((await ask(jolokia(simulator, 'nodeA'), { body })).status, 401);
  assert.equal((await ask(jolokia(simulator, 'nodeA'), { body, auth: 'reader:wrong' })).status, 401);
  const found = await ask(jolokia(simulator, 'nodeA'), { body, auth: 'reader:secret' });
  assert.deepEqual([found.status, field(found.json, 'status'), field(found.json, 'value')], [200, 200, []]);
});

test('the start time is told by the JVM, unless the policy forbids it', async (t) => {
  const simulator = await runningClover(t, { scenario: 'clover-healthy' });
  const body = { type: 'read', mbean: 'java.lang:type=Runtime', attribute: 'StartTime' };
  const before = await ask(jolokia(simulator, 'nodeB'), { body });
  assert.equal(field(before.json, 'value'), Date.parse('2026-11-22T02:00:00Z'));
  simulator.world.inject({ kind: 'restart', node: 'nodeB' });
  assert.equal(
    field((await ask(jolokia(simulator, 'nodeB'), { body })).json, 'value'),
    Date.parse('2026-11-22T08:00:00Z')
  );
  simulator.world.inject({ kind: 'start-time', on: false });
  assert.equal(field((await ask(jolokia(simulator, 'nodeB'), { body })).json, 'status'), 403);
});
