import { action, leftovers, serverTime } from '../api/testing/samples';
import { type Action } from '../api/types';
import { findingOf, isWatched, leftoverSentences, type Finding } from './leftovers';

const stopped = (change: Partial<Action> = {}) =>
  action({ phase: 'settled', outcome: 'stopped', asOf: serverTime(60), updatedAt: serverTime(30), ...change });

describe('what a force stop left behind', () => {
  it('S39: names the workers that run on, until when they are watched, and who was not checked', () => {
    expect(leftoverSentences(stopped({ leftovers: leftovers() }), 'utc')).toEqual([
      'Zombie task on worker worker-1:8080: 3 threads.',
      'It goes on until it ends or its worker is restarted. As of 2026-11-22 12:45:40.',
      'Not checked: worker-2:8080.',
      'Watched until 2026-11-22 13:45:40.',
    ]);
  });

  it.each<[string, Parameters<typeof leftovers>[0] | undefined, Finding, RegExp]>([
    ['nobody looked yet', undefined, 'not yet', /^The workers are being asked/],
    ['the first look is due', { checkedAt: undefined, tasks: [], notChecked: [] }, 'not yet', /being asked/],
    ['all answered', { tasks: [], notChecked: [] }, 'none', /^No worker runs a task of the job\. As of/],
    ['one did not answer', { tasks: [] }, 'unknown', /^The workers that answered run no task.*Not checked: worker-2/],
    [
      'no worker can be asked',
      { checkedAt: undefined, tasks: [], notChecked: [], unasked: 'No worker addresses are set.' },
      'unknown',
      /^It is not known whether a task runs on: No worker addresses are set\./,
    ],
    [
      'one thread is left',
      { tasks: [{ worker: 'w\u202e1', threads: 1 }], notChecked: [] },
      'zombies',
      /^Zombie task on worker w‹U\+202E›1: 1 thread\./,
    ],
  ])('says no more than is known when %s', (_, change, finding, text) => {
    const left = change && leftovers(change);
    expect(findingOf(left)).toBe(finding);
    expect(leftoverSentences(stopped({ leftovers: left }), 'utc').join(' ')).toMatch(text);
  });

  it.each<[string, Partial<Action>, boolean]>([
    ['while the time lasts', { leftovers: leftovers() }, true],
    ['before the first look', {}, true],
    ['after the time', { leftovers: leftovers({ until: serverTime(59) }) }, false],
    ['long after an end without a look', { updatedAt: serverTime(-3600) }, false],
    ['of a cancel', { kind: 'cancel' }, false],
    ['without a proven end', { outcome: 'unknown' }, false],
  ])('is watched %s: %o is %s', (_, change, watched) => {
    expect(isWatched(stopped(change))).toBe(watched);
  });
});
