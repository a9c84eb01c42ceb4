import { type DataFrame, FieldType, type Field } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { type ReactNode } from 'react';
import { NEVER, of, throwError } from 'rxjs';

import { auditRow, gatewayError, JOB_ID, support } from '../../api/testing/samples';
import { type AuditRow, type Support } from '../../api/types';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { deliveryFrame, lostPairRow } from '../../model/testing/deliveryFrames';
import { AS_OF, frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { JobPage } from './JobPage';

const getInstanceSettings = jest.fn();
const getList = jest.fn();
const fetch = jest.fn();
const query = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children }: { children: ReactNode }) => <main>{children}</main>,
  getDataSourceSrv: () => ({ getInstanceSettings, getList, get: () => Promise.resolve({ query }) }),
  getBackendSrv: () => ({ fetch }),
}));

const MINUTE = 60_000;

/** What the data source tells of the job. */
interface Story {
  rows?: Array<Partial<FrameRow>>;
  meta?: Record<string, unknown>;
  episodes?: Array<Record<string, unknown>>;
  custom?: Record<string, unknown>;
  nodes?: Array<Record<string, unknown>>;
  relatives?: Array<Record<string, unknown>>;
  delivery?: DataFrame;
  events?: Array<Record<string, unknown>>;
  acts?: Array<Record<string, unknown>>;
  support?: Partial<Support>;
  audit?: AuditRow[];
  queryError?: string;
}

function frame(
  refId: string,
  name: string,
  columns: string[],
  rows: Array<Record<string, unknown>>,
  custom = {}
): DataFrame {
  const fields = columns.map((column): Field => ({
    name: column,
    type: FieldType.other,
    config: {},
    values: rows.map((row) => row[column] ?? null),
  }));
  return { refId, name, length: rows.length, fields, meta: { custom } };
}

const EPISODE = ['job_name', 'create_time', 'state', 'word', 'since', 'quality', 'until', 'last_seen'];
const EVENT = ['timestamp', 'body', 'severity', 'id', 'kind', 'quality'];
const CREATED = AS_OF - 7_200_000;

const canceling = {
  job_name: 'nightly-load',
  create_time: CREATED,
  state: 'canceling',
  word: 'CANCELING',
  since: AS_OF - 12 * MINUTE,
  quality: 'at least',
  last_seen: AS_OF,
};

function answerQuery(story: Story, refIds: string[]) {
  if (story.queryError) {
    return of({ data: [], errors: [{ message: story.queryError }] });
  }
  const {
    rows = [],
    episodes = [],
    nodes = [],
    relatives = [],
    events = [],
    acts = [],
    meta,
    custom,
    delivery,
  } = story;
  const past = { asOf: new Date(AS_OF).toISOString(), blind: false, cut: false, ...custom };
  const frames: DataFrame[] = refIds.includes('cluster')
    ? [frame('job', 'events', EVENT, events), frame('cluster', 'events', EVENT, [])]
    : [
        { ...jobsFrame(rows.map(frameRow), { answeredAt: new Date(AS_OF).toISOString(), ...meta }), refId: 'jobs' },
        frame('job', 'episodes', EPISODE, episodes, past),
        frame('job', 'nodes', ['node', 'present', 'last_seen'], nodes),
        frame('job', 'relatives', ['role', 'job_id', 'job_name', 'state', 'node', 'ended', 'ended_at'], relatives),
        frame('acts', 'events', EVENT, acts),
        ...(delivery ? [{ ...delivery, refId: 'delivery' }] : []),
      ];
  return of({ data: frames });
}

function answerRequest(url: string, story: Story) {
  if (url.endsWith('/support')) {
    return of({ data: support(story.support) });
  }
  return url.includes('/audit')
    ? of({ data: { asOf: '', rows: story.audit ?? [] } })
    : of({ data: { asOf: '', unconfirmed: [], watched: [] } });
}

async function pass(milliseconds: number) {
  await act(() => jest.advanceTimersByTimeAsync(milliseconds));
}

