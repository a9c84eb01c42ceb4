import { locationService } from '@grafana/runtime';
import { act, render, screen } from '@testing-library/react';
import React from 'react';

import { plugin } from './module';
import app from './plugin.json';

jest.mock('./app/overview/OverviewPage', () => ({ OverviewPage: () => <p>the overview</p> }));
jest.mock('./app/setup/SetupPage', () => ({ SetupPage: () => <p>the setup</p> }));

function open(path: string) {
  act(() => locationService.push(path));
  const Root = plugin.root;
  if (!Root) {
    throw new Error('The app has no page.');
  }
  // Grafana's own type asks for much that no page of ours uses. It gives the whole path of the page as its base (12.4).
  const props = { basename: path } as React.ComponentProps<typeof Root>;
  return render(<Root {...props} />);
}

describe("the app's pages", () => {
  it.each([
    ['/a/unjam-jobs-app', 'the overview'],
    ['/a/unjam-jobs-app/', 'the overview'],
    ['/a/unjam-jobs-app/setup', 'the setup'],
    ['/a/unjam-jobs-app/setup/', 'the setup'],
    ['/a/unjam-jobs-app/nowhere', 'the overview'],
  ])('%s is %s', async (path, page) => {
    open(path);
    expect(await screen.findByText(page)).toBeVisible();
  });

  it('follow the address', async () => {
    open('/a/unjam-jobs-app');
    expect(await screen.findByText('the overview')).toBeVisible();
    act(() => locationService.push('/a/unjam-jobs-app/setup'));
    expect(await screen.findByText('the setup')).toBeVisible();
  });

  it('stand in the navigation, each at the address at which it is shown', () => {
    const pages = app.includes.flatMap(({ type, name, path }) => (type === 'page' ? [[name, path]] : []));
    expect(pages).toEqual([
      ['Overview', '/a/%PLUGIN_ID%'],
      ['Audit', '/a/%PLUGIN_ID%/audit'],
      ['Setup', '/a/%PLUGIN_ID%/setup'],
    ]);
  });
});
