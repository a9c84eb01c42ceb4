// @ts-check
/**
 * Runs one program and ends it, with all its children, as soon as the process that started this one is
 * gone, however it went: then the pipe to our standard input closes. Afterwards it removes a folder.
 *
 *   node keeper.mjs FOLDER LOG PROGRAM [ARGUMENT…]
 *
 * The keeper and its program have process groups of their own, so that a signal to the test's group
 * does not end the keeper before it has cleaned up.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';

/** A server that was asked to end gets this long before it is killed. */
const GRACE_MS = 8_000;

const [folder, logFile, program, ...programArguments] = process.argv.slice(2);
if (!folder || !logFile || !program) {
  throw new Error('usage: keeper.mjs FOLDER LOG PROGRAM [ARGUMENT…]');
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => end());
}

const log = openSync(logFile, 'a');
const child = spawn(program, programArguments, { detached: true, stdio: ['ignore', log, log] });
closeSync(log);
let ending = false;

child.on('error', () => finish(1));
child.on('exit', (code) => finish(code ?? 1));
process.stdin.on('end', () => end());
process.stdin.on('error', () => end());
process.stdin.resume();

function end() {
  if (!ending) {
    ending = true;
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), GRACE_MS).unref();
  }
}

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** @param {number} code */
function finish(code) {
  // What the program started itself, and did not end.
  signalGroup('SIGKILL');
  // A program that ended by itself leaves its folder for the one who asks why.
  if (ending) {
    rmSync(folder ?? '', { recursive: true, force: true });
  }
  process.exit(code);
}
