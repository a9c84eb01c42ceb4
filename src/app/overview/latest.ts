import { verb, type OnlyStop } from '../../actions/texts';
import { type Source } from '../../api/sources';
import { type AuditRow } from '../../api/types';
import { parseTime } from '../../model/time';

/** An action, or an attempt that was refused, as the audit trail tells it. */
export interface LatestAction {
  /** Unique on the page. */
  key: string;
  source: Source;
  what: string;
  jobId: string;
  jobName: string;
  /** What became of it, no better than what was recorded. */
  outcome: string;
  /** The login. */
  by: string;
  /** When the newest row of it was written, in milliseconds since 1970; undefined where the row tells no time. */
  at?: number;
}

/** The audit trail of one coordinator. */
interface Trail {
  source: Source;
  rows: AuditRow[];
  /** The coordinator's own word for its only way to stop a job, where it has one. */
  onlyStop?: string;
}

/** The newest actions of several audit trails, newest first. */
export function latestActions(trails: Trail[], most: number): LatestAction[] {
  return trails
    .flatMap(actionsOf)
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
    .slice(0, most);
}

function actionsOf({ source, rows, onlyStop }: Trail): LatestAction[] {
  const newestFirst = [...rows].sort((a, b) => b.seq - a.seq);
  const known = new Map<string, LatestAction>();
  for (const row of newestFirst) {
    // A refusal stands alone: a confirmation that came twice does not change what became of the first.
    const isOwn = row.event === 'refused' || row.event === 'suppressed';
    const id = row.actionId || row.approvalId;
    const key = JSON.stringify([source.uid, isOwn || !id ? row.seq : id]);
    const action = known.get(key);
    if (!action) {
      known.set(key, describe(key, source, row, onlyStop));
    } else {
      action.jobId ||= row.jobId ?? '';
      action.jobName ||= row.jobName ?? '';
    }
  }
  return [...known.values()];
}

function describe(key: string, source: Source, row: AuditRow, onlyStop: OnlyStop): LatestAction {
  return {
    key,
    source,
    what: whatOf(row, onlyStop),
    jobId: row.jobId ?? '',
    jobName: row.jobName ?? '',
    outcome: outcomeOf(row),
    by: row.approvedBy ? `${row.login}, approved by ${row.approvedBy}` : row.login,
    at: parseTime(row.at),
  };
}

function whatOf({ event, kind }: AuditRow, onlyStop: OnlyStop): string {
  if (event === 'dismissed') {
    return 'Dismiss lost job';
  }
  switch (kind) {
    case 'cancel':
    case 'force-stop':
      return verb(kind, onlyStop);
    case 'incident-budget':
      return 'Unlock incident budget';
    default:
      return 'Request';
  }
}

function outcomeOf({ event, outcome, detail }: AuditRow): string {
  switch (event) {
    case 'refused':
      return detail ? `Refused (${detail})` : 'Refused';
    case 'suppressed':
      return detail || 'More attempts were refused than are recorded one by one';
    case 'planned':
      return 'Planned; nothing was sent';
    case 'requested':
      return 'Waits for a second person; nothing was sent';
    case 'decided':
      return detail ? `Decided: ${detail}` : 'Decided by a second person';
    case 'intent':
      return 'Confirmed; not known yet whether it was sent';
    case 'answer':
      return outcome ? capitalised(outcome) : 'Sent; its end is not proven yet';
    case 'outcome':
      return outcome ? capitalised(outcome) : 'Not known';
    case 'leftovers':
      return detail || (outcome ? capitalised(outcome) : 'Workers were asked for leftover tasks');
    case 'dismissed':
      return 'Dismissed as lost; it is not called finished';
    default:
      return unknownEvent(event);
  }
}

/** A newer backend may have events that this version does not know; the type says that there are none. */
function unknownEvent(event: never): string {
  return `Recorded as "${String(event)}"`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
