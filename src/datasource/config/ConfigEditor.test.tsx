import { type DataSourceSettings } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import React, { useState } from 'react';

import { accessibilityProblems } from '../../model/testing/accessibility';
import { type CloverDxSettings, type CoordinatorSecrets, type CoordinatorSettings } from '../settings';
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

const KINDS = ['SeaTunnel Zeta', 'CloverDX', 'Own coordinator'];

/** Chooses everything that can be chosen, except for another kind. */
async function clickOtherRadios(user: UserEvent) {
  const kinds = KINDS.map((name) => screen.getByRole('radio', { name }));
  for (const radio of screen.getAllByRole('radio').filter((one) => !kinds.includes(one))) {
    await user.click(radio);
  }
}

async function fill(user: UserEvent, label: RegExp, text: string) {
  await user.click(screen.getByLabelText(label));
  await user.paste(text);
}

const cloverdx = (change: Partial<CloverDxSettings> = {}): CoordinatorSettings => ({
  kind: 'cloverdx',
  urls: ['http://node-1:8080/clover'],
  ...change,
});

const alerts = () => screen.queryAllByRole('alert').map(({ textContent }) => textContent);

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
    await clickOtherRadios(user);

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
      detection: { cancelingSeconds: 60, failingSeconds: 60, savepointingSeconds: 60, pendingSeconds: 60 },
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

  it.each<[string, CoordinatorSettings | undefined]>([
    ['SeaTunnel', undefined],
    [
      'maintenance windows',
      {
        urls: [],
        detection: {
          maintenance: [
            { from: '', to: '', reason: '' },
            { days: ['mon'], from: '02:00', to: '04:00', timeZone: 'UTC', reason: 'x' },
          ],
        },
      },
    ],
    ['CloverDX', cloverdx({ messaging: { source: 'jolokia', nodes: [{ name: 'a', url: 'http://a' }] } })],
    ['CloverDX by Prometheus', cloverdx({ messaging: { source: 'prometheus' } })],
    ['an own coordinator', { kind: 'generic', urls: [] }],
  ])('break no accessibility rule with %s', async (_, jsonData) => {
    const { container } = openEditor(
      settings({ url: 'http://x', secureJsonFields: { password: true }, ...(jsonData && { jsonData }) })
    );
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});

describe('the settings of detection', () => {
  it('explain each threshold of the kind, with what stands in for it', async () => {
    const { user, last } = openEditor(settings({ jsonData: { urls: ['http://a:1'], stuckAfterSeconds: 90 } }));
    const placeholder = (label: RegExp) => screen.getByLabelText(label).getAttribute('placeholder');
    expect(placeholder(/^In CANCELING/)).toBe('90');
    expect(placeholder(/^While a savepoint is made/)).toBe('600');
    expect(placeholder(/^Pending/)).toBe('0');
    expect(screen.queryByLabelText(/^Parents that wait/)).not.toBeInTheDocument();
    expect(screen.getByText(/only while it has completed no checkpoint/)).toBeVisible();
    await fill(user, /^Pending/, '5');
    expect(alerts()).toEqual(['Write a whole number from 10 to 604800, or 0 for never.']);
    await user.click(screen.getByRole('radio', { name: 'CloverDX' }));
    expect(screen.getByLabelText(/^Parents that wait/)).toHaveAttribute('placeholder', '90');
    expect(screen.queryByLabelText(/^In FAILING/)).not.toBeInTheDocument();
    expect(last().jsonData.detection).toEqual({ pendingSeconds: 5 });
  });

  it('list maintenance windows, which can be added, changed and removed', async () => {
    const { user, last } = openEditor(settings({ jsonData: { urls: ['http://a:1'] } }));
    await user.click(screen.getByRole('button', { name: 'Add window' }));
    expect(alerts()).toEqual(['Window 1: say in 1 to 200 characters what is done then; operators read it.']);
    await fill(user, /^From of window 1/, '2026-11-22T02:00:00+01:00');
    await fill(user, /^To of window 1/, '2026-11-22T04:00:00+01:00');
    await fill(user, /^Reason of window 1/, 'upgrade');
    await user.click(screen.getByRole('button', { name: 'Add weekly window' }));
    await user.clear(screen.getByLabelText(/^Days of window 2/));
    await fill(user, /^Days of window 2/, 'Mon, fri,');
    await fill(user, /^Reason of window 2/, 'backup');
    expect(alerts()).toEqual([]);
    const weekly = { days: ['mon', 'fri'], from: '02:00', to: '04:00', timeZone: 'UTC', reason: 'backup' };
    expect(last().jsonData.detection?.maintenance).toEqual([
      { from: '2026-11-22T02:00:00+01:00', to: '2026-11-22T04:00:00+01:00', reason: 'upgrade' },
      weekly,
    ]);
    await user.click(screen.getByRole('button', { name: 'Remove window 1' }));
    expect(last().jsonData.detection?.maintenance).toEqual([weekly]);
    expect(screen.getByLabelText(/^Days of window 1/)).toHaveValue('mon, fri');
  });

  it('that are provisioned show the windows and no button to change them', () => {
    const maintenance = [{ days: ['sat'], from: '02:00', to: '04:00', timeZone: 'UTC', reason: 'backup' }];
    openEditor(settings({ readOnly: true, jsonData: { urls: ['http://a:1'], detection: { maintenance } } }));
    expect(screen.getByLabelText('Reason of window 1')).toHaveAttribute('readonly');
    expect(screen.queryByRole('button', { name: /window/ })).not.toBeInTheDocument();
  });
});

