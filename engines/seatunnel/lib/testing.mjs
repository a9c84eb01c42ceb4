// @ts-check
/** What the tests of this folder share: talking to members, waiting, looking for leftovers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFault, submitJob } from '../cluster.mjs';
import { ToolMissingError } from './errors.mjs';
import { getV1, http, V1_PREFIX } from './rest.mjs';
import { requireTools } from './tools.mjs';

/** Bound for what takes about a second on an idle machine. */
export const SOON_MS = 60_000;
/** How long "nothing changes" is watched. */
const WATCH_MS = 4_000;
/** A member answers within ms or hangs; this tells the two apart. */
export const HANG_MS = 3_000;

/** Why nothing can be tested here, or false. */
export const skip = await requireTools().then(
  () => false,
  (error) => {
    if (!(error instanceof ToolMissingError)) {
      throw error;
    }
    return error.message;
  }
);

/** @typedef {Awaited<ReturnType<typeof import('../cluster.mjs').startCluster>>} Cluster */

/**
 * Base address of a node's REST v1.
 * @param {Cluster} cluster
 * @param {string} name
 */
export const base = (cluster, name) => cluster.nodes.find((node) => node.name === name)?.restV1 ?? '';

/**
 * Posts stop-job by REST v1.
 * @param {string} at
 * @param {string} id
 * @param {object} [more] further fields of the request
 */
export function stopJob(at, id, more = {}) {
  const body = JSON.stringify({ jobId: id, isStopWithSavePoint: false, ...more });
  return http(`${at}${V1_PREFIX}/stop-job`, { method: 'POST', body });
}

/**
 * A job's status by REST v1.
 * @param {string} at
 * @param {string} id
 * @returns {Promise<string>}
 */
export async function status(at, id) {
  return (await getV1(at, `/job-info/${id}`)).jobStatus;
}

/**
 * Waits until a job has one of some statuses; fails if it does not get there.
 * @param {string} at
 * @param {string} id
 * @param {string[]} wanted
 */
export async function becomes(at, id, ...wanted) {
  const end = performance.now() + SOON_MS;
  let last = '';
  while (performance.now() < end) {
    last = await status(at, id).catch(String);
    if (wanted.includes(last)) {
      return;
    }
    await sleep(100);
  }
  assert.fail(`job ${id} should become ${wanted.join(' or ')}, is ${last}`);
}

/**
 * Watches that a job keeps a status.
 * @param {string} at
 * @param {string} id
 * @param {string} wanted
 */
export async function stays(at, id, wanted) {
  const end = performance.now() + WATCH_MS;
  while (performance.now() < end) {
    assert.equal(await status(at, id), wanted);
    await sleep(250);
  }
}

/**
 * Names of the threads at a worker that belong to a job.
 * @param {string} at
 * @param {string} id
 * @returns {Promise<string[]>}
 */
export async function taskThreads(at, id) {
  const threads = await getV1(at, '/running-threads');
  return threads
    .map((/** @type {any} */ t) => t.threadName)
    .filter((/** @type {string} */ name) => name.includes(`jobId=${id},`));
}

/**
 * Submits a streaming job and waits until its tasks work: RUNNING alone comes before they are deployed.
 * @param {Cluster} cluster
 * @param {string} name
 * @returns {Promise<string>} its id
 */
export async function runningJob(cluster, name) {
  const master = base(cluster, 'master-1');
  const { jobId } = await submitJob(cluster.dir, { name });
  await becomes(master, jobId, 'RUNNING');
  const end = performance.now() + SOON_MS;
  const written = async () => Number((await getV1(master, `/job-info/${jobId}`)).metrics?.SinkWriteCount ?? 0);
  while ((await written()) === 0) {
    assert.ok(performance.now() < end, `job ${jobId} should have written rows`);
    await sleep(100);
  }
  return jobId;
}

/**
 * Stops a job so that its final status gets lost, and waits until its tasks have ended.
 * @param {Cluster} cluster with the fault agent and one worker
 * @param {string} id
 */
export async function loseFinalStatus(cluster, id) {
  setFault(cluster.dir, true);
  await stopJob(base(cluster, 'master-1'), id);
  const worker = base(cluster, 'worker-1');
  const end = performance.now() + SOON_MS;
  while ((await taskThreads(worker, id)).length > 0) {
    assert.ok(performance.now() < end, 'the tasks should have ended at the worker');
    await sleep(100);
  }
  setFault(cluster.dir, false);
}

/**
 * Pids of all members.
 * @param {Cluster} cluster
 */
export const pids = (cluster) => cluster.nodes.map((node) => node.pid);

/**
 * Those of the pids that still are members.
 * @param {number[]} all
 */
export function alive(all) {
  return all.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('java.args');
    } catch {
      return false;
    }
  });
}
