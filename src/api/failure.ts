import { isFetchError } from '@grafana/runtime';

import { t } from '../i18n/text';
import { type Problem } from './types';

/**
 * Why a request gave no answer that can be used.
 * - `problem`: our backend refused it and said why. Nothing happened beyond what the problem says.
 * - `gateway`: something on the way answered (Grafana, a proxy); whether our backend saw the request is not known.
 * - `network`: nothing answered; whether anything saw the request is not known.
 */
export type Failure =
  | {
      kind: 'problem';
      status: number;
      problem: Problem;
      /** When it may be tried again, in milliseconds since 1970 by the browser's clock; where the backend says so. */
      retryAt?: number;
    }
  | { kind: 'gateway'; status: number; message: string }
  | { kind: 'network'; message: string };

const SECOND = 1000;

/** Thrown by those who know more of a failure than a request's error tells. */
export class FailedError extends Error {
  constructor(readonly failure: Failure) {
    super(describeFailure(failure));
  }
}

/** Makes a failure of whatever a request threw. */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailedError) {
    return error.failure;
  }
  if (!isFetchError<unknown>(error)) {
    return {
      kind: 'network',
      message: t('api.failure.connection', 'The connection to Grafana failed. Check the network.'),
    };
  }
  if (isProblem(error.data)) {
    const { status, data: problem } = error;
    const wait = problem.retryAfterSeconds;
    return typeof wait === 'number'
      ? { kind: 'problem', status, problem, retryAt: Date.now() + wait * SECOND }
      : { kind: 'problem', status, problem };
  }
  if (!error.status || error.cancelled) {
    return { kind: 'network', message: t('api.failure.no-answer', 'Grafana gave no answer. Check the network.') };
  }
  return { kind: 'gateway', status: error.status, message: gatewayMessage(error.status, error.data) };
}

/** What happened and what to do now, as one text. */
export function describeFailure(failure: Failure): string {
  return failure.kind === 'problem' ? failure.problem.message : failure.message;
}

/**
 * Whether our backend could not do what it was asked: it is done with the request, and what it did before is to be read.
 * 503 is its refusal without a store.
 */
export function isFault(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.status >= 500 && failure.status !== 503;
}

/** Whether the backend says that only a new plan can go on. */
export function demandsNewPlan(failure: Failure): boolean {
  return failure.kind === 'problem' && (failure.problem.planChanged === true || failure.status === 412);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'guard' in body &&
    typeof body.guard === 'string' &&
    'message' in body &&
    typeof body.message === 'string'
  );
}

function gatewayMessage(status: number, body: unknown): string {
  const said =
    typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string' && body.message;
  const answer = said
    ? t('api.failure.answered-why', 'Grafana answered {{status}}: {{said}}.', { status, said: said.replace(/\.$/, '') })
    : t('api.failure.answered', 'Grafana answered {{status}}.', { status });
  switch (status) {
    case 401:
      return t('api.failure.sign-in', '{{answer}} Sign in again.', { answer });
    case 403:
      return t(
        'api.failure.forbidden',
        '{{answer}} Ask an administrator for the permission to query this data source.',
        { answer }
      );
    case 404:
      return t(
        'api.failure.not-found',
        '{{answer}} The data source may have been deleted, or the Unjam app is not enabled.',
        { answer }
      );
    default:
      return t('api.failure.other', "{{answer}} Try again; if it stays so, look at Grafana's log.", { answer });
  }
}
