/** How long each may take before it counts as stuck, in seconds; 0: it never does. */
export interface Thresholds {
  cancelingSeconds?: number;
  failingSeconds?: number;
  savepointingSeconds?: number;
  pendingSeconds?: number;
  parentWaitingSeconds?: number;
}

/** What stands in for a threshold that has neither a value nor a default of its own; Go has the same (pkg/plugin/settings.go). */
export const DEFAULT_STUCK_AFTER_SECONDS = 180;

/** The thresholds with a default of their own; the others follow stuckAfterSeconds. */
const OWN_DEFAULTS: Thresholds = { savepointingSeconds: 600, pendingSeconds: 0 };

/** Whether a threshold follows stuckAfterSeconds where it is not set. */
export function followsStuckAfter(name: keyof Thresholds): boolean {
  return OWN_DEFAULTS[name] === undefined;
}

/** What stands in for a threshold where it is not set, in seconds. */
export function defaultThreshold(name: keyof Thresholds, stuckAfterSeconds: number): number {
  return OWN_DEFAULTS[name] ?? stuckAfterSeconds;
}
