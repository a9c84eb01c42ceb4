import { type Action, type Kind } from '../api/types';

/** What the button does, in the words of the field. Never "OK". */
export function verb(kind: Kind): string {
  return kind === 'cancel' ? 'Cancel job' : 'Force stop job';
}

/** What the request is called within a sentence. */
export function noun(kind: Kind): string {
  return kind === 'cancel' ? 'cancel' : 'force stop';
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

/** The outcome of a settled action, saying no more than the server proved. */
export function describeOutcome(action: Action): OutcomeText {
  switch (action.outcome) {
    case 'stopped':
      return {
        tone: 'success',
        headline: 'Stopped.',
        // The backend says "stopped" for this proof alone (pkg/action).
        explanation: 'The coordinator lists the job among its ended jobs as CANCELED.',
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
