import { type DataSourceSettings } from '@grafana/data';

import { t } from '../i18n/text';

type Settings = Pick<
  DataSourceSettings<object, object>,
  | 'url'
  | 'basicAuth'
  | 'basicAuthUser'
  | 'user'
  | 'withCredentials'
  | 'jsonData'
  | 'secureJsonFields'
  | 'secureJsonData'
>;

/** Why nothing may stand in these fields; the backend refuses to act while something does. */
export function proxyDanger(): string {
  return t(
    'datasource.proxy.danger',
    "Grafana's proxy would let any Viewer send requests to the coordinator with its credentials."
  );
}

/** The settings without what opens Grafana's proxy (openProxyFields). */
export function closeProxy<T extends Settings>(settings: T): T {
  const { oauthPassThru: _, ...jsonData }: Record<string, unknown> = { ...settings.jsonData };
  return {
    ...settings,
    url: '',
    basicAuth: false,
    basicAuthUser: '',
    user: '',
    withCredentials: false,
    jsonData,
    ...(settings.secureJsonFields?.basicAuthPassword && {
      secureJsonFields: { ...settings.secureJsonFields, basicAuthPassword: false },
      // Grafana keeps a stored secret that a save does not name.
      secureJsonData: { ...settings.secureJsonData, basicAuthPassword: '' },
    }),
  };
}
