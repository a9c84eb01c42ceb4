// @ts-check
/** Asks the resource API past the page's buttons, as the person who is signed in there. */

/** The workbench's only data source, unless a file names others (backend/options.go). */
const UID = 'unjam-seatunnel';

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
