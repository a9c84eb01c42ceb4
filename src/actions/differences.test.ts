import { approval, BLOCKED, PASSED, plan, WARNED } from '../api/testing/samples';
import { type Plan } from '../api/types';
import { changesSince, differences, type Present } from './differences';

const before = plan({ verdicts: [PASSED, BLOCKED] });

describe('what a new plan shows differently', () => {
  it('is nothing when only its id and times are new', () => {
    expect(differences(before, { ...before, id: 'other', createdAt: '', expiresAt: '', asOf: '' })).toEqual([]);
  });

  it.each<[string, Partial<Plan>, object]>([
    [
      'the state',
      { job: { ...before.job, word: 'RUNNING' } },
      { what: 'State', before: 'CANCELING', after: 'RUNNING' },
    ],
    [
      'the master',
      { identity: { ...before.identity, master: '' } },
      { what: 'Active master', before: '10.0.0.1:5801', after: 'none' },
    ],
    [
      'an episode that began anew in the same state',
      { identity: { ...before.identity, episode: 'episode-2' }, job: { ...before.job, since: 'later' } },
      { what: 'In this state since', after: 'later' },
    ],
    [
      'another job under the same id',
      { identity: { ...before.identity, createTime: 'today' } },
      { what: 'Job created at', after: 'today' },
    ],
    ['the workers', { context: { ...before.context, workers: 1 } }, { what: 'Workers', before: '2', after: '1' }],
    ['the nodes', { context: { ...before.context, nodes: [] } }, { what: 'Runs on', after: 'none' }],
    ['the phrase', { phrase: '75666689' }, { what: 'Phrase to type', after: '75666689' }],
    [
      'a block that is gone',
      { verdicts: [PASSED, { ...BLOCKED, result: 'pass' }] },
      { before: 'block', after: 'pass' },
    ],
    ['a new warning', { verdicts: [PASSED, BLOCKED, WARNED] }, { what: 'Guard task-threads', after: 'warn' }],
    ['a new consequence', { consequences: ['It hurts.'] }, { what: 'Consequence', after: 'It hurts.' }],
  ])('is %s', (_, change, expected) => {
    const found = differences(before, { ...before, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject(expected);
  });
});

describe('what has changed since a second person was asked for', () => {
  it.each<[string, Present, string[]]>([
    ['nothing is known', {}, []],
    ['all is as it was', { state: 'canceling', nodes: '10.0.0.2:5802', master: '10.0.0.1:5801' }, []],
    ['the state is another', { state: 'running' }, ['State: CANCELING → RUNNING']],
    [
      'the job runs elsewhere under another master',
      { nodes: '10.0.0.7:5802', master: '10.0.0.9:5801' },
      ['Active master: 10.0.0.1:5801 → 10.0.0.9:5801', 'Runs on: 10.0.0.2:5802 → 10.0.0.7:5802'],
    ],
  ])('when %s', (_, present, expected) => {
    const found = changesSince(approval(), present).map(({ what, before, after }) => `${what}: ${before} → ${after}`);
    expect(found).toEqual(expected);
  });

  it('is nothing for a request that is about no job', () => {
    expect(changesSince(approval({ job: undefined, kind: 'incident-budget' }), { state: 'running' })).toEqual([]);
  });
});
