import { FieldType, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { config } from '@grafana/runtime';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { of } from 'rxjs';

import { FakeClient } from '../../api/testing/fakeClient';
import { gatewayError, support } from '../../api/testing/samples';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AS_OF, frameRow, jobsFrame, type FrameRow } from '../../model/testing/frames';
import { DEFAULT_OPTIONS } from './options';
import { StuckJobsPanel } from './StuckJobsPanel';

const SECOND = 1000;
const HOSTILE = '<img src=x onerror=alert(1)>';

let client: FakeClient;
const connected: string[] = [];

jest.mock('../../api/client', () => ({
  coordinatorClient: (uid: string) => {
    connected.push(uid);
    return client;
  },
}));

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({
    getInstanceSettings: ({ uid }: { uid: string }) =>
      uid === 'other'
        ? { uid, name: 'Prometheus', type: 'prometheus' }
        : { uid, name: `Coordinator ${uid}`, type: 'unjam-coordinator-datasource' },
  }),
}));

function signIn(signedIn: boolean, publicDashboardAccessToken = '') {
  Object.assign(config.bootData, { user: { isSignedIn: signedIn } });
  Object.assign(config, { publicDashboardAccessToken });
}

interface Story {
  rows?: Array<Partial<FrameRow>>;
  meta?: Record<string, unknown>;
  frames?: DataFrame[];
  state?: LoadingState;
  errors?: PanelData['errors'];
  targets?: Array<{ refId: string; datasource?: { uid: string; type?: string } } & Record<string, unknown>>;
  showActions?: boolean;
}

/** Fits between renderings of the same panel. */
function panel({ rows = [], meta, frames, state, errors, targets, showActions = true }: Story) {
  const data: PanelData = {
    state: state ?? LoadingState.Done,
    series: frames ?? [jobsFrame(rows.map(frameRow), meta)],
    errors,
    timeRange: {} as PanelData['timeRange'],
    request: {
      targets: targets ?? [{ refId: 'A', datasource: { uid: 'zeta' }, queryType: 'jobs', stuckOnly: true }],
      endTime: AS_OF,
    } as unknown as PanelData['request'],
  };
  return (
    <StuckJobsPanel
      data={data}
      options={{ ...DEFAULT_OPTIONS, showActions }}
      width={800}
      height={400}
      timeZone="utc"
      replaceVariables={(text) => text.replace('$job', '')}
    />
  );
}

function show(story: Story) {
  return render(panel(story));
}

function pass(seconds: number) {
  act(() => {
    jest.advanceTimersByTime(seconds * SECOND);
  });
}

const bodyRows = () => within(screen.getAllByRole('rowgroup')[1] ?? document.body).getAllByRole('row');
const forceStop = () => screen.getByRole('button', { name: /^Force stop job…/ });
const cancel = () => screen.getByRole('button', { name: /^Cancel job…/ });

beforeEach(() => {
  jest.useFakeTimers({ now: AS_OF });
  client = new FakeClient();
  connected.length = 0;
  signIn(true);
});

afterEach(() => jest.useRealTimers());

