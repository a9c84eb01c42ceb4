// A coordinator that Unjam can watch and ask to stop jobs: contract/coordinator.yaml without dependencies.
//   node coordinator.mjs [PORT]
import { createServer } from 'node:http';

const ENDED = ['finished', 'failed', 'canceled'];
const jobs = new Map();
for (const [id, name, state] of [
  ['1001', 'orders', 'running'],
  ['1002', 'invoices', 'running'],
  ['1003', 'nightly load', 'canceling'],
]) {
  jobs.set(id, { id, name, state, createdAt: new Date().toISOString(), nodes: ['node1:7000'] });
}

class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

const capabilities = { cancel: true, forceStop: true };
const info = () => ({ contract: 1, name: 'Example', version: '1.0', time: new Date().toISOString(), capabilities });
const members = () => ({ master: 'node1:7000', members: [{ address: 'node1:7000' }, { address: 'node2:7000' }] });

function page({ searchParams }) {
  const limit = Number(searchParams.get('limit') ?? 1000);
  const begin = Number(searchParams.get('cursor') ?? 0);
  if (!(limit >= 1 && limit <= 10_000) || !(begin >= 0)) {
    throw new Refusal(400, 'limit is 1 to 10000, and cursor the next of a page.');
  }
  // An ended job keeps its place while pages are read: a cursor that counts open jobs would skip some.
  const all = [...jobs.values()];
  const next = begin + limit < all.length ? { next: String(begin + limit) } : {};
  return { jobs: all.slice(begin, begin + limit).filter((job) => !ENDED.includes(job.state)), ...next };
}

function find(id) {
  const job = jobs.get(id);
  if (!job) {
    throw new Refusal(404, `There is no job ${id}.`);
  }
  return job;
}

async function stop(request, id, how) {
  const job = find(id);
  const text = (await request.toArray()).join('');
  const { createdAt } = /^\{.*\}$/s.test(text) ? JSON.parse(text) : {};
  if (Number.isNaN(Date.parse(createdAt))) {
    throw new Refusal(400, 'The body has no createdAt.');
  }
  if (Date.parse(createdAt) !== Date.parse(job.createdAt) || ENDED.includes(job.state)) {
    throw new Refusal(409, `Job ${id} has ended, or is another one by now.`);
  }
  // Here your coordinator does its work: a cancel asks the workers, a force stop does not wait for them.
  Object.assign(
    job,
    how === 'cancel' ? { state: 'canceling' } : { state: 'canceled', endedAt: new Date().toISOString() }
  );
  return { id };
}

async function answer(request) {
  const url = new URL(request.url, 'http://localhost');
  const [, id, how] = /^\/coordinator\/v1\/jobs\/([^/]+)(?:\/(cancel|force-stop))?$/.exec(url.pathname) ?? [];
  const reads = { info, members, jobs: () => page(url) };
  const read = id && !how ? () => find(decodeURIComponent(id)) : reads[url.pathname.replace('/coordinator/v1/', '')];
  if (request.method === 'POST' && how) {
    return [202, await stop(request, decodeURIComponent(id), how)];
  }
  if (request.method === 'GET' && read) {
    return [200, read()];
  }
  throw new Refusal(404, 'There is nothing at this address.');
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => [error.status ?? 400, { error: error.message }]);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(process.argv[2] ?? 7070), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/coordinator/v1`);
});
