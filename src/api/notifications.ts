import { getBackendSrv } from '@grafana/runtime';
import { defer, forkJoin, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { record, text } from '../model/reading';
import { FailedError } from './failure';

/** One way in which a contact point reaches somebody. */
export interface Integration {
  /** The contact point's name. */
  contactPoint: string;
  /** Grafana's word: email, webhook, slack … */
  type: string;
  /** Of a contact point of type email; empty for the others, whose settings may hold secrets. */
  addresses: string;
}

export const OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a label must be for a route to take an alert. */
export interface Matcher {
  label: string;
  /** Empty: what Grafana wrote is not understood, and stands in `value`. */
  operator: Operator | '';
  value: string;
}

/** A route of the notification policy. */
export interface Route {
  /** The contact point's name; empty: that of the route above. */
  receiver: string;
  matchers: Matcher[];
  /** Whether the routes after it are tried, too. */
  continues: boolean;
  /** The mute timings in which it tells nobody, and those outside of which it does not; its routes inherit neither. */
  mutes: string[];
  actives: string[];
  routes: Route[];
}

/** Whom this Grafana's own Alertmanager tells of what. */
export interface Notifications {
  integrations: Integration[];
  /** The root of the notification policy; it takes whatever no route takes. */
  root: Route;
}

/** Asks Grafana for contact points and the notification policy; 12.4 answers everybody who is signed in. */
export function readNotifications(): Observable<Notifications> {
  return forkJoin({
    integrations: ask('/api/v1/provisioning/contact-points').pipe(map(readIntegrations)),
    root: ask('/api/v1/provisioning/policies').pipe(map(readRoute)),
  });
}

function ask(url: string): Observable<unknown> {
  return defer(() => getBackendSrv().fetch<unknown>({ url, showErrorAlert: false })).pipe(map(({ data }) => data));
}

function readIntegrations(body: unknown): Integration[] {
  if (!Array.isArray(body)) {
    throw notUnderstood();
  }
  return body.map((one: unknown) => {
    const { name, type, settings } = record(one);
    return { contactPoint: text(name), type: text(type), addresses: text(record(settings).addresses) };
  });
}

function readRoute(body: unknown): Route {
  const told = record(body);
  if (typeof told.receiver !== 'string') {
    throw notUnderstood();
  }
  return routeOf(told);
}

function routeOf(told: Record<string, unknown>): Route {
  return {
    receiver: text(told.receiver),
    // The latter three are older; Grafana keeps and obeys them where they came with a provisioning file or its API.
    matchers: [
      ...list(told.object_matchers).map(triple),
      ...list(told.matchers).map(written),
      ...Object.entries(record(told.match)).map(([label, value]) => matcher(label, '=', value)),
      ...Object.entries(record(told.match_re)).map(([label, value]) => matcher(label, '=~', value)),
    ],
    continues: told.continue === true,
    mutes: texts(told.mute_time_intervals),
    actives: texts(told.active_time_intervals),
    routes: list(told.routes).map((one) => routeOf(record(one))),
  };
}

function triple(told: unknown): Matcher {
  const [label, operator, value] = list(told);
  return matcher(label, operator, value);
}

/** A matcher as Alertmanager writes it: severity=~"crit.*"; name and value may stand in quotes, those of JSON. */
const WRITTEN = /^\s*("(?:[^"\\]|\\.)*"|[^\s=!~"]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"]*?)\s*$/s;

function written(told: unknown): Matcher {
  const [, label = '', operator, value = ''] = WRITTEN.exec(text(told)) ?? [];
  return operator === undefined ? matcher(told) : matcher(unquoted(label), operator, unquoted(value));
}

function unquoted(word: string): unknown {
  try {
    return word.startsWith('"') ? JSON.parse(word) : word;
  } catch {
    return undefined;
  }
}

function matcher(label: unknown, operator?: unknown, value?: unknown): Matcher {
  const known = OPERATORS.find((one) => one === operator);
  return known && typeof label === 'string' && typeof value === 'string'
    ? { label, operator: known, value }
    : { label: '', operator: '', value: texts([label, operator, value]).join(' ') };
}

function notUnderstood(): FailedError {
  return new FailedError({
    kind: 'network',
    message: t(
      'api.notifications.not-understood',
      'Grafana answered with something else than contact points and a notification policy.'
    ),
  });
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): string[] {
  return list(value).flatMap((one) => (typeof one === 'string' ? [one] : []));
}
