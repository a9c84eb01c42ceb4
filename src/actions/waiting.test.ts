import { toFailure } from '../api/failure';
import { approval, gatewayError, networkLoss, plan, PLAN_ID, refusal, serverTime, START } from '../api/testing/samples';
import { type Approval } from '../api/types';
import { opened, reduce } from './machine';
import {
  type Budgeting,
  type Event,
  type Planned,
  type Requesting,
  type Searching,
  type State,
  type Unplanned,
  type Waiting,
} from './states';
import { RECORDING_GRACE, waitingTime } from './times';

const SECOND = 1000;

const typed = { phrase: 'nightly-load', reason: 'stuck since the failover', acknowledged: {} };
const timed = { plan: plan({ secondPerson: true }), requestedAt: START, receivedAt: START };
const planned: Planned = { phase: 'planned', typed, timed, changes: [] };
const unplanned: Unplanned = { phase: 'unplanned', typed, failure: toFailure(networkLoss()) };
const budgeting: Budgeting = { phase: 'budgeting', typed, from: planned, reason: '40 jobs hang at once' };
const requesting: Requesting = { phase: 'requesting', typed, from: planned };
const searching: Searching = {
  phase: 'searching',
  typed,
  from: planned,
  whose: 'mine',
  since: START,
  failedReadings: 0,
  failure: toFailure(networkLoss()),
};
const waiting: Waiting = {
  phase: 'waiting',
  typed,
  approval: approval(),
  receivedAt: START,
  failedReadings: 0,
  withdrawing: false,
};
const incident = (change: Partial<Approval> = {}) => approval({ kind: 'incident-budget', job: undefined, ...change });

const problem = (status: number, more: object = {}) =>
  toFailure(refusal(status, { guard: 'some-guard', message: 'No. Nothing was sent.', ...more }));

const after = (state: State, ...events: Event[]): State => events.reduce(reduce, state);

describe('asking for a second person', () => {
  it('begins from a plan that demands one, and from nowhere else', () => {
    expect(after(planned, { type: 'approval asked for' })).toMatchObject({ phase: 'requesting', from: planned });
    const alone: Planned = { ...planned, timed: { ...timed, plan: plan() } };
    for (const state of [opened(), alone, requesting, searching, waiting, budgeting]) {
      expect(after(state, { type: 'approval asked for' })).toBe(state);
    }
  });

  it('never confirms a plan that demands one', () => {
    expect(after(planned, { type: 'confirmation sent' })).toBe(planned);
  });

  it('waits once the server has the request', () => {
    const state = after(requesting, { type: 'request answered', approval: approval(), at: START + SECOND });
    expect(state).toMatchObject({ phase: 'waiting', typed, receivedAt: START + SECOND, withdrawing: false });
  });

  // What failed, and where that leads.
  it.each<[string, ReturnType<typeof toFailure>, State['phase'], object]>([
    ['412: the job changed', problem(412), 'planning', { because: 'No. Nothing was sent.', replaces: timed.plan }],
    ['404: the plan is gone', problem(404, { planChanged: true }), 'planning', {}],
    ['409: somebody asked before', problem(409), 'planned', { refusal: problem(409) }],
    ['409: this very plan was used', problem(409, { actionId: PLAN_ID }), 'searching', { whose: 'mine' }],
    ['422: the phrase does not match', problem(422), 'planned', {}],
    ['429: too many requests', problem(429), 'planned', {}],
    ['503: the store is gone', problem(503), 'planned', {}],
    ['500: our backend failed', problem(500), 'searching', { whose: 'mine', answer: problem(500) }],
    ['502 of a proxy', toFailure(gatewayError(502)), 'searching', { whose: 'mine' }],
    ['a lost network', toFailure(networkLoss()), 'searching', { whose: 'mine' }],
  ])('%s', (_, failure, phase, more) => {
    const state = after(requesting, { type: 'request failed', failure, at: START });
    expect(state).toMatchObject({ phase, typed, ...more });
  });
});

