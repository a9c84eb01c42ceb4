#!/usr/bin/env node
// @ts-check
/**
 * Tells what an implementation of contract/coordinator.yaml lacks:
 *
 *   npm run contract:check -- URL [--token-file F | --user U --password-file F] [--writes JOBID]
 *
 * It reads only, unless --writes names a job: that one is then canceled and stopped by force, without a question.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { contractCheck } from './run.mjs';

const USAGE =
  'Usage: npm run contract:check -- URL [--token-file FILE | --user USER --password-file FILE] [--writes JOBID]';
/** The exit code where the command itself is wrong, and nothing was checked. */
const WRONG_COMMAND = 2;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'token-file': { type: 'string' },
      user: { type: 'string' },
      'password-file': { type: 'string' },
      writes: { type: 'string' },
    },
  });
  process.exitCode = await contractCheck({
    base: address(positionals),
    credentials: credentials(values['token-file'], values.user, values['password-file']),
    writes: values.writes,
    write: (line) => console.log(line),
  });
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = WRONG_COMMAND;
}

/** @param {string[]} given */
function address(given) {
  if (given.length !== 1 || !given[0]) {
    throw new Error('Give one URL: the base of the routes, as in https://host/coordinator/v1.');
  }
  if (!URL.canParse(given[0])) {
    throw new Error(`"${given[0]}" is no URL.`);
  }
  const url = new URL(given[0]);
  if (url.username || url.password) {
    throw new Error('The URL holds credentials: put them in a file and name it.');
  }
  if (!['http:', 'https:'].includes(url.protocol) || url.search || url.hash) {
    throw new Error('The URL must begin with http: or https:, and have no query and no fragment.');
  }
  return url.href;
}

/**
 * @param {string | undefined} tokenFile
 * @param {string | undefined} user
 * @param {string | undefined} passwordFile
 * @returns {import('./client.mjs').Credentials}
 */
function credentials(tokenFile, user, passwordFile) {
  if ((tokenFile && (user || passwordFile)) || !user !== !passwordFile) {
    throw new Error('Give either a token file, or a user and a password file, or none of them.');
  }
  if (tokenFile) {
    return { token: secret(tokenFile) };
  }
  return user && passwordFile ? { user, password: secret(passwordFile) } : {};
}

/** @param {string} file */
function secret(file) {
  const text = readFileSync(file, 'utf8').trim();
  if (text === '') {
    throw new Error(`${file} is empty.`);
  }
  return text;
}
