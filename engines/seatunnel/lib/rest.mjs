// @ts-check
/** A small client of the engine's REST v1, for getting members ready and submitting jobs. */
import { request } from 'node:http';
import { EngineError } from './errors.mjs';

/** Where REST v1 lives on a member's Hazelcast port. */
export const V1_PREFIX = '/hazelcast/rest/maps';

/** Bound for one answer in ms: members on this machine answer within a few ms, or hang. */
const TIMEOUT_MS = 5_000;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 */

/**
 * One HTTP request, without keep-alive.
 * @param {string} url
 * @param {{ method?: string, body?: string, timeoutMs?: number, auth?: string }} [options] `auth`: user:password
 * @returns {Promise<Answer>}
 * @throws {Error} if there is no complete answer in time
 */
export function http(url, options = {}) {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return new Promise((done, failed) => {
    const sent = request(
      url,
      {
        method: options.method ?? 'GET',
        agent: false,
        auth: options.auth,
        signal: AbortSignal.timeout(timeoutMs),
        headers:
          options.body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(options.body) },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
        response.on('error', failed);
      }
    );
    sent.on('error', (error) =>
      failed(error.name === 'AbortError' ? new Error(`${url} gave no complete answer within ${timeoutMs} ms`) : error)
    );
    sent.end(options.body);
  });
}

/**
 * Reads JSON from a member's REST v1.
 * @param {string} base e.g. "http://127.0.0.1:5801"
 * @param {string} path e.g. "/overview"
 * @param {number} [timeoutMs]
 * @returns {Promise<any>} careful: job ids can be above 2^53 where the engine sends them as numbers
 */
export async function getV1(base, path, timeoutMs) {
  const answer = await http(`${base}${V1_PREFIX}${path}`, { timeoutMs });
  if (answer.status !== 200) {
    throw new Error(`GET ${path} answered ${answer.status}: ${answer.body}`);
  }
  return JSON.parse(answer.body);
}

/**
 * A job id from an answer, with all its digits. Not with JSON.parse: 733584788375666689 as a number
 * would lose its last digits.
 * @param {string} body
 * @returns {string}
 * @throws {EngineError} if there is none
 */
export function jobIdFrom(body) {
  const id = /"jobId"\s*:\s*"?(\d+)/.exec(body)?.[1];
  if (!id) {
    throw new EngineError(`The engine answered without a job id: ${body}`);
  }
  return id;
}
