import { answerClover } from './clover/route.ts';
import type { CloverCluster } from './clover/domain/cluster.ts';
import type { CloverFault } from './clover/domain/faults.ts';
import { DEFAULT_CLOVER_SCENARIO, type CloverScenario } from './clover/scenarios.ts';
import { cloverKind } from './clover/stage.ts';
import { controlHandler } from './control/api.ts';
import { steerClover } from './control/clover.ts';
import { steerGeneric } from './control/generic.ts';
import type { Steered } from './control/steered.ts';
import { answerGeneric, GENERIC_BASE } from './generic/api.ts';
import type { GenericCluster } from './generic/cluster.ts';
import type { GenericFault } from './generic/faults.ts';
import { DEFAULT_GENERIC_SCENARIO, type GenericScenario } from './generic/scenarios.ts';
import { genericKind } from './generic/stage.ts';
import { Listener } from './http/listener.ts';
import { PlainExchange, type Behind } from './http/plain-exchange.ts';
import { RequestLog } from './http/request-log.ts';
import { servedSettingsOf, type ServedOptions, type ServedSettings } from './served-options.ts';
import { ServedWorld } from './served-world.ts';

/** A simulated coordinator that runs on one port. */
export interface ServedSimulator<World> {
  /** Base address of the control page and API. */
  readonly control: string;
  /** Address of the port, without a path. */
  readonly url: string;
  readonly world: World;
  readonly requests: RequestLog;
  /** Ends it; its ports are free afterwards. Twice is fine. */
  stop(): Promise<void>;
}

export type CloverWorld = ServedWorld<CloverCluster, CloverScenario, CloverFault>;
export type GenericWorld = ServedWorld<GenericCluster, GenericScenario, GenericFault>;

/** One node's addresses. */
export interface CloverNodeUrls {
  readonly name: string;
  /** Its own server, with the context path. */
  readonly server: string;
  readonly jolokia: string;
}

export interface CloverSimulator extends ServedSimulator<CloverWorld> {
  /** Base of the servers with the context path: whichever node answers. */
  readonly server: string;
  readonly nodes: readonly CloverNodeUrls[];
}

export interface GenericSimulator extends ServedSimulator<GenericWorld> {
  /** Base of the contract's routes. */
  readonly base: string;
}

/**
 * Starts a simulated CloverDX cluster on this machine. It is ready when the promise resolves.
 *
 * @throws RangeError if an option makes no sense
 * @throws PortError if a port cannot be had; nothing is left open then
 */
export async function startCloverDX(options: ServedOptions = {}): Promise<CloverSimulator> {
  const settings = servedSettingsOf(options);
  const scenario = options.scenario ?? DEFAULT_CLOVER_SCENARIO;
  const world: CloverWorld = new ServedWorld(cloverKind(settings), { ...settings, scenario });
  const logins = { server: settings.basicAuth, jolokia: settings.jolokiaAuth };
  const requests = new RequestLog();
  const ports = await open(settings, requests, {
    api: 'cloverdx',
    server: 'Unjam-CloverDX-Simulator',
    behind: {
      now: () => world.settle().time,
      life: () => world.clock,
      wire: () => world.wire,
      answer: (request) => answerClover(world.settle(), request, logins),
    },
    steered: (url) => steerClover(world, requests, url),
  });
  return {
    ...ports,
    world,
    requests,
    server: `${ports.url}/clover`,
    get nodes() {
      return world.settle().messaging.nodes.map(({ name }) => ({
        name,
        server: `${ports.url}/${name}/clover`,
        jolokia: `${ports.url}/jolokia/${name}`,
      }));
    },
  };
}

/**
 * Starts a simulated in-house coordinator that fulfils contract/coordinator.yaml.
 *
 * @throws RangeError if an option makes no sense
 * @throws PortError if a port cannot be had; nothing is left open then
 */
export async function startGeneric(options: ServedOptions = {}): Promise<GenericSimulator> {
  const settings = servedSettingsOf(options);
  const scenario = options.scenario ?? DEFAULT_GENERIC_SCENARIO;
  const world: GenericWorld = new ServedWorld(genericKind(settings), { ...settings, scenario });
  const logins = { basic: settings.basicAuth, token: settings.token };
  const requests = new RequestLog();
  const ports = await open(settings, requests, {
    api: 'generic',
    server: 'Unjam-Coordinator-Simulator',
    behind: {
      now: () => world.settle().time,
      life: () => world.clock,
      wire: () => world.wire,
      answer: (request) => answerGeneric(world.settle(), request, logins),
    },
    steered: (url) => steerGeneric(world, requests, url),
  });
  return { ...ports, world, requests, base: `${ports.url}${GENERIC_BASE}` };
}

interface Served {
  readonly api: string;
  readonly server: string;
  readonly behind: Behind;
  /** @param url the coordinator's address */
  readonly steered: (url: string) => Steered;
}

async function open(
  settings: ServedSettings,
  log: RequestLog,
  { api, server, behind, steered }: Served
): Promise<Pick<ServedSimulator<unknown>, 'control' | 'url' | 'stop'>> {
  const { host, maxHangMs } = settings;
  const exchange = new PlainExchange(behind, log, { api, server, maxHangMs });
  const port = new Listener('the coordinator', host, settings.port, (request, response) => {
    void exchange.handle(request, response);
  });
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const at = (listener: Listener): string => `http://${shown.includes(':') ? `[${shown}]` : shown}:${listener.port}`;
  const control = new Listener('the control page', host, settings.controlPort, (request, response) => {
    void controlHandler(steered(at(port)), request, response);
  });
  const stop = async (): Promise<void> => {
    await Promise.all([port.close(), control.close()]);
  };
  try {
    await port.open();
    await control.open();
  } catch (error) {
    await stop();
    throw error;
  }
  return { control: at(control), url: at(port), stop };
}
