#!/usr/bin/env node
// @ts-check
/** Command line of the JGroups cluster: one JSON object on stdout, progress and errors on stderr. */
import { parseArgs } from 'node:util';
import { EXIT_FAILED } from '../seatunnel/lib/errors.mjs';
import * as engine from './cluster.mjs';

const USAGE = `usage: cli.mjs COMMAND [--dir DIR]
  start [--generation 2|5] [--gc-lag 10000] [--rate 20] [--event-bytes 200] [--exclude-after-seconds 8]
        [--channel unjam-events] [--basic-auth USER:PASSWORD] [--owner-pid PID]
  stop | status
  rate --per-second N [--node NODE]
  freeze --node NODE | thaw --node NODE | restart --node NODE
  discard --node NODE [--peer NODE [--one-way]] | undiscard --node NODE [--peer NODE [--one-way]]
`;

/** Exit codes of a process ended by a signal, by shell convention 128 + its number. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 };

/** @type {import('node:util').ParseArgsConfig['options']} */
const OPTIONS = {
  dir: { type: 'string' },
  generation: { type: 'string' },
  'gc-lag': { type: 'string' },
  rate: { type: 'string' },
  'event-bytes': { type: 'string' },
  'exclude-after-seconds': { type: 'string' },
  channel: { type: 'string' },
  'basic-auth': { type: 'string' },
  'owner-pid': { type: 'string' },
  'per-second': { type: 'string' },
  node: { type: 'string' },
  peer: { type: 'string' },
  'one-way': { type: 'boolean' },
};

/**
 * Runs one command.
 * @param {string | undefined} command
 * @param {Record<string, any>} values
 * @returns {Promise<object>} what goes to stdout
 */
async function execute(command, values) {
  const dir = values.dir ?? engine.DEFAULT_RUN_DIR;
  const node = () => required(values, 'node');
  const between = { peer: values.peer, oneWay: values['one-way'] };
  switch (command) {
    case 'start':
      return start(dir, values);
    case 'stop':
      return engine.stopCluster(dir);
    case 'status':
      return engine.clusterStatus(dir);
    case 'rate':
      required(values, 'per-second');
      return engine.setRate(dir, number(values, 'per-second') ?? 0, values.node);
    case 'freeze':
      return engine.freezeNode(dir, node());
    case 'thaw':
      return engine.thawNode(dir, node());
    case 'discard':
      return engine.discard(dir, node(), between);
    case 'undiscard':
      return engine.undiscard(dir, node(), between);
    case 'restart':
      return engine.restartNode(dir, node());
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
    generation: number(values, 'generation'),
    gcLag: number(values, 'gc-lag'),
    rate: number(values, 'rate'),
    eventBytes: number(values, 'event-bytes'),
    excludeAfterSeconds: number(values, 'exclude-after-seconds'),
    channel: values.channel,
    basicAuth: values['basic-auth'],
    ownerPid: number(values, 'owner-pid'),
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
