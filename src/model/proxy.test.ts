import { openProxyFields } from './proxy';

describe("fields that open Grafana's data source proxy", () => {
  it.each([
    [{}, []],
    [{ url: '', basicAuth: false, user: '', withCredentials: false, jsonData: { urls: ['http://zeta:8080'] } }, []],
    [{ url: 'http://zeta:8080', user: 'root' }, ['url', 'user']],
    [
      { basicAuth: true, basicAuthUser: 'root', withCredentials: true },
      ['basicAuth', 'basicAuthUser', 'withCredentials'],
    ],
    [{ jsonData: { oauthPassThru: true }, secureJsonFields: { password: true } }, ['oauthPassThru']],
    [{ secureJsonFields: { basicAuthPassword: true } }, ['basicAuthPassword']],
    [{ secureJsonFields: { basicAuthPassword: false } }, []],
  ])('given %j, names %j', (settings, open) => {
    expect(openProxyFields(settings)).toEqual(open);
  });
});
