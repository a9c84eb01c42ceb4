import type { PlainRequest } from '../http/plain-exchange.ts';
import type { Json, Reply } from '../rest/answer.ts';
import { isoTime, StopRefused, type GenericCluster, type GenericJob } from './cluster.ts';

/** Where the contract is served. */
export const GENERIC_BASE = '/coordinator/v1';

/** The contract's bounds of a page. */
const [DEFAULT_LIMIT, MOST] = [1_000, 10_000];
/** What an id looks like. */
const ID = /^[A-Za-z0-9._:~-]{1,128}$/;
/** The heap that an event takes, as CloverDX documents it: a number to show. */
const EVENT_BYTES = 2_000;

/** Who may ask; null for everybody. Either is enough. */
export interface GenericLogins {
  readonly basic: string | null;
  readonly token: string | null;
}

/** Answers as contract/coordinator.yaml says. */
export function answerGeneric(cluster: GenericCluster, request: PlainRequest, logins: GenericLogins): Reply {
  if (request.path !== GENERIC_BASE && !request.path.startsWith(`${GENERIC_BASE}/`)) {
    return failure(404, `There is nothing at ${request.path}; the contract is served under ${GENERIC_BASE}.`);
  }
  if (!mayAsk(request, logins)) {
    const reply = failure(401, 'Say who you are: basic authentication or a bearer token.');
    return {
      ...reply,
      headers: { 'WWW-Authenticate': logins.token === null ? 'Basic realm="coordinator"' : 'Bearer' },
    };
  }
  const [, route = '', id, action] = request.path.slice(GENERIC_BASE.length).split('/');
  const at = `${request.method} /${[route, id === undefined ? '' : '{id}', action ?? ''].filter(Boolean).join('/')}`;
  switch (at) {
    case 'GET /info':
      return json(info(cluster));
    case 'GET /members':
      return json(members(cluster));
    case 'GET /jobs':
      return jobs(cluster, request.query);
    case 'GET /jobs/{id}':
      return oneJob(cluster, decoded(id));
    case 'POST /jobs/{id}/cancel':
    case 'POST /jobs/{id}/force-stop':
      return stop(cluster, decoded(id), request.body, action === 'force-stop');
    case 'GET /delivery':
      return cluster.switches.delivery
        ? json({ deliveries: deliveries(cluster) })
        : failure(404, 'This coordinator does not tell its delivery.');
    default:
      return failure(404, `There is no ${request.method} ${request.path}.`);
  }
}

function mayAsk({ credentials, token }: PlainRequest, logins: GenericLogins): boolean {
  const open = logins.basic === null && logins.token === null;
  const byLogin = logins.basic !== null && credentials === logins.basic;
  return open || byLogin || (logins.token !== null && token === logins.token);
}

function info(cluster: GenericCluster): Json {
  const { delivery } = cluster.switches;
  return {
    contract: 1,
    name: 'Simulated coordinator',
    version: '1.0.0',
    time: isoTime(cluster.time),
    startedAt: isoTime(cluster.messaging.node(cluster.master).startedAt),
    capabilities: { cancel: true, forceStop: true, delivery, parents: true },
  };
}

function members({ master, messaging }: GenericCluster): Json {
  return {
    master: addressOf(master),
    // Who is cut off from the master is no member any more when the view has lost it.
    members: messaging.node(master).view.members.map((name) => ({
      address: addressOf(name),
      name,
      state: name === master ? 'leading' : 'following',
    })),
  };
}

const addressOf = (node: string): string => `${node.toLowerCase()}.example:7000`;

function jobs(cluster: GenericCluster, query: URLSearchParams): Reply {
  const limitText = query.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,6}$/.test(limitText) ? Number(limitText) : 0;
  if (limit < 1 || limit > MOST) {
    return failure(400, `limit is a number from 1 to ${MOST}, not "${limitText}".`);
  }
  const cursor = query.get('cursor');
  const open = cluster.open();
  // The cursor names the last job of the page before: pages hold though jobs end between them.
  const order = cluster.all().map(({ id }) => id);
  const after = cursor === null ? -1 : order.indexOf(cursor);
  if (cursor !== null && after === -1) {
    return failure(400, 'The cursor is none of ours, or too old: begin again without one.');
  }
  const rest = open.filter(({ id }) => order.indexOf(id) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return json({
    jobs: page.map(jobJson),
    ...(rest.length > page.length && last && { next: last.id }),
    ...(cluster.switches.restoring && { restoring: open.map(({ id }) => id) }),
  });
}

function oneJob(cluster: GenericCluster, id: string): Reply {
  const job = cluster.find(id);
  return job ? json(jobJson(job)) : failure(404, `There is no job ${id}.`);
}

function stop(cluster: GenericCluster, id: string, body: string, force: boolean): Reply {
  const createdAt = createdAtIn(body);
  if (createdAt === null) {
    return failure(400, 'The body is {"createdAt": "…"}, the time at which the job was created.');
  }
  try {
    cluster.stop(id, createdAt, force);
  } catch (error) {
    if (error instanceof StopRefused) {
      return failure(error.status, error.message);
    }
    throw error;
  }
  return json({ id }, 202);
}

function deliveries({ messaging }: GenericCluster): Json[] {
  return messaging.links.map((link): Json => {
    const lost = link.lostSince !== null;
    return {
      node: link.node.name,
      peer: link.peer.name,
      reachable: messaging.connected(link.node, link.peer),
      ...(link.lostSince !== null && { lostSince: isoTime(link.lostSince) }),
      sentLimit: messaging.sentLimit,
      ...(lost && {
        sentSinceLoss: link.undelivered,
        sentBytes: Math.min(link.undelivered, messaging.sentLimit) * EVENT_BYTES,
      }),
      undelivered: link.undelivered,
      inboundHeld: link.held,
      inboundTimeoutSeconds: messaging.inboundTimeoutMs / 1000,
      nodeStartedAt: isoTime(link.node.startedAt),
    };
  });
}

function jobJson(job: GenericJob): Json {
  return {
    id: job.id,
    name: job.name,
    state: job.state,
    word: job.state.toUpperCase(),
    createdAt: isoTime(job.createdAt),
    ...(job.endedAt !== null && { endedAt: isoTime(job.endedAt) }),
    nodes: [job.node],
    ...(job.parent !== null && { parent: job.parent }),
    ...(job.error !== null && { error: job.error }),
  };
}

function createdAtIn(body: string): number | null {
  try {
    const value: unknown = JSON.parse(body);
    const given = typeof value === 'object' && value !== null && 'createdAt' in value ? value.createdAt : undefined;
    const time = typeof given === 'string' ? Date.parse(given) : NaN;
    return Number.isNaN(time) ? null : time;
  } catch {
    return null;
  }
}

/** What is no id is no job either. */
function decoded(text = ''): string {
  try {
    const id = decodeURIComponent(text);
    return ID.test(id) ? id : '';
  } catch {
    return '';
  }
}

function failure(status: number, error: string): Reply {
  return json({ error }, status);
}

function json(value: Json, status = 200): Reply {
  return { kind: 'reply', status, contentType: 'application/json', body: JSON.stringify(value) };
}
