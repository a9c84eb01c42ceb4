import { type DataFrame } from '@grafana/data';

import { type Quality } from './age';
import { hasColumns, metaOf, quality, rowsOf, text, time, type Cell } from './reading';

/** How grave an event is. */
export type Severity = 'info' | 'warning' | 'error';

/** Something that happened, as a row of the backend's `events` frame. It names no persons. */
export interface JobEvent {
  id: string;
  /** In milliseconds since 1970, by the server's clock. */
  at: number;
  /** How well that is known; empty for events of earlier versions. */
  quality: Quality;
  kind: string;
  severity: Severity;
  /** What happened, as the server's sentence. */
  sentence: string;
  node: string;
  peer: string;
  /** The job that it is about; empty where it is about none. */
  jobId: string;
}

/** Events of a range, the newest first. */
export interface Events {
  rows: JobEvent[];
  /** There are more, older ones. */
  cut: boolean;
}

/** Reads a frame of the `events` query; undefined where it is none. */
export function readEvents(frame: DataFrame): Events | undefined {
  if (!hasColumns(frame, ['timestamp', 'kind'])) {
    return undefined;
  }
  return { rows: rowsOf(frame).flatMap(readEvent), cut: metaOf(frame).cut === true };
}

function readEvent(cell: Cell): JobEvent[] {
  const at = time(cell('timestamp'));
  if (at === undefined) {
    return [];
  }
  return [
    {
      id: text(cell('id')),
      at,
      quality: quality(cell('quality')),
      kind: text(cell('kind')),
      severity: severity(cell('severity')),
      sentence: text(cell('body')),
      node: text(cell('node')),
      peer: text(cell('peer')),
      jobId: text(cell('job_id')),
    },
  ];
}

/** A word that this version does not know is taken for a warning. */
function severity(word: unknown): Severity {
  return word === 'info' || word === 'error' ? word : 'warning';
}
