import { type DataQuery } from '@grafana/schema';

import { t } from '../i18n/text';
import {
  SCHEMA_VERSION,
  type DeliveryQuery,
  type EventsQuery,
  type JobsQuery,
  type MetricQuery,
  type StatesQuery,
  type UnjamQuery,
} from '../model/query';

export * from '../model/query';

/** What a new panel asks. */
export function defaultJobsQuery(refId: string): JobsQuery {
  return { refId, queryType: 'jobs', schemaVersion: SCHEMA_VERSION, stuckOnly: true, sortBy: 'age', sortDesc: true };
}

/** What a new alert rule asks. */
export function defaultMetricQuery(refId: string): MetricQuery {
  return { refId, queryType: 'metric', schemaVersion: SCHEMA_VERSION, metric: 'canceling_age_seconds' };
}

/** What a new panel of event delivery asks: all pairs. */
export function defaultDeliveryQuery(refId: string): DeliveryQuery {
  return { refId, queryType: 'delivery', schemaVersion: SCHEMA_VERSION };
}

/** What a new state timeline asks: all jobs that were there in its range, those that changed last. */
export function defaultStatesQuery(refId: string): StatesQuery {
  return { refId, queryType: 'states', schemaVersion: SCHEMA_VERSION };
}

/** What a new annotation asks: all that happened. */
export function defaultEventsQuery(refId: string): EventsQuery {
  return { refId, queryType: 'events', schemaVersion: SCHEMA_VERSION };
}

/** A stored query as this version understands it, or the reason why it does not. */
export type Migration = { ok: true; query: UnjamQuery } | { ok: false; reason: string };

/**
 * Brings a stored query to the present version. It never guesses: a query that this version does not understand is
 * shown as an error and left as it is.
 */
export function migrateQuery(stored: DataQuery): Migration {
  const { schemaVersion, metric }: Record<string, unknown> = { ...stored };
  // A query that was just added holds nothing but its refId.
  if (stored.queryType === undefined && schemaVersion === undefined) {
    return { ok: true, query: { ...defaultJobsQuery(stored.refId), ...stored, ...pinned('jobs') } };
  }
  if (schemaVersion !== SCHEMA_VERSION) {
    return {
      ok: false,
      reason: t(
        'datasource.query.other-version',
        'This query has the version {{version}}, and this Unjam knows version {{known}}. Update the Unjam app, or make the query anew.',
        { version: describe(schemaVersion), known: SCHEMA_VERSION }
      ),
    };
  }
  switch (stored.queryType) {
    case 'jobs':
      return { ok: true, query: { ...stored, ...pinned('jobs') } };
    case 'metric':
      return { ok: true, query: { ...stored, ...pinned('metric'), metric: typeof metric === 'string' ? metric : '' } };
    case 'delivery':
      return { ok: true, query: { ...stored, ...pinned('delivery') } };
    case 'states':
      return { ok: true, query: { ...stored, ...pinned('states') } };
    case 'events':
      return { ok: true, query: { ...stored, ...pinned('events') } };
    default:
      return {
        ok: false,
        reason: t(
          'datasource.query.other-type',
          'This query has the type {{type}}, which this Unjam does not know. Choose "Jobs", "Metric", "Delivery", "States" or "Events".',
          { type: describe(stored.queryType) }
        ),
      };
  }
}

/** Whether a query says enough to be sent. What this version does not understand is sent: the backend refuses it aloud. */
export function isComplete(query: DataQuery): boolean {
  const migration = migrateQuery(query);
  return !migration.ok || migration.query.queryType !== 'metric' || migration.query.metric !== '';
}

function pinned<T extends UnjamQuery['queryType']>(queryType: T) {
  return { queryType, schemaVersion: SCHEMA_VERSION } as const;
}

function describe(value: unknown): string {
  return value === undefined ? t('datasource.query.none', 'none') : JSON.stringify(value);
}
