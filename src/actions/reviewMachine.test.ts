import { toFailure } from '../api/failure';
import {
  action,
  approval,
  gatewayError,
  networkLoss,
  PASSED,
  PLAN_ID,
  refusal,
  serverTime,
  START,
  WARNED,
} from '../api/testing/samples';
import { type Approval } from '../api/types';
import {
  missingFor,
  reduceReview,
  reviewOpened,
  type Open,
  type ReviewEvent,
  type ReviewState,
  type ReviewTyped,
} from './reviewMachine';
import { RECORDING_GRACE } from './times';

const SECOND = 1000;
const typed: ReviewTyped = { phrase: 'nightly-load', reason: 'not in the night', acknowledged: {} };

const asked = (change: Partial<Approval> = {}) => approval({ mine: false, decidable: true, why: '', ...change });

function open(change: Partial<Approval> = {}, more: Partial<Open> = {}): Open {
  const state = reviewOpened(asked(change), START);
  if (state.phase !== 'open') {
    throw new Error('It does not wait.');
  }
  return { ...state, typed, ...more };
}

const after = (state: ReviewState, ...events: ReviewEvent[]): ReviewState => events.reduce(reduceReview, state);
const approve: ReviewEvent = { type: 'decision sent', choice: 'approve', at: START };
const reject: ReviewEvent = { type: 'decision sent', choice: 'reject', at: START };
const problem = (status: number, more: object = {}) =>
  toFailure(refusal(status, { guard: 'some-guard', message: 'No. Nothing was sent.', ...more }));
const failed = (failure: ReturnType<typeof toFailure>, at = START): ReviewEvent => ({
  type: 'decision failed',
  failure,
  at,
});

describe('before a decision', () => {
  it.each<[string, Open, 'approve' | 'reject', RegExp | null]>([
    ['nothing', open(), 'approve', null],
    ['the phrase', open({}, { typed: { ...typed, phrase: 'Nightly-Load' } }), 'approve', /phrase exactly/],
    ['a warning that is not read', open({ verdicts: [WARNED] }), 'approve', /Acknowledge the warning/],
    [
      'nothing, with the warning read',
      open({ verdicts: [WARNED] }, { typed: { ...typed, acknowledged: { [WARNED.guard]: WARNED.reason } } }),
      'approve',
      null,
    ],
    [
      'a warning that says something else by now',
      open({ verdicts: [WARNED] }, { typed: { ...typed, acknowledged: { [WARNED.guard]: 'One worker.' } } }),
      'approve',
      /Acknowledge/,
    ],
    ['the right to', open({ decidable: false, why: 'Ask another person.' }), 'approve', /Ask another person/],
    ['time', open({ asOf: serverTime(921) }), 'approve', /time to decide is over/],
    [
      'no phrase for the incident budget',
      open({ kind: 'incident-budget', job: undefined, verdicts: [] }, { typed: { ...typed, phrase: '' } }),
      'approve',
      null,
    ],
    ['nothing to say no', open(), 'reject', null],
    ['a reason to say no', open({}, { typed: { ...typed, reason: 'no' } }), 'reject', /reason of at least 10/],
    ['nothing to withdraw', open({ mine: true, decidable: false, why: 'Another must.' }), 'reject', null],
    ['the right to say no', open({ decidable: false, why: 'Your role is Viewer.' }), 'reject', /Viewer/],
  ])('misses %s', (_, state, choice, gap) => {
    const gaps = missingFor(choice, state, START);
    expect(gaps).toHaveLength(gap ? 1 : 0);
    if (gap) {
      expect(gaps[0]).toMatch(gap);
      expect(after(state, { type: 'decision sent', choice, at: START })).toBe(state);
    }
  });

  it('S40: does not let the requester approve his own request', () => {
    const own = open({ mine: true, decidable: false, why: 'You asked for it yourself.' });
    expect(after(own, approve)).toBe(own);
  });

  it('keeps what is typed, and un-acknowledges on demand', () => {
    const state = after(
      open(),
      { type: 'phrase typed', phrase: 'p' },
      { type: 'reason typed', reason: 'r' },
      { type: 'warning acknowledged', guard: 'one', reason: 'A', acknowledged: true },
      { type: 'warning acknowledged', guard: 'one', reason: 'A', acknowledged: false }
    );
    expect(state).toMatchObject({ typed: { phrase: 'p', reason: 'r', acknowledged: {} } });
  });

  it('gives a withdrawal a reason to begin with, and a rejection none', () => {
    expect(reviewOpened(asked({ mine: true }), START)).toMatchObject({
      typed: { reason: 'It is not needed any more.' },
    });
    expect(reviewOpened(asked(), START)).toMatchObject({ typed: { reason: '' } });
  });
});

