import { useEffect, useMemo, useState } from 'react';
import { combineLatest, distinctUntilChanged, map, of, shareReplay, startWith, switchMap, type Observable } from 'rxjs';

import { auditClient } from '../../api/audit';
import { coordinatorClient } from '../../api/client';
import { readJob, readJobEvents, type JobEvents, type JobReading } from '../../api/job';
import { sourceKind } from '../../api/sources';
import { type Aftermath, type AuditPage, type Support } from '../../api/types';
import { type JobAddress } from '../../jobs/jobPage';
import { kept, visibility, type Kept } from '../refresh';
import { spanOf, type RawRange, type Span } from './address';

/** As many rows of the audit trail as one job has in a bad night. */
const AUDIT_ROWS = 50;

/** All that the page knows of one job. */
export interface JobKnown {
  support: Kept<Support>;
  job: Kept<JobReading>;
  /** Asked for only where the user may read them. */
  audit: Kept<AuditPage>;
  aftermath: Kept<Aftermath>;
}

const NOTHING: JobKnown = { support: {}, job: {}, audit: {}, aftermath: {} };

/** Follows one job while the page is seen. */
export function useJob({ uid, id }: JobAddress): JobKnown {
  const key = JSON.stringify([uid, id]);
  const [known, setKnown] = useState<{ key: string; value: JobKnown }>();
  useEffect(() => {
    const subscription = follow(uid, id).subscribe((value) => setKnown({ key, value }));
    return () => subscription.unsubscribe();
  }, [key, uid, id]);
  return known?.key === key ? known.value : NOTHING;
}

function follow(uid: string, id: string): Observable<JobKnown> {
  const visible = visibility().pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const client = coordinatorClient(uid);
  const support = kept(client.support(), visible).pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const whileAllowed = <T>(question: Observable<T>): Observable<Kept<T>> =>
    support.pipe(
      map(({ value }) => value?.audit.allowed === true),
      distinctUntilChanged(),
      // What was read while it was allowed goes with the permission.
      switchMap((allowed) => (allowed ? kept(question, visible) : of<Kept<T>>({}))),
      startWith<Kept<T>>({})
    );
  // SeaTunnel's nodes exchange no events. A data source that names no kind is SeaTunnel's.
  const withDelivery = (sourceKind(uid) ?? 'seatunnel') !== 'seatunnel';
  return combineLatest({
    support: support.pipe(startWith<Kept<Support>>({})),
    job: kept(readJob(uid, id, withDelivery), visible).pipe(startWith<Kept<JobReading>>({})),
    audit: whileAllowed(auditClient(uid).page({ jobId: id }, AUDIT_ROWS)),
    aftermath: whileAllowed(client.aftermath()),
  });
}

/** What bounds the timeline where the address names no range. */
export interface Bounds {
  begin?: number;
  end?: number;
  /** The server's clock minus the browser's, as far as an answer told it, in milliseconds. */
  ahead: number;
}

/** Follows what happened in the range that is shown; nothing is asked before it is known what that is. */
export function useJobEvents(
  { uid, id }: JobAddress,
  raw: RawRange | undefined,
  bounds: Bounds | undefined
): Kept<JobEvents> {
  const { from, to } = raw ?? {};
  const { begin, end } = bounds ?? {};
  const isKnown = bounds !== undefined;
  // It trembles with each answer by the time that the answer took.
  const ahead = Math.round((bounds?.ahead ?? 0) / CLOCK_STEP) * CLOCK_STEP;
  const question = useMemo(() => {
    const range = from === undefined || to === undefined ? undefined : { from, to };
    return isKnown ? readJobEvents(uid, id, spanAt(range, { begin, end, ahead })) : undefined;
  }, [uid, id, from, to, begin, end, isKnown, ahead]);
  const [known, setKnown] = useState<{ question: typeof question; value: Kept<JobEvents> }>();
  useEffect(() => {
    const subscription = question && kept(question, visibility()).subscribe((value) => setKnown({ question, value }));
    return () => subscription?.unsubscribe();
  }, [question]);
  return known?.question === question ? (known?.value ?? {}) : {};
}

/** The range of each question: its end moves with the server's clock. */
function spanAt(raw: RawRange | undefined, { begin, end, ahead }: Bounds): () => Span {
  return () => spanOf(raw, begin, end, Date.now() + ahead);
}

/** Clocks that differ by less are taken for the same, in milliseconds. */
const CLOCK_STEP = 30_000;
