// @ts-check
/** What the demo needs of the machine, looked at before minutes of building; each fault is one sentence. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { root } from '../lib/children.mjs';

const LAST_PORT = 65_535;

/**
 * @param {string} text what --port was given
 * @returns {number} 0 for a free port
 * @throws {Error} if it is no port
 */
export function portOf(text) {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > LAST_PORT) {
    throw new Error(`"--port ${text}" names no port: use 1 to ${LAST_PORT}, or 0 for a free one.`);
  }
  return port;
}

/**
 * Why a port of this machine cannot be listened on.
 * @param {number} port
 * @returns {Promise<string | undefined>} nothing where it can
 */
export function portFault(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code})`;
      resolve(`Port ${port} of 127.0.0.1 ${why}: name another with --port, or none for a free one.`);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/**
 * Why Go cannot build this repository. Go 1.21 and newer fetch the Go that go.mod names themselves, unless told not to.
 * @returns {string | undefined} nothing where it can
 */
export function goFault() {
  const asked = spawnSync('go', ['list', '-m'], { cwd: root, encoding: 'utf8' });
  return explainGo({ missing: asked.error !== undefined, code: asked.status, said: asked.stderr ?? '' }, wantedGo());
}

/**
 * @param {{ missing: boolean, code: number | null, said: string }} asked how `go list -m` ended
 * @param {string} wanted a version
 * @returns {string | undefined}
 */
export function explainGo({ missing, code, said }, wanted) {
  if (missing) {
    return `Go is missing: install Go ${wanted} or newer, the data source is written in it.`;
  }
  if (code === 0) {
    return undefined;
  }
  const running = /\(running go ([\d.]+)/.exec(said)?.[1];
  return running
    ? `Go ${running} is too old: install Go ${wanted} or newer, the data source is written in it.`
    : `Go cannot build the data source: ${said.trim().split('\n').at(-1) || 'it does not say why'}`;
}

/** The Go that go.mod names. */
function wantedGo() {
  return /^go (\d+\.\d+)/m.exec(readFileSync(path.join(root, 'go.mod'), 'utf8'))?.[1] ?? 'of go.mod';
}
