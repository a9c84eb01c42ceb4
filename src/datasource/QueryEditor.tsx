import { type QueryEditorProps } from '@grafana/data';
import { Alert, Button, InlineField, InlineFieldRow, RadioButtonGroup } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { type CoordinatorDataSource } from './datasource';
import { DeliveryFields } from './DeliveryFields';
import { EventsFields } from './EventsFields';
import { FilterFields } from './FilterFields';
import { JobsFields } from './JobsFields';
import { MetricFields } from './MetricFields';
import {
  defaultDeliveryQuery,
  defaultEventsQuery,
  defaultJobsQuery,
  defaultMetricQuery,
  defaultStatesQuery,
  migrateQuery,
  type JobFilter,
  type UnjamQuery,
} from './query';
import { type CoordinatorSettings } from './settings';
import { StatesFields } from './StatesFields';
import { LABEL_WIDTH } from './widths';

function types(): Array<{ label: string; value: UnjamQuery['queryType']; description: string }> {
  return [
    {
      label: t('datasource.type.jobs', 'Jobs'),
      value: 'jobs',
      description: t('datasource.type.jobs-why', 'A row for each job: for tables and the stuck-jobs panel'),
    },
    {
      label: t('datasource.type.metric', 'Metric'),
      value: 'metric',
      description: t('datasource.type.metric-why', 'One metric: for graphs and alert rules'),
    },
    {
      label: t('datasource.type.delivery', 'Delivery'),
      value: 'delivery',
      description: t('datasource.type.delivery-why', 'A row for each pair of nodes: for tables and the delivery panel'),
    },
    {
      label: t('datasource.type.states', 'States'),
      value: 'states',
      description: t('datasource.type.states-why', 'The states of each job over time: for state timelines'),
    },
    {
      label: t('datasource.type.events', 'Events'),
      value: 'events',
      description: t(
        'datasource.type.events-why',
        'What happened to the cluster, and what Unjam did: for annotations and logs'
      ),
    },
  ];
}

type Props = Pick<
  QueryEditorProps<CoordinatorDataSource, UnjamQuery, CoordinatorSettings>,
  'query' | 'onChange' | 'onRunQuery'
> & { datasource: Pick<CoordinatorDataSource, 'jobNames' | 'nodeNames'> };

/** Edits one query, in panels, Explore and alert rules. */
export function QueryEditor({ query: stored, datasource, onChange, onRunQuery }: Props) {
  const migration = migrateQuery(stored);
  const change = (query: UnjamQuery) => {
    onChange(query);
    onRunQuery();
  };
  if (!migration.ok) {
    return (
      <Alert severity="error" title={t('datasource.query.unreadable', 'This query cannot be read')}>
        <p>{migration.reason}</p>
        <Button
          size="sm"
          variant="secondary"
          onClick={() => change({ ...base(stored), ...defaultJobsQuery(stored.refId) })}
        >
          {t('datasource.query.anew', 'Make it anew')}
        </Button>
      </Alert>
    );
  }
  const { query } = migration;
  const changeType = (queryType: UnjamQuery['queryType']) => {
    change({ ...fresh(queryType, query.refId), ...base(query), ...(hasJobFilter(queryType) && filterOf(query)) });
  };
  return (
    <>
      <InlineFieldRow>
        <InlineField label={t('datasource.query.type', 'Type')} labelWidth={LABEL_WIDTH}>
          <RadioButtonGroup
            aria-label={t('datasource.query.type', 'Type')}
            options={types()}
            value={query.queryType}
            onChange={changeType}
          />
        </InlineField>
      </InlineFieldRow>
      {query.queryType === 'delivery' ? (
        <DeliveryFields query={query} names={datasource.nodeNames} onChange={change} />
      ) : query.queryType === 'events' ? (
        <EventsFields query={query} names={datasource.nodeNames} onChange={change} />
      ) : (
        <>
          {query.queryType === 'jobs' && <JobsFields query={query} onChange={change} />}
          {query.queryType === 'metric' && <MetricFields query={query} onChange={change} />}
          {query.queryType === 'states' && <StatesFields query={query} onChange={change} />}
          <FilterFields query={query} names={datasource.jobNames} onChange={change} />
        </>
      )}
    </>
  );
}

/** What every query has, whatever its type. */
function base({ refId, datasource, hide, key }: UnjamQuery): Pick<UnjamQuery, 'refId' | 'datasource' | 'hide' | 'key'> {
  return { refId, datasource, hide, key };
}

function fresh(queryType: UnjamQuery['queryType'], refId: string): UnjamQuery {
  switch (queryType) {
    case 'jobs':
      return defaultJobsQuery(refId);
    case 'metric':
      return defaultMetricQuery(refId);
    case 'delivery':
      return defaultDeliveryQuery(refId);
    case 'states':
      return defaultStatesQuery(refId);
    case 'events':
      return defaultEventsQuery(refId);
  }
}

function hasJobFilter(queryType: UnjamQuery['queryType']): boolean {
  return queryType !== 'delivery' && queryType !== 'events';
}

/** What selects jobs; pairs of nodes and events are selected otherwise. */
function filterOf(query: UnjamQuery): JobFilter {
  if (query.queryType === 'delivery' || query.queryType === 'events') {
    return {};
  }
  const { states, jobNames, jobId, minAgeSeconds } = query;
  return { states, jobNames, jobId, minAgeSeconds };
}
