import { readDelivery, type PairRow } from '../../model/delivery';
import {
  deliveryFrame,
  gonePairRow,
  lostPairRow,
  pairRow,
  type PairFrameRow,
} from '../../model/testing/deliveryFrames';
import { AS_OF } from '../../model/testing/frames';
import { fillOf, formatBracket, longRest, shortCount, shortRest } from './figures';
import { gridOf, step } from './grid';
import { layoutOf } from './layout';
import { isTrouble, levelOf, levelWord, LEVELS, SYMBOLS } from './levels';
import { DEFAULT_OPTIONS } from './options';
import { restartSentence } from './sentences';

const MINUTE = 60_000;

function pair(row: PairFrameRow): PairRow {
  const [read] = readDelivery(deliveryFrame([row])).rows;
  if (!read) {
    throw new Error('The frame has no row.');
  }
  return read;
}

const lost = (change: Partial<PairFrameRow>) => pair(lostPairRow(change));

describe('how a pair stands', () => {
  it.each<[string, PairRow, string]>([
    ['reachable', pair(pairRow()), 'well'],
    ['delivered after a loss', pair(pairRow({ outcome: 'delivered' })), 'well'],
    ['not seen', pair(pairRow({ reach: 'not seen' })), 'not seen'],
    ['returning', lost({ reach: 'returning' }), 'returning'],
    ['lost, with time', lost({}), 'lost'],
    ['lost, half full', lost({ fill_ratio: 0.5 }), 'soon'],
    ['lost, nearly full', lost({ fill_ratio: 0.8 }), 'now'],
    ['lost, 30 min before the deadline', lost({ deadline: AS_OF + 30 * MINUTE }), 'soon'],
    ['lost, 10 min before the deadline', lost({ deadline: AS_OF + 10 * MINUTE }), 'now'],
    ['lost, without any figure', lost({ fill_ratio: null, deadline: null }), 'lost'],
    ['overflowed', pair(gonePairRow()), 'gone'],
    ['restarted, while lost', lost({ outcome: 'restarted', certainty: 'likely' }), 'gone'],
    ['released', pair(gonePairRow({ outcome: 'released' })), 'gone'],
    ['overflowed perhaps, and over', pair(gonePairRow({ certainty: 'possible' })), 'not known'],
    ['overflowed perhaps, and still lost', lost({ outcome: 'overflowed', certainty: 'possible' }), 'now'],
    ['over, with no known outcome', pair(pairRow({ outcome: 'unknown' })), 'not known'],
  ])('%s', (_, row, level) => {
    expect(levelOf(row, DEFAULT_OPTIONS, AS_OF)).toBe(level);
  });

  it('follows thresholds and the clock', () => {
    const row = lost({ fill_ratio: 0.3 });
    expect(levelOf(row, { soonPercent: 20, nowPercent: 40 }, AS_OF)).toBe('soon');
    expect(levelOf(row, DEFAULT_OPTIONS, AS_OF + 35 * MINUTE)).toBe('now');
  });

  it('has a symbol and a word of its own, so that no colour is needed', () => {
    expect(new Set(LEVELS.map((level) => SYMBOLS[level])).size).toBe(LEVELS.length);
    expect(new Set(LEVELS.map(levelWord)).size).toBe(LEVELS.length);
  });

  it('is trouble, except where all is well or nothing is known', () => {
    expect(LEVELS.filter((level) => !isTrouble(level))).toEqual(['not seen', 'well']);
  });
});

