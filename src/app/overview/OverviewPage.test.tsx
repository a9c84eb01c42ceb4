import { type DataFrame } from '@grafana/data';
import { config } from '@grafana/runtime';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { type ReactNode } from 'react';
import { NEVER, of, throwError } from 'rxjs';

import { approval, auditRow, gatewayError, plan, support } from '../../api/testing/samples';
import { type Approval, type AuditRow, type Support } from '../../api/types';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AS_OF, countsFrame, frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { OverviewPage } from './OverviewPage';
import { REFRESH_EVERY } from '../refresh';

const getList = jest.fn();
const fetch = jest.fn();
const query = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children }: { children: ReactNode }) => <main>{children}</main>,
  getDataSourceSrv: () => ({
    getList,
    getInstanceSettings: jest.fn(),
    get: ({ uid }: { uid: string }) => Promise.resolve({ query: () => query(uid) }),
  }),
  getBackendSrv: () => ({ fetch }),
}));

const HOSTILE = '<img src=x onerror=alert(1)>';
const DASHBOARD = { uid: 'unjam-stuck-jobs', title: 'Unjam: stuck jobs', url: '/d/unjam-stuck-jobs/unjam-stuck-jobs' };

/** One coordinator as its data source answers. */
interface Coordinator {
  name?: string;
  /** 'never' does not answer; 'fails' is Grafana's 502. */
  support?: Partial<Support> | 'never' | 'fails' | 'garbage';
  rows?: Array<Partial<FrameRow>>;
  meta?: Record<string, unknown>;
  counts?: Record<string, number>;
  /** What the query says instead of an answer. */
  queryError?: string;
  /** A frame that breaks whoever draws it. */
  broken?: boolean;
  audit?: AuditRow[];
  approvals?: Approval[];
  lost?: Array<Partial<FrameRow>>;
}

let coordinators: Record<string, Coordinator>;

function answerQuery({ rows = [], lost = [], meta, counts = { running: 3 }, queryError, broken }: Coordinator) {
  if (queryError) {
    return of({ data: [], errors: [{ message: queryError }] });
  }
  const asOf = new Date(Date.now()).toISOString();
  const ending: DataFrame = { ...jobsFrame(rows.map(frameRow), { asOf, ...meta }), refId: 'ending' };
  const notices = broken ? [{ severity: 'error' as const, text: { toLowerCase: () => '' } as unknown as string }] : [];
  return of({
    data: [
      { ...countsFrame(counts), refId: 'counts' },
      { ...ending, meta: { ...ending.meta, notices } },
      { ...jobsFrame(lost.map(frameRow), { asOf, ...meta }), refId: 'lost' },
    ],
  });
}

function answerRequest(url: string) {
  const [, uid = '', resource = ''] = /uid\/([^/]+)\/resources\/(\w+)/.exec(url) ?? [];
  const coordinator = coordinators[uid];
  if (url.endsWith('/api/search')) {
    return of({ data: [DASHBOARD] });
  }
  switch (resource) {
    case 'support': {
      const { support: answer = {} } = coordinator ?? {};
      switch (answer) {
        case 'never':
          return NEVER;
        case 'fails':
          return throwError(() => gatewayError(502));
        case 'garbage':
          return of({ data: '<html>Sign in</html>' });
        default:
          return of({ data: support(answer) });
      }
    }
    case 'audit':
      return of({ data: { asOf: '', rows: coordinator?.audit ?? [] } });
    case 'approvals':
      return of({ data: { asOf: new Date().toISOString(), approvals: coordinator?.approvals ?? [] } });
    default:
      return of({ data: plan() });
  }
}

function signIn(user: { isSignedIn?: boolean; orgRole?: 'Viewer' | 'Admin' } = {}) {
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole: 'Admin', ...user } });
}

