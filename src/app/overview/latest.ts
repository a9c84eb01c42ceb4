import { verb, type OnlyStop } from '../../actions/texts';
import { t } from '../../i18n/text';
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
  /** When the job was created, in milliseconds since 1970; undefined where the rows do not tell. */
  createTime?: number;
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
      action.createTime ??= parseTime(row.identity?.createTime);
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
    createTime: parseTime(row.identity?.createTime),
    outcome: outcomeOf(row),
    by: row.approvedBy
      ? t('overview.latest.approved-by', '{{login}}, approved by {{approver}}', {
          login: row.login,
          approver: row.approvedBy,
        })
      : row.login,
    at: parseTime(row.at),
  };
}

function whatOf({ event, kind }: AuditRow, onlyStop: OnlyStop): string {
  if (event === 'dismissed') {
    return t('overview.latest.dismiss', 'Dismiss lost job');
  }
  switch (kind) {
    case 'cancel':
    case 'force-stop':
      return verb(kind, onlyStop);
    case 'incident-budget':
      return t('overview.latest.unlock', 'Unlock incident budget');
    default:
      return t('overview.latest.request', 'Request');
  }
}

function outcomeOf({ event, outcome, detail }: AuditRow): string {
  switch (event) {
    case 'refused':
      return detail
        ? t('overview.latest.refused-why', 'Refused ({{detail}})', { detail })
        : t('overview.latest.refused', 'Refused');
    case 'suppressed':
      return detail || t('overview.latest.suppressed', 'More attempts were refused than are recorded one by one');
    case 'planned':
      return t('overview.latest.planned', 'Planned; nothing was sent');
    case 'requested':
      return t('overview.latest.requested', 'Waits for a second person; nothing was sent');
    case 'decided':
      return detail
        ? t('overview.latest.decided-how', 'Decided: {{detail}}', { detail })
        : t('overview.latest.decided', 'Decided by a second person');
    case 'intent':
      return t('overview.latest.intent', 'Confirmed; not known yet whether it was sent');
    case 'answer':
      return outcome ? capitalised(outcome) : t('overview.latest.sent', 'Sent; its end is not proven yet');
    case 'outcome':
      return outcome ? capitalised(outcome) : t('overview.latest.not-known', 'Not known');
    case 'leftovers':
      return (
        detail ||
        (outcome ? capitalised(outcome) : t('overview.latest.leftovers', 'Workers were asked for leftover tasks'))
      );
    case 'dismissed':
      return t('overview.latest.dismissed', 'Dismissed as lost; it is not called finished');
    default:
      return unknownEvent(event);
  }
}

/** A newer backend may have events that this version does not know; the type says that there are none. */
function unknownEvent(event: never): string {
  return t('overview.latest.unknown', 'Recorded as "{{event}}"', { event: String(event) });
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
