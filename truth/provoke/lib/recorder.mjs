// @ts-check
/** The recorder (truth/record) as a process of its own: started, awaited, stopped. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Its first line on stdout, once it asks the coordinator. */
const READY = 'Recording.';
/** A health check of a coordinator that is silent takes the longest: some requests of a few seconds. */
const READY_BOUND_MS = 60_000;
/** Writing takes some tenths of a second; a question that hangs is given up within its bound. */
const END_BOUND_MS = 60_000;

/** @type {Promise<string> | null} */
let built = null;

/**
 * The recorder's program, built once a run: `go run` would not pass a signal on to it.
 * @returns {Promise<string>} its path
 */
export function recorderProgram() {
  built ??= build();
  return built;
}

async function build() {
  const folder = mkdtempSync(join(tmpdir(), 'unjam-recorder-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'record');
  await promisify(execFile)('go', ['build', '-o', program, './truth/record'], { cwd: ROOT });
  return program;
}

/**
 * Starts the recorder and waits until it records.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ end: () => Promise<void> }>} end: stops it; it writes what it has
 * @throws {Error} if it does not record
 */
export async function startRecorder(program, args) {
  const recorder = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Promise<string>} */
  const ended = new Promise((done) => {
    recorder.once('error', (error) => done(`did not start: ${error.message}`));
    recorder.once('exit', (code, signal) => done(code === 0 ? '' : `ended with ${code ?? signal}`));
  });
  const ready = new Promise((done) =>
    recorder.stdout.on('data', (text) => String(text).includes(READY) && done('ready'))
  );
  const said = await Promise.race([ready, ended, bound(READY_BOUND_MS)]);
  if (said !== 'ready') {
    recorder.kill('SIGKILL');
    throw new Error(`The recorder does not record: ${said || 'it said nothing in time'}`);
  }
  return {
    end: async () => {
      recorder.kill('SIGINT');
      const how = await Promise.race([ended, bound(END_BOUND_MS)]);
      if (how !== '') {
        recorder.kill('SIGKILL');
        throw new Error(`The recorder ${how}.`);
      }
    },
  };
}

/** @param {number} ms */
async function bound(ms) {
  return sleep(ms, 'did not end in time', { ref: false });
}
