import { type Action, type Approval, type Kind } from '../api/types';
import { t } from '../i18n/text';
import { inertName } from '../model/text';

/** As much of a coordinator's own word for a stop as a button holds. */
const STOP_CHARACTERS = 20;

/**
 * The coordinator's own word for its only way to stop a job ("abort"), in small letters; undefined where there is a cancel
 * beside the force stop.
 */
export type OnlyStop = string | undefined;

/**
 * What the button does, in the words of the field. Never "OK".
 *
 * @param onlyStop Support's word: force stop is called by it, since that is what is sent.
 */
export function verb(kind: Kind, onlyStop?: OnlyStop): string {
  if (kind === 'cancel') {
    return t('actions.texts.cancel-job', 'Cancel job');
  }
  return onlyStop
    ? t('actions.texts.stop-job', '{{stop}} job', { stop: capital(noun(kind, onlyStop)) })
    : t('actions.texts.force-stop-job', 'Force stop job');
}

/** What the request is called within a sentence. */
export function noun(kind: Kind, onlyStop?: OnlyStop): string {
  if (kind === 'cancel') {
    return t('actions.texts.cancel', 'cancel');
  }
  return onlyStop ? inertName(onlyStop, STOP_CHARACTERS) : t('actions.texts.force-stop', 'force stop');
}

/** A word as it stands at the beginning of a sentence. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** A word of ours with "a" or "an" before it; other languages may have neither. */
export function article(word: string): string {
  return /^[aeiou]/i.test(word)
    ? t('actions.texts.an', 'an {{word}}', { word })
    : t('actions.texts.a', 'a {{word}}', { word });
}

/** What a request for a second person asks for, in the words of the field. */
export function askedVerb(kind: Approval['kind'], onlyStop?: OnlyStop): string {
  return kind === 'incident-budget' ? t('actions.texts.unlock-budget', 'Unlock incident budget') : verb(kind, onlyStop);
}

/** What a withdrawal gives as its reason unless the user writes another. */
export function notNeeded(): string {
  return t('actions.texts.not-needed', 'It is not needed any more.');
}

/** The button of a plan that demands a second person. */
export function askVerb(): string {
  return t('actions.texts.ask', 'Ask for approval');
}

export type Tone = 'success' | 'info' | 'warning' | 'error';

export interface OutcomeText {
  /** Success only where the server proved that the job was stopped. */
  tone: Tone;
  headline: string;
  explanation: string;
  /** False where the server goes on reading, so that the outcome may still improve. */
  final: boolean;
}

/** What is shown first of an outcome or a decision, in one line. */
export function headed({ headline, explanation }: Pick<OutcomeText, 'headline' | 'explanation'>): string {
  return t('actions.outcome.headed', '{{headline}} {{explanation}}', { headline, explanation });
}

/** The outcome of a settled action, saying no more than the server proved. */
export function describeOutcome(action: Action): OutcomeText {
  switch (action.outcome) {
    case 'stopped':
      return {
        tone: 'success',
        headline: t('actions.outcome.stopped', 'Stopped.'),
        // The action's detail says by what (pkg/action).
        explanation: t('actions.outcome.stopped-why', 'Its end is proven.'),
        final: true,
      };
    case 'ended by itself':
      return {
        tone: 'info',
        headline: t('actions.outcome.ended', 'Ended by itself.'),
        explanation: t(
          'actions.outcome.ended-why',
          'The coordinator lists the job among its ended jobs, but not as stopped by this action.'
        ),
        final: true,
      };
    case 'refused by coordinator':
      return {
        tone: 'error',
        headline: t('actions.outcome.refused', 'Not done.'),
        explanation: t(
          'actions.outcome.refused-why',
          'The coordinator refused the request, or it could not be sent. The job is as it was.'
        ),
        final: true,
      };
    case 'sent, not confirmed':
      return {
        tone: 'warning',
        headline: t('actions.outcome.unconfirmed', 'Sent, not confirmed.'),
        explanation: t(
          'actions.outcome.unconfirmed-why',
          'The coordinator received the request, but the job has not been seen to end. Unjam goes on reading and never sends it again by itself.'
        ),
        final: false,
      };
    case 'unknown':
    case '':
      return {
        tone: 'warning',
        headline: t('actions.outcome.unknown', 'Not known.'),
        explanation: t(
          'actions.outcome.unknown-why',
          'The request may have reached the coordinator, and nothing about its effect is proven. Unjam goes on reading and never sends it again by itself.'
        ),
        final: false,
      };
    default:
      return unexpected(action.outcome);
  }
}