async function show(story: Story, search = `ds=zeta&job=${JOB_ID}&created=${CREATED}`) {
  query.mockReset().mockImplementation(({ targets }: { targets: Array<{ refId: string }> }) =>
    answerQuery(
      story,
      targets.map(({ refId }) => refId)
    )
  );
  fetch.mockReset().mockImplementation(({ url }: { url: string }) => answerRequest(url, story));
  locationService.replace(`/a/unjam-jobs-app/job?${search}`);
  const page = render(<JobPage />);
  await pass(0);
  await pass(1);
  await pass(1);
  return page;
}

const part = (name: string) => within(screen.getByRole('region', { name }));

beforeEach(() => {
  jest.useFakeTimers({ now: AS_OF });
  Object.assign(config.bootData, { user: { isSignedIn: true, orgRole: 'Admin' } });
  const settings = { uid: 'zeta', name: 'Zeta', type: 'unjam-coordinator-datasource', jsonData: { kind: 'cloverdx' } };
  getInstanceSettings
    .mockReset()
    .mockImplementation(({ uid }: { uid: string }) => (uid === 'zeta' ? settings : undefined));
  getList.mockReset().mockReturnValue([settings, { ...settings, uid: 'eta', name: 'Eta' }]);
});

afterEach(() => jest.useRealTimers());

const STUCK: Story = {
  rows: [
    {
      cause: 'final status lost',
      outlook: 'cannot recover',
      confidence: 'proven',
      advice: 'Force-stop the job.',
      deadline: AS_OF + 5 * MINUTE,
      evidence:
        '2026-11-22T11:59:00Z · list of jobs · It is CANCELING.\n2026-11-22T11:59:00Z · not known · No worker was asked.',
    },
  ],
  episodes: [canceling],
  nodes: [{ node: '10.0.0.2:5802', present: false }],
  custom: { link: 'https://ui.example/1' },
  events: [
    {
      timestamp: AS_OF - 5 * MINUTE,
      body: 'It changed.',
      severity: 'warning',
      id: 'e1',
      kind: 'diagnosis changed',
      quality: 'observed',
    },
  ],
  audit: [auditRow({ reason: 'stuck since the failover' })],
};