describe('the request that should be there', () => {
  const expiry = START + 120 * SECOND + RECORDING_GRACE;
  const found = (approvals: Approval[], state: State = searching, at = START) =>
    after(state, { type: 'requests read', approvals, at });

  it.each<[string, Approval[], State, State['phase']]>([
    ['is ours', [approval()], searching, 'waiting'],
    ['is ours, and was decided meanwhile', [approval({ state: 'rejected' })], searching, 'decided'],
    [
      'is ours, and was approved meanwhile',
      [approval({ state: 'approved', actionId: PLAN_ID })],
      searching,
      'following',
    ],
    ["is somebody else's", [approval({ mine: false })], searching, 'searching'],
    ['is for another job', [approval({ identity: { ...approval().identity, jobId: '1' } })], searching, 'searching'],
    ['is for another act', [approval({ kind: 'cancel' })], searching, 'searching'],
    ['was made before the plan', [approval({ at: serverTime(-60) })], searching, 'searching'],
    ['is any that waits', [approval({ mine: false })], { ...searching, whose: 'anyone' }, 'waiting'],
    ['does not wait any more', [approval({ state: 'expired' })], { ...searching, whose: 'anyone' }, 'planned'],
    ['is for the budget', [approval(), incident()], { ...searching, from: budgeting }, 'waiting'],
    ['for the budget is not there', [approval()], { ...searching, from: budgeting }, 'searching'],
    ['is not there after the backend failed', [], { ...searching, answer: problem(500) }, 'planned'],
  ])('%s', (_, approvals, state, phase) => {
    expect(found(approvals, state)).toMatchObject({ phase, typed });
  });

  it('shows what the backend said when it failed and has no request', () => {
    expect(found([], { ...searching, answer: problem(500) })).toMatchObject({ refusal: problem(500) });
  });

  it('is given up only when the server can record it no more', () => {
    expect(found([], searching, expiry - 1).phase).toBe('searching');
    expect(found([], searching, expiry)).toMatchObject({ phase: 'unrecorded', what: 'request' });
    const budget: State = { ...searching, from: budgeting };
    expect(found([], budget, START + RECORDING_GRACE - 1).phase).toBe('searching');
    expect(found([], budget, START + RECORDING_GRACE)).toMatchObject({
      phase: 'budgeting',
      refusal: searching.failure,
    });
  });

  it('that cannot be looked for is looked for again', () => {
    const state = after(searching, { type: 'requests unreadable', failure: problem(403) });
    expect(state).toMatchObject({ phase: 'searching', failedReadings: 1, failure: problem(403) });
  });

  it('of somebody else is looked for on demand', () => {
    const state = after({ ...planned, refusal: problem(409) }, { type: 'waiting request wanted', at: START });
    expect(state).toMatchObject({ phase: 'searching', whose: 'anyone' });
    expect(after(waiting, { type: 'waiting request wanted', at: START })).toBe(waiting);
  });
});

