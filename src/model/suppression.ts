import { type TimeZone } from '@grafana/schema';

import { type JobRow } from './jobs';
import { inertName, SENTENCE } from './text';
import { formatMoment } from './time';

/** Why a job that is late does not count as stuck, and until when; empty where nothing is suppressed. */
export function suppressionStatement(
  { suppressed, suppressedUntil }: Pick<JobRow, 'suppressed' | 'suppressedUntil'>,
  timeZone?: TimeZone
): string {
  if (suppressed === '') {
    return '';
  }
  const until = suppressedUntil === undefined ? '' : ` until ${formatMoment(suppressedUntil, timeZone)}`;
  return `suppressed: ${inertName(suppressed, SENTENCE)}${until}`;
}
