import type { Reply } from '../../rest/answer.ts';
import type { CloverCluster } from '../domain/cluster.ts';
import type { Figure } from '../domain/recording.ts';
import { beansOf, type Bean } from './bean.ts';
import { canonical, isPattern, MalformedName, matches, parseName, type ObjectName } from './object-name.ts';

/** What Jolokia says of itself. */
const VERSION = { agent: '2.1.1', protocol: '8.0', details: {} };
/** As many requests in one bulk read as anybody needs. */
const MAX_BULK = 1_000;

/** One answer of a bulk read. HTTP always says 200: each answer has a status of its own. */
type Entry = Readonly<Record<string, Figure | undefined>>;

/** A request that cannot be carried out; the entry says why. */
class Fault extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/**
 * Answers as Jolokia 2.1 does under the read-only policy of the facts: commands read, search and version, and of the
 * operations printMessages alone.
 *
 * @param path behind the node's name, such as "/" or "/version"
 */
export function answerJolokia(
  cluster: CloverCluster,
  node: string,
  request: { method: string; path: string; body: string }
): Reply {
  const beans = beansOf(cluster, node);
  if (request.method === 'GET') {
    return reply(one(cluster, beans, fromPath(request.path)));
  }
  let given: unknown;
  try {
    given = JSON.parse(request.body);
  } catch {
    given = undefined;
  }
  if (typeof given !== 'object' || given === null) {
    return reply(failure(undefined, new Fault(400, 'java.lang.IllegalArgumentException', 'Invalid JSON request')));
  }
  return reply(
    Array.isArray(given)
      ? given.slice(0, MAX_BULK).map((each) => one(cluster, beans, each))
      : one(cluster, beans, given)
  );
}

