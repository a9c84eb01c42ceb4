/** The states of the one dialog that cancels and force-stops jobs, and the events that lead from one to the next. */
import { type Failure } from '../api/failure';
import { type Action, type Approval, type Kind, type Plan } from '../api/types';
import { type Difference } from './differences';

/** What the dialog was opened for. */
export interface Target {
  /** The uid of the data source whose coordinator runs the job. */
  uid: string;
  kind: Kind;
  jobId: string;
  jobName: string;
  /** The coordinator's own word for its only way to stop a job, as Support told it before the dialog was opened. */
  onlyStop?: string;
}

/** What the user has entered. It outlives plans: nothing typed is ever lost to a refusal. */
export interface Typed {
  phrase: string;
  reason: string;
  /** Guard to the reason of its warning that was read. Another reason under the same guard is not acknowledged. */
  acknowledged: Readonly<Record<string, string>>;
}

/** A plan with the browser's clock around it: the server's clock is never compared with the browser's. */
export interface TimedPlan {
  plan: Plan;
  /** When the plan was asked for and when it came, in milliseconds since 1970 by the browser's clock. */
  requestedAt: number;
  receivedAt: number;
}

/** Whether the server is known to have recorded the confirmation. */
export type Confirmation =
  /** Sent, and not answered yet. */
  | 'awaited'
  /** The server said so. */
  | 'recorded'
  /** The answer was lost: only reading the action can tell. */
  | 'lost'
  /** The backend answered that it failed. It is done with the request, so what it has no record of, it never will. */
  | 'failed';

export type State =
  | Planning
  | Unplanned
  | Planned
  | Confirming
  | Following
  | Settled
  | Unrecorded
  | Requesting
  | Searching
  | Waiting
  | Decided
  | Budgeting;

/** The server makes a plan. */
export interface Planning {
  phase: 'planning';
  typed: Typed;
  /** The plan that the new one replaces, and the server's sentence why, when a confirmation found the job changed. */
  replaces?: Plan;
  because?: string;
}

/** The server made no plan. */
export interface Unplanned {
  phase: 'unplanned';
  typed: Typed;
  replaces?: Plan;
  because?: string;
  failure: Failure;
}

/** A plan is on the screen, perhaps one that the server does not allow, perhaps one that has expired meanwhile. */
export interface Planned {
  phase: 'planned';
  typed: Typed;
  timed: TimedPlan;
  /** What differs from the plan that this one replaces. */
  changes: Difference[];
  because?: string;
  /** Why the server refused the confirmation of this plan. */
  refusal?: Failure;
}

/** The confirmation is on its way. */
export interface Confirming {
  phase: 'confirming';
  typed: Typed;
  timed: TimedPlan;
}

/** The action is read again and again until its outcome stands. */
export interface Following {
  phase: 'following';
  typed: Typed;
  /** Absent when someone else's action is followed. */
  timed?: TimedPlan;
  actionId: string;
  confirmation: Confirmation;
  /** The newest reading; absent before the first. */
  action?: Action;
  /** When following began, by the browser's clock. */
  since: number;
  /** How many readings failed in a row, and how the last one did. */
  failedReadings: number;
  failure?: Failure;
  /** What the backend answered when the confirmation failed there. */
  answer?: Failure;
}

/** The outcome stands. One that is not final may still be improved by the server's later readings. */
export interface Settled {
  phase: 'settled';
  typed: Typed;
  action: Action;
}

/**
 * The confirmation, or the request for a second person, was lost, the plan has expired, and the server holds no record:
 * nothing was sent.
 */
export interface Unrecorded {
  phase: 'unrecorded';
  typed: Typed;
  plan: Plan;
  what: 'confirmation' | 'request';
}

/** The request for a second person is on its way. */
export interface Requesting {
  phase: 'requesting';
  typed: Typed;
  /** Where it was sent from, and where a refusal leads back to. */
  from: Planned | Budgeting;
}

/** The list of requests is read for one that should be there: the answer to ours was lost, or somebody asked before us. */
export interface Searching {
  phase: 'searching';
  typed: Typed;
  from: Planned | Budgeting;
  whose: 'mine' | 'anyone';
  /** When the search began, by the browser's clock. */
  since: number;
  failedReadings: number;
  /** Why the newest reading failed; before the first, how the request was lost. */
  failure?: Failure;
  /** What the backend answered when the request failed there. */
  answer?: Failure;
}

/** A request waits for a second person. */
export interface Waiting {
  phase: 'waiting';
  typed: Typed;
  approval: Approval;
  /** When the newest reading came, by the browser's clock. */
  receivedAt: number;
  failedReadings: number;
  failure?: Failure;
  /** The withdrawal is on its way. */
  withdrawing: boolean;
  /** Why the withdrawal was refused. */
  refusal?: Failure;
}

/** The request does not wait any more, and no act follows from it here. */
export interface Decided {
  phase: 'decided';
  typed: Typed;
  approval: Approval;
}

/** The budget of force stops is used up, and the user says why more of them are needed. */
export interface Budgeting {
  phase: 'budgeting';
  typed: Typed;
  from: Planned | Unplanned;
  reason: string;
  /** Why the server refused to ask. */
  refusal?: Failure;
}

export type Event =
  | { type: 'plan received'; timed: TimedPlan }
  | { type: 'plan failed'; failure: Failure }
  | { type: 'phrase typed'; phrase: string }
  | { type: 'reason typed'; reason: string }
  | { type: 'warning acknowledged'; guard: string; reason: string; acknowledged: boolean }
  | { type: 'new plan asked for' }
  | { type: 'confirmation sent' }
  | { type: 'confirmation answered'; action: Action; at: number }
  | { type: 'confirmation failed'; failure: Failure; at: number }
  | { type: 'confirmation slow'; at: number }
  | { type: 'other action asked for'; actionId: string; at: number }
  | { type: 'action read'; action: Action }
  | { type: 'action unreadable'; failure: Failure; at: number }
  | { type: 'approval asked for' }
  | { type: 'budget wanted' }
  | { type: 'budget reason typed'; reason: string }
  | { type: 'budget asked for' }
  | { type: 'budget left' }
  | { type: 'request answered'; approval: Approval; at: number }
  | { type: 'request failed'; failure: Failure; at: number }
  | { type: 'waiting request wanted'; at: number }
  | { type: 'requests read'; approvals: Approval[]; at: number }
  | { type: 'requests unreadable'; failure: Failure }
  | { type: 'approval read'; approval: Approval; at: number }
  | { type: 'approval unreadable'; failure: Failure }
  | { type: 'withdrawal sent' }
  | { type: 'withdrawal failed'; failure: Failure };

export const NOTHING_TYPED: Typed = { phrase: '', reason: '', acknowledged: {} };
