// @ts-check
/** Starts the watchdog of a server (watchdog-main.mjs). */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('watchdog-main.mjs', import.meta.url));

/**
 * @param {string} dir run directory
 * @param {string} id of the server
 * @param {number} owner pid of the process that the server must not outlive
 */
export function startWatchdog(dir, id, owner) {
  spawn(process.execPath, [PROGRAM, dir, id, String(owner)], { detached: true, stdio: 'ignore' }).unref();
}