describe('the table', () => {
  it('S08: shows a job with every digit of its id, its state, and the word of the coordinator on hover', () => {
    show({ rows: [{ word: 'CANCELLING' }] });
    const [row] = bodyRows();
    expect(row).toHaveTextContent('nightly-load733584788375666689CANCELING≥ 12 min 00 s');
    expect(screen.getByTitle("The coordinator's own word: CANCELLING")).toBeVisible();
    expect(screen.getAllByRole('columnheader').map((header) => header.textContent)).toEqual([
      'Job',
      'Id',
      'State',
      'Age',
      'Actions',
    ]);
  });

  it('keeps the order of the server, and lets ages go on without asking again', () => {
    show({
      rows: [
        { job_id: '1', job_name: 'old', age_seconds: 7200, quality: 'observed' },
        { job_id: '2', job_name: 'young', age_seconds: 30, quality: 'exact' },
      ],
      meta: { pollIntervalSeconds: 60 },
    });
    expect(bodyRows()[0]).toHaveTextContent('2 h 00 min');
    expect(bodyRows()[1]).toHaveTextContent('30 s');
    pass(45);
    expect(bodyRows()[1]).toHaveTextContent('young');
    expect(bodyRows()[1]).toHaveTextContent('1 min 15 s');
  });

  it('does not let ages jump back while the next answer is asked for', () => {
    const story: Story = { frames: [jobsFrame([frameRow({ age_seconds: 100, quality: 'exact' })])] };
    const { rerender } = show(story);
    pass(5);
    rerender(panel({ ...story, state: LoadingState.Loading }));
    expect(bodyRows()[0]).toHaveTextContent('1 min 45 s');
  });

  it('S09: shows hostile names and words as text, and cuts long ones', () => {
    const long = `${HOSTILE}${'x'.repeat(200)}`;
    const { container } = show({ rows: [{ job_name: long, word: HOSTILE, nodes: HOSTILE, cluster: HOSTILE }] });
    expect(container.querySelector('img')).toBeNull();
    const name = within(bodyRows()[0] ?? container).getByText(/^<img src=x onerror=alert\(1\)>x+…x+$/);
    expect(name.textContent?.length).toBe(80);
    expect(name).toHaveAttribute('title', long);
  });

  it('S09: gives the whole of a long name on demand where the job has no page', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    const long = `${HOSTILE}${'x'.repeat(200)}`;
    show({ rows: [{ job_name: long }], targets: [{ refId: 'A', datasource: { uid: 'other' } }] });
    await user.click(screen.getByRole('button', { name: 'Show all 228 characters' }));
    expect(bodyRows()[0]).toHaveTextContent(long);
  });

  it("leads from a job's name to its page, and from its parent's id to the parent's", () => {
    show({ rows: [{ job_id: '117234', job_name: 'orders', create_time: AS_OF, parent: '117228' }] });
    expect(screen.getByRole('link', { name: 'orders' })).toHaveAttribute(
      'href',
      `/a/unjam-jobs-app/job?ds=zeta&job=117234&created=${AS_OF}`
    );
    expect(screen.getByRole('link', { name: '117228' })).toHaveAttribute(
      'href',
      '/a/unjam-jobs-app/job?ds=zeta&job=117228'
    );
  });

  it('says when the limit left out jobs', () => {
    show({ rows: [{}], meta: { total: 1234 } });
    expect(screen.getByText(/1 of 1,234 jobs are shown/)).toBeVisible();
  });
});

describe('how far the panel may be believed', () => {
  it('says as of when, and calls it stale when no newer answer came in two intervals', () => {
    show({ rows: [{}] });
    expect(screen.getByText('As of 2026-11-22 12:00:00.')).toBeVisible();
    expect(screen.queryByText('Stale')).not.toBeInTheDocument();
    pass(21);
    expect(screen.getByText('Stale')).toBeVisible();
    expect(screen.getByText(/As of 2026-11-22 12:00:00, 21 s ago\. Refresh/)).toBeVisible();
  });

  it('S01: shows jobs as UNKNOWN with when they were last seen while the coordinator is not seen, never green', () => {
    const { container } = show({
      rows: [{ last_seen: AS_OF - 60_000, age_seconds: 720 }],
      meta: { blind: true, asOf: new Date(AS_OF - 60_000).toISOString() },
    });
    expect(screen.getByText('Not seen')).toBeVisible();
    expect(bodyRows()[0]).toHaveTextContent('UNKNOWN (last seen 2026-11-22 11:59:00: CANCELING)');
    // 12 min at the answer, of which the last minute was seen by nobody.
    expect(bodyRows()[0]).toHaveTextContent('≥ 11 min 00 s when last seen');
    pass(30);
    expect(bodyRows()[0]).toHaveTextContent('≥ 11 min 00 s when last seen');
    expect(container.innerHTML).not.toMatch(/green/i);
  });

  it('S02: shows a job that the coordinator no longer lists as last seen, beside others that are present', () => {
    show({ rows: [{ job_id: '1', listed: false, last_seen: AS_OF - 60_000 }, { job_id: '2' }] });
    expect(bodyRows()[0]).toHaveTextContent('UNKNOWN (last seen');
    expect(bodyRows()[1]).not.toHaveTextContent('UNKNOWN');
  });

  it('says what a poll could not read', () => {
    show({ rows: [{}], meta: { complete: false, notes: ['The list of jobs did not answer within 5 s.'] } });
    expect(screen.getByText('Incomplete')).toBeVisible();
    expect(screen.getByText('The list of jobs did not answer within 5 s.')).toBeVisible();
  });
});

