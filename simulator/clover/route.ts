import type { Answer, Reply } from '../rest/answer.ts';
import type { PlainRequest } from '../http/plain-exchange.ts';
import type { CloverCluster } from './domain/cluster.ts';
import { answerJolokia } from './jolokia/jolokia.ts';
import { answerRest, REST_BASE, type ServerRequest } from './rest/rest.ts';
import { answerSimple, SIMPLE_BASES } from './rest/simple.ts';

/** Who may ask: user:password of the servers and of Jolokia; null for everybody. */
export interface Logins {
  readonly server: string | null;
  readonly jolokia: string | null;
}

/** The context path of CloverDX's server. */
const CONTEXT = '/clover';

/**
 * One port serves all nodes: `/clover/…` is whichever node answers (as behind a load balancer), `/<node>/clover/…` is
 * one of them, `/jolokia/<node>` is the Jolokia agent of one.
 */
export function answerClover(cluster: CloverCluster, request: PlainRequest, logins: Logins): Answer {
  const [, first = '', second = ''] = request.path.split('/');
  if (first === 'jolokia') {
    return toNode(cluster, second, () => jolokia(cluster, second, request, logins.jolokia));
  }
  if (first === CONTEXT.slice(1)) {
    const ready = cluster.messaging.nodes.find(
      ({ name, reachable }) => reachable && cluster.processOf(name) === 'alive'
    );
    return ready ? server(cluster, ready.name, CONTEXT, request, logins.server) : { kind: 'close' };
  }
  if (second === CONTEXT.slice(1)) {
    return toNode(cluster, first, () => server(cluster, first, `/${first}${CONTEXT}`, request, logins.server));
  }
  return plain(404, `There is nothing at ${request.path}: see simulator/README.md.\n`);
}

/** A frozen node takes the connection and says nothing, one that is dead or not reachable cuts it. */
function toNode(cluster: CloverCluster, name: string, answer: () => Answer): Answer {
  const node = cluster.messaging.nodes.find((one) => one.name === name);
  if (!node) {
    return plain(404, `There is no node "${name}".\n`);
  }
  if (node.process === 'dead') {
    return { kind: 'close' };
  }
  // A network that is gone swallows packets: a client waits until it gives up.
  const silent = (): boolean => !node.reachable || cluster.processOf(name) === 'frozen';
  return silent() ? { kind: 'hang', answer: () => (silent() ? undefined : answer()) } : answer();
}

function jolokia(cluster: CloverCluster, node: string, request: PlainRequest, login: string | null): Reply {
  if (login !== null && request.credentials !== login) {
    return {
      kind: 'reply',
      status: 401,
      contentType: null,
      body: '',
      headers: { 'Www-authenticate': 'Basic realm="jolokia", charset="UTF-8"' },
    };
  }
  return answerJolokia(cluster, node, {
    method: request.method,
    path: request.path.slice(`/jolokia/${node}`.length) || '/',
    body: request.body,
  });
}

function server(
  cluster: CloverCluster,
  node: string,
  prefix: string,
  request: PlainRequest,
  login: string | null
): Reply {
  const path = request.path.slice(prefix.length);
  if (path === '/accessibilityTest.jsp') {
    const { suspended } = cluster.messaging.node(node);
    return suspended ? plain(503, 'SUSPENDED') : plain(200, 'OK');
  }
  if (login !== null && request.credentials !== login) {
    return {
      kind: 'reply',
      status: 401,
      contentType: 'text/html;charset=utf-8',
      body: '<html><body>HTTP Status 401</body></html>',
      headers: { 'WWW-Authenticate': 'Basic realm="CloverDX Server"' },
    };
  }
  const given: Omit<ServerRequest, 'path'> = { ...request, base: `http://${request.host}${prefix}`, node };
  if (isBelow(path, REST_BASE) && cluster.switches.rest) {
    return withIntent(request, () => answerRest(cluster, { ...given, path: path.slice(REST_BASE.length) }));
  }
  const simple = SIMPLE_BASES.find((base) => isBelow(path, base));
  if (simple !== undefined && cluster.switches.simpleHttp) {
    return withIntent(request, () => answerSimple(cluster, { ...given, path: path.slice(simple.length) }));
  }
  return plain(404, 'HTTP Status 404 – Not Found', 'text/html;charset=utf-8');
}

/** [D] Protection against requests that a foreign page makes a browser send. */
function withIntent({ requestedBy }: PlainRequest, answer: () => Reply): Reply {
  return requestedBy ? answer() : plain(403, 'Missing header X-Requested-By');
}

const isBelow = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

function plain(status: number, body: string, contentType = 'text/plain;charset=UTF-8'): Reply {
  return { kind: 'reply', status, contentType, body };
}
