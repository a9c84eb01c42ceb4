import { FieldType, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { accessibilityProblems } from '../../model/testing/accessibility';
import {
  allPairs,
  deliveryFrame,
  gonePairRow,
  lostPairRow,
  type PairFrameRow,
} from '../../model/testing/deliveryFrames';
import { AS_OF } from '../../model/testing/frames';
import { DeliveryPanel } from './DeliveryPanel';
import { DEFAULT_OPTIONS, type Figure } from './options';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOSTILE = '<img src=x onerror=alert(1)>';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({
    getInstanceSettings: ({ uid }: { uid: string }) => ({
      uid,
      name: `Coordinator ${uid}`,
      type: 'unjam-coordinator-datasource',
    }),
  }),
}));

interface Story {
  rows?: PairFrameRow[];
  meta?: Record<string, unknown>;
  frames?: DataFrame[];
  state?: LoadingState;
  errors?: PanelData['errors'];
  targets?: Array<{ refId: string; datasource?: { uid: string } } & Record<string, unknown>>;
  figure?: Figure;
  width?: number;
}

function panel({ rows = [], meta, frames, state, errors, targets, figure = 'fill', width = 1200 }: Story) {
  const data: PanelData = {
    state: state ?? LoadingState.Done,
    series: frames ?? [deliveryFrame(rows, meta)],
    errors,
    timeRange: {} as PanelData['timeRange'],
    request: {
      targets: targets ?? [{ refId: 'A', datasource: { uid: 'clover' }, queryType: 'delivery' }],
      endTime: AS_OF,
    } as unknown as PanelData['request'],
  };
  return (
    <DeliveryPanel data={data} options={{ ...DEFAULT_OPTIONS, figure }} width={width} height={600} timeZone="utc" />
  );
}

const show = (story: Story) => render(panel(story));

function pass(seconds: number) {
  act(() => {
    jest.advanceTimersByTime(seconds * SECOND);
  });
}

/** Three nodes: node01 has lost node02, what node03 sent to node02 is lost for good, all else is well. */
const THREE = allPairs(3, (node, peer) => {
  if (node === 0 && peer === 1) {
    return lostPairRow({ not_exposed: 'node02 does not tell its windows.', inbound_held: null });
  }
  return node === 2 && peer === 1 ? gonePairRow() : undefined;
});

const cell = (name: RegExp) => screen.getByRole('gridcell', { name });
const lostCell = () => cell(/^node01 to node02:/);
const detail = () => screen.getByRole('region', { name: /^node01 → node02/ });
const fact = (name: string) => within(detail()).getByText(name).nextSibling;
const user = () => userEvent.setup({ advanceTimers: jest.advanceTimersByTime });

beforeEach(() => jest.useFakeTimers({ now: AS_OF }));
afterEach(() => jest.useRealTimers());

