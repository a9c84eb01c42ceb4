import type { TestContext } from 'node:test';
import { startSimulator, type Simulator, type SimulatorOptions } from '../index.ts';
import { V1_PREFIX } from '../rest/v1.ts';

export interface Running {
  readonly simulator: Simulator;
  /** Addresses of a member's interfaces: REST v2, and REST v1 with its prefix. */
  readonly v2: (member?: string) => string;
  readonly v1: (member?: string) => string;
}

/** A simulator on free ports that ends with the test. */
export async function running(t: TestContext, options: SimulatorOptions): Promise<Running> {
  const simulator = await startSimulator(options);
  t.after(() => simulator.stop());
  const member = (name: string): Simulator['members'][number] => {
    const found = simulator.members.find((one) => one.name === name);
    if (!found) {
      throw new Error(`There is no ${name}.`);
    }
    return found;
  };
  return {
    simulator,
    v2: (name = 'master-1') => member(name).restV2 ?? '',
    v1: (name = 'master-1') => `${member(name).restV1}${V1_PREFIX}`,
  };
}
