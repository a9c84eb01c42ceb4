import { render, screen, within } from '@testing-library/react';
import React from 'react';

import { action, approval, gatewayError, leftovers, serverTime, START, support } from '../../api/testing/samples';
import { type Action, type Approval } from '../../api/types';
import { toFailure } from '../../api/failure';
import { Ticking } from '../../jobs/clock';
import { readJobs } from '../../model/jobs';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AS_OF, frameRow, jobsFrame } from '../../model/testing/frames';
import { AfterForceStops } from './AfterForceStops';
import { IncidentBanners } from './IncidentBanners';
import { LostJobs } from './LostJobs';
import { type CoordinatorState } from '../coordinatorState';
import { serverNow } from '../serverClock';
import { WaitingApprovals } from './WaitingApprovals';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';
const MINUTE = 60_000;

const asked = (change: Partial<Approval> = {}) => approval({ mine: false, decidable: true, why: '', ...change });

function coordinator(change: Partial<CoordinatorState> = {}): CoordinatorState {
  return {
    source: { uid: 'zeta', name: 'Zeta' },
    support: { value: support(), receivedAt: START },
    jobs: {},
    audit: {},
    approvals: {},
    aftermath: {},
    ...change,
  };
}

const withApprovals = (approvals: Approval[], change: Partial<CoordinatorState> = {}) =>
  coordinator({ approvals: { value: { asOf: serverTime(20), approvals }, receivedAt: START }, ...change });

const withAftermath = (unconfirmed: Action[], watched: Action[]) =>
  coordinator({ aftermath: { value: { asOf: serverTime(60), unconfirmed, watched }, receivedAt: START } });

const rows = () =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .slice(1)
    .map(({ textContent }) => textContent);

const show = (part: React.ReactNode) => render(<Ticking>{part}</Ticking>);

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

