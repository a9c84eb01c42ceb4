import { FieldType, type DataFrame } from '@grafana/data';

import { t } from '../i18n/text';
import { type Quality } from './age';
import { DEFAULT_STUCK_AFTER_SECONDS } from './detection';
import { toConfidence, toOutlook, type Confidence, type Outlook } from './findings';
import {
  hasColumns,
  metaOf,
  number,
  quality,
  readReading,
  rowsOf,
  text,
  time,
  type Cell,
  type Reading,
} from './reading';
import { toState, type JobState } from './states';

/** A job as a row of the backend's `jobs` frame. */
export interface JobRow {
  /** Every digit of the coordinator's id: text, never a number. */
  id: string;
  name: string;
  state: JobState;
  /** The coordinator's own word for the state. */
  word: string;
  /** Since when it is in this state, in milliseconds since 1970; undefined when not known. */
  since?: number;
  /** The age in seconds when the backend answered. */
  ageSeconds: number;
  quality: Quality;
  /** False when the newest complete poll did not list the job, or listed it as unknown: the row is as last seen. */
  listed: boolean;
  lastSeen?: number;
  nodes: string;
  createTime?: number;
  stuck: boolean;
  /** From when on it counts as stuck; undefined while it does not. */
  stuckSince?: number;
  /** Why a job that is late does not count as stuck, as "maintenance window: upgrade"; empty otherwise. */
  suppressed: string;
  /** Until when that lasts; undefined where it does not. */
  suppressedUntil?: number;
  /** Why the server will not cancel the job in this state; empty when it may. */
  cancelBlock: string;
  /** Why the server will not force-stop the job in this state; empty when it may. */
  forceStopBlock: string;
  cluster: string;
  /** The episode that the row shows; empty where the backend does not name it. A lost job is dismissed by it. */
  episode: string;
  /** The id of the job that waits for this one; empty where there is none, or none is told. */
  parent: string;
  /** Why it hangs, in the backend's word; empty where nothing is found. */
  cause: string;
  outlook: Outlook;
  confidence: Confidence;
  /** What to do, as a sentence; empty where nothing is advised. */
  advice: string;
  /** When the outlook changes, by the server's clock; undefined where nothing tells. */
  deadline?: number;
  /** What the finding rests on, a sentence each. */
  evidence: string[];
}

/** The rows of one coordinator, and how trustworthy they are. */
export interface JobsAnswer extends Reading {
  rows: JobRow[];
  stuckAfterSeconds: number;
}

/** A frame that is not what the backend's `jobs` query gives; the message says what to do. */
export class NotJobsError extends Error {}

/**
 * Reads a frame of the `jobs` query.
 *
 * @throws NotJobsError when the frame is of another kind, or holds ids that lost their digits.
 */
export function readJobs(frame: DataFrame): JobsAnswer {
  const ids = frame.fields.find(({ name }) => name === 'job_id');
  if (!ids || !hasColumns(frame, ['state', 'age_seconds'])) {
    throw new NotJobsError(
      t(
        'model.jobs.no-jobs',
        'This is no list of jobs. Choose an Unjam coordinator as data source and "Jobs" as query type.'
      )
    );
  }
  if (ids.type !== FieldType.string) {
    throw new NotJobsError(
      t(
        'model.jobs.no-text',
        'The job ids are not text, so digits may be lost. Remove transformations of the field job_id.'
      )
    );
  }
  return {
    ...readReading(frame),
    rows: rowsOf(frame).map(readJob),
    // For answers that lost their meta.
    stuckAfterSeconds: number(metaOf(frame).stuckAfterSeconds, DEFAULT_STUCK_AFTER_SECONDS),
  };
}

function readJob(cell: Cell): JobRow {
  return {
    id: text(cell('job_id')),
    name: text(cell('job_name')),
    state: toState(text(cell('state'))),
    word: text(cell('word')),
    since: time(cell('since')),
    ageSeconds: number(cell('age_seconds'), NaN),
    quality: quality(cell('quality')),
    // Where a transformation dropped the column, nothing says that the job is gone.
    listed: cell('listed') !== false,
    lastSeen: time(cell('last_seen')),
    nodes: text(cell('nodes')),
    createTime: time(cell('create_time')),
    stuck: cell('stuck') === true,
    stuckSince: time(cell('stuck_since')),
    suppressed: text(cell('suppressed')),
    suppressedUntil: time(cell('suppressed_until')),
    cancelBlock: text(cell('cancel_block')),
    forceStopBlock: text(cell('force_stop_block')),
    cluster: text(cell('cluster')),
    episode: text(cell('episode')),
    parent: text(cell('parent')),
    cause: text(cell('cause')),
    outlook: toOutlook(text(cell('outlook'))),
    confidence: toConfidence(text(cell('confidence'))),
    advice: text(cell('advice')),
    deadline: time(cell('deadline')),
    evidence: text(cell('evidence'))
      .split('\n')
      .filter((sentence) => sentence !== ''),
  };
}
