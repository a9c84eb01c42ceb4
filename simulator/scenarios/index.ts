import { ENDED, LOST, SHOP } from './jobs.ts';
import type { Scenario } from './scenario.ts';

/** The declared version when a scenario and the options name none: the first that documents force stop. */
export const DEFAULT_VERSION = '3.0.0';

/** A named job of the shop, for faults. */
const ORDERS = 'orders-cdc-to-lake';
const PAYMENTS = 'payments-to-warehouse';
const FRAUD = 'fraud-signals-to-kafka';
const AUDIT = 'audit-log-to-archive';
/** Longer than anybody looks: as good as for ever. */
const A_DAY = 24 * 3600;

/** The scenarios by which the simulator is started. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'empty',
    title: 'A cluster without jobs',
    what: 'Nothing runs and nothing goes wrong: submit jobs and inject faults as a test needs them.',
    jobs: [],
    faults: [],
  },
  {
    name: 'healthy',
    title: 'Nine streaming jobs run, four have ended',
    what: 'Nothing goes wrong. Cancel and force stop work as on an engine that has both.',
    jobs: [...SHOP, ...ENDED],
    faults: [],
  },
  {
    name: 'stuck-final-status-lost',
    title: 'Three of twelve jobs hang in CANCELING for ever',
    what:
      "Somebody cancelled three jobs 9 minutes, 47 minutes and 3 hours ago, and the workers' report of their end was " +
      'lost: no task thread is left, a second cancel changes nothing, force stop ends them in 0.3 s. One job makes a ' +
      'savepoint, one begins to fail after half a minute. No endpoint tells since when a job is CANCELING.',
    jobs: [...SHOP, ...LOST, ...ENDED],
    faults: [
      {
        atSeconds: 0,
        what: 'a savepoint of a large job begins',
        fault: { kind: 'savepoint', job: 'clickstream-to-clickhouse', seconds: 20 * 60 },
      },
      { atSeconds: 30, what: 'a job begins to fail', fault: { kind: 'fail', job: FRAUD, seconds: 5 * 60 } },
    ],
  },
  {
    name: 'worker-frozen',
    title: 'A worker says nothing any more, and lists hang',
    what:
      'Worker 2 is frozen after 5 s, and one of its jobs is cancelled. /running-jobs, /job-info of its jobs, ' +
      '/system-monitoring-information and the telemetry hang; /overview, /pending-jobs and /finished-jobs answer. After ' +
      'the no-heartbeat limit (60 s of virtual time) the member is dropped, and the job is CANCELED. Force stop has no ' +
      'effect before that.',
    needs: { workers: 2 },
    jobs: [...SHOP, ...ENDED],
    faults: [
      { atSeconds: 5, what: 'worker-2 freezes', fault: { kind: 'freeze', member: 'worker-2' } },
      { atSeconds: 6, what: 'a job of it is cancelled', fault: { kind: 'cancel', job: PAYMENTS } },
    ],
  },
  {
    name: 'failover-cancel-forgotten',
    title: 'The master changes, and a cancelled job runs again',
    what:
      'A job is CANCELING with its final status lost. After 60 s the active master dies: jobs are UNKNOWABLE for a ' +
      'moment at the standby, then the cancel is forgotten and the job runs again (2.3.9 and newer), or it is CANCELED ' +
      '(2.3.8). A plain cancel then works.',
    needs: { masters: 2 },
    jobs: [
      ...SHOP,
      { ...LOST[1], name: 'returns-cdc-to-lake', createdMinutesAgo: 30 * 60, state: 'lost', sinceMinutesAgo: 47 },
      ...ENDED,
    ],
    faults: [{ atSeconds: 60, what: 'master-1 dies', fault: { kind: 'kill', member: 'master-1' } }],
  },
  {
    name: 'restore',
    title: 'A new master restores job after job',
    what:
      'The active master dies after 5 s. The standby takes the jobs over from 20 s later, one every 15 s; until its turn ' +
      'each is UNKNOWABLE and listed in /pending-jobs with the source RESTORE.',
    needs: { masters: 2 },
    jobs: [...SHOP, ...LOST.slice(0, 1), ...ENDED],
    faults: [
      {
        atSeconds: 5,
        what: 'master-1 dies',
        fault: { kind: 'slow-failover', firstAfterSeconds: 20, apartSeconds: 15 },
      },
    ],
  },
  {
    name: 'savepoint',
    title: 'A job is DOING_SAVEPOINT, and its tasks acknowledge',
    what:
      'A large job makes a savepoint for 15 minutes: /jobs/checkpoints shows it in progress, with more tasks that have ' +
      'acknowledged it as time goes by. Another savepoint never ends. Forcing either would be wrong.',
    jobs: [...SHOP, ...ENDED],
    faults: [
      { atSeconds: 0, what: 'a savepoint begins', fault: { kind: 'savepoint', job: ORDERS, seconds: 15 * 60 } },
      {
        atSeconds: 0,
        what: 'a savepoint that nobody lives to see',
        fault: { kind: 'savepoint', job: AUDIT, seconds: A_DAY },
      },
    ],
  },
  {
    name: 'split-cluster',
    title: 'Two masters that disagree',
    what:
      'After 5 s master-2 takes itself for the active master too: each of the two names itself. A job is cancelled at ' +
      'the first and hangs in CANCELING; nobody knows which of them would carry a request out.',
    needs: { masters: 2 },
    jobs: [...SHOP, ...LOST.slice(0, 1), ...ENDED],
    faults: [{ atSeconds: 5, what: 'master-2 is active too', fault: { kind: 'split', member: 'master-2' } }],
  },
  {
    name: 'clock-off',
    title: 'Clocks that are 90 seconds ahead',
    what: 'The clocks of all members are 90 s ahead of the real time, as the Date header of every answer tells.',
    jobs: [...SHOP, ...ENDED],
    faults: [{ atSeconds: 0, what: 'the clocks go wrong', fault: { kind: 'clock-off', seconds: 90 } }],
  },
  {
    name: 'unreachable',
    title: 'Nobody can connect for two minutes',
    what: 'After 20 s connections to all members are refused, for 2 minutes. The jobs go on meanwhile.',
    jobs: [...SHOP, ...LOST.slice(2), ...ENDED],
    faults: [
      { atSeconds: 20, what: 'connections are refused', fault: { kind: 'unreachable', on: true, forSeconds: 120 } },
    ],
  },
  {
    name: 'old-version',
    title: 'An engine that ignores force stop',
    what:
      'The engine says 2.3.13, or what --version names (2.3.8 has REST v1 alone). It takes a force stop for a plain ' +
      'cancel and answers 200; the three stuck jobs stay stuck.',
    version: '2.3.13',
    jobs: [...SHOP, ...LOST, ...ENDED],
    faults: [],
  },
  {
    name: 'fifty-thousand-jobs',
    title: '50,000 jobs of about 2 kB each, 50 of them stuck',
    what: 'The jobs are made when somebody asks for them, so that they need no memory. The whole list has 100 MB; page it.',
    jobs: ENDED,
    bulk: { count: 50_000, apartMs: 20_000, everyLost: 1_000 },
    faults: [],
  },
];

/** The scenario by which the demo begins. */
export const DEFAULT_SCENARIO = 'stuck-final-status-lost';

/** @throws RangeError that names the scenarios there are */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) {
    throw new RangeError(`There is no scenario "${name}". There are ${SCENARIOS.map((one) => one.name).join(', ')}.`);
  }
  return found;
}
