import { t } from '../i18n/text';
import { type Thresholds } from '../model/detection';
import { checkTimeZone } from './checks';

/** A time in which no job becomes stuck: once, or every week on `days`. */
export interface MaintenanceWindow {
  /** mon to sun; absent for a window that does not come back. */
  days?: string[];
  /** RFC 3339 with a zone; with `days`, a time of day like 02:00. */
  from: string;
  to: string;
  /** IANA name, with `days` only. */
  timeZone?: string;
  reason: string;
}

/** From when on jobs count as stuck; Go reads the same (pkg/plugin/settings_detection.go). */
export interface DetectionSettings extends Thresholds {
  maintenance?: MaintenanceWindow[];
}

const LEAST = 10;
const MOST = 604_800;
const MOST_WINDOWS = 20;
const LONGEST_REASON = 200;
const LONGEST_DAYS = 31;
const DAY = 86_400_000;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What is wrong with a threshold, as a sentence; empty when nothing is. */
export function checkThreshold(value: number | undefined): string {
  const isRight = value === undefined || value === 0 || (Number.isInteger(value) && value >= LEAST && value <= MOST);
  return isRight
    ? ''
    : t('datasource.check.threshold', 'Write a whole number from {{least}} to {{most}}, or 0 for never.', {
        least: LEAST,
        most: MOST,
      });
}

/** What is wrong with the maintenance windows, as one sentence; empty when nothing is. */
export function checkWindows(windows: MaintenanceWindow[]): string {
  if (windows.length > MOST_WINDOWS) {
    return t('datasource.windows.too-many', 'Keep at most {{most}} windows: remove those that are over.', {
      most: MOST_WINDOWS,
    });
  }
  const sentences = windows.map(checkWindow);
  const at = sentences.findIndex((sentence) => sentence !== '');
  return at < 0
    ? ''
    : t('datasource.windows.wrong', 'Window {{number}}: {{wrong}}', { number: at + 1, wrong: sentences[at] });
}

function checkWindow(window: MaintenanceWindow): string {
  const length = window.reason.trim().length;
  if (length === 0 || length > LONGEST_REASON) {
    return t(
      'datasource.windows.reason-wrong',
      'say in 1 to {{most}} characters what is done then; operators read it.',
      { most: LONGEST_REASON }
    );
  }
  return window.days ? checkWeekly(window, window.days) : checkOnce(window);
}

function checkWeekly({ from, to, timeZone }: MaintenanceWindow, days: string[]): string {
  const unknown = days.find((day) => !DAYS.includes(day));
  if (days.length === 0 || unknown !== undefined) {
    const known = DAYS.join(', ');
    return unknown
      ? t('datasource.windows.unknown-day', '"{{day}}" is no day; write {{known}}.', { day: unknown, known })
      : t('datasource.windows.no-day', 'it has no day; write {{known}}.', { known });
  }
  if (!TIME_OF_DAY.test(from) || !TIME_OF_DAY.test(to)) {
    return t('datasource.windows.time-of-day', 'write its times of day like 02:00.');
  }
  if (from === to) {
    return t(
      'datasource.windows.empty',
      'it ends as it begins; one that ends on the next day has an end that is earlier than its beginning.'
    );
  }
  return timeZone
    ? checkTimeZone(timeZone)
    : t('datasource.windows.no-time-zone', 'write its time zone, like Europe/Vienna or UTC.');
}

function checkOnce({ from, to }: MaintenanceWindow): string {
  if (!INSTANT.test(from) || !INSTANT.test(to)) {
    return t('datasource.windows.no-instant', 'write its times with their zone, like 2026-11-22T02:00:00+01:00.');
  }
  const length = Date.parse(to) - Date.parse(from);
  if (!(length > 0)) {
    return t('datasource.windows.ends-first', 'it must begin before it ends.');
  }
  return length > LONGEST_DAYS * DAY
    ? t('datasource.windows.too-long', 'it lasts longer than {{most}} days.', { most: LONGEST_DAYS })
    : '';
}
