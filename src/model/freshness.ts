import { type TimeZone } from '@grafana/schema';

import { t } from '../i18n/text';
import { formatAge } from './age';
import { type Reading } from './reading';
import { formatMoment } from './time';

/** Without a new reading for this many poll intervals, an answer is shown as stale. */
export const STALE_INTERVALS = 2;

/**
 * How far an answer may be believed:
 * - `fresh`: the coordinator was just read.
 * - `stale`: it was read, but this answer has grown old; a refresh may give a newer one.
 * - `blind`: the backend itself cannot read the coordinator; what is shown is how it was last seen.
 */
export type Freshness = 'fresh' | 'stale' | 'blind';

/** The age of an answer's reading in seconds; never negative, undefined when the coordinator was never read. */
export function readingAgeSeconds(answer: Reading, receivedAt: number, now: number): number | undefined {
  if (answer.asOf === undefined) {
    return undefined;
  }
  // The backend's clock for the time up to its answer, ours for the time since: neither is compared with the other.
  const ageAtAnswer = (answer.answeredAt ?? receivedAt) - answer.asOf;
  return Math.max(0, ageAtAnswer + Math.max(0, now - receivedAt)) / 1000;
}

/** How far the answer may be believed at a moment; times in milliseconds since 1970 by the browser's clock. */
export function freshness(answer: Reading, receivedAt: number, now: number): Freshness {
  const age = readingAgeSeconds(answer, receivedAt, now);
  if (answer.blind || age === undefined) {
    return 'blind';
  }
  return age > STALE_INTERVALS * answer.pollIntervalSeconds ? 'stale' : 'fresh';
}

/** When the coordinator was last read, and how long ago where that matters. */
export function asOfStatement(
  answer: Reading,
  how: Freshness,
  receivedAt: number,
  now: number,
  timeZone: TimeZone
): string {
  if (answer.asOf === undefined) {
    return t('model.freshness.never', 'The coordinator has not been read yet.');
  }
  const moment = formatMoment(answer.asOf, timeZone);
  const age = formatAge(readingAgeSeconds(answer, receivedAt, now) ?? NaN);
  switch (how) {
    case 'fresh':
      return t('model.freshness.fresh', 'As of {{moment}}.', { moment });
    case 'stale':
      return t('model.freshness.stale', 'As of {{moment}}, {{age}} ago. Refresh the dashboard for a newer reading.', {
        moment,
        age,
      });
    case 'blind':
      return t(
        'model.freshness.blind',
        'As of {{moment}}, {{age}} ago. The coordinator is not seen; what is shown is how it was then.',
        { moment, age }
      );
  }
}

/**
 * The server's time now, in milliseconds since 1970: its own clock up to the answer, ours since then. Neither is compared
 * with the other.
 */
export function serverNow(answeredAt: number | undefined, receivedAt: number, now: number): number {
  return (answeredAt ?? receivedAt) + Math.max(0, now - receivedAt);
}
