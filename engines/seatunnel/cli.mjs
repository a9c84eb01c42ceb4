#!/usr/bin/env node
// @ts-check
/** Command line of the test engine: one JSON object on stdout, progress and errors on stderr. */
import { parseArgs } from 'node:util';
import * as engine from './cluster.mjs';
import { EXIT_FAILED } from './lib/errors.mjs';
import { DEFAULT_RUN_DIR } from './lib/paths.mjs';

const USAGE = `usage: cli.mjs COMMAND [--dir DIR]
  start [--version 2.3.8|v2] [--masters 1] [--workers 1] [--force-backport] [--fault-agent]
        [--no-heartbeat-seconds 60] [--time-zone UTC] [--owner-pid PID]
        [--basic-auth USER:PASSWORD] [--context-path /PATH]      (the last two: v2 only)
  stop | status
  submit --name NAME [--node NODE] [--mode streaming|batch]
  fault --lose-final-status on|off
  freeze --node NODE | thaw --node NODE | kill --node NODE | start-node --node NODE
`;

/** Exit codes of a process ended by a signal, by shell convention 128 + its number. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 };

/** @type {import('node:util').ParseArgsConfig['options']} */
const OPTIONS = {
  dir: { type: 'string' },
  version: { type: 'string' },
  masters: { type: 'string' },
  workers: { type: 'string' },
  'force-backport': { type: 'boolean' },
  'fault-agent': { type: 'boolean' },
  'no-heartbeat-seconds': { type: 'string' },
  'time-zone': { type: 'string' },
  'owner-pid': { type: 'string' },
  'basic-auth': { type: 'string' },
  'context-path': { type: 'string' },
  name: { type: 'string' },
  node: { type: 'string' },
  mode: { type: 'string' },
  'lose-final-status': { type: 'string' },
};

/**
 * Runs one command.
 * @param {string | undefined} command
 * @param {Record<string, any>} values
 * @returns {Promise<object>} what goes to stdout
 */
async function execute(command, values) {
  const dir = values.dir ?? DEFAULT_RUN_DIR;
  const node = () => required(values, 'node');
  switch (command) {
    case 'start':
      return start(dir, values);
    case 'stop':
      return engine.stopCluster(dir);
    case 'status':
      return engine.clusterStatus(dir);
    case 'submit':
      return engine.submitJob(dir, { name: required(values, 'name'), node: values.node, mode: values.mode });
    case 'fault': {
      const value = required(values, 'lose-final-status');
      if (value !== 'on' && value !== 'off') {
        throw new engine.EngineError('Say --lose-final-status on, or off.');
      }
      return engine.setFault(dir, value === 'on');
    }
    case 'freeze':
      return engine.freezeNode(dir, node());
    case 'thaw':
      return engine.thawNode(dir, node());
    case 'kill':
      return engine.killNode(dir, node());
    case 'start-node':
      return engine.startNode(dir, node());
    default:
      throw new engine.EngineError(`${command ? `There is no command "${command}".` : 'Give a command.'}\n${USAGE}`);
  }
}

/**
 * @param {string} dir
 * @param {Record<string, any>} values
 */
async function start(dir, values) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      process.stderr.write('Interrupted: stopping what was started …\n');
      engine.stopCluster(dir).finally(() => process.exit(SIGNAL_EXIT[signal]));
    });
  }
  return engine.startCluster({
    dir,
    version: values.version,
    masters: number(values, 'masters'),
    workers: number(values, 'workers'),
    forceBackport: values['force-backport'],
    faultAgent: values['fault-agent'],
    noHeartbeatSeconds: number(values, 'no-heartbeat-seconds'),
    timeZone: values['time-zone'],
    ownerPid: number(values, 'owner-pid'),
    basicAuth: values['basic-auth'],
    contextPath: values['context-path'],
  });
}

/**
 * @param {Record<string, any>} values
 * @param {string} name
 * @returns {string}
 */
function required(values, name) {
  if (!values[name]) {
    throw new engine.EngineError(`This command needs --${name}.\n${USAGE}`);
  }
  return values[name];
}

/**
 * @param {Record<string, any>} values
 * @param {string} name
 * @returns {number | undefined}
 */
function number(values, name) {
  if (values[name] === undefined) {
    return undefined;
  }
  if (!/^\d+$/.test(values[name])) {
    throw new engine.EngineError(`--${name} needs a whole number, not "${values[name]}".`);
  }
  return Number(values[name]);
}

try {
  const { positionals, values } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const result = await execute(positionals[0], values);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof engine.EngineError ? error.exitCode : EXIT_FAILED;
}