describe('a decision', () => {
  it('is sent once, and nothing is typed meanwhile', () => {
    const sent = after(open(), approve);
    expect(sent).toMatchObject({ phase: 'open', deciding: { choice: 'approve' } });
    expect(after(sent, approve)).toBe(sent);
    expect(after(sent, reject)).toBe(sent);
    expect(after(sent, { type: 'phrase typed', phrase: 'x' })).toBe(sent);
  });

  it('ends the review, with the act that it began', () => {
    const decided = asked({ state: 'approved', actionId: PLAN_ID });
    expect(after(open(), approve, { type: 'decided', approval: decided, action: action() })).toMatchObject({
      phase: 'done',
      approval: { state: 'approved' },
      action: { id: PLAN_ID },
    });
  });

  // What failed, and where that leads.
  it.each<[string, ReviewEvent, ReturnType<typeof toFailure>, object]>([
    ['412: the job changed', approve, problem(412), { deciding: undefined, refusal: problem(412) }],
    ['403: not allowed', approve, problem(403), { deciding: undefined }],
    ['409: decided already', approve, problem(409), { deciding: undefined }],
    ['422: the phrase does not match', approve, problem(422), { deciding: undefined }],
    ['503: the store is gone', approve, problem(503), { deciding: undefined }],
    ['500: our backend failed', approve, problem(500), { deciding: { choice: 'approve', lost: { since: START } } }],
    ['502 of a proxy', approve, toFailure(gatewayError(502)), { deciding: { choice: 'approve', lost: {} } }],
    ['a lost network', approve, toFailure(networkLoss()), { deciding: { choice: 'approve', lost: {} } }],
    ['a lost network at a rejection', reject, toFailure(networkLoss()), { deciding: undefined }],
  ])('%s', (_, sent, failure, expected) => {
    expect(after(open(), sent, failed(failure))).toMatchObject({ phase: 'open', typed, ...expected });
  });

  it('shows what the guards say now, where the refusal tells', () => {
    const refused = problem(422, { verdicts: [PASSED, WARNED] });
    const state = after(open({ verdicts: [PASSED] }), approve, failed(refused));
    expect(state).toMatchObject({ verdicts: [PASSED, WARNED] });
    expect(after(state, approve)).toBe(state);
  });

  it('takes a changed context for one more warning, which stays while other things are refused', () => {
    const context = problem(422, { guard: 'context-changed', message: 'The nodes are others now.' });
    const state = after(open({ verdicts: [PASSED] }), approve, failed(context));
    const warning = { guard: 'context-changed', result: 'warn' as const, reason: 'The nodes are others now.' };
    expect(state).toMatchObject({ verdicts: [PASSED, warning] });
    const read = after(
      state,
      { type: 'warning acknowledged', guard: warning.guard, reason: warning.reason, acknowledged: true },
      approve
    );
    expect(read).toMatchObject({ deciding: { choice: 'approve' } });
    expect(after(read, failed(problem(422)))).toMatchObject({ verdicts: [PASSED, warning] });
  });

  it('whose answer was lost is known by reading: it was approved', () => {
    const lost = after(open(), approve, failed(toFailure(networkLoss())));
    const read = asked({ state: 'approved', actionId: PLAN_ID });
    expect(after(lost, { type: 'approval read', approval: read, at: START })).toMatchObject({ phase: 'done' });
  });

  it.each<[string, ReturnType<typeof toFailure>, number, boolean]>([
    ['soon after it got lost', toFailure(networkLoss()), RECORDING_GRACE - 1, true],
    ['when it cannot arrive any more', toFailure(networkLoss()), RECORDING_GRACE, false],
    ['after the backend failed', problem(500), SECOND, false],
  ])('that still waits %s', (_, failure, later, isLost) => {
    const lost = after(open(), approve, failed(failure));
    const state = after(lost, { type: 'approval read', approval: asked(), at: START + later });
    expect(state).toMatchObject(
      isLost ? { deciding: { lost: { failure } } } : { refusal: failure, deciding: undefined }
    );
  });
});

describe('while a request is reviewed', () => {
  it.each(['rejected', 'withdrawn', 'canceled', 'expired', 'approved'] as const)('it may be %s by others', (state) => {
    expect(after(open(), { type: 'approval read', approval: asked({ state }), at: START })).toMatchObject({
      phase: 'done',
      approval: { state },
    });
  });

  it('another request changes nothing, and nothing changes once it is done', () => {
    const state = open();
    const other: ReviewEvent = {
      type: 'approval read',
      approval: asked({ id: PLAN_ID, state: 'rejected' }),
      at: START,
    };
    expect(after(state, other)).toBe(state);
    const done = reviewOpened(asked({ state: 'expired' }), START);
    expect(done.phase).toBe('done');
    expect(after(done, approve, failed(problem(409)), { type: 'phrase typed', phrase: 'x' })).toBe(done);
  });

  it('failed readings are counted, and forgotten at the first that succeeds', () => {
    const failure = toFailure(networkLoss());
    const state = after(open(), { type: 'approval unreadable', failure });
    expect(state).toMatchObject({ failedReadings: 1, failure });
    expect(after(state, { type: 'approval read', approval: asked(), at: START })).toMatchObject({
      failedReadings: 0,
      failure: undefined,
      typed,
    });
  });
});