let hidden = false;
function setHidden(value: boolean) {
  hidden = value;
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

async function pass(milliseconds: number) {
  await act(() => jest.advanceTimersByTimeAsync(milliseconds));
}

async function show(stories: Record<string, Coordinator> = { zeta: {} }) {
  coordinators = stories;
  getList.mockReturnValue(
    Object.entries(stories).map(([uid, { name = `Coordinator ${uid}` }]) => ({
      uid,
      name,
      type: 'unjam-coordinator-datasource',
    }))
  );
  const page = render(<OverviewPage />);
  await pass(0);
  // The audit trail is asked for once it is known that the user may read it.
  await pass(1);
  return page;
}

const card = (name = 'Coordinator zeta') => within(screen.getByRole('region', { name }));
const part = (name: string) => within(screen.getByRole('region', { name }));
const bodyRows = (table: HTMLElement) => within(table).getAllByRole('row').slice(1);
const stuckRows = () => bodyRows(part('Stuck jobs').getByRole('table'));
const requestsOf = (resource: string) => fetch.mock.calls.filter(([{ url }]) => url.includes(`/${resource}`)).length;

beforeEach(() => {
  jest.useFakeTimers({ now: AS_OF });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  hidden = false;
  fetch.mockReset().mockImplementation(({ url }: { url: string }) => answerRequest(url));
  query.mockReset().mockImplementation((uid: string) => answerQuery(coordinators[uid] ?? {}));
  signIn();
});

afterEach(() => jest.useRealTimers());

describe('a card', () => {
  it('says how the coordinator is seen, what it is, and what its jobs do', async () => {
    await show({ zeta: { counts: { running: 3, canceling: 1 }, rows: [{}] } });
    expect(card().getByText('Reachable')).toBeVisible();
    const facts = card()
      .getAllByRole('term')
      .map((term) => `${term.textContent}: ${term.nextElementSibling?.textContent}`);
    expect(facts).toEqual([
      'Master: 10.0.0.1:5801',
      'Version: 3.0.0, REST v2',
      'Members: 3, 2 workers',
      'Actions: allowed',
      'Open jobs: 3\u00a0RUNNING, 1\u00a0CANCELING',
      'Oldest CANCELING: ≥ 12 min 00 s: nightly-load (733584788375666689)',
      'As of: 2026-11-22 12:00:00',
    ]);
    await pass(5_000);
    expect(card().getByText('≥ 12 min 05 s')).toBeVisible();
  });

  it('leads to the dashboards, to Explore, and administrators to the settings', async () => {
    await show();
    const stuckJobs = card().getByRole('link', { name: 'Unjam: stuck jobs' });
    expect(stuckJobs).toHaveAttribute('href', `${DASHBOARD.url}?var-ds=zeta`);
    const explore = decodeURIComponent(card().getByRole('link', { name: 'Explore' }).getAttribute('href') ?? '');
    expect(explore).toContain('"uid":"zeta"');
    expect(card().getByRole('link', { name: 'Settings' })).toHaveAttribute(
      'href',
      '/connections/datasources/edit/zeta'
    );
  });

  it.each<[string, Coordinator, string, RegExp]>([
    [
      'unreachable',
      { support: { reachable: false, fault: 'Nobody listens at master-1:8080.' } },
      'Not reachable',
      /Nobody listens/,
    ],
    ['silent', { support: 'never' }, 'Asking…', /Coordinator/],
    ['not to be asked', { support: 'fails' }, 'Not known', /Grafana answered 502/],
    ['answered for by something else', { support: 'garbage' }, 'Not known', /does not understand/],
    ['answered in part', { support: { fault: 'The list of jobs did not answer.' } }, 'Seen in part', /did not answer/],
    ['blind by its query', { meta: { blind: true } }, 'Not reachable', /not seen/],
  ])('S01: of a coordinator that is %s is never healthy', async (_, story, badge, sentence) => {
    const healthy = await show();
    const green = card().getByText('Reachable').closest('[class]')?.className ?? 'no class';
    expect(healthy.container.innerHTML).toContain(green);
    healthy.unmount();
    const { container } = await show({ zeta: story });
    expect(card().getByText(badge)).toBeVisible();
    expect(card().getByRole('heading').closest('section')).toHaveTextContent(sentence);
    expect(screen.queryByText('Reachable')).not.toBeInTheDocument();
    expect(container.innerHTML).not.toContain(green);
  });

  it('S01: turns stale when answers stop, and says as of when', async () => {
    await show();
    fetch.mockReturnValue(NEVER);
    query.mockReturnValue(NEVER);
    await pass(35_000);
    expect(card().queryByText('Reachable')).not.toBeInTheDocument();
    expect(card().getByText('Stale')).toBeVisible();
    expect(card().getByText('2026-11-22 12:00:00, 35 s ago')).toBeVisible();
  });

  it('keeps what was known when the server fails, as of then', async () => {
    await show({ zeta: { counts: { running: 3 } } });
    coordinators = { zeta: { support: 'fails', queryError: 'Grafana is away.' } };
    await pass(REFRESH_EVERY);
    expect(card().getByText('Not known')).toBeVisible();
    expect(card().getByText('10.0.0.1:5801')).toBeVisible();
    expect(card().getByText('UNKNOWN; when last seen: 3 RUNNING')).toBeVisible();
    expect(card().getByText('2026-11-22 12:00:00, 10 s ago')).toBeVisible();
  });

  it('says "not known" for what the coordinator does not tell, and never 0', async () => {
    await show({ zeta: { support: { master: '', members: -1, workers: -1, version: '', dialect: '' } } });
    expect(card().getAllByText('not known')).toHaveLength(3);
  });

  it.each<[string, Coordinator, string, string]>([
    ['all was read', { counts: { running: 0 } }, 'none', 'none'],
    ['nobody sees', { meta: { blind: true } }, 'UNKNOWN; when last seen: 3 RUNNING', 'UNKNOWN; none when last seen'],
    ['the list was cut', { meta: { total: 900 } }, '3 RUNNING', 'UNKNOWN; not among the 0 jobs that were read'],
    [
      'the list was not whole',
      { counts: {}, meta: { complete: false } },
      'UNKNOWN; the last answer was not whole',
      'UNKNOWN; the last answer was not whole',
    ],
  ])('says that there are no jobs only when it is known: %s', async (_, story, open, oldest) => {
    await show({ zeta: story });
    const terms = card().getAllByRole('term');
    const of = (name: string) =>
      terms.find(({ textContent }) => textContent === name)?.nextElementSibling?.textContent?.replaceAll('\u00a0', ' ');
    expect([of('Open jobs'), of('Oldest CANCELING')]).toEqual([open, oldest]);
  });

  it('says why its jobs are not known', async () => {
    await show({ zeta: { queryError: 'zeta was never read.' } });
    expect(card().getByText('UNKNOWN. zeta was never read.')).toBeVisible();
  });
});

describe('the stuck jobs', () => {
  it('of all coordinators stand in one list, oldest first, each with its coordinator', async () => {
    await show({
      eta: {
        rows: [
          { job_id: '1', age_seconds: 300 },
          { job_id: '2', age_seconds: 100, stuck: false },
        ],
      },
      zeta: { rows: [{ job_id: '733584788375666689', age_seconds: 7200, quality: 'exact' }] },
    });
    expect(stuckRows().map((row) => row.textContent)).toEqual([
      expect.stringContaining('733584788375666689Coordinator zetaCANCELING2 h 00 min'),
      expect.stringContaining('1Coordinator etaCANCELING≥ 5 min 00 s'),
    ]);
    const link = part('Stuck jobs').getByRole('link', { name: 'Coordinator zeta' });
    expect(link).toHaveAttribute('href', `${DASHBOARD.url}?var-ds=zeta`);
  });

  it('are UNKNOWN with when they were last seen while their coordinator is not seen', async () => {
    await show({
      zeta: {
        support: { reachable: false, fault: 'Connection refused.' },
        rows: [{ last_seen: AS_OF - 60_000 }],
        meta: { blind: true },
      },
    });
    expect(stuckRows()[0]).toHaveTextContent('UNKNOWN (last seen 2026-11-22 11:59:00: CANCELING)');
    expect(card().getByText('UNKNOWN; when last seen: 3 RUNNING')).toBeVisible();
    expect(part('Stuck jobs').getByText(/not known whether another job is stuck on Coordinator zeta/)).toBeVisible();
  });

  it('of the others stay when one coordinator fails, and nobody takes its silence for good news', async () => {
    await show({ eta: { support: 'fails', queryError: 'Away.' }, zeta: { rows: [{}] }, theta: { support: 'never' } });
    expect(stuckRows()).toHaveLength(1);
    expect(card().getByText('Reachable')).toBeVisible();
    expect(card('Coordinator eta').getByText('Not known')).toBeVisible();
    expect(part('Stuck jobs').getByText(/another job is stuck on Coordinator eta:/)).toBeVisible();
  });

  it.each<[string, Record<string, Coordinator>, RegExp]>([
    ['all were read', { zeta: {}, eta: {} }, /^No job is stuck\.$/],
    [
      'one is not seen',
      { zeta: {}, eta: { meta: { blind: true } } },
      /not known whether a job is stuck on Coordinator eta:/,
    ],
  ])('are none only when %s', async (_, stories, text) => {
    await show(stories);
    expect(part('Stuck jobs').getByText(text)).toBeVisible();
    expect(part('Stuck jobs').queryByRole('table')).not.toBeInTheDocument();
  });

  it('open the same dialog as the panel does', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    await show({ zeta: { rows: [{}] } });
    await user.click(screen.getByRole('button', { name: /^Force stop job…/ }));
    await pass(0);
    expect(await screen.findByRole('dialog', { name: 'Force stop job: nightly-load' })).toBeVisible();
    expect(fetch).toHaveBeenCalledWith(
      expect.objectContaining({ method: 'POST', data: { action: 'force-stop', jobId: '733584788375666689' } })
    );
  });

  it('S47: have no buttons when nobody is signed in', async () => {
    signIn({ isSignedIn: false });
    await show({ zeta: { rows: [{}] } });
    expect(stuckRows()).toHaveLength(1);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });
});

