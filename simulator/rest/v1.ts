import type { Cluster } from '../domain/cluster.ts';
import { arrayOf, empty, longOf, notANumber, repliesOf, type Answer, type RestRequest } from './answer.ts';
import { hazelcastMembers } from './members.ts';
import { endedJobs, endedJobsJson, answerList, jobInfo, metrics, monitoring, openJobs, overview } from './reads.ts';
import { stopJob } from './stop-job.ts';
import { submitJob } from './submit-job.ts';
import { runningThreads, threadDump } from './threads.ts';

const replies = repliesOf('');

/** Where SeaTunnel's part of Hazelcast's REST interface begins. */
export const V1_PREFIX = '/hazelcast/rest/maps';

/** REST v1, served on the Hazelcast port of every member. It knows neither paging nor passwords. */
export function answerV1(cluster: Cluster, request: RestRequest): Answer {
  const { path, method } = request;
  if (path.startsWith(`${V1_PREFIX}/`)) {
    const inner = { ...request, path: path.slice(V1_PREFIX.length) };
    return method === 'GET' || method === 'HEAD' ? read(cluster, inner) : write(cluster, inner);
  }
  switch (path) {
    case '/hazelcast/rest/instance/metrics':
      // A worker answers, and says nothing.
      return request.member.role === 'worker' ? replies.plain('') : metrics(cluster, replies, request.member);
    case '/hazelcast/rest/cluster':
      return replies.json(hazelcastMembers(cluster, request.member));
    case '/hazelcast/health':
      return replies.json({
        nodeState: 'ACTIVE',
        clusterState: 'ACTIVE',
        clusterSafe: true,
        migrationQueueSize: 0,
        clusterSize: cluster.members.filter(({ joined }) => joined).length,
      });
    default:
      // Hazelcast closes the connection of whoever asks for anything else.
      return { kind: 'close' };
  }
}

function read(cluster: Cluster, { path, search, member }: RestRequest): Answer {
  const [, name = '', ...more] = path.split('/');
  // Measured: a query counts as part of what follows the name, so that ?page=1 behind a state names another state.
  const rest = more.length > 0 ? `${more.join('/')}${search}` : '';
  switch (name) {
    case 'overview':
      return replies.json(overview(cluster));
    case 'running-jobs':
      return answerList(cluster, replies, () => replies.text(openJobs(cluster)));
    case 'job-info':
    case 'running-job':
      return oneJob(cluster, path, rest);
    case 'finished-jobs':
      return replies.json(endedJobsJson(cluster, endedJobs(cluster, rest)));
    case 'system-monitoring-information':
      return monitoring(cluster, replies, member);
    case 'running-threads':
      return replies.text([...arrayOf(runningThreads(cluster, member))].join(''));
    case 'thread-dump':
      return replies.text([...arrayOf(threadDump(cluster, member))].join(''));
    default:
      // Hazelcast looks for a map entry of a name in two parts, and finds none.
      return more.length > 0 ? empty(204) : empty(400);
  }
}

function oneJob(cluster: Cluster, path: string, rest: string): Answer {
  const id = longOf(rest);
  if (id !== undefined) {
    return jobInfo(cluster, replies, id);
  }
  // Measured: 2.3.8 says 500 where 2.3.13 says 400, and without an id the whole path is taken for it.
  const status = cluster.engine.dialect === '2.3.8' ? 500 : 400;
  return replies.fail(status, notANumber(rest === '' ? `${V1_PREFIX}${path.replace(/\/$/, '')}` : rest));
}

/** PUT is handled like POST. */
function write(cluster: Cluster, { path, method, query, body }: RestRequest): Answer {
  if (method !== 'POST' && method !== 'PUT') {
    return empty(400);
  }
  switch (path) {
    case '/stop-job':
      return stopJob(cluster, replies, body);
    case '/submit-job':
      return submitJob(cluster, replies, query, body);
    default:
      return empty(400);
  }
}
