/**
 * The state machine of the one dialog that cancels and force-stops jobs. It is pure: the session does what it asks for,
 * the dialog shows it. Everything that it says was decided or proven by the server.
 */
import { describeFailure, type Failure } from '../api/failure';
import { type Action, type Kind, type Plan } from '../api/types';
import { differences, type Difference } from './differences';

/** What the dialog was opened for. */
export interface Target {
  /** The uid of the data source whose coordinator runs the job. */
  uid: string;
  kind: Kind;
  jobId: string;
  jobName: string;
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

export type State = Planning | Unplanned | Planned | Confirming | Following | Settled | Unrecorded;

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

/** The confirmation was lost, the plan has expired, and the server holds no record of the action: nothing was sent. */
export interface Unrecorded {
  phase: 'unrecorded';
  typed: Typed;
  plan: Plan;
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
  | { type: 'action unreadable'; failure: Failure; at: number };

/**
 * How long after a plan's end a confirmation that was on its way may still be recorded, in milliseconds. The server
 * checks the end when the confirmation arrives, and reads the job before it records; no poll deadline is longer.
 */
export const RECORDING_GRACE = 60_000;

const NOTHING_TYPED: Typed = { phrase: '', reason: '', acknowledged: {} };

/** The state in which a dialog opens; `left` is how the last dialog for the same job and kind was left. */
export function opened(left?: State): State {
  if (!left) {
    return { phase: 'planning', typed: NOTHING_TYPED };
  }
  switch (left.phase) {
    // An action that was confirmed goes on at the server: the dialog goes on reading it.
    case 'following':
      // The answer to its confirmation, if it still comes, goes to the dialog that was left.
      return { ...left, confirmation: left.confirmation === 'awaited' ? 'lost' : left.confirmation };
    case 'confirming':
      return followOwn(left.timed, left.typed, 'lost', left.timed.receivedAt);
    case 'settled':
    case 'unrecorded':
      return { phase: 'planning', typed: NOTHING_TYPED };
    default:
      return { phase: 'planning', typed: left.typed };
  }
}

/** The state after an event. Events that a state does not expect change nothing. */
export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'plan received':
      return state.phase === 'planning' ? planned(state, event.timed) : state;
    case 'plan failed':
      return state.phase === 'planning' ? { ...state, phase: 'unplanned', failure: event.failure } : state;
    case 'phrase typed':
      return retyped(state, { phrase: event.phrase });
    case 'reason typed':
      return retyped(state, { reason: event.reason });
    case 'warning acknowledged': {
      const { [event.guard]: _, ...others } = state.typed.acknowledged;
      return retyped(state, {
        acknowledged: event.acknowledged ? { ...others, [event.guard]: event.reason } : others,
      });
    }
    case 'new plan asked for':
      return replanned(state);
    case 'confirmation sent':
      return state.phase === 'planned' ? { phase: 'confirming', typed: state.typed, timed: state.timed } : state;
    case 'confirmation answered':
      return confirmed(state, event.action, event.at);
    case 'confirmation failed':
      return unconfirmed(state, event.failure, event.at);
    case 'confirmation slow':
      return state.phase === 'confirming' ? followOwn(state.timed, state.typed, 'awaited', event.at) : state;
    case 'other action asked for':
      return state.phase === 'planned' || state.phase === 'unplanned'
        ? {
            phase: 'following',
            typed: state.typed,
            actionId: event.actionId,
            confirmation: 'recorded',
            since: event.at,
            failedReadings: 0,
          }
        : state;
    case 'action read':
      return read(state, event.action);
    case 'action unreadable':
      return unreadable(state, event.failure, event.at);
  }
}

/** Our backend could not do what it was asked; what it did before is to be read. 503 is its refusal without a store. */
function isFault(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.status >= 500 && failure.status !== 503;
}

function demandsNewPlan(failure: Failure): boolean {
  return failure.kind === 'problem' && (failure.problem.planChanged === true || failure.status === 412);
}

function planned(state: Planning, timed: TimedPlan): State {
  return {
    phase: 'planned',
    typed: state.typed,
    timed,
    changes: state.replaces ? differences(state.replaces, timed.plan) : [],
    because: state.because,
  };
}

function retyped(state: State, change: Partial<Typed>): State {
  return state.phase === 'planned' ? { ...state, typed: { ...state.typed, ...change } } : state;
}

