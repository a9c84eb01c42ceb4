import type { Cluster } from '../domain/cluster.ts';
import type { Job } from '../domain/job.ts';
import type { Json } from './answer.ts';
import { jobMetrics } from './job-metrics.ts';

/** An open job as /running-jobs and /job-info show it. */
export function openJob(cluster: Cluster, job: Job): Json {
  const modern = cluster.engine.dialect === '2.3.13';
  return {
    jobId: job.id,
    jobName: job.name,
    jobStatus: cluster.statusOf(job),
    envOptions: envOptions(job),
    createTime: cluster.zone.text(job.createdAt),
    ...(modern && { startTime: job.startedAt === null ? null : cluster.zone.text(job.startedAt) }),
    jobDag: modern ? dagOf2313(job) : dagOf238(job),
    pluginJarsUrls: [jar(cluster, job.sink), jar(cluster, job.source)],
    isStartWithSavePoint: false,
    metrics: jobMetrics(job, cluster.time, cluster.engine.dialect),
  };
}

/** An ended job as /finished-jobs and /job-info show it: other fields, and in 2.3.8 the DAG is JSON in a string. */
export function endedJob(cluster: Cluster, job: Job): Json {
  const modern = cluster.engine.dialect === '2.3.13';
  return {
    jobId: job.id,
    jobName: job.name,
    jobStatus: job.status,
    errorMsg: job.errorMessage,
    createTime: cluster.zone.text(job.createdAt),
    ...(modern && { startTime: job.startedAt === null ? null : cluster.zone.text(job.startedAt) }),
    finishTime: cluster.zone.text(job.finishedAt ?? cluster.time),
    jobDag: modern ? dagOf2313(job) : endedDagOf238(job),
    pluginJarsUrls: [],
    metrics: jobMetrics(job, cluster.time, cluster.engine.dialect),
  };
}

function envOptions(job: Job): Json {
  return {
    'job.name': job.name,
    'job.mode': job.mode,
    'checkpoint.interval': String(job.checkpointEveryMs),
    parallelism: String(job.parallelism),
  };
}

function jar(cluster: Cluster, connector: string): Json {
  const name = connector.toLowerCase();
  return { jarPath: `file:/opt/seatunnel/connectors/connector-${name}-${cluster.engine.version}.jar` };
}

const sourceVertex = (job: Job): string => `pipeline-1 [Source[0]-${job.source}]`;
const sinkVertex = (job: Job): string => `pipeline-1 [Sink[0]-${job.sink}-MultiTableSink]`;

function dagOf2313(job: Job): Json {
  return {
    jobId: job.id,
    pipelineEdges: { '1': [{ inputVertexId: '1', targetVertexId: '2' }] },
    envOptions: envOptions(job),
    vertexInfoMap: [
      { vertexId: 1, type: 'source', vertexName: sourceVertex(job), tablePaths: [job.table] },
      { vertexId: 2, type: 'sink', vertexName: sinkVertex(job), tablePaths: [job.table] },
    ],
  };
}

function dagOf238(job: Job): Json {
  const source = `Source[0]-${job.source}`;
  const sink = `Sink[0]-${job.sink}-MultiTableSink`;
  return {
    vertices: [
      { id: 1, name: `${source}(id=1)`, parallelism: job.parallelism },
      { id: 3, name: `${sink}(id=3)`, parallelism: job.parallelism },
    ],
    edges: [{ inputVertex: source, targetVertex: sink }],
  };
}

function endedDagOf238(job: Job): string {
  const rest = JSON.stringify({
    pipelineEdges: { '1': [{ inputVertexId: 1, targetVertexId: 2 }] },
    vertexInfoMap: {
      '1': { vertexId: 1, type: 'SOURCE', connectorType: sourceVertex(job) },
      '2': { vertexId: 2, type: 'SINK', connectorType: sinkVertex(job) },
    },
  });
  // The id is a number in there, with all its digits.
  return `{"jobId":${job.id},${rest.slice(1)}`;
}
