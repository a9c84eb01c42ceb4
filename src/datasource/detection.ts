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

/** How long each may take before it counts as stuck, in seconds; 0: it never does. */
export interface Thresholds {
  cancelingSeconds?: number;
  failingSeconds?: number;
  savepointingSeconds?: number;
  pendingSeconds?: number;
  parentWaitingSeconds?: number;
}

/** From when on jobs count as stuck; Go reads the same (pkg/plugin/settings_detection.go). */
export interface DetectionSettings extends Thresholds {
  maintenance?: MaintenanceWindow[];
}

/** What stands in for a threshold where it is not set; the others follow stuckAfterSeconds. */
export const DETECTION_DEFAULTS = { savepointingSeconds: 600, pendingSeconds: 0 } as const satisfies Thresholds;

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
  return isRight ? '' : `Write a whole number from ${LEAST} to ${MOST}, or 0 for never.`;
}

/** What is wrong with the maintenance windows, as one sentence; empty when nothing is. */
export function checkWindows(windows: MaintenanceWindow[]): string {
  if (windows.length > MOST_WINDOWS) {
    return `Keep at most ${MOST_WINDOWS} windows: remove those that are over.`;
  }
  const sentences = windows.map(checkWindow);
  const at = sentences.findIndex((sentence) => sentence !== '');
  return at < 0 ? '' : `Window ${at + 1}: ${sentences[at]}`;
}

function checkWindow(window: MaintenanceWindow): string {
  const length = window.reason.trim().length;
  if (length === 0 || length > LONGEST_REASON) {
    return `say in 1 to ${LONGEST_REASON} characters what is done then; operators read it.`;
  }
  return window.days ? checkWeekly(window, window.days) : checkOnce(window);
}

function checkWeekly({ from, to, timeZone }: MaintenanceWindow, days: string[]): string {
  const unknown = days.find((day) => !DAYS.includes(day));
  if (days.length === 0 || unknown !== undefined) {
    return `${unknown ? `"${unknown}" is no day` : 'it has no day'}; write ${DAYS.join(', ')}.`;
  }
  if (!TIME_OF_DAY.test(from) || !TIME_OF_DAY.test(to)) {
    return 'write its times of day like 02:00.';
  }
  if (from === to) {
    return 'it ends as it begins; one that ends on the next day has an end that is earlier than its beginning.';
  }
  return timeZone ? checkTimeZone(timeZone) : 'write its time zone, like Europe/Vienna or UTC.';
}

function checkOnce({ from, to }: MaintenanceWindow): string {
  if (!INSTANT.test(from) || !INSTANT.test(to)) {
    return 'write its times with their zone, like 2026-11-22T02:00:00+01:00.';
  }
  const length = Date.parse(to) - Date.parse(from);
  if (!(length > 0)) {
    return 'it must begin before it ends.';
  }
  return length > LONGEST_DAYS * DAY ? `it lasts longer than ${LONGEST_DAYS} days.` : '';
}
