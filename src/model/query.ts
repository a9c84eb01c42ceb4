import { type DataQuery } from '@grafana/schema';

/** The version of the queries that this version of the plugin writes. Go has the same (pkg/plugin). */
export const SCHEMA_VERSION = 1;

export const DEFAULT_LIMIT = 500;
export const MAX_LIMIT = 5000;

/** What selects jobs, in every query for jobs. Absent means all. */
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
  /** Over the panel's range of time instead of now. Alert rules are always about now. */
  range?: boolean;
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

export const DEFAULT_STATES_LIMIT = 100;
export const MAX_STATES_LIMIT = 500;

/**
 * A time series of states for each job that was, at some time in the range, as the filter says. Ages are those of one
 * state then.
 */
export interface StatesQuery extends DataQuery, JobFilter {
  queryType: 'states';
  schemaVersion: typeof SCHEMA_VERSION;
  /** Only jobs that were canceling or failing for longer than the data source's threshold. */
  stuckOnly?: boolean;
  /** At most this many jobs, those that changed last: 100 where absent, 500 at most. */
  limit?: number;
}

export const DEFAULT_EVENTS_LIMIT = 1000;

/** What happened in the range: to the cluster, to event delivery, and what Unjam did. No persons. */
export interface EventsQuery extends DataQuery {
  queryType: 'events';
  schemaVersion: typeof SCHEMA_VERSION;
  /** Kinds of the catalogue (model/eventKinds); absent means all. */
  kinds?: string[];
  /** Only what happened to one of these nodes, or between one of them and another; absent means all. */
  nodes?: string[];
  /** Only what happened to this job. */
  jobId?: string;
  /** At most this many, the newest: 1,000 where absent, 5,000 at most. */
  limit?: number;
}

export type UnjamQuery = JobsQuery | MetricQuery | DeliveryQuery | StatesQuery | EventsQuery;
