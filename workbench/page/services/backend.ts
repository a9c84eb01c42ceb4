import { urlUtil } from '@grafana/data';
import { type BackendSrv, type BackendSrvRequest, type FetchError, type FetchResponse } from '@grafana/runtime';
import { lastValueFrom, map, Observable } from 'rxjs';

/** Speaks to the workbench's server as Grafana's own service speaks to Grafana. It shows no toasts: nothing asks for one. */
export class WorkbenchBackend implements BackendSrv {
  fetch<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const aborter = new AbortController();
      const stop = () => aborter.abort();
      options.abortSignal?.addEventListener('abort', stop);
      send<T>(options, aborter.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error)
      );
      return () => {
        options.abortSignal?.removeEventListener('abort', stop);
        aborter.abort();
      };
    });
  }

  request<T = unknown>(options: BackendSrvRequest): Promise<T> {
    return lastValueFrom(this.fetch<T>(options).pipe(map((response) => response.data)));
  }

  datasourceRequest<T = unknown>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(options));
  }

  get<T>(url: string, params?: BackendSrvRequest['params'], requestId?: string, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, method: 'GET', url, params, requestId });
  }

  delete<T = unknown>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, method: 'DELETE', url, data });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, method: 'POST', url, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, method: 'PATCH', url, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>) {
    return this.request<T>({ ...options, method: 'PUT', url, data });
  }

  chunked(): never {
    throw new Error('The workbench does not stream answers.');
  }
}

async function send<T>(options: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const url = absolute(options);
  let response: Response;
  try {
    response = await fetch(url, {
      method: options.method ?? 'GET',
      headers: headersOf(options),
      body: bodyOf(options),
      credentials: 'same-origin',
      signal,
    });
  } catch (error) {
    throw failure(options, { status: 0, statusText: 'No answer', data: {}, cancelled: signal.aborted }, error);
  }
  const data: T = await parsed(response, options.responseType);
  if (!response.ok) {
    throw failure(options, { status: response.status, statusText: response.statusText, data });
  }
  const { status, statusText, ok, headers, redirected, type } = response;
  return { data, status, statusText, ok, headers, redirected, type, url, config: options };
}

/** A path means one of the server, wherever the page is. */
function absolute({ url, params }: BackendSrvRequest): string {
  const path = url.startsWith('/') ? url : `/${url}`;
  return params ? urlUtil.renderUrl(path, params) : path;
}

function headersOf({ headers, data }: BackendSrvRequest): Headers {
  const result = new Headers();
  if (data !== undefined) {
    result.set('Content-Type', 'application/json');
  }
  for (const [name, value] of Object.entries<unknown>(headers ?? {})) {
    result.set(name, String(value));
  }
  return result;
}

function bodyOf({ data }: BackendSrvRequest): string | undefined {
  return data === undefined || typeof data === 'string' ? data : JSON.stringify(data);
}

/** The body in the form that was asked for; without one, as JSON, and as text where it is none. */
async function parsed(response: Response, form: BackendSrvRequest['responseType']) {
  if (form === 'blob') {
    return response.blob();
  }
  const text = await response.text();
  if (form === 'text') {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An error of the form that Grafana's service throws. */
function failure(config: BackendSrvRequest, facts: Omit<FetchError, 'config'>, cause?: unknown): FetchError & Error {
  const message = facts.statusText || `Status ${facts.status}`;
  return Object.assign(new Error(message, { cause }), { ...facts, config, message });
}
