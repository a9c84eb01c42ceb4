import { toFailure } from '../api/failure';
import {
  action,
  BLOCKED,
  gatewayError,
  networkLoss,
  plan,
  PLAN_ID,
  refusal,
  serverTime,
  START,
  WARNED,
  WINNER_ID,
} from '../api/testing/samples';
import { opened, reduce } from './machine';
import { type Confirming, type Event, type Following, type Planned, type State, type TimedPlan } from './states';
import { RECORDING_GRACE, remaining, until } from './times';

const SECOND = 1000;

const timed: TimedPlan = { plan: plan(), requestedAt: START, receivedAt: START + SECOND };
const typed = { phrase: 'nightly-load', reason: 'stuck since the failover', acknowledged: {} };

const planned: Planned = { phase: 'planned', typed, timed, changes: [] };
const confirming: Confirming = { phase: 'confirming', typed, timed };
const following: Following = {
  phase: 'following',
  typed,
  timed,
  actionId: PLAN_ID,
  confirmation: 'recorded',
  since: START,
  failedReadings: 0,
};
const lost: Following = { ...following, confirmation: 'lost' };

const problem = (status: number, more: object = {}) =>
  toFailure(refusal(status, { guard: 'some-guard', message: 'No. Nothing was sent.', ...more }));

function after(state: State, ...events: Event[]): State {
  return events.reduce(reduce, state);
}

describe('from opening to the plan', () => {
  it('opens by asking for a plan, with nothing typed', () => {
    expect(opened()).toEqual({ phase: 'planning', typed: { phrase: '', reason: '', acknowledged: {} } });
  });

  it('shows the plan that came', () => {
    expect(after(opened(), { type: 'plan received', timed })).toMatchObject({ phase: 'planned', timed, changes: [] });
  });

  it('stays open when no plan came, and asks again on demand', () => {
    const failure = problem(403);
    const unplanned = after(opened(), { type: 'plan failed', failure });
    expect(unplanned).toMatchObject({ phase: 'unplanned', failure });
    expect(after(unplanned, { type: 'new plan asked for' }).phase).toBe('planning');
  });

  it('keeps what is typed, and un-acknowledges on demand', () => {
    const state = after(
      { ...planned, typed: { phrase: '', reason: '', acknowledged: {} } },
      { type: 'phrase typed', phrase: 'nightly' },
      { type: 'reason typed', reason: 'because' },
      { type: 'warning acknowledged', guard: 'one', reason: 'A', acknowledged: true },
      { type: 'warning acknowledged', guard: 'two', reason: 'B', acknowledged: true },
      { type: 'warning acknowledged', guard: 'one', reason: 'A', acknowledged: false }
    );
    expect(state.typed).toEqual({ phrase: 'nightly', reason: 'because', acknowledged: { two: 'B' } });
  });
});

