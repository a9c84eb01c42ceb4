import { FieldType, type DataFrame } from '@grafana/data';

import { t } from '../i18n/text';
import { type Quality } from './age';
import { toConfidence, toOutlook, type Confidence, type Outlook } from './findings';
import { metaOf, number, quality, readReading, text, time, type Reading } from './reading';
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
  const columns = new Map(frame.fields.map((field) => [field.name, field]));
  const ids = columns.get('job_id');
  if (!ids || !columns.has('state') || !columns.has('age_seconds')) {
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
  const cell = (name: string, row: number): unknown => columns.get(name)?.values[row];
  const rows = Array.from({ length: frame.length }, (_, row): JobRow => ({
    id: text(cell('job_id', row)),
    name: text(cell('job_name', row)),
    state: toState(text(cell('state', row))),
    word: text(cell('word', row)),
    since: time(cell('since', row)),
    ageSeconds: number(cell('age_seconds', row), NaN),
    quality: quality(cell('quality', row)),
    // Where a transformation dropped the column, nothing says that the job is gone.
    listed: cell('listed', row) !== false,
    lastSeen: time(cell('last_seen', row)),
    nodes: text(cell('nodes', row)),
    createTime: time(cell('create_time', row)),
    stuck: cell('stuck', row) === true,
    stuckSince: time(cell('stuck_since', row)),
    suppressed: text(cell('suppressed', row)),
    suppressedUntil: time(cell('suppressed_until', row)),
    cancelBlock: text(cell('cancel_block', row)),
    forceStopBlock: text(cell('force_stop_block', row)),
    cluster: text(cell('cluster', row)),
    episode: text(cell('episode', row)),
    parent: text(cell('parent', row)),
    cause: text(cell('cause', row)),
    outlook: toOutlook(text(cell('outlook', row))),
    confidence: toConfidence(text(cell('confidence', row))),
    advice: text(cell('advice', row)),
    deadline: time(cell('deadline', row)),
    evidence: text(cell('evidence', row))
      .split('\n')
      .filter((sentence) => sentence !== ''),
  }));
  return {
    ...readReading(frame),
    rows,
    stuckAfterSeconds: number(metaOf(frame).stuckAfterSeconds, DEFAULT_STUCK_AFTER_SECONDS),
  };
}

/** The data source's default, for answers that lost their meta. */
const DEFAULT_STUCK_AFTER_SECONDS = 180;
