import { getBackendSrv } from '@grafana/runtime';
import { catchError, defer, map, of, throwError, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { FailedError, toFailure } from './failure';

/** What a data source's own health check says. */
export interface Health {
  isOk: boolean;
  /** What answered, or what is wrong and what to do, in sentences. */
  message: string;
  /** Why no record can be kept, a sentence; empty where it can, undefined where the check does not tell. */
  storeFault?: string;
  /** The kind of the store, as "SQLite"; undefined where the check does not tell. */
  storeKind?: string;
}

/**
 * Runs a data source's health check, as "Save & test" does: every address of the coordinator is tried.
 *
 * @throws FailedError where Grafana does not run it.
 */
export function checkHealth(uid: string): Observable<Health> {
  return defer(() =>
    getBackendSrv().fetch<unknown>({
      url: `/api/datasources/uid/${encodeURIComponent(uid)}/health`,
      showErrorAlert: false,
      // Grafana would show the answer's message over the page: it takes a request that names no method for a change.
      showSuccessAlert: false,
    })
  ).pipe(
    map(({ data }) => data),
    // Grafana answers 400 for what is unhealthy, with the same body.
    catchError((error: unknown) => (readHealth(bodyOf(error)) ? of(bodyOf(error)) : throwError(() => error))),
    map((body) => {
      const health = readHealth(body);
      if (!health) {
        throw new FailedError({
          kind: 'network',
          message: t('api.health.not-understood', 'Grafana answered with something else than a health check.'),
        });
      }
      return health;
    }),
    catchError((error: unknown) => throwError(() => new FailedError(toFailure(error))))
  );
}

function bodyOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
}

function readHealth(body: unknown): Health | undefined {
  if (typeof body !== 'object' || body === null || !('status' in body) || !('message' in body)) {
    return undefined;
  }
  const { status, message } = body;
  if (typeof message !== 'string' || (status !== 'OK' && status !== 'ERROR')) {
    return undefined;
  }
  const details: object = 'details' in body && typeof body.details === 'object' && body.details ? body.details : {};
  return {
    isOk: status === 'OK',
    message,
    storeFault: 'storeFault' in details && typeof details.storeFault === 'string' ? details.storeFault : undefined,
    storeKind: 'storeKind' in details && typeof details.storeKind === 'string' ? details.storeKind : undefined,
  };
}
