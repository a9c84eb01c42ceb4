// @ts-check
/** Members as processes: start, signal, look at. Signals go only to processes that are ours. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from './errors.mjs';
import { runPaths } from './paths.mjs';

/** How often waiting looks again, in ms. */
const LOOK_MS = 50;
/** A member that has not ended so many ms after SIGTERM is killed. */
const TERM_BOUND_MS = 6_000;
/** The kernel ends a killed process within ms; longer means it hangs in the kernel. */
const KILL_BOUND_MS = 10_000;

/**
 * Starts a member as a daemon of its own.
 * @param {string} dir run directory
 * @param {string} name node
 * @returns {number} pid
 */
export function startMember(dir, name) {
  const paths = runPaths(dir).node(name);
  for (const log of [paths.engineLog, paths.output]) {
    if (existsSync(log)) {
      renameSync(log, `${log}.previous`); // what is in a log belongs to this start
    }
  }
  const output = openSync(paths.output, 'a');
  try {
    const child = spawn('java', [`@${paths.javaArgs}`], { detached: true, stdio: ['ignore', output, output] });
    child.on('error', () => {}); // no pid: seen below
    child.unref();
    if (!child.pid) {
      throw new EngineError('Could not start java: is it on the PATH?');
    }
    return child.pid;
  } finally {
    closeSync(output);
  }
}

/**
 * Whether that pid is our member: alive, and started from its argument file. A pid that the system
 * gave to somebody else meanwhile is not.
 * @param {string} dir run directory
 * @param {string} name node
 * @param {number} pid
 */
export function isOurs(dir, name, pid) {
  if (!pid || processState(pid) === 'Z') {
    return false;
  }
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command.includes(`@${runPaths(dir).node(name).javaArgs}`);
  } catch {
    return false;
  }
}

/**
 * Scheduler's state of a process: "R", "S", "T" (stopped), "Z" (ended, not yet reaped), … or "" if
 * there is none.
 * @param {number} pid
 */
export function processState(pid) {
  return processStat(pid)[0] ?? '';
}

/**
 * When a process was started, in clock ticks since boot; "" if there is none. Pid and start time
 * together name a process for good.
 * @param {number} pid
 */
export function processStart(pid) {
  return processStat(pid)[19] ?? '';
}

/**
 * The fields of /proc/PID/stat from the state on; the command's name before may hold blanks.
 * @param {number} pid
 * @returns {string[]}
 */
function processStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/**
 * Sends a signal to a member.
 * @param {string} dir run directory
 * @param {import('./state.mjs').NodeState} node
 * @param {NodeJS.Signals} signal
 * @throws {EngineError} if the member is not running
 */
export function signalMember(dir, node, signal) {
  if (!isOurs(dir, node.name, node.pid)) {
    throw new EngineError(`${node.name} is not running: start it with start-node --node ${node.name}.`);
  }
  process.kill(node.pid, signal);
}

/**
 * Waits until something is the case.
 * @param {() => boolean} condition
 * @param {number} boundMs
 * @returns {Promise<boolean>} whether it became so in time
 */
export async function until(condition, boundMs) {
  const end = performance.now() + boundMs;
  while (!condition()) {
    if (performance.now() > end) {
      return false;
    }
    await sleep(LOOK_MS);
  }
  return true;
}

/**
 * Ends a member, whatever its state, and waits until it is gone.
 * @param {string} dir run directory
 * @param {import('./state.mjs').NodeState} node
 * @param {{ atOnce?: boolean }} [options] `atOnce`: SIGKILL without a chance to say goodbye
 * @returns {Promise<boolean>} whether there was something to end
 * @throws {EngineError} if it does not go
 */
export async function endMember(dir, node, options = {}) {
  const gone = () => !isOurs(dir, node.name, node.pid);
  if (gone()) {
    return false;
  }
  if (!options.atOnce) {
    send(node.pid, 'SIGTERM');
    send(node.pid, 'SIGCONT'); // a frozen one would never see it
    await until(gone, TERM_BOUND_MS);
  }
  if (!gone()) {
    send(node.pid, 'SIGKILL');
  }
  if (!(await until(gone, KILL_BOUND_MS))) {
    throw new EngineError(`${node.name} (pid ${node.pid}) does not end: look at it with "ps ${node.pid}".`);
  }
  return true;
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in between.
  }
}
