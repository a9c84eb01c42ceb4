import { config, locationService } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import React, { type ReactNode } from 'react';
import { NEVER, of, throwError, type Observable } from 'rxjs';

import { auditRow, gatewayError, JOB_ID, PLAN_ID, policy, refusal, START, support } from '../../api/testing/samples';
import { type AuditPage as Page, type AuditRow, type Support, type Verification } from '../../api/types';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AuditPage } from './AuditPage';
import { saveFile } from './saveFile';

const getList = jest.fn();
const fetch = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children, pageNav }: { children: ReactNode; pageNav: { text: string } }) => (
    <main aria-label={pageNav.text}>{children}</main>
  ),
  getDataSourceSrv: () => ({ getList, getInstanceSettings: () => undefined }),
  getBackendSrv: () => ({ fetch }),
}));
jest.mock('./saveFile', () => ({ saveFile: jest.fn() }));

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';
const PAGE = '/a/unjam-jobs-app/audit';

interface Request {
  url: string;
  params?: Record<string, string | number>;
  responseType?: string;
}

/** What the server does; each may be replaced by a story. */
interface Server {
  support: () => Observable<{ data: unknown }>;
  page: (request: Request) => Observable<{ data: Page }>;
  verify: () => Observable<{ data: Verification }>;
  file: (request: Request) => Observable<{ data: Blob }>;
}

let server: Server;

const pageOf = (rows: AuditRow[], next?: number) => of({ data: { asOf: new Date(START).toISOString(), rows, next } });
const told = (change: Partial<Support> = {}) => of({ data: support(change) });

function answer(request: Request) {
  if (request.url.endsWith('/support')) {
    return server.support();
  }
  if (request.url.endsWith('/audit/verify')) {
    return server.verify();
  }
  return request.url.endsWith('/audit/export') ? server.file(request) : server.page(request);
}

async function settle() {
  await act(() => jest.advanceTimersByTimeAsync(1));
}

async function show(search = '?ds=zeta', change: Partial<Server> = {}) {
  server = {
    support: () => told(),
    page: () => pageOf([auditRow()]),
    verify: () => NEVER,
    file: () => NEVER,
    ...change,
  };
  act(() => locationService.push(`${PAGE}${search}`));
  const page = render(<AuditPage />);
  await settle();
  return page;
}

const asked = (ending = '/audit'): Request[] =>
  fetch.mock.calls.map(([request]) => request).filter(({ url }) => url.endsWith(ending));
const bodyRows = () => within(screen.getByRole('table')).getAllByRole('row').slice(1);
const search = () => Object.fromEntries(locationService.getSearch());

async function press(name: string | RegExp) {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

beforeEach(() => {
  jest.useFakeTimers({ now: START });
  jest.mocked(saveFile).mockReset();
  fetch.mockReset().mockImplementation(answer);
  getList.mockReturnValue([
    { uid: 'zeta', name: 'Zeta', type: 'unjam-coordinator-datasource' },
    { uid: 'eta', name: 'Eta', type: 'unjam-coordinator-datasource' },
  ]);
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole: 'Admin' } });
});

afterEach(() => jest.useRealTimers());