function reply(body: Entry | readonly Entry[]): Reply {
  return { kind: 'reply', status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

/** /read/<mbean>/<attributes>, /search/<mbean>, /exec/<mbean>/<operation>, /version. Slashes in names are "!/". */
function fromPath(path: string): Record<string, unknown> {
  const parts = path
    .split(/(?<!!)\//)
    .slice(1)
    .map((part) => decodeURIComponent(part).replace(/!(.)/g, '$1'));
  const [type = '', mbean, last] = parts;
  return {
    type: type === '' ? 'version' : type,
    ...(mbean !== undefined && { mbean }),
    ...(last !== undefined &&
      (type === 'exec' ? { operation: last } : { attribute: last.includes(',') ? last.split(',') : last })),
  };
}

function one(cluster: CloverCluster, beans: readonly Bean[], given: unknown): Entry {
  const asked: Record<string, unknown> = typeof given === 'object' && given !== null ? { ...given } : {};
  let echo: Record<string, Figure> | undefined;
  try {
    const type = String(asked['type'] ?? '').toLowerCase();
    const name = typeof asked['mbean'] === 'string' ? parseName(asked['mbean']) : undefined;
    const attribute = attributeOf(asked['attribute']);
    echo = {
      ...(name && { mbean: canonical(name) }),
      ...(attribute !== undefined && { attribute }),
      type,
      ...(typeof asked['operation'] === 'string' && { operation: asked['operation'] }),
    };
    const value = carryOut(cluster, beans, { type, name, attribute, operation: asked['operation'] });
    return { request: echo, value, status: 200, timestamp: Math.floor(cluster.time / 1000) };
  } catch (error) {
    if (error instanceof Fault) {
      return failure(echo, error);
    }
    if (error instanceof MalformedName) {
      const type = 'javax.management.MalformedObjectNameException';
      return failure(echo, new Fault(400, type, error.message));
    }
    throw error;
  }
}

function failure(request: Record<string, Figure> | undefined, { status, type, message }: Fault): Entry {
  return { ...(request && { request }), error_type: type, error: `${type} : ${message}`, status };
}

interface Asked {
  readonly type: string;
  readonly name: ObjectName | undefined;
  readonly attribute: string | readonly string[] | undefined;
  readonly operation: unknown;
}

function carryOut(cluster: CloverCluster, beans: readonly Bean[], { type, name, attribute, operation }: Asked): Figure {
  if (type === 'version') {
    return VERSION;
  }
  if (!['read', 'search', 'exec', 'write'].includes(type)) {
    throw new Fault(403, 'java.lang.Exception', `Command type '${type}' not allowed due to policy used`);
  }
  if (!name) {
    throw new Fault(400, 'java.lang.IllegalArgumentException', 'No MBean name given');
  }
  const found = beans.filter((bean) => matches(name, parseName(bean.name)));
  if (type === 'search') {
    return found.map((bean) => bean.name);
  }
  if (type === 'write') {
    throw new Fault(
      403,
      'java.lang.Exception',
      `Writing attribute ${String(attribute)} forbidden for MBean ${canonical(name)}`
    );
  }
  if (type === 'exec') {
    return execute(cluster, found[0], name, String(operation));
  }
  if (isPattern(name)) {
    return Object.fromEntries(found.map((bean) => [bean.name, known(bean, attribute)]));
  }
  const [bean] = found;
  if (!bean) {
    throw notFound(name);
  }
  return read(cluster, bean, attribute);
}

function read(cluster: CloverCluster, bean: Bean, attribute: Asked['attribute']): Figure {
  if (bean.name === 'java.lang:type=Runtime' && !cluster.switches.startTime) {
    throw new Fault(
      403,
      'java.lang.Exception',
      `Reading attribute ${String(attribute)} forbidden for MBean ${bean.name}`
    );
  }
  if (attribute === undefined) {
    return bean.attributes;
  }
  const wanted = typeof attribute === 'string' ? [attribute] : attribute;
  const unknown = wanted.find((each) => !(each in bean.attributes));
  if (unknown !== undefined) {
    if (cluster.generation === 5 || !bean.name.startsWith('jgroups:')) {
      throw new Fault(404, 'javax.management.AttributeNotFoundException', `No such attribute: ${unknown}`);
    }
    // As captured of JGroups, whose MBeans answer null for what they do not know.
    throw new Fault(
      500,
      'java.lang.NullPointerException',
      'Cannot invoke "javax.management.Attribute.getValue()" because "attr" is null'
    );
  }
  return typeof attribute === 'string' ? (bean.attributes[attribute] ?? null) : known(bean, attribute);
}

/** Those of the attributes that the MBean has. */
function known(bean: Bean, attribute: Asked['attribute']): Figure {
  if (attribute === undefined) {
    return bean.attributes;
  }
  const wanted = typeof attribute === 'string' ? [attribute] : attribute;
  return Object.fromEntries(
    wanted.flatMap((each) => (each in bean.attributes ? [[each, bean.attributes[each] ?? null]] : []))
  );
}

function execute(cluster: CloverCluster, bean: Bean | undefined, name: ObjectName, operation: string): Figure {
  // The signature may be given or not.
  const plain = operation.replace(/\(.*\)$/, '');
  if (plain !== 'printMessages' || name.domain !== 'jgroups' || !cluster.switches.windows) {
    throw new Fault(403, 'java.lang.Exception', `Operation ${operation} forbidden for MBean ${canonical(name)}`);
  }
  if (!bean) {
    throw notFound(name);
  }
  const run = bean.operations[plain] ?? bean.operations[`${plain}()`];
  if (!run) {
    const type = 'java.lang.IllegalArgumentException';
    throw new Fault(400, type, `No operation ${operation} found on MBean ${bean.name}`);
  }
  return run();
}

function notFound(name: ObjectName): Fault {
  return new Fault(404, 'javax.management.InstanceNotFoundException', canonical(name));
}

function attributeOf(given: unknown): Asked['attribute'] {
  if (Array.isArray(given)) {
    return given.map(String);
  }
  return typeof given === 'string' ? given : undefined;
}
