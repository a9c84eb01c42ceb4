import { dateTime, rangeUtil, type RawTimeRange, type TimeRange } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';

import { type AuditFilter } from '../../api/audit';
import { type AuditEvent } from '../../api/types';

/** The events of an audit trail, in the order in which one act leaves them (contract/resources.yaml). */
export const EVENTS = [
  'planned',
  'requested',
  'decided',
  'intent',
  'answer',
  'outcome',
  'leftovers',
  'dismissed',
  'refused',
  'suppressed',
] as const satisfies readonly AuditEvent[];

/** What rows may be about; the server refuses other words. */
export const KINDS = ['cancel', 'force-stop', 'incident-budget'] as const;
export type AuditKind = (typeof KINDS)[number];

/** What the page shows, as its address says it. */
export interface AuditAddress {
  /** The data source's uid; empty where none is chosen. */
  uid: string;
  /** As in Grafana's addresses: "now-24h", or milliseconds since 1970; both empty for any time. */
  from: string;
  to: string;
  event: AuditEvent | '';
  kind: AuditKind | '';
  login: string;
  jobId: string;
  actionId: string;
  /** Only rows with a smaller number; undefined for the newest. */
  before?: number;
  /** The row whose details are open. */
  row?: number;
}

/** The names of the filter's parameters in the address; beside them stand `ds`, `before` and `row`. */
export const FILTER_PARAMETERS = ['from', 'to', 'event', 'kind', 'login', 'job', 'action'] as const;

/** Reads an address. What is no event, kind or number counts as not given. */
export function readAddress(search: URLSearchParams): AuditAddress {
  const text = (name: string) => search.get(name)?.trim() ?? '';
  return {
    uid: text('ds'),
    from: text('from'),
    to: text('to'),
    event: EVENTS.find((event) => event === text('event')) ?? '',
    kind: KINDS.find((kind) => kind === text('kind')) ?? '',
    login: text('login'),
    jobId: text('job'),
    actionId: text('action').toLowerCase(),
    before: rowNumber(text('before')),
    row: rowNumber(text('row')),
  };
}

function rowNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** Whether the address asks for some rows only. */
export function isFiltered(address: AuditAddress): boolean {
  const { from, to, event, kind, login, jobId, actionId } = address;
  return [from, to, event, kind, login, jobId, actionId].some(Boolean);
}

/** The filter that the server is asked with, now: "now-24h" means another moment at each question. */
export function filterOf(address: AuditAddress, timeZone: TimeZone): AuditFilter {
  const { event, kind, login, jobId, actionId } = address;
  const range = rangeOf(address, timeZone);
  return {
    from: address.from && range ? range.from.valueOf() : undefined,
    // What was written while the answer was on its way belongs to "until now", too.
    to: address.to && address.to !== 'now' && range ? range.to.valueOf() : undefined,
    event: event || undefined,
    kind: kind || undefined,
    login: login || undefined,
    jobId: jobId || undefined,
    actionId: actionId || undefined,
  };
}

/** The range of time in the form of Grafana's picker; undefined for any time, and for words that mean none. */
export function rangeOf({ from, to }: Pick<AuditAddress, 'from' | 'to'>, timeZone: TimeZone): TimeRange | undefined {
  if (!from && !to) {
    return undefined;
  }
  const range = rangeUtil.convertRawToRange({ from: moment(from || '0'), to: moment(to || 'now') }, timeZone);
  return range.from.isValid() && range.to.isValid() ? range : undefined;
}

function moment(text: string): RawTimeRange['from'] {
  return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
}

/** The parameters of the address for a range that was picked; null takes them away. */
export function rangeParameters({ raw }: TimeRange): { from: string | null; to: string | null } {
  return { from: parameter(raw.from), to: parameter(raw.to) };
}

function parameter(end: RawTimeRange['from']): string | null {
  if (typeof end === 'string') {
    return end;
  }
  return end.isValid() ? String(end.valueOf()) : null;
}
