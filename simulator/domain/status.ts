/** SeaTunnel's words (JobStatus of 2.3.8 to 2.3.13; PENDING is not in 2.3.8). */
export const STATUSES = [
  'INITIALIZING',
  'CREATED',
  'PENDING',
  'SCHEDULED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'DOING_SAVEPOINT',
  'SAVEPOINT_DONE',
  'CANCELING',
  'CANCELED',
  'FINISHED',
  'UNKNOWABLE',
] as const;

export type Status = (typeof STATUSES)[number];

const ENDED: ReadonlySet<Status> = new Set<Status>(['FAILED', 'SAVEPOINT_DONE', 'CANCELED', 'FINISHED']);
const WAITING: ReadonlySet<Status> = new Set<Status>(['INITIALIZING', 'CREATED', 'PENDING', 'SCHEDULED']);

/** Which status may follow which. CANCELING to PENDING is a master failover that forgets the cancel. */
const NEXT: Readonly<Record<Status, readonly Status[]>> = {
  INITIALIZING: ['CREATED', 'CANCELED'],
  CREATED: ['PENDING', 'SCHEDULED', 'CANCELED'],
  PENDING: ['SCHEDULED', 'CANCELED', 'FAILED'],
  SCHEDULED: ['RUNNING', 'CANCELED', 'FAILING'],
  RUNNING: ['FAILING', 'DOING_SAVEPOINT', 'CANCELING', 'FINISHED', 'PENDING'],
  FAILING: ['FAILED', 'CANCELING'],
  FAILED: [],
  DOING_SAVEPOINT: ['SAVEPOINT_DONE', 'FAILING', 'CANCELING', 'PENDING'],
  SAVEPOINT_DONE: [],
  CANCELING: ['CANCELED', 'PENDING'],
  CANCELED: [],
  FINISHED: [],
  // Shown while a new master restores jobs, never stored.
  UNKNOWABLE: [],
};

/** Whether SeaTunnel never lets a job leave this status. */
export const hasEnded = (status: Status): boolean => ENDED.has(status);

/** Whether the job has no tasks yet. */
export const isWaiting = (status: Status): boolean => WAITING.has(status);

/** Whether the second status may follow the first. */
export const mayBecome = (from: Status, to: Status): boolean => NEXT[from].includes(to);

/** Whether the text is one of SeaTunnel's words. */
export const isStatus = (text: string): text is Status => STATUSES.some((status) => status === text);
