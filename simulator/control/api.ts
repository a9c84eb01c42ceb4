import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import { isRecord } from './fields.ts';
import type { Steered } from './steered.ts';

/** Files of the control page. */
const FILES: Readonly<Record<string, readonly [file: string, contentType: string]>> = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.mjs': ['page.mjs', 'text/javascript; charset=utf-8'],
};

/** The request cannot be carried out: the message says why. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers one request to the control port. */
export async function controlHandler(
  steered: Steered,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://control');
    const file = request.method === 'GET' ? FILES[url.pathname] : undefined;
    if (file) {
      await sendFile(response, file);
      return;
    }
    send(response, 200, await carryOut(steered, request, url));
  } catch (error) {
    const status = error instanceof Refusal ? error.status : error instanceof RangeError ? 400 : 500;
    send(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function carryOut(steered: Steered, request: IncomingMessage, url: URL): Promise<unknown> {
  const { method } = request;
  const at = `${method ?? ''} ${url.pathname}`;
  switch (at) {
    case 'GET /api/state':
      return state(steered);
    case 'GET /api/scenarios':
      return { scenarios: steered.scenarios.map(({ name, title, what }) => ({ name, title, what })) };
    case 'GET /api/faults':
      return { faults: steered.faults };
    case 'GET /api/jobs':
      return { jobs: steered.jobs() };
    case 'GET /api/delivery':
      return { delivery: steered.delivery() };
    case 'GET /api/requests':
      return { requests: steered.requests.select(selection(url.searchParams)) };
    case 'DELETE /api/requests':
      steered.requests.clear();
      return state(steered);
    case 'POST /api/scenario':
      return changed(steered, await body(request), ({ name, seed }) => {
        steered.begin(text(name, 'name'), seed === undefined ? undefined : whole(seed, 'seed'));
      });
    case 'POST /api/reset':
      return changed(steered, await body(request), () => {
        steered.begin(steered.scenario());
        steered.requests.clear();
      });
    case 'POST /api/faults':
      return changed(steered, await body(request), (given) => steered.inject(given));
    case 'POST /api/clock':
      return changed(steered, await body(request), ({ advanceSeconds, speed }) => {
        if (speed !== undefined) {
          steered.clock.setSpeed(number(speed, 'speed'));
        }
        if (advanceSeconds !== undefined) {
          steered.clock.advance(number(advanceSeconds, 'advanceSeconds') * 1000);
        }
      });
    default:
      throw new Refusal(404, `There is no ${at}; see simulator/README.md.`);
  }
}

/** Makes a change, waits until the ports are as the coordinator says, and gives the new state. */
async function changed(
  steered: Steered,
  given: Record<string, unknown>,
  change: (given: Record<string, unknown>) => void
): Promise<unknown> {
  change(given);
  await steered.sync();
  return state(steered);
}

function state(steered: Steered): unknown {
  return {
    simulator: true,
    kind: steered.kind,
    ...steered.state(),
    speed: steered.clock.speed,
    requests: steered.requests.count,
  };
}

function selection(query: URLSearchParams): { since?: number; method?: string; path?: string } {
  const since = query.get('since');
  const method = query.get('method');
  const path = query.get('path');
  return {
    ...(since !== null && { since: Number(since) || 0 }),
    ...(method !== null && { method }),
    ...(path !== null && { path }),
  };
}

/** A JSON body is asked for, so that no foreign web page can send one by a form. */
async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Send JSON, with Content-Type: application/json.');
  }
  const sent = await readBody(request);
  let parsed: unknown;
  try {
    parsed = sent === '' ? {} : JSON.parse(sent);
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
  if (!isRecord(parsed)) {
    throw new Refusal(400, 'The body is a JSON object.');
  }
  return parsed;
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') {
    throw new Refusal(400, `"${name}" is a text.`);
  }
  return value;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number') {
    throw new Refusal(400, `"${name}" is a number.`);
  }
  return value;
}

function whole(value: unknown, name: string): number {
  const given = number(value, name);
  if (!Number.isInteger(given) || given < 0) {
    throw new Refusal(400, `"${name}" is a whole number that is not negative.`);
  }
  return given;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(value)}\n`);
}

async function sendFile(response: ServerResponse, [file, contentType]: readonly [string, string]): Promise<void> {
  const content = await readFile(new URL(file, import.meta.url));
  response.writeHead(200, {
    'Content-Type': contentType,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
  });
  response.end(content);
}
