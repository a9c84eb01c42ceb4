import { type Verdict } from '../api/types';
import { t } from '../i18n/text';
import { type Planned } from './states';
import { remaining } from './times';

/** The server refuses shorter reasons. */
export const MIN_REASON_CHARACTERS = 10;

/** The server refuses longer ones (contract/resources.yaml). */
export const MAX_REASON_CHARACTERS = 2000;

/** What is said where the reason is too short. */
export function reasonMissing(): string {
  return t('actions.readiness.reason', 'Give a reason of at least {{least}} characters.', {
    least: MIN_REASON_CHARACTERS,
  });
}

/** What is said where warnings were not acknowledged. */
export function unacknowledged(warnings: number): string {
  return t('actions.readiness.warnings', '', {
    count: warnings,
    defaultValue_one: 'Acknowledge the warning.',
    defaultValue_other: 'Acknowledge {{count}} warnings.',
  });
}

/** What is said where the phrase is not the one that is shown. */
export function phraseMissing(): string {
  return t('actions.readiness.phrase', 'Type the phrase exactly as shown.');
}

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
    return [t('actions.readiness.not-allowed', 'The server does not allow it now; the guards above say why.')];
  }
  if (remaining(state.timed, now) === 0) {
    return [t('actions.readiness.expired', 'The plan has expired. Make a new one; what you typed is kept.')];
  }
  const gaps: string[] = [];
  const open = warnings(state).filter((verdict) => !isAcknowledged(state, verdict)).length;
  if (open > 0) {
    gaps.push(unacknowledged(open));
  }
  if (state.typed.phrase !== plan.phrase) {
    gaps.push(phraseMissing());
  }
  if (!isReason(state.typed.reason)) {
    gaps.push(reasonMissing());
  }
  return gaps;
}
