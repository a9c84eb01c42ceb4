import { FakeClient } from '../api/testing/fakeClient';
import { action, JOB_ID, networkLoss, PLAN_ID, refusal, START, WARNED, plan } from '../api/testing/samples';
import { type State } from './machine';
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
    session.confirm();
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
    session.confirm();
    session.confirm();
    expect(client.confirmed).toHaveLength(1);
  });

  it('sends nothing while something is missing, or after the plan has expired', () => {
    const client = new FakeClient();
    const session = begin(client);
    session.confirm();
    fillIn(session);
    jest.setSystemTime(START + 121 * SECOND);
    session.confirm();
    expect(client.confirmed).toEqual([]);
  });

  it('reads the action every second until it is settled, and then no more', () => {
    const client = new FakeClient();
    client.actions = [
      { value: action() },
      { value: action({ phase: 'verifying' }) },
      { value: action({ phase: 'settled', outcome: 'stopped' }) },
    ];
    const session = begin(client);
    fillIn(session);
    session.confirm();
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
    session.confirm();
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
    session.confirm();
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
    session.confirm();
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
    session.confirm();
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
