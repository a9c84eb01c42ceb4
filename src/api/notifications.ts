import { getBackendSrv } from '@grafana/runtime';
import { defer, forkJoin, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
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

export type Operator = '=' | '!=' | '=~' | '!~';

/** What a label must be for a route to take an alert. */
export interface Matcher {
  label: string;
  operator: Operator;
  value: string;
}

/** A route of the notification policy. */
export interface Route {
  /** The contact point's name; empty: that of the route above. */
  receiver: string;
  matchers: Matcher[];
  /** Whether the routes after it are tried, too. */
  continues: boolean;
  routes: Route[];
}

/** Whom this Grafana's own Alertmanager tells of what. */
export interface Notifications {
  integrations: Integration[];
  /** The root of the notification policy; it takes whatever no route takes. */
  root: Route;
}

/** A part of Grafana's answer; it comes from another program, so that nothing of it is certain. */
type Told = Record<string, unknown>;

/** Asks Grafana for contact points and the notification policy; it answers those who may read them, as administrators. */
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

function routeOf(told: Told): Route {
  return {
    receiver: text(told.receiver),
    matchers: [
      ...list(told.object_matchers).flatMap((one) => (Array.isArray(one) ? matcher(one[0], one[1], one[2]) : [])),
      ...Object.entries(record(told.match)).flatMap(([label, value]) => matcher(label, '=', value)),
      ...Object.entries(record(told.match_re)).flatMap(([label, value]) => matcher(label, '=~', value)),
    ],
    continues: told.continue === true,
    routes: list(told.routes).map((one) => routeOf(record(one))),
  };
}

function matcher(label: unknown, operator: unknown, value: unknown): Matcher[] {
  const known = (['=', '!=', '=~', '!~'] as const).find((one) => one === operator);
  return known ? [{ label: text(label), operator: known, value: text(value) }] : [];
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

function record(value: unknown): Told {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
