// @ts-check
/** Free ports on the loopback interface. */
import { createServer } from 'node:net';
import { EngineError } from './errors.mjs';

/** Below the ephemeral ports (32768 and up on Linux), so that no outgoing connection takes one meanwhile. */
const FIRST = 20000;
const LAST = 31999;
const ATTEMPTS = 200;

/**
 * Finds free TCP ports on 127.0.0.1. Another process can still take one before it is used: whoever
 * uses them tries again with new ones.
 * @param {number} count
 * @returns {Promise<number[]>} different ports
 * @throws {EngineError} if none is found
 */
export async function freePorts(count) {
  /** @type {Set<number>} */
  const ports = new Set();
  for (let i = 0; i < ATTEMPTS && ports.size < count; i++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (!ports.has(port) && (await isFree(port))) {
      ports.add(port);
    }
  }
  if (ports.size < count) {
    throw new EngineError(`No ${count} free ports between ${FIRST} and ${LAST} on 127.0.0.1: stop what occupies them.`);
  }
  return [...ports];
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}
