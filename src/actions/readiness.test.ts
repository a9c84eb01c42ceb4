import { BLOCKED, plan, START, WARNED } from '../api/testing/samples';
import { type Plan } from '../api/types';
import { type Planned, type Typed } from './states';
import { missing } from './readiness';

const SECOND = 1000;

function planned(change: Partial<Plan>, typed: Partial<Typed>): Planned {
  return {
    phase: 'planned',
    timed: { plan: plan(change), requestedAt: START, receivedAt: START },
    typed: { phrase: 'nightly-load', reason: 'stuck since the failover', acknowledged: {}, ...typed },
    changes: [],
  };
}

const read = { [WARNED.guard]: WARNED.reason };

describe('what is missing before a plan can be confirmed', () => {
  it.each<[string, Partial<Plan>, Partial<Typed>, number, RegExp | null]>([
    ['nothing', {}, {}, 0, null],
    ['nothing, with the warning read', { verdicts: [WARNED] }, { acknowledged: read }, 0, null],
    ['the server does not allow it', { allowed: false, verdicts: [BLOCKED] }, {}, 0, /does not allow/],
    ['the plan has expired', {}, {}, 121, /expired/],
    ['the phrase is another', {}, { phrase: 'nightly-loads' }, 0, /exactly/],
    ['the phrase has another case', {}, { phrase: 'Nightly-Load' }, 0, /exactly/],
    ['the phrase has a blank', {}, { phrase: 'nightly-load ' }, 0, /exactly/],
    ['the reason is short', {}, { reason: 'because' }, 0, /at least 10/],
    ['the reason is blanks', {}, { reason: ' '.repeat(20) }, 0, /at least 10/],
    ['the reason has 10 characters', {}, { reason: '0123456789' }, 0, null],
    ['a warning was not read', { verdicts: [WARNED] }, {}, 0, /Acknowledge the warning/],
    [
      'another warning of the same guard was read',
      { verdicts: [WARNED] },
      { acknowledged: { [WARNED.guard]: 'One worker could not be asked.' } },
      0,
      /Acknowledge/,
    ],
  ])('%s', (_, change, typed, seconds, expected) => {
    const gaps = missing(planned(change, typed), START + seconds * SECOND);
    if (expected === null) {
      expect(gaps).toEqual([]);
    } else {
      expect(gaps).toHaveLength(1);
      expect(gaps[0]).toMatch(expected);
    }
  });
});