describe('what becomes of a confirmation', () => {
  it('is sent from a plan, and from nowhere else', () => {
    expect(after(planned, { type: 'confirmation sent' }).phase).toBe('confirming');
    for (const state of [
      opened(),
      confirming,
      following,
      { ...planned, timed: { ...timed, plan: plan({ secondPerson: true }) } },
    ]) {
      expect(after(state, { type: 'confirmation sent' })).toBe(state);
    }
  });

  it('is followed once the server recorded it', () => {
    const state = after(confirming, { type: 'confirmation answered', action: action(), at: START });
    expect(state).toMatchObject({ phase: 'following', actionId: PLAN_ID, confirmation: 'recorded' });
  });

  it('is settled at once where the server already knows the outcome', () => {
    const settled = action({ phase: 'settled', outcome: 'refused by coordinator' });
    expect(after(confirming, { type: 'confirmation answered', action: settled, at: START }).phase).toBe('settled');
  });

  // What failed, and where that leads.
  it.each<[string, ReturnType<typeof toFailure>, State['phase'], object]>([
    ['412: the job changed', problem(412, { planChanged: true }), 'planning', { because: 'No. Nothing was sent.' }],
    ['409 with a block that came up', problem(409, { planChanged: true }), 'planning', {}],
    ['404: the plan is gone after a restart (S34)', problem(404, { planChanged: true }), 'planning', {}],
    ['409: someone else acts (S28)', problem(409, { actionId: WINNER_ID }), 'planned', {}],
    [
      '409: this very plan was used (S29)',
      problem(409, { actionId: PLAN_ID }),
      'following',
      { confirmation: 'recorded' },
    ],
    ['429: the budget is used up (S37)', problem(429), 'planned', {}],
    ['422: the phrase does not match', problem(422), 'planned', {}],
    ['403: the role was taken away', problem(403), 'planned', {}],
    ['503: the store is gone (S35)', problem(503), 'planned', {}],
    ['500: our backend failed', problem(500), 'following', { confirmation: 'failed' }],
    ['502 of a proxy', toFailure(gatewayError(502)), 'following', { confirmation: 'lost' }],
    ['403 of Grafana', toFailure(gatewayError(403)), 'following', { confirmation: 'lost' }],
    ['a lost network (S48)', toFailure(networkLoss()), 'following', { confirmation: 'lost' }],
  ])('%s', (_, failure, phase, more) => {
    const state = after(confirming, { type: 'confirmation failed', failure, at: START });
    expect(state).toMatchObject({ phase, ...more });
    expect(state.typed).toEqual(typed);
    if (phase === 'planned') {
      expect(state).toMatchObject({ refusal: failure });
    }
  });

  it('S26: a new plan keeps what was typed, and shows what differs', () => {
    const next = plan({
      id: WINNER_ID,
      identity: { ...plan().identity, master: '10.0.0.9:5801' },
      verdicts: [WARNED],
    });
    const state = after(
      confirming,
      { type: 'confirmation failed', failure: problem(412, { planChanged: true }), at: START },
      { type: 'plan received', timed: { ...timed, plan: next } }
    );
    expect(state).toMatchObject({
      phase: 'planned',
      typed,
      because: 'No. Nothing was sent.',
      changes: [
        { what: 'Active master', before: '10.0.0.1:5801', after: '10.0.0.9:5801' },
        { what: 'Guard task-threads', before: 'none', after: 'warn' },
      ],
    });
  });

  it('that takes long is followed while its answer is awaited, and the answer still counts', () => {
    const slow = after(confirming, { type: 'confirmation slow', at: START });
    expect(slow).toMatchObject({ phase: 'following', confirmation: 'awaited' });
    expect(after(slow, { type: 'confirmation answered', action: action(), at: START })).toMatchObject({
      confirmation: 'recorded',
    });
    expect(after(slow, { type: 'confirmation failed', failure: problem(409), at: START }).phase).toBe('planned');
    expect(after(slow, { type: 'confirmation failed', failure: toFailure(networkLoss()), at: START })).toMatchObject({
      phase: 'following',
      confirmation: 'lost',
    });
  });

  it('that was read as recorded is not undone by a late failure of its answer', () => {
    const state = after(
      confirming,
      { type: 'confirmation slow', at: START },
      { type: 'action read', action: action() },
      { type: 'confirmation failed', failure: toFailure(networkLoss()), at: START }
    );
    expect(state).toMatchObject({ phase: 'following', confirmation: 'recorded' });
  });
});