describe('without a job', () => {
  it.each<[string, Story, RegExp]>([
    ['all is well', {}, /No job is stuck\. As of 2026-11-22 12:00:00\./],
    ['nobody can see', { meta: { blind: true } }, /not known whether a job is stuck: the coordinator is not seen/],
    ['it was never read', { meta: { asOf: '' } }, /not known whether a job is stuck.*has not been read yet/],
    ['the list was not whole', { meta: { complete: false } }, /not known whether a job is stuck: the last poll/],
    [
      'the query chose others',
      { targets: [{ refId: 'A', datasource: { uid: 'zeta' }, states: ['running'] }] },
      /No job matches the query\./,
    ],
    [
      'the query names states, all in which a job can be stuck among them, and an empty variable',
      {
        targets: [
          {
            refId: 'A',
            datasource: { uid: 'zeta' },
            states: ['canceling', 'failing', 'savepointing'],
            jobId: '$job',
          },
        ],
      },
      /No job is stuck\./,
    ],
    [
      'the query leaves out a state in which a job can be stuck',
      { targets: [{ refId: 'A', datasource: { uid: 'zeta' }, states: ['canceling', 'failing'] }] },
      /No job matches the query\./,
    ],
    [
      'the query names a job',
      { targets: [{ refId: 'A', datasource: { uid: 'zeta' }, jobId: '7' }] },
      /No job matches the query\./,
    ],
  ])('when %s, it says so and no more', (_, story, text) => {
    show(story);
    expect(screen.getByText(text)).toBeVisible();
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
  });

  it('puts good news into the past once it is stale', () => {
    show({});
    pass(60);
    expect(screen.getByText(/No job was stuck\. As of 2026-11-22 12:00:00, 1 min 00 s ago/)).toBeVisible();
    expect(screen.queryByText(/No job is stuck/)).not.toBeInTheDocument();
  });

  it('shows that it is loading', () => {
    show({ frames: [], state: LoadingState.Loading });
    expect(screen.getByText('Reading the jobs…')).toBeVisible();
  });

  it('shows the sentence of a failed query, and nothing that could be taken for good news', () => {
    const message = 'The coordinator at http://master-1:8080 refused the password.';
    show({ frames: [], state: LoadingState.Error, errors: [{ message }] });
    expect(screen.getByRole('alert')).toHaveTextContent(message);
    expect(screen.queryByText(/No job/)).not.toBeInTheDocument();
  });

  it('shows what an error says above the rows that are still there', () => {
    show({ rows: [{}], state: LoadingState.Error, errors: [{ message: 'Grafana is away.' }] });
    expect(screen.getByRole('alert')).toHaveTextContent('Grafana is away.');
    expect(bodyRows()).toHaveLength(1);
  });

  it('says what to choose when it is given something else', () => {
    show({ frames: [{ length: 0, fields: [{ name: 'Value', type: FieldType.number, config: {}, values: [] }] }] });
    expect(screen.getByRole('alert')).toHaveTextContent('This is no list of jobs.');
  });
});