describe('the matrix', () => {
  it('has a row for each sender and a column for each receiver, with a word and a number in each cell', () => {
    show({ rows: THREE });
    expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual(
      expect.arrayContaining([expect.stringContaining('to node01'), expect.stringContaining('to node03')])
    );
    expect(lostCell()).toHaveTextContent('! lost38 %undelivered 3,720deadline 40 min 00 s');
    expect(cell(/^node03 to node02:/)).toHaveTextContent('× lost for good: overflowed104 %');
    expect(cell(/^node01 to node03:/)).toHaveTextContent('✓ reachable0 %');
  });

  it('says all of a pair to those who hear it, with moments that do not change with every second', () => {
    show({ rows: THREE });
    const name =
      'node01 to node02: lost, since 2026-11-22 11:40:00, fill 38 %, undelivered 3,720, deadline 2026-11-22 12:40:00, when the inbound events buffer is released';
    expect(lostCell()).toHaveAccessibleName(expect.stringContaining(name));
    pass(5);
    expect(lostCell()).toHaveAccessibleName(expect.stringContaining(name));
  });

  it.each<[Figure, string]>([
    ['fill', '! 38%'],
    ['undelivered', '! 3.7k'],
    ['deadline', '! 40m'],
  ])('shows %s as a symbol and a number where there is little room', (figure, text) => {
    show({ rows: THREE, figure, width: 400 });
    expect(within(lostCell()).getByText(text)).toBeVisible();
  });

  it('lets deadlines and their urgency go on without asking again', () => {
    show({ rows: THREE, meta: { pollIntervalSeconds: 3600 }, figure: 'deadline' });
    pass(15 * 60);
    expect(lostCell()).toHaveTextContent('!! lost, act soon25 min 00 s');
    pass(16 * 60);
    expect(lostCell()).toHaveTextContent('!!! lost, act now9 min 00 s');
    pass(10 * 60);
    expect(lostCell()).toHaveTextContent('!!! lost, act nowpassed');
  });

  it("does not compare the server's clock with the browser's", () => {
    const ahead = { answeredAt: new Date(AS_OF + 30 * MINUTE).toISOString(), pollIntervalSeconds: 3600 };
    show({ rows: THREE, meta: ahead, figure: 'deadline' });
    expect(lostCell()).toHaveTextContent('10 min 00 s');
  });

  it('shows what is not exposed as that, and never as 0', () => {
    show({ rows: [lostPairRow({ fill_ratio: null, undelivered: null, deadline: null, limit: null })] });
    expect(lostCell()).toHaveTextContent('! lostnot exposedundelivered not exposeddeadline not exposed');
  });

  it('marks an estimate', () => {
    show({ rows: [lostPairRow({ estimate: true })] });
    expect(lostCell()).toHaveTextContent('≈38 %');
  });

  it('has all 870 pairs of 30 nodes', () => {
    show({ rows: allPairs(30), width: 1500 });
    expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '31');
    expect(document.querySelectorAll('[data-cell]')).toHaveLength(900);
    expect(screen.getByText(/all 870 pairs of nodes/)).toBeVisible();
  });

  it('S09: shows hostile names and sentences as text', () => {
    const { container } = show({ rows: [lostPairRow({ node: HOSTILE, peer: 'a\u202Eb', advice: HOSTILE })] });
    expect(container.querySelector('img')).toBeNull();
    expect(screen.getAllByText(/a‹U\+202E›b/).length).toBeGreaterThan(0);
  });
});

describe('by keyboard', () => {
  it('the matrix is one tab stop, arrow keys go from cell to cell, and the detail follows', async () => {
    const keys = user();
    show({ rows: THREE });
    expect(document.querySelectorAll('[data-cell][tabindex="0"]')).toHaveLength(1);
    act(() => cell(/^node01 to node02:/).focus());
    expect(detail()).toBeVisible();
    await keys.keyboard('{ArrowRight}');
    expect(cell(/^node01 to node03:/)).toHaveFocus();
    expect(screen.getByRole('region', { name: 'node01 → node03' })).toBeVisible();
    await keys.keyboard('{Control>}{End}{/Control}');
    expect(cell(/^node03 to itself/)).toHaveFocus();
    expect(screen.queryByRole('region', { name: /→/ })).not.toBeInTheDocument();
    expect(document.querySelectorAll('[data-cell][tabindex="0"]')).toHaveLength(1);
  });

  it('Enter goes into the detail, Escape closes it and returns to the cell', async () => {
    const keys = user();
    show({ rows: THREE });
    act(() => lostCell().focus());
    await keys.keyboard('{Enter}');
    expect(detail()).toHaveFocus();
    await keys.keyboard('{Escape}');
    expect(lostCell()).toHaveFocus();
    expect(screen.queryByRole('region', { name: /→/ })).not.toBeInTheDocument();
    await keys.keyboard('{Enter}');
    expect(detail()).toBeVisible();
  });
});

