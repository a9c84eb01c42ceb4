import { dateMath } from '@grafana/data';

import { type JobAddress } from '../../jobs/jobPage';

/** Which job the page's address names; undefined where it names none. */
export function readAddress(search: URLSearchParams): JobAddress | undefined {
  const uid = search.get('ds') ?? '';
  const id = search.get('job') ?? '';
  if (uid === '' || id === '') {
    return undefined;
  }
  return { uid, id, createTime: milliseconds(search.get('created') ?? '') };
}

/** A range of time, both ends in milliseconds since 1970 by the server's clock. */
export interface Span {
  from: number;
  to: number;
}

/** The range of the timeline as the address has it, in Grafana's words for times; undefined where it has none. */
export interface RawRange {
  from: string;
  to: string;
}

/** The range that the page's address names; undefined where it names none, or none that can be read. */
export function readRange(search: URLSearchParams): RawRange | undefined {
  const raw = { from: search.get('from') ?? '', to: search.get('to') ?? 'now' };
  const span = raw.from === '' ? undefined : toSpan(raw, Date.now());
  return span && span.from < span.to ? raw : undefined;
}

const MINUTE = 60_000;
/** How much is shown before the present state began: what led to it. */
const BEFORE = 15 * MINUTE;
/** Where nothing tells when it began. */
const OTHERWISE = 60 * MINUTE;
/** So that a state that has just begun is more than a point. */
const LEAST = 20 * MINUTE;

/**
 * The range to show: the one of the address, or from 15 min before the present state began until now.
 *
 * @param begin when the present state, or the end of an ended job, began.
 * @param end when the job ended; undefined while it is open.
 * @param now the server's clock.
 */
export function spanOf(
  raw: RawRange | undefined,
  begin: number | undefined,
  end: number | undefined,
  now: number
): Span {
  const chosen = raw && toSpan(raw, now);
  if (chosen) {
    return chosen;
  }
  const to = end === undefined ? now : Math.min(now, end + BEFORE);
  const from = begin === undefined ? to - OTHERWISE : begin - BEFORE;
  return { from: Math.min(from, to - LEAST), to };
}

function toSpan({ from, to }: RawRange, now: number): Span | undefined {
  const begin = moment(from, now);
  const end = moment(to, now);
  return begin === undefined || end === undefined ? undefined : { from: begin, to: end };
}

/** A time in Grafana's words ("now-6h", "now/d", milliseconds since 1970), by the server's clock. */
function moment(word: string, now: number): number | undefined {
  const exact = milliseconds(word);
  if (exact !== undefined) {
    return exact;
  }
  const parsed = dateMath.toDateTime(word, {})?.valueOf();
  if (parsed === undefined || Number.isNaN(parsed)) {
    return undefined;
  }
  return word.startsWith('now') ? parsed + (now - Date.now()) : parsed;
}

function milliseconds(word: string): number | undefined {
  return /^\d{1,16}$/.test(word) ? Number(word) : undefined;
}
