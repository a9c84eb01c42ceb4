import { type TimeZone } from '@grafana/schema';

import { formatMoment } from './time';

/** How well the beginning of an episode is known (see pkg/timeline). Empty where no episode is known. */
export type Quality = 'exact' | 'observed' | 'at least' | '';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * An age for people, in its two largest units: "42 s", "12 min 05 s", "3 h 07 min", "5 d 03 h".
 *
 * @param seconds the age; a negative one is shown as 0 s, since no age is negative, and one that is no number as "unknown".
 */
export function formatAge(seconds: number): string {
  if (Number.isNaN(seconds)) {
    return 'unknown';
  }
  const whole = Math.floor(Math.max(0, seconds));
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return pair(whole, MINUTE, 'min', 1, 's');
  }
  if (whole < DAY) {
    return pair(whole, HOUR, 'h', MINUTE, 'min');
  }
  return pair(whole, DAY, 'd', HOUR, 'h');
}

/** An age with "≥" in front where the true age may be greater. */
export function formatQualifiedAge(seconds: number, quality: Quality): string {
  const age = formatAge(seconds);
  return quality === 'at least' && age !== 'unknown' ? `≥ ${age}` : age;
}

/** Since when, for people: "since 2026-11-22 12:00:00", with "at least" in front where it may be longer. */
export function formatSince(since: number, quality: Quality, timeZone?: TimeZone): string {
  return `${quality === 'at least' ? 'at least since' : 'since'} ${formatMoment(since, timeZone)}`;
}

/** What a quality means, as a sentence. */
export function describeQuality(quality: Quality): string {
  switch (quality) {
    case 'exact':
      return 'The coordinator itself says since when.';
    case 'observed':
      return 'The change was seen between two polls.';
    case 'at least':
      return 'The job was already in this state at the first look, or nobody was looking when it began: the true age may be greater.';
    case '':
      return 'It is not known since when.';
  }
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeUnit} ${String(rest).padStart(2, '0')} ${smallUnit}`;
}
