// @ts-check
/** The order of the demo: look, install, build, start, say where, wait for Ctrl-C, end. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { endChildren } from '../lib/children.mjs';
import { install } from './build.mjs';
import { goFault, portFault, portOf } from './needs.mjs';

const HELP = `npm run demo -- [--engine] [--scenario NAME] [--clover-scenario NAME] [--workbench] [--port N]

  --engine                 a real SeaTunnel instead of the simulator (needs Java 17 and Maven)
  --scenario NAME          what the simulated SeaTunnel shows; npm run simulator -- --help lists them
  --clover-scenario NAME   what the simulated CloverDX beside it shows
  --workbench              the workbench, even where a Grafana is found
  --port N                 the port of what shows the jobs; a free one by default

A Grafana is looked for in this order: GRAFANA_URL, GRAFANA_HOME, /usr/share/grafana, Docker.`;

/** How often builds that were begun after Ctrl-C are ended. */
const SWEEP_MS = 200;

const started = Date.now();
/** What ends the parts, the last one first. @type {Array<() => Promise<unknown>>} */
const ends = [];
/** @type {() => void} */
let interrupt = () => {};
/** @type {Promise<void>} */
const interrupted = new Promise((resolve) => {
  interrupt = () => resolve();
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
      'clover-scenario': { type: 'string' },
      workbench: { type: 'boolean' },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  // What would fail after minutes of building is looked at first.
  const port = portOf(values.port);
  const fault = (await portFault(port)) ?? goFault();
  if (fault) {
    throw new Error(fault);
  }
  // The plugin is built so, and what is compiled once then serves both programs.
  process.env.CGO_ENABLED ??= '0';
  // Go leaves its temporary files where it is interrupted.
  const temporary = mkdtempSync(path.join(tmpdir(), 'unjam-demo-'));
  ends.push(() => rm(temporary, { recursive: true, force: true, maxRetries: 3 }));
  process.env.GOTMPDIR = temporary;
  await unlessInterrupted(install());
  // These need what was just installed.
  const { startClover, startCoordinator } = await import('./coordinator.mjs');
  const { openScreen } = await import('./screen.mjs');

  const coordinator = await unlessInterrupted(
    startCoordinator({ engine: values.engine ?? false, scenario: values.scenario })
  );
  ends.push(coordinator.stop);
  const clover = await unlessInterrupted(startClover(values['clover-scenario']));
  ends.push(clover.stop);
  const screen = await unlessInterrupted(
    openScreen(coordinator, clover, { workbench: values.workbench ?? false, port })
  );
  ends.push(screen.stop);
  console.log(`
${coordinator.about}
${clover.about}
${screen.about}

  ${screen.url}
${screen.login}
Things to try:
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
  console.log('\nEnding what was started …');
  // Nobody waits for a build. A server that was begun is let come up, so that it can be ended properly.
  const ended = work.catch(() => undefined);
  const over = ended.then(() => true);
  do {
    // What begins its next build meanwhile is ended in the next round.
    await endChildren();
  } while (!(await Promise.race([over, later(SWEEP_MS)])));
  const late = await ended;
  if (late && typeof late === 'object' && 'stop' in late && typeof late.stop === 'function') {
    await late.stop();
  }
  throw new Error('it was interrupted.');
}

/**
 * @param {number} ms
 * @returns {Promise<false>}
 */
function later(ms) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
  });
}
