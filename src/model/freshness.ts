import { type JobsAnswer } from './jobs';

/** Without a new reading for this many poll intervals, an answer is shown as stale. */
export const STALE_INTERVALS = 2;

/**
 * How far an answer may be believed:
 * - `fresh`: the coordinator was just read.
 * - `stale`: it was read, but this answer has grown old; a refresh may give a newer one.
 * - `blind`: the backend itself cannot read the coordinator; what is shown is how it was last seen.
 */
export type Freshness = 'fresh' | 'stale' | 'blind';

/** The age of an answer's reading in seconds; never negative, undefined when the coordinator was never read. */
export function readingAgeSeconds(answer: JobsAnswer, receivedAt: number, now: number): number | undefined {
  if (answer.asOf === undefined) {
    return undefined;
  }
  // The backend's clock for the time up to its answer, ours for the time since: neither is compared with the other.
  const ageAtAnswer = (answer.answeredAt ?? receivedAt) - answer.asOf;
  return Math.max(0, ageAtAnswer + Math.max(0, now - receivedAt)) / 1000;
}

/** How far the answer may be believed at a moment; times in milliseconds since 1970 by the browser's clock. */
export function freshness(answer: JobsAnswer, receivedAt: number, now: number): Freshness {
  const age = readingAgeSeconds(answer, receivedAt, now);
  if (answer.blind || age === undefined) {
    return 'blind';
  }
  return age > STALE_INTERVALS * answer.pollIntervalSeconds ? 'stale' : 'fresh';
}
