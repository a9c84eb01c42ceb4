import { type DataQuery } from '@grafana/schema';

/** The version of the queries that this version of the plugin writes. Go has the same (pkg/plugin). */
export const SCHEMA_VERSION = 1;

export const DEFAULT_LIMIT = 500;
export const MAX_LIMIT = 5000;

/** What selects jobs, in both kinds of query. Absent means all. */
export interface JobFilter {
  /** Unjam's own words for states (model/states). */
  states?: string[];
  jobNames?: string[];
  /** One job's id, with every digit. */
  jobId?: string;
  /** Jobs that have been in their state for at least this long. */
  minAgeSeconds?: number;
}

export type SortKey = 'age' | 'name' | 'state';

/** A row for each job. */
export interface JobsQuery extends DataQuery, JobFilter {
  queryType: 'jobs';
  schemaVersion: typeof SCHEMA_VERSION;
  /** Only jobs that have hung for longer than the data source's threshold. */
  stuckOnly?: boolean;
  sortBy?: SortKey;
  sortDesc?: boolean;
  /** At most this many rows: 500 where absent, 5,000 at most. */
  limit?: number;
  offset?: number;
}

/** One metric: a time series for panels, numbers for alert rules. */
export interface MetricQuery extends DataQuery, JobFilter {
  queryType: 'metric';
  schemaVersion: typeof SCHEMA_VERSION;
  /** A name from the catalogue; empty while none is chosen. */
  metric: string;
}

/** As many pairs as 32 nodes have. */
export const DEFAULT_DELIVERY_LIMIT = 1000;

/** A row for each pair of nodes: how events get from the one to the other. */
export interface DeliveryQuery extends DataQuery {
  queryType: 'delivery';
  schemaVersion: typeof SCHEMA_VERSION;
  /** Only pairs of which either end is one of these; absent means all. */
  nodes?: string[];
  /** Only pairs between which events do not get through, or were lost. */
  lostOnly?: boolean;
  /** At most this many rows: 1,000 where absent, 5,000 at most. */
  limit?: number;
}

export type UnjamQuery = JobsQuery | MetricQuery | DeliveryQuery;
