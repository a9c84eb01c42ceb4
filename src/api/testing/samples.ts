import { POLICY_DEFAULTS } from '../../model/policy';
import {
  type Action,
  type Approval,
  type AuditRow,
  type Leftovers,
  type Plan,
  type Policy,
  type Problem,
  type Support,
  type Verdict,
} from '../types';

/** An id that is no exact number in JavaScript: 733584788375666689 would become 733584788375666700 (S08). */
export const JOB_ID = '733584788375666689';
export const PLAN_ID = '0123456789abcdef0123456789abcdef';
export const WINNER_ID = 'fedcba9876543210fedcba9876543210';
export const APPROVAL_ID = 'aaaabbbbccccddddeeeeffff00001111';

/** The moment at which the stories begin. */
export const START = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1000;

/** The server's clock in these stories is far from the browser's: nothing may depend on their agreement. */
const SERVER_AHEAD = 45 * 60 * SECOND;

/** A moment of the server's clock, this many seconds after the stories begin. */
export function serverTime(seconds: number): string {
  return new Date(START + SERVER_AHEAD + seconds * SECOND).toISOString();
}

export const PASSED: Verdict = { guard: 'fresh', result: 'pass', reason: 'The coordinator was read 2 s ago.' };
export const WARNED: Verdict = {
  guard: 'task-threads',
  result: 'warn',
  reason: 'Two workers could not be asked whether they still run the job.',
};
export const BLOCKED: Verdict = {
  guard: 'canceling-age',
  result: 'block',
  reason: 'The job has been CANCELING for 2 min; force stop is allowed after 5 min.',
  change: 'Wait.',
  allowedFrom: serverTime(180),
};

/** A plan that can be confirmed, made when the stories begin and valid for 120 s. */
export function plan(change: Partial<Plan> = {}): Plan {
  return {
    id: PLAN_ID,
    kind: 'force-stop',
    allowed: true,
    secondPerson: false,
    job: {
      id: JOB_ID,
      name: 'nightly-load',
      state: 'canceling',
      word: 'CANCELING',
      createTime: serverTime(-7200),
      since: serverTime(-720),
      quality: 'at least',
    },
    identity: {
      cluster: 'zeta',
      jobId: JOB_ID,
      createTime: serverTime(-7200),
      episode: 'episode-1',
      state: 'canceling',
      master: '10.0.0.1:5801',
    },
    context: { nodes: ['10.0.0.2:5802'], workers: 2 },
    verdicts: [PASSED],
    consequences: ['A task that still runs on a worker goes on as a zombie.'],
    phrase: 'nightly-load',
    createdAt: serverTime(0),
    expiresAt: serverTime(120),
    asOf: serverTime(0),
    ...change,
  };
}

/** The confirmed plan, recorded and not sent yet. */
export function action(change: Partial<Action> = {}): Action {
  return {
    id: PLAN_ID,
    kind: 'force-stop',
    job: plan().job,
    phase: 'intended',
    outcome: '',
    detail: 'Recorded.',
    by: 'anna',
    at: serverTime(20),
    updatedAt: serverTime(20),
    asOf: serverTime(20),
    ...change,
  };
}

/** A row of the audit trail: a force stop that was proven. */
export function auditRow(change: Partial<AuditRow> = {}): AuditRow {
  return {
    seq: 4,
    at: serverTime(40),
    event: 'outcome',
    login: 'anna',
    role: 'Admin',
    kind: 'force-stop',
    actionId: PLAN_ID,
    jobId: JOB_ID,
    jobName: 'nightly-load',
    outcome: 'stopped',
    prevHash: '0'.repeat(64),
    hash: '1'.repeat(64),
    ...change,
  };
}

export function policy(change: Partial<Policy> = {}): Policy {
  return {
    ...POLICY_DEFAULTS,
    enabled: true,
    allowList: false,
    incidentSeconds: 3600,
    approvalSeconds: 900,
    planSeconds: 120,
    ...change,
  };
}

/** Anna's request that another person approves her force stop; it has just been made and waits for 15 minutes. */
export function approval(change: Partial<Approval> = {}): Approval {
  const { job, identity, context, verdicts, phrase } = plan();
  return {
    id: APPROVAL_ID,
    kind: 'force-stop',
    state: 'waiting',
    requester: 'anna',
    reason: 'stuck since the failover',
    at: serverTime(20),
    expiresAt: serverTime(20 + 900),
    job,
    identity,
    context,
    verdicts,
    phrase,
    mine: true,
    decidable: false,
    why: 'Another person must approve your request.',
    note: '',
    asOf: serverTime(20),
    ...change,
  };
}

/** A task that runs on after the job's end, on one worker; another could not be asked. */
export function leftovers(change: Partial<Leftovers> = {}): Leftovers {
  return {
    checkedAt: serverTime(40),
    tasks: [{ worker: 'worker-1:8080', threads: 3 }],
    notChecked: ['worker-2:8080'],
    unasked: '',
    until: serverTime(40 + 3600),
    ...change,
  };
}

export function support(change: Partial<Support> = {}): Support {
  return {
    asOf: serverTime(0),
    reachable: true,
    fault: '',
    kind: 'seatunnel',
    coordinator: 'zeta',
    master: '10.0.0.1:5801',
    members: 3,
    workers: 2,
    dialect: 'REST v2',
    version: '3.0.0',
    login: 'anna',
    cancel: { allowed: true, reason: '' },
    forceStop: { allowed: true, reason: '' },
    audit: { allowed: true, reason: '' },
    dismiss: { allowed: true, reason: '' },
    store: 'sqlite:/var/lib/grafana/unjam.db',
    policy: policy(),
    ...change,
  };
}

/** What Grafana's backend service throws when our backend answered with a problem. */
export function refusal(status: number, problem: Problem) {
  return { status, statusText: '', data: problem, config: { url: '' } };
}

/** What it throws when nothing answered. */
export function networkLoss() {
  return new TypeError('Failed to fetch');
}

/** What it throws when a proxy on the way answered. */
export function gatewayError(status: number) {
  return { status, statusText: 'Bad Gateway', data: { message: 'Bad Gateway' }, config: { url: '' } };
}
