// @ts-check
/** The engines that can be started, and what they are made of. */
import { EngineError } from './errors.mjs';

/**
 * @typedef {object} EngineVersion
 * @property {string} name what `--version` takes
 * @property {string} description what it is made of, for people
 * @property {boolean} mixed whether it is made of modules of several versions
 * @property {boolean} restV2 whether every member also serves REST v2 on a port of its own
 */

/** @type {Record<string, EngineVersion>} */
const VERSIONS = {
  '2.3.8': {
    name: '2.3.8',
    description: 'SeaTunnel Zeta 2.3.8, jars as on Maven Central',
    mixed: false,
    restV2: false,
  },
  v2: {
    name: 'v2',
    description:
      'SeaTunnel Zeta, a mix for tests: engine-server 2.3.13 as on Maven Central, on libraries of 2.3.10 and 2.3.8 fitted to it',
    mixed: true,
    restV2: true,
  },
};

/** What `start` says about the back-port, so that nobody takes it for a feature of the engine. */
export const TEST_BACKPORT =
  "force stop is a test back-port by Unjam's test agent; no released SeaTunnel on Maven has it";

/**
 * Looks a version up.
 * @param {string} name
 * @returns {EngineVersion}
 * @throws {EngineError} if there is no such engine
 */
export function engineVersion(name) {
  const version = VERSIONS[name];
  if (!version) {
    throw new EngineError(`There is no engine "${name}": use one of ${Object.keys(VERSIONS).join(', ')}.`);
  }
  return version;
}
