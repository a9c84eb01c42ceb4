// @ts-check
/** Pages of Grafana in a browser. */

/**
 * Signs in, so that the pages of a context are those of a person.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url of Grafana
 * @param {import('./people.mjs').Person} person
 */
export async function signIn(context, url, person) {
  const answer = await context.request.post(`${url}/login`, {
    data: { user: person.login, password: person.password },
  });
  if (!answer.ok()) {
    throw new Error(`${person.login} cannot sign in: ${answer.status()} ${await answer.text()}`);
  }
}
