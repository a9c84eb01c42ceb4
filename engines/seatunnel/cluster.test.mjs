// @ts-check
/** Engine 2.3.8, against real members. Takes one to two minutes; needs Java 17 and Maven. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clusterStatus,
  freezeNode,
  killNode,
  startCluster,
  startNode,
  stopCluster,
  submitJob,
  thawNode,
  withCluster,
} from './cluster.mjs';
import { ENGINE_DIR } from './lib/paths.mjs';
import { getV1 } from './lib/rest.mjs';
import {
  alive,
  base,
  becomes,
  HANG_MS,
  loseFinalStatus,
  pids,
  runningJob,
  skip,
  SOON_MS,
  stays,
  stopJob,
  taskThreads,
} from './lib/testing.mjs';

describe('2.3.8 with fault agent and test back-port', { skip }, () => {
  /** @type {import('./lib/testing.mjs').Cluster} */
  let cluster;
  let master = '';
  before(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'unjam-seatunnel-'));
    cluster = await startCluster({ dir, faultAgent: true, forceBackport: true, ownerPid: process.pid });
    master = base(cluster, 'master-1');
  });
  after(async () => {
    await stopCluster(cluster.dir);
    assert.deepEqual(alive(pids(cluster)), []);
    rmSync(cluster.dir, { recursive: true, force: true });
  });

  test('start says what runs', () => {
    assert.equal(cluster.engine, '2.3.8');
    assert.equal(cluster.declaredVersion, '2.3.8');
    assert.match(cluster.testBackport ?? '', /test back-port/);
    assert.deepEqual(
      cluster.nodes.map((n) => n.name),
      ['master-1', 'worker-1']
    );
    assert.equal(cluster.nodes[0].restV2, null);
  });

  test('a plain cancel ends as CANCELED; the id keeps all its digits', async () => {
    const id = await runningJob(cluster, 'plain "cancel" é');
    assert.match(id, /^\d{17,19}$/);
    assert.equal((await getV1(master, `/job-info/${id}`)).jobName, 'plain "cancel" é');
    assert.ok((await taskThreads(base(cluster, 'worker-1'), id)).length > 0);
    await stopJob(master, id);
    await becomes(master, id, 'CANCELED');
  });

  test('a batch job ends as FINISHED', async () => {
    const { jobId } = await submitJob(cluster.dir, { name: 'batch', mode: 'batch' });
    await becomes(master, jobId, 'FINISHED');
  });

  test('final status lost: CANCELING stays, a second cancel changes nothing, force ends it', async () => {
    const id = await runningJob(cluster, 'lost');
    await loseFinalStatus(cluster, id);
    await stays(master, id, 'CANCELING');
    await stopJob(master, id);
    await stays(master, id, 'CANCELING');
    assert.equal((await stopJob(master, id, { force: true })).status, 200);
    await becomes(master, id, 'CANCELED');
  });

  test('force stop of a running job ends as CANCELED, its threads end too', async () => {
    const id = await runningJob(cluster, 'forced');
    await stopJob(master, id, { force: true });
    await becomes(master, id, 'CANCELED');
    assert.equal((await stopJob(master, id, { force: true })).status, 200);
    assert.equal((await stopJob(master, '123', { force: true })).status, 200);
    const end = performance.now() + SOON_MS;
    while ((await taskThreads(base(cluster, 'worker-1'), id)).length > 0) {
      assert.ok(performance.now() < end);
      await sleep(100);
    }
  });

  test('a frozen worker makes running-jobs hang while overview answers', async () => {
    const id = await runningJob(cluster, 'frozen');
    await freezeNode(cluster.dir, 'worker-1');
    try {
      assert.equal((await clusterStatus(cluster.dir)).nodes[1].frozen, true);
      await assert.rejects(getV1(master, '/running-jobs', HANG_MS), /no complete answer/);
      await assert.rejects(getV1(master, `/job-info/${id}`, HANG_MS), /no complete answer/);
      assert.equal((await getV1(master, '/overview', HANG_MS)).workers, '1');
      assert.deepEqual(await getV1(master, '/finished-jobs/FAILED', HANG_MS), []);
    } finally {
      await thawNode(cluster.dir, 'worker-1');
    }
    await becomes(master, id, 'RUNNING');
    await stopJob(master, id);
    // What the worker missed while it was frozen may end the job as FAILED (seen on a busy machine).
    await becomes(master, id, 'CANCELED', 'FAILED');
  });

  test('a second start in the same directory is refused', async () => {
    await assert.rejects(startCluster({ dir: cluster.dir }), /stop it first/);
  });

  test('stop ends frozen members too, and twice is fine', async () => {
    await freezeNode(cluster.dir, 'worker-1');
    const stopped = await stopCluster(cluster.dir);
    assert.deepEqual(stopped.stopped, ['master-1', 'worker-1']);
    assert.deepEqual(alive(pids(cluster)), []);
    assert.deepEqual((await stopCluster(cluster.dir)).stopped, []);
  });
});

