import { getTimeZone } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import React from 'react';

import { formatMoment, utcMoment } from '../model/time';

interface Props {
  /** In milliseconds since 1970. */
  at: number;
  /** The user's own where absent. */
  timeZone?: TimeZone;
  /** Whether the zone stands behind the time: where it may be told to somebody elsewhere. */
  showZone?: boolean;
}

/** A moment in the user's time zone; UTC stands in the title. */
export function Moment({ at, timeZone, showZone = false }: Props) {
  return (
    <time dateTime={new Date(at).toISOString()} title={utcMoment(at)}>
      {formatMoment(at, timeZone)}
      {showZone && ` ${zoneName(at, timeZone ?? getTimeZone())}`}
    </time>
  );
}

/** The zone's short name at a moment, as "GMT+1"; empty for a zone that the browser does not know. */
function zoneName(at: number, timeZone: TimeZone): string {
  const zone = timeZone === 'browser' ? undefined : timeZone.toUpperCase() === 'UTC' ? 'UTC' : timeZone;
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(at);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  } catch {
    return '';
  }
}
