import { getDefaultTimeRange, type DataFrame } from '@grafana/data';
import { map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { readCounts, type StateCount } from '../model/counts';
import { NotDeliveryError, readDelivery, type DeliveryAnswer } from '../model/delivery';
import { NotJobsError, readJobs, type JobsAnswer } from '../model/jobs';
import { SCHEMA_VERSION, type UnjamQuery } from '../model/query';
import { type JobState } from '../model/states';
import { ask, failureOf, warningsOf, type Answer } from './ask';
import { FailedError } from './failure';
import { sourceKind } from './sources';

/** The rows that are read of each coordinator, the oldest first: as many as a person can work through. */
export const ENDING_JOBS_LIMIT = 200;

const COUNTS = 'counts';
const ENDING = 'ending';
const LOST = 'lost';
const STUCK = 'stuck';
const DELIVERY = 'delivery';

/** What the queries of a data source tell of its coordinator's jobs. */
export interface JobsReading {
  /** Open jobs by state; undefined when that query failed. */
  counts?: StateCount[];
  /** The jobs on their way to an end or to a savepoint, the oldest first, at most ENDING_JOBS_LIMIT. */
  ending: JobsAnswer;
  /**
   * The jobs that hang, whatever their state: parents whose children have ended run on. The oldest first; undefined when
   * that query failed.
   */
  stuck?: JobsAnswer;
  /** The jobs that count as lost, the oldest first; undefined when that query failed. */
  lost?: JobsAnswer;
  /** The pairs of nodes between which events do not get through; undefined where the kind has none, or that query failed. */
  delivery?: DeliveryAnswer;
  /** What the backend warns of: a failed poll, an answer in part, a split cluster. */
  warnings: string[];
}

/**
 * Asks the data source once, by its own query, when it is subscribed to.
 *
 * @throws FailedError when there is no list of jobs in the answer.
 */
export function readCoordinatorJobs(uid: string): Observable<JobsReading> {
  return ask(uid, () => ({
    requestId: `unjam-overview-${uid}`,
    targets: targetsFor(uid),
    // The backend answers with what it knows now, whatever the range.
    range: getDefaultTimeRange(),
  })).pipe(map(readAnswer));
}

function readAnswer({ frames, errors }: Answer): JobsReading {
  const ending = frames.find(({ refId }) => refId === ENDING);
  const counts = frames.find(({ refId }) => refId === COUNTS);
  const lost = frames.find(({ refId }) => refId === LOST);
  const stuck = frames.find(({ refId }) => refId === STUCK);
  const delivery = frames.find(({ refId }) => refId === DELIVERY);
  if (!ending) {
    const noReason = t(
      'api.jobs.no-reason',
      'The data source gave no list of jobs and no reason. Look at its health in its settings.'
    );
    throw new FailedError(failureOf(errors, noReason));
  }
  return {
    counts: counts && readCounts(counts),
    ending: readRows(ending),
    stuck: stuck && readRows(stuck),
    lost: lost && readRows(lost),
    delivery: delivery && readPairs(delivery),
    warnings: warningsOf([ending, counts, stuck, lost].flatMap((frame) => frame ?? [])),
  };
}

function readRows(frame: DataFrame): JobsAnswer {
  try {
    return readJobs(frame);
  } catch (error) {
    if (error instanceof NotJobsError) {
      throw new FailedError({
        kind: 'gateway',
        status: 0,
        message: t('api.jobs.no-list', 'The data source answered with no list of jobs.'),
      });
    }
    throw error;
  }
}

/** The jobs are told also where the pairs cannot be read. */
function readPairs(frame: DataFrame): DeliveryAnswer | undefined {
  try {
    return readDelivery(frame);
  } catch (error) {
    if (error instanceof NotDeliveryError) {
      return undefined;
    }
    throw error;
  }
}

const LOST_PAIRS: UnjamQuery = {
  refId: DELIVERY,
  queryType: 'delivery',
  schemaVersion: SCHEMA_VERSION,
  lostOnly: true,
};

function targetsFor(uid: string): UnjamQuery[] {
  return [
    { refId: COUNTS, queryType: 'metric', schemaVersion: SCHEMA_VERSION, metric: 'jobs' },
    oldest(ENDING, { states: ['canceling', 'failing', 'savepointing'] }),
    oldest(LOST, { states: ['lost'] }),
    oldest(STUCK, { stuckOnly: true }),
    // Only these clusters tell how events get from node to node.
    ...(sourceKind(uid) === 'cloverdx' ? [LOST_PAIRS] : []),
  ];
}

function oldest(refId: string, which: { states: JobState[] } | { stuckOnly: true }): UnjamQuery {
  return {
    refId,
    queryType: 'jobs',
    schemaVersion: SCHEMA_VERSION,
    ...which,
    sortBy: 'age',
    sortDesc: true,
    limit: ENDING_JOBS_LIMIT,
  };
}
