/**
 * The state machine of the dialog in which a second person reviews a request, or a requester takes it back. Pure: the
 * session does what it asks for, the dialog shows it.
 */
import { isFault, type Failure } from '../api/failure';
import { type Action, type Approval, type Verdict } from '../api/types';
import { t } from '../i18n/text';
import { isReason, phraseMissing, reasonMissing, unacknowledged } from './readiness';
import { notNeeded } from './texts';
import { RECORDING_GRACE, waitingTime } from './times';

/** What the reviewer has entered. */
export interface ReviewTyped {
  phrase: string;
  /** Why the request is rejected or withdrawn. */
  reason: string;
  /** Guard to the reason of its warning that was read. */
  acknowledged: Readonly<Record<string, string>>;
}

export type Choice = 'approve' | 'reject';

/** The request is on the screen, and perhaps a decision is on its way. */
export interface Open {
  phase: 'open';
  approval: Approval;
  /** When it was read, by the browser's clock. */
  receivedAt: number;
  typed: ReviewTyped;
  /** What the guards said when they were last asked: at the request, or when an approval was refused. */
  verdicts: Verdict[];
  refusal?: Failure;
  failedReadings: number;
  failure?: Failure;
  deciding?: { choice: Choice; lost?: Loss };
}

/** The answer to an approval was lost: only reading the request can tell what became of it. */
interface Loss {
  /** By the browser's clock. */
  since: number;
  failure: Failure;
}

/** The request does not wait any more. */
export interface Done {
  phase: 'done';
  approval: Approval;
  /** The act that this reviewer's approval began. */
  action?: Action;
}

export type ReviewState = Open | Done;

export type ReviewEvent =
  | { type: 'phrase typed'; phrase: string }
  | { type: 'reason typed'; reason: string }
  | { type: 'warning acknowledged'; guard: string; reason: string; acknowledged: boolean }
  | { type: 'decision sent'; choice: Choice; at: number }
  | { type: 'decided'; approval: Approval; action?: Action }
  | { type: 'decision failed'; failure: Failure; at: number }
  | { type: 'approval read'; approval: Approval; at: number }
  | { type: 'approval unreadable'; failure: Failure };

/** The guard that the server names when workers or nodes are not those of the request (pkg/action/refusal.go). */
const CONTEXT_CHANGED = 'context-changed';

export function reviewOpened(approval: Approval, at: number): ReviewState {
  if (approval.state !== 'waiting') {
    return { phase: 'done', approval };
  }
  return {
    phase: 'open',
    approval,
    receivedAt: at,
    typed: { phrase: '', reason: approval.mine ? notNeeded() : '', acknowledged: {} },
    verdicts: approval.verdicts,
    failedReadings: 0,
  };
}

/** The state after an event. Events that a state does not expect change nothing. */
export function reduceReview(state: ReviewState, event: ReviewEvent): ReviewState {
  if (state.phase === 'done') {
    return state;
  }
  switch (event.type) {
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
    case 'decision sent':
      return state.deciding || missingFor(event.choice, state, event.at).length > 0
        ? state
        : { ...state, deciding: { choice: event.choice }, refusal: undefined };
    case 'decided':
      return { phase: 'done', approval: event.approval, action: event.action };
    case 'decision failed':
      return state.deciding ? undecided(state, state.deciding.choice, event.failure, event.at) : state;
    case 'approval read':
      return event.approval.id === state.approval.id ? read(state, event.approval, event.at) : state;
    case 'approval unreadable':
      return { ...state, failedReadings: state.failedReadings + 1, failure: event.failure };
  }
}

function retyped(state: Open, change: Partial<ReviewTyped>): Open {
  return state.deciding ? state : { ...state, typed: { ...state.typed, ...change } };
}

function undecided(state: Open, choice: Choice, failure: Failure, at: number): Open {
  // To say no twice does no harm; whether an approval arrived must be known before there is another.
  if (choice === 'reject' || (failure.kind === 'problem' && !isFault(failure))) {
    return { ...state, deciding: undefined, refusal: failure, verdicts: verdictsAfter(state, failure) };
  }
  return { ...state, deciding: { choice, lost: { since: at, failure } } };
}

/** What the guards said when the server refused, with a changed context as one more warning to be read. */
function verdictsAfter({ verdicts }: Open, failure: Failure): Verdict[] {
  if (failure.kind !== 'problem') {
    return verdicts;
  }
  const { guard, message, verdicts: newer } = failure.problem;
  const context: Verdict[] =
    guard === CONTEXT_CHANGED
      ? [{ guard, result: 'warn', reason: message }]
      : verdicts.filter((verdict) => verdict.guard === CONTEXT_CHANGED);
  return [...(newer ?? verdicts).filter((verdict) => verdict.guard !== CONTEXT_CHANGED), ...context];
}

function read(state: Open, approval: Approval, at: number): ReviewState {
  if (approval.state !== 'waiting') {
    return { phase: 'done', approval };
  }
  const newer: Open = { ...state, approval, receivedAt: at, failedReadings: 0, failure: undefined };
  const lost = state.deciding?.lost;
  // It still waits: what the backend failed at has not happened, and what was lost cannot arrive any more.
  return lost && (isFault(lost.failure) || at >= lost.since + RECORDING_GRACE)
    ? { ...newer, deciding: undefined, refusal: lost.failure }
    : newer;
}

/** The warnings that must be read before the request is approved. */
export function reviewWarnings({ verdicts }: Open): Verdict[] {
  return verdicts.filter(({ result }) => result === 'warn');
}

/** Whether this very warning was acknowledged, with the reason that it gives now. */
export function isRead({ typed }: Open, { guard, reason }: Verdict): boolean {
  return typed.acknowledged[guard] === reason;
}

/** What is still missing before a decision can be sent, as sentences; the server checks all of it again. */
export function missingFor(choice: Choice, state: Open, now: number): string[] {
  const { approval, typed } = state;
  if (choice === 'reject') {
    const may = approval.mine || approval.decidable;
    return [...(may ? [] : [whyNot(approval)]), ...(isReason(typed.reason) ? [] : [reasonMissing()])];
  }
  if (!approval.decidable) {
    return [whyNot(approval)];
  }
  if (waitingTime(approval, state.receivedAt, now) === 0) {
    return [t('actions.review.too-late', 'The time to decide is over.')];
  }
  const unread = reviewWarnings(state).filter((verdict) => !isRead(state, verdict)).length;
  const gaps: string[] = [];
  if (unread > 0) {
    gaps.push(unacknowledged(unread));
  }
  if (approval.kind !== 'incident-budget' && typed.phrase !== approval.phrase) {
    gaps.push(phraseMissing());
  }
  return gaps;
}

/** The server's own words, where it has some. */
function whyNot({ why }: Approval): string {
  return why || t('actions.review.not-yours', 'You may not decide it.');
}
