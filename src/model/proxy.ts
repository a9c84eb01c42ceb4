import { record } from './reading';

/** Fields of a data source by which Grafana's proxy would reach the coordinator past all guards (pkg/plugin/settings.go). */
const FIELDS = ['url', 'basicAuth', 'basicAuthUser', 'user', 'withCredentials'];

/** Those fields of a data source's settings, its JSON and its secrets, as far as they are set. */
export function openProxyFields(settings: object): string[] {
  const fields = record(settings);
  const { oauthPassThru } = record(fields.jsonData);
  const { basicAuthPassword } = record(fields.secureJsonFields);
  return [
    ...FIELDS.filter((name) => Boolean(fields[name])),
    ...(oauthPassThru ? ['oauthPassThru'] : []),
    ...(basicAuthPassword ? ['basicAuthPassword'] : []),
  ];
}
