import { isOver, type Execution, type ExecutionStatus } from './execution.ts';
import type { EventWay } from './messaging.ts';

/** Ended runs that are kept beside the history. */
const ENDED_KEPT = 5_000;
/** The first run of a scenario; history lies below. */
const FIRST_RUN_ID = 200_000;
/** History is spread over time in this step. */
const HISTORY_APART_MS = 45_000;

const HISTORY_FILES = ['graph/loadCustomers.grf', 'graph/priceUpdate.grf', 'jobflow/nightly.jbf', 'graph/cleanup.grf'];

/** What a new run is. */
export interface Planned {
  readonly jobFile: string;
  readonly node: string;
  readonly sandbox?: string;
  readonly parent?: number;
  readonly endsAt?: number;
  readonly submittedAt?: number;
  readonly status?: ExecutionStatus;
}

/** Whether a node's process goes on with its runs. */
export type Runs = (node: string) => boolean;

/** The runs of the cluster. All nodes share one database, so every node lists them all. */
export class Executions {
  readonly #way: EventWay;
  readonly #runs: Runs;
  readonly #history: number;
  readonly #start: number;
  readonly #nodes: readonly string[];
  readonly #open = new Map<number, Execution>();
  #ended: Execution[] = [];
  #next = FIRST_RUN_ID;

  /** @param history runs that ended before the scenario began; they are made when somebody asks for them */
  constructor(way: EventWay, runs: Runs, plan: { history: number; start: number; nodes: readonly string[] }) {
    this.#way = way;
    this.#runs = runs;
    this.#history = Math.min(plan.history, FIRST_RUN_ID - 1);
    this.#start = plan.start;
    this.#nodes = plan.nodes;
  }

  /** Begins a run. */
  add(planned: Planned, now: number): Execution {
    const execution: Execution = {
      runId: this.#next++,
      sandbox: planned.sandbox ?? 'warehouse',
      jobFile: planned.jobFile,
      node: planned.node,
      user: 'clover',
      parent: planned.parent ?? null,
      submittedAt: planned.submittedAt ?? now,
      status: planned.status ?? 'RUNNING',
      stoppedAt: null,
      endsAt: planned.endsAt ?? null,
      waitsFor: new Map(),
    };
    this.#open.set(execution.runId, execution);
    const parent = execution.parent === null ? undefined : this.#open.get(execution.parent);
    parent?.waitsFor.set(execution.runId, null);
    return execution;
  }

  /** A run by its id, open, ended or of the history. */
  find(runId: number): Execution | undefined {
    return (
      this.#open.get(runId) ??
      this.#ended.find((one) => one.runId === runId) ??
      (runId < FIRST_RUN_ID && runId >= FIRST_RUN_ID - this.#history ? this.#old(runId) : undefined)
    );
  }

  /** Runs that are not over, newest first. */
  open(): Execution[] {
    return [...this.#open.values()].reverse();
  }

  /** Runs that ended since the beginning, newest first. */
  ended(): readonly Execution[] {
    return this.#ended;
  }

  /** How many runs there are in all. */
  get count(): number {
    return this.#open.size + this.#ended.length + this.#history;
  }

  /** All runs from one place of the list on, newest first. */
  page(from: number, size: number): Execution[] {
    const live = [...this.#open.values(), ...this.#ended].sort((one, other) => other.runId - one.runId);
    const old = Math.max(0, from + size - live.length);
    const firstOld = Math.max(0, from - live.length);
    const page = live.slice(from, from + size);
    for (let index = firstOld; index < Math.min(old, this.#history); index++) {
      page.push(this.#old(FIRST_RUN_ID - 1 - index));
    }
    return page;
  }

  /** Lets happen what is due: children end and send their last event, parents go on that have got it. */
  tick(now: number): void {
    for (const execution of [...this.#open.values()]) {
      if (isOver(execution) || !this.#runs(execution.node)) {
        continue;
      }
      if (execution.endsAt !== null && execution.endsAt <= now) {
        this.end(execution, 'FINISHED_OK', now);
      } else if (execution.status === 'RUNNING' && execution.waitsFor.size > 0) {
        this.#listen(execution, now);
      }
    }
  }

  /** Ends a run; its node tells the parent's by an event. */
  end(execution: Execution, status: ExecutionStatus, now: number): void {
    if (isOver(execution)) {
      return;
    }
    execution.status = status;
    execution.stoppedAt = now;
    this.#open.delete(execution.runId);
    this.#ended.unshift(execution);
    this.#ended.length = Math.min(this.#ended.length, ENDED_KEPT);
    const parent = execution.parent === null ? undefined : this.#open.get(execution.parent);
    if (!parent) {
      return;
    }
    if (parent.node === execution.node) {
      parent.waitsFor.delete(execution.runId);
      this.#goOn(parent, now);
    } else {
      parent.waitsFor.set(execution.runId, this.#way.emit(execution.node, parent.node));
    }
  }

  /** The open children of a run, and theirs. */
  below(runId: number): Execution[] {
    const children = this.open().filter(({ parent }) => parent === runId);
    return children.flatMap((child) => [child, ...this.below(child.runId)]);
  }

  /** The runs of a dead node: the server does not know what became of them. */
  nodeDied(node: string): void {
    for (const execution of this.#open.values()) {
      if (execution.node === node) {
        execution.status = 'UNKNOWN';
        execution.endsAt = null;
      }
    }
  }

  #listen(parent: Execution, now: number): void {
    for (const [child, event] of parent.waitsFor) {
      if (event && this.#way.fate(event) === 'delivered') {
        parent.waitsFor.delete(child);
      }
    }
    this.#goOn(parent, now);
  }

  /** A parent that waits for nobody any more ends in the next moment. */
  #goOn(parent: Execution, now: number): void {
    if (parent.waitsFor.size === 0 && parent.endsAt === null) {
      parent.endsAt = now + 1_000;
    }
  }

  #old(runId: number): Execution {
    const age = FIRST_RUN_ID - runId;
    const submittedAt = this.#start - age * HISTORY_APART_MS;
    return {
      runId,
      sandbox: 'warehouse',
      jobFile: HISTORY_FILES[age % HISTORY_FILES.length] ?? '',
      node: this.#nodes[age % this.#nodes.length] ?? '',
      user: 'clover',
      parent: null,
      submittedAt,
      // One in fifty has failed.
      status: age % 50 === 0 ? 'ERROR' : 'FINISHED_OK',
      stoppedAt: submittedAt + 1_000 * (5 + (age % 40)),
      endsAt: null,
      waitsFor: new Map(),
    };
  }
}
