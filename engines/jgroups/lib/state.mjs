// @ts-check
/** What is known about a running cluster, kept in its run directory. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EngineError } from '../../seatunnel/lib/errors.mjs';
import { runPaths } from '../../seatunnel/lib/paths.mjs';

/**
 * @typedef {object} Settings
 * @property {string} channel JGroups' cluster name
 * @property {number | null} gcLag limit of the sent events that a node keeps; null where the generation has none
 * @property {number} rate events a second that each node sends at the start
 * @property {number} eventBytes size of an event
 * @property {number} excludeAfterSeconds after so many seconds of silence a node is suspected
 * @property {string | null} basicAuth user:password of Jolokia
 *
 * @typedef {object} NodeState
 * @property {string} name "nodeA"
 * @property {number} groupPort where JGroups listens
 * @property {number} jolokiaPort
 * @property {number} exporterPort
 * @property {number} controlPort of our own node
 * @property {number} pid 0 if it is not running
 *
 * @typedef {object} ClusterState
 * @property {string} id differs from start to start
 * @property {number} generation
 * @property {Settings} settings
 * @property {number} watchdogPid 0 if nobody owns this cluster
 * @property {NodeState[]} nodes
 */

/**
 * The state, or null if no cluster was started in that directory.
 * @param {string} dir
 * @returns {ClusterState | null}
 */
export function readState(dir) {
  const { state } = runPaths(dir);
  return existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : null;
}

/**
 * The state of a cluster that must be there.
 * @param {string} dir
 * @returns {ClusterState}
 * @throws {EngineError} if there is none
 */
export function requireState(dir) {
  const state = readState(dir);
  if (!state) {
    throw new EngineError(`No cluster was started in ${runPaths(dir).root}: start one first.`);
  }
  return state;
}

/**
 * Writes the state so that a reader sees the old one or the new one, never half of it.
 * @param {string} dir
 * @param {ClusterState} state
 */
export function writeState(dir, state) {
  const { state: file } = runPaths(dir);
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * A node by its name.
 * @param {ClusterState} state
 * @param {string} name
 * @returns {NodeState}
 * @throws {EngineError} if there is none
 */
export function nodeNamed(state, name) {
  const node = state.nodes.find((n) => n.name === name);
  if (!node) {
    throw new EngineError(`There is no node "${name}": use one of ${state.nodes.map((n) => n.name).join(', ')}.`);
  }
  return node;
}

/**
 * What commands say about a node.
 * @param {NodeState} node
 */
export function publicNode(node) {
  return {
    name: node.name,
    pid: node.pid,
    jolokia: `http://127.0.0.1:${node.jolokiaPort}/jolokia/`,
    exporter: `http://127.0.0.1:${node.exporterPort}/metrics`,
    control: `http://127.0.0.1:${node.controlPort}`,
  };
}
