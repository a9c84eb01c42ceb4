import { Random } from '../../domain/random.ts';
import { Schedule } from '../../domain/schedule.ts';
import type { Fate } from './link.ts';
import { Executions } from './executions.ts';
import { isOver, type Execution } from './execution.ts';
import { Messaging, type EventRef, type EventWay } from './messaging.ts';
import type { Playback } from './recording.ts';

/** Everything in the cluster happens in steps of this virtual time. */
const STEP_MS = 1_000;
/** Virtual time that an abort takes. */
const ABORT_TAKES_MS = 500;

export interface CloverPlan {
  readonly nodes: number;
  readonly seed: number;
  /** Virtual epoch ms. */
  readonly start: number;
  readonly rate: number;
  readonly sentLimit: number;
  readonly inboundTimeoutMs: number;
  /** Runs that ended before the beginning. */
  readonly history: number;
  /** A new jobflow with a child on another node every so many virtual seconds; 0 for none. */
  readonly flowEverySeconds: number;
  /** The generation of JGroups whose MBeans the live model shows. */
  readonly generation: 2 | 5;
  /** A recorded outage whose figures stand in for the live model's. */
  readonly playback: Playback | null;
}

/** What somebody has switched on, apart from the nodes' state. */
export interface Switches {
  /** REST is served; else only the simple HTTP API may be. */
  rest: boolean;
  simpleHttp: boolean;
  /** The servers register JGroups' MBeans. */
  mbeans: boolean;
  /** Jolokia's policy allows the operation printMessages, and the start time. */
  windows: boolean;
  startTime: boolean;
  /** Aborts are answered with 200 and do nothing. */
  ignoringAborts: boolean;
}

/** A CloverDX cluster that is simulated: nodes, what they send each other, and runs. */
export class CloverCluster {
  readonly plan: CloverPlan;
  readonly messaging: Messaging;
  readonly executions: Executions;
  readonly schedule = new Schedule();
  readonly switches: Switches = {
    rest: true,
    simpleHttp: false,
    mbeans: true,
    windows: true,
    startTime: true,
    ignoringAborts: false,
  };
  readonly #random: Random;
  #time: number;
  #steps = 0;

  constructor(plan: CloverPlan) {
    this.plan = plan;
    this.#time = plan.start;
    this.#random = new Random(plan.seed);
    this.messaging = new Messaging(plan);
    const nodes = this.messaging.nodes.map(({ name }) => name);
    const way: EventWay = {
      emit: (node, peer) => this.#emit(node, peer),
      fate: (event) => this.#fate(event),
    };
    this.executions = new Executions(way, (node) => this.processOf(node) === 'alive', { ...plan, nodes });
  }

  /** Virtual now. */
  get time(): number {
    return this.#time;
  }

  /** The generation of JGroups whose MBeans are shown. */
  get generation(): 2 | 5 {
    return this.plan.playback?.generation ?? this.plan.generation;
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
      this.#startFlow();
      this.executions.tick(next);
    }
    this.#time = Math.max(this.#time, now);
  }

  /** Plans something for later. */
  after(ms: number, run: () => void, what = ''): void {
    this.schedule.at(this.#time + ms, what, run);
  }

  /** What a node's process does; a node of a recording is frozen while it did not answer. */
  processOf(name: string): 'alive' | 'frozen' | 'dead' {
    const { process } = this.messaging.node(name);
    const silent = this.plan.playback?.silent(name, this.#time - this.plan.start) ?? false;
    return process === 'alive' && silent ? 'frozen' : process;
  }

  /**
   * Aborts a run and its children, as somebody asked a node to. It does not reach runs of nodes that are dead, frozen
   * or cut off from the one that was asked.
   */
  abort(execution: Execution, asked: string): void {
    if (this.switches.ignoringAborts || isOver(execution)) {
      return;
    }
    for (const one of [execution, ...this.executions.below(execution.runId)]) {
      if (this.#reaches(asked, one.node)) {
        this.after(ABORT_TAKES_MS, () => this.executions.end(one, 'ABORTED', this.#time));
      }
    }
  }

  /** Whether a node's commands reach another. */
  #reaches(asked: string, owner: string): boolean {
    const [one, other] = [this.messaging.node(asked), this.messaging.node(owner)];
    return this.processOf(owner) === 'alive' && this.messaging.connected(one, other);
  }

  /** Starts a jobflow with a child on another node from time to time, as a scheduler would. */
  #startFlow(): void {
    const { flowEverySeconds } = this.plan;
    if (flowEverySeconds === 0 || this.#steps % flowEverySeconds !== 0) {
      return;
    }
    const able = this.messaging.nodes.filter((node) => node.process === 'alive' && !node.cut);
    if (able.length < 2) {
      return;
    }
    const first = this.#random.whole(0, able.length - 1);
    const [node, other] = [able[first], able[(first + 1) % able.length]];
    if (node && other) {
      const parent = this.executions.add({ jobFile: 'jobflow/refreshPrices.jbf', node: node.name }, this.#time);
      this.executions.add(
        {
          jobFile: 'graph/priceUpdate.grf',
          node: other.name,
          parent: parent.runId,
          endsAt: this.#time + 1_000 * this.#random.whole(3, 9),
        },
        this.#time
      );
    }
  }

  #emit(node: string, peer: string): EventRef {
    const { playback } = this.plan;
    return playback
      ? { node, peer, sequence: playback.sent(node, this.#time - this.plan.start), epoch: 0 }
      : this.messaging.emit(node, peer);
  }

  #fate(event: EventRef): Fate {
    const { playback } = this.plan;
    if (!playback) {
      return this.messaging.fate(event);
    }
    const at = this.#time - this.plan.start;
    if (playback.lost(event.peer, event.node, at) > 0) {
      return 'lost';
    }
    return playback.received(event.peer, event.node, at) >= event.sequence ? 'delivered' : 'waiting';
  }
}
