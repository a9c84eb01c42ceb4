// @ts-check
/**
 * A process of its own that stops a server whose owner is gone, so that a killed test run leaves nothing behind.
 * Arguments: run directory, id of the server, owner's pid.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { processState } from '../../seatunnel/lib/processes.mjs';
import { readState, stopServer } from '../server.mjs';

/** How often it looks, in ms: a leftover of half a second hurts nobody. */
const LOOK_MS = 500;

const [dir, id, owner] = process.argv.slice(2);

// Ends when the server was stopped, or when another one was started in its place.
while (readState(dir)?.id === id) {
  if (!lives(Number(owner))) {
    await stopServer(dir);
  }
  await sleep(LOOK_MS);
}

/**
 * @param {number} pid
 * @returns {boolean} false also for one that has ended and waits for its parent
 */
function lives(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  return processState(pid) !== 'Z';
}