/** A newer backend may have words that this version does not know; the type says that there are none. */
function unexpected(outcome: never): OutcomeText {
  return {
    tone: 'warning',
    headline: t('actions.outcome.unknown', 'Not known.'),
    explanation: t(
      'actions.outcome.new-word',
      'The server answered with the outcome "{{outcome}}", which this version does not know.',
      { outcome: String(outcome) }
    ),
    final: false,
  };
}

export interface DecisionText {
  tone: Tone;
  headline: string;
  explanation: string;
  /** What to do now. */
  next: string;
}

/** What became of a request for a second person that led to no act here. */
export function describeDecision(approval: Approval): DecisionText {
  const decider = approval.decider ? inertName(approval.decider) : t('actions.decision.somebody', 'another person');
  const nothing = t('actions.decision.nothing', 'Nothing was sent to the coordinator.');
  switch (approval.state) {
    case 'approved':
      return approval.kind === 'incident-budget'
        ? {
            tone: 'success',
            headline: t('actions.decision.unlocked', 'The incident budget is unlocked.'),
            explanation: t('actions.decision.unlocked-why', '{{decider}} approved it.', { decider }),
            next: t(
              'actions.decision.unlocked-next',
              'Make a new plan. Each job still needs its own plan, phrase and reason.'
            ),
          }
        : {
            tone: 'warning',
            headline: t('actions.decision.approved', 'Approved.'),
            explanation: t(
              'actions.decision.approved-why',
              '{{decider}} approved the request; which act it led to is not known here.',
              { decider }
            ),
            next: t('actions.decision.approved-next', 'Look at the latest actions on the overview.'),
          };
    case 'rejected':
      return {
        tone: 'info',
        headline: t('actions.decision.rejected', 'Rejected.'),
        explanation: t('actions.decision.rejected-why', '{{decider}} said no. {{nothing}}', { decider, nothing }),
        next: t('actions.decision.rejected-next', 'Speak with that person before you ask again.'),
      };
    case 'withdrawn':
      return {
        tone: 'info',
        headline: t('actions.decision.withdrawn', 'Withdrawn.'),
        explanation: t('actions.decision.withdrawn-why', 'The request was taken back. {{nothing}}', { nothing }),
        next: t('actions.decision.withdrawn-next', 'Where it is needed after all, make a new plan and ask again.'),
      };
    case 'canceled':
      return {
        tone: 'warning',
        headline: t('actions.decision.canceled', 'Canceled: it no longer fits.'),
        explanation: t(
          'actions.decision.canceled-why',
          'The job, its state or the master changed while the request waited. {{nothing}}',
          { nothing }
        ),
        next: t(
          'actions.decision.canceled-next',
          'Make a new plan: it shows what is true now. Ask again if it is still needed.'
        ),
      };
    case 'expired':
      return {
        tone: 'warning',
        headline: t('actions.decision.expired', 'Expired.'),
        explanation: t('actions.decision.expired-why', 'Nobody decided in time. {{nothing}}', { nothing }),
        next: t('actions.decision.expired-next', 'Tell a second person, make a new plan, and ask again.'),
      };
    case 'waiting':
      return {
        tone: 'info',
        headline: t('actions.decision.waiting', 'It waits.'),
        explanation: nothing,
        next: t('actions.decision.waiting-next', 'Wait for a second person.'),
      };
    default:
      return {
        tone: 'warning',
        headline: t('actions.decision.unknown', 'Not known.'),
        explanation: t(
          'actions.decision.new-word',
          'The server answered with the state "{{state}}", which this version does not know.',
          { state: String(approval.state) }
        ),
        next: t('actions.decision.unknown-next', 'Reload the page.'),
      };
  }
}
