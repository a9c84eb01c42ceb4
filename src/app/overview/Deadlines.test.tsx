import { render, screen, within } from '@testing-library/react';
import React from 'react';

import { Ticking } from '../../jobs/clock';
import { type DeliveryAnswer, type PairRow } from '../../model/delivery';
import { readJobs } from '../../model/jobs';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AS_OF, frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { type CoordinatorState } from '../coordinatorState';
import { Deadlines } from './Deadlines';

const MINUTE = 60_000;
/** This server's clock is far from the browser's: deadlines are told by what it answered. */
const AHEAD = 45 * MINUTE;

type Rows = Array<Partial<FrameRow>>;

function coordinator(name: string, rows: Rows, ahead = 0, meta: Record<string, unknown> = {}): CoordinatorState {
  const asOf = new Date(AS_OF + ahead).toISOString();
  const ending = readJobs(jobsFrame(rows.map(frameRow), { asOf, answeredAt: asOf, ...meta }));
  return {
    source: { uid: name.toLowerCase(), name },
    support: {},
    jobs: { value: { ending, warnings: [] }, receivedAt: AS_OF },
    audit: {},
    approvals: {},
    aftermath: {},
  };
}

function withPair(state: CoordinatorState, change: Partial<PairRow>): CoordinatorState {
  const pair: PairRow = {
    cluster: 'clover',
    node: 'nodeA',
    peer: 'nodeB',
    reach: 'lost',
    outcome: 'waiting for retransmission',
    certainty: '',
    lostSinceQuality: '',
    releases: 0,
    deadline: AS_OF + 3 * MINUTE,
    deadlineOf: 'overflow',
    estimate: false,
    outlook: 'will recover',
    advice: 'Restore the network.',
    notExposed: '',
    ...change,
  };
  const { value } = state.jobs;
  const delivery: DeliveryAnswer | undefined = value && {
    ...value.ending,
    rows: [pair],
    exposed: true,
    exposedReason: '',
    restartLoses: [],
  };
  return { ...state, jobs: { ...state.jobs, value: value && { ...value, delivery } } };
}

const show = (...states: CoordinatorState[]) =>
  render(
    <Ticking>
      <Deadlines states={states} />
    </Ticking>
  );
const rows = () =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .slice(1)
    .map(({ textContent }) => textContent);

beforeEach(() => jest.useFakeTimers({ now: AS_OF }));
afterEach(() => jest.useRealTimers());

describe('the deadlines', () => {
  it('of jobs and of pairs of nodes stand in one list, the nearest first, whatever the clocks of the servers say', () => {
    show(
      coordinator(
        'Zeta',
        [
          { job_id: '1', deadline: AS_OF + AHEAD + 5 * MINUTE, advice: 'Wait.' },
          {
            job_id: '2',
            suppressed: 'maintenance window: upgrade',
            suppressed_until: AS_OF + AHEAD + MINUTE,
            stuck: false,
          },
          { job_id: '3' },
        ],
        AHEAD
      ),
      withPair(coordinator('Clover', []), {})
    );
    expect(rows()).toEqual([
      expect.stringMatching(/in 1 min 00 s.*counts as stuck.*maintenance window: upgrade.*nightly-load 2Zeta$/),
      expect.stringMatching(/in 3 min 00 s.*sent events buffer overflows.*Restore the network\.nodeA → nodeBClover$/),
      expect.stringMatching(/in 5 min 00 s.*Until then, waiting may help\.Wait\.nightly-load 1Zeta$/),
    ]);
    const created = AS_OF - 7_200_000;
    expect(screen.getAllByRole('link', { name: 'nightly-load' })[1]).toHaveAttribute(
      'href',
      `/a/unjam-jobs-app/job?ds=zeta&job=1&created=${created}`
    );
  });

  it('tell an inbound timeout from an overflow', () => {
    show(withPair(coordinator('Clover', []), { deadlineOf: 'inbound timeout' }));
    expect(rows()[0]).toMatch(/inbound events buffer is released/);
  });

  it('are not counted down while nobody sees the coordinator', () => {
    show(coordinator('Zeta', [{ deadline: AS_OF + 5 * MINUTE }], 0, { blind: true }));
    expect(rows()[0]).toMatch(/2026-11-22 12:05:00, as last foretold/);
    expect(screen.getByText('It is not known whether there are more on Zeta.')).toBeVisible();
  });

  it('are none only when all was read', () => {
    const { unmount } = show(coordinator('Zeta', []));
    expect(screen.getByText('No deadline is known.')).toBeVisible();
    unmount();
    show(coordinator('Zeta', [], 0, { complete: false }));
    expect(screen.queryByText('No deadline is known.')).not.toBeInTheDocument();
  });

  it('are as many as one can read', () => {
    const many = Array.from({ length: 23 }, (_, index) => ({
      job_id: String(index),
      deadline: AS_OF + (index + 1) * MINUTE,
    }));
    show(coordinator('Zeta', many));
    expect(rows()).toHaveLength(20);
    expect(screen.getByText('3 more come later.')).toBeVisible();
  });

  it('break no accessibility rule', async () => {
    const { container } = show(coordinator('Zeta', [{ deadline: AS_OF + MINUTE }]));
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
