import {
  getDefaultTimeRange,
  LoadingState,
  toDataFrame,
  type CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type PanelData,
  type ScopedVars,
} from '@grafana/data';
import { useEffect, useState } from 'react';
import { exhaustMap, Subject, merge, takeWhile, tap, timer } from 'rxjs';

import { type CoordinatorDataSource } from '../../src/datasource/datasource';
import { type UnjamQuery } from '../../src/datasource/query';

/** How often a page asks again, in milliseconds. */
export const REFRESH_EVERY = 5000;

interface Question {
  source: CoordinatorDataSource;
  queries: UnjamQuery[];
  app: CoreApp;
  panelPluginId?: string;
  scopedVars: ScopedVars;
}

/**
 * Asks again and again, as a dashboard with auto-refresh does, and gives a panel's data: while it asks, what was
 * answered before. The question must be the same object as long as it means the same.
 *
 * @param question undefined asks nothing.
 * @param repeats whether it is asked again by itself.
 */
export function useQuery(question: Question | undefined, repeats = true): { data: PanelData; ask(): void } {
  const [data, setData] = useState<PanelData>(nothingYet);
  const [asked] = useState(() => new Subject<void>());
  useEffect(() => {
    if (!question) {
      return undefined;
    }
    const subscription = merge(timer(0, REFRESH_EVERY).pipe(takeWhile((count) => repeats || count === 0)), asked)
      .pipe(
        exhaustMap(() => {
          const request = requestFor(question);
          setData((before) => ({ ...before, state: LoadingState.Loading, request }));
          return question.source.query(request).pipe(tap((response) => setData(answered(response, request))));
        })
      )
      .subscribe();
    return () => subscription.unsubscribe();
  }, [question, repeats, asked]);
  return { data, ask: () => asked.next() };
}

function nothingYet(): PanelData {
  return { state: LoadingState.NotStarted, series: [], timeRange: getDefaultTimeRange() };
}

function requestFor({ source, queries, app, panelPluginId, scopedVars }: Question): DataQueryRequest<UnjamQuery> {
  return {
    app,
    panelPluginId,
    requestId: crypto.randomUUID(),
    interval: '15s',
    intervalMs: 15_000,
    maxDataPoints: 1000,
    range: getDefaultTimeRange(),
    scopedVars,
    startTime: Date.now(),
    timezone: 'browser',
    targets: queries.filter((query) => !query.hide && source.filterQuery(query)),
  };
}

function answered(response: DataQueryResponse, request: DataQueryRequest<UnjamQuery>): PanelData {
  return {
    state: response.state ?? LoadingState.Done,
    series: response.data.map((frame: unknown) => toDataFrame(frame)),
    errors: response.errors,
    error: response.error,
    timeRange: request.range,
    request: { ...request, endTime: Date.now() },
  };
}
