import type { IncomingMessage } from 'node:http';

/** Bodies of requests are small; a submitted job's is the largest. */
const MAX_BODY_BYTES = 1 << 20;

/** The body is larger than anything that makes sense here. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`The body has more than ${MAX_BODY_BYTES} bytes.`);
    this.name = 'BodyTooLargeError';
  }
}

/** Reads a request's body as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    size += bytes.length;
    if (size > MAX_BODY_BYTES) {
      throw new BodyTooLargeError();
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
}
