import { Schedule } from '../domain/schedule.ts';
import { Messaging, type EventRef, type MessagingPlan } from '../clover/domain/messaging.ts';

/** Everything between nodes happens in steps of this virtual time. */
const STEP_MS = 1_000;
/** Virtual time that a plain cancel and a force stop take. */
const [CANCEL_TAKES_MS, FORCE_TAKES_MS] = [2_000, 300];
/** Ended jobs are found by id for so long: the contract asks for an hour. */
const ENDED_KEPT_MS = 2 * 3_600_000;

/** The contract's states. */
export type JobState =
  'pending' | 'running' | 'savepointing' | 'canceling' | 'failing' | 'finished' | 'failed' | 'canceled' | 'unknown';

/** A job of an in-house coordinator. */
export interface GenericJob {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly node: string;
  readonly parent: string | null;
  state: JobState;
  since: number;
  endedAt: number | null;
  /** Virtual time at which it finishes by itself. */
  endsAt: number | null;
  /** Nobody acknowledges its cancel: it stays canceling. */
  stuck: boolean;
  error: string | null;
  /** Children of other nodes whose end this job has not heard of. */
  readonly waitsFor: Map<string, EventRef | null>;
}

/** Why a stop was not taken: the HTTP status, and a sentence. */
export class StopRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface GenericSwitches {
  delivery: boolean;
  /** Jobs that are cancelled from now on stay canceling. */
  losingCancels: boolean;
  /** Stops are taken and do nothing. */
  ignoringStops: boolean;
  /** A new master restores all open jobs. */
  restoring: boolean;
}

/** Whether a job is over for good. */
export const hasEnded = ({ state }: Pick<GenericJob, 'state'>): boolean =>
  ['finished', 'failed', 'canceled'].includes(state);

/** What a new job is. */
export interface PlannedGenericJob {
  readonly name: string;
  readonly node: string;
  readonly id?: string;
  readonly parent?: string;
  readonly state?: JobState;
  readonly createdAt?: number;
  readonly since?: number;
  readonly endsAt?: number;
  readonly stuck?: boolean;
}

/** The smallest coordinator that fulfils the contract, simulated. */
export class GenericCluster {
  readonly plan: MessagingPlan;
  readonly messaging: Messaging;
  readonly schedule = new Schedule();
  readonly switches: GenericSwitches = { delivery: true, losingCancels: false, ignoringStops: false, restoring: false };
  master: string;
  readonly #jobs = new Map<string, GenericJob>();
  #time: number;
  #steps = 0;
  #count = 0;

  constructor(plan: MessagingPlan) {
    this.plan = plan;
    this.#time = plan.start;
    this.messaging = new Messaging(plan);
    this.master = this.messaging.nodes[0]?.name ?? '';
  }

  /** Virtual now. */
  get time(): number {
    return this.#time;
  }

  /** Lets happen what is due by `now`. */
  settle(now: number): void {
    for (;;) {
      const next = this.plan.start + (this.#steps + 1) * STEP_MS;
      this.schedule.runDue(Math.min(next, now), (at) => {
        this.#time = Math.max(this.#time, at);
      });
      if (next > now) {
        break;
      }
      this.#steps++;
      this.#time = next;
      this.messaging.tick(next);
      this.#tickJobs();
    }
    this.#time = Math.max(this.#time, now);
  }

  /** Plans something for later. */
  after(ms: number, run: () => void, what = ''): void {
    this.schedule.at(this.#time + ms, what, run);
  }

  /** Begins a job, or takes over one that began before. */
  add(planned: PlannedGenericJob): GenericJob {
    const { name, node, parent, state = 'running', createdAt = this.#time, endsAt, stuck = false } = planned;
    const job: GenericJob = {
      id: planned.id ?? `job-${String(++this.#count).padStart(6, '0')}`,
      name,
      node: this.messaging.node(node).name,
      parent: parent ?? null,
      createdAt,
      state,
      since: planned.since ?? createdAt,
      endedAt: null,
      endsAt: endsAt ?? null,
      stuck,
      error: null,
      waitsFor: new Map(),
    };
    this.#jobs.set(job.id, job);
    if (parent !== undefined) {
      this.#jobs.get(parent)?.waitsFor.set(job.id, null);
    }
    return job;
  }

  /** Jobs that have not ended, oldest first. */
  open(): GenericJob[] {
    return this.all().filter((job) => !hasEnded(job));
  }

  /** All jobs that are kept, oldest first. */
  all(): GenericJob[] {
    return [...this.#jobs.values()];
  }

  /** A job by its id, open or ended. */
  find(id: string): GenericJob | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Takes a stop.
   *
   * @throws StopRefused
   */
  stop(id: string, createdAt: number, force: boolean): void {
    const job = this.#jobs.get(id);
    if (!job) {
      throw new StopRefused(404, `There is no job ${id}.`);
    }
    if (job.createdAt !== createdAt) {
      throw new StopRefused(
        409,
        `The id ${id} belongs to a job of another time: it was created at ${isoTime(job.createdAt)}.`
      );
    }
    if (hasEnded(job)) {
      throw new StopRefused(409, `The job ${id} has already ended: it is ${job.state}.`);
    }
    if (force && !['canceling', 'failing'].includes(job.state)) {
      throw new StopRefused(409, `The job ${id} is ${job.state}: cancel it first.`);
    }
    if (this.switches.ignoringStops) {
      return;
    }
    if (force) {
      this.after(FORCE_TAKES_MS, () => this.end(job, 'canceled'));
      return;
    }
    job.stuck ||= this.switches.losingCancels;
    if (job.state !== 'canceling') {
      this.#enter(job, 'canceling');
    }
    if (!job.stuck) {
      this.after(CANCEL_TAKES_MS, () => this.end(job, 'canceled'));
    }
  }

  /** Ends a job; a waiting parent on another node is told by an event. */
  end(job: GenericJob, state: 'finished' | 'failed' | 'canceled', error: string | null = null): void {
    if (hasEnded(job)) {
      return;
    }
    this.#enter(job, state);
    job.endedAt = this.#time;
    job.error = error;
    const parent = job.parent === null ? undefined : this.#jobs.get(job.parent);
    if (parent && !hasEnded(parent)) {
      if (parent.node === job.node) {
        parent.waitsFor.delete(job.id);
        this.#goOn(parent);
      } else {
        parent.waitsFor.set(job.id, this.messaging.emit(job.node, parent.node));
      }
    }
  }

  #enter(job: GenericJob, state: JobState): void {
    job.state = state;
    job.since = this.#time;
  }

  #goOn(parent: GenericJob): void {
    if (parent.waitsFor.size === 0 && parent.state === 'running') {
      this.end(parent, 'finished');
    }
  }

  #tickJobs(): void {
    for (const job of this.all()) {
      if (hasEnded(job)) {
        if (job.endedAt !== null && this.#time - job.endedAt > ENDED_KEPT_MS) {
          this.#jobs.delete(job.id);
        }
        continue;
      }
      if (job.endsAt !== null && job.endsAt <= this.#time && job.state === 'running') {
        this.end(job, 'finished');
      } else if (job.waitsFor.size > 0) {
        this.#listen(job);
      }
    }
  }

  #listen(parent: GenericJob): void {
    for (const [child, event] of parent.waitsFor) {
      if (event && this.messaging.fate(event) === 'delivered') {
        parent.waitsFor.delete(child);
      }
    }
    this.#goOn(parent);
  }
}

/** A time as the contract writes it. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
