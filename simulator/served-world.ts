import { VirtualClock } from './domain/clock.ts';
import { cleanWire, type Wire } from './domain/wire.ts';

/** What differs between the kinds of coordinators that are served on one port. */
export interface ServedKind<Cluster, Scenario, Fault> {
  /** @throws RangeError that names the scenarios there are */
  readonly scenarioNamed: (name: string) => Scenario;
  /** Makes a cluster and sets the scenario up in it; `start` is virtual epoch ms. */
  readonly stage: (scenario: Scenario, wire: Wire, at: { readonly seed: number; readonly start: number }) => Cluster;
  /** @throws RangeError if the fault names what does not exist */
  readonly apply: (cluster: Cluster, wire: Wire, fault: Fault) => void;
}

interface Life<Cluster, Scenario> {
  readonly clock: VirtualClock;
  readonly wire: Wire;
  readonly cluster: Cluster;
  readonly scenario: Scenario;
  readonly seed: number;
}

/** The coordinator that is simulated now, its clock, and the scenario it goes through. */
export class ServedWorld<
  Cluster extends { settle(now: number): void },
  Scenario extends { readonly name: string },
  Fault,
> {
  readonly #kind: ServedKind<Cluster, Scenario, Fault>;
  readonly #start: number | null;
  #life: Life<Cluster, Scenario>;

  /**
   * @param begin scenario, seed and speed to begin with; `start` is the virtual time then, null for the real one
   * @throws RangeError if a setting makes no sense
   */
  constructor(
    kind: ServedKind<Cluster, Scenario, Fault>,
    begin: { readonly scenario: string; readonly seed: number; readonly speed: number; readonly start: number | null }
  ) {
    this.#kind = kind;
    this.#start = begin.start;
    this.#life = this.#begin(begin.scenario, begin.seed, begin.speed);
  }

  get scenario(): Scenario {
    return this.#life.scenario;
  }

  get seed(): number {
    return this.#life.seed;
  }

  get clock(): VirtualClock {
    return this.#life.clock;
  }

  get wire(): Wire {
    return this.#life.wire;
  }

  /** The cluster, after everything has happened that is due by now. */
  settle(): Cluster {
    this.#life.cluster.settle(this.#life.clock.now());
    return this.#life.cluster;
  }

  /** Lets a fault happen now. */
  inject(fault: Fault): void {
    this.#kind.apply(this.settle(), this.#life.wire, fault);
  }

  /**
   * Begins a scenario anew, with a new cluster. What runs now goes on if that fails.
   *
   * @throws RangeError if there is no such scenario
   */
  begin(name: string, seed = this.seed): void {
    this.#life = this.#begin(name, seed, this.clock.speed);
  }

  #begin(name: string, seed: number, speed: number): Life<Cluster, Scenario> {
    const scenario = this.#kind.scenarioNamed(name);
    const clock = new VirtualClock(this.#start ?? Date.now(), speed, () => performance.now());
    const wire = cleanWire();
    return { clock, wire, scenario, seed, cluster: this.#kind.stage(scenario, wire, { seed, start: clock.now() }) };
  }
}
