import { FakeClient } from '../api/testing/fakeClient';
import {
  action,
  approval,
  APPROVAL_ID,
  JOB_ID,
  leftovers,
  networkLoss,
  plan,
  PLAN_ID,
  refusal,
  serverTime,
  START,
  WARNED,
} from '../api/testing/samples';
import { type State } from './states';
import { ActionSession } from './session';

const TARGET = { uid: 'zeta', kind: 'force-stop' as const, jobId: JOB_ID, jobName: 'nightly-load' };
const SECOND = 1000;

function begin(client: FakeClient, left?: State): ActionSession {
  const session = new ActionSession(TARGET, client, left);
  session.start();
  return session;
}

function fillIn(session: ActionSession): void {
  session.typePhrase('nightly-load');
  session.typeReason('  stuck since the failover  ');
}

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

describe('a session', () => {
  it('S08: asks for a plan once, with every digit of the id', () => {
    const client = new FakeClient();
    const session = begin(client);
    session.start();
    expect(client.planned).toEqual([{ action: 'force-stop', jobId: '733584788375666689' }]);
    expect(session.state.phase).toBe('planned');
  });

  it('confirms with what was typed and the warnings that were read', () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ verdicts: [WARNED] }) }];
    const session = begin(client);
    fillIn(session);
    session.acknowledge(WARNED.guard, WARNED.reason, true);
    session.use();
    expect(client.confirmed).toEqual([
      {
        planId: PLAN_ID,
        kind: 'force-stop',
        request: {
          phrase: 'nightly-load',
          reason: 'stuck since the failover',
          acknowledged: [WARNED.guard],
        },
      },
    ]);
  });

  it('S29: a double click sends one confirmation', () => {
    const client = new FakeClient();
    const session = begin(client);
    fillIn(session);
    session.use();
    session.use();
    expect(client.confirmed).toHaveLength(1);
  });

  it('sends nothing while something is missing, or after the plan has expired', () => {
    const client = new FakeClient();
    const session = begin(client);
    session.use();
    fillIn(session);
    jest.setSystemTime(START + 121 * SECOND);
    session.use();
    expect(client.confirmed).toEqual([]);
  });

  it('reads the action every second until it is settled, and then no more', () => {
    const client = new FakeClient();
    client.actions = [
      { value: action() },
      { value: action({ phase: 'verifying' }) },
      { value: action({ phase: 'settled', outcome: 'stopped', leftovers: leftovers({ until: serverTime(0) }) }) },
    ];
    const session = begin(client);
    fillIn(session);
    session.use();
    client.confirmation.next(action());
    jest.advanceTimersByTime(3 * SECOND);
    expect(client.readings).toEqual([PLAN_ID, PLAN_ID, PLAN_ID]);
    expect(session.state).toMatchObject({ phase: 'settled', action: { outcome: 'stopped' } });
    jest.advanceTimersByTime(600 * SECOND);
    expect(client.readings).toHaveLength(3);
  });

  it('reads an outcome that is not final again, and takes over a better one', () => {
    const client = new FakeClient();
    client.actions = [
      { value: action({ phase: 'settled', outcome: 'sent, not confirmed' }) },
      { error: networkLoss() },
      { value: action({ phase: 'settled', outcome: 'stopped' }) },
    ];
    const session = begin(client);
    fillIn(session);
    session.use();
    client.confirmation.next(action());
    jest.advanceTimersByTime(SECOND);
    expect(session.state).toMatchObject({ phase: 'settled', action: { outcome: 'sent, not confirmed' } });
    jest.advanceTimersByTime(20 * SECOND);
    expect(session.state).toMatchObject({ phase: 'settled', action: { outcome: 'stopped' } });
    expect(client.confirmed).toHaveLength(1);
  });

  it('S48: after a lost answer it looks the action up, ever more slowly, and never confirms again', () => {
    const client = new FakeClient();
    client.actions = [{ error: networkLoss() }];
    const session = begin(client);
    fillIn(session);
    session.use();
    client.confirmation.error(networkLoss());
    expect(session.state).toMatchObject({ phase: 'following', confirmation: 'lost' });
    jest.advanceTimersByTime(60 * SECOND);
    // After 1, 2, 4, 8 s and then every 15 s.
    expect(client.readings).toHaveLength(7);
    client.actions = [{ value: action({ phase: 'settled', outcome: 'stopped' }) }];
    jest.advanceTimersByTime(15 * SECOND);
    expect(session.state.phase).toBe('settled');
    expect(client.confirmed).toHaveLength(1);
  });

  it('S33: a slow answer is waited for, while the action is read', () => {
    const client = new FakeClient();
    client.actions = [{ error: refusal(404, { guard: 'action-known', message: 'There is no such action.' }) }];
    const session = begin(client);
    fillIn(session);
    session.use();
    jest.advanceTimersByTime(10 * SECOND);
    expect(session.state).toMatchObject({ phase: 'following', confirmation: 'awaited' });
    jest.advanceTimersByTime(5 * SECOND);
    expect(client.readings.length).toBeGreaterThan(0);
    client.confirmation.next(action());
    expect(session.state).toMatchObject({ phase: 'following', confirmation: 'recorded' });
    expect(client.confirmed).toHaveLength(1);
  });

  it('when left, it stops reading, but does not cut off a confirmation on its way', () => {
    const client = new FakeClient();
    const session = begin(client);
    fillIn(session);
    session.use();
    session.stop();
    expect(client.confirmation.observed).toBe(true);
    client.confirmation.next(action());
    jest.advanceTimersByTime(60 * SECOND);
    expect(client.readings).toEqual([]);
    expect(session.state).toMatchObject({ phase: 'following', confirmation: 'recorded' });
  });

  it('opened again, it goes on with what was left', () => {
    const client = new FakeClient();
    const first = begin(client);
    first.typeReason('half a reas');
    first.stop();
    const second = begin(client, first.state);
    expect(second.state).toMatchObject({ phase: 'planned', typed: { reason: 'half a reas' } });
    expect(client.planned).toHaveLength(2);
  });
});