describe('the waiting approvals', () => {
  it('say who asks, for what, why, since when and how long, the most urgent first', () => {
    show(
      <WaitingApprovals
        states={[
          withApprovals([asked(), asked({ id: '2', requester: 'cleo', expiresAt: serverTime(80), kind: 'cancel' })]),
          withApprovals([asked({ id: '3', kind: 'incident-budget', job: undefined, expiresAt: serverTime(50) })], {
            source: { uid: 'eta', name: 'Eta' },
          }),
          withApprovals([asked({ id: '4', state: 'rejected' }), asked({ id: '5', expiresAt: serverTime(20) })]),
        ]}
        review={jest.fn()}
      />
    );
    expect(rows()).toEqual([
      'Unlock incident budgetno job in particularEtaannastuck since the failover0 s ago30 s leftApprove…',
      'Cancel jobnightly-load 733584788375666689Zetacleostuck since the failover0 s ago1 min 00 s leftApprove…',
      'Force stop jobnightly-load 733584788375666689Zetaannastuck since the failover0 s ago15 min 00 s leftApprove…',
    ]);
  });

  it.each<[string, Approval, string | RegExp]>([
    ["one's own can be withdrawn", approval(), /\(you\).*Withdraw…$/],
    [
      'what one may not decide says why',
      asked({ decidable: false, why: 'The same e-mail address.' }),
      /The same e-mail/,
    ],
  ])('%s', (_, request, text) => {
    show(<WaitingApprovals states={[withApprovals([request])]} review={jest.fn()} />);
    expect(rows()[0]).toMatch(text);
    expect(screen.queryByRole('button', { name: /^Approve/ })).not.toBeInTheDocument();
  });

  it('have no buttons where nobody is signed in', () => {
    show(<WaitingApprovals states={[withApprovals([asked()])]} />);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it.each<[string, CoordinatorState, RegExp]>([
    ['all answered', withApprovals([]), /^No request waits for a second person\.$/],
    ['one is asked', coordinator(), /Reading the requests/],
    [
      'one fails',
      coordinator({ approvals: { failure: toFailure(gatewayError(502)) } }),
      /It is not known whether a request waits at Zeta/,
    ],
  ])('are none only when %s', (_, state, text) => {
    const { container } = show(<WaitingApprovals states={[state]} />);
    expect(container).toHaveTextContent(text);
  });
});

describe('after force stops', () => {
  const stopped = (change: Partial<Action>) =>
    action({ phase: 'settled', outcome: 'stopped', asOf: serverTime(60), ...change });

  it('S30, S39: lists what is not proven, and tasks that run on, and counts what is clean', () => {
    show(
      <AfterForceStops
        states={[
          withAftermath(
            [action({ phase: 'settled', outcome: 'sent, not confirmed' })],
            [
              stopped({ id: '2', leftovers: leftovers() }),
              stopped({ id: '3', leftovers: leftovers({ tasks: [], notChecked: [] }) }),
            ]
          ),
        ]}
      />
    );
    expect(rows()).toEqual([
      expect.stringMatching(/Sent, not confirmed\. .*Confirmed at 2026-11-22 12:45:20\.anna$/),
      expect.stringMatching(/Zombie task on worker worker-1:8080: 3 threads\..*Not checked: worker-2:8080\..*anna$/),
    ]);
    expect(screen.getByText(/^1 force stop is watched/)).toBeVisible();
  });

  it('says that nothing is open only when that was read', () => {
    const { unmount, container } = show(<AfterForceStops states={[withAftermath([], [])]} />);
    expect(container).toHaveTextContent('Nothing is open');
    unmount();
    const failure = toFailure(gatewayError(502));
    const { container: failed } = show(<AfterForceStops states={[coordinator({ aftermath: { failure } })]} />);
    expect(failed).toHaveTextContent('It is not known what is open at Zeta.');
    expect(failed).not.toHaveTextContent('Nothing is open');
  });
});

describe('an incident budget in force', () => {
  const incident = { from: serverTime(0), until: serverTime(3600), limit: 50 };
  const unlocked = { value: support({ incident }), receivedAt: START };

  it("says how many and how long, by the server's clock", () => {
    show(<IncidentBanners states={[withApprovals([], { support: unlocked })]} />);
    expect(screen.getByRole('alert')).toHaveTextContent(
      'Incident budget of Zeta is unlocked: up to 50 force stops until 2026-11-22 13:45:00, 59 min 40 s left'
    );
  });

  it('goes when its time is over, and is not there without one', () => {
    const over = { approvals: { value: { asOf: serverTime(3601), approvals: [] }, receivedAt: START } };
    show(<IncidentBanners states={[coordinator({ support: unlocked, ...over }), coordinator()]} />);
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it("takes the browser's clock where no answer told the server's", () => {
    expect(serverNow(coordinator(), START)).toBe(START);
    expect(serverNow(withAftermath([], []), START + MINUTE)).toBe(Date.parse(serverTime(60)) + MINUTE);
  });
});

describe('S17: lost jobs', () => {
  function lostAt(change: Partial<CoordinatorState> = {}, row = {}, meta = {}) {
    const lost = readJobs(jobsFrame([frameRow({ state: 'lost', stuck: false, ...row })], meta));
    const ending = readJobs(jobsFrame([], meta));
    return coordinator({ jobs: { value: { ending, lost, warnings: [] }, receivedAt: AS_OF }, ...change });
  }

  it('are called lost, and nothing else', () => {
    const { container } = show(<LostJobs states={[lostAt()]} dismiss={jest.fn()} />);
    expect(rows()[0]).toBe('nightly-load 733584788375666689ZetaLOST2026-11-22 11:48:002026-11-22 12:00:00Dismiss…');
    expect(container.textContent).not.toMatch(/finished/i);
    expect(screen.getByRole('button')).toHaveAttribute('aria-disabled', 'false');
  });

  it.each<[string, CoordinatorState, RegExp]>([
    ['is not known', lostAt({ support: {} }), /not known what you may do/],
    [
      'is not given',
      lostAt({ support: { value: support({ dismiss: { allowed: false, reason: 'Your role is Viewer.' } }) } }),
      /Viewer/,
    ],
    ['would be blind', lostAt({}, {}, { blind: true }), /the job may be back/],
    ['would be in doubt', lostAt({}, { episode: '' }), /older than this page/],
  ])('are not dismissed while the right to %s', (_, state, reason) => {
    show(<LostJobs states={[state]} dismiss={jest.fn()} />);
    expect(screen.getByRole('button', { name: reason })).toHaveAttribute('aria-disabled', 'true');
  });
});

describe('for everyone', () => {
  it('S09: hostile names and reasons are text', () => {
    const job = { ...asked().job, id: '1', name: HOSTILE, state: 'canceling', word: HOSTILE, quality: '' as const };
    const { container } = show(
      <>
        <WaitingApprovals
          states={[withApprovals([asked({ requester: HOSTILE, reason: HOSTILE, job })])]}
          review={jest.fn()}
        />
        <AfterForceStops
          states={[
            withAftermath(
              [action({ job, by: HOSTILE })],
              [
                action({
                  id: '2',
                  outcome: 'stopped',
                  job,
                  leftovers: leftovers({ tasks: [{ worker: HOSTILE, threads: 1 }] }),
                }),
              ]
            ),
          ]}
        />
      </>
    );
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).not.toContain('\u202e');
  });

  it('the parts break no accessibility rule', async () => {
    const { container } = show(
      <>
        <WaitingApprovals states={[withApprovals([asked(), approval({ id: '2' })])]} review={jest.fn()} />
        <AfterForceStops states={[withAftermath([action()], [])]} />
      </>
    );
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
