// @ts-check
/** Which steps run beside each other. */
import { availableParallelism } from 'node:os';

/** How many steps that mostly wait run at once, where there are two processors at least. */
const LANES = 2;

/**
 * Carries steps out in their order. Neighbours that mostly wait (`waits`) share two lanes: the next one
 * begins as soon as a lane is free. All others run alone.
 * @template {{ waits?: boolean }} S
 * @param {S[]} steps
 * @param {(step: S) => Promise<void>} carryOut must not throw
 * @param {number} [processors]
 */
export async function inLanes(steps, carryOut, processors = availableParallelism()) {
  const lanes = Math.min(LANES, processors);
  for (let next = 0; next < steps.length;) {
    const end = steps[next].waits ? endOfWaiting(steps, next) : next + 1;
    const group = steps.slice(next, end);
    await Promise.all(Array.from({ length: Math.min(lanes, group.length) }, () => lane(group, carryOut)));
    next = end;
  }
}

/**
 * @template S
 * @param {S[]} group what is left of it; lanes take from it
 * @param {(step: S) => Promise<void>} carryOut
 */
async function lane(group, carryOut) {
  for (let step = group.shift(); step; step = group.shift()) {
    await carryOut(step);
  }
}

/**
 * @param {{ waits?: boolean }[]} steps
 * @param {number} from
 */
function endOfWaiting(steps, from) {
  let end = from;
  while (end < steps.length && steps[end].waits) {
    end++;
  }
  return end;
}
