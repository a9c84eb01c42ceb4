import type { Cluster } from '../domain/cluster.ts';
import { arrayOf, longOf, notANumber, repliesOf, type Answer, type RestRequest } from './answer.ts';
import { checkpointHistory, checkpoints } from './checkpoints.ts';
import { notFound, wrongMethod } from './jetty.ts';
import { pendingJobs } from './pending.ts';
import { answerList, endedJobs, endedJobsJson, jobInfo, metrics, monitoring, openJobs, overview } from './reads.ts';
import { stopJob } from './stop-job.ts';
import { submitJob } from './submit-job.ts';
import { runningThreads, threadDump } from './threads.ts';

const replies = repliesOf(';charset=utf-8');

/** [R] The engine's own number of rows of a page when none is given. */
const DEFAULT_ROWS = 10;
/** [R] How many checkpoints are listed when no limit is given. */
const DEFAULT_HISTORY = 10;
/** An answer with more tasks than this goes out in pieces. */
const PIECES_FROM = 5_000;

type Endpoint = (cluster: Cluster, request: RestRequest, rest: string) => Answer;

/** GET endpoints; those that end in a slash take the rest of the path. Longer ones stand before shorter ones. */
const READS: ReadonlyArray<readonly [path: string, Endpoint]> = [
  ['/overview', (cluster) => replies.json(overview(cluster))],
  ['/running-jobs', listOpen],
  ['/running-job/', oneJob],
  ['/job-info/', oneJob],
  ['/finished-jobs/', listEnded],
  ['/system-monitoring-information', (cluster, { member }) => monitoring(cluster, replies, member)],
  ['/running-threads', (cluster, { member }) => replies.text(whole(cluster, arrayOf(runningThreads(cluster, member))))],
  ['/thread-dump', (cluster, { member }) => replies.text(whole(cluster, arrayOf(threadDump(cluster, member))))],
  ['/pending-jobs', (cluster) => replies.text(whole(cluster, pendingJobs(cluster)))],
  ['/jobs/checkpoints/history/', history],
  [
    '/jobs/checkpoints/',
    (cluster, _, rest) =>
      withId(rest, (id) => {
        const job = cluster.jobs.find(id);
        return replies.json(job ? checkpoints(cluster, job) : { jobId: id });
      }),
  ],
  ['/metrics', (cluster, { member }) => metrics(cluster, replies, member)],
  ['/openmetrics', (cluster, { member }) => metrics(cluster, replies, member)],
];

const WRITES: ReadonlyArray<readonly [path: string, Endpoint]> = [
  ['/stop-job', (cluster, { body }) => stopJob(cluster, replies, body)],
  ['/submit-job', (cluster, { query, body }) => submitJob(cluster, replies, query, body)],
];

/** REST v2, served on a port of its own, below the context path if there is one. */
export function answerV2(cluster: Cluster, request: RestRequest): Answer {
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const [ours, others] = reading ? [READS, WRITES] : [WRITES, READS];
  const found = reading || request.method === 'POST' ? find(ours, request.path) : undefined;
  if (found) {
    return found.endpoint(cluster, request, found.rest);
  }
  const known = find(others, request.path) ?? find(ours, request.path);
  return known ? wrongMethod(request.method, request.path) : notFound(request.path);
}

function find(
  endpoints: ReadonlyArray<readonly [string, Endpoint]>,
  path: string
): { readonly endpoint: Endpoint; readonly rest: string } | undefined {
  for (const [pattern, endpoint] of endpoints) {
    const takesRest = pattern.endsWith('/');
    if (path === pattern || (takesRest && path === pattern.slice(0, -1))) {
      return { endpoint, rest: '' };
    }
    if (takesRest && path.startsWith(pattern)) {
      return { endpoint, rest: path.slice(pattern.length) };
    }
  }
  return undefined;
}

/** Holds what is small, so that it has a Content-Length as the engine's answers have. */
function whole(cluster: Cluster, pieces: Iterable<string>): string | Iterable<string> {
  return cluster.jobs.openCount() > PIECES_FROM ? pieces : [...pieces].join('');
}

function withId(text: string, give: (id: string) => Answer): Answer {
  if (text === '') {
    return replies.fail(400, 'The jobId must not be empty.');
  }
  const id = longOf(text);
  return id === undefined ? replies.fail(400, notANumber(text)) : give(id);
}

function oneJob(cluster: Cluster, _: RestRequest, rest: string): Answer {
  return withId(rest, (id) => jobInfo(cluster, replies, id));
}

function history(cluster: Cluster, { query }: RestRequest, rest: string): Answer {
  return withId(rest, (id) => {
    const job = cluster.jobs.find(id);
    const limit = Number.parseInt(query.get('limit') ?? '', 10) || DEFAULT_HISTORY;
    return replies.json(job ? checkpointHistory(cluster, job, limit) : []);
  });
}

function listOpen(cluster: Cluster, { query }: RestRequest): Answer {
  return answerList(cluster, replies, () =>
    paged(query, cluster.jobs.openCount(), (from, to) => openJobs(cluster, from, to))
  );
}

function listEnded(cluster: Cluster, { query }: RestRequest, rest: string): Answer {
  const jobs = endedJobs(cluster, rest);
  return paged(query, jobs.length, (from, to) => JSON.stringify(endedJobsJson(cluster, jobs.slice(from, to))));
}

/** The whole list, or with ?page a page of it; `rows` alone does not make a page. */
function paged(
  query: URLSearchParams,
  total: number,
  list: (from?: number, to?: number) => string | Iterable<string>
): Answer {
  const pageText = query.get('page');
  if (pageText === null) {
    return replies.text(list());
  }
  const rowsText = query.get('rows') ?? String(DEFAULT_ROWS);
  const wrong = [pageText, rowsText].find((text) => !/^-?\d{1,9}$/.test(text));
  if (wrong !== undefined) {
    return replies.fail(400, notANumber(wrong));
  }
  const page = Number(pageText);
  const rows = Number(rowsText);
  if (page < 1 || rows < 1) {
    return replies.fail(400, page < 1 ? 'Page number must be greater than 0' : 'Rows must be greater than 0');
  }
  const from = (page - 1) * rows;
  if (from > 0 && from >= total) {
    return replies.fail(400, 'Page number exceeds total pages');
  }
  const data = list(from, from + rows);
  return replies.text(inPage(data, total));
}

function inPage(data: string | Iterable<string>, total: number): string | Iterable<string> {
  return typeof data === 'string' ? `{"data":${data},"total":${total}}` : pageInPieces(data, total);
}

function* pageInPieces(data: Iterable<string>, total: number): Generator<string> {
  yield '{"data":';
  yield* data;
  yield `,"total":${total}}`;
}
