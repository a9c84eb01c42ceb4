import { formatMoment } from '../model/time';

/** A moment in UTC, for the title of one that is shown in the user's zone. */
export function utcMoment(milliseconds: number): string {
  return `${formatMoment(milliseconds, 'utc')} UTC`;
}
