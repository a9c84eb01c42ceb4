import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { FakeClient } from '../api/testing/fakeClient';
import {
  action,
  approval,
  BLOCKED,
  JOB_ID,
  leftovers,
  networkLoss,
  plan,
  policy,
  PLAN_ID,
  refusal,
  serverTime,
  START,
  support,
} from '../api/testing/samples';
import { accessibilityProblems } from '../model/testing/accessibility';
import { ActionDialog } from './ActionDialog';
import { ActionSession } from './session';

const SECOND = 1000;
const BUDGET = { ...BLOCKED, guard: 'budget', reason: "This coordinator's budget is used up: 3 of 3." };

function openDialog(client: FakeClient) {
  const onClose = jest.fn();
  const session = new ActionSession(
    { uid: 'zeta', kind: 'force-stop', jobId: JOB_ID, jobName: 'nightly-load' },
    client
  );
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime, pointerEventsCheck: 0 });
  render(<ActionDialog session={session} onClose={onClose} timeZone="utc" />);
  return { user, onClose };
}

async function fill(user: ReturnType<typeof userEvent.setup>, label: RegExp, text: string) {
  await user.click(screen.getByLabelText(label));
  await user.paste(text);
}

/** A client whose plans demand a second person. */
function twoPersons(): FakeClient {
  const client = new FakeClient();
  client.plans = [{ value: plan({ secondPerson: true }) }];
  return client;
}

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const dialog = () => screen.getByRole('dialog');

async function ask(user: ReturnType<typeof userEvent.setup>) {
  await fill(user, /^Phrase/, 'nightly-load');
  await fill(user, /^Reason/, 'stuck since the failover');
  await user.click(button('Ask for approval'));
}

function pass(seconds: number) {
  act(() => {
    jest.advanceTimersByTime(seconds * SECOND);
  });
}

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

describe('a plan that demands a second person', () => {
  it('asks instead of acting, waits with a countdown, and follows the action once another approved', async () => {
    const client = twoPersons();
    client.approvalAnswers = [{ value: approval() }];
    const { user } = openDialog(client);
    expect(screen.queryByRole('button', { name: 'Force stop job' })).not.toBeInTheDocument();
    expect(dialog()).toHaveTextContent('nothing is sent to the coordinator until somebody else approves');
    await ask(user);
    expect(screen.getAllByRole('status')[0]).toHaveTextContent('The request for a second person is on its way.');
    act(() => client.request.next(approval()));
    expect(screen.getAllByRole('status')[0]).toHaveTextContent('Waiting for a second person. Nothing was sent.');
    expect(dialog()).toHaveTextContent('Asked byanna (you)');
    expect(dialog()).toHaveTextContent('Waits until2026-11-22 13:00:20: 15 min 00 s left');
    expect(dialog()).toHaveTextContent('Nothing has been sent to the coordinator.');
    pass(1);
    expect(dialog()).toHaveTextContent('14 min 59 s left');
    client.approvalAnswers = [{ value: approval({ state: 'approved', decider: 'ben', actionId: PLAN_ID }) }];
    client.actions = [{ value: action({ phase: 'settled', outcome: 'stopped', approvedBy: 'ben' }) }];
    pass(5);
    expect(dialog()).toHaveTextContent('asked for by anna and approved by ben');
    expect(client.requested).toHaveLength(1);
    expect(client.confirmed).toEqual([]);
  });

  it('can be withdrawn, in two steps, with a reason', async () => {
    const client = twoPersons();
    const { user } = openDialog(client);
    await ask(user);
    act(() => client.request.next(approval()));
    await user.click(button('Withdraw…'));
    await user.clear(screen.getByLabelText(/^Why it is withdrawn/));
    expect(button('Withdraw request')).toHaveAttribute('aria-disabled', 'true');
    await fill(user, /^Why it is withdrawn/, 'the job has ended');
    await user.dblClick(button('Withdraw request'));
    expect(client.rejected).toEqual([{ id: approval().id, request: { reason: 'the job has ended' } }]);
    act(() => client.rejection.next(approval({ state: 'withdrawn', note: 'the job has ended' })));
    expect(dialog()).toHaveTextContent('Withdrawn. The request was taken back. Nothing was sent');
    await user.click(button('Make a new plan'));
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('stuck since the failover');
  });

  it.each<[string, Parameters<typeof approval>[0], RegExp]>([
    [
      'rejected',
      { state: 'rejected', decider: 'ben', note: 'Wait for the night.' },
      /Rejected\. ben said no.*Wait for the night\.Speak/,
    ],
    [
      'canceled',
      { state: 'canceled', note: 'The master changed.' },
      /it no longer fits.*The master changed\.Make a new plan/,
    ],
    ['expired', { state: 'expired' }, /Expired\. Nobody decided in time.*Tell a second person/],
  ])('says why it was %s, that nothing was sent, and what to do now', async (_, change, text) => {
    const client = twoPersons();
    client.approvalAnswers = [{ value: approval(change) }];
    const { user } = openDialog(client);
    await ask(user);
    act(() => client.request.next(approval()));
    pass(3);
    expect(dialog()).toHaveTextContent(text);
    expect(dialog()).toHaveTextContent('Nothing was sent to the coordinator.');
    await user.click(button('Make a new plan'));
    expect(client.planned).toHaveLength(2);
  });

  it('does not know, when the answer was lost, and says so until it finds its request', async () => {
    const client = twoPersons();
    client.lists = [{ error: networkLoss() }, { value: { asOf: serverTime(30), approvals: [approval()] } }];
    const { user } = openDialog(client);
    await ask(user);
    act(() => client.request.error(networkLoss()));
    expect(screen.getByText('Not known whether the request arrived')).toBeVisible();
    pass(1);
    expect(screen.getByText('Not known whether the request arrived')).toBeVisible();
    pass(3);
    expect(dialog()).toHaveTextContent('Asked byanna (you)');
    expect(client.requested).toHaveLength(1);
  });

  it('leads to the request of somebody who asked before', async () => {
    const client = twoPersons();
    const others = approval({ mine: false, requester: 'ben', decidable: true, why: '' });
    client.lists = [{ value: { asOf: serverTime(30), approvals: [others] } }];
    const { user } = openDialog(client);
    await ask(user);
    act(() => client.request.error(refusal(409, { guard: 'approval-waiting', message: 'A request by ben waits.' })));
    await user.click(button('Look for the request that waits'));
    pass(1);
    expect(dialog()).toHaveTextContent('Asked byben');
    expect(screen.queryByRole('button', { name: 'Withdraw…' })).not.toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Review it on the overview' })).toHaveAttribute(
      'href',
      '/a/unjam-jobs-app'
    );
  });

  it('Esc does nothing while the request is on its way, and leaves it waiting afterwards', async () => {
    const client = twoPersons();
    const { user, onClose } = openDialog(client);
    await ask(user);
    await user.keyboard('{Escape}');
    expect(onClose).not.toHaveBeenCalled();
    act(() => client.request.next(approval()));
    await user.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
    expect(client.rejected).toEqual([]);
  });
});

