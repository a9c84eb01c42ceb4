import { type Verdict } from '../api/types';
import { type Planned } from './states';
import { remaining } from './times';

/** The server refuses shorter reasons. */
export const MIN_REASON_CHARACTERS = 10;

/** The server refuses longer ones (contract/resources.yaml). */
export const MAX_REASON_CHARACTERS = 2000;

export const REASON_MISSING = `Give a reason of at least ${MIN_REASON_CHARACTERS} characters.`;

/** Whether a text is long enough to pass for a reason. */
export function isReason(text: string): boolean {
  return Array.from(text.trim()).length >= MIN_REASON_CHARACTERS;
}

/** The warnings of a plan, each of which must be acknowledged. */
export function warnings(state: Planned): Verdict[] {
  return state.timed.plan.verdicts.filter(({ result }) => result === 'warn');
}

/** Whether this very warning was acknowledged, with the reason that it gives now. */
export function isAcknowledged(state: Planned, verdict: Verdict): boolean {
  return state.typed.acknowledged[verdict.guard] === verdict.reason;
}

/**
 * What is still missing before the plan can be confirmed, as sentences; empty when nothing is. The server checks all of
 * it again.
 */
export function missing(state: Planned, now: number): string[] {
  const { plan } = state.timed;
  if (!plan.allowed) {
    return ['The server does not allow it now; the guards above say why.'];
  }
  if (remaining(state.timed, now) === 0) {
    return ['The plan has expired. Make a new one; what you typed is kept.'];
  }
  const gaps: string[] = [];
  const open = warnings(state).filter((verdict) => !isAcknowledged(state, verdict)).length;
  if (open > 0) {
    gaps.push(open === 1 ? 'Acknowledge the warning.' : `Acknowledge ${open} warnings.`);
  }
  if (state.typed.phrase !== plan.phrase) {
    gaps.push('Type the phrase exactly as shown.');
  }
  if (!isReason(state.typed.reason)) {
    gaps.push(REASON_MISSING);
  }
  return gaps;
}
