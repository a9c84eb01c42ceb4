import { type Span } from '../address';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps between the lines of the axis at which clocks are read easily. */
const STEPS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
];
/** As many lines as have room for their times on a narrow screen. */
const MOST_TICKS = 5;

/** Where a moment stands between the ends of the range, in percent of its length; never outside. */
export function percentOf(at: number, { from, to }: Span): number {
  return to <= from ? 0 : Math.min(100, Math.max(0, (100 * (at - from)) / (to - from)));
}

/** The lines of the axis, at round times. */
export function ticksOf({ from, to }: Span): number[] {
  const step = STEPS.find((one) => (to - from) / one <= MOST_TICKS) ?? Math.ceil((to - from) / MOST_TICKS / DAY) * DAY;
  const first = Math.ceil(from / step) * step;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += step) {
    ticks.push(at);
  }
  return ticks;
}

/** The form in which the axis writes its times: as little as tells two lines apart. */
export function tickFormat({ from, to }: Span): string {
  if (to - from < MOST_TICKS * MINUTE) {
    return 'HH:mm:ss';
  }
  return to - from < DAY ? 'HH:mm' : 'MM-DD HH:mm';
}
