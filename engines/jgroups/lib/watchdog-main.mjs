// @ts-check
/**
 * A process of its own that stops a cluster whose owner is gone, so that a killed test run leaves
 * nothing behind. Arguments: run directory, id of the cluster, owner's pid, owner's start time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { stopCluster } from '../cluster.mjs';
import { processStart, processState } from '../../seatunnel/lib/processes.mjs';
import { readState } from './state.mjs';

/** How often it looks, in ms: a leftover of half a second hurts nobody. */
const LOOK_MS = 500;

const [dir, id, owner, since] = process.argv.slice(2);
const ownerLives = () => processStart(Number(owner)) === since && processState(Number(owner)) !== 'Z';

// Ends when the cluster was stopped, or when another one was started in its place.
while (readState(dir)?.id === id) {
  if (!ownerLives()) {
    console.log(`${new Date().toISOString()} owner ${owner} is gone: stopping the cluster`);
    await stopCluster(dir);
  }
  await sleep(LOOK_MS);
}
