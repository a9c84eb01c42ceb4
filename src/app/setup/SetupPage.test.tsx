import { config } from '@grafana/runtime';
import { act, render, screen, within } from '@testing-library/react';
import React, { type ReactNode } from 'react';
import { NEVER, of, throwError, type Observable } from 'rxjs';

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
  getDataSourceSrv: () => ({ getList, getInstanceSettings: () => undefined }),
  getBackendSrv: () => ({ fetch }),
}));

const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

async function show(answer: Observable<{ data: unknown }>, orgRole: 'Admin' | 'Viewer' = 'Admin', name = 'Zeta') {
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole } });
  getList.mockReturnValue([{ uid: 'zeta', name, type: 'unjam-coordinator-datasource' }]);
  fetch.mockReset().mockReturnValue(answer);
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

beforeEach(() => jest.useFakeTimers({ now: START }));
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

  it.each<[string, Observable<{ data: unknown }>, RegExp]>([
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
