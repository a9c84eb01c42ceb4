// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inLanes } from './lanes.mjs';

/** @typedef {{ name: string, waits?: boolean, lasting?: number }} Step */

/**
 * What ran when: "+a" where a began, "-a" where it ended.
 * @param {Step[]} steps
 * @param {number} processors
 */
async function told(steps, processors) {
  /** @type {string[]} */
  const log = [];
  await inLanes(
    steps,
    async ({ name, lasting = 5 }) => {
      log.push(`+${name}`);
      await sleep(lasting);
      log.push(`-${name}`);
    },
    processors
  );
  return log.join(' ');
}

describe('steps in lanes', () => {
  it('runs what does not wait alone, in its order', async () => {
    assert.equal(await told([{ name: 'a' }, { name: 'b' }], 8), '+a -a +b -b');
  });

  it('runs two neighbours that wait beside each other, and the next one where a lane is free', async () => {
    const steps = [
      { name: 'a' },
      { name: 'b', waits: true, lasting: 120 },
      { name: 'c', waits: true, lasting: 20 },
      { name: 'd', waits: true, lasting: 20 },
      { name: 'e' },
    ];
    assert.equal(await told(steps, 2), '+a -a +b +c -c +d -d -b +e -e');
  });

  it('runs all one by one on one processor', async () => {
    const steps = [
      { name: 'a', waits: true },
      { name: 'b', waits: true },
    ];
    assert.equal(await told(steps, 1), '+a -a +b -b');
  });
});
