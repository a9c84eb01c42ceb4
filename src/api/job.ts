import {
  CoreApp,
  dateTime,
  LoadingState,
  toDataFrame,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { catchError, defer, filter, from, map, switchMap, take, throwError, type Observable } from 'rxjs';

import { readDelivery, type DeliveryAnswer } from '../model/delivery';
import { EVENT_KINDS } from '../model/eventKinds';
import { readEvents, type Events } from '../model/events';
import { readJobPast, type JobPast, type JobQuery } from '../model/job';
import { readJobs, type JobsAnswer } from '../model/jobs';
import { SCHEMA_VERSION, type DeliveryQuery, type EventsQuery, type JobsQuery } from '../model/query';
import { FailedError } from './failure';
import { loadSource } from './sources';

/** How far back Unjam keeps what jobs went through, in milliseconds (docs/queries.md). */
const KEPT_FOR = 30 * 24 * 3_600_000;
/** As many events as a person reads, and a timeline can show. */
const EVENTS_LIMIT = 500;
/** More pairs than this fill a screen: those in trouble, the earliest deadline first. */
const PAIRS_LIMIT = 100;

/** The kinds of events that are a job's own; all others are the cluster's. */
const KINDS_OF_JOBS = new Set(['diagnosis changed', 'cancel seen']);
const isAct = (kind: string) => / (requested|settled)$/.test(kind);
const isOfCluster = (kind: string) => !KINDS_OF_JOBS.has(kind) && !isAct(kind);
const KINDS = EVENT_KINDS.map(({ kind }) => kind);

/** What the queries of a data source tell of one job. */
export interface JobReading {
  /** The open job: one row, or none; undefined when that query failed. */
  jobs?: JobsAnswer;
  /** What it went through, where it runs, and its relatives; undefined when that query failed. */
  past?: JobPast;
  /** What was done about it, the newest first; undefined when that query failed. */
  acts?: Events;
  /** The pairs of nodes in trouble; undefined where nobody asked, or that query failed. */
  delivery?: DeliveryAnswer;
  /** Why a query failed. */
  failures: string[];
  /** What the backend warns of. */
  warnings: string[];
}

const JOBS = 'jobs';
const JOB = 'job';
const DELIVERY = 'delivery';
const ACTS = 'acts';
/** More acts than this on one job are in the audit trail. */
const ACTS_LIMIT = 50;

/**
 * Asks for one job once, when it is subscribed to.
 *
 * @param withDelivery whether the nodes of this coordinator exchange events.
 * @throws FailedError when neither the open jobs nor the records could be read.
 */
export function readJob(uid: string, jobId: string, withDelivery: boolean): Observable<JobReading> {
  const jobs: JobsQuery = { refId: JOBS, queryType: 'jobs', schemaVersion: SCHEMA_VERSION, jobId, limit: 2 };
  const job: JobQuery = { refId: JOB, queryType: 'job', schemaVersion: SCHEMA_VERSION, jobId };
  const delivery: DeliveryQuery = {
    refId: DELIVERY,
    queryType: 'delivery',
    schemaVersion: SCHEMA_VERSION,
    lostOnly: true,
    limit: PAIRS_LIMIT,
  };
  const acts = eventsQuery(ACTS, ACTS_LIMIT, { jobId, kinds: KINDS.filter(isAct) });
  return ask(uid, () => ({
    targets: withDelivery ? [jobs, job, acts, delivery] : [jobs, job, acts],
    from: Date.now() - KEPT_FOR,
    to: Date.now(),
  })).pipe(map(readAnswer));
}

function readAnswer({ frames, errors }: Answer): JobReading {
  const of = (refId: string) => frames.filter((frame) => frame.refId === refId);
  const [jobs] = of(JOBS);
  const [delivery] = of(DELIVERY);
  const past = readJobPast(of(JOB));
  if (!jobs && !past) {
    throw new FailedError(failureOf(errors));
  }
  return {
    jobs: jobs && readJobs(jobs),
    past,
    acts: of(ACTS).flatMap((one) => readEvents(one) ?? [])[0],
    delivery: delivery && readDelivery(delivery),
    failures: sentencesOf(errors),
    warnings: warningsOf(frames),
  };
}

/** What happened in a range: to the job, and to its cluster. */
export interface JobEvents {
  ofJob?: Events;
  ofCluster?: Events;
  failures: string[];
}

/**
 * Asks once for what happened, when it is subscribed to.
 *
 * @param range both ends in milliseconds since 1970, at the moment when it is called.
 * @throws FailedError when nothing could be read.
 */
export function readJobEvents(
  uid: string,
  jobId: string,
  range: () => { from: number; to: number }
): Observable<JobEvents> {
  const ofJob = eventsQuery(JOB, EVENTS_LIMIT, { jobId });
  const ofCluster = eventsQuery('cluster', EVENTS_LIMIT, { kinds: KINDS.filter(isOfCluster) });
  return ask(uid, () => ({ targets: [ofJob, ofCluster], ...range() })).pipe(
    map(({ frames, errors }) => {
      const of = (refId: string) =>
        frames.filter((frame) => frame.refId === refId).flatMap((one) => readEvents(one) ?? [])[0];
      const ofJob = of(JOB);
      const ofCluster = of('cluster');
      if (!ofJob && !ofCluster) {
        throw new FailedError(failureOf(errors));
      }
      return { ofJob, ofCluster, failures: sentencesOf(errors) };
    })
  );
}

function eventsQuery(refId: string, limit: number, which: Pick<EventsQuery, 'jobId' | 'kinds'>): EventsQuery {
  return { refId, queryType: 'events', schemaVersion: SCHEMA_VERSION, limit, ...which };
}

interface Question {
  targets: DataQuery[];
  from: number;
  to: number;
}

interface Answer {
  frames: DataFrame[];
  errors: DataQueryError[];
}

function ask(uid: string, question: () => Question): Observable<Answer> {
  return defer(() => loadSource(uid)).pipe(
    catchError(() => throwError(notLoaded)),
    switchMap((source) => from(source.query(request(uid, question())))),
    filter(({ state }: DataQueryResponse) => state !== LoadingState.Loading),
    take(1),
    map(({ data, errors = [] }) => ({ frames: data.map((one): DataFrame => toDataFrame(one)), errors }))
  );
}

function notLoaded(): FailedError {
  return new FailedError({
    kind: 'network',
    message: 'The data source could not be loaded. It may have been deleted; reload the page.',
  });
}

function request(uid: string, { targets, from: begin, to }: Question): DataQueryRequest {
  const range = { from: dateTime(begin), to: dateTime(to) };
  return {
    app: CoreApp.Unknown,
    requestId: `unjam-job-${uid}-${targets.map(({ refId }) => refId).join('-')}`,
    interval: '1m',
    intervalMs: 60_000,
    range: { ...range, raw: range },
    scopedVars: {},
    startTime: Date.now(),
    timezone: 'browser',
    targets,
  };
}

function sentencesOf(errors: DataQueryError[]): string[] {
  const sentences = errors.map(({ message, data }) => message ?? data?.message ?? data?.error ?? '').filter(Boolean);
  return Array.from(new Set(sentences));
}

function failureOf(errors: DataQueryError[]) {
  return {
    kind: 'gateway' as const,
    status: errors[0]?.status ?? 0,
    message:
      sentencesOf(errors).join(' ') ||
      'The data source gave no answer and no reason. Look at its health in its settings.',
  };
}

function warningsOf(frames: DataFrame[]): string[] {
  const texts = frames
    .flatMap((frame) => frame.meta?.notices ?? [])
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .map(({ text }) => text);
  return Array.from(new Set(texts));
}
