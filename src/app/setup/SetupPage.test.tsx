import { config } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import React, { type ReactNode } from 'react';
import { NEVER, of, throwError, type Observable } from 'rxjs';

import { rulesFor, runbookLink } from '../../alerting/rules';
import { gatewayError, policy, serverTime, START, support } from '../../api/testing/samples';
import { type Support } from '../../api/types';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { SetupPage } from './SetupPage';

const getList = jest.fn();
const fetch = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children, pageNav }: { children: ReactNode; pageNav: { text: string } }) => (
    <main aria-label={pageNav.text}>{children}</main>
  ),
  getDataSourceSrv: () => ({ getList, getInstanceSettings: () => ({ jsonData: settings }) }),
  getBackendSrv: () => ({ fetch }),
}));

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

type Answer = Observable<{ data: unknown }>;

/** What Grafana answers beside the support, by the end of the address. */
let grafana: Record<string, Answer>;
let settings: object = {};

const absent = throwError(() => gatewayError(404));
const forbidden = throwError(() => gatewayError(403));
const HEALTHY = { storeFault: '', storeKind: 'SQLite' };
const healthy = (details: object = HEALTHY) =>
  of({ data: { status: 'OK', message: 'SeaTunnel 3.0.0 over REST v2.', details } });

/** A Grafana in which everything is done. */
function allDone(): Record<string, Answer> {
  return {
    '/health': healthy(),
    '/uid/zeta': of({ data: { jsonData: {}, url: '', secureJsonFields: { password: true } } }),
    '/v1/rules': of({ data: { data: { groups: [{ file: 'Unjam', rules: RULES }] } } }),
    '/contact-points': of({ data: [{ name: 'pager', type: 'webhook', settings: {} }] }),
    '/policies': of({ data: { receiver: 'pager' } }),
  };
}

const RULES = rulesFor('seatunnel').map((rule) => ({
  uid: rule.id,
  name: rule.title,
  queriedDatasourceUIDs: ['zeta'],
  labels: { severity: rule.severity },
  annotations: { runbook_url: runbookLink(rule) },
}));

async function show(answer: Answer, orgRole: 'Admin' | 'Viewer' = 'Admin', name = 'Zeta') {
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole } });
  getList.mockReturnValue([{ uid: 'zeta', name, type: 'unjam-coordinator-datasource' }]);
  fetch.mockReset().mockImplementation(({ url }: { url: string }) => {
    const ending = Object.keys(grafana).find((one) => url.endsWith(one));
    return ending === undefined ? answer : grafana[ending];
  });
  const page = render(<SetupPage />);
  await act(() => jest.advanceTimersByTimeAsync(1));
  return page;
}

const told = (change: Partial<Support> = {}) => of({ data: support(change) });
const card = () => screen.getByRole('region', { name: 'Zeta' });
const facts = () =>
  within(card())
    .getAllByRole('term')
    .map((term) => `${term.textContent}: ${term.nextElementSibling?.textContent}`);

/** A step's state and all that it says. */
const step = (name: string) => screen.getByRole('listitem', { name });
const states = () =>
  within(card())
    .getAllByRole('heading', { level: 3 })
    .map((heading) => `${heading.textContent}: ${heading.nextElementSibling?.textContent}`);

beforeEach(() => {
  jest.useFakeTimers({ now: START });
  grafana = allDone();
  settings = {};
});
afterEach(() => jest.useRealTimers());

