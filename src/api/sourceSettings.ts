import { getBackendSrv } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { openProxyFields } from '../model/proxy';
import { record } from '../model/reading';
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

/** Asks Grafana for a data source's settings; it answers administrators alone. */
export function readStoredSettings(uid: string): Observable<StoredSettings> {
  return defer(() =>
    getBackendSrv().fetch<unknown>({ url: `/api/datasources/uid/${encodeURIComponent(uid)}`, showErrorAlert: false })
  ).pipe(map(({ data }) => understood(data)));
}

function understood(body: unknown): StoredSettings {
  const settings = record(body);
  if (!('jsonData' in settings)) {
    throw new FailedError({
      kind: 'network',
      message: t('api.source-settings.not-understood', 'Grafana answered with something else than settings.'),
    });
  }
  const stored = record(settings.secureJsonFields);
  return {
    openProxyFields: openProxyFields(settings),
    isProvisioned: settings.readOnly === true,
    secrets: Object.keys(stored).filter((name) => stored[name] === true),
  };
}
