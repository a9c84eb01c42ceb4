import { useEffect, useRef, useState } from 'react';
import { type Subscription } from 'rxjs';

import { coordinatorClient, type CoordinatorClient } from '../../api/client';
import { toFailure } from '../../api/failure';
import { type SupportAnswer } from '../../jobs/availability';

/** Support changes with settings and versions, so it is asked again with new data, but not more often than this (ms). */
const ASK_AGAIN_AFTER = 30_000;

/**
 * Asks each data source for its support.
 *
 * @param uids the data sources; none where no buttons are shown.
 * @param occasion whatever changes when there is new data.
 */
export function useSupport(
  uids: readonly string[],
  occasion: unknown,
  connect: (uid: string) => CoordinatorClient = coordinatorClient
): ReadonlyMap<string, SupportAnswer> {
  const [answers, setAnswers] = useState<ReadonlyMap<string, SupportAnswer>>(new Map());
  const askedAt = useRef(new Map<string, number>());
  const requests = useRef(new Map<string, Subscription>());
  const key = JSON.stringify(uids);

  useEffect(() => {
    const wanted: string[] = JSON.parse(key);
    for (const uid of wanted) {
      const last = askedAt.current.get(uid);
      if (last !== undefined && Date.now() - last < ASK_AGAIN_AFTER) {
        continue;
      }
      askedAt.current.set(uid, Date.now());
      const tell = (answer: SupportAnswer) => setAnswers((before) => new Map(before).set(uid, answer));
      requests.current.get(uid)?.unsubscribe();
      requests.current.set(
        uid,
        connect(uid)
          .support()
          .subscribe({
            next: (support) => tell({ known: 'yes', support }),
            error: (error: unknown) => tell({ known: 'no', failure: toFailure(error) }),
          })
      );
    }
  }, [key, occasion, connect]);

  useEffect(() => {
    const { current } = requests;
    const asked = askedAt.current;
    return () => {
      current.forEach((request) => request.unsubscribe());
      current.clear();
      asked.clear();
    };
  }, []);

  return answers;
}
