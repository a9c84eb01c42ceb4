import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpoints } from '../rest/checkpoints.ts';
import { staged } from '../testing/cluster.ts';
import { apply } from './faults.ts';
import { become, newJob, TransitionError } from './job.ts';
import { stop, submit } from './lifecycle.ts';
import { hasEnded, mayBecome, STATUSES } from './status.ts';

test('end states are never left', () => {
  for (const from of STATUSES.filter(hasEnded)) {
    assert.deepEqual(
      STATUSES.filter((to) => mayBecome(from, to)),
      [],
      from
    );
  }
});

test('a change that SeaTunnel does not have is refused', () => {
  const job = newJob({ id: '1', name: 'a', createdAt: 0, status: 'FINISHED' });
  assert.throws(() => become(job, 'RUNNING', 1), TransitionError);
});

test('a submitted job runs before its tasks are deployed', () => {
  const { cluster, pass } = staged('empty');
  const job = submit(cluster, { name: 'a' });
  pass(0.5);
  assert.deepEqual([job.status, job.threadsOn], ['RUNNING', []]);
  pass(1);
  assert.deepEqual(job.threadsOn, [job.worker]);
});

test('a job without slots waits in PENDING, and is placed when there are some', () => {
  const { cluster, wire, pass } = staged('empty');
  apply(cluster, wire, { kind: 'take-slots', on: true });
  const job = submit(cluster, { name: 'a' });
  pass(60);
  assert.equal(job.status, 'PENDING');
  apply(cluster, wire, { kind: 'take-slots', on: false });
  pass(2);
  assert.equal(job.status, 'RUNNING');
});

test('a batch job finishes by itself', () => {
  const { cluster, pass } = staged('empty');
  const job = submit(cluster, { name: 'a', mode: 'BATCH', runsMs: 5_000 });
  pass(7);
  assert.equal(job.status, 'FINISHED');
});

test('a plain cancel ends a healthy job in 0.2 s', () => {
  const { cluster, job, pass } = staged('healthy');
  const orders = job('orders-cdc-to-lake');
  stop(cluster, orders.id, 'cancel');
  assert.equal(orders.status, 'CANCELING');
  pass(0.2);
  assert.deepEqual([orders.status, orders.threadsOn], ['CANCELED', []]);
});

test('a lost final status: a second cancel changes nothing, force stop ends the job in 0.3 s', () => {
  const { cluster, wire, job, pass } = staged('healthy');
  const orders = job('orders-cdc-to-lake');
  apply(cluster, wire, { kind: 'lose-final-status', on: true });
  stop(cluster, orders.id, 'cancel');
  pass(3600);
  assert.deepEqual([orders.status, orders.threadsOn], ['CANCELING', []]);
  stop(cluster, orders.id, 'cancel');
  pass(3600);
  assert.equal(orders.status, 'CANCELING');
  stop(cluster, orders.id, 'force');
  pass(0.3);
  assert.equal(orders.status, 'CANCELED');
});

test('an engine without force stop takes it for a plain cancel', () => {
  const { cluster, job, pass } = staged('old-version', { version: '2.3.13' });
  const stuck = job('invoices-to-warehouse');
  stop(cluster, stuck.id, 'force');
  pass(3600);
  assert.equal(stuck.status, 'CANCELING');
});

test('stops of unknown and ended jobs do nothing', () => {
  const { cluster, job, pass } = staged('healthy');
  const ended = job('nightly-ledger-export');
  const finishedAt = ended.finishedAt;
  stop(cluster, ended.id, 'force');
  stop(cluster, '123', 'cancel');
  pass(1);
  assert.deepEqual([ended.status, ended.finishedAt], ['FINISHED', finishedAt]);
});

test('a task that is stuck in its sink stays behind as a zombie', () => {
  const { cluster, wire, job, pass } = staged('healthy');
  const orders = job('orders-cdc-to-lake');
  apply(cluster, wire, { kind: 'stick-task', job: orders.id });
  stop(cluster, orders.id, 'cancel');
  pass(1);
  assert.deepEqual([orders.status, orders.threadsOn], ['CANCELED', [orders.worker]]);
});

test('a savepoint ends the job, and its tasks acknowledge one by one', () => {
  const { cluster, job, pass } = staged('savepoint');
  const orders = job('orders-cdc-to-lake');
  const acknowledged = (): unknown => /"acknowledged":(\d+)/.exec(JSON.stringify(checkpoints(cluster, orders)))?.[1];
  assert.deepEqual([orders.status, acknowledged()], ['DOING_SAVEPOINT', '0']);
  pass(10 * 60);
  assert.equal(acknowledged(), '6');
  pass(5 * 60);
  assert.deepEqual([orders.status, acknowledged()], ['SAVEPOINT_DONE', undefined]);
});

test('when somebody looks does not change what happens', () => {
  const once = staged('worker-frozen');
  const often = staged('worker-frozen');
  once.pass(120);
  for (let second = 0; second < 120; second++) {
    often.pass(1);
  }
  assert.deepEqual(once.cluster.jobs.held(), often.cluster.jobs.held());
});
