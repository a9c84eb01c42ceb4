import type { Cluster } from '../domain/cluster.ts';
import { submit } from '../domain/lifecycle.ts';
import type { Reply, Replies } from './answer.ts';

/** POST /submit-job?jobName=N: the configuration counts for its mode alone. */
export function submitJob(cluster: Cluster, replies: Replies, query: URLSearchParams, body: string): Reply {
  const mode = /"?job\.mode"?\s*[:=]\s*"?(BATCH|STREAMING)/i.exec(body)?.[1]?.toUpperCase();
  if (mode === undefined) {
    return replies.fail(500, 'STREAMED');
  }
  const name = query.get('jobName') ?? /"?job\.name"?\s*[:=]\s*"([^"]+)"/.exec(body)?.[1] ?? 'SeaTunnel_Job';
  const job = submit(cluster, { name, mode: mode === 'BATCH' ? 'BATCH' : 'STREAMING' });
  return replies.json({ jobId: job.id, jobName: job.name });
}
