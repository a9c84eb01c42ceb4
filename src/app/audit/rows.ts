import { useCallback, useEffect, useMemo, useState } from 'react';
import { defer, of, switchMap, throwError, timeout, type Observable } from 'rxjs';

import { type AuditClient, type AuditFilter } from '../../api/audit';
import { toFailure, type Failure } from '../../api/failure';
import { type AuditRow } from '../../api/types';
import { GIVE_UP_AFTER, noAnswer } from '../refresh';

/** How many rows stand on the screen. */
export const ROWS = 50;
/** A page of the server may be empty where a filter finds little: this many are asked for before the user is asked. */
const MOST_REQUESTS = 10;

/** Some rows of an audit trail, newest first. */
export interface AuditRows {
  rows: AuditRow[];
  /** Where older rows go on; undefined at the end of the trail. */
  next?: number;
  /** When the server answered, by its clock. */
  asOf: string;
}

/** The newest rows of a filter, as many as the screen holds, however many requests that takes within reason. */
export function readRows(client: AuditClient, filter: () => AuditFilter, before?: number): Observable<AuditRows> {
  return defer(() => collect(client, filter(), before, [], MOST_REQUESTS));
}

function collect(
  client: AuditClient,
  filter: AuditFilter,
  before: number | undefined,
  found: AuditRow[],
  requests: number
): Observable<AuditRows> {
  return client.page(filter, ROWS - found.length, before).pipe(
    timeout({ first: GIVE_UP_AFTER, with: () => throwError(noAnswer) }),
    switchMap(({ rows, next, asOf }) => {
      const all = [...found, ...rows];
      return next !== undefined && all.length < ROWS && requests > 1
        ? collect(client, filter, next, all, requests - 1)
        : of({ rows: all, next, asOf });
    })
  );
}

/** What is known of some rows: the last answer stays beside a later failure. */
export interface KnownRows {
  value?: AuditRows;
  /** When the value came, in milliseconds since 1970 by the browser's clock. */
  receivedAt?: number;
  failure?: Failure;
  isAsking: boolean;
  /** Asks again. */
  reload(): void;
}

type Answer = Pick<KnownRows, 'value' | 'receivedAt' | 'failure'>;

/** Asks for rows at once, and again when told to. The request must be the same object as long as it means the same. */
export function useRows(request: Observable<AuditRows>): KnownRows {
  const [round, setRound] = useState(0);
  const question = useMemo(() => ({ request, round }), [request, round]);
  const [known, setKnown] = useState<{ question: typeof question; answer: Answer }>();
  useEffect(() => {
    const subscription = question.request.subscribe({
      next: (value) => setKnown({ question, answer: { value, receivedAt: Date.now() } }),
      error: (error: unknown) =>
        setKnown((before) => ({
          question,
          answer: { ...(before?.question.request === question.request && before.answer), failure: toFailure(error) },
        })),
    });
    return () => subscription.unsubscribe();
  }, [question]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const answer = known?.question.request === request ? known.answer : {};
  return { ...answer, isAsking: known?.question !== question, reload };
}