describe('the detail of a pair', () => {
  it('has all figures, brackets, what is not exposed and why, and the advice', async () => {
    show({ rows: THREE });
    await user().click(lostCell());
    expect(detail()).toHaveTextContent('lost (likely): will recover');
    expect(detail()).toHaveTextContent('Advice: Restore the network before the deadline.');
    expect(fact('Lost')).toHaveTextContent('since 2026-11-22 11:40:00');
    expect(fact('Deadline')).toHaveTextContent(
      'in 40 min 00 s2026-11-22 12:40:00: the inbound events buffer is released'
    );
    expect(fact('Overflow')).toHaveTextContent('in 53 min 00 s');
    expect(fact('Sent since the loss')).toHaveTextContent('3,720–3,800 events');
    expect(fact('Buffer fill')).toHaveTextContent('38 %of 10,000 events');
    expect(fact('Held by the peer')).toHaveTextContent('not exposed');
    expect(fact('Executions that still fit')).toHaveTextContent('2,066');
    expect(detail()).toHaveTextContent('Not exposed: node02 does not tell its windows.');
    pass(5);
    expect(fact('Deadline')).toHaveTextContent('in 39 min 55 s');
    expect(fact('Overflow')).toHaveTextContent('in 52 min 55 s');
  });

  it('says when a loss may be older', async () => {
    show({ rows: [lostPairRow({ lost_since_quality: 'at least' })] });
    await user().click(lostCell());
    expect(fact('Lost')).toHaveTextContent('at least since 2026-11-22 11:40:00It was already lost at the first look');
  });

  it('follows new answers', async () => {
    const { rerender } = show({ rows: THREE });
    await user().click(lostCell());
    rerender(panel({ rows: THREE.map((row) => (row.reach === 'lost' ? { ...row, fill_ratio: 0.61 } : row)) }));
    expect(fact('Buffer fill')).toHaveTextContent('61 %');
  });
});

describe('the pairs in trouble', () => {
  it('are listed by deadline, and lead to their detail', async () => {
    const rows = allPairs(3, (node, peer) => {
      if (node === 0) {
        return lostPairRow({ deadline: AS_OF + (peer === 1 ? 50 : 20) * MINUTE });
      }
      return node === 2 && peer === 1 ? gonePairRow() : undefined;
    });
    show({ rows });
    const table = within(screen.getByRole('region', { name: 'Pairs in trouble' }));
    expect(table.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
      'node01 → node03',
      'node01 → node02',
      'node03 → node02',
    ]);
    await user().click(table.getByRole('button', { name: 'node01 → node02' }));
    expect(detail()).toHaveFocus();
  });

  it('are cut where there are many, those that are lost already not behind the others', async () => {
    const rows = allPairs(30, (node, peer) => {
      if (node === 12 || peer === 12) {
        return lostPairRow();
      }
      return node === 3 && peer === 7 ? gonePairRow() : undefined;
    });
    show({ rows, width: 1500 });
    const list = within(screen.getByRole('region', { name: 'Pairs in trouble' }));
    expect(list.getAllByRole('row')).toHaveLength(1 + 5 + 1);
    expect(list.getByText('node04 → node08')).toBeVisible();
    await user().click(list.getByRole('button', { name: 'Show all 59 pairs in trouble' }));
    expect(list.getAllByRole('row')).toHaveLength(1 + 59);
  });

  it('say what a restart of a node would lose', () => {
    show({ rows: THREE, meta: { restartLoses: [{ node: 'node02', events: 428, parents: ['117228'] }] } });
    expect(screen.getByText('node02: 428 events are lost, and 1 parent waits for ever (117228).')).toBeVisible();
  });
});

describe('how far the panel may be believed', () => {
  it('S01: shows UNKNOWN and as of when while the coordinator is not seen, and counts nothing down', () => {
    show({ rows: THREE, meta: { blind: true, asOf: new Date(AS_OF - 5 * MINUTE).toISOString() } });
    expect(screen.getByText('Not seen')).toBeVisible();
    expect(screen.getByText(/^As of 2026-11-22 11:55:00, 5 min 00 s ago\. The coordinator is not seen/)).toBeVisible();
    expect(screen.getByRole('status')).toHaveTextContent('UNKNOWN. When last seen: 1 pair lost events for good');
    expect(lostCell()).toHaveTextContent('? UNKNOWN (was lost)38 %undelivered 3,720deadline 2026-11-22 12:40:00');
    expect(lostCell()).toHaveAccessibleName(expect.stringContaining('UNKNOWN, last seen: lost'));
    expect(screen.queryByText(/in \d+ min/)).not.toBeInTheDocument();
  });

  it.each<[string, Story, RegExp]>([
    ['all is well', { rows: allPairs(3) }, /^Nothing is lost: events get through between all 6 pairs of nodes\.$/],
    ['nobody can see', { rows: allPairs(3), meta: { blind: true } }, /^UNKNOWN: the coordinator is not seen/],
    ['the poll was not complete', { rows: allPairs(3), meta: { complete: false } }, /^It is not known whether/],
    [
      'a pair is not seen',
      { rows: allPairs(3, (node) => (node === 1 ? { reach: 'not seen' } : undefined)) },
      /^It is not known whether events are lost: 2 pairs are not seen\.$/,
    ],
    ['the limit left out pairs', { rows: allPairs(3), meta: { total: 9 } }, /all 6 pairs of nodes of those shown/],
    ['pairs are lost', { rows: THREE }, /^1 pair lost events for good; 1 pair waits for retransmission\.$/],
  ])('when %s, it says so and no more', (_, story, sentence) => {
    show(story);
    expect(screen.getByRole('status')).toHaveTextContent(sentence);
  });

  it('puts good news into the past once it is stale', () => {
    show({ rows: allPairs(3) });
    pass(60);
    expect(screen.getByText('Stale')).toBeVisible();
    expect(screen.getByRole('status')).toHaveTextContent('Nothing was lost between 6 pairs of nodes.');
  });
});

