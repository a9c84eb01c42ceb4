import {
  DEFAULT_STUCK_AFTER_SECONDS,
  defaultThreshold,
  followsStuckAfter,
  type Thresholds,
} from '../../model/detection';
import { figure, number, record, text } from '../../model/reading';

/** The names of the thresholds in jsonData.detection, in the order in which people read them. */
export const THRESHOLDS = [
  'cancelingSeconds',
  'failingSeconds',
  'savepointingSeconds',
  'pendingSeconds',
  'parentWaitingSeconds',
] as const satisfies ReadonlyArray<keyof Thresholds>;
export type ThresholdName = (typeof THRESHOLDS)[number];

/** Where a threshold comes from: a setting of its own, the one for all that have none, or the backend's default. */
export type ThresholdSource = 'own' | 'stuckAfterSeconds' | 'default';

/** From when on jobs count as stuck. */
export interface Detection {
  /** In seconds; 0: never. */
  thresholds: Array<{ name: ThresholdName; seconds: number; from: ThresholdSource }>;
  stuckAfterSeconds: number;
  /** Maintenance windows as they were written: "sat, sun 22:00 – 04:00 Europe/Berlin", and what is done then. */
  windows: Array<{ when: string; reason: string }>;
}

/** Reads the detection policy from a data source's settings; the backend's defaults where they say nothing. */
export function readDetection(settings: object): Detection {
  const stored = record(settings);
  const detection = record(stored.detection);
  const isAfterSet = figure(stored.stuckAfterSeconds) !== undefined;
  const stuckAfterSeconds = number(stored.stuckAfterSeconds, DEFAULT_STUCK_AFTER_SECONDS);
  return {
    stuckAfterSeconds,
    thresholds: THRESHOLDS.map((name) => {
      const unset = followsStuckAfter(name) && isAfterSet ? 'stuckAfterSeconds' : 'default';
      const set = figure(detection[name]);
      const seconds = set ?? defaultThreshold(name, stuckAfterSeconds);
      return { name, seconds, from: set === undefined ? unset : 'own' };
    }),
    windows: (Array.isArray(detection.maintenance) ? detection.maintenance : []).map((one: unknown) => {
      const { days, from, to, timeZone, reason } = record(one);
      const dayNames = Array.isArray(days) ? `${days.join(', ')} ` : '';
      return { when: `${dayNames}${text(from)} – ${text(to)} ${text(timeZone)}`.trim(), reason: text(reason) };
    }),
  };
}
