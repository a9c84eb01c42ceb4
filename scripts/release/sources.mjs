// @ts-check
/** What a package is made from: its version, and the moment of its sources. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../lib/children.mjs';

/** https://reproducible-builds.org/specs/source-date-epoch/ */
export const EPOCH_VARIABLE = 'SOURCE_DATE_EPOCH';

/** The version; package.json is the only place that says it. @returns {string} */
export function version() {
  return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
}

/**
 * The time of the newest commit, or what SOURCE_DATE_EPOCH says: with it, equal sources make equal packages.
 * @returns {Promise<Date>}
 * @throws {Error} outside of a Git repository without that variable
 */
export async function sourceDate() {
  const given = process.env[EPOCH_VARIABLE];
  if (given !== undefined) {
    return fromEpoch(given);
  }
  const { code, stdout } = await run('git', ['log', '-1', '--format=%ct']);
  if (code !== 0) {
    throw new Error(`The time of the sources is not known: this is no Git repository. Set ${EPOCH_VARIABLE}.`);
  }
  return fromEpoch(stdout.trim());
}

/** @param {string} seconds since 1970 */
function fromEpoch(seconds) {
  if (!/^\d+$/.test(seconds)) {
    throw new Error(`${EPOCH_VARIABLE} must be a number of seconds since 1970, not "${seconds}".`);
  }
  return new Date(Number(seconds) * 1000);
}
