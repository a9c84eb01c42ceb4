/** The stories of the scenarios: what becomes of events, and of the parents that wait for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanWire } from '../domain/wire.ts';
import { servedSettingsOf, type ServedOptions } from '../served-options.ts';
import type { CloverCluster } from './domain/cluster.ts';
import type { Execution } from './domain/execution.ts';
import { CLOVER_SCENARIOS, cloverScenarioNamed } from './scenarios.ts';
import { stageClover } from './stage.ts';

const START = Date.parse('2026-11-22T08:00:00Z');
/** When nodeB loses the network in all scenarios. */
const CUT = 40;

interface Story {
  readonly cluster: CloverCluster;
  /** Lets virtual seconds pass. */
  readonly pass: (seconds: number) => void;
  readonly run: (jobFile: string) => Execution;
}

function story(scenario: string, options: ServedOptions = {}): Story {
  const settings = { ...servedSettingsOf(options), start: START };
  const cluster = stageClover(cloverScenarioNamed(scenario), cleanWire(), settings);
  const first = cluster.executions.open();
  return {
    cluster,
    pass: (seconds) => cluster.settle(cluster.time + seconds * 1_000),
    run: (jobFile) => {
      const found = first.find((one) => one.jobFile === jobFile);
      assert.ok(found, jobFile);
      return found;
    },
  };
}

const PARENT = 'jobflow/nightlyLoad.jbf';
const CHILD = 'graph/loadCustomers.grf';

test('healthy: nothing is undelivered, and parents go on when their children end', () => {
  const { cluster, pass, run } = story('clover-healthy');
  pass(600);
  assert.deepEqual([run(CHILD).status, run(PARENT).status], ['FINISHED_OK', 'FINISHED_OK']);
  assert.ok(cluster.messaging.links.every(({ undelivered, lostSince }) => undelivered === 0 && lostSince === null));
  assert.ok(cluster.messaging.nodes.every(({ view }) => view.members.length === 3));
});

test('outcome 1: the parent waits while the network is gone, and goes on when all is retransmitted', () => {
  const { cluster, pass, run } = story('clover-outage-recovers');
  const link = cluster.messaging.link('nodeB', 'nodeA');
  pass(CUT + 5);
  assert.equal(cluster.messaging.node('nodeA').view.members.length, 3, 'the view lags');
  pass(20);
  assert.deepEqual(cluster.messaging.node('nodeA').view.members, ['nodeA', 'nodeC']);
  assert.deepEqual(cluster.messaging.node('nodeB').view.members, ['nodeB']);
  pass(500);
  assert.deepEqual([run(CHILD).status, run(PARENT).status], ['FINISHED_OK', 'RUNNING']);
  assert.ok(link.undelivered > 2_000 && link.undelivered < 2_400, String(link.undelivered));
  assert.equal(link.missing, 0, 'the peer knows of no gap while it gets nothing');
  pass(80);
  assert.ok(link.missing > 0, 'it knows of the gap when the network is back');
  pass(30);
  assert.deepEqual([link.undelivered, link.lostForGood, run(PARENT).status], [0, 0, 'FINISHED_OK']);
  const { view } = cluster.messaging.node('nodeB');
  assert.deepEqual([view.members.length, view.merged.length], [3, 2]);
});

test('outcome 2: beyond the limit events are lost; the gap and the parent stay', () => {
  const { cluster, pass, run } = story('clover-outage-overflows');
  const link = cluster.messaging.link('nodeB', 'nodeA');
  pass(CUT + 7 * 60 + 150);
  const { requestsReceived, responsesSent } = cluster.messaging.node('nodeB').retransmissions;
  const frozen = link.missing;
  // 40 events a second for 420 s, less the 10,000 that are held.
  assert.ok(Math.abs(frozen - (40 * 7 * 60 - 10_000)) <= 45, String(frozen));
  pass(60);
  const later = cluster.messaging.node('nodeB').retransmissions;
  assert.equal(link.missing, frozen);
  assert.ok(later.requestsReceived > requestsReceived, 'the peer asks again and again');
  assert.equal(later.responsesSent, responsesSent, 'and gets nothing');
  assert.ok(link.held > 10_000);
  assert.equal(run(PARENT).status, 'RUNNING');
  assert.equal(
    cluster.messaging.fate({ node: 'nodeB', peer: 'nodeA', sequence: link.delivered + 1, epoch: 0 }),
    'waiting'
  );
});

