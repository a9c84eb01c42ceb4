/** The command line: `npm run simulator -- --help`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SCENARIOS, startSimulator, type SimulatorOptions } from './index.ts';

/** What the ports are when none are named: those of SeaTunnel and, for the control page, one beside them. */
const DEFAULT_PORT = '8080';
const DEFAULT_V1_PORT = '5801';
const DEFAULT_CONTROL_PORT = '8090';
/** How often the owner is looked for. */
const OWNER_LOOK_MS = 1_000;

const FLAGS = {
  scenario: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string', default: DEFAULT_PORT },
  'v1-port': { type: 'string', default: DEFAULT_V1_PORT },
  'control-port': { type: 'string', default: DEFAULT_CONTROL_PORT },
  masters: { type: 'string' },
  workers: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  version: { type: 'string' },
  'force-stop': { type: 'string' },
  'time-zone': { type: 'string' },
  'context-path': { type: 'string' },
  'basic-auth': { type: 'string' },
  'no-heartbeat-seconds': { type: 'string' },
  'max-hang-seconds': { type: 'string' },
  start: { type: 'string' },
  'owner-pid': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

type Values = ReturnType<typeof readFlags>;

function readFlags() {
  return parseArgs({ options: FLAGS }).values;
}

const HELP = `Simulates an Apache SeaTunnel Zeta cluster (REST v2 and v1). It is not SeaTunnel.

  npm run simulator -- [--scenario NAME] [--port 8080] [--v1-port 5801] [--control-port 8090] [--host 127.0.0.1]
    [--masters 2] [--workers 2] [--seed N] [--speed X] [--version 3.0.0] [--force-stop auto|yes|no]
    [--time-zone UTC] [--context-path /PATH] [--basic-auth USER:PASSWORD] [--no-heartbeat-seconds 60]
    [--max-hang-seconds 120] [--start 2026-11-22T08:00:00Z] [--owner-pid PID]

Members have the named port and the next ones, masters first; 0 takes free ports. When it is ready it prints one line
of JSON with all addresses. Ctrl-C ends it; with --owner-pid it ends too when that process is gone.

Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(26)} ${title}`).join('\n')}
`;

function optionsOf(values: Values): SimulatorOptions {
  const numbers = {
    port: number(values.port, '--port'),
    v1Port: number(values['v1-port'], '--v1-port'),
    controlPort: number(values['control-port'], '--control-port'),
    masters: number(values.masters, '--masters'),
    workers: number(values.workers, '--workers'),
    seed: number(values.seed, '--seed'),
    speed: number(values.speed, '--speed'),
    noHeartbeatSeconds: number(values['no-heartbeat-seconds'], '--no-heartbeat-seconds'),
    maxHangSeconds: number(values['max-hang-seconds'], '--max-hang-seconds'),
  };
  const texts = {
    scenario: values.scenario,
    host: values.host,
    version: values.version,
    timeZone: values['time-zone'],
    contextPath: values['context-path'],
    basicAuth: values['basic-auth'],
    start: values.start,
    forceStop: forceStop(values['force-stop']),
  };
  // What was not given has its default elsewhere.
  return Object.fromEntries(Object.entries({ ...numbers, ...texts }).filter(([, value]) => value !== undefined));
}

function number(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new RangeError(`${flag} needs a number, not "${text}".`);
  }
  return value;
}

function forceStop(text: string | undefined): SimulatorOptions['forceStop'] {
  if (text === undefined || text === 'auto' || text === 'yes' || text === 'no') {
    return text;
  }
  throw new RangeError(`--force-stop is auto, yes or no, not "${text}".`);
}

/** Resolves when somebody wants an end: a signal, or the owner's death. */
function toldToEnd(ownerPid: number | undefined): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => done());
    }
    if (ownerPid !== undefined) {
      setInterval(() => {
        if (!isThere(ownerPid)) {
          done();
        }
      }, OWNER_LOOK_MS).unref();
    }
  });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function main(): Promise<void> {
  const values = readFlags();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const end = toldToEnd(number(values['owner-pid'], '--owner-pid'));
  const simulator = await startSimulator(optionsOf(values));
  const { world, control, members } = simulator;
  const ready = { simulator: true, scenario: world.scenario.name, seed: world.seed, control, members };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await end;
  await simulator.stop();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
