import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { FakeClient } from '../api/testing/fakeClient';
import {
  action,
  BLOCKED,
  JOB_ID,
  networkLoss,
  PASSED,
  plan,
  refusal,
  START,
  WARNED,
  WINNER_ID,
} from '../api/testing/samples';
import { type Action } from '../api/types';
import { accessibilityProblems } from '../model/testing/accessibility';
import { ActionDialog } from './ActionDialog';
import { ActionSession } from './session';

const SECOND = 1000;
const HOSTILE = '<img src=x onerror=alert(1)>';

function openDialog(client: FakeClient, jobName = 'nightly-load') {
  const onClose = jest.fn();
  const session = new ActionSession({ uid: 'zeta', kind: 'force-stop', jobId: JOB_ID, jobName }, client);
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime, pointerEventsCheck: 0 });
  const { baseElement } = render(<ActionDialog session={session} onClose={onClose} timeZone="utc" />);
  return { user, onClose, session, baseElement };
}

async function confirm(user: ReturnType<typeof userEvent.setup>) {
  await fill(user, /^Phrase/, 'nightly-load');
  await fill(user, /^Reason/, 'stuck since the failover');
  await user.click(forceStop());
}

async function fill(user: ReturnType<typeof userEvent.setup>, label: RegExp, text: string) {
  await user.click(screen.getByLabelText(label));
  await user.paste(text);
}

const forceStop = () => screen.getByRole('button', { name: 'Force stop job' });

function answer(client: FakeClient, given: Action) {
  act(() => client.confirmation.next(given));
}

function fail(client: FakeClient, error: unknown) {
  act(() => client.confirmation.error(error));
}

function pass(seconds: number) {
  act(() => {
    jest.advanceTimersByTime(seconds * SECOND);
  });
}

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

describe('the dialog, when all goes well', () => {
  it('shows consequences and guards first, and leads from the plan to the proof', async () => {
    const client = new FakeClient();
    client.actions = [
      { value: action({ phase: 'verifying', detail: 'The coordinator answered.' }) },
      { value: action({ phase: 'settled', outcome: 'stopped', detail: 'Found among the finished jobs.' }) },
    ];
    const { user, onClose } = openDialog(client);
    const dialog = screen.getByRole('dialog', { name: 'Force stop job: nightly-load' });
    const text = dialog.textContent ?? '';
    expect(text.indexOf('zombie')).toBeLessThan(text.indexOf('The coordinator was read 2 s ago.'));
    expect(text.indexOf('The coordinator was read 2 s ago.')).toBeLessThan(text.indexOf('Type nightly-load exactly.'));
    expect(text).toContain('A race of milliseconds remains');
    expect(screen.getByText(JOB_ID)).toBeVisible();

    await confirm(user);
    expect(screen.getByText('The confirmation is on its way.')).toBeInTheDocument();
    answer(client, action());
    pass(1);
    expect(screen.getByText(/The coordinator answered\./)).toBeVisible();
    expect(screen.queryByText(/Stopped/)).not.toBeInTheDocument();
    pass(1);
    expect(screen.getByText('Stopped. Its end is proven.')).toBeVisible();
    expect(onClose).not.toHaveBeenCalled();
    await user.click(within(dialog).getAllByRole('button', { name: 'Close' }).at(-1) ?? dialog);
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('never calls its buttons OK or Cancel', () => {
    openDialog(new FakeClient());
    const names = screen.getAllByRole('button').map((button) => button.textContent);
    expect(names).toContain('Keep waiting');
    expect(names).toContain('Force stop job');
    expect(names.filter((name) => /^(ok|cancel|yes|no)$/i.test(name ?? ''))).toEqual([]);
  });

  it('can be used by keyboard alone', async () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ verdicts: [WARNED] }) }];
    const { user } = openDialog(client);
    const tabTo = async (element: HTMLElement) => {
      for (let presses = 0; presses < 20 && element !== document.activeElement; presses++) {
        await user.tab();
      }
      expect(element).toHaveFocus();
    };
    await tabTo(screen.getByRole('checkbox'));
    await user.keyboard(' ');
    await tabTo(screen.getByLabelText(/^Phrase/));
    await user.keyboard('nightly-load');
    await tabTo(screen.getByLabelText(/^Reason/));
    await user.keyboard('stuck since the failover');
    await tabTo(forceStop());
    await user.keyboard('{Enter}');
    expect(client.confirmed).toHaveLength(1);
  });
});

