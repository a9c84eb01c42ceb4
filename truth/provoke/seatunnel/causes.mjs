// @ts-check
/** Jobs that hang, on real engines: one scenario for each way to get there. */
import { freezeNode, killNode, startNode } from '../../../engines/seatunnel/cluster.mjs';
import { http } from '../../../engines/seatunnel/lib/rest.mjs';
import { at, becomes, cancel, cancelAndLose, must, onCluster, running, taskThreads } from './engine.mjs';
import { hanging, withHangingSinks } from './sink.mjs';

/** @typedef {import('./engine.mjs').Version} Version */

/** Unjam sees everything in order first. */
const QUIET_SECONDS = 8;
/** Long enough for two looks at the workers' threads after the threshold. */
const HANGS_SECONDS = 55;
/** After an end, until Unjam has certainly seen it. */
const AFTER_SECONDS = 10;

const LOST = { cause: 'final status lost', outlook: 'cannot recover' };
const FORGOTTEN = { cause: 'cancel forgotten', outlook: 'cannot recover' };
const UNRESPONSIVE = { cause: 'worker unresponsive', outlook: 'may recover' };
const WILL_NOT_STOP = { cause: 'task will not stop', outlook: 'may recover' };

/** @param {Version} version */
const statusLost = (version) =>
  onCluster(
    'status-lost',
    version,
    "A job is cancelled, and the workers' word that its tasks have ended is lost: it stays CANCELING, and a second cancel changes nothing. Another job is cancelled and ends as it should; two run on.",
    { workers: 2, faultAgent: true },
    async (cluster, record) => {
      const master = at(cluster, 'master-1');
      const [orders, clicks] = await running(
        cluster,
        'orders-cdc-to-lake',
        'clicks-to-search',
        'audit-log',
        'payments'
      );
      await record(async (stage) => {
        await stage.sleep(QUIET_SECONDS);
        const since = stage.now();
        stage.say('cancel, and its final status is lost');
        await cancelAndLose(cluster, orders);
        await stage.sleep(HANGS_SECONDS / 2);
        stage.say('a second cancel of it, and one of a healthy job');
        await cancel(master, orders);
        await cancel(master, clicks);
        await becomes(master, clicks, 'CANCELED');
        await stage.sleep(HANGS_SECONDS / 2);
        await must(master, orders, 'CANCELING');
        return [{ id: orders, ...LOST, since }];
      });
    }
  );

const cancelForgotten = onCluster(
  'cancel-forgotten',
  'v2',
  'A job hangs in CANCELING (its final status was lost) when the active master is killed. The standby restores it, and it runs again as if nobody had cancelled it, until somebody cancels it again.',
  { masters: 2, workers: 2, faultAgent: true },
  async (cluster, record) => {
    const [orders] = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log');
    await record(async (stage) => {
      await stage.sleep(QUIET_SECONDS);
      const since = stage.now();
      stage.say('cancel, and its final status is lost');
      await cancelAndLose(cluster, orders);
      await stage.sleep(35);
      stage.say('the active master is killed');
      await killNode(cluster.dir, 'master-1');
      const standby = at(cluster, 'master-2');
      await becomes(standby, orders, 'RUNNING');
      stage.say('it runs again');
      await stage.sleep(35);
      await must(standby, orders, 'RUNNING');
      const until = stage.now();
      stage.say('cancel again');
      await cancel(standby, orders);
      await becomes(standby, orders, 'CANCELED');
      await stage.sleep(AFTER_SECONDS);
      return [{ id: orders, ...FORGOTTEN, since, until }];
    });
  }
);

const failoverEndsLost = onCluster(
  'failover-ends-lost',
  '2.3.8',
  'A job hangs in CANCELING (its final status was lost) until the active master is killed: the standby finds no task of it and ends it as CANCELED.',
  { masters: 2, workers: 2, faultAgent: true },
  async (cluster, record) => {
    const [orders] = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log');
    await record(async (stage) => {
      await stage.sleep(QUIET_SECONDS);
      const since = stage.now();
      stage.say('cancel, and its final status is lost');
      await cancelAndLose(cluster, orders);
      await stage.sleep(HANGS_SECONDS);
      await must(at(cluster, 'master-1'), orders, 'CANCELING');
      stage.say('the active master is killed');
      await killNode(cluster.dir, 'master-1');
      await becomes(at(cluster, 'master-2'), orders, 'CANCELED');
      const until = stage.now();
      stage.say('CANCELED by the standby');
      await stage.sleep(2 * AFTER_SECONDS);
      return [{ id: orders, ...LOST, since, until }];
    });
  }
);

