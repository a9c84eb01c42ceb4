/** The simulator's answers against those that were captured from real engines: fields, types, statuses, content types. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { http, NoAnswer } from './testing/http.ts';
import { running, type Running } from './testing/running.ts';
import { jobsIn, shapeOf } from './testing/shape.ts';

const V1 = 'application/json';
const V2 = 'application/json;charset=utf-8';
const HTML = 'text/html;charset=iso-8859-1';

const captured = (file: string): string =>
  readFileSync(new URL(`../pkg/coordinator/seatunnel/testdata/${file}`, import.meta.url), 'utf8');

/** The simulated job of a name. */
async function idOf(base: string, name: string): Promise<string> {
  const lists = await Promise.all(['/running-jobs', '/finished-jobs'].map((path) => http(`${base}${path}`)));
  const id = new RegExp(`"jobId":"(\\d+)","jobName":"${name}"`).exec(lists.map(({ body }) => body).join(''))?.[1];
  assert.ok(id, name);
  return id;
}

/** Each captured job has the form of every simulated one in its state. */
function sameJobs(simulated: unknown, real: unknown, what: string): void {
  const reals = jobsIn(real);
  assert.ok(reals.length > 0, `${what} has no jobs`);
  for (const job of reals) {
    const ours = jobsIn(simulated).filter(({ jobStatus }) => jobStatus === job.jobStatus);
    assert.ok(ours.length > 0, `${what}: no simulated job is ${job.jobStatus}`);
    for (const one of ours) {
      assert.deepEqual(shapeOf(one), shapeOf(job), what);
    }
  }
}

/** Captured lists of jobs, or one job, and the path that gives the same here. LOST and ENDED stand for ids. */
const JOB_SAMPLES: Readonly<Record<'v2' | 'v1', ReadonlyArray<readonly [file: string, path: string]>>> = {
  v2: [
    ['v2-2.3.13-running-jobs.json', '/running-jobs'],
    ['v2-2.3.13-CANCELING-running-jobs.json', '/running-jobs'],
    ['v2-2.3.13-running-jobs_page_1_rows_1.json', '/running-jobs?page=1&rows=50'],
    ['v2-2.3.13-CANCELING-running-jobs_page_1_rows_1.json', '/running-jobs?page=1&rows=50'],
    ['v2-2.3.13-CANCELING-job-info_JOBID.json', '/job-info/LOST'],
    ['v2-2.3.13-CANCELING-job-info_JOBID.json', '/running-job/LOST'],
    ['v2-2.3.13-job-info_JOBID.json', '/job-info/RUNNING'],
    ['v2-2.3.13-job-info-after-force-stop.json', '/finished-jobs/CANCELED'],
    ['v2-2.3.13-job-info-after-force-stop.json', '/job-info/ENDED'],
    ['v2-2.3.13-finished-jobs_FINISHED.json', '/finished-jobs/FINISHED'],
    ['v2-2.3.13-finished-jobs_page_1_rows_1.json', '/finished-jobs?page=1&rows=50'],
    ['v2-2.3.13-CANCELING-finished-jobs_CANCELED.json', '/finished-jobs'],
  ],
  v1: [
    ['v1-2.3.8-running-jobs.json', '/running-jobs'],
    ['v1-2.3.8-CANCELING-running-jobs.json', '/running-jobs'],
    ['v1-2.3.8-unicode-running-jobs.json', '/running-jobs'],
    ['v1-2.3.8-job-info.json', '/job-info/LOST'],
    ['v1-2.3.8-CANCELED-job-info.json', '/job-info/ENDED'],
    ['v1-2.3.8-finished-jobs_CANCELED.json', '/finished-jobs/CANCELED'],
  ],
};

/** Captured answers whose whole form is the same here. */
const SAMPLES: typeof JOB_SAMPLES = {
  v2: [
    ['v2-2.3.13-overview.json', '/overview'],
    ['v2-2.3.13-CANCELING-overview.json', '/overview'],
    ['v2-2.3.13-CANCELING-job-info_123.json', '/job-info/123'],
    ['v2-2.3.13-CANCELING-finished-jobs_BOGUS.json', '/finished-jobs/BOGUS'],
    ['v2-2.3.13-pending-jobs.json', '/pending-jobs'],
    ['v2-2.3.13-running-threads.json', '/running-threads'],
    ['v2-2.3.13-CANCELING-running-threads.json', '/running-threads'],
    ['v2-2.3.13-system-monitoring-information.json', '/system-monitoring-information'],
    ['v2-2.3.13-CANCELING-jobs_checkpoints_JOBID.json', '/jobs/checkpoints/ENDED'],
    ['v2-2.3.13-jobs_checkpoints_JOBID.json', '/jobs/checkpoints/RUNNING'],
  ],
  v1: [
    ['v1-2.3.8-overview.json', '/overview'],
    ['v1-2.3.8-system-monitoring-information.json', '/system-monitoring-information'],
    ['v1-2.3.8-two-masters-system-monitoring-information.json', '/system-monitoring-information'],
    ['v1-2.3.8-worker-RUNNING-running-threads.json', '/running-threads'],
  ],
};