describe('what waits for a decision', () => {
  const asked = (change: Partial<Approval> = {}) => approval({ mine: false, decidable: true, why: '', ...change });

  it('opens a review in which the page says what has changed since the request', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    await show({ zeta: { rows: [{ nodes: '10.0.0.7:5802' }], approvals: [asked()] } });
    const open = part('Waiting approvals').getByRole('button', { name: /^Approve… Force stop job nightly-load/ });
    await user.click(open);
    await pass(0);
    expect(await screen.findByRole('dialog', { name: 'Review: Force stop job: nightly-load' })).toBeVisible();
    expect(screen.getByRole('list', { name: 'Changes since the request' })).toHaveTextContent(
      'Runs on: 10.0.0.2:5802 → 10.0.0.7:5802'
    );
    await user.click(screen.getByRole('button', { name: 'Decide later' }));
    expect(open).toHaveFocus();
  });

  it('is said aloud, and is not shown to those who may not decide', async () => {
    const { unmount } = await show({ zeta: { approvals: [asked()] } });
    expect(screen.getByRole('status')).toHaveTextContent('1 request waits for your decision.');
    unmount();
    const not = { allowed: false, reason: 'No.' };
    await show({ zeta: { support: { audit: not, cancel: not, forceStop: not, dismiss: not }, approvals: [asked()] } });
    expect(screen.queryByRole('region', { name: 'Waiting approvals' })).not.toBeInTheDocument();
    expect(requestsOf('approvals')).toBe(1);
  });

  it('S17: lists lost jobs as lost, and dismisses them with a reason', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    await show({ zeta: { lost: [{ state: 'lost', stuck: false, episode: 'e7' }] } });
    expect(bodyRows(part('Lost jobs').getByRole('table'))[0]).toHaveTextContent('nightly-load');
    await user.click(part('Lost jobs').getByRole('button', { name: /^Dismiss… nightly-load/ }));
    await pass(0);
    const dialog = await screen.findByRole('dialog', { name: 'Dismiss lost job: nightly-load' });
    expect(dialog).toHaveTextContent('It is not called finished.');
    await user.type(screen.getByLabelText(/^Reason/), 'restarted without persistence');
    await user.click(screen.getByRole('button', { name: 'Dismiss lost job' }));
    expect(fetch).toHaveBeenCalledWith(
      expect.objectContaining({
        url: '/api/datasources/uid/zeta/resources/jobs/733584788375666689/dismiss',
        data: { episode: 'e7', reason: 'restarted without persistence' },
      })
    );
  });
});

