import { type DataSourceJsonData } from '@grafana/data';

import { DEFAULT_STUCK_AFTER_SECONDS } from '../model/detection';
import { POLICY_DEFAULTS, type Role, type SecondPerson } from '../model/policy';
import { DEFAULT_POLL_INTERVAL_SECONDS } from '../model/reading';
import { checkNumber, type Range } from './checks';
import { type CloverDxApi, type Messaging } from './cloverdx';
import { type DetectionSettings } from './detection';

export type ApiVersion = 'auto' | 'v1' | 'v2';
export type ForceStopSupport = 'auto' | 'yes' | 'no';

/** Who may cancel and force-stop, and what the guards demand. */
export interface ActionSettings {
  enabled?: boolean;
  minRole?: Role;
  auditRole?: Role;
  /** Where not empty, only these may act. */
  allowedLogins?: string[];
  minCancelingAgeSeconds?: number;
  masterSettleSeconds?: number;
  savepointStallSeconds?: number;
  maxForceStops?: number;
  maxCancels?: number;
  budgetWindowSeconds?: number;
  secondPerson?: SecondPerson;
  incidentBudget?: number;
}

/** Which coordinator a data source stands for; each has settings of its own. */
export type CoordinatorKind = 'seatunnel' | 'cloverdx' | 'generic';

/** What every kind has. */
interface CommonSettings extends DataSourceJsonData {
  clusterId?: string;
  urls: string[];
  username?: string;
  pollIntervalSeconds?: number;
  requestTimeoutSeconds?: number;
  pollDeadlineSeconds?: number;
  stuckAfterSeconds?: number;
  detection?: DetectionSettings;
  tlsServerName?: string;
  actions?: ActionSettings;
  /** A job in the coordinator's own UI, with `{jobId}` in the place of its id. */
  uiUrl?: string;
}

/** A SeaTunnel Zeta cluster. */
export interface SeaTunnelSettings extends CommonSettings {
  /** Absent in data sources that were made before there was a choice. */
  kind?: 'seatunnel';
  workerUrls?: string[];
  apiVersion?: ApiVersion;
  contextPath?: string;
  /** IANA name of the zone in which the coordinator writes its times. */
  timeZone?: string;
  forceStopSupport?: ForceStopSupport;
}

/** A CloverDX cluster: its server's API, and the messaging layer between its nodes. */
export interface CloverDxSettings extends CommonSettings {
  kind: 'cloverdx';
  cloverdx?: CloverDxApi;
  messaging?: Messaging;
}

/** A coordinator of one's own that offers contract/coordinator.yaml. */
export interface GenericSettings extends CommonSettings {
  kind: 'generic';
}

/**
 * The data source's settings; Go reads the same (pkg/plugin/settings.go). Addresses stand here, and not in the data
 * source's own `url`, because Grafana's proxy would let any Viewer send requests there.
 */
export type CoordinatorSettings = SeaTunnelSettings | CloverDxSettings | GenericSettings;

/** The kind, also of a data source that was made before there was a choice. */
export function kindOf({ kind }: Pick<CoordinatorSettings, 'kind'>): CoordinatorKind {
  return kind ?? 'seatunnel';
}

/** The settings that every kind has: what stays when another kind is chosen. */
const COMMON = [
  'clusterId',
  'urls',
  'username',
  'pollIntervalSeconds',
  'requestTimeoutSeconds',
  'pollDeadlineSeconds',
  'stuckAfterSeconds',
  'detection',
  'tlsServerName',
  'actions',
  'uiUrl',
] as const satisfies ReadonlyArray<keyof CommonSettings>;

/** The settings as those of another kind: what only the former kind has is left behind. */
export function withKind(settings: CoordinatorSettings, kind: CoordinatorKind): CoordinatorSettings {
  const kept = Object.fromEntries(COMMON.filter((name) => name in settings).map((name) => [name, settings[name]]));
  return { urls: [], ...kept, kind };
}

/** Secrets: the browser can set them and never read them. */
export interface CoordinatorSecrets {
  password?: string;
  /** Bearer token of a coordinator of kind `generic`. */
  token?: string;
  /** For the nodes' messaging layer, beside `messaging.username`. */
  messagingPassword?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

/** What the backend uses where a setting is absent. Shown as placeholders. */
export const DEFAULTS = {
  apiVersion: 'auto',
  timeZone: 'UTC',
  pollIntervalSeconds: DEFAULT_POLL_INTERVAL_SECONDS,
  requestTimeoutSeconds: 5,
  pollDeadlineSeconds: 8,
  forceStopSupport: 'auto',
  stuckAfterSeconds: DEFAULT_STUCK_AFTER_SECONDS,
  actions: POLICY_DEFAULTS,
} as const satisfies Partial<SeaTunnelSettings>;

/** What the backend accepts, both ends included, in seconds; the policy's ranges are in model/policy. Go has the same. */
export const RANGES = {
  pollIntervalSeconds: [2, 300],
  pollDeadlineSeconds: [1, 120],
  stuckAfterSeconds: [10, 604_800],
} as const satisfies Record<string, Range>;

/** What is wrong with the timeout of one request beside the poll's deadline; empty when nothing is. */
export function checkRequestTimeout({
  pollDeadlineSeconds,
  requestTimeoutSeconds,
}: Pick<CoordinatorSettings, 'pollDeadlineSeconds' | 'requestTimeoutSeconds'>): string {
  return checkNumber(requestTimeoutSeconds, [1, pollDeadlineSeconds ?? DEFAULTS.pollDeadlineSeconds]);
}