describe('the choice of kind', () => {
  it('comes first, and is SeaTunnel where nobody chose', () => {
    openEditor(settings());
    expect(screen.getAllByRole('radio').slice(0, 3)).toEqual(KINDS.map((name) => screen.getByRole('radio', { name })));
    expect(screen.getByRole('radio', { name: 'SeaTunnel Zeta' })).toBeChecked();
  });

  it('shows the fields of that kind, and takes away the settings of the former one', async () => {
    const { user, last } = openEditor(
      settings({ jsonData: { kind: 'seatunnel', urls: ['http://a:1'], workerUrls: ['http://b:1'], username: 'anna' } })
    );
    await user.click(screen.getByRole('radio', { name: 'CloverDX' }));
    expect(screen.queryByLabelText(/^Master addresses/)).not.toBeInTheDocument();
    expect(screen.getByLabelText(/^Server addresses/)).toHaveValue('http://a:1');
    expect(last().jsonData).toEqual({ kind: 'cloverdx', urls: ['http://a:1'], username: 'anna' });
    await user.click(screen.getByRole('radio', { name: 'Own coordinator' }));
    expect(screen.getByLabelText(/^Token/)).toBeVisible();
    expect(screen.queryByText(/not verified/)).not.toBeInTheDocument();
  });

  it('says so when a data source was made by a newer Unjam', () => {
    openEditor(settings({ jsonData: { urls: ['http://a'], ...JSON.parse('{"kind":"airflow"}') } }));
    expect(alerts()).toEqual(['This Unjam knows no kind "airflow". Choose one, or update the Unjam app.']);
  });
});

