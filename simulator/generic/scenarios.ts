import type { JobState } from './cluster.ts';
import type { GenericFault } from './faults.ts';

/** A job that a scenario begins with. */
export interface PlannedScenarioJob {
  readonly name: string;
  readonly node: string;
  readonly id?: string;
  /** The name of a job before it in the list. */
  readonly parent?: string;
  readonly createdMinutesAgo: number;
  readonly state?: JobState;
  readonly sinceMinutesAgo?: number;
  readonly stuck?: boolean;
  /** Virtual seconds after the beginning at which it finishes. */
  readonly endsAtSeconds?: number;
}

/** A story that a simulated in-house coordinator goes through. */
export interface GenericScenario {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly jobs: readonly PlannedScenarioJob[];
  readonly faults: ReadonlyArray<{ readonly atSeconds: number; readonly what: string; readonly fault: GenericFault }>;
}

const RUNNING: readonly PlannedScenarioJob[] = [
  { name: 'ingest clicks', node: 'nodeA', createdMinutesAgo: 600 },
  // More digits than a number of JavaScript holds.
  { name: 'sync customers', node: 'nodeB', id: '733584788375666689', createdMinutesAgo: 240 },
  { name: 'monthly report', node: 'nodeA', createdMinutesAgo: 30 },
  { name: 'collect figures', node: 'nodeC', parent: 'monthly report', createdMinutesAgo: 29, endsAtSeconds: 60 },
];

/** The scenarios of kind generic. */
export const GENERIC_SCENARIOS: readonly GenericScenario[] = [
  {
    name: 'generic-stuck',
    title: 'Two of six jobs hang in canceling, and a parent waits for an event',
    what:
      'Two jobs were cancelled 12 minutes and 3 hours ago, and nobody acknowledges it: a second cancel changes nothing, ' +
      'force stop ends them in 0.3 s. After 40 s nodeC is cut off for 10 minutes; a child on it ends meanwhile, and its ' +
      'parent on nodeA goes on when everything is delivered.',
    jobs: [
      ...RUNNING,
      {
        name: 'orders to lake',
        node: 'nodeB',
        createdMinutesAgo: 900,
        state: 'canceling',
        sinceMinutesAgo: 180,
        stuck: true,
      },
      {
        name: 'prices to shop',
        node: 'nodeC',
        createdMinutesAgo: 400,
        state: 'canceling',
        sinceMinutesAgo: 12,
        stuck: true,
      },
    ],
    faults: [
      {
        atSeconds: 40,
        what: 'nodeC loses the network',
        fault: { kind: 'cut', node: 'nodeC', on: true, seconds: 600 },
      },
    ],
  },
  {
    name: 'generic-healthy',
    title: 'Four jobs run',
    what: 'Nothing goes wrong. Cancel works; force stop is refused for a job that nobody has cancelled.',
    jobs: RUNNING,
    faults: [],
  },
];

/** The scenario with which kind generic begins. */
export const DEFAULT_GENERIC_SCENARIO = 'generic-stuck';

/** @throws RangeError that names the scenarios there are */
export function genericScenarioNamed(name: string): GenericScenario {
  const found = GENERIC_SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) {
    const names = GENERIC_SCENARIOS.map((one) => one.name).join(', ');
    throw new RangeError(`There is no scenario "${name}" of kind generic. There are ${names}.`);
  }
  return found;
}
