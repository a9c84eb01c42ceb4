// @ts-check
/** The cluster on both generations of JGroups, with real faults. Takes two to three minutes; needs Java 17 and Maven. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { http } from '../seatunnel/lib/rest.mjs';
import {
  clusterStatus,
  discard,
  freezeNode,
  restartNode,
  setRate,
  startCluster,
  stopCluster,
  thawNode,
  undiscard,
  withCluster,
} from './cluster.mjs';
import { ENGINE_DIR } from './lib/build.mjs';
import {
  alive,
  becomes,
  counter,
  exporterText,
  jolokia,
  protocolMBean,
  skip,
  TRUTH_MBEAN,
  truths,
  undelivered,
  view,
} from './lib/testing.mjs';

const CLI = join(ENGINE_DIR, 'cli.mjs');
const ALL = ['nodeA', 'nodeB', 'nodeC'];
const PAIRS = ALL.flatMap((from) => ALL.filter((to) => to !== from).map((to) => [from, to]));
const RATE = 20;
const GC_LAG = 300;
const EXCLUDE_AFTER_SECONDS = 6;
/** Well below the exclusion, and long enough to see the events pile up. */
const SHORT_CUT_MS = 3_000;
/** The first event behind a gap tells of it; there are many a second. */
const GAP_BOUND_MS = 20_000;
/** What is sent between two looks at two nodes. */
const READING_SLACK = RATE;

/** @param {Record<string, import('./lib/node-client.mjs').Truth>} all */
const nothingUndelivered = (all) =>
  PAIRS.every(([from, to]) => all[from] && all[to] && Math.abs(undelivered(all, from, to)) <= READING_SLACK / 2);

/** What each generation calls the same things. */
const GENERATIONS = [
  {
    number: 2,
    options: { gcLag: GC_LAG },
    sent: 'CurrentSeqno',
    missing: 'PendingRetransmissionRequests',
    requests: 'XmitReqsSent',
    view: 'View',
  },
  {
    number: 5,
    options: {},
    sent: 'current_seqno',
    missing: 'xmit_table_missing_messages',
    requests: 'xmit_reqs_sent',
    view: 'view',
  },
];

