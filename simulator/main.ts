/** The command line: `npm run simulator -- --help`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import {
  CLOVER_SCENARIOS,
  GENERIC_SCENARIOS,
  SCENARIOS,
  startCloverDX,
  startGeneric,
  startSimulator,
  type ServedOptions,
  type SimulatorOptions,
} from './index.ts';

/** The kinds, and their ports when none are named: all can run side by side. */
const KINDS = {
  seatunnel: { port: 8080, controlPort: 8090, scenarios: SCENARIOS },
  cloverdx: { port: 8083, controlPort: 8093, scenarios: CLOVER_SCENARIOS },
  generic: { port: 8085, controlPort: 8095, scenarios: GENERIC_SCENARIOS },
} as const;
type Kind = keyof typeof KINDS;
const DEFAULT_V1_PORT = 5801;
/** How often the owner is looked for. */
const OWNER_LOOK_MS = 1_000;

const FLAGS = {
  kind: { type: 'string', default: 'seatunnel' },
  scenario: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'v1-port': { type: 'string' },
  'control-port': { type: 'string' },
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
  nodes: { type: 'string' },
  rate: { type: 'string' },
  'sent-limit': { type: 'string' },
  'inbound-timeout-seconds': { type: 'string' },
  history: { type: 'string' },
  jgroups: { type: 'string' },
  'jolokia-auth': { type: 'string' },
  'simple-http': { type: 'boolean' },
  token: { type: 'string' },
  'max-hang-seconds': { type: 'string' },
  start: { type: 'string' },
  'owner-pid': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

type Values = ReturnType<typeof readFlags>;

function readFlags() {
  return parseArgs({ options: FLAGS }).values;
}

const HELP = `Simulates coordinators that can fail on demand. It is none of the products that it is like.

  npm run simulator -- [--kind seatunnel|cloverdx|generic] [--scenario NAME] [--port N] [--control-port N]
    [--host 127.0.0.1] [--seed N] [--speed X] [--basic-auth USER:PASSWORD] [--max-hang-seconds 120]
    [--start 2026-11-22T08:00:00Z] [--owner-pid PID]

  seatunnel: an Apache SeaTunnel Zeta cluster (REST v2 at 8080 and the next ports, v1 at 5801, control page at 8090)
    [--v1-port 5801] [--masters 2] [--workers 2] [--version 3.0.0] [--force-stop auto|yes|no] [--time-zone UTC]
    [--context-path /PATH] [--no-heartbeat-seconds 60]
  cloverdx: a CloverDX cluster (port 8083: /clover, /NODE/clover, /jolokia/NODE; control page at 8093)
    [--nodes 3] [--rate EVENTS-A-SECOND] [--sent-limit 10000] [--inbound-timeout-seconds 3600] [--history 200]
    [--jgroups 2|5] [--simple-http] [--jolokia-auth USER:PASSWORD]
  generic: an in-house coordinator by contract/coordinator.yaml (port 8085: /coordinator/v1; control page at 8095)
    [--nodes 3] [--rate N] [--sent-limit 10000] [--inbound-timeout-seconds 3600] [--token TOKEN]

Port 0 takes a free one. When it is ready it prints one line of JSON with all addresses. Ctrl-C ends it; with
--owner-pid it ends too when that process is gone.

Scenarios:
${Object.entries(KINDS)
  .map(([kind, { scenarios }]) =>
    [`${kind}:`, ...scenarios.map(({ name, title }) => `  ${name.padEnd(34)} ${title}`)].join('\n')
  )
  .join('\n')}
`;

function kindOf(text: string): Kind {
  if (text === 'seatunnel' || text === 'cloverdx' || text === 'generic') {
    return text;
  }
  throw new RangeError(`--kind is ${Object.keys(KINDS).join(', ')}, not "${text}".`);
}

/** What both sorts of coordinators have. */
function commonOf(values: Values, kind: Kind): ServedOptions & SimulatorOptions {
  return {
    port: number(values.port, '--port') ?? KINDS[kind].port,
    controlPort: number(values['control-port'], '--control-port') ?? KINDS[kind].controlPort,
    ...given({
      seed: number(values.seed, '--seed'),
      speed: number(values.speed, '--speed'),
      maxHangSeconds: number(values['max-hang-seconds'], '--max-hang-seconds'),
      scenario: values.scenario,
      host: values.host,
      basicAuth: values['basic-auth'],
      start: values.start,
    }),
  };
}

function optionsOf(values: Values): SimulatorOptions {
  return {
    ...commonOf(values, 'seatunnel'),
    v1Port: number(values['v1-port'], '--v1-port') ?? DEFAULT_V1_PORT,
    ...given({
      masters: number(values.masters, '--masters'),
      workers: number(values.workers, '--workers'),
      noHeartbeatSeconds: number(values['no-heartbeat-seconds'], '--no-heartbeat-seconds'),
      version: values.version,
      timeZone: values['time-zone'],
      contextPath: values['context-path'],
      forceStop: forceStop(values['force-stop']),
    }),
  };
}

function servedOptionsOf(values: Values, kind: Kind): ServedOptions {
  return {
    ...commonOf(values, kind),
    ...given({
      nodes: number(values.nodes, '--nodes'),
      rate: number(values.rate, '--rate'),
      sentLimit: number(values['sent-limit'], '--sent-limit'),
      inboundTimeoutSeconds: number(values['inbound-timeout-seconds'], '--inbound-timeout-seconds'),
      history: number(values.history, '--history'),
      jgroups: number(values.jgroups, '--jgroups'),
      jolokiaAuth: values['jolokia-auth'],
      simpleHttp: values['simple-http'],
      token: values.token,
    }),
  };
}

/** What was not given has its default elsewhere. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
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

/** Starts a coordinator; `ready` is what programs are told. */
async function start(kind: Kind, values: Values): Promise<{ ready: object; stop: () => Promise<void> }> {
  if (kind === 'seatunnel') {
    const simulator = await startSimulator(optionsOf(values));
    const { world, control, members } = simulator;
    return {
      ready: { kind, scenario: world.scenario.name, seed: world.seed, control, members },
      stop: () => simulator.stop(),
    };
  }
  const options = servedOptionsOf(values, kind);
  if (kind === 'cloverdx') {
    const { world, control, server, nodes, stop } = await startCloverDX(options);
    return { ready: { kind, scenario: world.scenario.name, seed: world.seed, control, server, nodes }, stop };
  }
  const { world, control, base, stop } = await startGeneric(options);
  return { ready: { kind, scenario: world.scenario.name, seed: world.seed, control, base }, stop };
}

async function main(): Promise<void> {
  const values = readFlags();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const end = toldToEnd(number(values['owner-pid'], '--owner-pid'));
  const { ready, stop } = await start(kindOf(values.kind), values);
  process.stdout.write(`${JSON.stringify({ simulator: true, ...ready })}\n`);
  await end;
  await stop();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
