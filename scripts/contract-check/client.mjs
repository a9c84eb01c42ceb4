// @ts-check
/** Asks an implementation as Unjam does: no redirects, bounded time and bodies, credentials hidden in what is told. */

import http from 'node:http';
import https from 'node:https';

/**
 * @typedef {object} Credentials basic authentication, or a bearer token; neither: none
 * @property {string} [user]
 * @property {string} [password]
 * @property {string} [token]
 *
 * @typedef {object} Answer
 * @property {string} what the request in words ("GET /info")
 * @property {string} [failure] why there is no answer; then nothing else is set
 * @property {number} status
 * @property {string} type the media type, without parameters
 * @property {string} location
 * @property {unknown} json the body; undefined where it is none
 * @property {string} [broken] why the body is no JSON
 * @property {number} sent ms since 1970, when it was sent
 * @property {number} got ms since 1970, when the answer was complete
 */

/** Unjam's bound on one answer. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How much of a text that is no JSON is shown. */
const QUOTED = 60;
/** Stands for a credential in a text. */
const MASK = '[hidden]';

export class Client {
  /** @type {string[]} */
  #secrets;
  #base;
  #credentials;
  #timeout;

  /**
   * @param {string} base the URL below which the contract's routes are
   * @param {Credentials} credentials
   * @param {number} timeout ms
   */
  constructor(base, credentials, timeout) {
    this.#base = base.replace(/\/+$/, '');
    this.#credentials = credentials;
    this.#timeout = timeout;
    this.#secrets = [credentials.token, credentials.password, basic(credentials)].filter((text) => text !== undefined);
  }

  /** Whether it has credentials at all. */
  get knows() {
    return this.#secrets.length > 0;
  }

  /** How long an answer may take, in words. */
  get patience() {
    return `${this.#timeout / 1000} s`;
  }

  /**
   * Replaces credentials in a text.
   * @param {string} text
   */
  hide(text) {
    return this.#secrets.reduce((hidden, secret) => hidden.replaceAll(secret, MASK), text);
  }

  /**
   * @param {string} path
   * @param {'own' | 'none' | 'wrong'} [as]
   */
  get(path, as = 'own') {
    return this.#ask('GET', path, undefined, as);
  }

  /**
   * Sends one POST, never a second one.
   * @param {string} path
   * @param {string} [body] none: no body at all
   */
  post(path, body) {
    return this.#ask('POST', path, body, 'own');
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string | undefined} body
   * @param {'own' | 'none' | 'wrong'} as
   * @returns {Promise<Answer>}
   */
  async #ask(method, path, body, as) {
    const what = `${method} ${path}`;
    const sent = Date.now();
    try {
      const headers = { Accept: 'application/json', ...this.#authorization(as), ...(body ? JSON_TYPE : {}) };
      const { response, text } = await exchange(this.#base + path, { method, headers }, body, this.#timeout);
      const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      const location = (response.headers.location ?? '').split(/[?#]/)[0] ?? '';
      return { what, status: response.statusCode ?? 0, type, location, sent, got: Date.now(), ...parsed(text) };
    } catch (error) {
      return {
        what,
        failure: this.#reason(error),
        status: 0,
        type: '',
        location: '',
        json: undefined,
        sent,
        got: Date.now(),
      };
    }
  }

  /**
   * @param {'own' | 'none' | 'wrong'} as
   * @returns {Record<string, string>}
   */
  #authorization(as) {
    if (as === 'none' || !this.knows) {
      return {};
    }
    const wrong = as === 'wrong';
    if (this.#credentials.token !== undefined) {
      return { Authorization: `Bearer ${wrong ? 'not-the-token' : this.#credentials.token}` };
    }
    return { Authorization: `Basic ${basic(wrong ? { user: 'nobody', password: 'wrong' } : this.#credentials)}` };
  }

  /** @param {unknown} error */
  #reason(error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return `no complete answer within ${this.patience}`;
    }
    return error instanceof TooLarge ? error.message : `no answer: ${error instanceof Error ? error.message : error}`;
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

class TooLarge extends Error {}

/** @param {Credentials} credentials */
function basic({ user, password }) {
  return user === undefined ? undefined : Buffer.from(`${user}:${password ?? ''}`).toString('base64');
}

/**
 * One request and its whole answer. Node's fetch is not used: it refuses some ports.
 * @param {string} url
 * @param {import('node:http').RequestOptions} options
 * @param {string | undefined} body
 * @param {number} timeout ms
 * @returns {Promise<{ response: import('node:http').IncomingMessage, text: string }>}
 */
async function exchange(url, options, body, timeout) {
  const send = url.startsWith('https:') ? https.request : http.request;
  const signal = AbortSignal.timeout(timeout);
  const request = send(url, { ...options, signal });
  try {
    /** @type {Promise<import('node:http').IncomingMessage>} */
    const answered = new Promise((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', reject);
    });
    request.end(body);
    const response = await answered;
    const parts = [];
    let bytes = 0;
    for await (const part of response) {
      bytes += part.length;
      if (bytes > MOST_BYTES) {
        throw new TooLarge(`the answer is larger than ${MOST_BYTES / 1024 / 1024} MB`);
      }
      parts.push(part);
    }
    return { response, text: Buffer.concat(parts).toString('utf8') };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    request.destroy();
  }
}

/**
 * @param {string} text
 * @returns {{ json: unknown, broken?: string }}
 */
function parsed(text) {
  if (text.trim() === '') {
    return { json: undefined, broken: 'the body is empty' };
  }
  try {
    return { json: JSON.parse(text) };
  } catch {
    const beginning = JSON.stringify(text.trim().slice(0, QUOTED));
    return { json: undefined, broken: `the body is no JSON; it begins with ${beginning}` };
  }
}
