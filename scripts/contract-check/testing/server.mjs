// @ts-check
/** A coordinator that offers everything the contract has, and can be broken at one place. */
import { createServer } from 'node:http';

/**
 * @typedef {object} Asked
 * @property {string} method
 * @property {string} path below the base, without the query
 * @property {URLSearchParams} query
 * @property {string | undefined} authorization
 * @property {any} body the JSON of the request; undefined where there is none, or where it is broken
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} body
 * @property {Record<string, string>} [headers]
 * @property {string} [text] in place of body
 * @property {boolean} [hangs] the answer never ends
 *
 * @typedef {(asked: Asked, answer: Answer, jobs: Map<string, any>) => Answer | undefined | void} Break
 */

export const TOKEN = 'a-token-of-the-tests';
const ENDS = ['finished', 'failed', 'canceled'];

/** Jobs as a coordinator would have them; every one is another object for each server. */
function someJobs() {
  const names = ['orders', 'invoices', 'nightly load', 'returns', 'stock'];
  return names.map((name, index) => ({
    id: `73358478837566668${index}`,
    name,
    state: index === 2 ? 'canceling' : 'running',
    word: 'RUN',
    createdAt: `2026-01-02T0${index}:04:05.123456789+02:00`,
    nodes: ['node1:7000'],
    ...(index === 1 ? { parent: '733584788375666680' } : {}),
  }));
}

const DELIVERIES = [
  { node: 'node1', peer: 'node2', reachable: true, sentLimit: 10_000 },
  {
    node: 'node2',
    peer: 'node1',
    reachable: false,
    lostSince: '2026-01-02T03:04:05Z',
    sentLimit: 10_000,
    sentSinceLoss: 0,
    undelivered: 7,
    inboundTimeoutSeconds: 3600,
  },
];

/**
 * @param {Asked} asked
 * @param {Map<string, any>} jobs
 * @returns {Answer}
 */
function respond(asked, jobs) {
  const [, collection, id, stop] = asked.path.split('/');
  if (asked.authorization !== `Bearer ${TOKEN}`) {
    return { status: 401, body: { error: 'Who are you?' } };
  }
  if (asked.method === 'POST' && collection === 'jobs' && id && (stop === 'cancel' || stop === 'force-stop')) {
    return stopped(asked, jobs.get(id), stop);
  }
  if (asked.method === 'GET' && collection === 'jobs' && id && !stop) {
    return jobs.has(id) ? { status: 200, body: jobs.get(id) } : { status: 404, body: { error: 'No such job.' } };
  }
  const read = asked.method === 'GET' && !id ? READS[collection ?? ''] : undefined;
  return read ? read(asked, jobs) : { status: 404, body: { error: 'No such route.' } };
}

/** @type {Record<string, (asked: Asked, jobs: Map<string, any>) => Answer>} */
const READS = {
  info: () => ({
    status: 200,
    body: {
      contract: 1,
      name: 'Double',
      time: new Date().toISOString(),
      capabilities: { cancel: true, forceStop: true, delivery: true, parents: true },
    },
  }),
  members: () => ({
    status: 200,
    body: {
      master: 'node1:7000',
      members: [
        { address: 'node1:7000', name: 'node1' },
        { address: 'node2:7000', name: 'node2' },
      ],
    },
  }),
  delivery: () => ({ status: 200, body: { deliveries: structuredClone(DELIVERIES) } }),
  jobs: ({ query }, jobs) => {
    const limit = Number(query.get('limit') ?? 1000);
    const begin = Number(query.get('cursor') ?? 0);
    if (!(limit >= 1 && limit <= 10_000) || Number.isNaN(begin)) {
      return { status: 400, body: { error: 'An odd limit or cursor.' } };
    }
    const open = [...jobs.values()].filter((job) => !ENDS.includes(job.state));
    const next = begin + limit < open.length ? { next: String(begin + limit) } : {};
    return { status: 200, body: { jobs: structuredClone(open.slice(begin, begin + limit)), ...next } };
  },
};

/**
 * @param {Asked} asked
 * @param {any} job
 * @param {string} how
 * @returns {Answer}
 */
function stopped(asked, job, how) {
  if (!job) {
    return { status: 404, body: { error: 'No such job.' } };
  }
  if (typeof asked.body?.createdAt !== 'string') {
    return { status: 400, body: { error: 'No createdAt.' } };
  }
  if (Date.parse(asked.body.createdAt) !== Date.parse(job.createdAt) || ENDS.includes(job.state)) {
    return { status: 409, body: { error: 'It has ended, or is another job.' } };
  }
  job.state = how === 'cancel' ? 'canceling' : 'canceled';
  return { status: 202, body: { id: job.id } };
}

/**
 * Starts one on a port of its own.
 * @param {Break} [breaks] changes an answer; none: it conforms
 * @returns {Promise<{ base: string, asked: Asked[], close: () => Promise<void> }>}
 */
export async function startDouble(breaks = () => undefined) {
  /** @type {Map<string, any>} */
  const jobs = new Map(someJobs().map((job) => [job.id, job]));
  /** @type {Asked[]} */
  const log = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const asked = {
      method: request.method ?? '',
      path: url.pathname.replace(/^\/v1/, ''),
      query: url.searchParams,
      authorization: request.headers.authorization,
      body: parsed((await request.toArray()).join('')),
    };
    log.push(asked);
    const right = respond(asked, jobs);
    const answer = breaks(asked, right, jobs) ?? right;
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
    if (answer.hangs) {
      response.flushHeaders();
    } else {
      response.end(answer.text ?? JSON.stringify(answer.body));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    base: `http://127.0.0.1:${address.port}/v1`,
    asked: log,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
