import type { BulkPlan } from '../domain/bulk.ts';
import type { Fault } from '../domain/faults.ts';
import type { Job } from '../domain/job.ts';

/** A job that a scenario begins with; times are minutes and seconds before its beginning. */
export interface PlannedJob {
  readonly name: string;
  readonly mode?: Job['mode'];
  readonly source?: string;
  readonly sink?: string;
  readonly table?: string;
  readonly parallelism?: number;
  readonly rowsPerSecond?: number;
  readonly createdMinutesAgo: number;
  /** RUNNING unless said otherwise; "lost" is CANCELING with its final status lost. */
  readonly state?: 'lost' | 'FINISHED' | 'FAILED' | 'CANCELED';
  /** When it got into that state. */
  readonly sinceMinutesAgo?: number;
  readonly errorMessage?: string;
}

export interface TimedFault {
  /** Virtual seconds after the scenario's beginning. */
  readonly atSeconds: number;
  /** A few words for people. */
  readonly what: string;
  readonly fault: Fault;
}

/** A story that the simulated cluster goes through. */
export interface Scenario {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  /** What happens and what can be seen, for people. */
  readonly what: string;
  /** The engine's version unless the options name one. */
  readonly version?: string;
  readonly needs?: { readonly masters?: number; readonly workers?: number };
  readonly jobs: readonly PlannedJob[];
  readonly bulk?: Pick<BulkPlan, 'count' | 'apartMs' | 'everyLost'>;
  readonly faults: readonly TimedFault[];
}