describe('the buttons', () => {
  it('open the dialog for the job and its data source', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    show({ rows: [{}] });
    await user.click(forceStop());
    expect(screen.getByRole('dialog', { name: 'Force stop job: nightly-load' })).toBeVisible();
    expect(client.planned).toEqual([{ action: 'force-stop', jobId: '733584788375666689' }]);
    expect(new Set(connected)).toEqual(new Set(['zeta']));
  });

  it('keep the dialog open when the job leaves the list', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    const { rerender } = show({ rows: [{}] });
    await user.click(cancel());
    rerender(panel({ rows: [] }));
    expect(screen.getByRole('dialog', { name: 'Cancel job: nightly-load' })).toBeVisible();
  });

  it('keep what was typed when the dialog is closed and opened again', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    show({ rows: [{}] });
    await user.click(forceStop());
    await user.click(screen.getByLabelText(/^Reason/));
    await user.paste('half a reas');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    await user.click(forceStop());
    expect(screen.getByLabelText(/^Reason/)).toHaveValue('half a reas');
  });

  const refused = support({ forceStop: { allowed: false, reason: 'SeaTunnel 2.3.8 cannot force-stop.' } });

  it.each<[string, Story, () => void, RegExp]>([
    ['S38: the coordinator cannot', { rows: [{}] }, () => (client.supports = [{ value: refused }]), /2\.3\.8 cannot/],
    [
      'S05: the state does not allow it',
      { rows: [{ force_stop_block: 'The job makes a savepoint.' }] },
      () => undefined,
      /makes a savepoint/,
    ],
    [
      'the server cannot be asked',
      { rows: [{}] },
      () => (client.supports = [{ error: gatewayError(502) }]),
      /not known what you may do.*502/,
    ],
    [
      'the data is of no coordinator of ours',
      { rows: [{}], targets: [{ refId: 'A', datasource: { uid: 'other' } }] },
      () => undefined,
      /cannot tell which coordinator/,
    ],
  ])('say why they cannot be used when %s, and stay reachable', async (_, story, prepare, reason) => {
    prepare();
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    show(story);
    expect(forceStop()).toHaveAttribute('aria-disabled', 'true');
    expect(forceStop()).toHaveAccessibleName(expect.stringMatching(reason));
    // The name's link, where there is one, and the two buttons.
    for (const _stop of [...screen.queryAllByRole('link'), cancel(), forceStop()]) {
      await user.tab();
    }
    expect(forceStop()).toHaveFocus();
    await user.click(forceStop());
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(client.planned).toEqual([]);
  });

  it('cannot be used before the server has said what is allowed', () => {
    client.supports = ['never'];
    show({ rows: [{}] });
    expect(forceStop()).toBeDisabled();
    expect(forceStop()).toHaveAccessibleName(expect.stringMatching(/Asking the server/));
  });

  it('ask each coordinator of a mixed panel for itself', () => {
    show({
      frames: [jobsFrame([frameRow()]), { ...jobsFrame([frameRow()]), refId: 'B' }],
      targets: [
        { refId: 'A', datasource: { uid: 'one' } },
        { refId: 'B', datasource: { uid: 'two' } },
      ],
    });
    expect(connected).toEqual(['one', 'two']);
    expect(screen.getByRole('heading', { name: 'Coordinator two' })).toBeVisible();
  });

  it('do not ask for support at every refresh', () => {
    const asked = jest.spyOn(client, 'support').mockImplementation(() => of(support()));
    const { rerender } = show({ rows: [{}] });
    pass(10);
    rerender(panel({ rows: [{}] }));
    expect(asked).toHaveBeenCalledTimes(1);
    pass(30);
    rerender(panel({ rows: [{}] }));
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it.each<[string, () => void, Story]>([
    ['S47: on a public dashboard', () => signIn(true, 'a-token'), { rows: [{}] }],
    ['S47: when nobody is signed in', () => signIn(false), { rows: [{}] }],
    ['when the panel is told to', () => signIn(true), { rows: [{}], showActions: false }],
  ])('are not there %s, and nothing is asked for them', (_, prepare, story) => {
    prepare();
    show(story);
    expect(bodyRows()).toHaveLength(1);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
    expect(screen.queryByRole('columnheader', { name: 'Actions' })).not.toBeInTheDocument();
    expect(connected).toEqual([]);
  });
});

describe('a coordinator that has one way to stop a job', () => {
  beforeEach(() => {
    client.supports = [
      {
        value: support({
          kind: 'cloverdx',
          onlyStop: 'abort',
          cancel: { allowed: false, reason: 'CloverDX has no cancel: abort is its only stop.' },
        }),
      },
    ];
  });

  it('offers that by its own word, in the dialog, too, and no cancel', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    show({ rows: [{ state: 'running', word: 'RUNNING' }] });
    expect(screen.queryByRole('button', { name: /cancel/i })).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: /^Abort job… nightly-load/ }));
    const dialog = within(screen.getByRole('dialog', { name: 'Abort job: nightly-load' }));
    expect(client.planned).toEqual([{ action: 'force-stop', jobId: '733584788375666689' }]);
    expect(dialog.getByRole('button', { name: 'Abort job' })).toBeVisible();
    expect(dialog.getByRole('button', { name: 'Keep waiting' })).toBeVisible();
    expect(dialog.queryByRole('button', { name: /^(OK|Cancel|Force stop)/i })).not.toBeInTheDocument();
  });
});