describe('the dialog, before the act', () => {
  it('lists what is missing, at a button that can be reached and does nothing', async () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ verdicts: [PASSED, WARNED] }) }];
    const { user } = openDialog(client);
    expect(forceStop()).toHaveAttribute('aria-disabled', 'true');
    expect(within(screen.getByRole('list', { name: 'Still missing' })).getAllByRole('listitem')).toHaveLength(3);
    await user.click(forceStop());
    await user.type(screen.getByLabelText(/^Phrase/), 'nightly-load{Enter}');
    expect(client.confirmed).toEqual([]);
    await user.click(screen.getByRole('checkbox', { name: /I have read this warning/ }));
    await fill(user, /^Reason/, 'stuck since the failover');
    await user.click(forceStop());
    expect(client.confirmed).toHaveLength(1);
  });

  it('S24: shows a block with its reason and the time from which it is allowed, and takes nothing', () => {
    const client = new FakeClient();
    client.plans = [{ value: plan({ allowed: false, verdicts: [PASSED, BLOCKED] }) }];
    openDialog(client);
    const [first] = within(screen.getByRole('list', { name: 'Guards' })).getAllByRole('listitem');
    expect(first).toHaveTextContent('Blocked: The job has been CANCELING for 2 min');
    expect(first).toHaveTextContent('Allowed from 2026-11-22 12:48:00: in 3 min 00 s');
    pass(30);
    expect(first).toHaveTextContent('in 2 min 30 s');
    pass(150);
    expect(first).toHaveTextContent('the time has come, make a new plan');
    expect(screen.queryByLabelText(/^Phrase/)).not.toBeInTheDocument();
    expect(forceStop()).toHaveAttribute('aria-disabled', 'true');
  });

  it('counts a plan down, and makes a new one on demand with what was typed', async () => {
    const client = new FakeClient();
    const { user } = openDialog(client);
    await fill(user, /^Reason/, 'stuck since the failover');
    pass(119);
    expect(screen.getByText(/for another 1 s/)).toBeVisible();
    pass(2);
    expect(screen.getByText(/This plan has expired/)).toBeVisible();
    expect(client.planned).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Make a new plan' }));
    expect(client.planned).toHaveLength(2);
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('stuck since the failover');
  });

  it('S20, S38: stays open when the server makes no plan, and says why', async () => {
    const client = new FakeClient();
    client.plans = [
      { error: refusal(403, { guard: 'role', message: 'Your role is Viewer.', change: 'Ask for the role Admin.' }) },
      { value: plan() },
    ];
    const { user, onClose } = openDialog(client);
    expect(screen.getByRole('alert')).toHaveTextContent('Your role is Viewer.Ask for the role Admin.');
    await user.click(screen.getByRole('button', { name: 'Make a new plan' }));
    expect(forceStop()).toBeVisible();
    expect(onClose).not.toHaveBeenCalled();
  });

  it('S09: shows hostile names and words as text', () => {
    const client = new FakeClient();
    client.plans = [
      {
        value: plan({
          job: { ...plan().job, name: HOSTILE, word: HOSTILE },
          verdicts: [{ ...BLOCKED, reason: HOSTILE, change: HOSTILE }],
          consequences: [HOSTILE],
          allowed: false,
        }),
      },
    ];
    const { baseElement } = openDialog(client, HOSTILE);
    expect(baseElement.querySelector('img')).toBeNull();
    expect(screen.getAllByText(new RegExp(HOSTILE.replace(/[()]/g, '\\$&'))).length).toBeGreaterThan(3);
  });
});

