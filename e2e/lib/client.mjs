// @ts-check
/** A small client of Grafana's HTTP API, for one identity. */

/** Grafana answers in milliseconds; a health check of ours may take 20 s. */
const REQUEST_BOUND_MS = 40_000;

/**
 * @typedef {{ user: string, password: string } | { token: string } | null} Identity null: nobody is signed in
 * @typedef {{ status: number, text: string, headers: Headers }} Answer
 */

export class GrafanaClient {
  /** @type {Record<string, string>} */
  #headers = {};

  /**
   * @param {string} url of the server
   * @param {Identity} identity
   */
  constructor(url, identity) {
    this.url = url;
    this.identity = identity;
    if (identity && 'token' in identity) {
      this.#headers = { Authorization: `Bearer ${identity.token}` };
    } else if (identity) {
      const pair = Buffer.from(`${identity.user}:${identity.password}`).toString('base64');
      this.#headers = { Authorization: `Basic ${pair}` };
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] sent as JSON where it is given
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Answer>}
   */
  async send(method, path, body, headers = {}) {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_BOUND_MS),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   * @returns {Promise<any>} the parsed body
   * @throws {Error} where the answer is not a 2xx
   */
  async json(method, path, body, headers) {
    const answer = await this.send(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.text.slice(0, 1000)}`);
    }
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }
}