test('outcome 3: a restarted node has lost what it had not delivered, and counts anew', () => {
  const { cluster, pass, run } = story('clover-node-restarted');
  pass(CUT + 5 * 60 + 10);
  const node = cluster.messaging.node('nodeB');
  assert.ok(node.sent < 100);
  assert.ok(node.startedAt > START);
  pass(600);
  assert.deepEqual([run(CHILD).status, run(PARENT).status], ['FINISHED_OK', 'RUNNING']);
  assert.ok(cluster.messaging.link('nodeB', 'nodeA').lostForGood > 1_000);
  assert.equal(cluster.messaging.link('nodeB', 'nodeA').undelivered, 0);
});

test('inbound release: after the timeout what was undelivered is given up, though the buffer had room', () => {
  const { cluster, pass, run } = story('clover-inbound-released');
  const link = cluster.messaging.link('nodeB', 'nodeA');
  pass(CUT + 3_590);
  assert.equal(link.releases, 0);
  pass(20);
  assert.equal(link.releases, 1);
  pass(600);
  assert.equal(link.undelivered, 0);
  assert.ok(link.lostForGood > 3_600 && link.lostForGood < 4_000, String(link.lostForGood));
  assert.equal(run(PARENT).status, 'RUNNING');
});

test('an abort ends the parent and its children; ignored it ends nothing; a node that is cut off is not reached', () => {
  const healthy = story('clover-healthy');
  healthy.cluster.abort(healthy.run(PARENT), 'nodeA');
  healthy.pass(3);
  assert.deepEqual([healthy.run(PARENT).status, healthy.run(CHILD).status], ['ABORTED', 'ABORTED']);

  const ignored = story('clover-abort-ignored');
  ignored.cluster.abort(ignored.run(PARENT), 'nodeA');
  ignored.pass(30);
  assert.equal(ignored.run(PARENT).status, 'RUNNING');

  const cut = story('clover-node-unreachable');
  cut.pass(CUT + 30);
  cut.cluster.abort(cut.run('graph/archiveLogs.grf'), 'nodeA');
  cut.cluster.abort(cut.run(PARENT), 'nodeA');
  cut.pass(10);
  assert.deepEqual([cut.run('graph/archiveLogs.grf').status, cut.run(PARENT).status], ['RUNNING', 'ABORTED']);
});

test('a frozen node’s runs do not end before it is thawed; a dead one’s are UNKNOWN', () => {
  const { cluster, pass, run } = story('clover-healthy');
  cluster.messaging.node('nodeB').process = 'frozen';
  pass(120);
  assert.equal(run(CHILD).status, 'RUNNING');
  cluster.messaging.node('nodeB').process = 'alive';
  pass(30);
  assert.deepEqual([run(CHILD).status, run(PARENT).status], ['FINISHED_OK', 'FINISHED_OK']);
  const dead = story('clover-healthy');
  dead.cluster.messaging.node('nodeB').process = 'dead';
  dead.cluster.executions.nodeDied('nodeB');
  dead.pass(120);
  assert.deepEqual([dead.run(CHILD).status, dead.run(PARENT).status], ['UNKNOWN', 'RUNNING']);
});

test('recorded outages: the parent goes on exactly where everything was delivered', () => {
  const ends = CLOVER_SCENARIOS.filter(({ recording }) => recording !== undefined).map(({ name }) => {
    const { pass, run } = story(name);
    pass(130);
    assert.equal(run(CHILD).status, 'FINISHED_OK', name);
    return [name, run(PARENT).status];
  });
  assert.deepEqual(Object.fromEntries(ends), {
    'replay-emu-gclag2000-stop30s': 'FINISHED_OK',
    'replay-emu-gclag300-short-stop16s': 'FINISHED_OK',
    'replay-emu-gclag300-stop45s': 'RUNNING',
    'replay-jg2-stop30s': 'RUNNING',
    'replay-jg5-stop30s': 'RUNNING',
  });
});

test('how often somebody looks changes nothing', () => {
  const figures = (steps: number): unknown => {
    const { cluster, pass } = story('clover-outage-overflows', { nodes: 5 });
    for (let step = 0; step < steps; step++) {
      pass(1_200 / steps);
    }
    return [
      cluster.messaging.links.map(({ delivered, missing, lostForGood }) => [delivered, missing, lostForGood]),
      cluster.executions.page(0, 500).map(({ runId, status, stoppedAt }) => [runId, status, stoppedAt]),
    ];
  };
  assert.deepEqual(figures(1), figures(160));
});

test('30 nodes for two hours take less than some seconds', () => {
  const { cluster, pass } = story('clover-outage-recovers', { nodes: 30, history: 20_000 });
  const begun = performance.now();
  pass(7_200);
  assert.ok(performance.now() - begun < 10_000);
  assert.equal(cluster.messaging.links.length, 870);
  assert.equal(cluster.messaging.nodes.at(-1)?.name, 'nodeAD');
});
