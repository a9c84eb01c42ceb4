/** The simulator as a library: for tests, and for whoever starts it from a program. */
export { startSimulator, type MemberUrls, type Simulator } from './simulator.ts';
export type { SimulatorOptions } from './options.ts';
export { PortError } from './http/listener.ts';
export type { LoggedRequest } from './http/request-log.ts';
export type { Fault } from './domain/faults.ts';
export { SCENARIOS } from './scenarios/index.ts';
export {
  startCloverDX,
  startGeneric,
  type CloverNodeUrls,
  type CloverSimulator,
  type GenericSimulator,
} from './served.ts';
export type { ServedOptions } from './served-options.ts';
export type { CloverFault } from './clover/domain/faults.ts';
export type { GenericFault } from './generic/faults.ts';
export { CLOVER_SCENARIOS } from './clover/scenarios.ts';
export { GENERIC_SCENARIOS } from './generic/scenarios.ts';
