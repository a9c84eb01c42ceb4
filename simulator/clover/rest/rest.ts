import type { Json, Reply } from '../../rest/answer.ts';
import type { CloverCluster } from '../domain/cluster.ts';
import { STATUS_CODES, type Execution } from '../domain/execution.ts';

/** Base of the REST API, below the server's context path. */
export const REST_BASE = '/api/rest/v1';

/** [D] Runs on a page when none are asked for. */
const DEFAULT_PAGE = 50;
/** The largest page; CloverDX's own limit is not known. */
const MAX_PAGE = 1_000;

/** A request to a node's server, without what lies before the API. */
export interface ServerRequest {
  readonly method: string;
  /** Below the API's base. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** Scheme, host and context path as the client wrote them. */
  readonly base: string;
  /** The node that was asked. */
  readonly node: string;
}

/**
 * CloverDX's REST API as far as it is documented; README.md says what is made up. CSRF protection and login are looked
 * at before.
 */
export function answerRest(cluster: CloverCluster, request: ServerRequest): Reply {
  const { method, path } = request;
  const [, collection, id, action] = path.split('/');
  if (collection !== 'executions') {
    return json({ message: `No resource at ${path}` }, 404);
  }
  if (id === undefined || id === '') {
    return method === 'GET'
      ? list(cluster, request)
      : method === 'POST'
        ? start(cluster, request)
        : wrongMethod(method);
  }
  const execution = /^\d{1,15}$/.test(id) ? cluster.executions.find(Number(id)) : undefined;
  if (!execution) {
    return json({ message: `Execution with ID ${id} was not found` }, 404);
  }
  if (action === undefined) {
    return method === 'GET' ? json(executionJson(cluster, execution, request.base)) : wrongMethod(method);
  }
  if (action === 'abort') {
    return abort(cluster, execution, request);
  }
  if (action === 'log' && method === 'GET') {
    return {
      kind: 'reply',
      status: 200,
      contentType: 'text/plain;charset=UTF-8',
      body: 'No log: this is a simulator.\n',
    };
  }
  return json({ message: `No resource at ${path}` }, 404);
}

/** Not documented, and so a setting of Unjam: POST to /executions/{runId}/abort. */
function abort(cluster: CloverCluster, execution: Execution, { method, node, base }: ServerRequest): Reply {
  if (method !== 'POST') {
    return wrongMethod(method);
  }
  cluster.abort(execution, node);
  return json(executionJson(cluster, execution, base));
}

function list(cluster: CloverCluster, { query, base }: ServerRequest): Reply {
  const size = Math.min(MAX_PAGE, countOf(query.get('pageSize'), DEFAULT_PAGE));
  const from = countOf(query.get('startIndex'), 0);
  const wanted = query.getAll('status').flatMap((text) => text.split(','));
  const unknown = wanted.find((word) => !Object.hasOwn(STATUS_CODES, word));
  if (unknown !== undefined) {
    return json({ message: `Invalid value of parameter status: ${unknown}` }, 400);
  }
  const { executions } = cluster;
  // The history is filtered too, but nobody asks for its ended runs: it is not gone through here.
  const filtered =
    wanted.length > 0
      ? [...executions.open(), ...executions.ended()].filter(({ status }) => wanted.includes(status))
      : undefined;
  const page = filtered ? filtered.slice(from, from + size) : executions.page(from, size);
  return json({
    '@self': `${base}${REST_BASE}/executions?${query.toString()}`,
    '@type': 'ExecutionCollection',
    '@totalItems': filtered?.length ?? executions.count,
    '@startIndex': from,
    '@pageItems': page.length,
    members: page.map((execution) => executionJson(cluster, execution, base)),
  });
}

/** [3P] 201 with the run's id. */
function start(cluster: CloverCluster, { body, node }: ServerRequest): Reply {
  const given = objectIn(body);
  const [sandbox, jobFile] = [given?.['sandboxCode'], given?.['jobFile']];
  if (typeof sandbox !== 'string' || typeof jobFile !== 'string') {
    return json({ message: 'sandboxCode and jobFile are required' }, 400);
  }
  const execution = cluster.executions.add({ sandbox, jobFile, node, endsAt: cluster.time + 10_000 }, cluster.time);
  return json({ runId: execution.runId }, 201);
}

/** Fields that are documented or seen, and (see README.md) those that are made up: node, parentRunId and times. */
function executionJson(cluster: CloverCluster, execution: Execution, base: string): Json {
  const { runId, sandbox, jobFile, node, user, parent, submittedAt, stoppedAt } = execution;
  return {
    '@self': `${base}${REST_BASE}/executions/${runId}`,
    '@type': 'Execution',
    runId,
    sandboxCode: sandbox,
    jobFile,
    jobType: jobFile.endsWith('.jbf') ? 'JOBFLOW' : 'GRAPH',
    status: execution.status,
    node,
    ...(parent !== null && { parentRunId: parent }),
    username: user,
    submitTime: new Date(submittedAt).toISOString(),
    startTime: new Date(submittedAt).toISOString(),
    ...(stoppedAt !== null && { stopTime: new Date(stoppedAt).toISOString() }),
    durationString: durationText((stoppedAt ?? cluster.time) - submittedAt),
  };
}

/** "2 min 5 s". */
function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function json(value: Json, status = 200): Reply {
  return { kind: 'reply', status, contentType: 'application/json', body: JSON.stringify(value) };
}

function wrongMethod(method: string): Reply {
  return json({ message: `HTTP method ${method} is not allowed` }, 405);
}

function countOf(text: string | null, missing: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : missing;
}

function objectIn(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