function replanned(state: State): State {
  switch (state.phase) {
    case 'planned':
      return { phase: 'planning', typed: state.typed, replaces: state.timed.plan };
    case 'unplanned':
      return { phase: 'planning', typed: state.typed, replaces: state.replaces, because: state.because };
    case 'unrecorded':
      return { phase: 'planning', typed: state.typed, replaces: state.plan };
    default:
      return state;
  }
}

function followOwn(timed: TimedPlan, typed: Typed, confirmation: Confirmation, at: number): Following {
  return {
    phase: 'following',
    typed,
    timed,
    actionId: timed.plan.id,
    confirmation,
    since: at,
    failedReadings: 0,
  };
}

function confirmed(state: State, action: Action, at: number): State {
  switch (state.phase) {
    case 'confirming':
      return read(followOwn(state.timed, state.typed, 'recorded', at), action);
    case 'following':
      return read({ ...state, confirmation: 'recorded' }, action);
    default:
      return state;
  }
}

function unconfirmed(state: State, failure: Failure, at: number): State {
  const awaited = state.phase === 'following' && state.confirmation === 'awaited';
  if (state.phase !== 'confirming' && !awaited) {
    return state;
  }
  // A reading that found the action proves more than the answer to the confirmation.
  if (state.phase === 'following' && state.action) {
    return { ...state, confirmation: 'recorded' };
  }
  if (!state.timed) {
    return state;
  }
  if (failure.kind === 'problem' && failure.problem.actionId === state.timed.plan.id) {
    // The plan was used by this very confirmation, sent on twice on its way.
    return followOwn(state.timed, state.typed, 'recorded', at);
  }
  if (demandsNewPlan(failure)) {
    return {
      phase: 'planning',
      typed: state.typed,
      replaces: state.timed.plan,
      because: describeFailure(failure),
    };
  }
  if (isFault(failure)) {
    return { ...followOwn(state.timed, state.typed, 'failed', at), failure, answer: failure };
  }
  if (failure.kind === 'problem') {
    return refused(state.timed, state.typed, failure);
  }
  return { ...followOwn(state.timed, state.typed, 'lost', at), failure };
}

function refused(timed: TimedPlan, typed: Typed, refusal: Failure): Planned {
  return { phase: 'planned', typed, timed, changes: [], refusal };
}

function read(state: State, action: Action): State {
  if (state.phase === 'settled') {
    return state.action.id === action.id && action.phase === 'settled' ? { ...state, action } : state;
  }
  if (state.phase !== 'following' || state.actionId !== action.id) {
    return state;
  }
  if (action.phase === 'settled') {
    return { phase: 'settled', typed: state.typed, action };
  }
  return { ...state, action, confirmation: 'recorded', failedReadings: 0, failure: undefined };
}

function unreadable(state: State, failure: Failure, at: number): State {
  if (state.phase !== 'following') {
    return state;
  }
  const unknownToServer = failure.kind === 'problem' && failure.status === 404;
  if (unknownToServer && state.confirmation === 'failed' && state.timed && state.answer) {
    return refused(state.timed, state.typed, state.answer);
  }
  if (unknownToServer && state.confirmation === 'lost' && state.timed && at >= recordableUntil(state.timed)) {
    return { phase: 'unrecorded', typed: state.typed, plan: state.timed.plan };
  }
  return { ...state, failedReadings: state.failedReadings + 1, failure };
}

/** Until when the server may still record a confirmation of the plan, at the latest, by the browser's clock. */
function recordableUntil(timed: TimedPlan): number {
  return timed.receivedAt + lifetime(timed.plan) + RECORDING_GRACE;
}

function lifetime(plan: Plan): number {
  return Math.max(0, Date.parse(plan.expiresAt) - Date.parse(plan.createdAt));
}

/** How long the plan can still be confirmed, in milliseconds; 0 when it has expired. Rather too short than too long. */
export function remaining(timed: TimedPlan, now: number): number {
  return Math.max(0, timed.requestedAt + lifetime(timed.plan) - now);
}

/** How long until a moment of the server's clock, in milliseconds; 0 when it has come. Rather too long than too short. */
export function until(serverTime: string, timed: TimedPlan, now: number): number {
  const wait = Date.parse(serverTime) - Date.parse(timed.plan.createdAt);
  return Number.isNaN(wait) ? 0 : Math.max(0, timed.receivedAt + wait - now);
}