describe('the page of a stuck job', () => {
  it('says which job, since when and how well that is known, and the age goes on without a question', async () => {
    const { container } = await show(STUCK);
    const card = part('Job');
    expect(card.getByText('nightly-load')).toBeVisible();
    expect(card.getByText(JOB_ID)).toBeVisible();
    expect(card.getByText('CANCELING', { selector: 'span' })).toBeVisible();
    expect(card.getByText('(at least)')).toBeVisible();
    expect(card.getByText('≥ 12 min 00 s')).toBeVisible();
    const asked = query.mock.calls.length;
    await pass(5000);
    expect(card.getByText('≥ 12 min 05 s')).toBeVisible();
    expect(query).toHaveBeenCalledTimes(asked);
    const link = card.getByRole('link', { name: /own UI/ });
    expect(link).toHaveAttribute('href', 'https://ui.example/1');
    expect(link).toHaveAttribute('rel', expect.stringContaining('noopener'));
    expect(await axe(container)).toEqual([]);
  });

  it('says why, that waiting cannot help, what to do, until when, on what grounds, and what is missing', async () => {
    await show(STUCK);
    const verdict = part('Is it stuck?');
    expect(verdict.getByText(/Stuck: final status lost/)).toBeVisible();
    expect(verdict.getByText('Waiting cannot help.')).toBeVisible();
    expect(verdict.getByText(/This is proven/)).toBeVisible();
    expect(verdict.getByText('Force-stop the job.')).toBeVisible();
    expect(verdict.getByText('in 5 min 00 s')).toBeVisible();
    expect(verdict.getByText('It is CANCELING.')).toBeVisible();
    expect(verdict.getByText('No worker was asked.')).toBeVisible();
    expect(part('Where it runs').getByText('no: it is not among the members')).toBeVisible();
  });

  it('offers what the server allows, with the reason beside what it does not', async () => {
    await show({ ...STUCK, support: { forceStop: { allowed: false, reason: 'You need the role Admin.' } } });
    const acts = part('What you can do');
    expect(acts.getByRole('button', { name: 'Cancel job…' })).toBeEnabled();
    expect(acts.getByRole('button', { name: 'Force stop job…' })).toBeDisabled();
    expect(acts.getByText('Not possible: You need the role Admin.')).toBeVisible();
  });

  it('has no buttons for those who are not signed in', async () => {
    Object.assign(config.bootData, { user: { isSignedIn: false } });
    await show(STUCK);
    expect(screen.queryByRole('region', { name: 'What you can do' })).not.toBeInTheDocument();
  });

  it('is read on the timeline by keys, and as a list', async () => {
    await show(STUCK);
    const what = part('What happened');
    const line = what.getByRole('group', { name: /^Timeline from/ });
    line.focus();
    act(() => void line.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true })));
    expect(what.getByRole('status')).toHaveTextContent('diagnosis changed: It changed.');
    act(() => void line.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true })));
    expect(what.getByRole('status')).toHaveTextContent(/State: CANCELING. Since 2026-11-22 11:48:00 \(at least\)/);
    expect(what.getByText('The timeline as a list (2 entries)')).toBeInTheDocument();
  });

  it('tells who forced it and why to those who may read it, and to others why not', async () => {
    const page = await show(STUCK);
    expect(part('What was done about it').getByText('stuck since the failover')).toBeVisible();
    page.unmount();
    await show({ ...STUCK, support: { audit: { allowed: false, reason: 'The audit trail is for Editors.' } } });
    expect(part('What was done about it').getByText('The audit trail is for Editors.')).toBeVisible();
    expect(fetch.mock.calls.some(([{ url }]) => url.includes('/audit'))).toBe(false);
  });

  it('S01: is UNKNOWN while the coordinator is not seen', async () => {
    await show({ ...STUCK, meta: { blind: true } });
    expect(screen.getByText(/UNKNOWN: what is shown is how it was/)).toBeVisible();
    expect(part('Job').getByText('(last seen: CANCELING)')).toBeVisible();
    expect(
      part('Is it stuck?').getByText(/Not known now. Stuck when it was last seen: final status lost/)
    ).toBeVisible();
  });

  it('S01: is UNKNOWN when answers stop', async () => {
    await show(STUCK);
    query.mockReturnValue(NEVER);
    await pass(45_000);
    expect(screen.getByText(/UNKNOWN: what is shown is how it was/)).toBeVisible();
  });
});

