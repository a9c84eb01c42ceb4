/** Unjam's own words for a job's state (see pkg/coordinator), in the order in which people read them. */
export const STATES = [
  'pending',
  'running',
  'savepointing',
  'canceling',
  'failing',
  'finished',
  'failed',
  'canceled',
  'lost',
  'unknown',
] as const;

export type JobState = (typeof STATES)[number];

/** A word that this version does not know is "unknown", which is never taken for an end. */
export function toState(word: string): JobState {
  return STATES.find((state) => state === word) ?? 'unknown';
}
