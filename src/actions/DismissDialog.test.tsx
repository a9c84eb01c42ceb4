import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { FakeClient } from '../api/testing/fakeClient';
import { JOB_ID, networkLoss, serverTime } from '../api/testing/samples';
import { accessibilityProblems } from '../model/testing/accessibility';
import { DismissSession } from './dismissal';
import DismissDialog from './DismissDialog';

const JOB = { jobId: JOB_ID, jobName: 'nightly-load', episode: 'e7' };
const HASH = 'cd'.repeat(32);

function open() {
  const client = new FakeClient();
  const onClose = jest.fn();
  render(<DismissDialog session={new DismissSession(JOB, client)} onClose={onClose} />);
  return { client, onClose, user: userEvent.setup({ advanceTimers: jest.advanceTimersByTime, pointerEventsCheck: 0 }) };
}

const dialog = () => screen.getByRole('dialog', { name: 'Dismiss lost job: nightly-load' });
const submit = () => screen.getByRole('button', { name: 'Dismiss lost job' });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('S17: dismissing a lost job', () => {
  it('says first that nobody calls it finished, sends once with a reason, and gives a receipt', async () => {
    const { client, user } = open();
    expect(dialog()).toHaveTextContent('It is not called finished.');
    expect(dialog()).toHaveTextContent('Nothing is sent to the coordinator.');
    expect(submit()).toHaveAttribute('aria-disabled', 'true');
    await user.type(screen.getByLabelText(/^Reason/), 'restarted without persistence');
    await user.dblClick(submit());
    expect(client.dismissed).toEqual([
      { jobId: '733584788375666689', request: { episode: 'e7', reason: 'restarted without persistence' } },
    ]);
    const dismissal = { asOf: serverTime(0), jobId: JOB_ID, auditRow: 7, auditHead: HASH };
    act(() => client.dismissal.next(dismissal));
    expect(dialog()).toHaveTextContent('Dismissed. The job is no longer listed as lost.');
    expect(dialog()).toHaveTextContent(`Audit receipt: row 7, hash ${HASH}`);
  });

  it('keeps what was typed when it failed, and says what happened', async () => {
    const { client, user, onClose } = open();
    await user.type(screen.getByLabelText(/^Reason/), 'restarted without persistence');
    await user.click(submit());
    await user.keyboard('{Escape}');
    expect(onClose).not.toHaveBeenCalled();
    act(() => client.dismissal.error(networkLoss()));
    expect(screen.getByRole('alert')).toHaveTextContent('The connection to Grafana failed.');
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('restarted without persistence');
    await user.click(screen.getByRole('button', { name: 'Keep it listed' }));
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it('breaks no accessibility rule', async () => {
    open();
    const element = dialog();
    jest.useRealTimers();
    expect(await accessibilityProblems(element)).toEqual([]);
  });
});
