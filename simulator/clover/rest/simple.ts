import type { Reply } from '../../rest/answer.ts';
import type { CloverCluster } from '../domain/cluster.ts';
import { STATUS_CODES, isOver, type Execution } from '../domain/execution.ts';
import type { CloverNode } from '../domain/node.ts';
import type { ServerRequest } from './rest.ts';

/** Its newer and its older place below the context path; both are the same. */
export const SIMPLE_BASES = ['/simpleHttpApi', '/request_processor'] as const;

/** Rows of a history when no number is asked for. */
const DEFAULT_RECORDS = 100;

/** CloverDX's simple HTTP API: operations as path, parameters as query, plain text as answer. */
export function answerSimple(cluster: CloverCluster, request: ServerRequest): Reply {
  switch (request.path.slice(1)) {
    case 'server_jobs':
      return text(
        lines(
          cluster.executions
            .open()
            .filter(({ status }) => status === 'RUNNING')
            .map(({ runId }) => String(runId))
        )
      );
    case 'graph_status':
      return withRun(cluster, request, (execution) => described(execution, request.query));
    case 'graph_kill':
      return withRun(cluster, request, (execution) => {
        cluster.abort(execution, request.node);
        return described(execution, request.query);
      });
    case 'executions_history':
      return history(cluster, request.query);
    case 'cluster_status':
      return text(lines(cluster.messaging.nodes.map((node) => clusterRow(cluster, node, request))));
    default:
      return text(`Unknown operation: ${request.path.slice(1)}`, 404);
  }
}

function withRun(cluster: CloverCluster, { query }: ServerRequest, give: (execution: Execution) => string): Reply {
  const id = query.get('runID') ?? '';
  const execution = /^\d{1,15}$/.test(id) ? cluster.executions.find(Number(id)) : undefined;
  return execution ? text(give(execution)) : text(`Run ID ${id} was not found`, 404);
}

/** [D] returnType: the code, the word, or the row of the history. */
function described(execution: Execution, query: URLSearchParams): string {
  switch (query.get('returnType') ?? 'STATUS') {
    case 'STATUS_TEXT':
      return execution.status;
    case 'DESCRIPTION':
      return historyRow(execution);
    default:
      return String(STATUS_CODES[execution.status]);
  }
}

function history(cluster: CloverCluster, query: URLSearchParams): Reply {
  const { executions } = cluster;
  const status = query.get('status');
  const sandbox = query.get('sandbox');
  const jobFile = query.get('graphID');
  const [from, to] = [timeOf(query.get('stopFrom')), timeOf(query.get('stopTo'))];
  const wanted = (one: Execution): boolean =>
    (status === null || one.status === status) &&
    (sandbox === null || one.sandbox === sandbox) &&
    (jobFile === null || one.jobFile === jobFile) &&
    (from === null || (one.stoppedAt ?? -Infinity) >= from) &&
    (to === null || (one.stoppedAt ?? Infinity) <= to);
  const index = Number(query.get('index') ?? 0) || 0;
  const records = Number(query.get('records') ?? DEFAULT_RECORDS) || DEFAULT_RECORDS;
  // As far back as was asked for: a filter on old runs would go through all of them.
  const all = executions
    .page(0, Math.min(executions.count, index + records + executions.ended().length))
    .filter(wanted);
  switch (query.get('returnType') ?? 'IDs') {
    case 'COUNT':
      return text(String(all.length));
    case 'DESCRIPTION':
      return text(lines(all.slice(index, index + records).map(historyRow)));
    default:
      return text(lines(all.slice(index, index + records).map(({ runId }) => String(runId))));
  }
}

/** execution|runID|status|user|sandbox|graphID|submitted|finished|node|version */
function historyRow(execution: Execution): string {
  const { runId, status, user, sandbox, jobFile, submittedAt, stoppedAt, node } = execution;
  const finished = stoppedAt !== null && isOver(execution) ? timeText(stoppedAt) : '';
  return ['execution', runId, status, user, sandbox, jobFile, timeText(submittedAt), finished, node, '1'].join('|');
}

/** name|URL|load|status. Words for a node that is lost are not documented: UNKNOWN is made up. */
function clusterRow(cluster: CloverCluster, node: CloverNode, { base, node: asked }: ServerRequest): string {
  const seen = cluster.messaging.node(asked).view.members.includes(node.name);
  const status = !seen ? 'UNKNOWN' : node.suspended ? 'SUSPENDED' : 'READY';
  const open = cluster.executions.open().filter((one) => one.node === node.name).length;
  return [
    node.name,
    base.replace(/\/\/[^/]+.*/, `//${node.name}.example:8083/clover`),
    (open / 10).toFixed(1),
    status,
  ].join('|');
}

/** "2026-11-22 08:00:00": how the server writes times is not documented. */
const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function timeOf(given: string | null): number | null {
  const time = given === null ? NaN : Date.parse(`${given.replace(' ', 'T')}Z`);
  return Number.isNaN(time) ? null : time;
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

function text(body: string, status = 200): Reply {
  return { kind: 'reply', status, contentType: 'text/plain;charset=UTF-8', body };
}
