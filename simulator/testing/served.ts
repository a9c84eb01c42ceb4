import type { TestContext } from 'node:test';
import {
  startCloverDX,
  startGeneric,
  type CloverSimulator,
  type GenericSimulator,
  type ServedOptions,
} from '../index.ts';
import { isRecord } from '../control/fields.ts';

/** Virtual time stands still unless a test moves it, and begins here. */
const STILL = { speed: 0, start: '2026-11-22T08:00:00Z' } as const;

/** A simulated CloverDX that ends with the test. */
export async function runningClover(t: TestContext, options: ServedOptions): Promise<CloverSimulator> {
  const simulator = await startCloverDX({ ...STILL, ...options });
  t.after(() => simulator.stop());
  return simulator;
}

/** A simulated in-house coordinator that ends with the test. */
export async function runningGeneric(t: TestContext, options: ServedOptions): Promise<GenericSimulator> {
  const simulator = await startGeneric({ ...STILL, ...options });
  t.after(() => simulator.stop());
  return simulator;
}

/** Lets virtual seconds pass. */
export function pass({ world }: Pick<CloverSimulator | GenericSimulator, 'world'>, seconds: number): void {
  world.clock.advance(seconds * 1_000);
  world.settle();
}

export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly auth?: string;
  readonly token?: string;
  /** CloverDX refuses requests without the header X-Requested-By. */
  readonly requestedBy?: boolean;
  readonly timeoutMs?: number;
}

export interface Answered {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** One request, as Unjam would send it. */
export async function ask(url: string, asked: Asked = {}): Promise<Answered> {
  const { method, body, auth, token, requestedBy = true, timeoutMs = 3_000 } = asked;
  const login = auth === undefined ? undefined : `Basic ${Buffer.from(auth).toString('base64')}`;
  const authorization = token === undefined ? login : `Bearer ${token}`;
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(requestedBy && { 'X-Requested-By': 'unjam' }),
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, contentType: response.headers.get('content-type'), text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field of a JSON object. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** The objects of a JSON array. */
export function objects(value: unknown): Array<Record<string, unknown>> {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
