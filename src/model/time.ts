import { dateTimeFormat } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';

/** Go's zero time, which stands for "never" in bodies whose field is required. */
const NEVER_YEAR = 1;

/**
 * A time from a body, in milliseconds since 1970; undefined for an empty text, for "never" and for what is no time.
 */
export function parseTime(text: string | undefined): number | undefined {
  if (!text) {
    return undefined;
  }
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || new Date(milliseconds).getUTCFullYear() <= NEVER_YEAR) {
    return undefined;
  }
  return milliseconds;
}

/** A moment with its date, in the dashboard's or the user's time zone. */
export function formatMoment(milliseconds: number, timeZone?: TimeZone): string {
  return dateTimeFormat(milliseconds, { timeZone });
}

/** A moment in UTC, for the title of one that is shown in the user's zone. */
export function utcMoment(milliseconds: number): string {
  return `${formatMoment(milliseconds, 'utc')} UTC`;
}