describe('a session that needs a second person', () => {
  const second = () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ secondPerson: true, verdicts: [WARNED] }) }];
    return client;
  };

  function ask(client: FakeClient): ActionSession {
    const session = begin(client);
    fillIn(session);
    session.acknowledge(WARNED.guard, WARNED.reason, true);
    session.use();
    session.use();
    return session;
  }

  it('asks once for a double click, and never confirms', () => {
    const client = second();
    ask(client);
    expect(client.requested).toEqual([
      {
        planId: PLAN_ID,
        request: { phrase: 'nightly-load', reason: 'stuck since the failover', acknowledged: [WARNED.guard] },
      },
    ]);
    expect(client.confirmed).toEqual([]);
  });

  it('reads the request until another person approves, and then follows the action', () => {
    const client = second();
    client.approvalAnswers = [
      { value: approval() },
      { error: networkLoss() },
      { value: approval({ state: 'approved', decider: 'ben', actionId: PLAN_ID }) },
    ];
    client.actions = [{ value: action({ phase: 'verifying', approvedBy: 'ben' }) }];
    const session = ask(client);
    client.request.next(approval());
    expect(session.state.phase).toBe('waiting');
    jest.advanceTimersByTime(10 * SECOND);
    expect(client.approvalReadings).toEqual([APPROVAL_ID, APPROVAL_ID, APPROVAL_ID]);
    expect(session.state).toMatchObject({ phase: 'following', action: { approvedBy: 'ben' } });
  });

  it('finds its request in the list after a lost answer, and never asks again', () => {
    const client = second();
    client.lists = [{ error: networkLoss() }, { value: { asOf: serverTime(21), approvals: [approval()] } }];
    const session = ask(client);
    client.request.error(networkLoss());
    expect(session.state.phase).toBe('searching');
    jest.advanceTimersByTime(5 * SECOND);
    expect(session.state).toMatchObject({ phase: 'waiting', approval: { id: APPROVAL_ID } });
    expect(client.requested).toHaveLength(1);
  });

  it('withdraws once for a double click, and reads no more', () => {
    const client = second();
    client.approvalAnswers = [{ value: approval() }];
    const session = ask(client);
    client.request.next(approval());
    session.withdraw('too short');
    session.withdraw('not needed any more');
    session.withdraw('not needed any more');
    expect(client.rejected).toEqual([{ id: APPROVAL_ID, request: { reason: 'not needed any more' } }]);
    client.rejection.next(approval({ state: 'withdrawn' }));
    expect(session.state).toMatchObject({ phase: 'decided', approval: { state: 'withdrawn' } });
    const { length } = client.approvalReadings;
    jest.advanceTimersByTime(60 * SECOND);
    expect(client.approvalReadings).toHaveLength(length);
  });

  it('does not withdraw what somebody else asked for', () => {
    const client = second();
    const session = ask(client);
    client.request.next(approval({ mine: false }));
    session.withdraw('not needed any more');
    expect(client.rejected).toEqual([]);
  });

  it('left and opened again, it goes on waiting, without a new plan', () => {
    const client = second();
    const first = ask(client);
    client.request.next(approval());
    first.stop();
    client.approvalAnswers = [{ value: approval({ state: 'rejected', note: 'Wait for the night.' }) }];
    const session = begin(client, first.state);
    jest.advanceTimersByTime(3 * SECOND);
    expect(session.state).toMatchObject({ phase: 'decided', approval: { state: 'rejected' } });
    expect(client.planned).toHaveLength(1);
  });

  it('left while the request is on its way, it does not cut it off, and finds it when opened again', () => {
    const client = second();
    const first = ask(client);
    first.stop();
    expect(client.request.observed).toBe(true);
    client.lists = [{ value: { asOf: serverTime(21), approvals: [approval()] } }];
    const session = begin(client, first.state);
    jest.advanceTimersByTime(SECOND);
    expect(session.state.phase).toBe('waiting');
    expect(client.requested).toHaveLength(1);
  });

  it('asks once for the incident budget, with a reason that is one', () => {
    const client = new FakeClient();
    const session = begin(client);
    session.wantBudget();
    session.askForBudget();
    expect(client.incidents).toEqual([]);
    session.typeBudgetReason(' 40 jobs hang since the failover ');
    session.askForBudget();
    session.askForBudget();
    expect(client.incidents).toEqual([{ reason: '40 jobs hang since the failover' }]);
  });

  it('S39: goes on reading what runs on after a proven end', () => {
    const client = new FakeClient();
    const stopped = action({ phase: 'settled', outcome: 'stopped' });
    client.actions = [{ value: stopped }, { value: { ...stopped, leftovers: leftovers() } }];
    const session = begin(client);
    fillIn(session);
    session.use();
    client.confirmation.next(action());
    jest.advanceTimersByTime(11 * SECOND);
    expect(session.state).toMatchObject({ phase: 'settled', action: { leftovers: { tasks: [{ threads: 3 }] } } });
  });

  it('knows the policy once the server told it, and does without where it does not', () => {
    const client = new FakeClient();
    expect(begin(client).support?.policy.incidentBudget).toBe(50);
    client.supports = [{ error: networkLoss() }];
    const session = begin(client);
    expect(session.support).toBeUndefined();
    expect(session.state.phase).toBe('planned');
  });
});