describe('while a request waits', () => {
  it.each<[string, Approval, State['phase']]>([
    ['waits', approval({ asOf: serverTime(30) }), 'waiting'],
    ['was approved', approval({ state: 'approved', actionId: PLAN_ID }), 'following'],
    ['was rejected', approval({ state: 'rejected', decider: 'ben' }), 'decided'],
    ['was withdrawn', approval({ state: 'withdrawn' }), 'decided'],
    ['was canceled, since the job changed', approval({ state: 'canceled' }), 'decided'],
    ['has expired', approval({ state: 'expired' }), 'decided'],
    ['is another', approval({ id: PLAN_ID, state: 'rejected' }), 'waiting'],
  ])('and %s', (_, read, phase) => {
    expect(after(waiting, { type: 'approval read', approval: read, at: START }).phase).toBe(phase);
  });

  it('follows the act that an approval led to, from the moment of reading', () => {
    const read = approval({ state: 'approved', actionId: 'other', decider: 'ben' });
    expect(after(waiting, { type: 'approval read', approval: read, at: START + SECOND })).toMatchObject({
      phase: 'following',
      actionId: 'other',
      confirmation: 'recorded',
      since: START + SECOND,
    });
  });

  it('leads to no act when the incident budget was unlocked', () => {
    const budget: Waiting = { ...waiting, approval: incident() };
    const read = incident({ state: 'approved', decider: 'ben' });
    expect(after(budget, { type: 'approval read', approval: read, at: START })).toMatchObject({ phase: 'decided' });
  });

  it('counts failed readings, and forgets them at the first that succeeds', () => {
    const failure = toFailure(networkLoss());
    const twice = after(waiting, { type: 'approval unreadable', failure }, { type: 'approval unreadable', failure });
    expect(twice).toMatchObject({ failedReadings: 2, failure, approval: waiting.approval });
    const again = after(twice, { type: 'approval read', approval: approval(), at: START });
    expect(again).toMatchObject({ failedReadings: 0 });
    expect(again).not.toHaveProperty('failure');
  });

  it("withdraws the user's own request, and says why that failed", () => {
    const sent = after(waiting, { type: 'withdrawal sent' });
    expect(sent).toMatchObject({ withdrawing: true });
    expect(after(sent, { type: 'withdrawal failed', failure: problem(409) })).toMatchObject({
      phase: 'waiting',
      withdrawing: false,
      refusal: problem(409),
    });
    const other: Waiting = { ...waiting, approval: approval({ mine: false }) };
    expect(after(other, { type: 'withdrawal sent' })).toBe(other);
  });

  it('counts the time by the server, whatever the browser says', () => {
    expect(waitingTime(approval(), START, START + 100 * SECOND)).toBe(800 * SECOND);
    expect(waitingTime(approval({ asOf: serverTime(920) }), START, START)).toBe(0);
    expect(waitingTime(approval({ expiresAt: '' }), START, START)).toBe(0);
  });
});

describe('asking for the incident budget', () => {
  it.each<[string, State]>([
    ['a plan', planned],
    ['no plan', unplanned],
  ])('begins from %s, with the reason that was typed, and leads back there', (_, from) => {
    const form = after(from, { type: 'budget wanted' });
    expect(form).toMatchObject({ phase: 'budgeting', reason: typed.reason });
    expect(after(form, { type: 'budget left' })).toBe(from);
  });

  it('takes another reason, is sent once, and shows why it was refused', () => {
    const sent = after(
      budgeting,
      { type: 'budget reason typed', reason: 'another reason' },
      { type: 'budget asked for' }
    );
    expect(sent).toMatchObject({ phase: 'requesting', from: { reason: 'another reason' } });
    expect(after(sent, { type: 'budget asked for' })).toBe(sent);
    expect(after(sent, { type: 'request failed', failure: problem(409), at: START })).toMatchObject({
      phase: 'budgeting',
      reason: 'another reason',
      refusal: problem(409),
    });
    const unlocked = incident({ state: 'waiting' });
    expect(after(sent, { type: 'request answered', approval: unlocked, at: START }).phase).toBe('waiting');
  });

  it('does nothing from elsewhere', () => {
    for (const state of [opened(), requesting, waiting]) {
      expect(after(state, { type: 'budget wanted' }, { type: 'budget asked for' }, { type: 'budget left' })).toBe(
        state
      );
    }
  });
});

describe('leaving and opening again', () => {
  it.each<[string, State, object]>([
    ['a request on its way: it is looked for', requesting, { phase: 'searching', whose: 'mine', since: START }],
    ['the search: it goes on', searching, { phase: 'searching' }],
    [
      'a request that waits: it is waited for',
      { ...waiting, withdrawing: true, failedReadings: 3 },
      { phase: 'waiting', withdrawing: false, failedReadings: 0 },
    ],
    [
      'a request that was rejected: a new plan keeps what was typed',
      { phase: 'decided', typed, approval: approval({ state: 'rejected' }) },
      { phase: 'planning', typed },
    ],
    ['the form for the budget: a new plan is made', budgeting, { phase: 'planning', typed }],
  ])('after leaving %s', (_, left, expected) => {
    expect(opened(left, START)).toMatchObject(expected);
  });

  it('a new plan can be made after a decision, and not while a request waits', () => {
    const decided: State = { phase: 'decided', typed, approval: approval({ state: 'expired' }) };
    expect(after(decided, { type: 'new plan asked for' })).toMatchObject({ phase: 'planning', typed });
    expect(after(waiting, { type: 'new plan asked for' })).toBe(waiting);
  });
});