describe('the page of another job', () => {
  it('that ended says how, when, and by what proof', async () => {
    const end = { ...canceling, state: 'canceled', since: AS_OF - MINUTE, until: AS_OF - MINUTE, quality: 'observed' };
    await show({ episodes: [{ ...canceling, until: AS_OF - MINUTE, last_seen: AS_OF - 2 * MINUTE }, end] });
    expect(part('Job').getByText(/It ended: CANCELED/)).toHaveTextContent(
      'It ended: CANCELED. Proof: asked for this job alone, the coordinator said so at 2026-11-22 11:59:00. Before that, it was last seen CANCELING at 2026-11-22 11:58:00.'
    );
    expect(screen.queryByRole('region', { name: 'What you can do' })).not.toBeInTheDocument();
  });

  it('that is lost says so, and never that it finished', async () => {
    await show({ rows: [{ state: 'lost', listed: false, stuck: false }], episodes: [{ ...canceling, state: 'lost' }] });
    expect(part('Job').getByText(/nobody knows how it ended. It is never called finished/)).toBeVisible();
  });

  it('that is lost can be dismissed here, with a reason', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    await show({
      rows: [{ state: 'lost', listed: false, stuck: false, episode: 'e7' }],
      episodes: [{ ...canceling, state: 'lost' }],
    });
    await user.click(part('What you can do').getByRole('button', { name: /^Dismiss… nightly-load/ }));
    await pass(0);
    expect(await screen.findByRole('dialog', { name: 'Dismiss lost job: nightly-load' })).toBeVisible();
  });

  it('that has ended is shown where it ran last, and when it was seen there', async () => {
    const ended = { ...canceling, state: 'canceled', word: 'CANCELED', since: AS_OF - MINUTE, until: AS_OF - MINUTE };
    await show({
      episodes: [{ ...canceling, until: AS_OF - MINUTE }, ended],
      nodes: [{ node: '10.0.0.2:5802', present: true, last_seen: AS_OF - 2 * MINUTE }],
    });
    const where = screen.getByRole('region', { name: 'Where it ran' });
    expect(where).toHaveTextContent('10.0.0.2:5802 yes');
    expect(where).toHaveTextContent('The job was last seen there at 2026-11-22 11:58:00');
  });

  it('whose nodes nobody tells says why', async () => {
    await show({
      rows: [{ state: 'pending' }],
      episodes: [{ ...canceling, state: 'pending' }],
      custom: { nodesNotKnown: 'The job is pending: the coordinator names no node for it yet.' },
    });
    expect(part('Where it runs').getByText(/names no node for it yet/)).toBeVisible();
  });

  it('that waits for a child leads to it, and says what a restart of a node would lose', async () => {
    await show({
      rows: [{ state: 'running', nodes: 'node02' }],
      episodes: [{ ...canceling, state: 'running' }],
      nodes: [{ node: 'node02', present: true }],
      relatives: [
        {
          role: 'child',
          job_id: '12',
          job_name: 'load',
          state: 'running',
          node: 'node01',
          ended: 'gone',
          ended_at: AS_OF,
        },
      ],
      delivery: deliveryFrame([lostPairRow()], {
        restartLoses: [{ node: 'node01', events: 428, parents: [JOB_ID, '7', '8'] }],
      }),
    });
    expect(part('Parent and children').getByRole('link', { name: 'load 12' })).toHaveAttribute(
      'href',
      '/a/unjam-jobs-app/job?ds=zeta&job=12'
    );
    expect(part('Events between its nodes').getByText('node01 → node02')).toBeVisible();
    expect(
      screen.getByText(
        'node01: a restart loses 428 events for good. This job would wait for ever. Parents that would: 3.'
      )
    ).toBeVisible();
  });

  it('that nobody knows says what to do, with the other coordinators', async () => {
    await show({});
    expect(screen.getByText(`Job ${JOB_ID} is not found`)).toBeVisible();
    expect(screen.getByRole('link', { name: 'Eta' })).toHaveAttribute(
      'href',
      `/a/unjam-jobs-app/job?ds=eta&job=${JOB_ID}&created=${CREATED}`
    );
    expect(screen.getByText(/another organization/)).toBeVisible();
    expect(screen.getByText(/too old/)).toBeVisible();
  });

  it('that has the id of another is not taken for it', async () => {
    await show({ rows: [{ create_time: CREATED + 60 * MINUTE }] });
    expect(screen.getByText('Another job has this id now')).toBeVisible();
  });

  it('of a data source that is not there says so', async () => {
    await show({}, `ds=gone&job=${JOB_ID}`);
    expect(screen.getByText(/no Unjam coordinator with the uid gone/)).toBeVisible();
    expect(query).not.toHaveBeenCalled();
  });

  it('that cannot be read says why', async () => {
    await show({ queryError: 'Grafana is away.' });
    expect(screen.getByText('The job could not be read')).toBeVisible();
    expect(screen.getByText('Grafana is away.')).toBeVisible();
  });

  it('keeps its range in the address', async () => {
    await show(STUCK, `ds=zeta&job=${JOB_ID}&from=now-6h&to=now`);
    expect(part('What happened').getByRole('radio', { name: '6 h' })).toBeChecked();
    expect(part('What happened').getByRole('group', { name: /from 2026-11-22 06:00:00/ })).toBeInTheDocument();
  });

  it('that cannot be asked what one may do says so', async () => {
    await show(STUCK);
    fetch.mockImplementation(() => throwError(() => gatewayError(502)));
    await pass(10_000);
    expect(part('What you can do').getAllByText(/It is not known what you may do/)).toHaveLength(2);
  });
});

async function axe(element: Element) {
  jest.useRealTimers();
  return accessibilityProblems(element);
}
