/** The simulator as a library: for tests, and for whoever starts it from a program. */
export { startSimulator, type MemberUrls, type Simulator } from './simulator.ts';
export type { SimulatorOptions } from './options.ts';
export { PortError } from './http/listener.ts';
export type { LoggedRequest } from './http/request-log.ts';
export type { Fault } from './domain/faults.ts';
export { SCENARIOS } from './scenarios/index.ts';
