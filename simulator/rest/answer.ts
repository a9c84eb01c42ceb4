import type { Member } from '../domain/member.ts';

/** A request as the engine's endpoints see it. */
export interface RestRequest {
  readonly method: string;
  /** Without prefix, context path or query; begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it came, with its question mark; empty without one. */
  readonly search: string;
  readonly body: string;
  /** The member that was asked. */
  readonly member: Member;
}

/** What goes over the wire. */
export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  readonly contentType: string | null;
  /** In pieces where it would be too large to hold. */
  readonly body: string | Iterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Jetty sends no Date with what it refuses itself. */
  readonly undated?: boolean;
}

/** The endpoint hangs; asked again and again, it gives an answer at last. */
export interface Hang {
  readonly kind: 'hang';
  readonly answer: () => Answer | undefined;
}

/** The connection is closed without an answer. */
export interface Close {
  readonly kind: 'close';
}

export type Answer = Reply | Hang | Close;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Makes replies in one interface's ways; they differ in the content type. */
export interface Replies {
  /** A body of JSON that is written already. */
  text(body: string | Iterable<string>, status?: number): Reply;
  json(value: Json, status?: number): Reply;
  /** {"status":"fail","message":…} */
  fail(status: number, message: string): Reply;
  plain(body: string): Reply;
}

/** @param charset what is put behind the media type, such as ";charset=utf-8" */
export function repliesOf(charset: string): Replies {
  const text = (body: string | Iterable<string>, status = 200): Reply => ({
    kind: 'reply',
    status,
    contentType: `application/json${charset}`,
    body,
  });
  const json = (value: Json, status = 200): Reply => text(JSON.stringify(value), status);
  return {
    text,
    json,
    fail: (status, message) => json({ status: 'fail', message }, status),
    plain: (body) => ({ kind: 'reply', status: 200, contentType: `text/plain${charset}`, body }),
  };
}

/** An answer without body or content type. */
export const empty = (status: number): Reply => ({ kind: 'reply', status, contentType: null, body: '', undated: true });

/** Joins pieces of JSON to an array, without holding it. */
export function* arrayOf(pieces: Iterable<string>): Generator<string> {
  yield '[';
  let first = true;
  for (const piece of pieces) {
    yield first ? piece : `,${piece}`;
    first = false;
  }
  yield ']';
}

/** What Java says of text that is no number. */
export const notANumber = (text: string): string => `For input string: "${text}"`;

const LONG_MAX = 2n ** 63n - 1n;

/** A job id as Java's Long reads it; undefined if it is none. */
export function longOf(text: string): string | undefined {
  if (!/^-?\d{1,19}$/.test(text) || BigInt(text) > LONG_MAX) {
    return undefined;
  }
  return BigInt(text).toString();
}
