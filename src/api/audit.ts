import { getBackendSrv, type BackendSrvRequest } from '@grafana/runtime';
import { catchError, defer, from, map, switchMap, throwError, type Observable } from 'rxjs';

import { type AuditEvent, type AuditPage, type Verification } from './types';

/** Which rows of an audit trail; absent means all (contract/resources.yaml). */
export interface AuditFilter {
  /** In milliseconds since 1970. */
  from?: number;
  to?: number;
  event?: AuditEvent;
  kind?: string;
  login?: string;
  jobId?: string;
  actionId?: string;
}

export type ExportFormat = 'csv' | 'jsonl';

/** The file of an export. */
export interface AuditFile {
  content: Blob;
  /** Why the server could not read on, as the file's last line says it; empty where the file is whole. */
  incomplete: string;
}

/** An audit trail (contract/resources.yaml). Each method sends one request when it is subscribed to. */
export interface AuditClient {
  /**
   * The newest rows, newest first. A page may hold fewer rows than asked for, even none, and still name a next one.
   *
   * @param before rows with a smaller number only.
   */
  page(filter: AuditFilter, limit: number, before?: number): Observable<AuditPage>;
  /** Walks the whole chain; it takes a while where there are many rows. */
  verify(): Observable<Verification>;
  /** The rows of the filter as a file, oldest first. */
  file(format: ExportFormat, filter: AuditFilter): Observable<AuditFile>;
}

/** The last line of an export that broke off begins with this word. */
const INCOMPLETE = 'INCOMPLETE';
/** As much of a file's end as surely holds its last line where that is one of ours. */
const LAST_LINE_BYTES = 4000;

/** The audit trail of the data source with this uid. */
export function auditClient(uid: string): AuditClient {
  const root = `/api/datasources/uid/${encodeURIComponent(uid)}/resources/audit`;
  return {
    page: (filter, limit, before) =>
      send<AuditPage>({
        url: root,
        params: { ...parameters(filter), limit, ...(before !== undefined && { before }) },
      }).pipe(map((page) => ({ ...page, rows: page.rows ?? [] }))),
    verify: () => send<Verification>({ url: `${root}/verify` }),
    file: (format, filter) =>
      send<Blob>({ url: `${root}/export`, params: { format, ...parameters(filter) }, responseType: 'blob' }).pipe(
        catchError((error: unknown) => from(readable(error)).pipe(switchMap((told) => throwError(() => told)))),
        switchMap((content) => from(endOf(content)).pipe(map((end) => ({ content, incomplete: incompleteness(end) }))))
      ),
  };
}

function parameters({ from: begin, to, ...rest }: AuditFilter): Record<string, string> {
  const given = { ...rest, from: instant(begin), to: instant(to) };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]): Array<[string, string]> => (value ? [[name, value]] : []))
  );
}

function instant(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

function send<T>(request: BackendSrvRequest): Observable<T> {
  return defer(() => getBackendSrv().fetch<T>({ method: 'GET', ...request, showErrorAlert: false })).pipe(
    map(({ data }) => data)
  );
}

/** Grafana gives the body of a refusal in the form that was asked for: as a file, in which nobody finds the reason. */
async function readable(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('data' in error) || !(error.data instanceof Blob)) {
    return error;
  }
  try {
    return { ...error, data: JSON.parse(await textOf(error.data)) };
  } catch {
    return { ...error, data: undefined };
  }
}

function endOf(content: Blob): Promise<string> {
  return textOf(content.slice(Math.max(0, content.size - LAST_LINE_BYTES)));
}

/** Why a file is not whole, as its last line says: `INCOMPLETE,why` in CSV, `{"INCOMPLETE":"why"}` in JSON lines. */
function incompleteness(end: string): string {
  const line = end.trimEnd().split('\n').at(-1) ?? '';
  const found = new RegExp(`^(?:\\{")?${INCOMPLETE}(?:":|,)\\s*(.*?)\\}?$`).exec(line.trim());
  return found ? (found[1] ?? '').replace(/^"|"$/g, '') || INCOMPLETE : '';
}

function textOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '');
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'));
    reader.readAsText(blob);
  });
}