async function compareWithSamples(base: string, api: 'v1' | 'v2'): Promise<void> {
  const ids = {
    LOST: await idOf(base, 'invoices-to-warehouse'),
    RUNNING: await idOf(base, 'orders-cdc-to-lake'),
    ENDED: /"jobId":"(\d+)"/.exec((await http(`${base}/finished-jobs/CANCELED`)).body)?.[1] ?? '',
  };
  const get = (path: string): ReturnType<typeof http> =>
    http(
      `${base}${path.replace(/LOST|RUNNING|ENDED/, (which) => Object.entries(ids).find(([name]) => name === which)?.[1] ?? which)}`
    );
  for (const [file, path] of JOB_SAMPLES[api]) {
    const got = await get(path);
    assert.deepEqual([got.status, got.contentType], [200, api === 'v1' ? V1 : V2], path);
    const [ours, real]: [unknown, unknown] = [JSON.parse(got.body), JSON.parse(captured(file))];
    assert.equal(Array.isArray(ours), Array.isArray(real) || path.startsWith('/finished-jobs/'), path);
    sameJobs(ours, real, `${path} and ${file}`);
  }
  for (const [file, path] of SAMPLES[api]) {
    const got = await get(path);
    assert.deepEqual([got.status, got.contentType], [200, api === 'v1' ? V1 : V2], path);
    assert.deepEqual(shapeOf(JSON.parse(got.body)), shapeOf(JSON.parse(captured(file))), `${path} and ${file}`);
  }
}

