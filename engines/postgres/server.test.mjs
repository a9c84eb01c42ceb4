// @ts-check
/** The test server itself: it starts, keeps its data, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { installedBinaries } from './lib/binaries.mjs';
import {
  downServer,
  EngineError,
  serverStatus,
  startServer,
  stopServer,
  ToolMissingError,
  upServer,
} from './server.mjs';

/** Bound for what takes about a second on an idle machine. */
const SOON_MS = 60_000;

/** Why nothing can be tested here, or false. */
const skip = missing();

/** @type {string[]} */
const folders = [];
after(async () => {
  for (const folder of folders) {
    await stopServer(folder);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a server starts, goes down and comes up at the same port, and stops without a trace', { skip }, async () => {
  const dir = folder();
  const server = await startServer({ dir });
  assert.equal(await asksForPassword(server), true);
  await assert.rejects(startServer({ dir }), EngineError);

  assert.equal((await downServer(dir)).up, false);
  assert.equal(await asksForPassword(server), false);
  const again = await upServer(dir);
  assert.deepEqual(again, server);
  assert.equal(await asksForPassword(server), true);

  await downServer(dir, { atOnce: true });
  await upServer(dir);
  assert.deepEqual(await stopServer(dir), { stopped: true });
  assert.equal(await asksForPassword(server), false);
  assert.equal(existsSync(dirname(server.log)), false);
  assert.deepEqual(await stopServer(dir), { stopped: false });
  assert.throws(() => serverStatus(dir), EngineError);
});

test('a server that was killed can be stopped', { skip }, async () => {
  const dir = folder();
  const { log, port } = await startServer({ dir });
  process.kill(Number.parseInt(readFileSync(join(dirname(log), 'data', 'postmaster.pid'), 'utf8'), 10), 'SIGKILL');
  await becomes(async () => !(await asksForPassword({ port })));
  assert.deepEqual(await stopServer(dir), { stopped: true });
});

test('a server ends with its owner, however that ends', { skip }, async () => {
  const dir = folder();
  const owner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const server = await startServer({ dir, ownerPid: owner.pid });
  owner.kill('SIGKILL');
  await becomes(async () => !existsSync(dirname(server.log)));
  assert.equal(await asksForPassword(server), false);
});

function missing() {
  try {
    installedBinaries();
    return false;
  } catch (error) {
    if (error instanceof ToolMissingError) {
      return error.message;
    }
    throw error;
  }
}

function folder() {
  const made = mkdtempSync(join(tmpdir(), 'unjam-postgres-test-'));
  folders.push(made);
  return made;
}

/** @param {() => Promise<boolean>} condition */
async function becomes(condition) {
  const end = performance.now() + SOON_MS;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'it should have become so by now');
    await sleep(100);
  }
}

/**
 * Whether a PostgreSQL answers at a port, and lets nobody in without a password: the message that begins a
 * connection, of protocol 3.0, is answered by "R" (authentication) and its length and kind, 10 being SCRAM.
 * @param {{ port: number }} server
 * @returns {Promise<boolean>}
 */
function asksForPassword({ port }) {
  const body = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([head, body])));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
    socket.once('data', (answer) => {
      done(answer.toString('latin1', 0, 1) === 'R' && answer.readInt32BE(5) === 10);
      socket.destroy();
    });
  });
}
