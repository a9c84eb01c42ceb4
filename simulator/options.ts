import { NO_HEARTBEAT_MS } from './domain/cluster.ts';
import type { ForceStopSetting } from './domain/engine.ts';
import { DEFAULT_SCENARIO } from './scenarios/index.ts';

/** What can be chosen; everything has a default. Ports are 0 for free ones. */
export interface SimulatorOptions {
  /** Name of the scenario to begin with. */
  scenario?: string;
  /** Address to listen at; 127.0.0.1 unless a container needs another. */
  host?: string;
  /** First port of REST v2; the members have it and the next ones, masters first. */
  port?: number;
  /** First port of REST v1, which is the Hazelcast port too. */
  v1Port?: number;
  controlPort?: number;
  masters?: number;
  workers?: number;
  /** The same seed and start give the same run. */
  seed?: number;
  /** Virtual seconds for each real one. */
  speed?: number;
  /** Version that the engine declares; below 2.3.9 it has no REST v2. Default: the scenario's, else 3.0.0. */
  version?: string;
  /** `yes` for a patched build, `no` for one without; `auto` goes by the version. */
  forceStop?: ForceStopSetting;
  /** Time zone of the times in answers. */
  timeZone?: string;
  /** Context path of REST v2. */
  contextPath?: string;
  /** user:password of REST v2. */
  basicAuth?: string;
  /** Virtual seconds after which a silent member is dropped. */
  noHeartbeatSeconds?: number;
  /** The longest real time that a hanging request is kept. */
  maxHangSeconds?: number;
  /** Virtual time at the beginning (ISO 8601); default: now. */
  start?: string;
}

export interface Settings {
  readonly scenario: string;
  readonly host: string;
  readonly port: number;
  readonly v1Port: number;
  readonly controlPort: number;
  readonly masters: number;
  readonly workers: number;
  readonly seed: number;
  readonly speed: number;
  readonly version: string | null;
  readonly forceStop: ForceStopSetting;
  readonly zone: string;
  readonly contextPath: string;
  readonly basicAuth: string | null;
  readonly noHeartbeatMs: number;
  readonly maxHangMs: number;
  readonly start: number | null;
}

const MAX_MEMBERS = 20;
const DEFAULT_MEMBERS = 2;
const DEFAULT_SEED = 1;
/** Longer than any client waits. */
const MAX_HANG_SECONDS = 120;

/**
 * Checks options and fills in what is missing.
 *
 * @throws RangeError that says which option is wrong
 */
export function settingsOf(options: SimulatorOptions): Settings {
  const contextPath = (options.contextPath ?? '').replace(/\/+$/, '');
  if (contextPath !== '' && !/^(\/[\w.-]+)+$/.test(contextPath)) {
    throw new RangeError('The context path looks like "/seatunnel".');
  }
  if (options.basicAuth !== undefined && !options.basicAuth.includes(':')) {
    throw new RangeError('The credentials are given as user:password.');
  }
  const start = options.start === undefined ? null : Date.parse(options.start);
  if (Number.isNaN(start)) {
    throw new RangeError('The start is a time such as 2026-11-22T08:00:00Z.');
  }
  return {
    scenario: options.scenario ?? DEFAULT_SCENARIO,
    host: options.host ?? '127.0.0.1',
    port: within('port', options.port, 0, 65_535, 0),
    v1Port: within('v1 port', options.v1Port, 0, 65_535, 0),
    controlPort: within('control port', options.controlPort, 0, 65_535, 0),
    masters: within('number of masters', options.masters, 1, MAX_MEMBERS, DEFAULT_MEMBERS),
    workers: within('number of workers', options.workers, 1, MAX_MEMBERS, DEFAULT_MEMBERS),
    seed: within('seed', options.seed, 0, 2 ** 31, DEFAULT_SEED),
    speed: options.speed ?? 1,
    version: options.version ?? null,
    forceStop: options.forceStop ?? 'auto',
    zone: options.timeZone ?? 'UTC',
    contextPath,
    basicAuth: options.basicAuth ?? null,
    noHeartbeatMs: within('no-heartbeat limit', options.noHeartbeatSeconds, 1, 86_400, NO_HEARTBEAT_MS / 1000) * 1000,
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
