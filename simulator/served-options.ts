/** What can be chosen of the kinds cloverdx and generic; everything has a default. Ports are 0 for free ones. */
export interface ServedOptions {
  /** Name of the scenario to begin with. */
  scenario?: string;
  /** Address to listen at; 127.0.0.1 unless a container needs another. */
  host?: string;
  /** The one port of all nodes. */
  port?: number;
  controlPort?: number;
  /** Number of nodes. */
  nodes?: number;
  /** The same seed and start give the same run. */
  seed?: number;
  /** Virtual seconds for each real one. */
  speed?: number;
  /** user:password of the coordinator. */
  basicAuth?: string;
  /** user:password of Jolokia (cloverdx). */
  jolokiaAuth?: string;
  /** Bearer token that is taken instead of the password (generic). */
  token?: string;
  /** Events each node sends a virtual second; default: the scenario's. */
  rate?: number;
  /** The sent events buffer's limit in events. */
  sentLimit?: number;
  /** After so many virtual seconds the inbound events buffer is released. */
  inboundTimeoutSeconds?: number;
  /** Runs that ended before the beginning (cloverdx). */
  history?: number;
  /** The generation of JGroups whose MBeans are shown: 2 or 5 (cloverdx). */
  jgroups?: number;
  /** The simple HTTP API is served beside REST, as it is before CloverDX 7 (cloverdx). */
  simpleHttp?: boolean;
  /** The longest real time that a hanging request is kept. */
  maxHangSeconds?: number;
  /** Virtual time at the beginning (ISO 8601); default: now. */
  start?: string;
}

export interface ServedSettings {
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly nodes: number;
  readonly seed: number;
  readonly speed: number;
  readonly basicAuth: string | null;
  readonly jolokiaAuth: string | null;
  readonly token: string | null;
  readonly rate: number | null;
  readonly sentLimit: number;
  readonly inboundTimeoutMs: number;
  readonly history: number;
  readonly generation: 2 | 5;
  readonly simpleHttp: boolean;
  readonly maxHangMs: number;
  readonly start: number | null;
}

/** The scenarios need three; more pairs than those of 30 nobody looks at. */
const [LEAST_NODES, MOST_NODES] = [3, 30];
const DEFAULT_SEED = 1;
/** CloverDX's own defaults: gc_lag, and xmit_table_obsolete_member_timeout. */
const [SENT_LIMIT, INBOUND_TIMEOUT_SECONDS] = [10_000, 3_600];
const DEFAULT_HISTORY = 200;
/** Run ids of the history lie below those of the scenario. */
const MOST_HISTORY = 150_000;
/** Longer than any client waits. */
const MAX_HANG_SECONDS = 120;
const A_DAY_SECONDS = 86_400;

/**
 * Checks options and fills in what is missing.
 *
 * @throws RangeError that says which option is wrong
 */
export function servedSettingsOf(options: ServedOptions): ServedSettings {
  for (const login of [options.basicAuth, options.jolokiaAuth]) {
    if (login !== undefined && !login.includes(':')) {
      throw new RangeError('The credentials are given as user:password.');
    }
  }
  const start = options.start === undefined ? null : Date.parse(options.start);
  if (Number.isNaN(start)) {
    throw new RangeError('The start is a time such as 2026-11-22T08:00:00Z.');
  }
  const { rate = null, jgroups = 2 } = options;
  if (rate !== null && !(rate >= 0 && rate <= 1e6)) {
    throw new RangeError('The rate is a number of events a second, from 0 to 1,000,000.');
  }
  if (jgroups !== 2 && jgroups !== 5) {
    throw new RangeError('The generation of JGroups is 2 or 5.');
  }
  const inbound = within('inbound timeout', options.inboundTimeoutSeconds, 1, A_DAY_SECONDS, INBOUND_TIMEOUT_SECONDS);
  return {
    host: options.host ?? '127.0.0.1',
    port: within('port', options.port, 0, 65_535, 0),
    controlPort: within('control port', options.controlPort, 0, 65_535, 0),
    nodes: within('number of nodes', options.nodes, LEAST_NODES, MOST_NODES, LEAST_NODES),
    seed: within('seed', options.seed, 0, 2 ** 31, DEFAULT_SEED),
    speed: options.speed ?? 1,
    basicAuth: options.basicAuth ?? null,
    jolokiaAuth: options.jolokiaAuth ?? null,
    token: options.token ?? null,
    rate,
    sentLimit: within('sent limit', options.sentLimit, 1, 10_000_000, SENT_LIMIT),
    inboundTimeoutMs: inbound * 1000,
    history: within('length of the history', options.history, 0, MOST_HISTORY, DEFAULT_HISTORY),
    generation: jgroups,
    simpleHttp: options.simpleHttp ?? false,
    maxHangMs: within('limit of hanging', options.maxHangSeconds, 1, 3_600, MAX_HANG_SECONDS) * 1000,
    start,
  };
}

function within(what: string, value: number | undefined, least: number, most: number, missing: number): number {
  const number = value ?? missing;
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new RangeError(`The ${what} is a whole number from ${least} to ${most}.`);
  }
  return number;
}