describe('figures', () => {
  it.each([
    [999, '999'],
    [1234, '1.2k'],
    [9999, '9.9k'],
    [12_345, '12k'],
    [3_400_000, '3.4M'],
  ])('%d is %s where there is little room', (count, text) => {
    expect(shortCount(count)).toBe(text);
  });

  it('a bracket has both bounds where they differ', () => {
    expect(formatBracket(10_120, 10_400)).toBe('10,120–10,400');
    expect(formatBracket(400, 400)).toBe('400');
    expect(formatBracket(undefined, 400)).toBe('400');
  });

  it.each([
    [0, 'past', 'passed'],
    [37.2, '38s', '38 s'],
    [845, '14m', '14 min 05 s'],
    [7300, '2h', '2 h 01 min'],
    [200_000, '2d', '2 d 07 h'],
  ])('%d s left are %s, or %s', (seconds, short, long) => {
    expect(shortRest(seconds)).toBe(short);
    expect(longRest(seconds)).toBe(long);
  });

  it('nothing waits in a buffer while nothing is lost, where its limit is told', () => {
    expect(fillOf(pair(pairRow({ fill_ratio: null })))).toBe(0);
    expect(fillOf(pair(pairRow({ fill_ratio: null, limit: null })))).toBeUndefined();
    expect(fillOf(lost({ fill_ratio: null }))).toBeUndefined();
    expect(fillOf(pair(pairRow({ reach: 'not seen', fill_ratio: null })))).toBeUndefined();
  });
});

describe('the matrix', () => {
  const rows = (names: string[]) =>
    readDelivery(deliveryFrame(names.map((node) => pairRow({ node, peer: names[0] ?? '' })))).rows;

  it('has each node once, counted as people do', () => {
    expect(gridOf(rows(['node10', 'node2', 'node1'])).nodes).toEqual(['node1', 'node2', 'node10']);
  });

  it('shows of long names what tells them apart', () => {
    const grid = gridOf(rows(['clover-a.eu.example.com', 'clover-b.eu.example.com']));
    expect(grid.nodes.map(grid.short)).toEqual(['…a…', '…b…']);
    const short = gridOf(rows(['node01', 'node02']));
    expect(short.nodes.map(short.short)).toEqual(['node01', 'node02']);
    const nested = gridOf(rows(['clover-production', 'clover-production-2']));
    expect(new Set(nested.nodes.map(nested.short)).size).toBe(2);
  });

  it.each<[string, boolean, [number, number], [number, number] | undefined]>([
    ['ArrowRight', false, [0, 0], [0, 1]],
    ['ArrowRight', false, [0, 2], [0, 2]],
    ['ArrowLeft', false, [1, 1], [1, 0]],
    ['ArrowDown', false, [2, 1], [2, 1]],
    ['ArrowUp', false, [2, 1], [1, 1]],
    ['Home', false, [1, 2], [1, 0]],
    ['Home', true, [1, 2], [0, 0]],
    ['End', false, [1, 0], [1, 2]],
    ['End', true, [1, 0], [2, 2]],
    ['PageDown', false, [0, 1], [2, 1]],
    ['PageUp', false, [2, 1], [0, 1]],
    ['a', false, [0, 0], undefined],
  ])('%s (with ctrl: %s) leads from %j to %j', (key, ctrl, [row, column], to) => {
    expect(step(key, ctrl, { row, column }, 3)).toEqual(to && { row: to[0], column: to[1] });
  });

  it('has words in its cells as long as they fit', () => {
    expect(layoutOf(1200, 600, 3).dense).toBe(false);
    expect(layoutOf(500, 600, 3).dense).toBe(true);
    expect(layoutOf(2500, 600, 30).dense).toBe(true);
    expect(layoutOf(900, 600, 3)).toMatchObject({ isBeside: false, detailHeight: 270 });
  });
});

describe('what a restart would lose', () => {
  it.each([
    [
      { node: 'node02', events: 428, parents: ['1', '2', '3'] },
      'node02: 428 events are lost, and 3 parents wait for ever (1, 2, 3).',
    ],
    [{ node: 'a', events: 1, parents: ['7'] }, 'a: 1 event is lost, and 1 parent waits for ever (7).'],
    [{ node: 'a', parents: [] }, 'a: an unknown number of events is lost, and no known parent waits for them.'],
    [
      { node: 'a', events: 20, parents: Array.from({ length: 12 }, (_, index) => String(index)) },
      'a: 20 events are lost, and 12 parents wait for ever (0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more).',
    ],
  ])('%j', (loss, sentence) => {
    expect(restartSentence(loss)).toBe(sentence);
  });
});
