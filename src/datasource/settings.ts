import { type DataSourceJsonData } from '@grafana/data';

import { POLICY_DEFAULTS, type Role, type SecondPerson } from '../model/policy';

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

/**
 * The data source's settings; Go reads the same (pkg/plugin/settings.go). Addresses stand here, and not in the data
 * source's own `url`, because Grafana's proxy would let any Viewer send requests there.
 */
export interface CoordinatorSettings extends DataSourceJsonData {
  kind: 'seatunnel';
  clusterId?: string;
  urls: string[];
  workerUrls?: string[];
  apiVersion?: ApiVersion;
  contextPath?: string;
  username?: string;
  /** IANA name of the zone in which the coordinator writes its times. */
  timeZone?: string;
  pollIntervalSeconds?: number;
  requestTimeoutSeconds?: number;
  pollDeadlineSeconds?: number;
  forceStopSupport?: ForceStopSupport;
  stuckAfterSeconds?: number;
  tlsServerName?: string;
  actions?: ActionSettings;
}

/** Secrets: the browser can set them and never read them. */
export interface CoordinatorSecrets {
  password?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}

/** What the backend uses where a setting is absent. Shown as placeholders. */
export const DEFAULTS = {
  apiVersion: 'auto',
  timeZone: 'UTC',
  pollIntervalSeconds: 10,
  requestTimeoutSeconds: 5,
  pollDeadlineSeconds: 8,
  forceStopSupport: 'auto',
  stuckAfterSeconds: 180,
  actions: POLICY_DEFAULTS,
} as const satisfies Partial<CoordinatorSettings>;

/** What the backend accepts, both ends included, in seconds; the policy's ranges are in model/policy. Go has the same. */
export const RANGES = {
  pollIntervalSeconds: [2, 300],
  pollDeadlineSeconds: [1, 120],
  stuckAfterSeconds: [10, 604_800],
} as const satisfies Record<string, Range>;

type Range = readonly [least: number, most: number];

/** A range in words. */
export function describeRange([least, most]: Range): string {
  return `${least} to ${most}`;
}

/** What is wrong with an address, as a sentence; empty when nothing is. */
export function checkAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return `"${address}" is no address. Write it like http://master-1:8080.`;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `"${address}" must begin with http:// or https://.`;
  }
  if (url.username || url.password) {
    return `The address of ${url.host} holds a user name or password. Write them into their own fields below: addresses are not secret.`;
  }
  if (url.search || url.hash) {
    return `"${address}" must not hold "?" or "#".`;
  }
  return '';
}

/** What is wrong with a list of addresses, as one sentence; empty when nothing is. */
export function checkAddresses(addresses: string[], demanded: boolean): string {
  if (addresses.length === 0) {
    return demanded ? 'Write at least one address of a master.' : '';
  }
  const wrong = addresses.map(checkAddress).find((sentence) => sentence !== '');
  if (wrong !== undefined) {
    return wrong;
  }
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  return twice === undefined ? '' : `"${twice}" is written twice.`;
}

/** What is wrong with a time zone, as a sentence; empty when nothing is. */
export function checkTimeZone(zone: string | undefined): string {
  if (!zone) {
    return '';
  }
  try {
    Intl.DateTimeFormat(undefined, { timeZone: zone });
    return '';
  } catch {
    return `"${zone}" is no time zone. Write its IANA name, like Europe/Vienna or UTC.`;
  }
}

/** What is wrong with a number, as a sentence; empty when nothing is. An absent one stands for the default. */
export function checkNumber(value: number | undefined, range: Range): string {
  if (value === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1])) {
    return '';
  }
  return `Write a whole number from ${describeRange(range)}.`;
}

/** What is wrong with the timeout of one request beside the poll's deadline; empty when nothing is. */
export function checkRequestTimeout({ pollDeadlineSeconds, requestTimeoutSeconds }: CoordinatorSettings): string {
  return checkNumber(requestTimeoutSeconds, [1, pollDeadlineSeconds ?? DEFAULTS.pollDeadlineSeconds]);
}
