// @ts-check
/** Starts and ends the watchdog of a cluster (watchdog-main.mjs). */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../seatunnel/lib/errors.mjs';
import { runPaths } from '../../seatunnel/lib/paths.mjs';
import { processStart } from '../../seatunnel/lib/processes.mjs';

const PROGRAM = fileURLToPath(new URL('watchdog-main.mjs', import.meta.url));

/**
 * Starts a watchdog for a cluster.
 * @param {string} dir run directory
 * @param {string} id of the cluster
 * @param {number} owner pid
 * @returns {number} its pid
 * @throws {EngineError} if there is no such owner
 */
export function startWatchdog(dir, id, owner) {
  const since = processStart(owner);
  if (!since) {
    throw new EngineError(`There is no process ${owner}: give a running one as --owner-pid, or leave it out.`);
  }
  const log = openSync(runPaths(dir).watchdogLog, 'a');
  const child = spawn(process.execPath, [PROGRAM, runPaths(dir).root, id, String(owner), since], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return child.pid ?? 0;
}

/**
 * Ends a cluster's watchdog, unless that is this process.
 * @param {string} dir run directory
 * @param {number} pid
 */
export function endWatchdog(dir, pid) {
  if (pid === process.pid || !isWatchdog(dir, pid)) {
    return;
  }
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended by itself in between.
  }
}

/**
 * @param {string} dir
 * @param {number} pid
 */
function isWatchdog(dir, pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return command.includes(PROGRAM) && command.includes(runPaths(dir).root);
  } catch {
    return false;
  }
}
