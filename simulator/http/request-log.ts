/** One request that a simulated member got. */
export interface LoggedRequest {
  /** Counts up from 1; never begins anew, so that a reader can ask for what came after. */
  readonly number: number;
  /** Real time, ISO 8601. */
  readonly at: string;
  /** Virtual time, ISO 8601. */
  readonly virtualTime: string;
  readonly member: string;
  /** The interface: v1, v2, cloverdx, generic. */
  readonly api: string;
  readonly method: string;
  /** With query, as it came. */
  readonly path: string;
  readonly body: string;
  /** What was answered; null while nothing was, and for ever if the connection was cut or the client gave up. */
  status: number | null;
}

/** Requests that are kept: hours of polling. */
const KEPT = 20_000;
/** Bytes of a body that are kept. */
const BODY_KEPT = 4_096;

/** The newest requests, oldest first. Credentials are not kept: headers are not logged. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #count = 0;

  add(request: Omit<LoggedRequest, 'number' | 'status'>): LoggedRequest {
    const logged: LoggedRequest = {
      number: ++this.#count,
      ...request,
      body: request.body.slice(0, BODY_KEPT),
      status: null,
    };
    this.#requests.push(logged);
    if (this.#requests.length > KEPT * 1.1) {
      this.#requests = this.#requests.slice(-KEPT);
    }
    return logged;
  }

  /** Requests after a number; of one method, or whose path has a text in it, if asked for. */
  select(wanted: { since?: number; method?: string; path?: string } = {}): LoggedRequest[] {
    const { since = 0, method, path } = wanted;
    return this.#requests.filter(
      (request) =>
        request.number > since &&
        (method === undefined || request.method === method.toUpperCase()) &&
        (path === undefined || request.path.includes(path))
    );
  }

  /** How many requests ever came. */
  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#requests = [];
  }
}
