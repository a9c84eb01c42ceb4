#!/usr/bin/env node
// @ts-check
/** Command line of the test server: one JSON object on stdout, errors on stderr. */
import { parseArgs } from 'node:util';
import { EXIT_FAILED } from '../seatunnel/lib/errors.mjs';
import * as server from './server.mjs';

const USAGE = `usage: cli.mjs COMMAND [--dir DIR]
  start [--owner-pid PID] | stop | status
  down [--at-once] | up                  (the data stay, and so does the port)
`;

/** @type {import('node:util').ParseArgsConfig['options']} */
const OPTIONS = { dir: { type: 'string' }, 'owner-pid': { type: 'string' }, 'at-once': { type: 'boolean' } };

/**
 * Runs one command.
 * @param {string | undefined} command
 * @param {Record<string, any>} values
 * @returns {Promise<object>} what goes to stdout
 */
async function execute(command, values) {
  switch (command) {
    case 'start':
      return server.startServer({ dir: values.dir, ownerPid: ownerPid(values['owner-pid']) });
    case 'stop':
      return server.stopServer(values.dir);
    case 'down':
      return server.downServer(values.dir, { atOnce: values['at-once'] });
    case 'up':
      return server.upServer(values.dir);
    case 'status':
      return server.serverStatus(values.dir);
    default:
      throw new server.EngineError(`${command ? `There is no command "${command}".` : 'Give a command.'}\n${USAGE}`);
  }
}

/**
 * @param {string | undefined} given
 * @returns {number | undefined}
 */
function ownerPid(given) {
  if (given !== undefined && !/^[1-9]\d*$/.test(given)) {
    throw new server.EngineError(`--owner-pid needs the number of a process, not "${given}".`);
  }
  return given === undefined ? undefined : Number(given);
}

try {
  const { positionals, values } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const result = await execute(positionals[0], values);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof server.EngineError ? error.exitCode : EXIT_FAILED;
}
