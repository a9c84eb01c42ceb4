// @ts-check
/** What the tests of this folder share: reading nodes, waiting, looking for leftovers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolMissingError } from '../../seatunnel/lib/errors.mjs';
import { http } from '../../seatunnel/lib/rest.mjs';
import { requireTools } from '../../seatunnel/lib/tools.mjs';
import { clusterStatus } from '../cluster.mjs';

/** Bound for what takes seconds on an idle machine. */
const SOON_MS = 60_000;
const LOOK_MS = 200;

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

/** ObjectName of a node's own counters. */
export const TRUTH_MBEAN = 'unjam.engines:type=GroundTruth';

/**
 * ObjectName of a protocol's MBean.
 * @param {Cluster} cluster
 * @param {string} protocol
 */
export const protocolMBean = (cluster, protocol) =>
  `jgroups:type=protocol,cluster="${cluster.channel}",protocol=${protocol}`;

/**
 * The ground truth of the nodes that answer, by name.
 * @param {Cluster} cluster
 * @returns {Promise<Record<string, import('./node-client.mjs').Truth>>}
 */
export async function truths(cluster) {
  const { nodes } = await clusterStatus(cluster.dir);
  return Object.fromEntries(nodes.flatMap((node) => (node.truth ? [[node.name, node.truth]] : [])));
}

/**
 * How many of a sender's events a receiver has not got, both read as nearly at once as can be. Far below 0: the sender
 * was restarted, and the receiver has not heard of the new one yet.
 * @param {Record<string, import('./node-client.mjs').Truth>} all
 * @param {string} sender
 * @param {string} receiver
 */
export const undelivered = (all, sender, receiver) => all[sender].eventsSent - (all[receiver].lastEvents[sender] ?? 0);

/**
 * Waits until the ground truth fulfils a condition; fails if it does not get there.
 * @param {Cluster} cluster
 * @param {string} what
 * @param {(all: Record<string, import('./node-client.mjs').Truth>) => boolean} condition
 */
export async function becomes(cluster, what, condition) {
  const end = performance.now() + SOON_MS;
  let last = {};
  while (performance.now() < end) {
    const all = await truths(cluster);
    if (condition(all)) {
      return all;
    }
    last = all;
    await sleep(LOOK_MS);
  }
  return assert.fail(`it should become so that ${what}; the last was ${JSON.stringify(last)}`);
}

/**
 * Waits until these nodes see exactly these members.
 * @param {Cluster} cluster
 * @param {string[]} members
 * @param {string[]} [seenBy] the members themselves if not given
 */
export function view(cluster, members, seenBy = members) {
  const wanted = [...members].sort().join();
  return becomes(cluster, `${seenBy} see ${members}`, (all) =>
    seenBy.every((name) => all[name] && [...all[name].members].sort().join() === wanted)
  );
}

/**
 * Posts a bulk request to a node's Jolokia.
 * @param {Cluster} cluster
 * @param {string} name node
 * @param {object[]} requests
 * @param {string} [auth] user:password
 * @returns {Promise<any[]>} an entry for each request
 */
export async function jolokia(cluster, name, requests, auth) {
  const node = cluster.nodes.find((n) => n.name === name);
  const body = JSON.stringify(requests);
  const answer = await http(node?.jolokia ?? '', { method: 'POST', body, auth });
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body);
}

/**
 * Reads one attribute of a protocol.
 * @param {Cluster} cluster
 * @param {string} name node
 * @param {string} attribute
 * @returns {Promise<number>} counters are numbers in generation 2 and texts in 5
 */
export async function counter(cluster, name, attribute) {
  const mbean = protocolMBean(cluster, cluster.protocol);
  const [entry] = await jolokia(cluster, name, [{ type: 'read', mbean, attribute }]);
  assert.equal(entry.status, 200, JSON.stringify(entry));
  return Number(entry.value);
}

/**
 * What a node's exporter says.
 * @param {Cluster} cluster
 * @param {string} name node
 */
export async function exporterText(cluster, name) {
  const answer = await http(cluster.nodes.find((n) => n.name === name)?.exporter ?? '');
  assert.equal(answer.status, 200);
  return answer.body;
}

/**
 * Those of the pids that still are nodes.
 * @param {number[]} pids
 */
export function alive(pids) {
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('java.args');
    } catch {
      return false;
    }
  });
}
