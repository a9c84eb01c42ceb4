import { type IconName } from '@grafana/data';

import { verb, type OnlyStop } from '../../actions/texts';
import { type AuditEvent } from '../../api/types';
import { t } from '../../i18n/text';

/** What a row of the audit trail records, in words; a newer backend's word as it is. */
export function eventWord(event: AuditEvent): string {
  switch (event) {
    case 'refused':
      return t('audit.event.refused', 'Refused');
    case 'suppressed':
      return t('audit.event.suppressed', 'More refusals');
    case 'planned':
      return t('audit.event.planned', 'Planned');
    case 'requested':
      return t('audit.event.requested', 'Asked for approval');
    case 'decided':
      return t('audit.event.decided', 'Decided');
    case 'intent':
      return t('audit.event.intent', 'Confirmed');
    case 'answer':
      return t('audit.event.answer', 'Answered');
    case 'outcome':
      return t('audit.event.outcome', 'Outcome');
    case 'leftovers':
      return t('audit.event.leftovers', 'Leftovers checked');
    case 'dismissed':
      return t('audit.event.dismissed', 'Lost job dismissed');
    default:
      return unknownEvent(event);
  }
}

function unknownEvent(event: never): string {
  return t('audit.event.unknown', 'Recorded as "{{event}}"', { event: String(event) });
}

/** A sign for each event beside its word. */
export function eventIcon(event: AuditEvent): IconName {
  switch (event) {
    case 'refused':
    case 'suppressed':
      return 'times-circle';
    case 'intent':
      return 'bolt';
    case 'answer':
      return 'comment-alt';
    case 'outcome':
      return 'check';
    case 'decided':
    case 'requested':
      return 'users-alt';
    default:
      return 'file-alt';
  }
}

/** What a row is about: an action by its verb, or a budget; empty where the row names none. */
export function kindWord(kind: string | undefined, onlyStop?: OnlyStop): string {
  switch (kind) {
    case 'cancel':
    case 'force-stop':
      return verb(kind, onlyStop);
    case 'incident-budget':
      return t('audit.kind.incident-budget', 'Unlock incident budget');
    default:
      return kind ?? '';
  }
}
