// @ts-check
/** Real engines in which no job is ever stuck, whatever else happens. */
import { freezeNode, killNode, startNode, submitJob, thawNode } from '../../../engines/seatunnel/cluster.mjs';
import { getV1 } from '../../../engines/seatunnel/lib/rest.mjs';
import { at, becomes, cancel, onCluster, running, STUCK_AFTER_SECONDS, until, workers } from './engine.mjs';
import { hanging, withHangingSinks } from './sink.mjs';

/** @typedef {import('./engine.mjs').Version} Version */

/** Longer than the threshold: what would be stuck had the time to be called so. */
const LONG_SECONDS = STUCK_AFTER_SECONDS + 10;
const BATCH_JOBS = 60;
/** Below the no-heartbeat limit (60 s), and above the time that a request is waited for. */
const BLIP_SECONDS = 8;

/** @param {Version} version */
const cancelsWork = (version) =>
  onCluster(
    'cancels-work',
    version,
    'Five streaming jobs; three of them are cancelled one after the other, and each ends within a second or two.',
    { workers: 2 },
    async (cluster, record) => {
      const master = at(cluster, 'master-1');
      const ids = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log', 'payments', 'returns');
      await record(async (stage) => {
        for (const id of ids.slice(0, 3)) {
          await stage.sleep(10);
          stage.say('cancel');
          await cancel(master, id);
          await becomes(master, id, 'CANCELED');
        }
        await stage.sleep(LONG_SECONDS);
        return [];
      });
    }
  );

/** @param {Version} version */
const cleanFailover = (version) =>
  onCluster(
    'clean-failover',
    version,
    'The active master is killed while three jobs run. The standby restores them; later one is cancelled and ends, and the first master comes back as a standby.',
    { masters: 2, workers: 2 },
    async (cluster, record) => {
      const ids = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log');
      const standby = at(cluster, 'master-2');
      await record(async (stage) => {
        await stage.sleep(10);
        stage.say('the active master is killed');
        await killNode(cluster.dir, 'master-1');
        for (const id of ids) {
          await becomes(standby, id, 'RUNNING');
        }
        stage.say('the standby has all jobs');
        await stage.sleep(LONG_SECONDS);
        stage.say('cancel, and the first master comes back');
        await cancel(standby, ids[0]);
        await becomes(standby, ids[0], 'CANCELED');
        await startNode(cluster.dir, 'master-1');
        await stage.sleep(LONG_SECONDS);
        return [];
      });
    }
  );

const rollingRestart = onCluster(
  'rolling-restart',
  'v2',
  'Each of three workers is killed and started again, one after the other; their jobs are restored on the others.',
  { workers: 3 },
  async (cluster, record) => {
    const ids = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log');
    const master = at(cluster, 'master-1');
    await record(async (stage) => {
      for (const worker of workers(cluster)) {
        await stage.sleep(8);
        stage.say(`${worker} is restarted`);
        await killNode(cluster.dir, worker);
        await startNode(cluster.dir, worker);
      }
      await stage.sleep(LONG_SECONDS);
      for (const id of ids) {
        stage.say(`${id} is ${(await getV1(master, `/job-info/${id}`)).jobStatus}`);
      }
      return [];
    });
  }
);

/** @param {Version} version */
const blip = (version) =>
  onCluster(
    'blip',
    version,
    'A worker says nothing for 8 s, twice, and goes on: too short for the cluster to drop it. A job is cancelled in between.',
    { workers: 2 },
    async (cluster, record) => {
      const master = at(cluster, 'master-1');
      const [orders] = await running(cluster, 'orders-cdc-to-lake', 'clicks-to-search', 'audit-log');
      await record(async (stage) => {
        for (const worker of workers(cluster)) {
          await stage.sleep(8);
          stage.say(`${worker} is silent`);
          await freezeNode(cluster.dir, worker);
          await stage.sleep(BLIP_SECONDS);
          await thawNode(cluster.dir, worker);
          stage.say('it goes on');
          if (worker === 'worker-1') {
            await stage.sleep(5);
            await cancel(master, orders);
            await becomes(master, orders, 'CANCELED');
          }
        }
        await stage.sleep(LONG_SECONDS);
        return [];
      });
    }
  );

/** @param {Version} version */
const load = (version) =>
  onCluster(
    'load',
    version,
    'Sixty batch jobs come and end, a new one every second, beside two streaming jobs of which one is cancelled.',
    { workers: 2 },
    async (cluster, record) => {
      const master = at(cluster, 'master-1');
      const [orders] = await running(cluster, 'orders-cdc-to-lake', 'audit-log');
      await record(async (stage) => {
        const ids = [];
        for (let i = 1; i <= BATCH_JOBS; i++) {
          ids.push((await submitJob(cluster.dir, { name: `nightly-${i}`, mode: 'batch' })).jobId);
          if (i === BATCH_JOBS / 2) {
            await cancel(master, orders);
          }
          await stage.sleep(1);
        }
        for (const id of ids) {
          await becomes(master, id, 'FINISHED');
        }
        stage.say(`all ${BATCH_JOBS} are FINISHED`);
        await stage.sleep(STUCK_AFTER_SECONDS);
        return [];
      });
    }
  );

/** @param {Version} version */
const slowSavepoint = (version) =>
  onCluster(
    'slow-savepoint',
    version,
    'A job is stopped with a savepoint while its sink takes no rows. The savepoint waits for the sink; after 50 s it goes on, and the job ends with its savepoint.',
    { workers: 2 },
    (cluster, record) =>
      withHangingSinks(cluster, async (release) => {
        const master = at(cluster, 'master-1');
        await running(cluster, 'clicks-to-search', 'audit-log');
        const { id } = await hanging(cluster, 'orders-cdc-to-lake');
        await record(async (stage) => {
          await stage.sleep(8);
          stage.say('stop with savepoint');
          await cancel(master, id, true);
          await becomes(master, id, 'DOING_SAVEPOINT');
          await stage.sleep(50);
          release();
          const end = await until(`the end of ${id}`, async () => {
            const state = (await getV1(master, `/job-info/${id}`)).jobStatus;
            return state === 'DOING_SAVEPOINT' ? '' : state;
          });
          stage.say(`the sink goes on: ${end}`);
          await stage.sleep(15);
          return [];
        });
      })
  );

/** @type {import('../lib/stage.mjs').Scenario[]} */
export const healthy = [
  cancelsWork('v2'),
  cancelsWork('2.3.8'),
  cleanFailover('v2'),
  cleanFailover('2.3.8'),
  rollingRestart,
  blip('v2'),
  blip('2.3.8'),
  load('v2'),
  load('2.3.8'),
  slowSavepoint('v2'),
  slowSavepoint('2.3.8'),
];