for (const generation of GENERATIONS) {
  describe(`JGroups ${generation.number}`, { skip }, () => {
    /** @type {import('./lib/testing.mjs').Cluster} */
    let cluster;
    before(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'unjam-jgroups-'));
      cluster = await startCluster({
        dir,
        generation: generation.number,
        rate: RATE,
        excludeAfterSeconds: EXCLUDE_AFTER_SECONDS,
        ownerPid: process.pid,
        ...generation.options,
      });
      console.log(`The engine: JGroups ${cluster.jgroups}`);
    });
    after(async () => {
      const { nodes } = await clusterStatus(cluster.dir);
      assert.deepEqual((await stopCluster(cluster.dir)).stopped, ALL);
      assert.deepEqual(alive(nodes.map((node) => node.pid)), []);
      assert.deepEqual((await stopCluster(cluster.dir)).stopped, []);
      rmSync(cluster.dir, { recursive: true, force: true });
    });

    test('start: three nodes see each other, and every event sent arrives', async () => {
      assert.equal(cluster.generation, generation.number);
      assert.equal(cluster.gcLag, generation.number === 2 ? GC_LAG : null);
      await view(cluster, ALL);
      await becomes(cluster, 'a second of events was sent', (all) => ALL.every((name) => all[name].eventsSent > RATE));
      await setRate(cluster.dir, 0);
      const all = await becomes(cluster, 'all is delivered', (now) =>
        ALL.every((to) => ALL.every((from) => undelivered(now, from, to) === 0))
      );
      for (const node of Object.values(all)) {
        assert.deepEqual(node.eventsLost, {});
        assert.deepEqual(node.eventsRepeated, {});
        assert.deepEqual(
          node.eventsReceived,
          Object.fromEntries(ALL.map((name) => [name, all[name].eventsSent])),
          'the first event counts already'
        );
      }
      await setRate(cluster.dir, RATE);
    });

    test('Jolokia answers bulk reads and the windows, and refuses everything else', async () => {
      const nakack = protocolMBean(cluster, cluster.protocol);
      const entries = await jolokia(cluster, 'nodeB', [
        { type: 'read', mbean: nakack, attribute: [generation.sent, generation.missing] },
        { type: 'read', mbean: `jgroups:type=channel,cluster="${cluster.channel}"`, attribute: generation.view },
        { type: 'read', mbean: 'java.lang:type=Runtime', attribute: 'StartTime' },
        { type: 'search', mbean: 'jgroups:*' },
        { type: 'version' },
        { type: 'exec', mbean: nakack, operation: 'printMessages' },
      ]);
      assert.deepEqual(
        entries.map((entry) => entry.status),
        [200, 200, 200, 200, 200, 200]
      );
      const [counters, channel, start, found, , windows] = entries.map((entry) => entry.value);
      const { nodeB } = await truths(cluster);
      assert.ok(Math.abs(counters[generation.sent] - nodeB.eventsSent) <= READING_SLACK);
      assert.match(channel, /\[nodeA, node[BC], node[BC]\]/);
      assert.equal(start, nodeB.startTime);
      assert.ok(found.length > 10);
      assert.match(windows, /nodeC: \[/);

      const refused = await jolokia(cluster, 'nodeB', [
        { type: 'read', mbean: TRUTH_MBEAN },
        { type: 'read', mbean: 'java.lang:type=Runtime', attribute: 'SystemProperties' },
        { type: 'write', mbean: TRUTH_MBEAN, attribute: 'Rate', value: 1 },
        { type: 'write', mbean: nakack, attribute: 'stats', value: false },
        { type: 'exec', mbean: TRUTH_MBEAN, operation: 'discardAll' },
        { type: 'exec', mbean: nakack, operation: 'resetStats' },
        { type: 'exec', mbean: 'java.lang:type=Memory', operation: 'gc' },
        { type: 'list' },
      ]);
      assert.deepEqual(
        refused.map((entry) => entry.status),
        [403, 403, 403, 403, 403, 403, 403, 403]
      );
      assert.equal((await truths(cluster)).nodeB.rate, RATE);
    });

    test('the exporter says the same as text', async () => {
      const text = await exporterText(cluster, 'nodeC');
      const labels = `{cluster="\\"${cluster.channel}\\"",protocol="${cluster.protocol}"}`;
      const value = (/** @type {string} */ name) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${name} `))
            ?.slice(name.length)
        );
      const { nodeC } = await truths(cluster);
      const seqno = value(`jgroups_protocol_${generation.sent}${labels}`);
      assert.ok(Math.abs(seqno - nodeC.eventsSent) <= READING_SLACK, `${seqno} and ${nodeC.eventsSent}`);
      assert.equal(Math.round(value('process_start_time_seconds') * 1000), nodeC.startTime);
      if (generation.number === 2) {
        assert.equal(value(`jgroups_protocol_GcLag${labels}`), GC_LAG);
      }
    });

    test('two nodes cut off from each other for a short time: events pile up, then all arrive', async () => {
      await becomes(cluster, 'nothing is on its way', nothingUndelivered);
      const requestsBefore = await counter(cluster, 'nodeC', generation.requests);
      const said = await discard(cluster.dir, 'nodeB', { peer: 'nodeC' });
      assert.deepEqual(said.discarding, { nodeB: ['nodeC'], nodeC: ['nodeB'] });
      await sleep(SHORT_CUT_MS);
      const cut = await truths(cluster);
      const piled = (RATE * SHORT_CUT_MS) / 1000 - READING_SLACK;
      assert.ok(undelivered(cut, 'nodeB', 'nodeC') >= piled, `${undelivered(cut, 'nodeB', 'nodeC')} B to C`);
      assert.ok(undelivered(cut, 'nodeC', 'nodeB') >= piled, `${undelivered(cut, 'nodeC', 'nodeB')} C to B`);
      assert.ok(undelivered(cut, 'nodeA', 'nodeC') <= READING_SLACK, 'the third one is not concerned');

      // C hears B again, and B not yet that C asks: the gap is known and cannot be filled.
      await undiscard(cluster.dir, 'nodeC', { peer: 'nodeB', oneWay: true });
      const end = performance.now() + GAP_BOUND_MS;
      let missing = 0;
      while ((missing = await counter(cluster, 'nodeC', generation.missing)) < piled) {
        assert.ok(performance.now() < end, `${missing} missing at C`);
        await sleep(100);
      }
      const held = await truths(cluster);
      assert.ok(undelivered(held, 'nodeB', 'nodeC') >= piled, 'what came behind the gap is held');

      await undiscard(cluster.dir, 'nodeB', { peer: 'nodeC' });
      const healed = await becomes(cluster, 'all has arrived', nothingUndelivered);
      for (const node of Object.values(healed)) {
        assert.deepEqual(node.eventsLost, {});
        assert.deepEqual(node.discarding, []);
        assert.deepEqual([...node.members].sort(), ALL);
      }
      assert.ok((await counter(cluster, 'nodeC', generation.requests)) > requestsBefore, 'it asked for them again');
      assert.equal(await counter(cluster, 'nodeC', generation.missing), 0);
    });

    test('a node that drops everything for a short time loses nothing', async () => {
      const said = await discard(cluster.dir, 'nodeC');
      assert.deepEqual(said.discarding, { nodeC: ['*'] });
      await sleep(SHORT_CUT_MS);
      const cut = await truths(cluster);
      assert.ok(undelivered(cut, 'nodeA', 'nodeC') > READING_SLACK);
      assert.ok(undelivered(cut, 'nodeC', 'nodeA') > READING_SLACK);
      await undiscard(cluster.dir, 'nodeC');
      const healed = await becomes(cluster, 'all has arrived', nothingUndelivered);
      assert.deepEqual(
        ALL.map((name) => healed[name].eventsLost),
        [{}, {}, {}]
      );
    });

    test('a frozen node is excluded; after the thaw it is back, and what was sent meanwhile is lost', async () => {
      const before = await truths(cluster);
      await freezeNode(cluster.dir, 'nodeC');
      const frozen = (await clusterStatus(cluster.dir)).nodes[2];
      assert.deepEqual([frozen.alive, frozen.frozen, frozen.truth], [true, true, null]);
      await assert.rejects(http(cluster.nodes[2].jolokia, { timeoutMs: 1_000 }), /no complete answer/);

      await view(cluster, ['nodeA', 'nodeB']);
      const excluded = await truths(cluster);
      await becomes(
        cluster,
        '5 s more were sent',
        (all) => all.nodeA.eventsSent > excluded.nodeA.eventsSent + 5 * RATE
      );
      const sent = await truths(cluster);
      await thawNode(cluster.dir, 'nodeC');
      await view(cluster, ALL);
      const back = await becomes(cluster, 'all that can arrive has arrived', nothingUndelivered);
      // What the exclusion covers for sure is lost; the bound above is everything that was sent up to the merge.
      for (const sender of ['nodeA', 'nodeB']) {
        const lost = back.nodeC.eventsLost[sender] ?? 0;
        const least = sent[sender].eventsSent - excluded[sender].eventsSent;
        const most = back[sender].eventsSent - before[sender].eventsSent;
        assert.ok(lost >= least && lost <= most, `${sender}: ${least} <= ${lost} <= ${most}`);
      }
      assert.equal(back.nodeC.startTime, before.nodeC.startTime, 'it is the same process');
    });

    test('a restarted node has another start time, another pid, and counts anew', async () => {
      const before = await clusterStatus(cluster.dir);
      const restarted = await restartNode(cluster.dir, 'nodeB');
      await view(cluster, ALL);
      const now = await clusterStatus(cluster.dir);
      assert.notEqual(now.nodes[1].pid, before.nodes[1].pid);
      assert.equal(now.nodes[1].jolokia, before.nodes[1].jolokia);
      const startTime = now.nodes[1].truth?.startTime ?? 0;
      assert.equal(startTime, restarted.startTime);
      assert.ok(startTime > (before.nodes[1].truth?.startTime ?? 0));
      const [entry] = await jolokia(cluster, 'nodeB', [
        { type: 'read', mbean: 'java.lang:type=Runtime', attribute: 'StartTime' },
      ]);
      assert.equal(entry.value, startTime);
      assert.ok((now.nodes[1].truth?.eventsSent ?? 0) < (before.nodes[1].truth?.eventsSent ?? 0));
      await becomes(cluster, 'its events arrive', nothingUndelivered);
    });
  });
}

describe('the cluster as a whole', { skip }, () => {
  test('the command line: JSON on stdout, a sentence on stderr, nothing left behind', () => {
    const dir = mkdtempSync(join(tmpdir(), 'unjam-jgroups-'));
    const cli = (/** @type {string[]} */ ...args) =>
      spawnSync('node', [CLI, ...args, '--dir', dir], { encoding: 'utf8' });
    try {
      for (const [args, said] of /** @type {[string[], RegExp][]} */ ([
        [['start', '--generation', '3'], /no generation 3/],
        [['start', '--generation', '5', '--gc-lag', '300'], /has no gc_lag/],
        [['start', '--basic-auth', 'nobody'], /user:password/],
        [['freeze', '--node', 'nodeA'], /start one first/],
        [['dance'], /no command "dance"/],
      ])) {
        const refused = cli(...args);
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, said);
        assert.equal(refused.stdout, '');
      }
      const started = cli('start', '--basic-auth', 'reader:secret:1', '--rate', '5', '--channel', 'other');
      assert.equal(started.status, 0, started.stderr);
      assert.doesNotMatch(started.stdout + started.stderr, /secret/);
      const cluster = JSON.parse(started.stdout);
      assert.equal(cluster.gcLag, 10_000);
      assert.equal(cluster.channel, 'other');
      assert.match(cli('start').stderr, /stop it first/);

      assert.equal(cli('freeze', '--node', 'nodeC').status, 0);
      assert.match(cli('rate', '--per-second', '1', '--node', 'nodeC').stderr, /is it frozen/);
      assert.equal(JSON.parse(cli('status').stdout).nodes[2].frozen, true);
      const stopped = JSON.parse(cli('stop').stdout);
      assert.deepEqual(stopped.stopped, ALL, 'a frozen one too');
      assert.deepEqual(alive(cluster.nodes.map((/** @type {{ pid: number }} */ node) => node.pid)), []);
      assert.equal(JSON.parse(cli('status').stdout).running, false);
    } finally {
      cli('stop');
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('Jolokia asks for the password where one was given', async () => {
    await withCluster({ generation: 5, rate: 1, basicAuth: 'reader:secret:1' }, async (cluster) => {
      const body = JSON.stringify([{ type: 'version' }]);
      assert.equal((await http(cluster.nodes[0].jolokia, { method: 'POST', body })).status, 401);
      const [entry] = await jolokia(cluster, 'nodeA', [{ type: 'version' }], 'reader:secret:1');
      assert.equal(entry.status, 200);
    });
  });

  test('a killed owner leaves nothing behind', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'unjam-jgroups-'));
    const owner = spawn('sleep', ['300'], { stdio: 'ignore' });
    try {
      const cluster = await startCluster({ dir, generation: 5, rate: 1, ownerPid: owner.pid });
      assert.equal(alive(cluster.nodes.map((node) => node.pid)).length, ALL.length);
      owner.kill('SIGKILL');
      const end = performance.now() + 30_000;
      while (alive(cluster.nodes.map((node) => node.pid)).length > 0) {
        assert.ok(performance.now() < end, 'the watchdog should have stopped the cluster');
        await sleep(200);
      }
    } finally {
      owner.kill('SIGKILL');
      await stopCluster(dir);
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
