// @ts-check
/** A real PostgreSQL on 127.0.0.1 for tests, from the programs that npm installs. See README.md. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EngineError } from '../seatunnel/lib/errors.mjs';
import { GENERATED_DIR } from '../seatunnel/lib/paths.mjs';
import { freePorts } from '../seatunnel/lib/ports.mjs';
import { giveAway, runAs } from './lib/account.mjs';
import { copyBinaries, installedBinaries } from './lib/binaries.mjs';
import { startWatchdog } from './lib/watchdog.mjs';

export { EngineError, ToolMissingError } from '../seatunnel/lib/errors.mjs';

/** The run directory if none is given. */
export const DEFAULT_RUN_DIR = join(GENERATED_DIR, 'postgres');

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';
/** The database that every server has. */
const DATABASE = 'postgres';
/** How long a start or a stop may take, in seconds: about one on an idle machine. */
const PATIENCE_SECONDS = 60;
/** Another process can take a free port before the server does. */
const START_ATTEMPTS = 3;

/**
 * Settings for tests. The data are thrown away, so nothing waits for the disk, and rows are only written by those
 * who are tested.
 */
const CONFIGURATION = `
listen_addresses = '${HOST}'
unix_socket_directories = ''
fsync = off
full_page_writes = off
autovacuum = off
max_connections = 200
shared_buffers = 32MB
`;

/**
 * @typedef {object} ServerState
 * @property {string} id differs from start to start
 * @property {string} home the folder with programs, data and log
 * @property {number} port
 * @property {string} password of the superuser
 */

/**
 * Starts a server with empty data and waits until it answers.
 * @param {{ dir?: string, ownerPid?: number }} [options] `ownerPid`: it is stopped when that process is gone
 * @returns {Promise<ReturnType<typeof describe>>}
 * @throws {EngineError} if it does not come up, or one was started in that directory already
 */
export async function startServer(options = {}) {
  const dir = resolve(options.dir ?? DEFAULT_RUN_DIR);
  if (readState(dir)) {
    throw new EngineError(`A server was started in ${dir} already: stop it first, or use another --dir.`);
  }
  installedBinaries();
  mkdirSync(dir, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'unjam-postgres-'));
  const state = { id: randomUUID(), home, port: 0, password: randomBytes(12).toString('hex') };
  writeState(dir, state);
  try {
    // From here on, so that nothing stays behind if this process is killed.
    if (options.ownerPid !== undefined) {
      startWatchdog(dir, state.id, options.ownerPid);
    }
    giveAway(home);
    copyBinaries(join(home, 'native'));
    await initialise(state);
    for (let attempt = 1; ; attempt++) {
      [state.port] = await freePorts(1);
      writeState(dir, state);
      try {
        await control(state, 'start');
        return describe(dir, state);
      } catch (error) {
        if (attempt === START_ATTEMPTS) {
          throw error;
        }
      }
    }
  } catch (error) {
    await stopServer(dir);
    throw error;
  }
}

/**
 * Makes the data folder.
 * @param {ServerState} state
 */
async function initialise({ home, password }) {
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveAway(passwordFile);
  const access = ['--username', SUPERUSER, '--auth', 'scram-sha-256', '--pwfile', passwordFile];
  const folder = ['--pgdata', dataOf(home), '--encoding', 'UTF8', '--locale', 'C', '--no-sync'];
  await runAs(join(home, 'native', 'bin', 'initdb'), [...folder, ...access], home);
  rmSync(passwordFile);
  appendFileSync(join(dataOf(home), 'postgresql.conf'), CONFIGURATION);
}

/**
 * Ends the server's processes; its data stay, for upServer.
 * @param {string} [dir]
 * @param {{ atOnce?: boolean }} [options] `atOnce`: as a crash, without a goodbye to those who are connected
 */
export async function downServer(dir = DEFAULT_RUN_DIR, options = {}) {
  const state = requireState(resolve(dir));
  await control(state, 'stop', '-m', options.atOnce ? 'immediate' : 'fast');
  return describe(resolve(dir), state);
}

/**
 * Starts a server again that is down, at the same port.
 * @param {string} [dir]
 */
export async function upServer(dir = DEFAULT_RUN_DIR) {
  const state = requireState(resolve(dir));
  await control(state, 'start');
  return describe(resolve(dir), state);
}

/**
 * What runs, as startServer gave it.
 * @param {string} [dir]
 */
export function serverStatus(dir = DEFAULT_RUN_DIR) {
  return describe(resolve(dir), requireState(resolve(dir)));
}

/**
 * Ends the server and removes all of it. Twice is fine.
 * @param {string} [dir]
 */
export async function stopServer(dir = DEFAULT_RUN_DIR) {
  const state = readState(resolve(dir));
  if (!state) {
    return { stopped: false };
  }
  try {
    if (runs(state)) {
      await control(state, 'stop', '-m', 'immediate');
    }
  } catch (error) {
    if (processLives(state)) {
      throw error;
    }
    // It was killed, and left its file behind.
  }
  rmSync(state.home, { recursive: true, force: true });
  rmSync(stateFile(resolve(dir)), { force: true });
  try {
    rmdirSync(dir);
  } catch {
    // Something else is in it.
  }
  return { stopped: true };
}

/**
 * @param {ServerState} state
 * @param {...string} command of pg_ctl
 */
async function control({ home, port }, ...command) {
  const common = ['--pgdata', dataOf(home), '--log', join(home, 'server.log'), '--timeout', String(PATIENCE_SECONDS)];
  const start = command[0] === 'start' ? ['--options', `-p ${port}`] : [];
  await runAs(join(home, 'native', 'bin', 'pg_ctl'), [...command, ...common, '--silent', '--wait', ...start], home);
}

/** @param {ServerState} state */
const runs = ({ home }) => existsSync(pidFile(home));

/** @param {ServerState} state */
function processLives({ home }) {
  try {
    // Its first line is the pid.
    return process.kill(Number.parseInt(readFileSync(pidFile(home), 'utf8'), 10), 0);
  } catch {
    return false;
  }
}

/** @param {string} home */
const pidFile = (home) => join(dataOf(home), 'postmaster.pid');

/** @param {string} home */
const dataOf = (home) => join(home, 'data');

/** @param {string} dir */
const stateFile = (dir) => join(dir, 'state.json');

/**
 * @param {string} dir
 * @param {ServerState} state
 */
function describe(dir, state) {
  const { port, password } = state;
  return {
    dir,
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database: DATABASE,
    url: `postgres://${SUPERUSER}:${password}@${HOST}:${port}/${DATABASE}?sslmode=disable`,
    log: join(state.home, 'server.log'),
    up: runs(state),
  };
}

/**
 * The state, or null if no server was started in that directory.
 * @param {string} dir
 * @returns {ServerState | null}
 */
export function readState(dir) {
  try {
    return JSON.parse(readFileSync(stateFile(dir), 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} dir */
function requireState(dir) {
  const state = readState(dir);
  if (!state) {
    throw new EngineError(`No server was started in ${dir}: start one first.`);
  }
  return state;
}

/**
 * Writes the state so that a reader sees the old one or the new one, never half of it.
 * @param {string} dir
 * @param {ServerState} state
 */
function writeState(dir, state) {
  writeFileSync(`${stateFile(dir)}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${stateFile(dir)}.new`, stateFile(dir));
}