/** Lines of the telemetry that concern jobs and the cluster; numbers and addresses do not count. */
const clusterLines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /^(# (HELP|TYPE) )?(job_count|cluster_info|cluster_time|node_count|node_state)\b/.test(line))
    .map((line) =>
      (line.startsWith('#') ? line : line.replace(/ \S+$/, ' N')).replace(/\d+\.\d+\.\d+\.\d+:\d+/g, 'ADDRESS')
    )
    .sort();

test('REST v2 as 2.3.13: the captured answers', async (t) => {
  const { v2, v1 } = await running(t, { scenario: 'old-version' });
  await compareWithSamples(v2(), 'v2');
  sameJobs(
    JSON.parse((await http(`${v1()}/running-jobs`)).body),
    JSON.parse(captured('v1-2.3.13-CANCELING-running-jobs.json')),
    'v1 of 2.3.13'
  );
  const metrics = await http(`${v2()}/metrics`);
  assert.equal(metrics.contentType, 'text/plain;charset=utf-8');
  assert.deepEqual(clusterLines(metrics.body), clusterLines(captured('v2-2.3.13-metrics.txt')));
});

test('REST v1 as 2.3.8: the captured answers', async (t) => {
  const { simulator, v1 } = await running(t, { scenario: 'old-version', version: '2.3.8' });
  await compareWithSamples(v1(), 'v1');
  const metrics = await http(`${simulator.members[0]?.restV1}/hazelcast/rest/instance/metrics`);
  assert.equal(metrics.contentType, 'text/plain');
  assert.deepEqual(clusterLines(metrics.body), clusterLines(captured('v1-2.3.8-metrics.txt')));
});

test('a worker has threads of its running jobs, and none of a lost one', async (t) => {
  const { v1 } = await running(t, { scenario: 'old-version', version: '2.3.8' });
  const names = (text: string): string[] =>
    [...text.matchAll(/"(BlockingWorker[^"]*)"/g)].map(([, name = '']) => name.replace(/jobId=\d+/, 'jobId=ID'));
  const lost = await idOf(v1(), 'invoices-to-warehouse');
  const threads = await Promise.all(['worker-1', 'worker-2'].map((worker) => http(`${v1(worker)}/running-threads`)));
  const ours = threads.map(({ body }) => body).join('');
  assert.deepEqual(new Set(names(ours)), new Set(names(captured('v1-2.3.8-worker-RUNNING-running-threads.json'))));
  assert.ok(!ours.includes(lost));
});

test('the deadlock of the coordinator looks as it was captured', async (t) => {
  const { simulator, v2 } = await running(t, { scenario: 'old-version' });
  simulator.world.inject({ kind: 'deadlock', on: true });
  assert.match((await http(`${v2()}/overview`)).body, /"workers":"0"/);
  const pending = JSON.parse((await http(`${v2()}/pending-jobs`)).body);
  assert.deepEqual(shapeOf(pending), shapeOf(JSON.parse(captured('v2-deadlock-pending-jobs.json'))));
  await assert.rejects(http(`${v2()}/metrics`, { timeoutMs: 500 }), NoAnswer);
});

/** [method, path, body, status, content type, message] as measured. */
type Case = readonly [string, string, string | undefined, number, string | undefined, string?];

const V2_CASES: readonly Case[] = [
  ['GET', '/job-info/abc', undefined, 400, V2, 'For input string: "abc"'],
  ['GET', '/job-info/', undefined, 400, V2, 'The jobId must not be empty.'],
  ['GET', '/job-info', undefined, 400, V2, 'The jobId must not be empty.'],
  ['GET', '/job-info/123/4', undefined, 400, V2, 'For input string: "123/4"'],
  ['GET', '/running-jobs?page=9&rows=10', undefined, 400, V2, 'Page number exceeds total pages'],
  ['GET', '/running-jobs?page=0&rows=10', undefined, 400, V2, 'Page number must be greater than 0'],
  ['GET', '/running-jobs?page=a&rows=1', undefined, 400, V2, 'For input string: "a"'],
  ['GET', '/jobs/checkpoints/abc', undefined, 400, V2, 'For input string: "abc"'],
  ['GET', '/jobs/checkpoints/123', undefined, 200, V2],
  ['POST', '/stop-job', '{}', 400, V2, 'jobId cannot be empty.'],
  ['POST', '/stop-job', '{"jobId":"abc"}', 400, V2, 'For input string: "abc"'],
  ['POST', '/stop-job', '', 400, V2, 'Request body is empty.'],
  ['POST', '/stop-job', 'xx', 400, V2, 'Invalid JSON format in request body.'],
  ['POST', '/stop-job', '{"jobId":"123"}', 200, V2],
  ['POST', '/stop-job', '{"jobId":123,"force":true}', 200, V2],
  ['GET', '/stop-job', undefined, 405, HTML],
  ['POST', '/overview', '{}', 405, HTML],
  ['PUT', '/stop-job', '{"jobId":"1"}', 405, undefined],
  ['DELETE', '/overview', undefined, 405, undefined],
  ['GET', '/nope', undefined, 404, HTML],
  ['HEAD', '/overview', undefined, 200, V2],
];

const V1_CASES: readonly Case[] = [
  ['GET', '/job-info/123', undefined, 200, V1],
  ['GET', '/job-info/abc', undefined, 500, V1, 'For input string: "abc"'],
  ['GET', '/job-info', undefined, 500, V1, 'For input string: "/hazelcast/rest/maps/job-info"'],
  ['GET', '/job-info/', undefined, 500, V1, 'For input string: "/hazelcast/rest/maps/job-info"'],
  ['GET', '/finished-jobs/BOGUS', undefined, 200, V1],
  ['GET', '/running-jobs?page=1&rows=1', undefined, 200, V1],
  ['GET', '/pending-jobs', undefined, 400, undefined],
  ['GET', '/nope', undefined, 400, undefined],
  ['GET', '/jobs/checkpoints/123', undefined, 204, undefined],
  ['GET', '/nope/nope', undefined, 204, undefined],
  ['GET', '/stop-job', undefined, 400, undefined],
  ['POST', '/stop-job', '{}', 400, V1, 'jobId cannot be empty.'],
  ['POST', '/stop-job', '{"jobId":"abc"}', 400, V1, 'For input string: "abc"'],
  ['POST', '/stop-job', 'xx', 400, V1, 'Invalid JSON format in request body.'],
  ['POST', '/stop-job', '{"jobId":"123","force":true}', 200, V1],
  ['PUT', '/stop-job', '{"jobId":"123"}', 200, V1],
];

async function checkCases(base: string, cases: readonly Case[], dated: boolean): Promise<void> {
  for (const [method, path, body, status, contentType, message] of cases) {
    const got = await http(`${base}${path}`, { method, ...(body !== undefined && { body }) });
    assert.deepEqual([got.status, got.contentType], [status, contentType], `${method} ${path}`);
    assert.equal(got.dated, dated && contentType === V2, `Date of ${method} ${path}`);
    if (message !== undefined) {
      assert.deepEqual(JSON.parse(got.body), { status: 'fail', message }, `${method} ${path}`);
    }
  }
}

test('REST v2: statuses, content types and messages', async (t) => {
  const { v2 } = await running(t, { scenario: 'old-version' });
  await checkCases(v2(), V2_CASES, true);
  await checkCases(v2('worker-1'), V2_CASES, true);
});

test('REST v1: statuses, content types and messages, and no Date header', async (t) => {
  const { simulator, v1 }: Running = await running(t, { scenario: 'old-version', version: '2.3.8' });
  await checkCases(v1(), V1_CASES, false);
  await assert.rejects(http(`${simulator.members[0]?.restV1}/`), NoAnswer);
});

test('an empty list has a first page, and no second', async (t) => {
  const { v2 } = await running(t, { scenario: 'empty' });
  assert.equal((await http(`${v2()}/running-jobs?page=1&rows=5`)).body, '{"data":[],"total":0}');
  assert.equal((await http(`${v2()}/running-jobs?page=2&rows=5`)).status, 400);
  assert.equal((await http(`${v2()}/running-jobs`)).body, '[]');
});
