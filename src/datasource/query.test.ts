import { type DataQuery } from '@grafana/schema';

import { METRICS } from '../model/metrics';
import {
  defaultDeliveryQuery,
  defaultEventsQuery,
  defaultJobsQuery,
  defaultMetricQuery,
  defaultStatesQuery,
  isComplete,
  migrateQuery,
  SCHEMA_VERSION,
} from './query';

const stored = (fields: Record<string, unknown>): DataQuery => ({ refId: 'A', ...fields });

describe('a stored query', () => {
  it('that is new asks for stuck jobs', () => {
    expect(migrateQuery(stored({}))).toEqual({ ok: true, query: defaultJobsQuery('A') });
  });

  it.each([
    ['jobs', { queryType: 'jobs', schemaVersion: 1, stuckOnly: false, limit: 5, jobNames: ['$job'] }],
    ['delivery', { queryType: 'delivery', schemaVersion: 1, nodes: ['$node'], lostOnly: true, limit: 7 }],
    ['states', { queryType: 'states', schemaVersion: 1, stuckOnly: true, states: ['canceling'], limit: 9 }],
    ['events', { queryType: 'events', schemaVersion: 1, kinds: ['master changed'], nodes: ['$node'], limit: 9 }],
    ['metric', { queryType: 'metric', schemaVersion: 1, metric: 'jobs', states: ['running'] }],
    ['metric over time', { queryType: 'metric', schemaVersion: 1, metric: 'jobs', range: true }],
  ])('of the present version (%s) stays as it is', (_, fields) => {
    expect(migrateQuery(stored(fields))).toEqual({ ok: true, query: stored(fields) });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a newer version', { queryType: 'jobs', schemaVersion: 2 }, /version 2.*knows version 1.*Update/],
    ['a version of another type', { queryType: 'jobs', schemaVersion: '1' }, /version "1"/],
    ['no version', { queryType: 'jobs' }, /version none/],
    [
      'another type',
      { queryType: 'of tomorrow', schemaVersion: 1 },
      /type "of tomorrow".*Choose "Jobs", "Metric", "Delivery", "States" or "Events"/,
    ],
    ['no type', { schemaVersion: 1 }, /type none/],
  ])('of %s is an error that says what to do, and not a guess', (_, fields, reason) => {
    const migration = migrateQuery(stored(fields));
    expect(migration).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('is complete when it says what is asked', () => {
    expect(isComplete(stored({}))).toBe(true);
    expect(isComplete(defaultJobsQuery('A'))).toBe(true);
    expect(isComplete(defaultMetricQuery('A'))).toBe(true);
    expect(isComplete(defaultDeliveryQuery('A'))).toBe(true);
    expect(isComplete(defaultStatesQuery('A'))).toBe(true);
    expect(isComplete(defaultEventsQuery('A'))).toBe(true);
    expect(isComplete({ ...defaultMetricQuery('A'), metric: '' } as DataQuery)).toBe(false);
    expect(isComplete(stored({ queryType: 'metric', schemaVersion: SCHEMA_VERSION }))).toBe(false);
  });

  it('that is not understood is sent, so that the backend refuses it aloud', () => {
    expect(isComplete(stored({ queryType: 'jobs', schemaVersion: 99 }))).toBe(true);
    expect(isComplete(stored({ queryType: 'metric', schemaVersion: 1, metric: 'of tomorrow' }))).toBe(true);
  });

  it('by default names a metric of the catalogue', () => {
    expect(METRICS.map(({ name }) => name)).toContain(defaultMetricQuery('A').metric);
  });
});
