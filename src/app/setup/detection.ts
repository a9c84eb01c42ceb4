/** What stands in for a threshold where it is not set, in seconds (docs/detection.md); Go and the data source have the same. */
const STUCK_AFTER = 180;
const SAVEPOINTING = 600;
const NEVER = 0;

/** The names of the thresholds in jsonData.detection, in the order in which people read them. */
export const THRESHOLDS = [
  'cancelingSeconds',
  'failingSeconds',
  'savepointingSeconds',
  'pendingSeconds',
  'parentWaitingSeconds',
] as const;
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
  const isAfterSet = number(stored.stuckAfterSeconds) !== undefined;
  const stuckAfterSeconds = number(stored.stuckAfterSeconds) ?? STUCK_AFTER;
  const defaults: Record<ThresholdName, number> = {
    cancelingSeconds: stuckAfterSeconds,
    failingSeconds: stuckAfterSeconds,
    savepointingSeconds: SAVEPOINTING,
    pendingSeconds: NEVER,
    parentWaitingSeconds: stuckAfterSeconds,
  };
  return {
    stuckAfterSeconds,
    thresholds: THRESHOLDS.map((name) => {
      const follows = name !== 'savepointingSeconds' && name !== 'pendingSeconds';
      const unset = follows && isAfterSet ? 'stuckAfterSeconds' : 'default';
      const set = number(detection[name]);
      return { name, seconds: set ?? defaults[name], from: set === undefined ? unset : 'own' };
    }),
    windows: (Array.isArray(detection.maintenance) ? detection.maintenance : []).map((one: unknown) => {
      const { days, from, to, timeZone, reason } = record(one);
      const dayNames = Array.isArray(days) ? `${days.join(', ')} ` : '';
      return { when: `${dayNames}${text(from)} – ${text(to)} ${text(timeZone)}`.trim(), reason: text(reason) };
    }),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
