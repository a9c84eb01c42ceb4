import { config } from '@grafana/runtime';
import { render, screen, within } from '@testing-library/react';
import React, { type ReactNode } from 'react';
import { of, throwError } from 'rxjs';

import { gatewayError, support } from '../api/testing/samples';
import { accessibilityProblems } from '../model/testing/accessibility';
import { OverviewPage } from './OverviewPage';

const getList = jest.fn();
const fetch = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children }: { children: ReactNode }) => <main>{children}</main>,
  getDataSourceSrv: () => ({ getList }),
  getBackendSrv: () => ({ fetch }),
}));

const DASHBOARD = { uid: 'unjam-stuck-jobs', title: 'Unjam: stuck jobs', url: '/d/unjam-stuck-jobs/unjam-stuck-jobs' };

/** What Grafana answers, by the end of the address. */
function serve(answers: Record<string, unknown>) {
  fetch.mockImplementation(({ url }: { url: string }) => {
    const found = Object.entries(answers).find(([end]) => url.endsWith(end));
    return found ? of({ data: found[1] }) : throwError(() => gatewayError(502));
  });
}

function signInAs(orgRole: 'Viewer' | 'Admin') {
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole } });
}

beforeEach(() => {
  getList.mockReturnValue([{ uid: 'zeta', name: 'Zeta', type: 'unjam-coordinator-datasource' }]);
  serve({ '/support': support(), '/api/search': [DASHBOARD] });
  signInAs('Admin');
});

describe('the overview', () => {
  it('shows each coordinator with how it is seen, and where to go', () => {
    render(<OverviewPage />);
    const card = within(screen.getByRole('region', { name: 'Zeta' }));
    expect(card.getByText('3.0.0, REST v2.')).toBeVisible();
    expect(card.getByText('Actions are allowed.')).toBeVisible();
    expect(card.getByRole('link', { name: 'Unjam: stuck jobs' })).toHaveAttribute(
      'href',
      `${DASHBOARD.url}?var-ds=zeta`
    );
    const explore = decodeURIComponent(card.getByRole('link', { name: 'Explore' }).getAttribute('href') ?? '');
    expect(explore).toContain('"uid":"zeta"');
    expect(card.getByRole('link', { name: 'Settings' })).toHaveAttribute('href', '/connections/datasources/edit/zeta');
    expect(getList).toHaveBeenCalledWith({ type: 'unjam-coordinator-datasource' });
  });

  it('does not call a coordinator seen that was never read', () => {
    serve({ '/support': support({ asOf: '0001-01-01T00:00:00Z' }), '/api/search': [] });
    render(<OverviewPage />);
    expect(screen.getByText('Not seen yet')).toBeVisible();
  });

  it('says why a coordinator cannot be asked, and still shows where to go', () => {
    serve({});
    render(<OverviewPage />);
    expect(screen.getByText(/Grafana answered 502/)).toBeVisible();
    expect(screen.getByRole('link', { name: 'Explore' })).toBeVisible();
  });

  it('says what to set up when there is nothing, to those who can', () => {
    getList.mockReturnValue([]);
    render(<OverviewPage />);
    expect(screen.getByText('No coordinator is set up yet')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Add a coordinator' })).toBeVisible();
  });

  it('sends those who cannot to an administrator', () => {
    signInAs('Viewer');
    getList.mockReturnValue([]);
    render(<OverviewPage />);
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
    expect(screen.getByText(/Ask an administrator/)).toBeVisible();
  });

  it('breaks no accessibility rule', async () => {
    const { container } = render(<OverviewPage />);
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
