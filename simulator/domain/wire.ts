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
