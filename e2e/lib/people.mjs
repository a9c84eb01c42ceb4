// @ts-check
/** The identities of the journey. */
import { randomBytes } from 'node:crypto';
import { GrafanaClient } from './client.mjs';

/** What Grafana says of a login that there is already. */
const CONFLICT = 412;

/**
 * @typedef {{ client: GrafanaClient, login: string, password: string }} Person
 */

/**
 * @param {GrafanaClient} admin
 * @param {string} login
 * @param {'Viewer' | 'Editor' | 'Admin'} role in the first organisation
 * @returns {Promise<Person>}
 */
export async function createPerson(admin, login, role) {
  const password = randomBytes(18).toString('base64url');
  const user = { name: login, login, email: `${login}@example.org`, password, OrgId: 1 };
  const created = await admin.send('POST', '/api/admin/users', user);
  /** @type {number} */
  let id;
  if (created.status === CONFLICT) {
    // A Grafana of GRAFANA_URL may know them from the last journey.
    ({ id } = await admin.json('GET', `/api/users/lookup?loginOrEmail=${login}`));
    await admin.json('PUT', `/api/admin/users/${id}/password`, { password });
  } else {
    ({ id } = JSON.parse(created.text));
  }
  await admin.json('PATCH', `/api/orgs/1/users/${id}`, { role });
  return { client: new GrafanaClient(admin.url, { user: login, password }), login, password };
}

/**
 * A service account with an Admin's role.
 * @param {GrafanaClient} admin
 * @returns {Promise<GrafanaClient>}
 */
export async function createServiceAccount(admin) {
  const name = `journey-${randomBytes(4).toString('hex')}`;
  const { id } = await admin.json('POST', '/api/serviceaccounts', { name, role: 'Admin' });
  const { key } = await admin.json('POST', `/api/serviceaccounts/${id}/tokens`, { name });
  return new GrafanaClient(admin.url, { token: key });
}
