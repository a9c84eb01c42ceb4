// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { fateOf } from './fate.mjs';

/**
 * What nodeA has counted of nodeC.
 * @param {number} last
 * @param {number} [lost]
 * @param {number} [startTime]
 */
const of = (last, lost, startTime = 1) => ({
  startTime,
  lastEvents: { nodeC: last },
  eventsLost: /** @type {Record<string, number>} */ (lost ? { nodeC: lost } : {}),
});

for (const { story, samples, number, fate } of [
  { story: 'nothing newer came', samples: [of(10), of(10), of(14)], number: 15, fate: 'missing' },
  { story: 'it came without a gap', samples: [of(10), of(14), of(16)], number: 15, fate: 'delivered' },
  { story: 'a gap of before does not count', samples: [of(10, 7), of(16, 7)], number: 15, fate: 'delivered' },
  { story: 'a later one came in its place', samples: [of(10), of(40, 28)], number: 15, fate: 'lost' },
  { story: 'it is the newest after a gap', samples: [of(10), of(40, 29)], number: 40, fate: 'delivered' },
  { story: 'the sender began anew before it came', samples: [of(10), of(3)], number: 15, fate: 'lost' },
  { story: 'the receiver began anew before it came', samples: [of(10), of(20, 0, 2)], number: 15, fate: 'lost' },
  { story: 'a gap came after it', samples: [of(10), of(16), of(60, 40)], number: 15, fate: 'delivered' },
]) {
  test(`${story}: ${fate}`, () => assert.equal(fateOf(samples, 'nodeC', number), fate));
}

test('a gap that was seen together with what arrived does not tell', () => {
  assert.throws(() => fateOf([of(10), of(60, 40)], 'nodeC', 15), /cannot be told/);
});
