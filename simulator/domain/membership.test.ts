import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staged } from '../testing/cluster.ts';
import { apply } from './faults.ts';
import { stop } from './lifecycle.ts';

test('worker-frozen: a cancelled job hangs until the worker is dropped, force or not', () => {
  const { cluster, job, pass } = staged('worker-frozen');
  const payments = job('payments-to-warehouse');
  assert.equal(payments.worker, 'worker-2');
  pass(30);
  assert.equal(payments.status, 'CANCELING');
  stop(cluster, payments.id, 'force');
  pass(30);
  assert.equal(payments.status, 'CANCELING');
  pass(6);
  assert.equal(payments.status, 'CANCELED');
  assert.deepEqual(
    cluster.workers().map(({ name }) => name),
    ['worker-1']
  );
});

test('worker-frozen: jobs that ran on the dropped worker go on at the other', () => {
  const { job, pass } = staged('worker-frozen');
  const inventory = job('inventory-to-search');
  pass(70);
  assert.deepEqual([inventory.status, inventory.worker, inventory.threadsOn], ['RUNNING', 'worker-1', ['worker-1']]);
});

test('a worker that is thawed in time carries its cancels out', () => {
  const { cluster, wire, job, pass } = staged('worker-frozen');
  const payments = job('payments-to-warehouse');
  pass(30);
  apply(cluster, wire, { kind: 'thaw', member: 'worker-2' });
  pass(1);
  assert.equal(payments.status, 'CANCELED');
  pass(120);
  assert.equal(cluster.workers().length, 2);
});

test('a worker that is thawed too late ends itself, and can be started again', () => {
  const { cluster, wire, pass } = staged('worker-frozen');
  pass(70);
  apply(cluster, wire, { kind: 'thaw', member: 'worker-2' });
  assert.equal(cluster.member('worker-2').process, 'dead');
  apply(cluster, wire, { kind: 'start', member: 'worker-2' });
  pass(10);
  assert.equal(cluster.workers().length, 2);
});

test('without another worker, a running job fails some time after its worker is lost', () => {
  const { cluster, wire, job, pass } = staged('healthy');
  apply(cluster, wire, { kind: 'kill', member: 'worker-1' });
  apply(cluster, wire, { kind: 'kill', member: 'worker-2' });
  const orders = job('orders-cdc-to-lake');
  pass(10);
  assert.equal(orders.status, 'RUNNING');
  pass(10);
  assert.equal(orders.status, 'FAILED');
  assert.match(orders.errorMessage ?? '', /TargetNotMemberException/);
});

test('failover-cancel-forgotten: CANCELING, UNKNOWABLE, RUNNING on another master, then a plain cancel works', () => {
  const { cluster, job, pass } = staged('failover-cancel-forgotten');
  const returns = job('returns-cdc-to-lake');
  const seen = new Set<string>();
  for (let tenth = 0; tenth < 700; tenth++) {
    pass(0.1);
    seen.add(cluster.statusOf(returns));
  }
  assert.deepEqual([...seen], ['CANCELING', 'UNKNOWABLE', 'RUNNING']);
  assert.equal(cluster.activeMaster, 'master-2');
  assert.deepEqual(returns.threadsOn, [returns.worker]);
  stop(cluster, returns.id, 'cancel');
  pass(1);
  assert.equal(returns.status, 'CANCELED');
});

test('2.3.8 ends a job whose final status was lost when the master changes', () => {
  const { job, pass } = staged('failover-cancel-forgotten', { version: '2.3.8' });
  pass(63);
  assert.equal(job('returns-cdc-to-lake').status, 'CANCELED');
});

test('restore: each job is UNKNOWABLE until its turn', () => {
  const { cluster, pass } = staged('restore');
  const unknowable = (): number =>
    cluster.jobs.heldOpen().filter((job) => cluster.statusOf(job) === 'UNKNOWABLE').length;
  pass(6);
  assert.equal(unknowable(), 10);
  pass(20);
  assert.equal(unknowable(), 9);
  pass(15 * 9);
  assert.equal(unknowable(), 0);
  assert.equal(cluster.restore, null);
});

test('unreachable: for two minutes, while jobs go on', () => {
  const { cluster, job, pass } = staged('unreachable');
  const reachable = (): boolean => cluster.members.every((member) => member.reachable);
  pass(19);
  assert.equal(reachable(), true);
  pass(2);
  assert.equal(reachable(), false);
  pass(120);
  assert.equal(reachable(), true);
  assert.equal(job('orders-cdc-to-lake').status, 'RUNNING');
});
