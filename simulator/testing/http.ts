import { request } from 'node:http';

export interface Got {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly dated: boolean;
  readonly body: string;
}

/** No answer in time, or none at all. */
export class NoAnswer extends Error {}

/** An answer that takes longer than this hangs: the others take milliseconds, on a busy machine tenths of a second. */
const HANGS_AFTER_MS = 3_000;

export interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly auth?: string;
  readonly timeoutMs?: number;
}

/**
 * One request on a connection of its own.
 *
 * @throws NoAnswer
 */
export function http(url: string, { method = 'GET', body, auth, timeoutMs = HANGS_AFTER_MS }: Sent = {}): Promise<Got> {
  return new Promise((done, failed) => {
    const give = (error: unknown): void => failed(new NoAnswer(`${method} ${url}: ${String(error)}`));
    const headers =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sent = request(
      url,
      { method, agent: false, signal: AbortSignal.timeout(timeoutMs), headers, ...(auth !== undefined && { auth }) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('error', give);
        response.on('end', () =>
          done({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'],
            dated: response.headers.date !== undefined,
            body: text,
          })
        );
      }
    );
    sent.on('error', give);
    sent.end(body);
  });
}

/** Posts JSON. */
export const post = (url: string, value: unknown): Promise<Got> =>
  http(url, { method: 'POST', body: JSON.stringify(value) });

/** Whether a request gets an answer at all. */
export async function answers(url: string): Promise<boolean> {
  return http(url).then(
    () => true,
    (error: unknown) => {
      if (error instanceof NoAnswer) {
        return false;
      }
      throw error;
    }
  );
}
