#!/usr/bin/env node
// @ts-check
/**
 * The whole of Unjam on this machine, to look at: `npm run demo`; docs/demo.md says what it does.
 *
 * This file is read by every Node, so that one which is too old can be told so; all else is in demo/main.mjs.
 */

/** The oldest Node that package.json allows. */
const LEAST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
  console.error(
    `The demo could not start: Node ${process.versions.node} is too old; install Node ${LEAST_NODE} or newer.`
  );
  process.exitCode = 1;
} else {
  import('./demo/main.mjs').catch((/** @type {unknown} */ error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