describe('without a job, where jobs can hang while they run', () => {
  const ending = [{ refId: 'A', datasource: { uid: 'zeta' }, states: ['canceling', 'failing', 'savepointing'] }];

  it.each<[string, () => void]>([
    ['CloverDX', () => (client.supports = [{ value: support({ kind: 'cloverdx' }) }])],
    ['a coordinator of which nothing is known yet', () => (client.supports = ['never'])],
  ])('says no more than the query asked of %s', (_, prepare) => {
    prepare();
    show({ targets: ending });
    expect(screen.getByText(/No job matches the query\./)).toBeVisible();
  });
});

describe('what was found out about a job', () => {
  const found = {
    state: 'running',
    cause: 'waiting for retransmission',
    outlook: 'will recover',
    confidence: 'likely',
    advice: 'Restore the network before the deadline.',
    deadline: AS_OF + 845_000,
    evidence: 'node02 was lost at 11:40.\n3,800 events were sent since.',
    parent: '117228',
  };
  const headers = () => screen.getAllByRole('columnheader').map((header) => header.textContent);

  it('has columns of its own, with evidence on demand and a deadline that goes on', async () => {
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    show({ rows: [found, { job_id: '2' }], showActions: false, meta: { pollIntervalSeconds: 60 } });
    expect(headers()).toEqual(['Job', 'Id', 'State', 'Age', 'Cause and outlook', 'Deadline', 'Advice', 'Parent job']);
    expect(bodyRows()[0]).toHaveTextContent('waiting for retransmission');
    expect(bodyRows()[0]).toHaveTextContent('will recover (likely)');
    expect(bodyRows()[0]).toHaveTextContent('in 14 min 05 s');
    expect(bodyRows()[0]).toHaveTextContent('117228');
    pass(5);
    expect(bodyRows()[0]).toHaveTextContent('in 14 min 00 s');
    await user.click(screen.getByText('2 pieces of evidence'));
    expect(screen.getByText('3,800 events were sent since.')).toBeVisible();
  });

  it('S01: is of the past while the coordinator is not seen, and counts nothing down', () => {
    show({ rows: [found], meta: { blind: true }, showActions: false });
    expect(bodyRows()[0]).toHaveTextContent('will recover (likely), as last seen');
    expect(bodyRows()[0]).toHaveTextContent('2026-11-22 12:14:05, as last foretold');
  });

  it('takes no room where nothing was found out', () => {
    show({ rows: [{}], showActions: false });
    expect(headers()).toEqual(['Job', 'Id', 'State', 'Age']);
  });

  it('breaks no accessibility rule', async () => {
    const { container } = show({ rows: [found] });
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});

describe('for everyone', () => {
  it('says aloud what changes in what is known, and not every reading', () => {
    const { rerender } = show({ rows: [{}] });
    const [status] = screen.getAllByRole('status');
    expect(status).toHaveTextContent('1 job is stuck.');
    pass(10);
    rerender(panel({ rows: [{ age_seconds: 730 }], meta: { asOf: new Date(AS_OF + 10_000).toISOString() } }));
    expect(status).toHaveTextContent('1 job is stuck.');
    rerender(panel({ rows: [{}], meta: { blind: true } }));
    expect(status).toHaveTextContent('The coordinator is not seen.');
  });

  it.each<[string, Story]>([
    ['rows', { rows: [{}, { job_id: '2', listed: false, force_stop_block: 'No.' }] }],
    ['no rows', {}],
    ['an error', { frames: [], state: LoadingState.Error, errors: [{ message: 'No.' }] }],
    ['many rows', { rows: Array.from({ length: 150 }, (_, index) => ({ job_id: String(index) })), showActions: false }],
  ])('breaks no accessibility rule with %s', async (_, story) => {
    const { container } = show(story);
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