describe('without a pair', () => {
  const lostOnly = [{ refId: 'A', datasource: { uid: 'clover' }, queryType: 'delivery', lostOnly: true }];

  it.each<[string, Story, RegExp]>([
    ['nothing is lost', { targets: lostOnly }, /^Nothing is lost: no pair of nodes is in trouble\.$/],
    ['nobody can see', { targets: lostOnly, meta: { blind: true } }, /^UNKNOWN/],
    ['the poll was not complete', { targets: lostOnly, meta: { complete: false } }, /^It is not known/],
    ['delivery is not exposed', { targets: lostOnly, meta: { exposed: false } }, /^It is not known/],
    ['there is one node', {}, /fewer than two/],
    ['the query chose other nodes', { targets: [{ refId: 'A', nodes: ['x'] }] }, /No pair of nodes matches the query/],
  ])('when %s, it says so and no more', (_, story, sentence) => {
    show(story);
    expect(screen.getByText(sentence)).toBeVisible();
    expect(screen.queryByRole('grid')).not.toBeInTheDocument();
  });

  it('says why delivery is not exposed', () => {
    show({ meta: { exposed: false, exposedReason: 'No source of the messaging layer is set.' } });
    expect(screen.getByText('Event delivery is not exposed')).toBeVisible();
    expect(screen.getByText('No source of the messaging layer is set.')).toBeVisible();
  });

  it('shows the sentence of a failed query, and nothing that could be taken for good news', () => {
    show({ frames: [], state: LoadingState.Error, errors: [{ message: 'node01 refused the password.' }] });
    expect(screen.getByRole('alert')).toHaveTextContent('node01 refused the password.');
    expect(screen.queryByText(/Nothing/)).not.toBeInTheDocument();
  });

  it('shows that it is loading', () => {
    show({ frames: [], state: LoadingState.Loading });
    expect(screen.getByText('Reading the event delivery…')).toBeVisible();
  });

  it('says what to choose when it is given something else', () => {
    show({ frames: [{ length: 0, fields: [{ name: 'Value', type: FieldType.number, config: {}, values: [] }] }] });
    expect(screen.getByRole('alert')).toHaveTextContent('"Delivery" as query type');
  });
});

describe('for everyone', () => {
  it('shows several coordinators under their names', () => {
    show({
      frames: [deliveryFrame(THREE), { ...deliveryFrame(allPairs(3)), refId: 'B' }],
      targets: [
        { refId: 'A', datasource: { uid: 'one' } },
        { refId: 'B', datasource: { uid: 'two' } },
      ],
    });
    expect(screen.getByRole('heading', { name: 'Coordinator two' })).toBeVisible();
  });

  it.each<[string, Story, boolean]>([
    ['three nodes', { rows: THREE }, true],
    ['twelve nodes', { rows: allPairs(12) }, false],
    ['nobody who sees', { rows: THREE, meta: { blind: true } }, true],
    ['nothing exposed', { meta: { exposed: false } }, false],
  ])('breaks no accessibility rule with %s', async (_, story, opens) => {
    const { container } = show(story);
    if (opens) {
      act(() => lostCell().focus());
    }
    jest.useRealTimers();
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