describe('the latest actions', () => {
  it('say what, which job, where, what became of it, by whom and when', async () => {
    await show({ zeta: { audit: [auditRow({ at: '2026-11-22T11:00:00Z' })] } });
    const table = part('Latest actions').getByRole('table');
    const headers = within(table).getAllByRole('columnheader');
    expect(headers.map(({ textContent }) => textContent)).toEqual([
      'What',
      'Job',
      'Coordinator',
      'Outcome',
      'By',
      'When',
    ]);
    expect(bodyRows(table)[0]).toHaveTextContent(
      'Force stop jobnightly-load 733584788375666689Coordinator zetaStoppedanna2026-11-22 11:00:00'
    );
  });

  it('are not asked for without the right to read them, and the page says why', async () => {
    const audit = { allowed: false, reason: 'Your role is Viewer; Editor is needed.' };
    await show({ zeta: { support: { audit }, audit: [auditRow()] }, eta: { audit: [auditRow({ login: 'ben' })] } });
    const actions = part('Latest actions');
    expect(actions.getByText('Coordinator zeta: Your role is Viewer; Editor is needed.')).toBeVisible();
    expect(actions.getByText('ben')).toBeVisible();
    expect(actions.queryByText('anna')).not.toBeInTheDocument();
    expect(fetch.mock.calls.map(([{ url }]) => url).filter((url) => url.includes('/audit'))).toEqual([
      '/api/datasources/uid/eta/resources/audit?limit=50',
    ]);
  });

  it('go when the right to read them goes', async () => {
    await show({ zeta: { audit: [auditRow()] } });
    coordinators = { zeta: { support: { audit: { allowed: false, reason: 'No more.' } } } };
    await pass(REFRESH_EVERY);
    expect(part('Latest actions').queryByText('anna')).not.toBeInTheDocument();
    expect(part('Latest actions').getByText(/No more\./)).toBeVisible();
  });

  it('say so when there are none, or nobody knows', async () => {
    const { unmount } = await show();
    expect(screen.getByText('No action has been recorded.')).toBeVisible();
    unmount();
    await show({ zeta: { support: 'fails' } });
    expect(screen.getByText(/not known whether you may read the audit trail/)).toBeVisible();
    expect(screen.queryByText('No action has been recorded.')).not.toBeInTheDocument();
  });
});

