import type { Job } from './job.ts';
import { randomOf } from './random.ts';

export interface BulkPlan {
  readonly count: number;
  readonly seed: number;
  /** Virtual time at which the newest of them was created. */
  readonly newestAt: number;
  /** How much older each next one is, in ms. */
  readonly apartMs: number;
  /** Every n-th job has lost its final status. */
  readonly everyLost: number;
  /** The live workers, among which the jobs are spread. */
  readonly workers: () => readonly string[];
}

/** Ids of the bulk: this, and ten digits. SeaTunnel's own are as long. */
const ID_PREFIX = '119000000';
const ID_DIGITS = 10;
/** Ids of one cluster lie apart like this. */
const ID_STEP = 65_536;

const DOMAINS = ['orders', 'payments', 'clicks', 'stock', 'invoices', 'shipments', 'devices', 'accounts'] as const;
const TARGETS = ['lake', 'warehouse', 'search', 'archive'] as const;

/**
 * Very many jobs that take no memory: each is made from its place (0 is the newest) whenever somebody asks for it,
 * and is the same each time.
 */
export class Bulk {
  readonly plan: BulkPlan;
  /** Set by a master failover: what was CANCELING runs again. */
  cancelsForgotten = false;

  constructor(plan: BulkPlan) {
    this.plan = plan;
  }

  /** The place of an id; undefined if it is none of these. */
  placeOf(id: string): number | undefined {
    if (id.length !== ID_PREFIX.length + ID_DIGITS || !id.startsWith(ID_PREFIX)) {
      return undefined;
    }
    const distance = Number(id.slice(ID_PREFIX.length)) - 1;
    const place = this.plan.count - 1 - distance / ID_STEP;
    return Number.isInteger(place) && place >= 0 && place < this.plan.count ? place : undefined;
  }

  /** Whether the job at a place hangs in CANCELING. */
  isLost(place: number): boolean {
    return !this.cancelsForgotten && place % this.plan.everyLost === this.plan.everyLost - 1;
  }

  /** How many of the places before `end` hang in CANCELING. */
  get lostCount(): number {
    return this.cancelsForgotten ? 0 : Math.floor(this.plan.count / this.plan.everyLost);
  }

  /** @param workers the plan's workers, for callers that make many jobs */
  job(place: number, workers: readonly string[] = this.plan.workers()): Job {
    const { count, seed, newestAt, apartMs } = this.plan;
    const createdAt = newestAt - place * apartMs;
    const worker = workers[place % Math.max(1, workers.length)] ?? null;
    const lost = this.isLost(place);
    const pick = randomOf(seed, place);
    const subject = DOMAINS[Math.floor(pick * DOMAINS.length)] ?? DOMAINS[0];
    const target = TARGETS[place % TARGETS.length] ?? TARGETS[0];
    const number = count - 1 - place;
    // Written out, not by newJob: this is done 50,000 times for one list.
    return {
      id: ID_PREFIX + String(number * ID_STEP + 1).padStart(ID_DIGITS, '0'),
      name: `${subject}-to-${target}-${String(number + 1).padStart(5, '0')}`,
      mode: 'STREAMING',
      source: 'Kafka',
      sink: 'Iceberg',
      table: `${subject}.events`,
      parallelism: 1,
      checkpointEveryMs: 5_000,
      rowsPerSecond: Math.round(pick * 900 + 100) / 10,
      createdAt,
      statusSince: createdAt,
      status: lost ? 'CANCELING' : 'RUNNING',
      startedAt: createdAt,
      tasksEndedAt: lost ? createdAt + apartMs : null,
      finishedAt: null,
      errorMessage: null,
      worker,
      threadsOn: worker === null || lost ? [] : [worker],
      statusLost: lost,
      taskStuck: false,
      savepoint: null,
      restores: 0,
    };
  }
}