describe('following an action', () => {
  it('goes on until it is settled', () => {
    const verifying = after(following, { type: 'action read', action: action({ phase: 'verifying' }) });
    expect(verifying).toMatchObject({ phase: 'following', action: { phase: 'verifying' } });
    const done = action({ phase: 'settled', outcome: 'stopped' });
    expect(after(verifying, { type: 'action read', action: done })).toMatchObject({ phase: 'settled', action: done });
  });

  it('does not take another action for its own', () => {
    const other = action({ id: WINNER_ID, phase: 'settled', outcome: 'stopped' });
    expect(after(following, { type: 'action read', action: other })).toBe(following);
  });

  it('counts failed readings, and forgets them at the first that succeeds', () => {
    const failure = toFailure(networkLoss());
    const twice = after(
      following,
      { type: 'action unreadable', failure, at: START },
      { type: 'action unreadable', failure, at: START }
    );
    expect(twice).toMatchObject({ failedReadings: 2, failure });
    const again = after(twice, { type: 'action read', action: action() });
    expect(again).toMatchObject({ failedReadings: 0, failure: undefined });
  });

  it('improves an outcome that is not final, and goes nowhere else from there', () => {
    const settled = after(following, {
      type: 'action read',
      action: action({ phase: 'settled', outcome: 'sent, not confirmed' }),
    });
    const improved = after(settled, { type: 'action read', action: action({ phase: 'settled', outcome: 'stopped' }) });
    expect(improved).toMatchObject({ phase: 'settled', action: { outcome: 'stopped' } });
    expect(after(settled, { type: 'new plan asked for' })).toBe(settled);
  });

  const expiry = timed.receivedAt + 120 * SECOND;

  // A 404 of our backend proves that nothing was recorded only when nothing can be recorded any more.
  it.each<[string, Following, ReturnType<typeof toFailure>, number, State['phase']]>([
    ['before the plan has expired', lost, problem(404), expiry, 'following'],
    ['after the plan has expired', lost, problem(404), expiry + RECORDING_GRACE, 'unrecorded'],
    ['when the answer is still awaited', { ...lost, confirmation: 'awaited' }, problem(404), expiry * 2, 'following'],
    ['when it was recorded', following, problem(404), expiry * 2, 'following'],
    ['when Grafana says so itself', lost, toFailure(gatewayError(404)), expiry * 2, 'following'],
    ['when the network is away', lost, toFailure(networkLoss()), expiry * 2, 'following'],
  ])('a missing record %s', (_, state, failure, at, phase) => {
    expect(after(state, { type: 'action unreadable', failure, at }).phase).toBe(phase);
  });

  it('a missing record after our backend said that it failed shows what it said', () => {
    const fault = problem(500);
    const failed = after(confirming, { type: 'confirmation failed', failure: fault, at: START });
    const state = after(failed, { type: 'action unreadable', failure: problem(404), at: START });
    expect(state).toMatchObject({ phase: 'planned', refusal: fault });
  });

  it('of someone else begins on demand', () => {
    const state = after(
      { ...planned, refusal: problem(409, { actionId: WINNER_ID }) },
      { type: 'other action asked for', actionId: WINNER_ID, at: START }
    );
    expect(state).toMatchObject({ phase: 'following', actionId: WINNER_ID });
  });
});

describe('opening again', () => {
  it.each<[string, State, object]>([
    ['a plan: what was typed is there', planned, { phase: 'planning', typed }],
    ['an action that is followed: it is followed on', following, { phase: 'following', confirmation: 'recorded' }],
    ['a confirmation without an answer: it is looked up', confirming, { phase: 'following', confirmation: 'lost' }],
    ['an awaited answer: it is looked up', { ...following, confirmation: 'awaited' }, { confirmation: 'lost' }],
    [
      'a settled action: a new plan is made from nothing',
      { phase: 'settled', typed, action: action({ phase: 'settled', outcome: 'stopped' }) },
      { phase: 'planning', typed: { phrase: '', reason: '' } },
    ],
  ])('after leaving %s', (_, left, expected) => {
    expect(opened(left)).toMatchObject(expected);
  });
});

describe('clocks', () => {
  it('counts the plan from when it was asked for, never longer than the server does', () => {
    expect(remaining(timed, START)).toBe(120 * SECOND);
    expect(remaining(timed, START + 119 * SECOND)).toBe(SECOND);
    expect(remaining(timed, START + 121 * SECOND)).toBe(0);
  });

  it('counts waits from when the plan came, never shorter than the server does', () => {
    const wait = BLOCKED.allowedFrom ?? '';
    expect(until(wait, timed, START + SECOND)).toBe(180 * SECOND);
    expect(until(wait, timed, START + 999 * SECOND)).toBe(0);
    expect(until('soon', timed, START)).toBe(0);
    expect(until(serverTime(-1), timed, START + SECOND)).toBe(0);
  });
});
