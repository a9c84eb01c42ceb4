import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasEnded } from '../domain/status.ts';
import { readBody } from '../http/body.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import type { Simulator } from '../simulator.ts';
import { FAULT_FIELDS, isRecord, parseFault } from './parse-fault.ts';

/** Jobs that are listed on the control page. */
const JOBS_SHOWN = 200;

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
  simulator: Simulator,
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
    send(response, 200, await carryOut(simulator, request, url));
  } catch (error) {
    const status = error instanceof Refusal ? error.status : error instanceof RangeError ? 400 : 500;
    send(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function carryOut(simulator: Simulator, request: IncomingMessage, url: URL): Promise<unknown> {
  const { method } = request;
  const at = `${method ?? ''} ${url.pathname}`;
  switch (at) {
    case 'GET /api/state':
      return state(simulator);
    case 'GET /api/scenarios':
      return { scenarios: SCENARIOS.map(({ name, title, what }) => ({ name, title, what })) };
    case 'GET /api/faults':
      return { faults: FAULT_FIELDS };
    case 'GET /api/jobs':
      return { jobs: jobs(simulator) };
    case 'GET /api/requests':
      return { requests: simulator.requests.select(selection(url.searchParams)) };
    case 'DELETE /api/requests':
      simulator.requests.clear();
      return state(simulator);
    case 'POST /api/scenario':
      return changed(simulator, await body(request), ({ name, seed }) => {
        simulator.world.begin(text(name, 'name'), seed === undefined ? undefined : whole(seed, 'seed'));
      });
    case 'POST /api/reset':
      return changed(simulator, await body(request), () => {
        simulator.world.begin(simulator.world.scenario.name);
        simulator.requests.clear();
      });
    case 'POST /api/faults':
      return changed(simulator, await body(request), (given) => simulator.world.inject(parseFault(given)));
    case 'POST /api/clock':
      return changed(simulator, await body(request), ({ advanceSeconds, speed }) => {
        if (speed !== undefined) {
          simulator.world.clock.setSpeed(number(speed, 'speed'));
        }
        if (advanceSeconds !== undefined) {
          simulator.world.clock.advance(number(advanceSeconds, 'advanceSeconds') * 1000);
        }
      });
    default:
      throw new Refusal(404, `There is no ${at}; see simulator/README.md.`);
  }
}

/** Makes a change, waits until the ports are as the cluster says, and gives the new state. */
async function changed(
  simulator: Simulator,
  given: Record<string, unknown>,
  change: (given: Record<string, unknown>) => void
): Promise<unknown> {
  change(given);
  await simulator.sync();
  return state(simulator);
}

function state(simulator: Simulator): unknown {
  const { world, requests } = simulator;
  const cluster = world.settle();
  const { engine } = cluster;
  const counts = new Map<string, number>();
  for (const word of ['RUNNING', 'CANCELING', 'CANCELED', 'FINISHED', 'FAILED'] as const) {
    counts.set(
      word,
      cluster.jobs.count((status) => status === word)
    );
  }
  return {
    simulator: true,
    scenario: world.scenario.name,
    title: world.scenario.title,
    what: world.scenario.what,
    seed: world.seed,
    engine: { version: engine.version, restV2: engine.restV2, forceStop: engine.forceStop },
    virtualTime: new Date(cluster.time).toISOString(),
    speed: world.clock.speed,
    activeMaster: cluster.activeMaster,
    members: simulator.members.map((urls) => {
      const { process, joined, reachable } = cluster.member(urls.name);
      return { ...urls, process, joined, reachable };
    }),
    jobs: { open: cluster.jobs.openCount(), ...Object.fromEntries(counts) },
    upcoming: cluster.schedule.upcoming().map(({ at, what }) => ({ at: new Date(at).toISOString(), what })),
    requests: requests.count,
  };
}

/** What the simulator knows of its jobs, and no engine tells: since when each is in its state. */
function jobs(simulator: Simulator): unknown[] {
  const cluster = simulator.world.settle();
  const open = [...cluster.jobs.open(0, JOBS_SHOWN)];
  const ended = cluster.jobs.ended().slice(0, JOBS_SHOWN);
  return [...open, ...ended].map((job) => ({
    id: job.id,
    name: job.name,
    status: cluster.statusOf(job),
    since: new Date(job.statusSince).toISOString(),
    open: !hasEnded(job.status),
    worker: job.worker,
    threadsOn: job.threadsOn,
    finalStatusLost: job.statusLost,
  }));
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