describe('a budget that is used up', () => {
  it('S37: can be widened by a second person, where the policy has an incident budget', async () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ allowed: false, verdicts: [BUDGET] }) }];
    const { user } = openDialog(client);
    await user.click(button('Ask a second person for the incident budget'));
    expect(dialog()).toHaveAccessibleName('Ask for the incident budget');
    expect(dialog()).toHaveTextContent('3 within 10 min 00 s are allowed now, and up to 50 within 1 h 00 min');
    await fill(user, /^Reason/, '40 jobs hang since the failover');
    await user.dblClick(button('Ask for the incident budget'));
    expect(client.incidents).toEqual([{ reason: '40 jobs hang since the failover' }]);
    const request = approval({ kind: 'incident-budget', job: undefined });
    act(() => client.request.next(request));
    client.approvalAnswers = [{ value: { ...request, state: 'approved', decider: 'ben' } }];
    pass(3);
    expect(dialog()).toHaveTextContent('The incident budget is unlocked. ben approved it.');
    await user.click(button('Make a new plan'));
    expect(client.planned).toHaveLength(2);
  });

  it.each<[string, Parameters<typeof support>[0]]>([
    ['the policy has no incident budget', { policy: policy({ incidentBudget: 0 }) }],
    ['one is in force already', { incident: { from: serverTime(0), until: serverTime(3600), limit: 50 } }],
  ])('is not offered to be widened when %s', (_, change) => {
    const client = new FakeClient();
    client.supports = [{ value: support(change) }];
    client.plans = [{ value: plan({ allowed: false, verdicts: [BUDGET] }) }];
    openDialog(client);
    expect(dialog()).toHaveTextContent("This coordinator's budget is used up");
    expect(screen.queryByRole('button', { name: /incident budget/ })).not.toBeInTheDocument();
  });

  it('is offered as well when the plan itself was refused', () => {
    const client = new FakeClient();
    client.plans = [{ error: refusal(429, { guard: 'budget', message: 'The budget is used up.' }) }];
    openDialog(client);
    expect(button('Ask a second person for the incident budget')).toBeVisible();
  });

  it('of requests says when to try again, and offers nothing', () => {
    const client = new FakeClient();
    const problem = { guard: 'rate-limit', message: 'Too many plans in a minute.', retryAfterSeconds: 42 };
    client.plans = [{ error: refusal(429, problem) }];
    openDialog(client);
    expect(screen.getByRole('alert')).toHaveTextContent('Too many plans in a minute.');
    expect(screen.getByRole('alert')).toHaveTextContent('Try again in 42 s, at 2026-11-22 12:00:42.');
    pass(42);
    expect(screen.getByRole('alert')).toHaveTextContent('The time has come: try again.');
    expect(screen.queryByRole('button', { name: /incident budget/ })).not.toBeInTheDocument();
  });
});

