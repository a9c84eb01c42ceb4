import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A port could not be had. */
export class PortError extends Error {
  constructor(what: string, host: string, port: number, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${String(code ?? cause)})`;
    super(`Port ${port} of ${host} for ${what} ${why}. Choose another one, or 0 for a free one.`, { cause });
    this.name = 'PortError';
  }
}

/** A server that can close its port and open the same one again, so that clients really are refused. */
export class Listener {
  readonly #what: string;
  readonly #host: string;
  readonly #handler: Handler;
  #port: number;
  #server: Server | null = null;

  /** @param port 0 for a free one, kept from the first opening on */
  constructor(what: string, host: string, port: number, handler: Handler) {
    this.#what = what;
    this.#host = host;
    this.#port = port;
    this.#handler = handler;
  }

  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#server !== null;
  }

  /** @throws PortError */
  async open(): Promise<void> {
    if (this.#server) {
      return;
    }
    const server = createServer(this.#handler);
    // Nobody's answer is held against a hanging endpoint: the exchange bounds it.
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    await new Promise<void>((done, failed) => {
      server.once('error', (error) => failed(new PortError(this.#what, this.#host, this.#port, error)));
      server.listen(this.#port, this.#host, done);
    });
    const address: AddressInfo | string | null = server.address();
    if (typeof address === 'object' && address !== null) {
      this.#port = address.port;
    }
    this.#server = server;
  }

  /** Closes the port and cuts all connections. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server) {
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    }
  }
}
