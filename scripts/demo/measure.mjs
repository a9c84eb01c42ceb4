#!/usr/bin/env node
// @ts-check
/**
 * Measures the demo as a new user meets it: `node scripts/demo/measure.mjs [--bare] [--times N] [--picture FILE] [-- …]`.
 *
 * Types `npm run demo` (with what follows --), waits for the address, opens it in a Chromium until a stuck job with its
 * age and the button stands there, presses Ctrl-C, and looks what is left: processes, ports, files. By default twice.
 * With --bare it happens as on a machine without Grafana and Docker: in a mount namespace of its own, where their places
 * are empty; nothing outside of it changes. Linux only; --bare needs root or user namespaces.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../lib/children.mjs';
import { follow } from './leftovers.mjs';

/** What --bare hides: where packages put Grafana, and what would be asked for Docker. */
const GRAFANA_FOLDER = '/usr/share/grafana';
/** A first start installs and builds everything, perhaps on a slow line. */
const START_BOUND_MS = 900_000;
const ROW_BOUND_MS = 180_000;
const END_BOUND_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** The demo says where on a line of its own. */
const ADDRESS = /^ {2}(http:\/\/127\.0\.0\.1:\d+\S*)$/m;
/** What tools of others keep between runs, whoever starts them. */
const CACHES = /^(tsx|v8-compile-cache)-/;
const LOGIN = /^ {2}Login: (\S+) \/ (\S+)$/m;
const STUCK = /CANCELING|FAILING/;
const AGE = /\d+\s(s|min|h)/;

const { values, positionals } = parseArgs({
  options: {
    bare: { type: 'boolean' },
    times: { type: 'string', default: '2' },
    picture: { type: 'string' },
    inside: { type: 'boolean' },
  },
  allowPositionals: true,
});

if (process.platform !== 'linux') {
  console.error('Measuring needs Linux: it reads /proc.');
  process.exitCode = 1;
} else if (values.bare && !values.inside) {
  process.exitCode = bare();
} else {
  for (let round = 1; round <= Number(values.times); round++) {
    process.exitCode = (await measure(round)) ? process.exitCode : 1;
  }
}

/** Begins again where there is no Grafana and no Docker. */
function bare() {
  const docker = spawnSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).stdout.trim();
  const empty = mkdtempSync(path.join(tmpdir(), 'unjam-empty-'));
  const hide = [
    ...(existsSync(GRAFANA_FOLDER) ? [`mount --bind '${empty}' ${GRAFANA_FOLDER}`] : []),
    ...(docker === '' ? [] : [`mount --bind /dev/null '${docker}'`]),
    'exec "$@"',
  ];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const again = [process.execPath, fileURLToPath(import.meta.url), '--inside', ...process.argv.slice(2)];
  const env = { ...process.env };
  delete env.GRAFANA_URL;
  delete env.GRAFANA_HOME;
  const ended = spawnSync('unshare', [...user, '--mount', 'sh', '-ec', hide.join('\n'), 'sh', ...again], {
    stdio: 'inherit',
    env,
  });
  rmSync(empty, { recursive: true });
  return ended.status ?? 1;
}

/**
 * @param {number} round
 * @returns {Promise<boolean>} whether all went well and nothing is left
 */
async function measure(round) {
  const temporary = mkdtempSync(path.join(tmpdir(), 'unjam-measure-'));
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  // A process group of its own, as a shell gives to what is typed.
  const child = spawn('npm', ['run', 'demo', '--', ...positionals], {
    cwd: root,
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid ?? 0;
  const followed = follow(group);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  }
  let code = /** @type {number | null | undefined} */ (undefined);
  child.once('exit', (exit) => (code = exit));
  /** @type {string[]} */
  const figures = [];
  try {
    await waitFor(START_BOUND_MS, () => {
      if (code !== undefined) {
        throw new Error('The demo ended by itself.');
      }
      return ADDRESS.test(said) && said.includes('Ctrl-C');
    });
    figures.push(`address after ${seconds()} s`);
    const row = await firstStuckJob(said);
    figures.push(`stuck job with age and button on the screen after ${seconds()} s ("${row}")`);
    figures.push(`listening meanwhile: ${followed.ports().length} ports`);
  } catch (error) {
    figures.push(`not so: ${error instanceof Error ? error.message : String(error)}\n${said}`);
  }
  const pressed = performance.now();
  process.kill(-group, 'SIGINT');
  const gone = await waitFor(END_BOUND_MS, () => code !== undefined && followed.alive().length === 0).catch(
    () => false
  );
  figures.push(`Ctrl-C took ${((performance.now() - pressed) / 1000).toFixed(1)} s`);
  const left = followed.alive().map((one) => `${one.name} (${one.pid})`);
  const ports = followed.ports();
  followed.stop();
  const files = readdirSync(temporary).filter((name) => !CACHES.test(name));
  figures.push(
    `of ${followed.count()} processes are left: ${list(left)}`,
    `ports: ${list(ports)}`,
    `temporary files: ${list(files)}`
  );
  rmSync(temporary, { recursive: true, force: true });
  console.log(`Start ${round}\n${figures.map((figure) => `  ${figure}`).join('\n')}`);
  return gone === true && files.length === 0 && !figures.some((figure) => figure.startsWith('not so'));
}

/**
 * Opens the demo's address in a browser.
 * @param {string} said what the demo printed
 * @returns {Promise<string>} the row
 */
async function firstStuckJob(said) {
  // Installed by the demo.
  const { findBrowser, startBrowser } = await import('../../e2e/browser.mjs');
  const { path: executable, reason } = findBrowser();
  if (executable === null) {
    throw new Error(`there is ${reason}`);
  }
  const browser = await startBrowser(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const url = ADDRESS.exec(said)?.[1] ?? '';
    const [, user, password] = LOGIN.exec(said) ?? [];
    if (user) {
      await page.request.post(new URL('/login', url).href, { data: { user, password } });
    }
    await page.goto(url);
    const row = page
      .getByRole('row')
      .filter({ has: page.getByRole('button', { name: /^Force stop job…/ }), hasText: AGE })
      .filter({ hasText: STUCK })
      .first();
    await row.waitFor({ timeout: ROW_BOUND_MS });
    if (values.picture) {
      mkdirSync(path.dirname(path.resolve(values.picture)), { recursive: true });
      await page.screenshot({ path: values.picture });
    }
    return (await row.innerText()).replace(/\s+/g, ' ');
  } finally {
    await browser.close();
  }
}

/**
 * @param {number} boundMs
 * @param {() => boolean} look
 * @returns {Promise<true>}
 */
async function waitFor(boundMs, look) {
  const end = Date.now() + boundMs;
  while (!look()) {
    if (Date.now() > end) {
      throw new Error(`not so after ${boundMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

/** @param {Array<string | number>} things */
function list(things) {
  return things.length === 0 ? 'none' : things.join(', ');
}
