// @ts-check
/** What scenarios on real engines share: a cluster with jobs, and the engine's own word on them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFault, submitJob, withCluster } from '../../../engines/seatunnel/cluster.mjs';
import { getV1, http, jobIdFrom, V1_PREFIX } from '../../../engines/seatunnel/lib/rest.mjs';

/** @typedef {Parameters<Parameters<typeof withCluster>[1]>[0]} Cluster */
/** @typedef {import('../lib/stage.mjs').Recorded} Recorded */
/** @typedef {'2.3.8' | 'v2'} Version */

/** What takes a second on an idle machine is given up after this. */
const PATIENCE_SECONDS = 90;
const LOOK_MS = 100;
/** Polls, and what counts as stuck, are faster than in real life: a recording has to be short. */
const POLL_SECONDS = 2;
export const STUCK_AFTER_SECONDS = 20;
/** A new master has these few jobs back within seconds (60 is the default). */
const SETTLE_SECONDS = 10;

/** What answers, in words, for the recording's header. */
const ENGINES = {
  '2.3.8': 'SeaTunnel Zeta 2.3.8 over REST v1',
  v2: 'SeaTunnel Zeta (engine-server 2.3.13) over REST v2',
};

/**
 * What is recorded of a cluster.
 * @param {Cluster} cluster
 * @returns {Recorded}
 */
export function recordedOf(cluster) {
  /** @param {string} role */
  const urls = (role) => cluster.nodes.filter((node) => node.role === role).map((node) => node.restV2 ?? node.restV1);
  return {
    engine: ENGINES[/** @type {Version} */ (cluster.engine)],
    origin: 'real engine',
    settings: {
      urls: urls('master'),
      workerUrls: urls('worker'),
      clusterId: 'lake',
      timeZone: 'UTC',
      pollIntervalSeconds: POLL_SECONDS,
      requestTimeoutSeconds: POLL_SECONDS,
      pollDeadlineSeconds: POLL_SECONDS,
      stuckAfterSeconds: STUCK_AFTER_SECONDS,
      actions: { masterSettleSeconds: SETTLE_SECONDS },
    },
  };
}

/**
 * REST v1 of a node, which both engines have.
 * @param {Cluster} cluster
 * @param {string} name
 */
export const at = (cluster, name) => cluster.nodes.find((node) => node.name === name)?.restV1 ?? '';

/** @param {Cluster} cluster */
export const workers = (cluster) => cluster.nodes.filter(({ role }) => role === 'worker').map(({ name }) => name);

/**
 * Waits for something; asking may fail meanwhile.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} ask
 * @param {number} [patienceSeconds]
 * @returns {Promise<T & {}>} the first answer that is not false, null, 0 or empty
 * @throws {Error} if it does not come
 */
export async function until(what, ask, patienceSeconds = PATIENCE_SECONDS) {
  const end = performance.now() + patienceSeconds * 1000;
  let failure = '';
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer) {
        return answer;
      }
    } catch (error) {
      failure = String(error);
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`${what} did not happen within ${patienceSeconds} s. ${failure}`);
}

/**
 * The engine's own word for a job's state.
 * @param {string} master REST v1 of it
 * @param {string} id
 * @returns {Promise<string>}
 */
export async function stateOf(master, id) {
  return (await getV1(master, `/job-info/${id}`)).jobStatus;
}

/**
 * Waits until a job is in one of some states.
 * @param {string} master
 * @param {string} id
 * @param {...string} states
 */
export function becomes(master, id, ...states) {
  return until(`job ${id} becoming ${states.join(' or ')}`, async () => states.includes(await stateOf(master, id)));
}

/**
 * Fails where a job is not in the state that the label says.
 * @param {string} master
 * @param {string} id
 * @param {string} wanted
 */
export async function must(master, id, wanted) {
  const state = await stateOf(master, id);
  if (state !== wanted) {
    throw new Error(`Job ${id} should be ${wanted} and is ${state}: there is nothing to label.`);
  }
}

/**
 * Submits streaming jobs and waits until their tasks work: RUNNING alone comes before they are deployed.
 * @param {Cluster} cluster
 * @param {...string} names
 * @returns {Promise<string[]>} their ids
 */
export async function running(cluster, ...names) {
  const master = at(cluster, 'master-1');
  const ids = [];
  for (const name of names) {
    ids.push((await submitJob(cluster.dir, { name })).jobId);
  }
  for (const id of ids) {
    await until(`rows of job ${id}`, async () => {
      const { metrics } = await getV1(master, `/job-info/${id}`);
      return Number(metrics?.SinkWriteCount ?? 0) > 0;
    });
  }
  return ids;
}

/**
 * Cancels a job as an operator would, past Unjam.
 * @param {string} master
 * @param {string} id
 * @param {boolean} [savepoint]
 */
export async function cancel(master, id, savepoint = false) {
  const body = JSON.stringify({ jobId: id, isStopWithSavePoint: savepoint });
  const answer = await http(`${master}${V1_PREFIX}/stop-job`, { method: 'POST', body });
  if (answer.status !== 200) {
    throw new Error(`stop-job answered ${answer.status}: ${answer.body}`);
  }
}

/**
 * Submits a job with a configuration of its own.
 * @param {string} master
 * @param {string} name
 * @param {object} config
 * @returns {Promise<string>} its id
 */
export async function submit(master, name, config) {
  const answer = await http(`${master}${V1_PREFIX}/submit-job?jobName=${encodeURIComponent(name)}`, {
    method: 'POST',
    body: JSON.stringify(config),
    timeoutMs: PATIENCE_SECONDS * 1000,
  });
  return jobIdFrom(answer.body);
}

/**
 * How many task threads of a job there are at all workers together.
 * @param {Cluster} cluster
 * @param {string} id
 */
export async function taskThreads(cluster, id) {
  const answers = await Promise.all(workers(cluster).map((name) => getV1(at(cluster, name), '/running-threads')));
  return answers.flat().filter((/** @type {any} */ { threadName }) => threadName.includes(`jobId=${id},`)).length;
}

/**
 * Cancels a job so that its final status is lost, and waits until its tasks have ended.
 * @param {Cluster} cluster with the fault agent
 * @param {string} id
 */
export async function cancelAndLose(cluster, id) {
  setFault(cluster.dir, true);
  await cancel(at(cluster, 'master-1'), id);
  await until(`the end of the tasks of ${id}`, async () => (await taskThreads(cluster, id)) === 0);
  setFault(cluster.dir, false);
}

/**
 * A scenario on a cluster of its own.
 * @param {string} name
 * @param {Version} version
 * @param {string} story
 * @param {Parameters<typeof withCluster>[0]} options
 * @param {(cluster: Cluster, record: (provoke: import('../lib/stage.mjs').Provoke) => Promise<void>) => Promise<void>} play
 * @returns {import('../lib/stage.mjs').Scenario}
 */
export function onCluster(name, version, story, options, play) {
  return {
    name: `seatunnel-${version === 'v2' ? 'v2' : '238'}-${name}`,
    story,
    perform: (record) =>
      withCluster({ ...options, version }, (cluster) =>
        play(cluster, (provoke) => record(recordedOf(cluster), provoke))
      ),
  };
}
