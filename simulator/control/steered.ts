import type { VirtualClock } from '../domain/clock.ts';
import type { RequestLog } from '../http/request-log.ts';

/** The kinds of coordinators that the simulator knows. */
export type Kind = 'seatunnel' | 'cloverdx' | 'generic';

export interface ScenarioCard {
  readonly name: string;
  readonly title: string;
  readonly what: string;
}

/** A simulated coordinator as the control page and API show and steer it. */
export interface Steered {
  readonly kind: Kind;
  readonly clock: VirtualClock;
  readonly requests: RequestLog;
  readonly scenarios: readonly ScenarioCard[];
  /** The fields of each fault. */
  readonly faults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The present scenario's name. */
  scenario(): string;
  /** What `GET /api/state` tells beside kind, speed and the number of requests. */
  state(): Record<string, unknown>;
  /** Jobs, with what no coordinator tells. */
  jobs(): unknown[];
  /** Event delivery by ordered pairs of nodes, with what no coordinator tells; none where there is none. */
  delivery(): unknown[];
  /** @throws RangeError if there is no such scenario */
  begin(name: string, seed?: number): void;
  /** @throws RangeError that says what is wrong with the fault */
  inject(fault: unknown): void;
  /** Resolves when ports are as the state says. */
  sync(): Promise<void>;
}
