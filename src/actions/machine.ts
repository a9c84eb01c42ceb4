/**
 * The state machine of the one dialog that cancels and force-stops jobs. It is pure: the session does what it asks for,
 * the dialog shows it. Everything that it says was decided or proven by the server.
 */
import { demandsNewPlan, describeFailure, isFault, type Failure } from '../api/failure';
import { type Action } from '../api/types';
import { differences } from './differences';
import {
  NOTHING_TYPED,
  type Confirmation,
  type Event,
  type Following,
  type Planned,
  type Planning,
  type State,
  type TimedPlan,
  type Typed,
} from './states';
import { recordableUntil } from './times';
import {
  approvalRead,
  approvalUnreadable,
  asked,
  budgetAskedFor,
  reopenedSearch,
  requestFailed,
  requestsRead,
  requestsUnreadable,
  searchedFor,
  wantedBudget,
  withdrawalFailed,
} from './waiting';

/** The state in which a dialog opens; `left` is how the last dialog for the same job and kind was left. */
export function opened(left?: State, at = Date.now()): State {
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
    case 'requesting':
    case 'searching':
      return reopenedSearch(left, at);
    case 'waiting':
      return { ...left, withdrawing: false, failedReadings: 0, failure: undefined, refusal: undefined };
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
      return state.phase === 'planned' && !state.timed.plan.secondPerson
        ? { phase: 'confirming', typed: state.typed, timed: state.timed }
        : state;
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
    case 'approval asked for':
      return asked(state);
    case 'budget wanted':
      return wantedBudget(state);
    case 'budget reason typed':
      return state.phase === 'budgeting' ? { ...state, reason: event.reason } : state;
    case 'budget asked for':
      return budgetAskedFor(state);
    case 'budget left':
      return state.phase === 'budgeting' ? state.from : state;
    case 'request answered':
      return state.phase === 'requesting' || state.phase === 'searching'
        ? approvalRead(state, event.approval, event.at)
        : state;
    case 'request failed':
      return requestFailed(state, event.failure, event.at);
    case 'waiting request wanted':
      return searchedFor(state, event.at);
    case 'requests read':
      return requestsRead(state, event.approvals, event.at);
    case 'requests unreadable':
      return requestsUnreadable(state, event.failure);
    case 'approval read':
      return state.phase === 'waiting' && state.approval.id === event.approval.id
        ? approvalRead(state, event.approval, event.at)
        : state;
    case 'approval unreadable':
      return approvalUnreadable(state, event.failure);
    case 'withdrawal sent':
      return state.phase === 'waiting' && state.approval.mine
        ? { ...state, withdrawing: true, refusal: undefined }
        : state;
    case 'withdrawal failed':
      return withdrawalFailed(state, event.failure);
  }
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
    case 'decided':
      return { phase: 'planning', typed: state.typed };
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
    return { phase: 'unrecorded', typed: state.typed, plan: state.timed.plan, what: 'confirmation' };
  }
  return { ...state, failedReadings: state.failedReadings + 1, failure };
}
