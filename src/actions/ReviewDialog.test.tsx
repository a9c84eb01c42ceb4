import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { Subject } from 'rxjs';

import { FakeClient } from '../api/testing/fakeClient';
import {
  action,
  approval,
  APPROVAL_ID,
  networkLoss,
  PASSED,
  plan,
  PLAN_ID,
  refusal,
  START,
  WARNED,
} from '../api/testing/samples';
import { type Approval } from '../api/types';
import { accessibilityProblems } from '../model/testing/accessibility';
import { type Present } from './differences';
import ReviewDialog from './ReviewDialog';
import { ReviewSession } from './reviewSession';

const SECOND = 1000;
const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

const asked = (change: Partial<Approval> = {}) => approval({ mine: false, decidable: true, why: '', ...change });
const BUDGET: Partial<Approval> = { kind: 'incident-budget', job: undefined, verdicts: [], phrase: '' };

function review(request: Approval, client = new FakeClient(), present: Present = {}) {
  const onClose = jest.fn();
  client.approvalAnswers = [{ value: request }];
  const session = new ReviewSession('zeta', request, client);
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime, pointerEventsCheck: 0 });
  render(<ReviewDialog session={session} present={present} timeZone="utc" onClose={onClose} />);
  return { client, user, onClose };
}

const button = (name: string | RegExp) => screen.getByRole('button', { name });
const dialog = () => screen.getByRole('dialog');

async function fill(user: ReturnType<typeof userEvent.setup>, label: RegExp, text: string) {
  await user.click(screen.getByLabelText(label));
  await user.paste(text);
}

function pass(seconds: number) {
  act(() => {
    jest.advanceTimersByTime(seconds * SECOND);
  });
}

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

