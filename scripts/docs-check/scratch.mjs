// @ts-check
/** Runs the docs' commands as they are written, with other addresses and folders in the place of the reader's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, run } from '../lib/children.mjs';

/** A server that is not ready by then has hung. */
const READY_MS = 60_000;
const BOUND_MINUTES = 2;

/**
 * A folder for a test, removed at its end.
 * @param {{ after: (end: () => void) => void }} context of the test
 */
export function scratchFolder(context) {
  const folder = mkdtempSync(path.join(tmpdir(), 'unjam-docs-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs a command in the repository's folder, as a shell does.
 * @param {string} command
 * @param {Record<string, string>} [environment]
 */
export function shell(command, environment = {}) {
  return run('bash', ['-c', command], { env: environment, minutes: BOUND_MINUTES, cwd: root });
}

/**
 * Starts a command that runs until it is interrupted.
 * @param {string} command
 * @param {RegExp} ready what it prints when it can be used
 * @returns {Promise<{ said: string, found: string, stop: () => Promise<number | null> }>} `found` is the pattern's group
 */
export async function serve(command, ready) {
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  let said = '';
  const ended = once(child, 'close').then(([code]) => /** @type {number | null} */ (code));
  const stop = () => {
    if (pid !== undefined && child.exitCode === null) {
      // Ctrl-C reaches the whole group.
      process.kill(-pid, 'SIGINT');
    }
    return ended;
  };
  /** @type {string | undefined} */
  const found = await new Promise((resolve) => {
    const late = setTimeout(() => resolve(undefined), READY_MS);
    const look = (/** @type {string} */ chunk) => {
      said += chunk;
      const match = ready.exec(said);
      if (match) {
        clearTimeout(late);
        resolve(match[1] ?? match[0]);
      }
    };
    child.stdout.setEncoding('utf8').on('data', look);
    child.stderr.setEncoding('utf8').on('data', look);
    child.once('exit', () => {
      clearTimeout(late);
      resolve(undefined);
    });
  });
  if (found === undefined) {
    await stop();
    throw new Error(`${command} was not ready. It said:\n${said}`);
  }
  return { said, found, stop };
}
