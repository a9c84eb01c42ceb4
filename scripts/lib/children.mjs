// @ts-check
/** Runs programs, each in a process group of its own, so that they can be ended with their children. */
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Nothing of ours but the engine and the journey takes more than a few minutes. */
const DEFAULT_BOUND_MINUTES = 15;
/** A program that was asked to end gets this long before it is killed. */
const GRACE_MS = 15_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @typedef {{ code: number, stdout: string, output: string }} Ended `output` is stdout and stderr as they came
 */

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} programArguments
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, minutes?: number }} [options]
 * @returns {Promise<Ended>} code 1 also where it could not be started or took too long
 */
export function run(program, programArguments, options = {}) {
  const minutes = options.minutes ?? DEFAULT_BOUND_MINUTES;
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    let late = false;
    const bound = setTimeout(() => {
      late = true;
      endChild(child);
    }, minutes * 60_000);
    /** @param {number} code */
    const settle = (code) => {
      clearTimeout(bound);
      running.delete(child);
      resolve({
        code: late ? 1 : code,
        stdout,
        output: late ? `${output}\nNot done after ${minutes} minutes: ended.` : output,
      });
    };
    child.on('error', (error) => {
      output += `${program} could not be started: ${error.message}`;
      settle(1);
    });
    child.on('close', (code) => settle(code ?? 1));
  });
}

/** @param {import('node:child_process').ChildProcess} child */
async function endChild(child) {
  const ended = new Promise((resolve) => child.once('close', resolve));
  signalGroup(child, 'SIGTERM');
  const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(kill);
}

/** Ends everything that still runs. */
export async function endChildren() {
  await Promise.all([...running].map(endChild));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended in between.
  }
}

/**
 * Whether a program is there.
 * @param {string} program
 * @param {string} [argument] that makes it print its version
 */
export function has(program, argument = '--version') {
  return spawnSync(program, [argument], { stdio: 'ignore' }).error === undefined;
}
