import {
  CoreApp,
  LoadingState,
  toDataFrame,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  type TimeRange,
} from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { catchError, defer, filter, from, map, switchMap, take, throwError, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { FailedError, type Failure } from './failure';
import { loadSource } from './sources';

/** What is asked of a data source at once. */
export interface Question<TQuery extends DataQuery> {
  /** Grafana drops an older request with the same id. */
  requestId: string;
  targets: TQuery[];
  range: TimeRange;
}

/** What a data source answered: a frame or an error, or both, for each query. */
export interface Answer {
  frames: DataFrame[];
  errors: DataQueryError[];
}

/**
 * Asks a data source of ours once, by its own query, when it is subscribed to.
 *
 * @param question called at that moment, so that its range ends then.
 * @throws FailedError when the data source cannot be loaded.
 */
export function ask<TQuery extends DataQuery>(uid: string, question: () => Question<TQuery>): Observable<Answer> {
  return defer(() => loadSource(uid)).pipe(
    catchError(() => throwError(notLoaded)),
    switchMap((source) => from(source.query(request(question())))),
    filter(({ state }: DataQueryResponse) => state !== LoadingState.Loading),
    take(1),
    map(({ data, errors = [] }) => ({ frames: data.map((one): DataFrame => toDataFrame(one)), errors }))
  );
}

function notLoaded(): FailedError {
  return new FailedError({
    kind: 'network',
    message: t('api.ask.not-loaded', 'The data source could not be loaded. It may have been deleted; reload the page.'),
  });
}

function request<TQuery extends DataQuery>(question: Question<TQuery>): DataQueryRequest<TQuery> {
  return {
    app: CoreApp.Unknown,
    interval: '1m',
    intervalMs: 60_000,
    scopedVars: {},
    startTime: Date.now(),
    timezone: 'browser',
    ...question,
  };
}

/** Why queries failed, each sentence once. */
export function sentencesOf(errors: DataQueryError[]): string[] {
  return unique(errors.map(({ message, data }) => message ?? data?.message ?? data?.error ?? '').filter(Boolean));
}

/**
 * An answer that lacks what was asked for.
 *
 * @param noReason what is said where the data source does not tell why.
 */
export function failureOf(errors: DataQueryError[], noReason: string): Failure {
  return { kind: 'gateway', status: errors[0]?.status ?? 0, message: sentencesOf(errors).join(' ') || noReason };
}

/** What the backend warns of in its frames, each sentence once. */
export function warningsOf(frames: DataFrame[]): string[] {
  return unique(
    frames
      .flatMap((frame) => frame.meta?.notices ?? [])
      .filter(({ severity }) => severity === 'error' || severity === 'warning')
      .map(({ text }) => text)
  );
}

function unique(sentences: string[]): string[] {
  return Array.from(new Set(sentences));
}