describe('the dialog, when the confirmation is not taken', () => {
  it('S26: makes a new plan after a 412, keeps what was typed, and shows what changed', async () => {
    const client = new FakeClient();
    const next = plan({ id: WINNER_ID, identity: { ...plan().identity, master: '10.0.0.9:5801' } });
    client.plans = [{ value: plan() }, { value: next }];
    const { user, onClose } = openDialog(client);
    await confirm(user);
    fail(client, refusal(412, { guard: 'identity-changed', message: 'The master has changed.', planChanged: true }));
    expect(screen.getByLabelText(/^Phrase/)).toHaveValue('nightly-load');
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('stuck since the failover');
    expect(screen.getByText('The master has changed.')).toBeVisible();
    expect(screen.getByRole('list', { name: 'Changes since the plan before' })).toHaveTextContent(
      'Active master: 10.0.0.1:5801 → 10.0.0.9:5801'
    );
    expect(client.confirmed).toHaveLength(1);
    expect(onClose).not.toHaveBeenCalled();
  });

  it('S28: names the winner after a 409, and follows his action on demand', async () => {
    const client = new FakeClient();
    client.actions = [{ value: action({ id: WINNER_ID, by: 'bert', phase: 'settled', outcome: 'stopped' }) }];
    const { user } = openDialog(client);
    await confirm(user);
    const problem = { guard: 'in-flight', message: 'bert is already acting on this job.', actionId: WINNER_ID };
    fail(client, refusal(409, problem));
    expect(screen.getByRole('alert')).toHaveTextContent('Refused; nothing was sentbert is already acting on this job.');
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('stuck since the failover');
    await user.click(screen.getByRole('button', { name: 'Follow the other action' }));
    pass(1);
    expect(client.readings).toEqual([WINNER_ID]);
    expect(screen.getByRole('dialog')).toHaveTextContent('confirmed by bert');
  });

  it('S37: shows a used-up budget with the time from which it is free', async () => {
    const client = new FakeClient();
    const { user } = openDialog(client);
    await confirm(user);
    const verdict = { ...BLOCKED, guard: 'budget', reason: '3 force stops in 10 min.' };
    const problem = { guard: 'budget', message: 'The budget is used up.', verdicts: [verdict] };
    fail(client, refusal(429, problem));
    expect(screen.getByRole('alert')).toHaveTextContent('The budget is used up.');
    expect(screen.getByRole('alert')).toHaveTextContent('Allowed from 2026-11-22 12:48:00: in');
  });

  it('S48: when the network is lost, it says that it does not know, asks on, and never confirms again', async () => {
    const client = new FakeClient();
    client.actions = [{ error: networkLoss() }];
    const { user, onClose } = openDialog(client);
    await confirm(user);
    fail(client, networkLoss());
    expect(screen.getByText('Not known whether the confirmation arrived')).toBeVisible();
    expect(screen.getByText(/It is not sent again/)).toBeVisible();
    expect(screen.queryByText(/[Ss]topped/)).not.toBeInTheDocument();
    pass(20);
    expect(client.readings.length).toBeGreaterThan(2);
    client.actions = [{ value: action({ phase: 'settled', outcome: 'stopped' }) }];
    pass(20);
    expect(screen.getByText(/^Stopped\. Its end is proven/)).toBeVisible();
    expect(client.confirmed).toHaveLength(1);
    expect(onClose).not.toHaveBeenCalled();
  });

  it('says that nothing was sent only when the server has no record and can make none any more', async () => {
    const client = new FakeClient();
    client.actions = [{ error: refusal(404, { guard: 'action-known', message: 'There is no such action.' }) }];
    const { user } = openDialog(client);
    await confirm(user);
    fail(client, networkLoss());
    pass(100);
    expect(screen.queryByText('Nothing was sent')).not.toBeInTheDocument();
    pass(120);
    expect(screen.getByText('Nothing was sent')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Make a new plan' }));
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('stuck since the failover');
  });

  it.each<Action['outcome']>(['sent, not confirmed', 'unknown', 'refused by coordinator', 'ended by itself'])(
    'S30, S31: "%s" is never shown as a stop',
    async (outcome) => {
      const client = new FakeClient();
      const { user, baseElement } = openDialog(client);
      await confirm(user);
      answer(client, action({ phase: 'settled', outcome, detail: '' }));
      expect(baseElement).not.toHaveTextContent('Stopped.');
      expect(baseElement).not.toHaveTextContent('CANCELED');
    }
  );
});

describe('leaving the dialog', () => {
  it('Esc does nothing while the confirmation is on its way', async () => {
    const client = new FakeClient();
    const { user, onClose } = openDialog(client);
    await confirm(user);
    await user.keyboard('{Escape}');
    expect(onClose).not.toHaveBeenCalled();
    expect(client.confirmation.observed).toBe(true);
    answer(client, action());
    await user.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});

describe('for everyone', () => {
  it('moves the focus with the phases, and says each phase aloud', async () => {
    const client = new FakeClient();
    const { user } = openDialog(client);
    expect(screen.getAllByRole('status')[0]).toHaveTextContent('The plan is ready to be confirmed.');
    await confirm(user);
    expect(document.activeElement).toHaveTextContent('Recording the confirmation');
    expect(screen.getAllByRole('status')[0]).toHaveTextContent('The confirmation is on its way.');
  });

  it.each(['a plan', 'a blocked plan', 'progress', 'an outcome'])(
    'breaks no accessibility rule with %s',
    async (what) => {
      const client = new FakeClient();
      if (what === 'a blocked plan') {
        client.plans = [{ value: plan({ allowed: false, verdicts: [BLOCKED, WARNED, PASSED] }) }];
      } else {
        client.plans = [{ value: plan({ verdicts: [PASSED] }) }];
      }
      const { user } = openDialog(client);
      if (what === 'progress' || what === 'an outcome') {
        await confirm(user);
        answer(client, what === 'progress' ? action() : action({ phase: 'settled', outcome: 'stopped' }));
      }
      jest.useRealTimers();
      // Grafana's modal puts focus guards around the dialog, which are not ours.
      expect(await accessibilityProblems(screen.getByRole('dialog'))).toEqual([]);
    }
  );
});
