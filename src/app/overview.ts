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

import { coordinatorClient } from '../api/client';
import { readCoordinatorJobs, type JobsReading } from '../api/jobs';
import { type Source } from '../api/sources';
import { type AuditRow, type Support } from '../api/types';
import { kept, visibility, type Kept } from './refresh';

/** The audit rows that are read of each coordinator: an action leaves up to four, and ten actions are shown. */
export const AUDIT_ROWS = 50;

/** All that the page knows of one coordinator. */
export interface CoordinatorState {
  source: Source;
  support: Kept<Support>;
  jobs: Kept<JobsReading>;
  /** Asked for only where the user may read it. */
  audit: Kept<AuditRow[]>;
}

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
  return sources.map((source) => states.get(source.uid) ?? { source, support: {}, jobs: {}, audit: {} });
}

function follow(source: Source, visible: Observable<boolean>): Observable<CoordinatorState> {
  const client = coordinatorClient(source.uid);
  const support = kept(client.support(), visible).pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const jobs = kept(readCoordinatorJobs(source.uid), visible);
  const audit = support.pipe(
    map(({ value }) => value?.audit.allowed === true),
    distinctUntilChanged(),
    // Rows that were read while it was allowed go with the permission.
    switchMap((allowed) => (allowed ? kept(client.audit(AUDIT_ROWS), visible) : of<Kept<AuditRow[]>>({})))
  );
  return combineLatest({
    support: support.pipe(startWith<Kept<Support>>({})),
    jobs: jobs.pipe(startWith<Kept<JobsReading>>({})),
    audit: audit.pipe(startWith<Kept<AuditRow[]>>({})),
  }).pipe(map((known) => ({ source, ...known })));
}
