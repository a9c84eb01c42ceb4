// @ts-check
/** The account that runs the server: PostgreSQL refuses root. */
import { execFile, execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { promisify } from 'node:util';
import { EngineError } from '../../seatunnel/lib/errors.mjs';

/** The account without rights that every Unix has. */
const UNPRIVILEGED = 'nobody';
/** Lines of a failed program's output that go into the error. */
const SHOWN_LINES = 12;

/** @returns {{ uid: number, gid: number } | undefined} undefined: we may run it ourselves */
function otherAccount() {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const id = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, UNPRIVILEGED], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Gives a file or folder to the account that runs the server.
 * @param {string} path
 */
export function giveAway(path) {
  const account = otherAccount();
  if (account) {
    chownSync(path, account.uid, account.gid);
  }
}

/**
 * Runs a program as that account.
 * @param {string} program
 * @param {string[]} programArguments
 * @param {string} folder where it runs, and what it takes for its home
 * @throws {EngineError} if it fails; the message holds the end of its output
 */
export async function runAs(program, programArguments, folder) {
  const { PATH, SystemRoot } = process.env;
  try {
    await promisify(execFile)(program, programArguments, {
      ...otherAccount(),
      cwd: folder,
      // Nothing of our environment: PG… variables would change what the programs do.
      env: { PATH, HOME: folder, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot ? { SystemRoot } : {}) },
    });
  } catch (error) {
    const { stdout = '', stderr = '', message } = /** @type {any} */ (error);
    const said = `${stdout}${stderr}`.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
    throw new EngineError(`${program} failed; it ended with:\n${said || message}`, { cause: error });
  }
}
