import type { CloverFault } from './domain/faults.ts';

/** A run that a scenario begins with. */
export interface PlannedRun {
  readonly jobFile: string;
  readonly node: string;
  /** The job file of a run before it in the list. */
  readonly parent?: string;
  /** Virtual seconds after the beginning at which it ends; none: it waits for its children, or runs on. */
  readonly endsAtSeconds?: number;
  readonly startedMinutesAgo: number;
  readonly status?: 'RUNNING' | 'ENQUEUED';
}

export interface TimedCloverFault {
  /** Virtual seconds after the beginning. */
  readonly atSeconds: number;
  /** A few words for people. */
  readonly what: string;
  readonly fault: CloverFault;
}

/** A story that a simulated CloverDX cluster goes through. */
export interface CloverScenario {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  /** A recorded outage whose figures are played again. */
  readonly recording?: string;
  /** Events each node sends a second; default: the options'. */
  readonly rate?: number;
  readonly runs: readonly PlannedRun[];
  /** A new jobflow every so many seconds; default 20, 0 for none. */
  readonly flowEverySeconds?: number;
  readonly faults: readonly TimedCloverFault[];
}

/** Everybody's work: it ends when its children have told of their end, in any scenario. */
const DAILY: readonly PlannedRun[] = [
  { jobFile: 'jobflow/streamOrders.jbf', node: 'nodeC', startedMinutesAgo: 26 * 60 },
  { jobFile: 'graph/listenQueue.grf', node: 'nodeC', parent: 'jobflow/streamOrders.jbf', startedMinutesAgo: 26 * 60 },
  { jobFile: 'graph/exportLedger.grf', node: 'nodeA', startedMinutesAgo: 3, endsAtSeconds: 240 },
  { jobFile: 'graph/rebuildIndex.grf', node: 'nodeC', startedMinutesAgo: 0, status: 'ENQUEUED' },
];

/** Parents on nodeA that wait for children on nodeB. The first child ends during every outage, the second later. */
const ACROSS: readonly PlannedRun[] = [
  { jobFile: 'jobflow/nightlyLoad.jbf', node: 'nodeA', startedMinutesAgo: 42 },
  {
    jobFile: 'graph/loadCustomers.grf',
    node: 'nodeB',
    parent: 'jobflow/nightlyLoad.jbf',
    startedMinutesAgo: 41,
    endsAtSeconds: 60,
  },
  { jobFile: 'jobflow/invoices.jbf', node: 'nodeA', startedMinutesAgo: 12 },
  {
    jobFile: 'graph/collectPostings.grf',
    node: 'nodeA',
    parent: 'jobflow/invoices.jbf',
    startedMinutesAgo: 12,
    endsAtSeconds: 20,
  },
  {
    jobFile: 'graph/printInvoices.grf',
    node: 'nodeB',
    parent: 'jobflow/invoices.jbf',
    startedMinutesAgo: 11,
    endsAtSeconds: 90,
  },
];

/** The network of nodeB is gone from here on; Unjam has seen a healthy cluster for some polls then. */
const CUT_AT = 40;
const cutAt = (seconds: number | undefined, http = false): TimedCloverFault => ({
  atSeconds: CUT_AT,
  what: 'nodeB loses the network',
  fault: { kind: 'cut', node: 'nodeB', on: true, http, ...(seconds === undefined ? {} : { seconds }) },
});

const MINUTE = 60;

/** The recorded outages: which node was frozen, and what came of it. */
const RECORDED: readonly CloverScenario[] = (
  [
    ['emu-gclag2000-stop30s', 'excluded, rejoined, all retransmitted (outcome 1)'],
    ['emu-gclag300-short-stop16s', 'never excluded, all retransmitted'],
    ['emu-gclag300-stop45s', 'more sent than the buffer holds: stuck for good (outcome 2)'],
    ['jg2-stop30s', 'JGroups 2.12 as published: excluded, events lost'],
    ['jg5-stop30s', 'JGroups 5.3: excluded, events lost'],
  ] as const
).map(([recording, title]) => ({
  name: `replay-${recording}`,
  title: `Recorded: ${title}`,
  what:
    `The recording ${recording} of a real JGroups cluster: nodeC is frozen (it does not answer) and thawed. A parent on ` +
    'nodeC waits for a child on nodeA that ends meanwhile. Afterwards the last figures stay.',
  recording,
  runs: [
    { jobFile: 'jobflow/nightlyLoad.jbf', node: 'nodeC', startedMinutesAgo: 42 },
    {
      jobFile: 'graph/loadCustomers.grf',
      node: 'nodeA',
      parent: 'jobflow/nightlyLoad.jbf',
      startedMinutesAgo: 41,
      // All were frozen by then, and none was thawed.
      endsAtSeconds: 30,
    },
  ],
  flowEverySeconds: 0,
  // Nobody recorded windows second by second.
  faults: [{ atSeconds: 0, what: '', fault: { kind: 'windows', on: false } }],
}));

