#!/usr/bin/env node
// @ts-check
/**
 * The whole of Unjam on this machine, to look at: `npm run demo`.
 *
 *   npm run demo -- [--engine] [--scenario NAME] [--workbench] [--port N]
 *
 * Installs and builds what is missing, starts a coordinator with stuck jobs (a simulator, or with --engine a real
 * SeaTunnel) and what shows them (a Grafana, else the workbench), prints where, and ends all of it with Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { endChildren } from './lib/children.mjs';
import { install } from './demo/build.mjs';

/** The oldest Node that package.json allows. */
const LEAST_NODE = 20;
const HELP = `npm run demo -- [--engine] [--scenario NAME] [--workbench] [--port N]

  --engine          a real SeaTunnel instead of the simulator (needs Java 17 and Maven)
  --scenario NAME   what the simulator shows; npm run simulator -- --help lists them
  --workbench       the workbench, even where a Grafana is found
  --port N          the port of what shows the jobs; a free one by default

A Grafana is looked for in this order: GRAFANA_URL, GRAFANA_HOME, /usr/share/grafana, Docker.`;

const started = Date.now();
/** What ends the parts, the last one first. @type {Array<() => Promise<unknown>>} */
const ends = [];
/** @type {() => void} */
let interrupt = () => {};
/** @type {Promise<void>} */
const interrupted = new Promise((resolve) => {
  interrupt = resolve;
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, interrupt);
}

try {
  await demo();
} catch (error) {
  console.error(`\nThe demo could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  for (const end of ends.reverse()) {
    await end().catch((/** @type {unknown} */ error) => console.error(String(error)));
  }
  await endChildren();
}
// A part that did not end must not keep the terminal.
process.exit();

async function demo() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'boolean' },
      scenario: { type: 'string' },
      workbench: { type: 'boolean' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
    throw new Error(`Node ${process.versions.node} is too old: use ${LEAST_NODE} or newer.`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is no port: use 1 to 65535, or 0 for a free one.`);
  }
  await unlessInterrupted(install());
  // These need what was just installed.
  const { startCoordinator } = await import('./demo/coordinator.mjs');
  const { openScreen } = await import('./demo/screen.mjs');

  const coordinator = await unlessInterrupted(
    startCoordinator({ engine: values.engine ?? false, scenario: values.scenario })
  );
  ends.push(coordinator.stop);
  const screen = await unlessInterrupted(openScreen(coordinator, { workbench: values.workbench ?? false, port }));
  ends.push(screen.stop);
  console.log(`
${coordinator.about}
${screen.about}

  ${screen.url}
${screen.login}
Three things to try:
${screen.toTry.map((line, index) => `  ${index + 1}. ${line}`).join('\n')}

Ready after ${Math.round((Date.now() - started) / 1000)} s. Ctrl-C ends all of it.`);
  await interrupted;
  console.log('\nEnding what was started …');
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function unlessInterrupted(work) {
  const first = await Promise.race([work.then((value) => ({ value })), interrupted]);
  if (first) {
    return first.value;
  }
  // What was begun is let come up, so that it can be ended properly.
  const late = await work.catch(() => undefined);
  if (late && typeof late === 'object' && 'stop' in late && typeof late.stop === 'function') {
    await late.stop();
  }
  throw new Error('it was interrupted.');
}
