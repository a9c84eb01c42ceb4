import { getBackendSrv } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { FailedError } from './failure';

/** A data source's stored settings, as administrators may read them. No secret is among them. */
export interface StoredSettings {
  /** Grafana's own connection fields that are set; each would open Grafana's data source proxy to any Viewer. */
  openProxyFields: string[];
  /** It comes from a provisioning file, and is changed there. */
  isProvisioned: boolean;
  /** Which secrets are stored, by name. */
  secrets: string[];
}

/** Grafana's fields by which its data source proxy would reach the coordinator past all guards (pkg/plugin/settings.go). */
const PROXY_FIELDS = ['url', 'basicAuth', 'basicAuthUser', 'user', 'withCredentials'] as const;

/** Asks Grafana for a data source's settings; it answers administrators alone. */
export function readStoredSettings(uid: string): Observable<StoredSettings> {
  return defer(() =>
    getBackendSrv().fetch<unknown>({ url: `/api/datasources/uid/${encodeURIComponent(uid)}`, showErrorAlert: false })
  ).pipe(map(({ data }) => understood(data)));
}

function understood(body: unknown): StoredSettings {
  const settings = record(body);
  if (!settings || !('jsonData' in settings)) {
    throw new FailedError({
      kind: 'network',
      message: t('api.source-settings.not-understood', 'Grafana answered with something else than settings.'),
    });
  }
  const jsonData = record(settings.jsonData) ?? {};
  const stored = record(settings.secureJsonFields) ?? {};
  const secrets = Object.keys(stored).filter((name) => stored[name] === true);
  return {
    openProxyFields: [
      ...PROXY_FIELDS.filter((name) => Boolean(settings[name])),
      ...(jsonData.oauthPassThru ? ['oauthPassThru'] : []),
      ...secrets.filter((name) => name === 'basicAuthPassword'),
    ],
    isProvisioned: settings.readOnly === true,
    secrets,
  };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
