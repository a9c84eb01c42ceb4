import { dateTime } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { readDelivery, type DeliveryAnswer } from '../model/delivery';
import { EVENT_KINDS } from '../model/eventKinds';
import { readEvents, type Events } from '../model/events';
import { readJobPast, type JobPast, type JobQuery } from '../model/job';
import { readJobs, type JobsAnswer } from '../model/jobs';
import { SCHEMA_VERSION, type DeliveryQuery, type EventsQuery, type JobsQuery } from '../model/query';
import { ask, failureOf, sentencesOf, warningsOf, type Answer, type Question } from './ask';
import { FailedError } from './failure';

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
  const targets = withDelivery ? [jobs, job, acts, delivery] : [jobs, job, acts];
  return ask(uid, () => question(uid, targets, { from: Date.now() - KEPT_FOR, to: Date.now() })).pipe(map(readAnswer));
}

function readAnswer({ frames, errors }: Answer): JobReading {
  const of = (refId: string) => frames.filter((frame) => frame.refId === refId);
  const [jobs] = of(JOBS);
  const [delivery] = of(DELIVERY);
  const past = readJobPast(of(JOB));
  if (!jobs && !past) {
    throw new FailedError(failureOf(errors, noReason()));
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
  return ask(uid, () => question(uid, [ofJob, ofCluster], range())).pipe(
    map(({ frames, errors }) => {
      const of = (refId: string) =>
        frames.filter((frame) => frame.refId === refId).flatMap((one) => readEvents(one) ?? [])[0];
      const ofJob = of(JOB);
      const ofCluster = of('cluster');
      if (!ofJob && !ofCluster) {
        throw new FailedError(failureOf(errors, noReason()));
      }
      return { ofJob, ofCluster, failures: sentencesOf(errors) };
    })
  );
}

function eventsQuery(refId: string, limit: number, which: Pick<EventsQuery, 'jobId' | 'kinds'>): EventsQuery {
  return { refId, queryType: 'events', schemaVersion: SCHEMA_VERSION, limit, ...which };
}

function question(uid: string, targets: DataQuery[], range: { from: number; to: number }): Question<DataQuery> {
  const from = dateTime(range.from);
  const to = dateTime(range.to);
  return {
    requestId: `unjam-job-${uid}-${targets.map(({ refId }) => refId).join('-')}`,
    targets,
    range: { from, to, raw: { from, to } },
  };
}

function noReason(): string {
  return t('api.job.no-reason', 'The data source gave no answer and no reason. Look at its health in its settings.');
}
