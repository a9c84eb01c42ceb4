import type { Bulk } from './bulk.ts';
import type { Job } from './job.ts';
import { hasEnded, isWaiting, type Status } from './status.ts';

/** All jobs of a cluster, open and ended, newest first. */
export class Jobs {
  readonly #kept = new Map<string, Job>();
  /** Jobs of the bulk that something happened to, by place. */
  readonly #taken = new Map<number, Job>();
  #bulk: Bulk | null = null;

  get bulk(): Bulk | null {
    return this.#bulk;
  }

  setBulk(bulk: Bulk): void {
    this.#bulk = bulk;
  }

  add(job: Job): void {
    this.#kept.set(job.id, job);
  }

  /** The job to read. One of the bulk is made anew: changes to it are lost. */
  find(id: string): Job | undefined {
    return this.#kept.get(id) ?? this.#ofBulk(id, false);
  }

  /** The job to change. */
  hold(id: string): Job | undefined {
    return this.#kept.get(id) ?? this.#ofBulk(id, true);
  }

  #ofBulk(id: string, take: boolean): Job | undefined {
    const place = this.#bulk?.placeOf(id);
    if (place === undefined || !this.#bulk) {
      return undefined;
    }
    const taken = this.#taken.get(place);
    if (taken) {
      return taken;
    }
    const job = this.#bulk.job(place);
    if (take) {
      this.#taken.set(place, job);
    }
    return job;
  }

  /** Open and ended jobs that are in memory: all but the untouched of the bulk. */
  held(): Job[] {
    return newestFirst([...this.#kept.values(), ...this.#taken.values()]);
  }

  /** The open ones of these. */
  heldOpen(): Job[] {
    return this.held().filter((job) => !hasEnded(job.status));
  }

  openCount(): number {
    const bulk = this.#bulk ? this.#bulk.plan.count - this.#endedPlaces().length : 0;
    return this.#keptOpen().length + bulk;
  }

  /** Open jobs from one place of the list to before another. */
  *open(from = 0, to = Infinity): Generator<Job> {
    const kept = this.#keptOpen();
    yield* kept.slice(from, to);
    if (!this.#bulk) {
      return;
    }
    const ended = new Set(this.#endedPlaces());
    const workers = this.#bulk.plan.workers();
    let position = kept.length;
    for (let place = 0; place < this.#bulk.plan.count && position < to; place++) {
      if (ended.has(place)) {
        continue;
      }
      if (position >= from) {
        yield this.#taken.get(place) ?? this.#bulk.job(place, workers);
      }
      position++;
    }
  }

  /** Ended jobs, the last ended first. */
  ended(status?: Status): Job[] {
    return [...this.#kept.values(), ...this.#taken.values()]
      .filter((job) => hasEnded(job.status) && (status === undefined || job.status === status))
      .sort((one, other) => (other.finishedAt ?? 0) - (one.finishedAt ?? 0));
  }

  /** How many jobs have a status. */
  count(matches: (status: Status) => boolean): number {
    const held = this.held().filter((job) => matches(job.status)).length;
    if (!this.#bulk) {
      return held;
    }
    const bulk = this.#bulk;
    const takenLost = [...this.#taken.keys()].filter((place) => bulk.isLost(place)).length;
    const lost = bulk.lostCount - takenLost;
    const running = bulk.plan.count - bulk.lostCount - (this.#taken.size - takenLost);
    return held + (matches('CANCELING') ? lost : 0) + (matches('RUNNING') ? running : 0);
  }

  /** Whether a job has tasks, or had when it was last looked at, on one of these workers. */
  anyOn(workers: ReadonlySet<string>): boolean {
    if (workers.size === 0) {
      return false;
    }
    const spread = this.#bulk?.plan.workers() ?? [];
    return spread.some((worker) => workers.has(worker)) || this.heldOpen().some((job) => isOn(job, workers));
  }

  #keptOpen(): Job[] {
    return newestFirst([...this.#kept.values()].filter((job) => !hasEnded(job.status)));
  }

  #endedPlaces(): number[] {
    return [...this.#taken].filter(([, job]) => hasEnded(job.status)).map(([place]) => place);
  }
}

/** Whether reading the job's metrics means asking one of these workers. */
export function isOn(job: Job, workers: ReadonlySet<string>): boolean {
  return job.worker !== null && workers.has(job.worker) && !isWaiting(job.status) && !hasEnded(job.status);
}

/** SeaTunnel sorts by start, newest first. */
function newestFirst(jobs: Job[]): Job[] {
  return jobs.sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1));
}