describe('the page', () => {
  it('asks every ten seconds while it is seen, and not while it is hidden', async () => {
    await show();
    expect([requestsOf('support'), query.mock.calls.length, requestsOf('audit')]).toEqual([1, 1, 1]);
    await pass(REFRESH_EVERY);
    expect([requestsOf('support'), query.mock.calls.length, requestsOf('audit')]).toEqual([2, 2, 2]);
    setHidden(true);
    await pass(10 * REFRESH_EVERY);
    expect([requestsOf('support'), query.mock.calls.length, requestsOf('audit')]).toEqual([2, 2, 2]);
    setHidden(false);
    expect(card().getByText('Stale')).toBeVisible();
    await pass(0);
    expect([requestsOf('support'), query.mock.calls.length, requestsOf('audit')]).toEqual([3, 3, 3]);
    expect(card().getByText('Reachable')).toBeVisible();
  });

  it('does not pile up requests to a server that does not answer', async () => {
    await show({ zeta: { support: 'never' } });
    query.mockReturnValue(NEVER);
    await pass(2.5 * REFRESH_EVERY);
    expect(requestsOf('support')).toBe(1);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('S09: draws hostile names and sentences as text', async () => {
    const { container } = await show({
      zeta: {
        name: HOSTILE,
        support: { master: HOSTILE, version: HOSTILE, fault: `${HOSTILE}\u202e` },
        rows: [{ job_name: HOSTILE, word: HOSTILE }],
        audit: [auditRow({ jobName: HOSTILE, login: HOSTILE, event: 'refused', detail: HOSTILE })],
      },
    });
    expect(container.querySelector('img')).toBeNull();
    expect(card(HOSTILE).getByText(`${HOSTILE}‹U+202E›`)).toBeVisible();
    expect(within(stuckRows()[0] ?? document.body).getByRole('rowheader')).toHaveTextContent(HOSTILE);
  });

  it('keeps the other cards when one cannot be drawn', async () => {
    jest.spyOn(console, 'error').mockImplementation();
    await show({ eta: { broken: true }, zeta: {} });
    expect(screen.getByText('Coordinator eta cannot be shown')).toBeVisible();
    expect(card().getByText('Reachable')).toBeVisible();
    coordinators = { eta: {}, zeta: {} };
    await pass(REFRESH_EVERY);
    expect(card('Coordinator eta').getByText('Reachable')).toBeVisible();
  });

  it('says aloud what changes, and not every reading', async () => {
    await show({ zeta: { rows: [{}] } });
    const status = screen.getByRole('status');
    expect(status).toHaveTextContent('1 job is stuck.');
    await pass(REFRESH_EVERY);
    expect(status).toHaveTextContent(/^1 job is stuck\.$/);
    coordinators = { zeta: { support: { reachable: false, fault: 'Gone.' }, meta: { blind: true } } };
    await pass(REFRESH_EVERY);
    expect(status).toHaveTextContent('Not seen: Coordinator zeta.');
  });

  it('says what to set up when there is nothing, to those who can', async () => {
    await show({});
    expect(screen.getByText('No coordinator is set up yet')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Add a coordinator' })).toBeVisible();
    expect(query).not.toHaveBeenCalled();
  });

  it('sends those who cannot to an administrator', async () => {
    signIn({ orgRole: 'Viewer' });
    await show({});
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
    expect(screen.getByText(/Ask an administrator/)).toBeVisible();
  });

  it.each<[string, Record<string, Coordinator>]>([
    ['jobs and actions', { zeta: { rows: [{}], audit: [auditRow()] }, eta: { support: 'fails', queryError: 'No.' } }],
    ['nothing to show', { zeta: {} }],
    ['nobody who answers', { zeta: { support: 'never' } }],
    ['no coordinator', {}],
  ])('breaks no accessibility rule with %s', async (_, stories) => {
    const { container } = await show(stories);
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
