import { setTimeout as sleep } from 'node:timers/promises';
import { controlHandler } from './control/api.ts';
import { steerSeaTunnel } from './control/seatunnel.ts';
import type { MemberPlace } from './domain/member.ts';
import { Exchange } from './http/exchange.ts';
import { Listener } from './http/listener.ts';
import { RequestLog } from './http/request-log.ts';
import { settingsOf, type Settings, type SimulatorOptions } from './options.ts';
import { World } from './world.ts';

/** Real time between two looks at which ports should be open. */
const LOOK_MS = 50;

export interface MemberUrls {
  readonly name: string;
  readonly role: 'master' | 'worker';
  /** With the context path; null if the engine has no REST v2. */
  readonly restV2: string | null;
  /** Without /hazelcast/rest/maps. */
  readonly restV1: string;
}

/** A simulator that runs. */
export interface Simulator {
  /** Base address of the control page and API. */
  readonly control: string;
  readonly members: readonly MemberUrls[];
  readonly world: World;
  readonly requests: RequestLog;
  /** Opens and closes ports as the cluster's state says; happens by itself too, a few times a second. */
  sync(): Promise<void>;
  /** Ends it; all ports are free afterwards. Twice is fine. */
  stop(): Promise<void>;
}

/** One member's ports. */
interface Ports {
  readonly name: string;
  readonly role: 'master' | 'worker';
  readonly v1: Listener;
  readonly v2: Listener;
}

/**
 * Starts a simulated SeaTunnel cluster on this machine. It is ready when the promise resolves.
 *
 * @throws RangeError if an option makes no sense
 * @throws PortError if a port cannot be had; nothing is left open then
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settingsOf(options);
  const log = new RequestLog();
  let exchange: Exchange | null = null;
  const members = planMembers(settings, (port) => (request, response) => {
    if (exchange) {
      void exchange.handle(port, request, response);
    } else {
      response.destroy();
    }
  });
  let simulator: Simulator | null = null;
  const control = new Listener('the control page', settings.host, settings.controlPort, (request, response) => {
    if (simulator) {
      void controlHandler(steerSeaTunnel(simulator), request, response);
    } else {
      response.destroy();
    }
  });
  const listeners = [...members.flatMap(({ v1, v2 }) => [v1, v2]), control];
  const closeAll = (): Promise<void[]> => Promise.all(listeners.map((listener) => listener.close()));
  try {
    for (const listener of listeners) {
      await listener.open();
    }
    // Members are known by their ports, so the cluster is made when these are bound.
    const world = new World(
      settings,
      members.map((member) => placeOf(member))
    );
    exchange = new Exchange(world, log, settings);
    simulator = running(settings, world, log, members, control.port, closeAll);
    await simulator.sync();
    return simulator;
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type MakeHandler = (port: { member: string; api: 'v1' | 'v2' }) => ConstructorParameters<typeof Listener>[3];

function planMembers(settings: Settings, handler: MakeHandler): Ports[] {
  const roles = [
    ...Array.from({ length: settings.masters }, (_, i) => ({ role: 'master' as const, name: `master-${i + 1}` })),
    ...Array.from({ length: settings.workers }, (_, i) => ({ role: 'worker' as const, name: `worker-${i + 1}` })),
  ];
  const portOf = (first: number, i: number): number => (first === 0 ? 0 : first + i);
  return roles.map(({ role, name }, i) => ({
    name,
    role,
    v1: new Listener(
      `REST v1 of ${name}`,
      settings.host,
      portOf(settings.v1Port, i),
      handler({ member: name, api: 'v1' })
    ),
    v2: new Listener(
      `REST v2 of ${name}`,
      settings.host,
      portOf(settings.port, i),
      handler({ member: name, api: 'v2' })
    ),
  }));
}

/** Members name each other by loopback addresses, wherever they listen. */
const placeOf = ({ name, role, v1 }: Ports): MemberPlace => ({ name, role, host: '127.0.0.1', hazelcastPort: v1.port });

function running(
  settings: Settings,
  world: World,
  requests: RequestLog,
  members: readonly Ports[],
  controlPort: number,
  closeAll: () => Promise<unknown>
): Simulator {
  const host = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;
  const at = (port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const ended = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  // One after the other, so that a port is never opened while it is being closed.
  const sync = (): Promise<void> => {
    turn = turn.catch(() => undefined).then(() => openAsTold(world, members, ended.signal));
    return turn;
  };
  const watching = watch(sync, ended.signal);
  return {
    control: at(controlPort),
    get members() {
      const { restV2 } = world.settle().engine;
      return members.map(({ name, role, v1, v2 }) => ({
        name,
        role,
        restV2: restV2 ? `${at(v2.port)}${settings.contextPath}` : null,
        restV1: at(v1.port),
      }));
    },
    world,
    requests,
    sync,
    stop: async () => {
      ended.abort();
      await watching;
      await turn.catch(() => undefined);
      await closeAll();
    },
  };
}

async function openAsTold(world: World, members: readonly Ports[], ended: AbortSignal): Promise<void> {
  const cluster = world.settle();
  for (const { name, v1, v2 } of members) {
    const { process, reachable } = cluster.member(name);
    const serves = !ended.aborted && process !== 'dead' && reachable;
    await setOpen(v1, serves);
    await setOpen(v2, serves && cluster.engine.restV2);
  }
}

async function setOpen(listener: Listener, open: boolean): Promise<void> {
  if (open !== listener.isOpen) {
    await (open ? listener.open() : listener.close());
  }
}

/** Looks at the ports until the simulator ends. A port that somebody took meanwhile is tried again. */
async function watch(sync: () => Promise<void>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await sync().catch(() => undefined);
    await sleep(LOOK_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}
