// @ts-check
/** What is known about a running cluster, kept in its run directory. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EngineError } from './errors.mjs';
import { runPaths } from './paths.mjs';

/**
 * @typedef {object} Settings
 * @property {boolean} forceBackport
 * @property {boolean} faultAgent
 * @property {number} noHeartbeatSeconds after so many seconds of silence a member is dropped
 * @property {string} timeZone of the members, e.g. "Asia/Shanghai"
 * @property {string | null} basicAuth user:password of REST v2
 * @property {string} contextPath of REST v2, "" for none
 *
 * @typedef {object} NodeState
 * @property {string} name "master-1"
 * @property {'master' | 'worker'} role
 * @property {number} hazelcastPort
 * @property {number | null} httpPort port of REST v2
 * @property {number} pid 0 if it is not running
 *
 * @typedef {object} ClusterState
 * @property {string} id differs from start to start
 * @property {string} engine
 * @property {string} declaredVersion what the engine says it is, "" until it is ready
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
 * @param {ClusterState} state
 * @param {NodeState} node
 */
export function publicNode(state, node) {
  return {
    name: node.name,
    role: node.role,
    pid: node.pid,
    hazelcastPort: node.hazelcastPort,
    restV1: restV1(node),
    restV2: node.httpPort === null ? null : `http://127.0.0.1:${node.httpPort}${state.settings.contextPath}`,
  };
}

/**
 * Base address of a node's REST v1, without its prefix.
 * @param {NodeState} node
 */
export function restV1(node) {
  return `http://127.0.0.1:${node.hazelcastPort}`;
}