describe('the settings of CloverDX', () => {
  it('S44: go into jsonData and our own secrets alone', async () => {
    const { user, saved, last } = openEditor(settings({ jsonData: cloverdx({ messaging: { source: 'jolokia' } }) }));
    await user.click(screen.getByRole('button', { name: 'Add node' }));
    await fill(user, /^Name of node 1/, 'node01');
    await fill(user, /^Address of node 1/, 'http://node-1:8778/jolokia');
    await fill(user, /^Filter of running executions/, 'state=R');
    await fill(user, /^Field of the parent/, 'parent');
    await fill(user, /^Field of the node/, 'server');
    await fill(user, /^Path of an abort/, '/x/{runId}');
    await fill(user, /^Channel/, 'clover');
    await fill(user, /^User name of the source/, 'monitor');
    await fill(user, /^Password of the source/, 's');
    await user.click(screen.getByLabelText(/^Read windows/));
    await fill(user, /^Limit of the sent events buffer/, '300');
    await fill(user, /^Page size/, '20');
    await user.click(screen.getByRole('radio', { name: 'Simple HTTP' }));
    await user.click(screen.getByRole('radio', { name: 'DELETE' }));
    expect(last().jsonData).toEqual({
      kind: 'cloverdx',
      urls: ['http://node-1:8080/clover'],
      cloverdx: {
        api: 'simple-http',
        abortMethod: 'DELETE',
        abortPath: '/x/{runId}',
        parentField: 'parent',
        nodeField: 'server',
        statusFilter: 'state=R',
        pageSize: 20,
      },
      messaging: {
        source: 'jolokia',
        nodes: [{ name: 'node01', url: 'http://node-1:8778/jolokia' }],
        username: 'monitor',
        channel: 'clover',
        windows: true,
        sentEventsLimit: 300,
      },
    });
    expect(last().secureJsonData).toEqual({ messagingPassword: 's' });
    expect(saved.every(({ url, basicAuth }) => url === '' && !basicAuth)).toBe(true);
    expect(alerts().filter((text) => !text?.includes('not say them'))).toEqual([]);
  });

  it('name what was not verified, and say where to look', () => {
    openEditor(settings({ jsonData: cloverdx() }));
    expect(screen.getAllByText(/\(not verified\)/)).toHaveLength(5);
    expect(screen.getByText(/\/clover\/api\/rest\/v1\/docs\.html/)).toBeVisible();
  });

  it('have no fields that mean nothing there', () => {
    openEditor(settings({ jsonData: cloverdx() }));
    for (const label of [/^Worker addresses/, /^Time zone/, /^Master must be/, /^Cancels in/, /^Savepoint/, /^Nodes/]) {
      expect(screen.queryByLabelText(label)).not.toBeInTheDocument();
    }
    expect(screen.getByLabelText(/^Abort again after/)).toBeVisible();
    expect(screen.queryByText(/cancel/i)).not.toBeInTheDocument();
  });

  it('show a node as Prometheus or as Jolokia finds it, and can remove it', async () => {
    const nodes = [{ name: 'node01', url: 'http://a', instance: 'a:9404' }, { name: 'node02' }];
    const { user, last } = openEditor(
      settings({ jsonData: cloverdx({ messaging: { source: 'prometheus', prometheusUrl: 'http://p', nodes } }) })
    );
    expect(screen.getByLabelText('Instance of node 1')).toHaveValue('a:9404');
    expect(alerts()).toContainEqual(expect.stringMatching(/^Node "node02" has no instance/));
    expect(screen.queryByLabelText(/^Read windows/)).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Remove node 2' }));
    expect(last().jsonData).toMatchObject({ messaging: { nodes: [nodes[0]] } });
  });

  it('say what is wrong and what to write', () => {
    openEditor(
      settings({
        jsonData: cloverdx({
          urls: [],
          cloverdx: { pageSize: 0, statusFilter: '?', parentField: 'a b', nodeField: '/', abortPath: '/abort' },
          messaging: {
            source: 'jolokia',
            sentEventsLimit: 0,
            eventBytes: 0,
            inboundTimeoutSeconds: 0,
            detectionSeconds: 0,
          },
        }),
      })
    );
    expect(alerts().filter((text) => !text?.includes('not say them'))).toEqual([
      'Write at least one address of a server node.',
      'Write a whole number from 10 to 1000.',
      '"?" is no filter. Write it like status=RUNNING, without "?".',
      '"a b" is no name of a field. Write it as it stands in the server\'s answer, like parentRunId.',
      '"/" is no name of a field. Write it as it stands in the server\'s answer, like node.',
      'The path must hold {runId} once: only one run is ever aborted, by its run id.',
      'Write at least one node. Only what stands here is ever contacted.',
      'Write a whole number from 1 to 100000000.',
      'Write a whole number from 1 to 10000000.',
      'Write a whole number from 1 to 2592000.',
      'Write a whole number from 1 to 3600.',
    ]);
  });

  it('that are provisioned show the nodes and no button to change them', () => {
    const messaging = { source: 'jolokia' as const, nodes: [{ name: 'a', url: 'http://a' }] };
    openEditor(settings({ readOnly: true, jsonData: cloverdx({ messaging }) }));
    expect(screen.getByLabelText('Name of node 1')).toHaveAttribute('readonly');
    expect(screen.queryByRole('button', { name: /node/ })).not.toBeInTheDocument();
  });
});

describe('the settings of an own coordinator', () => {
  it('have a token beside user name and password', async () => {
    const { user, last } = openEditor(settings({ jsonData: { kind: 'generic', urls: [] } }));
    await fill(user, /^Addresses/, 'https://jobs.example/coordinator/v1');
    await fill(user, /^Token/, 's');
    expect(last().jsonData).toEqual({ kind: 'generic', urls: ['https://jobs.example/coordinator/v1'] });
    expect(last().secureJsonData).toEqual({ token: 's' });
  });
});
