import { FieldType, type DataFrame } from '@grafana/data';

import { STATES, toState, type JobState } from './states';

/** How many open jobs are in a state. */
export interface StateCount {
  state: JobState;
  jobs: number;
}

/**
 * Reads a frame of the metric `jobs`: a field for each state, named by its label. States that hold no job are left out;
 * words that this version does not know are counted as "unknown". The order is that of STATES.
 */
export function readCounts(frame: DataFrame): StateCount[] {
  const counts = new Map<JobState, number>();
  for (const field of frame.fields) {
    const value: unknown = field.values[0];
    const word = field.labels?.state;
    if (field.type === FieldType.number && word !== undefined && typeof value === 'number' && value > 0) {
      const state = toState(word);
      counts.set(state, (counts.get(state) ?? 0) + value);
    }
  }
  return STATES.flatMap((state) => {
    const jobs = counts.get(state);
    return jobs === undefined ? [] : [{ state, jobs }];
  });
}