describe('the setup of a coordinator', () => {
  it('says how it is seen, where records are, who may act, and the policy with its settings', async () => {
    await show(
      told({ forceStop: { allowed: false, reason: 'SeaTunnel 2.3.8 cannot.' }, policy: policy({ maxForceStops: 5 }) })
    );
    expect(screen.getByRole('main', { name: 'Setup' })).toContainElement(card());
    expect(within(card()).getByText('Reachable')).toBeVisible();
    expect(facts()).toEqual([
      'Coordinator: zeta',
      'Records are kept in: sqlite:/var/lib/grafana/unjam.db',
      'You are: anna',
      'You may cancel: Yes',
      'You may force-stop: No: SeaTunnel 2.3.8 cannot.',
      'You may dismiss lost jobs: Yes',
      'You may read the audit trail: Yes',
      'Incident budget: Not unlocked',
    ]);
    const table = screen.getByRole('table', { name: 'Policy of Zeta' });
    expect(within(table).getByRole('row', { name: /^Force stops in a window/ })).toHaveTextContent(
      'Force stops in a window5actions.maxForceStops (default: 3)'
    );
    expect(within(card()).getByRole('link', { name: 'Settings and health' })).toHaveAttribute(
      'href',
      '/connections/datasources/edit/zeta'
    );
  });

  it('names an incident budget in force', async () => {
    const from = new Date(START).toISOString();
    await show(told({ incident: { from, until: new Date(START + 600_000).toISOString(), limit: 50 } }));
    expect(facts()).toContain(
      'Incident budget: Unlocked: up to 50 force stops until 2026-11-22 12:10:00, 10 min 00 s left'
    );
  });

  it('has no link to the settings for those who may not change them', async () => {
    await show(told(), 'Viewer');
    expect(screen.queryByRole('link', { name: 'Settings and health' })).not.toBeInTheDocument();
    expect(card()).toHaveTextContent('An administrator of this organization can change the settings.');
  });

  it.each<[string, Answer, RegExp]>([
    ['has not answered', NEVER, /Asking the data source/],
    ['fails', throwError(() => gatewayError(502)), /Not known.*Grafana answered 502/],
    ['answers with something else', of({ data: '<html>' }), /does not understand/],
    ['is not reached', told({ reachable: false, fault: 'Nobody listens.' }), /Not reachable.*Nobody listens\./],
    ['was never read completely', told({ asOf: '0001-01-01T00:00:00Z' }), /has not been read completely yet/],
  ])('says so when it %s', async (_, answer, text) => {
    await show(answer);
    expect(card()).toHaveTextContent(text);
    expect(screen.queryByText('Reachable')).not.toBeInTheDocument();
  });

  it('keeps what was known when the server fails, as of then', async () => {
    await show(told());
    fetch.mockReturnValue(throwError(() => gatewayError(502)));
    await act(() => jest.advanceTimersByTimeAsync(10_000));
    expect(card()).toHaveTextContent('What is shown here is how it was at 2026-11-22 12:00:00.');
    expect(facts()).toContain('You are: anna');
  });

  it('shows each step as done where it is', async () => {
    await show(told({ policy: policy({ secondPerson: 'force-stop' }) }));
    expect(states()).toEqual([
      'The coordinator answers: Done',
      'The back door of Grafana is closed: Done',
      'Records are kept: Done',
      'Alert rules: Done',
      'Alerts reach somebody: Done',
      'Who may act: Done',
      'A second person: Done',
      'When a job counts as stuck: Done',
    ]);
    expect(card()).toHaveTextContent('8 of 8 steps are done. To do: 0. Cannot be checked: 0.');
    expect(step('Records are kept')).toHaveTextContent('Records are kept in SQLite: sqlite:/var/lib/grafana/unjam.db.');
    expect(step('Alerts reach somebody')).toHaveTextContent('Alerts go to the contact point "pager" (webhook).');
  });

  it.each<[string, string, () => void, RegExp]>([
    [
      'The coordinator answers',
      'To do',
      () => (grafana['/health'] = throwError(() => ({ status: 400, data: { status: 'ERROR', message: 'No route.' } }))),
      /No route\..*Correct the settings/,
    ],
    [
      'The back door of Grafana is closed',
      'To do',
      () => (grafana['/uid/zeta'] = of({ data: { jsonData: { oauthPassThru: true }, url: 'http://x', user: '' } })),
      /set on the data source: url, oauthPassThru\..*any Viewer.*Clear these fields/,
    ],
    [
      'The back door of Grafana is closed',
      'Done',
      () => (grafana['/uid/zeta'] = forbidden),
      /health check looks at it first/,
    ],
    [
      'The back door of Grafana is closed',
      'Cannot be checked',
      () => Object.assign(grafana, { '/uid/zeta': forbidden, '/health': throwError(() => gatewayError(502)) }),
      /administrators only/,
    ],
    [
      'Records are kept',
      'To do',
      () => (grafana['/health'] = healthy({ storeFault: 'The folder does not exist.' })),
      /The folder does not exist\..*store = sqlite:/,
    ],
    ['Records are kept', 'Cannot be checked', () => (grafana['/health'] = healthy({})), /does not tell/],
    [
      'Alert rules',
      'To do',
      () => (grafana['/v1/rules'] = of({ data: { data: { groups: [] } } })),
      /Of 10 rules, 0 were found/,
    ],
    ['Alert rules', 'Cannot be checked', () => (grafana['/v1/rules'] = forbidden), /not known: Grafana answered 403/],
    ['Alert rules', 'Cannot be checked', () => (grafana['/v1/rules'] = absent), /alerting may be switched off/],
    [
      'Alerts reach somebody',
      'Cannot be checked',
      () => (grafana['/policies'] = absent),
      /alerting may be switched off/,
    ],
    [
      'Alerts reach somebody',
      'To do',
      () => (grafana['/contact-points'] = of({ data: [] })),
      /"pager", which tells nobody\..*Make a contact point/,
    ],
    [
      'Alerts reach somebody',
      'To do',
      () =>
        (grafana['/contact-points'] = of({
          data: [{ name: 'pager', type: 'email', settings: { addresses: '<example@email.com>' } }],
        })),
      /only the address of an example/,
    ],
    ['Alerts reach somebody', 'Cannot be checked', () => (grafana['/policies'] = forbidden), /does not tell you/],
    [
      'Alerts reach somebody',
      'To do',
      () =>
        (grafana['/policies'] = of({
          data: {
            receiver: 'pager',
            routes: [{ object_matchers: [['severity', '=', 'critical']], mute_time_intervals: ['nights'] }],
          },
        })),
      /\d rules are muted by "nights" at its times.*Look whether nobody is to be told/,
    ],
    [
      'Alerts reach somebody',
      'Cannot be checked',
      () =>
        (grafana['/policies'] = of({
          data: { receiver: 'pager', routes: [{ receiver: 'gone', object_matchers: [['job_name', '=~', 'etl.*']] }] },
        })),
      /"pager" \(webhook\).*depends on job_name =~ "etl\.\*"/,
    ],
    [
      'Alert rules',
      'To do',
      () =>
        (grafana['/v1/rules'] = of({
          data: {
            data: {
              groups: [{ file: 'Unjam', rules: RULES.map((rule, at) => ({ ...rule, isPaused: at === 0 })) }],
            },
          },
        })),
      /has all 10 rules\..*1 rule is paused: it never fires\..*resume those/,
    ],
    [
      'Alerts reach somebody',
      'Done',
      () =>
        Object.assign(grafana, {
          '/policies': of({
            data: {
              receiver: 'nobody',
              routes: [{ receiver: 'pager', object_matchers: [['grafana_folder', '=', 'Unjam']] }],
            },
          }),
        }),
      /"pager" \(webhook\)/,
    ],
    [
      'When a job counts as stuck',
      'Done',
      () => (settings = { stuckAfterSeconds: 60 }),
      /CANCELING1 min 00 sstuckAfterSeconds.*savepoint10 min 00 sdetection\.savepointingSeconds, as by default/,
    ],
  ])('says of "%s" that it is "%s"', async (name, state, change, text) => {
    change();
    await show(told());
    expect(states()).toContain(`${name}: ${state}`);
    expect(step(name)).toHaveTextContent(text);
  });

  it('offers what is to be copied, with the names of this data source', async () => {
    settings = { kind: 'seatunnel', urls: ['http://master:8080'] };
    await show(told({ policy: policy({ enabled: false }) }));
    expect(states()).toEqual(expect.arrayContaining(['Who may act: To do', 'A second person: To do']));
    const text = step('The coordinator answers').querySelector('pre')?.textContent;
    expect(text).toContain('uid: "zeta"');
    expect(text).toContain('- "http://master:8080"');
    expect(text).toContain('password: $UNJAM_PASSWORD');
    expect(step('A second person').querySelector('pre')).toHaveTextContent('secondPerson: "force-stop"');
  });

  it('checks again when somebody asks', async () => {
    grafana['/contact-points'] = of({ data: [] });
    await show(told());
    expect(states()).toContain('Alerts reach somebody: To do');
    grafana = allDone();
    fireEvent.click(screen.getByRole('button', { name: 'Check again' }));
    await act(() => jest.advanceTimersByTimeAsync(1));
    expect(states()).toContain('Alerts reach somebody: Done');
  });

  it('says that it checks while nothing has answered', async () => {
    grafana = Object.fromEntries(Object.keys(grafana).map((ending) => [ending, NEVER]));
    await show(NEVER);
    expect(card()).toHaveTextContent('The steps are checked…');
    expect(states()[0]).toBe('The coordinator answers: Checking…');
  });

  it('S09: draws hostile names as text', async () => {
    const { container } = await show(
      told({
        coordinator: HOSTILE,
        login: HOSTILE,
        store: HOSTILE,
        policy: policy({ allowList: true, allowedLogins: [HOSTILE] }),
      }),
      'Admin',
      HOSTILE
    );
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).not.toContain('\u202e');
  });

  it('says what to set up when there is nothing', async () => {
    getList.mockReturnValue([]);
    render(<SetupPage />);
    expect(screen.getByText('No coordinator is set up yet')).toBeVisible();
  });

  it('breaks no accessibility rule', async () => {
    const { container } = await show(told({ asOf: serverTime(0) }));
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