describe('the review of a request', () => {
  it('shows who asks and what follows first; approves once for a double click; and follows the act', async () => {
    const { client, user } = review(asked({ verdicts: [WARNED, PASSED] }));
    expect(screen.getByRole('dialog', { name: 'Review: Force stop job: nightly-load' })).toBe(dialog());
    const text = dialog().textContent ?? '';
    expect(text.indexOf('Asked byanna')).toBeLessThan(text.indexOf('What an approval does'));
    expect(text.indexOf('What an approval does')).toBeLessThan(text.indexOf('Type nightly-load exactly.'));
    expect(text).toContain('stuck since the failover');
    expect(text).toContain('15 min 00 s left');
    expect(button('Approve and force stop job')).toHaveAttribute('aria-disabled', 'true');
    await user.click(screen.getByRole('checkbox', { name: /I have read this warning/ }));
    await fill(user, /^Phrase/, 'nightly-load');
    await user.dblClick(button('Approve and force stop job'));
    expect(client.approved).toEqual([
      { id: APPROVAL_ID, request: { phrase: 'nightly-load', acknowledged: [WARNED.guard] } },
    ]);
    client.actions = [{ value: action({ phase: 'settled', outcome: 'stopped', approvedBy: 'ben' }) }];
    act(() =>
      client.approvalDecision.next({ approval: asked({ state: 'approved', actionId: PLAN_ID }), action: action() })
    );
    pass(1);
    expect(screen.getByRole('dialog', { name: 'Force stop job: nightly-load' })).toHaveTextContent('approved by ben');
    expect(client.readings).toEqual([PLAN_ID]);
  });

  it('says what has changed since the request, as the page knows it', () => {
    review(asked(), new FakeClient(), { state: 'running' });
    expect(screen.getByRole('list', { name: 'Changes since the request' })).toHaveTextContent(
      'State: CANCELING → RUNNING'
    );
  });

  it('asks for a changed context to be read, and then approves with it', async () => {
    const { client, user } = review(asked());
    await fill(user, /^Phrase/, 'nightly-load');
    await user.click(button('Approve and force stop job'));
    const first = client.approvalDecision;
    client.approvalDecision = new Subject();
    act(() => first.error(refusal(422, { guard: 'context-changed', message: 'The nodes are others now.' })));
    expect(screen.getAllByRole('alert')[0]).toHaveTextContent('Refused; nothing was sentThe nodes are others now.');
    expect(screen.getByText('What the guards say now')).toBeVisible();
    await user.click(screen.getByRole('checkbox', { name: /I have read this warning/ }));
    await user.click(button('Approve and force stop job'));
    expect(client.approved[1]?.request.acknowledged).toEqual(['context-changed']);
  });

  it('shows that it was canceled when the job is no longer the same', async () => {
    const { client, user } = review(asked());
    await fill(user, /^Phrase/, 'nightly-load');
    await user.click(button('Approve and force stop job'));
    client.approvalAnswers = [{ value: asked({ state: 'canceled', note: 'The master changed.' }) }];
    act(() =>
      client.approvalDecision.error(
        refusal(412, { guard: 'identity-changed', message: 'The master changed. Nothing was sent.' })
      )
    );
    expect(screen.getByRole('alert')).toHaveTextContent('The master changed. Nothing was sent.');
    pass(2);
    expect(dialog()).toHaveTextContent('Canceled: it no longer fits.');
    expect(screen.queryByRole('button', { name: /^Approve/ })).not.toBeInTheDocument();
  });

  it('S48: does not know after a lost answer, says so, and never approves again by itself', async () => {
    const { client, user } = review(asked());
    await fill(user, /^Phrase/, 'nightly-load');
    await user.click(button('Approve and force stop job'));
    act(() => client.approvalDecision.error(networkLoss()));
    expect(screen.getByText('Not known whether the approval arrived')).toBeVisible();
    expect(button('Approve and force stop job')).toHaveAttribute('aria-disabled', 'true');
    client.approvalAnswers = [{ value: asked({ state: 'approved', actionId: PLAN_ID, decider: 'ben' }) }];
    client.actions = [{ value: action({ phase: 'verifying' }) }];
    pass(3);
    expect(screen.getByRole('dialog', { name: 'Force stop job: nightly-load' })).toBeVisible();
    expect(client.approved).toHaveLength(1);
  });

  it('rejects with a reason, in two steps', async () => {
    const { client, user } = review(asked());
    await user.click(button('Reject…'));
    expect(button('Reject request')).toHaveAttribute('aria-disabled', 'true');
    await fill(user, /^Why it is rejected/, 'wait for the night');
    await user.dblClick(button('Reject request'));
    expect(client.rejected).toEqual([{ id: APPROVAL_ID, request: { reason: 'wait for the night' } }]);
    act(() => client.rejection.next(asked({ state: 'rejected', decider: 'ben', note: 'wait for the night' })));
    expect(dialog()).toHaveTextContent('Rejected. ben said no. Nothing was sent to the coordinator.');
  });

  it('S40: offers the requester nothing but to withdraw', async () => {
    const { client, user } = review(approval());
    expect(screen.getByRole('dialog', { name: 'Your request: Force stop job: nightly-load' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Approve/ })).not.toBeInTheDocument();
    await user.click(button('Withdraw request'));
    expect(client.rejected).toEqual([{ id: APPROVAL_ID, request: { reason: 'It is not needed any more.' } }]);
    act(() => client.rejection.next(approval({ state: 'withdrawn' })));
    expect(dialog()).toHaveTextContent('Withdrawn.');
  });

  it('unlocks the incident budget without a phrase, and follows no act', async () => {
    const { client, user } = review(asked(BUDGET));
    expect(dialog()).toHaveTextContent('No job is stopped by it');
    expect(screen.queryByLabelText(/^Phrase/)).not.toBeInTheDocument();
    await user.click(button('Approve and unlock incident budget'));
    expect(client.approved).toEqual([{ id: APPROVAL_ID, request: { phrase: '', acknowledged: [] } }]);
    act(() => client.approvalDecision.next({ approval: asked({ ...BUDGET, state: 'approved', decider: 'ben' }) }));
    expect(dialog()).toHaveTextContent('The incident budget is unlocked. ben approved it.');
  });

  it('ends when somebody else decides meanwhile', () => {
    const client = new FakeClient();
    review(asked(), client);
    client.approvalAnswers = [{ value: asked({ state: 'expired' }) }];
    pass(5);
    expect(dialog()).toHaveTextContent('Expired. Nobody decided in time.');
  });

  it('Esc leaves it waiting, and does nothing while the decision is on its way', async () => {
    const { client, user, onClose } = review(asked());
    await fill(user, /^Phrase/, 'nightly-load');
    await user.click(button('Approve and force stop job'));
    await user.keyboard('{Escape}');
    expect(onClose).not.toHaveBeenCalled();
    act(() => client.approvalDecision.error(refusal(403, { guard: 'role', message: 'Your role is Viewer.' })));
    await user.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('S09: shows hostile names and reasons as text', () => {
    review(asked({ requester: HOSTILE, reason: HOSTILE, job: { ...plan().job, name: HOSTILE } }));
    expect(document.body.querySelector('img')).toBeNull();
    expect(dialog().textContent).not.toContain('\u202e');
    expect(dialog()).toHaveTextContent('<img src=x onerror=alert(1)>‹U+202E›');
  });

  it.each<[string, Approval]>([
    ['a request', asked({ verdicts: [WARNED, PASSED] })],
    ["one's own request", approval()],
    ['the incident budget', asked(BUDGET)],
    ['what was decided', asked({ state: 'rejected', decider: 'ben', note: 'No.' })],
  ])('breaks no accessibility rule, and has no OK or Cancel, with %s', async (_, request) => {
    review(request);
    const names = screen.getAllByRole('button').map(({ textContent }) => textContent);
    expect(names.filter((name) => /^(ok|cancel|yes|no)$/i.test(name ?? ''))).toEqual([]);
    jest.useRealTimers();
    expect(await accessibilityProblems(dialog())).toEqual([]);
  });
});