test('2.3.8 without back-port: force is answered and ignored; a master failover is the way out', { skip }, () =>
  withCluster({ masters: 2, faultAgent: true }, async (cluster) => {
    const [first, second] = [base(cluster, 'master-1'), base(cluster, 'master-2')];
    const id = await runningJob(cluster, 'failover');
    await loseFinalStatus(cluster, id);
    const answer = await stopJob(first, id, { force: true });
    assert.equal(answer.status, 200);
    assert.equal(answer.body, `{"jobId":"${id}"}`);
    await stays(first, id, 'CANCELING');

    // The new master takes the job over in CANCELING, asks the worker for its tasks, finds none, and
    // so ends it: 2.3.8 needs no second cancel.
    await killNode(cluster.dir, 'master-1');
    await becomes(second, id, 'CANCELED');

    assert.equal((await startNode(cluster.dir, 'master-1')).restV1, first);
    const rows = await getV1(second, '/system-monitoring-information');
    assert.equal(rows.length, 3);
  })
);

test('2.3.8 unmodified by command line: no agent, and it goes with its owner', { skip }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'unjam-seatunnel-'));
  const owner = spawn('sleep', ['600'], { stdio: 'ignore' });
  const cli = (/** @type {string[]} */ ...args) =>
    spawnSync(process.execPath, [join(ENGINE_DIR, 'cli.mjs'), ...args, '--dir', dir], { encoding: 'utf8' });
  try {
    const started = cli('start', '--owner-pid', String(owner.pid), '--time-zone', 'Asia/Shanghai');
    assert.equal(started.status, 0, started.stderr);
    const cluster = JSON.parse(started.stdout);
    assert.equal(cluster.testBackport, null);
    assert.doesNotMatch(readFileSync(join(dir, 'nodes', 'master-1', 'java.args'), 'utf8'), /javaagent/);

    const refused = cli('fault', '--lose-final-status', 'on');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /without the fault agent/);
    assert.match(cli('freeze', '--node', 'nobody').stderr, /use one of master-1, worker-1/);

    const job = JSON.parse(cli('submit', '--name', 'zoned').stdout);
    const { createTime } = await getV1(cluster.nodes[0].restV1, `/job-info/${job.jobId}`);
    const local = new Date().toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
    assert.equal(createTime.slice(0, 13), local.slice(0, 13));

    const members = pids(cluster);
    assert.equal(alive(members).length, 2);
    owner.kill('SIGKILL');
    const end = performance.now() + SOON_MS;
    while (alive(members).length > 0 || (await clusterStatus(dir)).nodes.length > 0) {
      assert.ok(performance.now() < end, 'the watchdog should have stopped the cluster');
      await sleep(100);
    }
  } finally {
    owner.kill('SIGKILL');
    await stopCluster(dir);
    rmSync(dir, { recursive: true, force: true });
  }
});
