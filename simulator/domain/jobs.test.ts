import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staged, START } from '../testing/cluster.ts';
import { stop } from './lifecycle.ts';
import { VirtualClock } from './clock.ts';
import { ZoneFormat } from './zone.ts';

test('fifty-thousand-jobs: pages and counts agree, and a job stays the same', () => {
  const { cluster } = staged('fifty-thousand-jobs');
  assert.equal(cluster.jobs.openCount(), 50_000);
  assert.equal(
    cluster.jobs.count((status) => status === 'CANCELING'),
    50
  );
  assert.equal(
    cluster.jobs.count((status) => status === 'RUNNING'),
    49_950
  );
  const [job] = [...cluster.jobs.open(31_000, 31_001)];
  assert.ok(job);
  assert.deepEqual(cluster.jobs.find(job.id), job);
  assert.equal(new Set([...cluster.jobs.open()].map(({ id }) => id)).size, 50_000);
});

test('fifty-thousand-jobs: one that is stopped leaves the list, and only it is kept', () => {
  const { cluster, pass } = staged('fifty-thousand-jobs');
  const stuck = [...cluster.jobs.open(0, 1_000)].find(({ status }) => status === 'CANCELING');
  assert.ok(stuck);
  const keptBefore = cluster.jobs.held().length;
  stop(cluster, stuck.id, 'force');
  pass(1);
  assert.equal(cluster.jobs.openCount(), 49_999);
  assert.equal(
    cluster.jobs.count((status) => status === 'CANCELING'),
    49
  );
  assert.deepEqual(
    cluster.jobs
      .ended('CANCELED')
      .map(({ id }) => id)
      .includes(stuck.id),
    true
  );
  assert.equal(
    [...cluster.jobs.open(0, 1_000)].some(({ id }) => id === stuck.id),
    false
  );
  assert.equal(cluster.jobs.held().length, keptBefore + 1);
});

test('the same seed gives the same jobs, another one others', () => {
  const jobs = (seed: number): unknown => staged('healthy', { seed }).cluster.jobs.held();
  assert.deepEqual(jobs(7), jobs(7));
  assert.notDeepEqual(jobs(7), jobs(8));
});

test('virtual time runs by its factor, stands still at 0, and never goes back', () => {
  let real = 0;
  const clock = new VirtualClock(START, 10, () => real);
  real = 1_000;
  assert.equal(clock.now(), START + 10_000);
  clock.setSpeed(0);
  real = 60_000;
  assert.equal(clock.now(), START + 10_000);
  clock.advance(5_000);
  assert.equal(clock.now(), START + 15_000);
  assert.throws(() => clock.advance(-1), RangeError);
  assert.throws(() => clock.setSpeed(-1), RangeError);
});

test('times are the local ones of the zone, in summer and winter', () => {
  assert.equal(new ZoneFormat('UTC').text(START), '2026-11-22 08:00:00');
  assert.equal(new ZoneFormat('Asia/Shanghai').text(START), '2026-11-22 16:00:00');
  assert.equal(new ZoneFormat('America/New_York').text(START), '2026-11-22 03:00:00');
  assert.equal(new ZoneFormat('Europe/Berlin').text(Date.parse('2026-07-01T12:00:00Z')), '2026-07-01 14:00:00');
  assert.equal(new ZoneFormat('Asia/Kolkata').text(START), '2026-11-22 13:30:00');
});
