import { useEffect, useState } from 'react';
import {
  combineLatest,
  distinctUntilChanged,
  map,
  merge,
  of,
  shareReplay,
  startWith,
  switchMap,
  type Observable,
} from 'rxjs';

import { coordinatorClient } from '../../api/client';
import { readCoordinatorJobs, type JobsReading } from '../../api/jobs';
import { type Source } from '../../api/sources';
import { type Support } from '../../api/types';
import { type CoordinatorState } from '../coordinatorState';
import { kept, visibility, type Kept } from '../refresh';

/** The audit rows that are read of each coordinator: an action leaves up to four, and ten actions are shown. */
export const AUDIT_ROWS = 50;

/** Follows each coordinator by itself: one that is slow or fails does not keep the others waiting. */
export function useOverview(sources: Source[]): CoordinatorState[] {
  const [states, setStates] = useState<ReadonlyMap<string, CoordinatorState>>(new Map());
  useEffect(() => {
    const visible = visibility().pipe(shareReplay({ bufferSize: 1, refCount: true }));
    const subscription = merge(...sources.map((source) => follow(source, visible))).subscribe((state) =>
      setStates((before) => new Map(before).set(state.source.uid, state))
    );
    return () => subscription.unsubscribe();
  }, [sources]);
  return sources.map((source) => states.get(source.uid) ?? nothingKnown(source));
}

function nothingKnown(source: Source): CoordinatorState {
  return { source, support: {}, jobs: {}, audit: {}, approvals: {}, aftermath: {} };
}

/** Whether the user may see the requests for a second person; the server decides it anew at each question. */
export function maySeeApprovals(support: Support | undefined): boolean {
  return (
    support !== undefined &&
    (support.audit.allowed || support.cancel.allowed || support.forceStop.allowed || support.dismiss.allowed)
  );
}

function follow(source: Source, visible: Observable<boolean>): Observable<CoordinatorState> {
  const client = coordinatorClient(source.uid);
  const support = kept(client.support(), visible).pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const jobs = kept(readCoordinatorJobs(source.uid), visible);
  const keptWhile = <T>(may: (support: Support | undefined) => boolean, question: Observable<T>): Observable<Kept<T>> =>
    support.pipe(
      map(({ value }) => may(value)),
      distinctUntilChanged(),
      // What was read while it was allowed goes with the permission.
      switchMap((allowed) => (allowed ? kept(question, visible) : of<Kept<T>>({}))),
      startWith<Kept<T>>({})
    );
  const mayRead = (value: Support | undefined) => value?.audit.allowed === true;
  return combineLatest({
    support: support.pipe(startWith<Kept<Support>>({})),
    jobs: jobs.pipe(startWith<Kept<JobsReading>>({})),
    audit: keptWhile(mayRead, client.audit(AUDIT_ROWS)),
    approvals: keptWhile(maySeeApprovals, client.approvals()),
    aftermath: keptWhile(mayRead, client.aftermath()),
  }).pipe(map((known) => ({ source, ...known })));
}
