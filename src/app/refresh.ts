import {
  catchError,
  distinctUntilChanged,
  exhaustMap,
  fromEvent,
  map,
  NEVER,
  of,
  scan,
  startWith,
  switchMap,
  throwError,
  timeout,
  timer,
  type Observable,
} from 'rxjs';

import { t } from '../i18n/text';
import { FailedError, toFailure, type Failure } from '../api/failure';
import { freshness } from '../model/freshness';
import { type Reading } from '../model/reading';

const SECOND = 1000;

/** How often a page that is seen asks again, in milliseconds. */
export const REFRESH_EVERY = 10 * SECOND;
/** An answer older than this many rounds of asking is stale: one round may be slow. */
const STALE_ROUNDS = 3;
/** How long it waits for an answer before it counts as failed: longer than the longest poll that a refresh may start. */
export const GIVE_UP_AFTER = 30 * SECOND;

/**
 * What is known of something that is asked again and again: the last answer stays when a later question fails, and the
 * failure stands beside it until an answer comes. Nothing of both: it was asked and has not been answered.
 */
export interface Kept<T> {
  value?: T;
  /** When the value came, in milliseconds since 1970 by the browser's clock. */
  receivedAt?: number;
  /** Why the newest question was not answered; undefined when it was. */
  failure?: Failure;
}

/** Whether the page is seen: true or false at once, and whenever that changes. */
export function visibility(page: Document = document): Observable<boolean> {
  return fromEvent(page, 'visibilitychange').pipe(
    startWith(undefined),
    map(() => !page.hidden),
    distinctUntilChanged()
  );
}

/**
 * Asks at once and every REFRESH_EVERY while the page is seen, one question at a time.
 *
 * @param question sends one request for each subscription, and is dropped when the page is hidden.
 */
export function kept<T>(question: Observable<T>, visible: Observable<boolean>): Observable<Kept<T>> {
  const once = question.pipe(
    timeout({ first: GIVE_UP_AFTER, with: () => throwError(noAnswer) }),
    map((value) => ({ answered: true as const, value, receivedAt: Date.now() })),
    catchError((error: unknown) => of({ answered: false as const, failure: toFailure(error) }))
  );
  return visible.pipe(
    // Not switchMap for the questions: a server slower than the interval would have each dropped, and never be heard.
    switchMap((seen) => (seen ? timer(0, REFRESH_EVERY).pipe(exhaustMap(() => once)) : NEVER)),
    scan<{ answered: true; value: T; receivedAt: number } | { answered: false; failure: Failure }, Kept<T>>(
      (before, round) =>
        round.answered
          ? { value: round.value, receivedAt: round.receivedAt }
          : { value: before.value, receivedAt: before.receivedAt, failure: round.failure },
      {}
    )
  );
}

/** Whether no answer has come for too long; a moment is in milliseconds since 1970 by the browser's clock. */
export function isOld<T>({ receivedAt }: Kept<T>, now: number): boolean {
  return receivedAt !== undefined && now - receivedAt > STALE_ROUNDS * REFRESH_EVERY;
}

/**
 * Whether an answer may be taken for the present: it has come, nothing has failed since, and its coordinator was seen.
 *
 * @param reading how trustworthy the answer is; undefined where there is none.
 */
export function isOfPresent<T>(answer: Kept<T>, reading: Reading | undefined, now: number): boolean {
  const { receivedAt, failure } = answer;
  return (
    reading !== undefined &&
    receivedAt !== undefined &&
    failure === undefined &&
    freshness(reading, receivedAt, now) !== 'blind' &&
    !isOld(answer, now)
  );
}

/** What a page says when nothing answered for GIVE_UP_AFTER. */
export function noAnswer(): FailedError {
  return new FailedError({
    kind: 'network',
    message: t(
      'app.refresh.no-answer',
      "Grafana gave no answer within {{seconds}} s. Look at Grafana's log and at the coordinator.",
      { seconds: GIVE_UP_AFTER / SECOND }
    ),
  });
}
