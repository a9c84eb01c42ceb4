// @ts-check
/** Asks the resource API past the page's buttons, as the person who is signed in there. */

/** The workbench's first data source, unless a file names it otherwise (backend/options.go). */
export const UID = 'unjam-seatunnel';

/**
 * @param {import('playwright-core').Page} page
 * @param {'GET' | 'POST'} method
 * @param {string} route without the slash at its beginning
 * @param {object} [body]
 * @param {string} [intent]
 * @returns {Promise<{ status: number, body: any }>}
 */
export function ask(page, method, route, body, intent = '') {
  return page.evaluate(
    async ([address, init]) => {
      const answer = await fetch(address, init);
      return { status: answer.status, body: await answer.json() };
    },
    /** @type {[string, RequestInit]} */ ([
      `/api/datasources/uid/${UID}/resources/${route}`,
      {
        method,
        headers: { 'Content-Type': 'application/json', ...(intent && { 'X-Unjam-Intent': intent }) },
        body: body && JSON.stringify(body),
      },
    ])
  );
}

/**
 * The rows of a query's frame, as a dashboard gets them. What is null is left out, and so is an empty text.
 * @param {string} url of the workbench
 * @param {{ queryType: 'jobs' | 'delivery' } & Record<string, unknown>} query
 * @returns {Promise<Record<string, any>[]>}
 */
export async function rows(url, query) {
  const queries = [{ refId: 'A', schemaVersion: 1, datasource: { uid: UID }, ...query }];
  const response = await fetch(`${url}/api/ds/query`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: '0', to: String(Date.now()), queries }),
  });
  const text = await response.text();
  const frame = JSON.parse(text).results?.A?.frames?.[0];
  if (!frame) {
    throw new Error(`The query was answered with ${response.status}: ${text.slice(0, 500)}`);
  }
  const names = frame.schema.fields.map((/** @type {any} */ { name }) => name);
  const columns = frame.data.values;
  return (columns[0] ?? []).map((/** @type {unknown} */ _, /** @type {number} */ row) =>
    Object.fromEntries(
      names
        .map((/** @type {string} */ name, /** @type {number} */ column) => [name, columns[column][row]])
        .filter((/** @type {[string, unknown]} */ [, value]) => value !== null && value !== '')
    )
  );
}
