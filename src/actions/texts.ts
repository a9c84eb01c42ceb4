import { type Action, type Approval, type Kind } from '../api/types';
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
    return 'Cancel job';
  }
  return `${capital(noun(kind, onlyStop))} job`;
}

/** What the request is called within a sentence. */
export function noun(kind: Kind, onlyStop?: OnlyStop): string {
  if (kind === 'cancel') {
    return 'cancel';
  }
  return onlyStop ? inertName(onlyStop, STOP_CHARACTERS) : 'force stop';
}

/** A word as it stands at the beginning of a sentence. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** A word of ours with "a" or "an" before it. */
export function article(word: string): string {
  return `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
}

/** What a request for a second person asks for, in the words of the field. */
export function askedVerb(kind: Approval['kind'], onlyStop?: OnlyStop): string {
  return kind === 'incident-budget' ? 'Unlock incident budget' : verb(kind, onlyStop);
}

/** What a withdrawal gives as its reason unless the user writes another. */
export const NOT_NEEDED = 'It is not needed any more.';

/** The button of a plan that demands a second person. */
export const ASK_VERB = 'Ask for approval';

export type Tone = 'success' | 'info' | 'warning' | 'error';

export interface OutcomeText {
  /** Success only where the server proved that the job was stopped. */
  tone: Tone;
  headline: string;
  explanation: string;
  /** False where the server goes on reading, so that the outcome may still improve. */
  final: boolean;
}

/** The outcome of a settled action, saying no more than the server proved. */
export function describeOutcome(action: Action): OutcomeText {
  switch (action.outcome) {
    case 'stopped':
      return {
        tone: 'success',
        headline: 'Stopped.',
        // The action's detail says by what (pkg/action).
        explanation: 'Its end is proven.',
        final: true,
      };
    case 'ended by itself':
      return {
        tone: 'info',
        headline: 'Ended by itself.',
        explanation: 'The coordinator lists the job among its ended jobs, but not as stopped by this action.',
        final: true,
      };
    case 'refused by coordinator':
      return {
        tone: 'error',
        headline: 'Not done.',
        explanation: 'The coordinator refused the request, or it could not be sent. The job is as it was.',
        final: true,
      };
    case 'sent, not confirmed':
      return {
        tone: 'warning',
        headline: 'Sent, not confirmed.',
        explanation:
          'The coordinator received the request, but the job has not been seen to end. ' +
          'Unjam goes on reading and never sends it again by itself.',
        final: false,
      };
    case 'unknown':
    case '':
      return {
        tone: 'warning',
        headline: 'Not known.',
        explanation:
          'The request may have reached the coordinator, and nothing about its effect is proven. ' +
          'Unjam goes on reading and never sends it again by itself.',
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
    headline: 'Not known.',
    explanation: `The server answered with the outcome "${String(outcome)}", which this version does not know.`,
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
  const decider = approval.decider ? inertName(approval.decider) : 'another person';
  const nothing = 'Nothing was sent to the coordinator.';
  switch (approval.state) {
    case 'approved':
      return approval.kind === 'incident-budget'
        ? {
            tone: 'success',
            headline: 'The incident budget is unlocked.',
            explanation: `${decider} approved it.`,
            next: 'Make a new plan. Each job still needs its own plan, phrase and reason.',
          }
        : {
            tone: 'warning',
            headline: 'Approved.',
            explanation: `${decider} approved the request; which act it led to is not known here.`,
            next: 'Look at the latest actions on the overview.',
          };
    case 'rejected':
      return {
        tone: 'info',
        headline: 'Rejected.',
        explanation: `${decider} said no. ${nothing}`,
        next: 'Speak with that person before you ask again.',
      };
    case 'withdrawn':
      return {
        tone: 'info',
        headline: 'Withdrawn.',
        explanation: `The request was taken back. ${nothing}`,
        next: 'Where it is needed after all, make a new plan and ask again.',
      };
    case 'canceled':
      return {
        tone: 'warning',
        headline: 'Canceled: it no longer fits.',
        explanation: `The job, its state or the master changed while the request waited. ${nothing}`,
        next: 'Make a new plan: it shows what is true now. Ask again if it is still needed.',
      };
    case 'expired':
      return {
        tone: 'warning',
        headline: 'Expired.',
        explanation: `Nobody decided in time. ${nothing}`,
        next: 'Tell a second person, make a new plan, and ask again.',
      };
    case 'waiting':
      return { tone: 'info', headline: 'It waits.', explanation: nothing, next: 'Wait for a second person.' };
    default:
      return {
        tone: 'warning',
        headline: 'Not known.',
        explanation: `The server answered with the state "${String(approval.state)}", which this version does not know.`,
        next: 'Reload the page.',
      };
  }
}