/** @param {Version} version */
const workerFrozen = (version) =>
  onCluster(
    'worker-frozen',
    version,
    'The sink of a cancelled job takes its time, and before it is done its worker freezes: the master waits for it, and the list of jobs answers no more, until the member is dropped after its no-heartbeat limit (60 s) and the job ends.',
    { workers: 2 },
    (cluster, record) =>
      withHangingSinks(cluster, async () => {
        const master = at(cluster, 'master-1');
        await running(cluster, 'clicks-to-search', 'audit-log');
        const { id, worker } = await hanging(cluster, 'orders-cdc-to-lake');
        await record(async (stage) => {
          await stage.sleep(QUIET_SECONDS);
          const since = stage.now();
          stage.say('cancel');
          await cancel(master, id);
          await stage.sleep(5);
          await must(master, id, 'CANCELING');
          stage.say(`${worker} freezes`);
          await freezeNode(cluster.dir, worker);
          await becomes(master, id, 'CANCELED', 'FAILED');
          const until = stage.now();
          stage.say('the member was dropped');
          await stage.sleep(2 * AFTER_SECONDS);
          return [{ id, ...UNRESPONSIVE, since, until }];
        });
      })
  );

/** @param {Version} version */
const taskWillNotStop = (version) =>
  onCluster(
    'task-will-not-stop',
    version,
    'The sink of a job hangs in a write that no interrupt ends. The job is cancelled and stays CANCELING with its task alive, until the sink goes on.',
    { workers: 2 },
    (cluster, record) =>
      withHangingSinks(cluster, async (release) => {
        const master = at(cluster, 'master-1');
        await running(cluster, 'clicks-to-search', 'audit-log');
        const { id } = await hanging(cluster, 'orders-cdc-to-lake');
        await record(async (stage) => {
          await stage.sleep(QUIET_SECONDS);
          const since = stage.now();
          stage.say('cancel');
          await cancel(master, id);
          await stage.sleep(HANGS_SECONDS);
          await must(master, id, 'CANCELING');
          stage.say(`it has ${await taskThreads(cluster, id)} task threads; the sink goes on`);
          release();
          await becomes(master, id, 'CANCELED');
          const until = stage.now();
          await stage.sleep(AFTER_SECONDS);
          return [{ id, ...WILL_NOT_STOP, since, until }];
        });
      })
  );

/** Once in five kills of the only worker it was seen. */
const ATTEMPTS = 10;
/** After the kill: the master has noticed, and its restore of the job has begun. */
const CANCEL_AFTER_SECONDS = 6;

/** @type {import('../lib/stage.mjs').Scenario} */
const deadlock = {
  apart: 'it comes by chance, or not at all',
  ...onCluster(
    'deadlock',
    'v2',
    'The only worker is killed while its job runs, and the job is cancelled some seconds later. Mostly it has FAILED by then; here the coordinator got into a deadlock, and the job stays CANCELING.',
    { workers: 1 },
    async (cluster, record) => {
      const master = at(cluster, 'master-1');
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const [orders] = await running(cluster, 'orders-cdc-to-lake');
        const came = await deadlocks(cluster, record, orders);
        if (came) {
          return;
        }
        await becomes(master, orders, 'FAILED', 'CANCELED');
        await startNode(cluster.dir, 'worker-1');
      }
      throw new Error(`The deadlock did not come in ${ATTEMPTS} attempts.`);
    }
  ),
};

/**
 * Kills the only worker and cancels its job, once.
 * @param {import('./engine.mjs').Cluster} cluster
 * @param {(provoke: import('../lib/stage.mjs').Provoke) => Promise<void>} record
 * @param {string} id
 * @returns {Promise<boolean>} whether the job hung, and was recorded
 */
async function deadlocks(cluster, record, id) {
  const master = at(cluster, 'master-1');
  let hung = false;
  const attempt = record(async (stage) => {
    await stage.sleep(QUIET_SECONDS);
    stage.say('the only worker is killed');
    await killNode(cluster.dir, 'worker-1');
    await stage.sleep(CANCEL_AFTER_SECONDS);
    const since = stage.now();
    await cancel(master, id);
    await stage.sleep(AFTER_SECONDS);
    await must(master, id, 'CANCELING');
    hung = true;
    stage.say('the job hangs');
    await mustBeDeadlocked(master);
    await stage.sleep(HANGS_SECONDS);
    await must(master, id, 'CANCELING');
    return [{ id, cause: 'coordinator deadlocked', outlook: 'cannot recover', since }];
  });
  await attempt.catch((error) => {
    if (hung) {
      throw error;
    }
  });
  return hung;
}

/**
 * Fails unless the master shows what only its deadlock shows while no member is frozen: its telemetry,
 * which waits for the lock, hangs.
 * @param {string} master REST v1 of it
 */
async function mustBeDeadlocked(master) {
  const answered = await http(`${master}/hazelcast/rest/instance/metrics`).then(
    () => true,
    () => false
  );
  if (answered) {
    throw new Error('The job hangs, and the telemetry answers: this is no deadlock.');
  }
}

/** @type {import('../lib/stage.mjs').Scenario[]} */
export const causes = [
  statusLost('v2'),
  statusLost('2.3.8'),
  cancelForgotten,
  failoverEndsLost,
  workerFrozen('v2'),
  workerFrozen('2.3.8'),
  taskWillNotStop('v2'),
  taskWillNotStop('2.3.8'),
  deadlock,
];
