// @ts-check
/** Stands before a coordinator, passes every request on and keeps a log of them. */
import { createServer, request as httpRequest } from 'node:http';

/**
 * @typedef {{ method: string, path: string, body: string, authorization: string | undefined }} Entry
 * @typedef {{ url: string, log: Entry[], close: () => Promise<void> }} Recorder
 */

/**
 * @param {string} [target] where requests go on to; without it each is answered with 200 and an empty object
 * @returns {Promise<Recorder>}
 */
export async function startRecorder(target) {
  /** @type {Entry[]} */
  const log = [];
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      log.push({
        method: request.method ?? '',
        path: request.url ?? '',
        body: body.toString('utf8'),
        authorization: request.headers.authorization,
      });
      if (target) {
        passOn(target, request, body, response);
      } else {
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
      }
    });
    request.on('error', () => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  if (!address || typeof address === 'string') {
    throw new Error('The recorder has no port.');
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {string} target
 * @param {import('node:http').IncomingMessage} request
 * @param {Buffer} body
 * @param {import('node:http').ServerResponse} response
 */
function passOn(target, request, body, response) {
  const { host } = new URL(target);
  const onward = httpRequest(
    `${target}${request.url}`,
    { method: request.method, headers: { ...request.headers, host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }
  );
  // The coordinator went away: the one who asked sees a broken connection, as it would without us.
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  onward.end(body);
}
