import {
  textUtil,
  type AnnotationEvent,
  type AnnotationQuery,
  type AnnotationSupport,
  type DataFrame,
} from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { Alert } from '@grafana/ui';
import React from 'react';
import { of, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { EventsFields } from './EventsFields';
import { defaultEventsQuery, migrateQuery, type EventsQuery, type UnjamQuery } from './query';

const REF_ID = 'Anno';

/** Annotations show events, and nothing else. */
export const eventAnnotations: AnnotationSupport<UnjamQuery> = {
  getDefaultQuery: () => defaultEventsQuery(REF_ID),
  // What this version does not understand is sent: the backend refuses it aloud.
  prepareQuery: ({ target }) => eventsOf(target) ?? target,
  processEvents: (_: AnnotationQuery<UnjamQuery>, frames: DataFrame[]): Observable<AnnotationEvent[]> =>
    of(frames.flatMap(toAnnotations)),
  QueryEditor: AnnotationQueryEditor,
};

interface EditorProps {
  query: UnjamQuery;
  datasource: {
    /** The names of the cluster's nodes. */
    nodeNames(): Observable<readonly string[]>;
  };
  onChange(query: UnjamQuery): void;
  onRunQuery(): void;
}

/** Chooses the events of an annotation. */
export function AnnotationQueryEditor({ query, datasource, onChange, onRunQuery }: EditorProps) {
  const events = eventsOf(query);
  if (!events) {
    return (
      <Alert severity="error" title={t('datasource.annotation.unreadable', 'This annotation cannot be read')}>
        {t(
          'datasource.annotation.other-version',
          'Its query was saved by another version of Unjam. Update the Unjam app, or make the annotation anew.'
        )}
      </Alert>
    );
  }
  return (
    <EventsFields
      query={events}
      names={datasource.nodeNames}
      onChange={(next) => {
        onChange(next);
        onRunQuery();
      }}
    />
  );
}

/** The query of an annotation: its own, or all events where it has none; absent where this version does not understand it. */
function eventsOf(target: DataQuery | undefined): EventsQuery | undefined {
  if (!target?.queryType) {
    return { ...defaultEventsQuery(target?.refId ?? REF_ID), datasource: target?.datasource };
  }
  const migration = migrateQuery(target);
  if (!migration.ok) {
    return undefined;
  }
  const { query } = migration;
  return query.queryType === 'events' ? query : { ...defaultEventsQuery(query.refId), datasource: query.datasource };
}

/**
 * Grafana shows the text of an annotation as HTML, and a job's or a node's name may hold anything: here, and only here,
 * it must be escaped.
 */
function toAnnotations({ fields, length }: DataFrame): AnnotationEvent[] {
  const column = (name: string): unknown[] => fields.find((field) => field.name === name)?.values ?? [];
  const [times, bodies, ids, kinds] = ['timestamp', 'body', 'id', 'kind'].map(column);
  const events: AnnotationEvent[] = [];
  for (let row = 0; row < length; row++) {
    const [time, body] = [times?.[row], bodies?.[row]];
    if (typeof time === 'number' && typeof body === 'string') {
      events.push({
        time,
        text: textUtil.escapeHtml(body),
        id: String(ids?.[row] ?? ''),
        tags: [String(kinds?.[row] ?? '')].filter((tag) => tag !== ''),
      });
    }
  }
  return events;
}
