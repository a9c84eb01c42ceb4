/** The part of the dialog's state machine that waits for a second person. Pure, like the rest of it. */
import { demandsNewPlan, describeFailure, isFault, type Failure } from '../api/failure';
import { type Approval } from '../api/types';
import { type Budgeting, type Planned, type Requesting, type Searching, type State, type Waiting } from './states';
import { RECORDING_GRACE, recordableUntil } from './times';

/** The request is sent from a plan that demands a second person, and from nowhere else. */
export function asked(state: State): State {
  return state.phase === 'planned' && state.timed.plan.secondPerson
    ? { phase: 'requesting', typed: state.typed, from: { ...state, refusal: undefined } }
    : state;
}

/** The form in which the user says why more force stops are needed; what was typed for the job is a good beginning. */
export function wantedBudget(state: State): State {
  return state.phase === 'planned' || state.phase === 'unplanned'
    ? { phase: 'budgeting', typed: state.typed, from: state, reason: state.typed.reason }
    : state;
}

export function budgetAskedFor(state: State): State {
  return state.phase === 'budgeting'
    ? { phase: 'requesting', typed: state.typed, from: { ...state, refusal: undefined } }
    : state;
}

/** What became of a request that brought no answer of the kind that was hoped for. */
export function requestFailed(state: State, failure: Failure, at: number): State {
  if (state.phase !== 'requesting') {
    return state;
  }
  const { from, typed } = state;
  if (from.phase === 'planned' && failure.kind === 'problem' && failure.problem.actionId === from.timed.plan.id) {
    // The plan was used by this very request, sent on twice on its way.
    return { ...searching(from, at), answer: failure };
  }
  if (from.phase === 'planned' && demandsNewPlan(failure)) {
    return { phase: 'planning', typed, replaces: from.timed.plan, because: describeFailure(failure) };
  }
  if (isFault(failure)) {
    return { ...searching(from, at), failure, answer: failure };
  }
  return failure.kind === 'problem' ? { ...from, refusal: failure } : { ...searching(from, at), failure };
}

/** Somebody asked before: the user wants to see that request. */
export function searchedFor(state: State, at: number): State {
  return (state.phase === 'planned' && state.timed.plan.secondPerson) || state.phase === 'budgeting'
    ? { ...searching(state, at), whose: 'anyone' }
    : state;
}

/** The dialog was left while the request was on its way; its answer, if it still comes, goes to the dialog that was left. */
export function reopenedSearch(left: Requesting | Searching, at: number): State {
  return left.phase === 'searching' ? left : searching(left.from, at);
}

function searching(from: Planned | Budgeting, at: number): Searching {
  return { phase: 'searching', typed: from.typed, from, whose: 'mine', since: at, failedReadings: 0 };
}

export function requestsRead(state: State, approvals: Approval[], at: number): State {
  if (state.phase !== 'searching') {
    return state;
  }
  const found = approvals.find((approval) => isSought(state, approval));
  if (found) {
    return approvalRead(state, found, at);
  }
  const { from, answer, failure } = state;
  if (state.whose === 'anyone' || answer) {
    // The backend is done with the request, and has none: what it answered stands.
    return answer ? { ...from, refusal: answer } : from;
  }
  if (from.phase === 'planned') {
    return at >= recordableUntil(from.timed)
      ? { phase: 'unrecorded', typed: state.typed, plan: from.timed.plan, what: 'request' }
      : { ...state, failedReadings: 0 };
  }
  return at >= state.since + RECORDING_GRACE ? { ...from, refusal: failure } : { ...state, failedReadings: 0 };
}

/** Only what was asked for after the plan was made can be ours; both times are the server's. */
function isSought({ from, whose }: Searching, approval: Approval): boolean {
  if (whose === 'mine' ? !approval.mine : approval.state !== 'waiting') {
    return false;
  }
  if (from.phase === 'budgeting') {
    return approval.kind === 'incident-budget' && approval.state === 'waiting';
  }
  const { plan } = from.timed;
  return (
    approval.kind === plan.kind &&
    approval.identity.jobId === plan.identity.jobId &&
    (whose === 'anyone' || Date.parse(approval.at) >= Date.parse(plan.createdAt))
  );
}

export function requestsUnreadable(state: State, failure: Failure): State {
  return state.phase === 'searching' ? { ...state, failedReadings: state.failedReadings + 1, failure } : state;
}

/** Where a request leads as it now is: on waiting, to the act that it became, or to what was decided. */
export function approvalRead(state: Requesting | Searching | Waiting, approval: Approval, at: number): State {
  const { typed } = state;
  if (approval.state === 'waiting') {
    const { withdrawing = false, refusal }: Partial<Waiting> = state.phase === 'waiting' ? state : {};
    return { phase: 'waiting', typed, approval, receivedAt: at, failedReadings: 0, withdrawing, refusal };
  }
  if (approval.state === 'approved' && approval.actionId) {
    return {
      phase: 'following',
      typed,
      actionId: approval.actionId,
      confirmation: 'recorded',
      since: at,
      failedReadings: 0,
    };
  }
  return { phase: 'decided', typed, approval };
}

export function approvalUnreadable(state: State, failure: Failure): State {
  return state.phase === 'waiting' ? { ...state, failedReadings: state.failedReadings + 1, failure } : state;
}

export function withdrawalFailed(state: State, failure: Failure): State {
  return state.phase === 'waiting' ? { ...state, withdrawing: false, refusal: failure } : state;
}
