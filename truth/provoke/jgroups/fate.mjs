// @ts-check
/** What became of an event, by the counters of the node that should get it. Pure. */

/** @typedef {import('../../../engines/jgroups/lib/node-client.mjs').Truth} Truth */

/**
 * What became of an event: it has not arrived, it arrived, or a later one passed it (or its sender or the receiver is
 * another process by now).
 * @typedef {'missing' | 'delivered' | 'lost'} Fate
 */

/**
 * What of a node's counters matters.
 * @typedef {Pick<Truth, 'startTime' | 'lastEvents' | 'eventsLost'>} Counted
 */

/**
 * The fate of an event.
 * @param {Counted[]} samples the receiver's counters over time, the first from before the event was sent
 * @param {string} sender
 * @param {number} number of the event, among those of its sender
 * @returns {Fate}
 * @throws {Error} where the counters do not tell: it may be in a gap that was seen together with what did arrive
 */
export function fateOf(samples, sender, number) {
  for (let i = 1; i < samples.length; i++) {
    const [before, after] = [counts(samples[i - 1], sender), counts(samples[i], sender)];
    if (samples[i].startTime !== samples[i - 1].startTime || after.last < before.last) {
      return 'lost';
    }
    if (after.last >= number) {
      return passed(number, before, after);
    }
  }
  return 'missing';
}

/**
 * @param {Counted} counted
 * @param {string} sender
 */
function counts({ lastEvents, eventsLost }, sender) {
  return { last: lastEvents[sender] ?? 0, lost: eventsLost[sender] ?? 0 };
}

/**
 * The fate of an event that the newest one reached or passed between two readings.
 * @param {number} number
 * @param {{ last: number, lost: number }} before
 * @param {{ last: number, lost: number }} after
 * @returns {Fate}
 */
function passed(number, before, after) {
  const lost = after.lost - before.lost;
  if (lost === 0 || number === after.last) {
    return 'delivered';
  }
  // The gap lies somewhere between the two: at the earliest right after the one, at the latest right before the other.
  const [atEarliest, atLatest] = [number <= before.last + lost, number >= after.last - lost];
  if (atEarliest && atLatest) {
    return 'lost';
  }
  if (!atEarliest && !atLatest) {
    return 'delivered';
  }
  throw new Error(
    `It cannot be told whether event ${number} is among the ${lost} lost between ${before.last} and ${after.last}.`
  );
}
