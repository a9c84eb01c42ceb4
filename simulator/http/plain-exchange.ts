import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Wire } from '../domain/wire.ts';
import type { Answer, Reply } from '../rest/answer.ts';
import { readBody } from './body.ts';
import type { RequestLog } from './request-log.ts';

/** Real time between two looks at whether what hangs can be answered. */
const LOOK_AGAIN_MS = 20;

/** A request to a simulated coordinator all of whose members share one port. */
export interface PlainRequest {
  readonly method: string;
  /** Without query; begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The Host header. */
  readonly host: string;
  /** user:password of basic auth, or null. */
  readonly credentials: string | null;
  /** The bearer token, or null. */
  readonly token: string | null;
  /** Whether there is a header X-Requested-By. */
  readonly requestedBy: boolean;
}

/** What is behind a port. */
export interface Behind {
  /** Virtual now; epoch ms. */
  now(): number;
  /** Changes when another scenario begins: what hangs is cut then. */
  life(): unknown;
  wire(): Wire;
  answer(request: PlainRequest): Answer;
}

/** Takes requests to a coordinator, logs them, and sends what it answers. */
export class PlainExchange {
  readonly #behind: Behind;
  readonly #log: RequestLog;
  readonly #api: string;
  readonly #server: string;
  readonly #maxHangMs: number;

  /**
   * @param api the interface's name in the request log
   * @param server what the header Server says: the simulator is not taken for the product
   * @param maxHangMs the longest real time that a hanging request is kept; then its connection is cut
   */
  constructor(
    behind: Behind,
    log: RequestLog,
    { api, server, maxHangMs }: { api: string; server: string; maxHangMs: number }
  ) {
    this.#behind = behind;
    this.#log = log;
    this.#api = api;
    this.#server = server;
    this.#maxHangMs = maxHangMs;
  }

  /** Handles one request, whatever it is. Errors of ours are answered with 500, so that a test sees them. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`The simulator failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const body = await readBody(request);
    const method = request.method ?? 'GET';
    const logged = this.#log.add({
      at: new Date().toISOString(),
      virtualTime: new Date(this.#behind.now()).toISOString(),
      member: path.split('/').find((part) => part.startsWith('node')) ?? '',
      api: this.#api,
      method,
      path: url,
      body,
    });
    const wire = this.#behind.wire();
    const asked: PlainRequest = {
      method,
      path,
      query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
      body,
      host: request.headers.host ?? 'localhost',
      ...authorization(request),
      requestedBy: (request.headers['x-requested-by'] ?? '') !== '',
    };
    let answer = this.#behind.answer(asked);
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
    const reply = await this.#outcome(answer, response);
    if (!reply) {
      response.destroy();
      return;
    }
    logged.status = reply.status;
    this.#send(reply, response);
  }

  /** Waits for what hangs; null if there is no answer in the end. */
  async #outcome(answer: Answer, response: ServerResponse): Promise<Reply | null> {
    const end = performance.now() + this.#maxHangMs;
    const life = this.#behind.life();
    let current = answer;
    while (current.kind === 'hang') {
      if (performance.now() >= end || response.destroyed || this.#behind.life() !== life) {
        return null;
      }
      await sleep(LOOK_AGAIN_MS);
      // Looking lets happen what is due meanwhile.
      this.#behind.now();
      current = current.answer() ?? current;
    }
    return current.kind === 'reply' ? current : null;
  }

  #send(reply: Reply, response: ServerResponse): void {
    const body = typeof reply.body === 'string' ? reply.body : [...reply.body].join('');
    response.sendDate = false;
    response.setHeader('Server', this.#server);
    response.setHeader('Date', new Date(this.#behind.now()).toUTCString());
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      response.setHeader(name, value);
    }
    if (reply.contentType !== null) {
      response.setHeader('Content-Type', reply.contentType);
    }
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.statusCode = reply.status;
    response.end(body);
  }
}

function authorization(request: IncomingMessage): Pick<PlainRequest, 'credentials' | 'token'> {
  const header = request.headers.authorization ?? '';
  const basic = /^Basic\s+([\w+/=-]+)$/i.exec(header)?.[1];
  return {
    credentials: basic === undefined ? null : Buffer.from(basic, 'base64').toString('utf8'),
    token: /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? null,
  };
}
