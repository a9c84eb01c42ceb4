// @ts-check
/**
 * A double of a CloverDX Server's REST API, as far as it is documented: executions with their node and parent. The
 * messaging layer beside it is real.
 */
import { createServer } from 'node:http';

const PREFIX = '/clover/api/rest/v1/executions';
const FIRST_RUN = 1001;

/**
 * @typedef {object} Execution
 * @property {number} runId
 * @property {string} jobFile
 * @property {string} node
 * @property {'RUNNING' | 'FINISHED_OK'} status
 * @property {string} submitTime
 * @property {number} [parentRunId]
 */

export class Executions {
  /** @type {Map<number, Execution>} */
  #all = new Map();
  #server = createServer((request, response) => this.#answer(request, response));

  /** @returns {Promise<void>} once it listens, on a free port of 127.0.0.1 */
  async listen() {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve(undefined));
    });
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What a data source is given. */
  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}/clover`;
  }

  /**
   * Starts an execution.
   * @param {string} node where it runs
   * @param {number} [parent] who started it and waits for it
   * @returns {number} its run id
   */
  start(node, parent) {
    const runId = FIRST_RUN + this.#all.size;
    const jobFile = parent === undefined ? 'jobflow/load.jbf' : 'graph/part.grf';
    const submitTime = new Date().toISOString().replace('Z', '+0000');
    this.#all.set(runId, { runId, jobFile, node, status: 'RUNNING', submitTime, parentRunId: parent });
    return runId;
  }

  /**
   * Lets an execution end well.
   * @param {number} runId
   */
  end(runId) {
    const execution = this.#all.get(runId);
    if (!execution) {
      throw new Error(`There is no execution ${runId}.`);
    }
    execution.status = 'FINISHED_OK';
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  #answer(request, response) {
    const asked = new URL(request.url ?? '/', 'http://localhost');
    // CloverDX refuses requests without this header.
    const body = request.headers['x-requested-by'] ? this.#told(asked) : undefined;
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  /** @param {URL} asked */
  #told({ pathname, searchParams }) {
    if (pathname.startsWith(`${PREFIX}/`)) {
      const one = this.#all.get(Number(pathname.slice(PREFIX.length + 1)));
      return one && told(one);
    }
    if (pathname !== PREFIX) {
      return undefined;
    }
    const members = [...this.#all.values()].filter(({ status }) => status === searchParams.get('status')).map(told);
    const page = { '@totalItems': members.length, '@startIndex': 0, '@pageItems': members.length };
    return { '@type': 'ExecutionCollection', ...page, members };
  }
}

/** @param {Execution} execution */
function told(execution) {
  return { '@self': `${PREFIX}/${execution.runId}`, '@type': 'Execution', sandboxCode: 'dwh', ...execution };
}