/** The scenarios of kind cloverdx. */
export const CLOVER_SCENARIOS: readonly CloverScenario[] = [
  {
    name: 'clover-healthy',
    title: 'Three nodes run jobflows with children on each other',
    what: 'Nothing goes wrong. Each node retains thousands of delivered events, as every healthy one does. Abort works.',
    runs: [...DAILY, ...ACROSS],
    faults: [],
  },
  {
    name: 'clover-outage-recovers',
    title: 'The network of nodeB is gone for 10 minutes; all is retransmitted (outcome 1)',
    what:
      'After 40 s nodeB is alive and cut off from the others. Children on it end meanwhile, and their parents on nodeA ' +
      'wait. At 4 events a second a quarter of the sent events buffer fills. When the network returns, everything is ' +
      'retransmitted, and the parents go on: aborting them would have been wrong.',
    rate: 4,
    runs: [...DAILY, ...ACROSS],
    faults: [cutAt(10 * MINUTE)],
  },
  {
    name: 'clover-outage-overflows',
    title: 'The sent events buffer overflows before the network returns (outcome 2)',
    what:
      'As in outcome 1, but each node sends 40 events a second: 10,000 are exceeded 250 s after the loss. The network ' +
      'returns after 7 minutes; what is still held is retransmitted, the gap stays, and the parents wait for ever.',
    rate: 40,
    runs: [...DAILY, ...ACROSS],
    faults: [cutAt(7 * MINUTE)],
  },
  {
    name: 'clover-node-restarted',
    title: 'nodeB is restarted during the outage (outcome 3)',
    what:
      'After 40 s nodeB is cut off; after 5 minutes somebody restarts it: all that it had not delivered is lost, its ' +
      'counter begins anew, and the parents on nodeA wait for ever. The network returns a minute later.',
    rate: 4,
    runs: [...DAILY, ...ACROSS],
    faults: [
      cutAt(6 * MINUTE),
      { atSeconds: CUT_AT + 5 * MINUTE, what: 'nodeB is restarted', fault: { kind: 'restart', node: 'nodeB' } },
    ],
  },
  {
    name: 'clover-inbound-released',
    title: 'nodeB is away for more than an hour, and the inbound events buffers are released',
    what:
      'At 1 event a second the buffer would last for hours, but the inbound timeout strikes 1 hour after the loss: what ' +
      'was undelivered is given up. The network returns 5 minutes later. --inbound-timeout-seconds makes it shorter.',
    rate: 1,
    runs: [...DAILY, ...ACROSS],
    faults: [cutAt(65 * MINUTE)],
  },
  {
    name: 'clover-abort-ignored',
    title: 'Outcome 2, and aborts have no effect',
    what: 'The server answers an abort with 200, and the run stays RUNNING for ever.',
    rate: 40,
    runs: [...DAILY, ...ACROSS],
    faults: [{ atSeconds: 0, what: '', fault: { kind: 'ignore-aborts', on: true } }, cutAt(7 * MINUTE)],
  },
  {
    name: 'clover-node-unreachable',
    title: 'The network of nodeB is gone for clients, too',
    what:
      'Outcome 1, but nobody reaches nodeB over HTTP either, its Jolokia agent neither, for 10 minutes. An abort of a ' +
      'run on nodeB does not arrive.',
    rate: 4,
    runs: [...DAILY, ...ACROSS, { jobFile: 'graph/archiveLogs.grf', node: 'nodeB', startedMinutesAgo: 30 }],
    faults: [cutAt(10 * MINUTE, true)],
  },
  {
    name: 'clover-simple-http',
    title: 'Outcome 1 on a server that has the simple HTTP API alone',
    what: 'REST is not there (404). The simple HTTP API names no parents: stuck parents cannot be told, delivery can.',
    rate: 4,
    runs: [...DAILY, ...ACROSS],
    faults: [
      { atSeconds: 0, what: '', fault: { kind: 'rest', on: false } },
      { atSeconds: 0, what: '', fault: { kind: 'simple-http', on: true } },
      cutAt(10 * MINUTE),
    ],
  },
  {
    name: 'clover-no-mbeans',
    title: 'Outcome 2 on servers that register no JGroups MBeans',
    what: 'Jolokia answers, and finds nothing of JGroups: buffers are not exposed. Only finished jobs give an estimate.',
    rate: 40,
    runs: [...DAILY, ...ACROSS],
    faults: [{ atSeconds: 0, what: '', fault: { kind: 'mbeans', on: false } }, cutAt(7 * MINUTE)],
  },
  ...RECORDED,
];

/** The scenario with which kind cloverdx begins. */
export const DEFAULT_CLOVER_SCENARIO = 'clover-outage-recovers';

/** @throws RangeError that names the scenarios there are */
export function cloverScenarioNamed(name: string): CloverScenario {
  const found = CLOVER_SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) {
    const names = CLOVER_SCENARIOS.map((one) => one.name).join(', ');
    throw new RangeError(`There is no scenario "${name}" of kind cloverdx. There are ${names}.`);
  }
  return found;
}