describe('the rows of an audit trail', () => {
  it('say who did what to which job, when, why, and what became of it', async () => {
    await show('?ds=zeta', {
      page: () => pageOf([auditRow({ at: '2026-11-22T11:00:00Z', approvedBy: 'ben', reason: 'stuck since noon' })]),
    });
    expect(bodyRows().map(({ textContent }) => textContent)).toEqual([
      `42026-11-22 11:00:00 OutcomeForce stop jobnightly-load ${JOB_ID}annaapproved by benstoppedReason: stuck since noon`,
    ]);
    expect(screen.getByText('1 row, number 4.')).toBeVisible();
    expect(screen.getByRole('link', { name: 'nightly-load' })).toHaveAttribute(
      'href',
      `/a/unjam-jobs-app/job?ds=zeta&job=${JOB_ID}`
    );
    expect(screen.getByTitle('2026-11-22 11:00:00 UTC')).toBeVisible();
  });

  it('open with all that they hold, and the open one stands in the address', async () => {
    const row = auditRow({
      identity: {
        cluster: 'zeta',
        jobId: JOB_ID,
        createTime: '2026-11-22T10:00:00Z',
        episode: 'e7',
        state: 'canceling',
        master: '10.0.0.1:5801',
      },
      verdicts: [{ guard: 'fresh', result: 'warn', reason: 'Read 9 s ago.' }],
      request: 'POST /stop-job',
      answer: '200',
    });
    await show('?ds=zeta', { page: () => pageOf([row]) });
    await press('Details of row 4');
    expect(search()).toEqual({ ds: 'zeta', row: '4' });
    const facts = screen
      .getAllByRole('term')
      .map((term) => `${term.textContent}: ${term.nextElementSibling?.textContent}`);
    expect(facts).toEqual([
      'Who: anna (Admin)',
      'When: 2026-11-22 12:45:40 UTC (2026-11-22 12:45:40 UTC)',
      'Coordinator: zeta',
      'Job created: 2026-11-22 10:00:00 UTC',
      'State: CANCELING',
      'Episode: e7',
      'Master: 10.0.0.1:5801',
      expect.stringContaining('Guards: Warning: Read 9 s ago.'),
      'Request: POST /stop-job',
      'Answer: 200',
      'Outcome: stopped',
      `Action id: ${PLAN_ID} All rows of this action`,
      `Hash of this row: ${'1'.repeat(64)}`,
      `Hash of the row before: ${'0'.repeat(64)}`,
    ]);
    expect(asked()).toHaveLength(1);
    await press('Details of row 4');
    expect(screen.queryByRole('term')).not.toBeInTheDocument();
  });

  it('are read further where a page holds few, and the button goes on from there', async () => {
    const pages = new Map([
      [undefined, pageOf([], 900)],
      [900, pageOf([auditRow({ seq: 850 })], 800)],
      [
        800,
        pageOf(
          Array.from({ length: 49 }, (_, index) => auditRow({ seq: 799 - index })),
          700
        ),
      ],
      [700, pageOf([auditRow({ seq: 3 })])],
    ]);
    await show('?ds=zeta', { page: ({ params }) => pages.get(params?.before as number | undefined) ?? NEVER });
    expect(bodyRows()).toHaveLength(50);
    expect(asked().map(({ params }) => params)).toEqual([
      { limit: 50 },
      { limit: 50, before: 900 },
      { limit: 49, before: 800 },
    ]);
    await press('Older rows');
    expect(search()).toEqual({ ds: 'zeta', before: '700' });
    expect(screen.getByText('1 row, number 3.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Older rows' })).not.toBeInTheDocument();
    await press('Newest rows');
    expect(search()).toEqual({ ds: 'zeta' });
  });

  it('are not said to be none while there is more to look through', async () => {
    let next = 2000;
    await show('?ds=zeta&login=cleo', { page: () => pageOf([], (next -= 100)) });
    expect(asked()).toHaveLength(10);
    expect(screen.getByText(/No row of this filter was found down to row 1000/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Older rows' })).toBeVisible();
  });

  it.each([
    ['?ds=zeta', /The audit trail is empty/],
    ['?ds=zeta&login=cleo', /No row of the audit trail matches/],
  ])('are none: %s', async (address, text) => {
    await show(address, { page: () => pageOf([]) });
    expect(screen.getByText(text)).toBeVisible();
  });

  it('keep their age in sight, and stay beside a failure', async () => {
    await show();
    await act(() => jest.advanceTimersByTimeAsync(65_000));
    expect(screen.getByText(/1 min 05 s ago: newer rows may have been written/)).toBeVisible();
    server.page = () => throwError(() => gatewayError(502));
    await press('Read again');
    expect(screen.getByText('The audit trail of Zeta could not be read')).toBeVisible();
    expect(bodyRows()).toHaveLength(1);
  });

  it('are waited for, and given up at last', async () => {
    await show('?ds=zeta', { page: () => NEVER });
    expect(screen.getAllByText('Reading the audit trail…')).toHaveLength(2);
    await act(() => jest.advanceTimersByTimeAsync(31_000));
    expect(screen.getByText(/within 30 s/)).toBeVisible();
  });

  it('S09: draw hostile texts as text', async () => {
    const hostile = auditRow({
      login: HOSTILE,
      jobName: HOSTILE,
      reason: HOSTILE,
      detail: HOSTILE,
      request: HOSTILE,
      kind: HOSTILE,
    });
    const { container } = await show('?ds=zeta&row=4', { page: () => pageOf([hostile]) });
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).not.toContain('\u202e');
    expect(container.textContent).not.toContain('&lt;');
  });
});

describe('the filter', () => {
  it('stands in the address, which a reload keeps', async () => {
    const action = PLAN_ID.toUpperCase();
    await show(
      `?ds=eta&from=now-24h&to=now&event=refused&kind=cancel&login=anna&job=${JOB_ID}&action=${action}&before=77`
    );
    expect(asked()).toEqual([
      expect.objectContaining({
        url: '/api/datasources/uid/eta/resources/audit',
        params: {
          limit: 50,
          before: 77,
          event: 'refused',
          kind: 'cancel',
          login: 'anna',
          jobId: JOB_ID,
          actionId: PLAN_ID,
          from: '2026-11-21T12:00:00.000Z',
        },
      }),
    ]);
    expect(screen.getByLabelText('Login')).toHaveValue('anna');
    expect(screen.getByLabelText('Job id')).toHaveValue(JOB_ID);
    expect(screen.getByLabelText('Event')).toHaveValue('Refused');
    expect(screen.getByLabelText('What')).toHaveValue('Cancel job');
  });

  it('takes a range in milliseconds, and passes over what means nothing', async () => {
    await show(`?ds=zeta&from=${START - 1000}&to=${START}&event=nonsense&before=-1&row=x`);
    expect(asked()[0]?.params).toEqual({
      limit: 50,
      from: '2026-11-22T11:59:59.000Z',
      to: '2026-11-22T12:00:00.000Z',
    });
  });

  it('is sent when somebody presses the button, begins at the newest row, and can be cleared', async () => {
    await show('?ds=zeta&before=70&row=4');
    fireEvent.change(screen.getByLabelText('Login'), { target: { value: ' ben ' } });
    await press('Filter');
    expect(search()).toEqual({ ds: 'zeta', login: 'ben' });
    expect(asked().at(-1)?.params).toEqual({ limit: 50, login: 'ben' });
    await press('Show all rows');
    expect(search()).toEqual({ ds: 'zeta' });
    expect(screen.getByLabelText('Login')).toHaveValue('');
  });
});

