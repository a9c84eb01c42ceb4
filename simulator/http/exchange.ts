import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../domain/cluster.ts';
import type { Member } from '../domain/member.ts';
import type { Answer, Hang, Reply, RestRequest } from '../rest/answer.ts';
import { unauthorised, notFound } from '../rest/jetty.ts';
import { answerV1, V1_PREFIX } from '../rest/v1.ts';
import { answerV2 } from '../rest/v2.ts';
import type { World } from '../world.ts';
import { readBody } from './body.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** Real time between two looks at whether what hangs can be answered. */
const LOOK_AGAIN_MS = 20;
/** The simulator's own name: it is not taken for Jetty. */
const SERVER = 'Unjam-SeaTunnel-Simulator';

export interface ExchangeSettings {
  /** Path below which REST v2 lies; empty, or "/seatunnel". */
  readonly contextPath: string;
  /** user:password of REST v2; REST v1 knows none. */
  readonly basicAuth: string | null;
  /** The longest real time that a hanging request is kept; then its connection is cut. */
  readonly maxHangMs: number;
}

/** A member's port for one of the interfaces. */
export interface Port {
  readonly member: string;
  readonly api: 'v1' | 'v2';
}

/** Takes requests to members, and gives what the cluster answers. */
export class Exchange {
  readonly #world: World;
  readonly #log: RequestLog;
  readonly #settings: ExchangeSettings;

  constructor(world: World, log: RequestLog, settings: ExchangeSettings) {
    this.#world = world;
    this.#log = log;
    this.#settings = settings;
  }

  /** Handles one request, whatever it is. Errors of ours are answered with 500, so that a test sees them. */
  async handle(port: Port, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(port, request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`The simulator failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }

  async #serve(port: Port, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const body = await readBody(request);
    const logged = this.#log.add({
      at: new Date().toISOString(),
      virtualTime: new Date(this.#world.settle().time).toISOString(),
      member: port.member,
      api: port.api,
      method: request.method ?? 'GET',
      path: url,
      body,
    });
    const [rawPath = '/', query = ''] = splitOnce(url, '?');
    const cluster = this.#world.settle();
    const rest: RestRequest = {
      method: logged.method,
      path: rawPath,
      query: new URLSearchParams(query),
      search: query === '' ? '' : `?${query}`,
      body,
      member: cluster.member(port.member),
    };
    // A frozen process takes connections and reads nothing.
    if (!(await this.#awake(cluster, rest.member, response))) {
      response.destroy();
      return;
    }
    const { wire } = this.#world;
    const path = plainPath(rawPath, this.#settings.contextPath, port.api);
    let answer: Answer = this.#answer(cluster, port, rest, authorization(request));
    if (wire.cut.has(path)) {
      response.destroy();
      return;
    }
    const delayMs = wire.delays.get(path) ?? 0;
    if (delayMs > 0) {
      await sleep(delayMs);
    }
    const replaced = wire.replaced.get(path);
    if (replaced) {
      answer = { kind: 'reply', ...replaced };
    }
    const reply = await this.#outcome(cluster, answer, rest.member, response);
    if (reply) {
      await this.#send(reply, port, logged, response);
    } else {
      response.destroy();
    }
  }

  #answer(cluster: Cluster, port: Port, rest: RestRequest, credentials: string | null): Answer {
    if (port.api === 'v1') {
      return answerV1(cluster, rest);
    }
    const { contextPath, basicAuth } = this.#settings;
    if (contextPath !== '' && rest.path !== contextPath && !rest.path.startsWith(`${contextPath}/`)) {
      return notFound(rest.path);
    }
    if (basicAuth !== null && credentials !== basicAuth) {
      return unauthorised(rest.path);
    }
    return answerV2(cluster, { ...rest, path: rest.path.slice(contextPath.length) || '/' });
  }

  /** Waits until the member's process goes on; false if that takes too long, or it will not. */
  async #awake(cluster: Cluster, member: Member, response: ServerResponse): Promise<boolean> {
    const awake = (): true | undefined => (member.process === 'frozen' ? undefined : true);
    if (awake() === undefined) {
      await this.#wait(cluster, response, awake);
    }
    return member.process === 'alive';
  }

  /** Waits for what hangs; null if there is no answer in the end. */
  async #outcome(cluster: Cluster, answer: Answer, member: Member, response: ServerResponse): Promise<Reply | null> {
    let current: Answer | null = answer;
    while (current?.kind === 'hang') {
      const { answer: look }: Hang = current;
      current = await this.#wait(cluster, response, () => (member.process === 'frozen' ? undefined : look()));
    }
    return current?.kind === 'reply' && member.process === 'alive' ? current : null;
  }

  /**
   * Looks again and again until there is something to see; null if that takes too long, the client has gone, or
   * another scenario has begun.
   */
  async #wait<T>(cluster: Cluster, response: ServerResponse, look: () => T | undefined): Promise<T | null> {
    const end = performance.now() + this.#settings.maxHangMs;
    while (performance.now() < end && !response.destroyed) {
      await sleep(LOOK_AGAIN_MS);
      if (this.#world.settle() !== cluster) {
        return null;
      }
      const seen = look();
      if (seen !== undefined) {
        return seen;
      }
    }
    return null;
  }

  async #send(reply: Reply, port: Port, logged: LoggedRequest, response: ServerResponse): Promise<void> {
    logged.status = reply.status;
    response.sendDate = false;
    // Neither interface sends this header; connections stay open all the same.
    response.removeHeader('Connection');
    if (port.api === 'v2') {
      response.setHeader('Server', SERVER);
      if (!reply.undated) {
        const { time, clockOffMs } = this.#world.settle();
        response.setHeader('Date', new Date(time + clockOffMs).toUTCString());
      }
    }
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      response.setHeader(name, value);
    }
    if (reply.contentType !== null) {
      response.setHeader('Content-Type', reply.contentType);
    }
    response.statusCode = reply.status;
    if (typeof reply.body === 'string') {
      response.setHeader('Content-Length', Buffer.byteLength(reply.body));
      response.end(reply.body);
      return;
    }
    await sendPieces(reply.body, response);
  }
}

/** Bytes that are put together before they are sent. */
const CHUNK = 1 << 16;

/** Sends pieces as fast as the client takes them, so that a huge list is never held. */
async function sendPieces(pieces: Iterable<string>, response: ServerResponse): Promise<void> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) {
      continue;
    }
    if (response.destroyed) {
      return;
    }
    if (!response.write(chunk)) {
      await roomIn(response);
    }
    chunk = '';
  }
  response.end(chunk);
}

/** Waits until more can be written, or the client has gone. */
function roomIn(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      done();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

/** The path without prefix and context path, by which wire faults name it. */
function plainPath(path: string, contextPath: string, api: 'v1' | 'v2'): string {
  const prefix = api === 'v1' ? V1_PREFIX : contextPath;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function authorization(request: IncomingMessage): string | null {
  const match = /^Basic\s+([\w+/=-]+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] === undefined ? null : Buffer.from(match[1], 'base64').toString('utf8');
}

function splitOnce(text: string, at: string): readonly string[] {
  const place = text.indexOf(at);
  return place === -1 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
