#!/usr/bin/env node
// @ts-check
/**
 * All checks of the repository: `npm test`.
 *
 *   node scripts/test.mjs [--only STEP,…] [--skip STEP,…] [--list]
 *
 * Each step prints one line; one that fails prints everything it said. Steps that mostly wait run two at a time. The last line is
 * "N passed, N failed, N skipped", and before it stands one line for each skip and its reason. Runners that
 * report single tests are counted by them; every other step counts as one.
 */
import { parseArgs } from 'node:util';
import { endChildren } from './lib/children.mjs';
import { inLanes } from './lib/lanes.mjs';
import { Tally } from './lib/tally.mjs';
import { steps } from './lib/steps.mjs';

/** By shell convention 128 + the signal's number. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/** The oldest Node that package.json allows. */
const LEAST_NODE = 20;

const { values } = parseArgs({
  options: { only: { type: 'string' }, skip: { type: 'string' }, list: { type: 'boolean' } },
});
if (values.list) {
  console.log(steps.map((step) => `${step.name}: ${step.what}`).join('\n'));
  process.exit(0);
}
if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
  console.error(`Node ${process.versions.node} is too old: use ${LEAST_NODE} or newer.`);
  process.exit(1);
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, async () => {
    console.log(`\n${signal}: ending what was started …`);
    await endChildren();
    process.exit(SIGNAL_EXIT[signal]);
  });
}

const only = names(values.only);
const skip = names(values.skip);
const tally = new Tally();
const started = Date.now();
const chosen = steps.filter((step) => {
  const why = only && !only.includes(step.name) ? 'not among --only' : skip?.includes(step.name) && 'named by --skip';
  if (why) {
    tally.skip(step.name, why);
  }
  return !why;
});
await inLanes(chosen, carryOut);
console.log(`\nTook ${Math.round((Date.now() - started) / 1000)} s.`);
tally.print();
process.exitCode = tally.failed > 0 ? 1 : 0;

/** @param {import('./lib/steps.mjs').Step} step */
async function carryOut(step) {
  const begun = Date.now();
  /** @type {import('./lib/tally.mjs').Result} */
  let result;
  const missing = step.needs?.();
  if (missing) {
    result = { passed: 0, failed: 0, skipped: [{ what: step.name, why: missing }], output: '' };
  } else {
    try {
      result = await step.run();
    } catch (error) {
      result = {
        passed: 0,
        failed: 1,
        skipped: [],
        output: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }
  tally.add(step.name, result, (Date.now() - begun) / 1000);
}

/**
 * @param {string | undefined} list
 * @returns {string[] | undefined}
 */
function names(list) {
  const chosen = list?.split(',').map((name) => name.trim());
  for (const name of chosen ?? []) {
    if (!steps.some((step) => step.name === name)) {
      console.error(`There is no step "${name}". The steps are: ${steps.map((step) => step.name).join(', ')}.`);
      process.exit(1);
    }
  }
  return chosen;
}
