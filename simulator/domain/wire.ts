/** What can go wrong between a client and a member, whatever the cluster's state is. */
export interface Wire {
  /** Answers for paths (without prefix or context path) that replace the engine's. */
  readonly replaced: Map<string, ReplacedAnswer>;
  /** Real milliseconds by which the answers of a path are late. */
  readonly delays: Map<string, number>;
  /** Paths after whose request the connection is cut, without an answer; the request takes effect. */
  readonly cut: Set<string>;
}

export interface ReplacedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A wire without any trouble. */
export const cleanWire = (): Wire => ({ replaced: new Map(), delays: new Map(), cut: new Set() });

/** What can be done to the answers of a path of a coordinator that is served on one port. */
export type WireFault =
  | { readonly kind: 'delay'; readonly path: string; readonly milliseconds: number }
  /** The request takes effect, and the connection is cut without an answer. */
  | { readonly kind: 'lose-answer'; readonly path: string; readonly on: boolean }
  /** Another answer than the coordinator's; without a status the coordinator answers again. */
  | {
      readonly kind: 'replace';
      readonly path: string;
      readonly status?: number;
      readonly contentType?: string;
      readonly body?: string;
    };

/** The longest delay of an answer: a client that waits longer has given up. */
const MAX_DELAY_MS = 600_000;

/** Lets it go wrong between client and coordinator from now on. */
export function applyWire(wire: Wire, fault: WireFault): void {
  switch (fault.kind) {
    case 'delay':
      wire.delays.set(fault.path, Math.min(MAX_DELAY_MS, fault.milliseconds));
      break;
    case 'lose-answer':
      if (fault.on) {
        wire.cut.add(fault.path);
      } else {
        wire.cut.delete(fault.path);
      }
      break;
    case 'replace': {
      const { path, status, contentType = 'application/json', body = '' } = fault;
      if (status === undefined) {
        wire.replaced.delete(path);
      } else {
        wire.replaced.set(path, { status, contentType, body });
      }
      break;
    }
  }
}
