import type { Cluster } from '../domain/cluster.ts';
import type { Stop } from '../domain/job.ts';
import { stop } from '../domain/lifecycle.ts';
import { longOf, notANumber, type Reply, type Replies } from './answer.ts';

/**
 * POST /stop-job. 200 means "received": unknown and ended ids get it too. Any member takes it; those that are not the
 * active master forward it.
 */
export function stopJob(cluster: Cluster, replies: Replies, body: string): Reply {
  if (body.trim() === '') {
    return replies.fail(400, 'Request body is empty.');
  }
  const request = read(body);
  if (request === undefined) {
    return replies.fail(400, 'Invalid JSON format in request body.');
  }
  if (request.id === null) {
    return replies.fail(400, 'jobId cannot be empty.');
  }
  const id = longOf(request.id);
  if (id === undefined) {
    return replies.fail(400, notANumber(request.id));
  }
  stop(cluster, id, request.how);
  return replies.json({ jobId: id });
}

interface StopRequest {
  readonly id: string | null;
  readonly how: Stop;
}

/** An id given as a number: JSON.parse would lose digits of one above 2^53. */
const NUMERIC_ID = /"jobId"\s*:\s*(-?\d+)/;

function read(body: string): StopRequest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const id = fields.get('jobId');
  // `force` overrides the savepoint; an engine that does not know it goes by the savepoint alone.
  const how =
    fields.get('force') === true ? 'force' : fields.get('isStopWithSavePoint') === true ? 'savepoint' : 'cancel';
  return { id: typeof id === 'number' ? (NUMERIC_ID.exec(body)?.[1] ?? String(id)) : textOrNull(id), how };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
