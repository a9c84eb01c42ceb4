import { type JobEvent } from '../../../model/events';
import { type Episode } from '../../../model/job';
import { AS_OF } from '../../../model/testing/frames';
import { barsOf } from './bars';
import { marksOf } from './marks';
import { percentOf, tickFormat, ticksOf } from './scale';

const MINUTE = 60_000;
const HOUR = { from: AS_OF - 60 * MINUTE, to: AS_OF };
const ago = (minutes: number) => AS_OF - minutes * MINUTE;

function episode(change: Partial<Episode>): Episode {
  return {
    name: 'nightly-load',
    state: 'running',
    word: 'RUNNING',
    since: ago(90),
    quality: 'exact',
    master: 'm1',
    ...change,
  };
}

function event(minutes: number, change: Partial<JobEvent> = {}): JobEvent {
  return {
    id: `event-${minutes}`,
    at: ago(minutes),
    quality: 'observed',
    kind: 'member left',
    severity: 'warning',
    sentence: 'It left.',
    node: '',
    peer: '',
    jobId: '',
    ...change,
  };
}

describe('the stretches of a timeline', () => {
  it('are cut to the range, and tell since when also where that lies before it', () => {
    const bars = barsOf(
      [
        episode({ until: ago(12), lastSeen: ago(13) }),
        episode({ state: 'canceling', since: ago(12), quality: 'observed' }),
      ],
      HOUR,
      undefined
    );
    expect(bars).toEqual([
      expect.objectContaining({ state: 'running', from: HOUR.from, to: ago(12), since: ago(90), lasts: false }),
      // It began after the last look that showed it running.
      expect.objectContaining({ state: 'canceling', from: ago(12), to: AS_OF, notBefore: ago(13), lasts: true }),
    ]);
  });

  it('are one over a change of master, which begins another episode of the same state', () => {
    const since = ago(30);
    const bars = barsOf(
      [
        episode({ state: 'canceling', since, quality: 'at least', until: ago(10) }),
        episode({ state: 'canceling', since, quality: 'at least', master: 'm2' }),
      ],
      HOUR,
      undefined
    );
    expect(bars).toEqual([expect.objectContaining({ from: since, to: AS_OF, quality: 'at least', lasts: true })]);
  });

  it('S01: are unknown since the last look while the coordinator is not seen', () => {
    const bars = barsOf([episode({ state: 'canceling', since: ago(30), lastSeen: ago(5) })], HOUR, ago(5));
    expect(bars.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['state', ago(30), ago(5)],
      ['unseen', ago(5), AS_OF],
    ]);
  });

  it('go on as the end of a job that ended', () => {
    const bars = barsOf(
      [
        episode({ state: 'canceling', since: ago(30), until: ago(20) }),
        episode({ state: 'canceled', since: ago(20), until: ago(20) }),
      ],
      HOUR,
      undefined
    );
    expect(bars.map(({ kind, state, to }) => [kind, state, to])).toEqual([
      ['state', 'canceling', ago(20)],
      ['end', 'canceled', AS_OF],
    ]);
  });

  it('are none where all lies outside the range', () => {
    expect(barsOf([episode({ since: ago(200), until: ago(100) })], HOUR, undefined)).toEqual([]);
  });
});

describe('the marks of a lane', () => {
  it('are those of the range; what would cover each other is one, as grave as its gravest', () => {
    const marks = marksOf('cluster', [event(90), event(30), event(30.5, { severity: 'error' }), event(10)], HOUR);
    expect(marks.map(({ events, severity }) => [events.length, severity])).toEqual([
      [2, 'error'],
      [1, 'warning'],
    ]);
  });
});

describe('the axis', () => {
  it.each([
    [4, 'HH:mm:ss'],
    [60, 'HH:mm'],
    [3 * 24 * 60, 'MM-DD HH:mm'],
  ])('of %d minutes has few round times, written %s', (minutes, format) => {
    const span = { from: ago(minutes), to: AS_OF };
    const ticks = ticksOf(span);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(tickFormat(span)).toBe(format);
  });

  it('places moments between its ends, and never outside', () => {
    expect([ago(90), ago(60), ago(30), AS_OF + 1].map((at) => percentOf(at, HOUR))).toEqual([0, 0, 50, 100]);
  });
});
