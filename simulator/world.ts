import { VirtualClock } from './domain/clock.ts';
import { Cluster } from './domain/cluster.ts';
import { engineOf, type ForceStopSetting } from './domain/engine.ts';
import { apply, type Fault } from './domain/faults.ts';
import type { MemberPlace } from './domain/member.ts';
import { cleanWire, type Wire } from './domain/wire.ts';
import { DEFAULT_VERSION, scenarioNamed } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { stage } from './scenarios/stage.ts';

export interface WorldSettings {
  readonly scenario: string;
  readonly seed: number;
  readonly speed: number;
  /** Overrides the scenario's version. */
  readonly version: string | null;
  readonly forceStop: ForceStopSetting;
  readonly zone: string;
  readonly noHeartbeatMs: number;
  /** Virtual time at a scenario's beginning, epoch ms; null for the real time then. */
  readonly start: number | null;
}

/** The cluster that is simulated now, its clock, and the scenario it goes through. */
export class World {
  readonly #settings: WorldSettings;
  readonly #members: readonly MemberPlace[];
  #seed: number;
  #scenario: Scenario;
  #clock: VirtualClock;
  #cluster: Cluster;
  #wire: Wire;

  /** @throws RangeError if a setting makes no sense */
  constructor(settings: WorldSettings, members: readonly MemberPlace[]) {
    this.#settings = settings;
    this.#members = members;
    this.#seed = settings.seed;
    this.#scenario = scenarioNamed(settings.scenario);
    ({ clock: this.#clock, cluster: this.#cluster, wire: this.#wire } = this.#begin(this.#scenario, settings.speed));
  }

  get scenario(): Scenario {
    return this.#scenario;
  }

  get seed(): number {
    return this.#seed;
  }

  get clock(): VirtualClock {
    return this.#clock;
  }

  get wire(): Wire {
    return this.#wire;
  }

  /** The cluster, after everything has happened that is due by now. */
  settle(): Cluster {
    this.#cluster.settle(this.#clock.now());
    return this.#cluster;
  }

  /** Lets a fault happen now. */
  inject(fault: Fault): void {
    const cluster = this.settle();
    apply(cluster, this.#wire, fault);
  }

  /**
   * Begins a scenario anew, with a new cluster. What runs now goes on if that fails.
   *
   * @throws RangeError if there is no such scenario, or the members do not suffice
   */
  begin(name: string, seed = this.#seed): void {
    const scenario = scenarioNamed(name);
    const previous = this.#seed;
    this.#seed = seed;
    try {
      const begun = this.#begin(scenario, this.#clock.speed);
      this.#clock = begun.clock;
      this.#cluster = begun.cluster;
      this.#wire = begun.wire;
      this.#scenario = scenario;
    } catch (error) {
      this.#seed = previous;
      throw error;
    }
  }

  #begin(scenario: Scenario, speed: number): { clock: VirtualClock; cluster: Cluster; wire: Wire } {
    const { version, forceStop, zone, noHeartbeatMs, start } = this.#settings;
    const clock = new VirtualClock(start ?? Date.now(), speed, () => performance.now());
    const wire = cleanWire();
    const cluster = new Cluster({
      engine: engineOf(version ?? scenario.version ?? DEFAULT_VERSION, forceStop),
      zone,
      seed: this.#seed,
      members: this.#members,
      start: clock.now(),
      noHeartbeatMs,
    });
    stage(cluster, wire, scenario);
    return { clock, cluster, wire };
  }
}
