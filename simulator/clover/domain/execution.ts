import type { EventRef } from './messaging.ts';

/** CloverDX's words for the state of an execution, and their codes (cluster manual, simple HTTP API). */
export const STATUS_CODES = {
  FINISHED_OK: 0,
  RUNNING: 1,
  READY: 2,
  N_A: 3,
  WAITING: 4,
  ENQUEUED: 5,
  ERROR: -1,
  ABORTED: -2,
  TIMEOUT: -3,
  UNKNOWN: -4,
} as const;

export type ExecutionStatus = keyof typeof STATUS_CODES;

/** A run of a graph or jobflow. */
export interface Execution {
  readonly runId: number;
  readonly sandbox: string;
  /** Path in the sandbox; a jobflow ends in .jbf. */
  readonly jobFile: string;
  readonly node: string;
  readonly user: string;
  /** The run that started this one and waits for its events. */
  readonly parent: number | null;
  readonly submittedAt: number;
  status: ExecutionStatus;
  stoppedAt: number | null;
  /** Virtual time at which it ends by itself; null for one that waits for others or runs on. */
  endsAt: number | null;
  /** Children that have not told of their end yet: those that run, and the events of those that ended. */
  readonly waitsFor: Map<number, EventRef | null>;
}

/** Whether a run is over. UNKNOWN is not: the server does not know either. */
export function isOver({ status }: Pick<Execution, 'status'>): boolean {
  return ['FINISHED_OK', 'ERROR', 'ABORTED', 'TIMEOUT', 'N_A'].includes(status);
}
