// @ts-check
/** Runs Go's fuzz targets, each for a short fixed time. */
import { run } from './children.mjs';

/** @typedef {import('./tally.mjs').Result} Result */

/** Long enough to find what is plainly wrong; who looks for more gives it hours. */
const SECONDS_A_TARGET = 3;
/** A bound on one target. The first one of a package builds all that it needs anew, with coverage; Go keeps that. */
const MINUTES_A_TARGET = 25;

/**
 * Finds the targets in what `go test -list` prints: names, then a line on the package they are in.
 * @param {string} output
 * @returns {{ folder: string, name: string }[]}
 */
export function fuzzTargets(output) {
  /** @type {{ folder: string, name: string }[]} */
  const found = [];
  /** @type {string[]} */
  let names = [];
  for (const line of output.split('\n')) {
    const [word, folder] = line.split(/\s+/);
    if (/^Fuzz\w+$/.test(line)) {
      names.push(line);
    } else if (word === 'ok' && folder) {
      found.push(...names.map((name) => ({ folder, name })));
      names = [];
    }
  }
  return found;
}

/**
 * Each target is one test.
 * @param {string[]} packages
 * @returns {Promise<Result>}
 */
export async function fuzz(packages) {
  const listed = await run('go', ['test', '-list', '^Fuzz', ...packages]);
  const targets = fuzzTargets(listed.stdout);
  /** @type {Result} */
  const result = { passed: 0, failed: 0, skipped: [], output: '' };
  if (listed.code !== 0 || targets.length === 0) {
    return { ...result, failed: 1, output: `No fuzz targets could be listed.\n${listed.output}` };
  }
  for (const target of targets) {
    const output = await fault(target);
    if (output === undefined) {
      result.passed++;
    } else {
      result.failed++;
      result.output += `${target.folder} ${target.name}\n${output}\n`;
    }
  }
  return { ...result, note: `${targets.length} targets, ${SECONDS_A_TARGET} s each` };
}

/**
 * @param {{ folder: string, name: string }} target
 * @returns {Promise<string | undefined>} what is wrong
 */
async function fault({ folder, name }) {
  const chosen = ['-run', '^$', '-fuzz', `^${name}$`, '-fuzztime', `${SECONDS_A_TARGET}s`];
  // By default a minute is spent on making one interesting input shorter.
  const programArguments = ['test', ...chosen, '-fuzzminimizetime', '10x', folder];
  for (let attempt = 1; ; attempt++) {
    const { code, output } = await run('go', programArguments, { minutes: MINUTES_A_TARGET });
    if (code === 0) {
      return undefined;
    }
    // On a busy machine the engine itself may miss its end ("context deadline exceeded"); that finds nothing.
    const missedItsEnd = output.includes('context deadline exceeded') && !output.includes('Failing input');
    if (!missedItsEnd || attempt === 2) {
      return output;
    }
  }
}
