import { t } from '../i18n/text';
import catalogue from './eventKinds.json';

/** One kind of event, as queries name it. */
export interface EventKind {
  kind: string;
  /** Grafana's word for a log's level; an action that did not end well has a graver one. */
  severity: string;
  /** What it tells, for people. */
  help: string;
}

/** Every kind. The backend's catalogue is the same, which a Go test compares (pkg/plugin). */
export const EVENT_KINDS: readonly EventKind[] = catalogue;

/** What a kind tells, in the user's language. */
export function eventHelp({ kind, help }: EventKind): string {
  return t(`model.event-kinds.${kind.replaceAll(' ', '-')}`, help);
}