describe('the chain', () => {
  const whole: Verification = { asOf: '', holds: true, rows: 1204, head: 'ab'.repeat(32), brokenAt: 0, detail: '' };

  it('is whole, with the number and the hash of its newest row', async () => {
    await show('?ds=zeta', { verify: () => of({ data: whole }) });
    await press('Verify chain');
    expect(screen.getByText('The chain is whole: 1,204 rows')).toBeVisible();
    expect(screen.getByText(/Hash of row 1,204, the newest/)).toHaveTextContent('ab'.repeat(32));
  });

  it('is broken at the first row that was changed or is missing', async () => {
    const broken = { ...whole, holds: false, brokenAt: 17, detail: 'Rows 17 to 19 are missing.' };
    await show('?ds=zeta', { verify: () => of({ data: broken }) });
    await press('Verify chain');
    expect(screen.getByText('The chain is broken: row 17 was changed or is missing')).toBeVisible();
    expect(screen.getByText(/Rows 17 to 19 are missing\./)).toBeVisible();
  });

  it('is not called whole where nobody knows', async () => {
    await show('?ds=zeta', { verify: () => throwError(() => gatewayError(504)) });
    await press('Verify chain');
    expect(screen.getByText('It is not known whether the chain is whole')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Verify chain' })).toBeEnabled();
  });
});

describe('the export', () => {
  const file = (text: string) => () => of({ data: new Blob([text]) });

  async function read() {
    // The file's end is read by a clock that is not the story's.
    jest.useRealTimers();
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }

  it('saves the rows of the filter as a file', async () => {
    await show('?ds=zeta&login=anna', { file: file('seq,at\n4,2026\n') });
    await press('Export CSV');
    await read();
    expect(asked('/export')).toEqual([
      expect.objectContaining({ params: { format: 'csv', login: 'anna' }, responseType: 'blob' }),
    ]);
    expect(saveFile).toHaveBeenCalledWith(expect.any(Blob), 'unjam-audit-zeta-20261122T120000Z.csv');
    expect(screen.getByText('Saved as unjam-audit-zeta-20261122T120000Z.csv.')).toBeVisible();
  });

  it.each([
    ['Export CSV', '4,2026\nINCOMPLETE,The store is gone.\n'],
    ['Export JSON lines', '{"seq":4}\n{"INCOMPLETE":"The store is gone."}\n'],
  ])('says so when a file broke off: %s', async (button, text) => {
    await show('?ds=zeta', { file: file(text) });
    await press(button);
    await read();
    expect(screen.getByText(/is not whole$/)).toBeVisible();
    expect(screen.getByText('The store is gone.')).toBeVisible();
  });

  it('says why it was refused', async () => {
    const problem = new Blob([JSON.stringify({ guard: 'audit-filter', message: 'from must be earlier than to.' })]);
    const refused = { ...refusal(400, { guard: '', message: '' }), data: problem };
    await show('?ds=zeta', { file: () => throwError(() => refused) });
    await press('Export JSON lines');
    await read();
    expect(screen.getByText('from must be earlier than to.')).toBeVisible();
    expect(saveFile).not.toHaveBeenCalled();
  });
});

describe('the page', () => {
  it('says which role reads the trail to those who may not', async () => {
    const message = 'Your role in this organisation is Viewer; reading the audit trail asks for Editor.';
    await show('?ds=zeta', {
      support: () => told({ audit: { allowed: false, reason: message }, policy: policy({ auditRole: 'Editor' }) }),
      page: () => throwError(() => refusal(403, { guard: 'audit-role', message })),
    });
    expect(screen.getByText('You may not read the audit trail of Zeta')).toBeVisible();
    expect(screen.getByText(message)).toBeVisible();
    expect(screen.getByText(/at least the role Editor/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Export CSV' })).not.toBeInTheDocument();
  });

  it('shows the trail where only the support is not known: the server decides', async () => {
    await show('?ds=zeta', { support: () => throwError(() => gatewayError(502)) });
    expect(bodyRows()).toHaveLength(1);
  });

  it('begins with the first coordinator, and says so when the address names none', async () => {
    const { unmount } = await show('');
    expect(asked()[0]?.url).toBe('/api/datasources/uid/zeta/resources/audit');
    unmount();
    await show('?ds=gone');
    expect(screen.getByText('There is no coordinator "gone" that you may see')).toBeVisible();
  });

  it('says what to set up when there is nothing', async () => {
    getList.mockReturnValue([]);
    await show('');
    expect(screen.getByText('No coordinator is set up yet')).toBeVisible();
  });

  it('breaks no accessibility rule', async () => {
    const { container } = await show('?ds=zeta&row=4');
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
