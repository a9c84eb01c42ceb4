import { type DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { accessibilityProblems } from '../../model/testing/accessibility';
import { type CoordinatorSecrets, type CoordinatorSettings } from '../settings';
import { ConfigEditor } from './ConfigEditor';

type Settings = DataSourceSettings<CoordinatorSettings, CoordinatorSecrets>;

/** A new data source, as Grafana makes it. */
function settings(change: Partial<Settings> = {}): Settings {
  return {
    id: 1,
    uid: 'zeta',
    orgId: 1,
    name: 'Zeta',
    typeLogoUrl: '',
    type: 'unjam-coordinator-datasource',
    typeName: 'Unjam coordinator',
    access: 'proxy',
    url: '',
    user: '',
    basicAuth: false,
    basicAuthUser: '',
    isDefault: false,
    jsonData: {} as CoordinatorSettings,
    secureJsonFields: {},
    readOnly: false,
    withCredentials: false,
    ...change,
  } as Settings;
}

/** Holds the settings as Grafana's page does, and remembers every change. */
function openEditor(initial: Settings) {
  const saved: Settings[] = [];
  function Page() {
    const [options, setOptions] = useState(initial);
    return (
      <ConfigEditor
        options={options}
        onOptionsChange={(next) => {
          saved.push(next);
          setOptions(next);
        }}
      />
    );
  }
  const { container } = render(<Page />);
  return { user: userEvent.setup({ pointerEventsCheck: 0 }), saved, last: () => saved.at(-1) ?? initial, container };
}

describe('the settings of a coordinator', () => {
  it('S44: are written into jsonData and our own secrets, and never into the fields of the proxy', async () => {
    const before = settings();
    const { user, saved, last } = openEditor(before);
    await user.click(screen.getByLabelText(/^Master addresses/));
    await user.paste('http://master-1:8080\n\n  http://master-2:8080  ');
    const texts = ['Worker addresses', 'Cluster id', 'User name', 'Context path', 'Time zone of the coordinator'];
    for (const label of [...texts, 'Server name', 'Logins that may act']) {
      await user.click(screen.getByLabelText(new RegExp(`^${label}`)));
      await user.paste('x');
    }
    const secrets = ['Password', 'CA certificate', 'Client certificate', 'Client key'];
    for (const label of secrets) {
      await user.click(screen.getByLabelText(new RegExp(`^${label}`)));
      await user.paste('s');
    }
    for (const spinner of screen.getAllByRole('spinbutton')) {
      await user.click(spinner);
      await user.paste('60');
    }
    await user.click(screen.getByLabelText(/^Allow actions/));
    for (const radio of screen.getAllByRole('radio')) {
      await user.click(radio);
    }

    const { jsonData: _, secureJsonData: __, ...others } = before;
    for (const { jsonData: ___, secureJsonData: ____, ...rest } of saved) {
      expect(rest).toEqual(others);
    }
    expect(last().jsonData).toEqual({
      kind: 'seatunnel',
      urls: ['http://master-1:8080', 'http://master-2:8080'],
      workerUrls: ['x'],
      clusterId: 'x',
      username: 'x',
      contextPath: 'x',
      timeZone: 'x',
      tlsServerName: 'x',
      apiVersion: 'v1',
      forceStopSupport: 'no',
      pollIntervalSeconds: 60,
      requestTimeoutSeconds: 60,
      pollDeadlineSeconds: 60,
      stuckAfterSeconds: 60,
      actions: {
        enabled: true,
        minRole: 'Admin',
        auditRole: 'Admin',
        allowedLogins: ['x'],
        minCancelingAgeSeconds: 60,
        savepointStallSeconds: 60,
        masterSettleSeconds: 60,
        maxForceStops: 60,
        maxCancels: 60,
        budgetWindowSeconds: 60,
        secondPerson: 'all',
        incidentBudget: 60,
      },
    });
    expect(last().secureJsonData).toEqual({ password: 's', tlsCACert: 's', tlsClientCert: 's', tlsClientKey: 's' });
  });

  it('S44: that open the proxy are an error, with a button that clears them', async () => {
    const { user, last } = openEditor(
      settings({
        url: 'http://master-1:8080',
        basicAuth: true,
        basicAuthUser: 'anna',
        secureJsonFields: { basicAuthPassword: true, password: true },
        jsonData: { kind: 'seatunnel', urls: ['http://master-1:8080'], ...JSON.parse('{"oauthPassThru":true}') },
      })
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'url, basicAuth, basicAuthUser, oauthPassThru, basicAuthPassword'
    );
    expect(screen.getByRole('alert')).toHaveTextContent("Grafana's proxy would let any Viewer send requests");
    await user.click(screen.getByRole('button', { name: 'Clear these fields' }));
    expect(last()).toMatchObject({ url: '', basicAuth: false, basicAuthUser: '', user: '', withCredentials: false });
    expect(last().jsonData).toEqual({ kind: 'seatunnel', urls: ['http://master-1:8080'] });
    expect(last().secureJsonFields).toEqual({ basicAuthPassword: false, password: true });
    expect(last().secureJsonData).toEqual({ basicAuthPassword: '' });
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('that are provisioned say where to clear the proxy, since the page cannot', () => {
    openEditor(settings({ url: 'http://x', readOnly: true }));
    expect(screen.getAllByRole('alert')[0]).toHaveTextContent('remove them from its file');
    expect(screen.queryByRole('button', { name: 'Clear these fields' })).not.toBeInTheDocument();
  });

  it('show that a password is set, never its value, and can replace it', async () => {
    const { user, last, container } = openEditor(settings({ secureJsonFields: { password: true } }));
    expect(screen.getByLabelText(/^Password/)).toBeDisabled();
    expect(container.innerHTML).not.toContain('hunter2');
    await user.click(screen.getAllByRole('button', { name: 'Reset' })[0] ?? container);
    expect(last().secureJsonFields).toEqual({ password: false });
    await user.click(screen.getByLabelText(/^Password/));
    await user.paste('hunter2');
    expect(last().secureJsonData).toEqual({ password: 'hunter2' });
    expect(screen.getByLabelText(/^Password/)).toHaveAttribute('type', 'password');
  });

  it('say what is wrong and what to write', () => {
    openEditor(
      settings({
        jsonData: {
          kind: 'seatunnel',
          urls: ['master-1'],
          timeZone: 'Vienna',
          pollIntervalSeconds: 1,
          requestTimeoutSeconds: 60,
          actions: { minCancelingAgeSeconds: 5, incidentBudget: 5000, ...JSON.parse('{"secondPerson":"sometimes"}') },
        },
      })
    );
    const sentences = screen.getAllByRole('alert').map(({ textContent }) => textContent);
    expect(sentences).toEqual([
      '"master-1" is no address. Write it like http://master-1:8080.',
      '"Vienna" is no time zone. Write its IANA name, like Europe/Vienna or UTC.',
      'Write a whole number from 2 to 300.',
      'Write a whole number from 1 to 8.',
      'actions.secondPerson is "sometimes": use off, force-stop or all',
      'actions.minCancelingAgeSeconds is 5: use 30 to 86400',
      'actions.incidentBudget is 5000: use 0 to 1000',
    ]);
  });

  it('break no accessibility rule', async () => {
    const { container } = openEditor(settings({ url: 'http://x', secureJsonFields: { password: true } }));
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
