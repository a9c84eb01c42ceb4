import { FieldType, type DataFrame, type Field } from '@grafana/data';

/** When the stories of frames were read: the backend's answer came right after. */
export const AS_OF = Date.parse('2026-11-22T12:00:00Z');

/** One row of a frame, with all that the backend sends. Times are in milliseconds since 1970, as frames carry them. */
export interface FrameRow {
  job_id: string;
  job_name: string;
  state: string;
  word: string;
  since: number;
  age_seconds: number;
  quality: string;
  listed: boolean;
  last_seen: number;
  nodes: string;
  create_time: number | null;
  stuck: boolean;
  cancel_block: string;
  force_stop_block: string;
  cluster: string;
  episode: string;
  parent: string;
  cause: string;
  outlook: string;
  confidence: string;
  advice: string;
  deadline: number | null;
  evidence: string;
  stuck_since: number | null;
  suppressed: string;
  suppressed_until: number | null;
}

/** A job that has been CANCELING for 12 minutes at least. */
export function frameRow(change: Partial<FrameRow> = {}): FrameRow {
  return {
    job_id: '733584788375666689',
    job_name: 'nightly-load',
    state: 'canceling',
    word: 'CANCELING',
    since: AS_OF - 720_000,
    age_seconds: 720,
    quality: 'at least',
    listed: true,
    last_seen: AS_OF,
    nodes: '10.0.0.2:5802',
    create_time: AS_OF - 7_200_000,
    stuck: true,
    cancel_block: '',
    force_stop_block: '',
    cluster: 'zeta',
    episode: 'episode-1',
    parent: '',
    cause: '',
    outlook: '',
    confidence: '',
    advice: '',
    deadline: null,
    evidence: '',
    stuck_since: AS_OF - 540_000,
    suppressed: '',
    suppressed_until: null,
    ...change,
  };
}

const TYPES: Record<keyof FrameRow, FieldType> = {
  job_id: FieldType.string,
  job_name: FieldType.string,
  state: FieldType.string,
  word: FieldType.string,
  since: FieldType.time,
  age_seconds: FieldType.number,
  quality: FieldType.string,
  listed: FieldType.boolean,
  last_seen: FieldType.time,
  nodes: FieldType.string,
  create_time: FieldType.time,
  stuck: FieldType.boolean,
  cancel_block: FieldType.string,
  force_stop_block: FieldType.string,
  cluster: FieldType.string,
  episode: FieldType.string,
  parent: FieldType.string,
  cause: FieldType.string,
  outlook: FieldType.string,
  confidence: FieldType.string,
  advice: FieldType.string,
  deadline: FieldType.time,
  evidence: FieldType.string,
  stuck_since: FieldType.time,
  suppressed: FieldType.string,
  suppressed_until: FieldType.time,
};

/** The frame that the backend's `jobs` query gives for these rows. */
export function jobsFrame(rows: FrameRow[], meta: Record<string, unknown> = {}): DataFrame {
  const names: Array<keyof FrameRow> = [
    'job_id',
    'job_name',
    'state',
    'word',
    'since',
    'age_seconds',
    'quality',
    'listed',
    'last_seen',
    'nodes',
    'create_time',
    'stuck',
    'cancel_block',
    'force_stop_block',
    'cluster',
    'episode',
    'parent',
    'cause',
    'outlook',
    'confidence',
    'advice',
    'deadline',
    'evidence',
    'stuck_since',
    'suppressed',
    'suppressed_until',
  ];
  return {
    refId: 'A',
    name: 'jobs',
    length: rows.length,
    fields: names.map((name): Field => ({ name, type: TYPES[name], config: {}, values: rows.map((row) => row[name]) })),
    meta: {
      custom: {
        asOf: new Date(AS_OF).toISOString(),
        blind: false,
        complete: true,
        total: rows.length,
        notes: [],
        pollIntervalSeconds: 10,
        stuckAfterSeconds: 180,
        ...meta,
      },
    },
  };
}

/** The frame that the backend's metric `jobs` gives: a field for each state. */
export function countsFrame(counts: Record<string, number>): DataFrame {
  return {
    refId: 'A',
    name: 'jobs',
    length: 1,
    fields: Object.entries(counts).map(([state, jobs]): Field => ({
      name: 'jobs',
      type: FieldType.number,
      config: {},
      labels: { cluster: 'zeta', state },
      values: [jobs],
    })),
  };
}