describe('after a proven end', () => {
  async function end(change: Parameters<typeof action>[0]) {
    const client = new FakeClient();
    const { user } = openDialog(client);
    await fill(user, /^Phrase/, 'nightly-load');
    await fill(user, /^Reason/, 'stuck since the failover');
    await user.click(button('Force stop job'));
    act(() => client.confirmation.next(action({ phase: 'settled', outcome: 'stopped', ...change })));
  }

  it('S39: zombie tasks are named with their worker, and who was not checked', async () => {
    await end({ leftovers: leftovers() });
    expect(dialog()).toHaveTextContent('Zombie task on worker worker-1:8080: 3 threads.');
    expect(dialog()).toHaveTextContent('Not checked: worker-2:8080.');
    expect(dialog()).toHaveTextContent('Watched until 2026-11-22 13:45:40.');
  });

  it('the receipt names row and hash, and can be copied', async () => {
    const hash = 'ab'.repeat(32);
    await end({ auditRow: 42, auditHead: hash });
    expect(dialog()).toHaveTextContent(`Audit receipt: row 42, hash ${hash}`);
    Object.defineProperty(window, 'isSecureContext', { configurable: true, value: true });
    await act(async () => fireEvent.click(button('Copy receipt')));
    expect(await navigator.clipboard.readText()).toBe(
      `Unjam audit row 42, SHA-256 ${hash}: force stop of job ${JOB_ID} by anna: stopped`
    );
  });

  it('there is no receipt where the server gave none', async () => {
    await end({});
    expect(dialog()).not.toHaveTextContent('Audit receipt');
  });
});

describe('the policy', () => {
  it('is shown on demand, each value with its setting', async () => {
    const { user } = openDialog(new FakeClient());
    const section = screen.getByText('The policy of this data source', { selector: 'summary' });
    expect(section.closest('details')).not.toHaveAttribute('open');
    await user.click(section);
    const table = screen.getByRole('table', { name: 'The policy of this data source' });
    expect(within(table).getByRole('row', { name: /^Force stop allowed after/ })).toHaveTextContent(
      'Force stop allowed after5 min 00 sactions.minCancelingAgeSeconds, as by default'
    );
  });

  it('is left out when it cannot be read', () => {
    const client = new FakeClient();
    client.supports = [{ error: networkLoss() }];
    openDialog(client);
    expect(screen.queryByText('The policy of this data source')).not.toBeInTheDocument();
  });
});

describe('for everyone', () => {
  it.each(['the wait', 'the withdrawal', 'a decision', 'the form for the budget'])(
    'breaks no accessibility rule, and has no OK or Cancel, with %s',
    async (what) => {
      const client = twoPersons();
      if (what === 'the form for the budget') {
        client.plans = [{ value: plan({ allowed: false, verdicts: [BUDGET] }) }];
      }
      const { user } = openDialog(client);
      if (what === 'the form for the budget') {
        await user.click(button('Ask a second person for the incident budget'));
      } else {
        await ask(user);
        act(() => client.request.next(approval(what === 'a decision' ? { state: 'rejected' } : {})));
        if (what === 'the withdrawal') {
          await user.click(button('Withdraw…'));
        }
      }
      const names = screen.getAllByRole('button').map(({ textContent }) => textContent);
      expect(names.filter((name) => /^(ok|cancel|yes|no)$/i.test(name ?? ''))).toEqual([]);
      jest.useRealTimers();
      expect(await accessibilityProblems(dialog())).toEqual([]);
    }
  );
});

describe('a coordinator that has one way to stop a job', () => {
  it('is spoken of by its own word at every step: plan, request, withdrawal', async () => {
    const client = twoPersons();
    client.supports = [{ value: support({ onlyStop: 'abort' }) }];
    const { user } = openDialog(client);
    expect(screen.getByRole('dialog', { name: 'Abort job: nightly-load' })).toBeVisible();
    expect(dialog()).toHaveTextContent('demands a second person for an abort');
    await ask(user);
    act(() => client.request.next(approval({ state: 'expired' })));
    expect(dialog()).toHaveTextContent('Abort job was asked for by anna.');
    expect(dialog()).not.toHaveTextContent(/force stop/i);
  });

  it('has a budget of its own kind of stop', async () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ allowed: false, verdicts: [BUDGET] }) }];
    client.supports = [{ value: support({ onlyStop: 'abort' }) }];
    const { user } = openDialog(client);
    expect(dialog()).toHaveTextContent('a second person can unlock up to 50 aborts within');
    await user.click(button('Ask a second person for the incident budget'));
    expect(dialog()).toHaveTextContent('Aborts of this coordinator, over all users: 3 within');
  });
});
