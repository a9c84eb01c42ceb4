// @ts-check
/** Builds and starts the workbench's server. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root, run } from '../scripts/lib/children.mjs';

/** Beside the page, and not served: only dist/public and index.html are. */
const PROGRAM = path.join(root, 'workbench', 'dist', process.platform === 'win32' ? 'backend.exe' : 'backend');
/** The server ends by itself within seconds; longer than this it hangs. */
const GRACE_MS = 15_000;
/** What is kept of the log, for the case that it does not start. */
const LOG_CHARACTERS = 4000;

/** Builds the program; Go knows itself what is old. */
export async function buildBackend() {
  const { code, output } = await run('go', ['build', '-o', PROGRAM, './workbench/backend']);
  if (code !== 0) {
    throw new Error(`The workbench's server could not be built:\n${output}`);
  }
}

/**
 * @typedef {object} Workbench
 * @property {string} url
 * @property {Promise<number | null>} ended its exit code
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the built program, and waits until it can be used.
 * @param {string[]} programArguments as its --help says
 * @param {{ showLog?: boolean }} [options]
 * @returns {Promise<Workbench>}
 */
export async function startWorkbench(programArguments, { showLog = false } = {}) {
  const child = spawn(PROGRAM, programArguments, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    log = (log + chunk).slice(-LOG_CHARACTERS);
    if (showLog) {
      process.stderr.write(chunk);
    }
  });
  const ready = new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
  const line = await Promise.race([ready, ended.then(() => undefined)]);
  if (typeof line !== 'string') {
    throw new Error(showLog ? 'The workbench ended at once.' : log.trim());
  }
  const stop = async () => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(kill);
  };
  return { url: JSON.parse(line).url, ended, stop };
}
