/**
 * The simulator beside a real engine: both go through the same story, and every answer on the way has the same status,
 * content type, fields and types. Needs Java 17 and Maven; about a minute for each version.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { V1_PREFIX } from './rest/v1.ts';
import { startEngine, ToolMissing, type RealEngine } from './testing/engine.ts';
import { answers, http, type Got } from './testing/http.ts';
import { running, type Running } from './testing/running.ts';
import { shapeOf } from './testing/shape.ts';

/** Bound for what takes a second or, for a checkpoint, five, on an idle machine. */
const SOON_MS = 60_000;

/** One of the two, as the story needs it. */
interface Stage {
  /** What the comparison calls it. */
  readonly who: string;
  readonly v1: string;
  readonly v2: string | null;
  readonly workerV1: string;
  readonly submit: (name: string, mode: 'streaming' | 'batch') => Promise<void>;
  readonly loseFinalStatus: (on: boolean) => Promise<void>;
  readonly freezeWorker: () => Promise<void>;
}

/** What was seen, by what was asked. */
type Seen = Map<string, unknown>;

function realStage(engine: RealEngine): Stage {
  const [master, worker] = engine.nodes;
  assert.ok(master && worker);
  return {
    who: 'real engine',
    v1: `${master.restV1}${V1_PREFIX}`,
    v2: master.restV2,
    workerV1: `${worker.restV1}${V1_PREFIX}`,
    submit: async (name, mode) => void (await engine.command('submit', '--name', name, '--mode', mode)),
    loseFinalStatus: async (on) => void (await engine.command('fault', '--lose-final-status', on ? 'on' : 'off')),
    freezeWorker: async () => void (await engine.command('freeze', '--node', 'worker-1')),
  };
}

function simulatedStage({ simulator, v1, v2 }: Running): Stage {
  return {
    who: 'simulator',
    v1: v1(),
    v2: v2() || null,
    workerV1: v1('worker-1'),
    submit: async (name, mode) => {
      const body = `{"env":{"job.mode":"${mode.toUpperCase()}"}}`;
      assert.equal((await http(`${v1()}/submit-job?jobName=${name}`, { method: 'POST', body })).status, 200);
    },
    loseFinalStatus: async (on) => simulator.world.inject({ kind: 'lose-final-status', on }),
    freezeWorker: async () => simulator.world.inject({ kind: 'freeze', member: 'worker-1' }),
  };
}

/** Asks until an answer satisfies. */
async function until(stage: Stage, url: string, satisfied: (got: Got) => boolean): Promise<void> {
  const end = performance.now() + SOON_MS;
  let last: unknown = 'nothing';
  while (performance.now() < end) {
    const got = await http(url).catch((error: unknown) => (last = error));
    if (isGot(got)) {
      if (satisfied(got)) {
        return;
      }
      last = got.body.slice(0, 300);
    }
    await sleep(100);
  }
  assert.fail(`${stage.who}: ${url} does not become what it should: ${String(last)}`);
}

const isGot = (value: unknown): value is Got => typeof value === 'object' && value !== null && 'status' in value;

async function jobId(stage: Stage, name: string): Promise<string> {
  const wanted = new RegExp(`"jobId":"(\\d+)","jobName":"${name}"`);
  let id = '';
  await until(stage, `${stage.v1}/running-jobs`, ({ body }) => {
    id = wanted.exec(body)?.[1] ?? '';
    return id !== '';
  });
  return id;
}

/** Asks every path of an interface, and writes the forms of its answers down. */
async function look(
  seen: Seen,
  when: string,
  base: string,
  asks: Readonly<Record<string, readonly string[]>>
): Promise<void> {
  for (const [path, [actual = path, method = 'GET', body]] of Object.entries(asks)) {
    const got = await http(`${base}${actual}`, { method, ...(body !== undefined && { body }) });
    const json = got.contentType?.startsWith('application/json') === true && got.body !== '';
    const parsed: unknown = json ? JSON.parse(got.body) : null;
    const failed = typeof parsed === 'object' && parsed !== null && 'status' in parsed;
    seen.set(`${when}: ${method} ${path} ${body ?? ''}`, {
      status: got.status,
      contentType: got.contentType,
      dated: got.dated,
      // What is refused says the same; else the form counts.
      form: failed ? parsed : shapeOf(parsed),
    });
  }
}

/** Names of a job's task threads on the worker, with its id replaced. */
async function threads(stage: Stage, id: string): Promise<string[]> {
  const { body } = await http(`${stage.workerV1}/running-threads`);
  return [...body.matchAll(/"threadName":"(BlockingWorker[^"]*)"/g)]
    .map(([, name = '']) => name)
    .filter((name) => name.includes(`jobId=${id},`))
    .map((name) => name.replace(id, 'ID'))
    .sort();
}

/** Both go through this. Batch job, running job, cancel, lost final status, second cancel, force, frozen worker. */
async function story(stage: Stage): Promise<Seen> {
  const seen: Seen = new Map();
  const base = stage.v2 ?? stage.v1;
  const reads = (id: string): Readonly<Record<string, readonly string[]>> => ({
    '/overview': [],
    '/running-jobs': [],
    '/running-jobs?page=1&rows=1': [],
    '/job-info/ID': [`/job-info/${id}`],
    '/running-job/ID': [`/running-job/${id}`],
    '/finished-jobs': [],
    '/finished-jobs?page=1&rows=1': [],
    '/finished-jobs/FINISHED': [],
    '/finished-jobs/CANCELED': [],
    '/finished-jobs/CANCELED?page=1&rows=1': [],
    '/finished-jobs/BOGUS': [],
    '/system-monitoring-information': [],
    '/running-threads': [],
    '/pending-jobs': [],
    '/jobs/checkpoints/ID': [`/jobs/checkpoints/${id}`],
    '/jobs/checkpoints/history/ID?limit=1': [`/jobs/checkpoints/history/${id}?limit=1`],
  });
  const status = (id: string, wanted: string): Promise<void> =>
    until(stage, `${stage.v1}/job-info/${id}`, ({ body }) => body.includes(`"jobStatus":"${wanted}"`));
  const stop = (id: string, more: object = {}): Promise<Got> =>
    http(`${base}/stop-job`, {
      method: 'POST',
      body: JSON.stringify({ jobId: id, isStopWithSavePoint: false, ...more }),
    });
  const working = async (name: string): Promise<string> => {
    await stage.submit(name, 'streaming');
    const id = await jobId(stage, name);
    await until(stage, `${stage.v1}/job-info/${id}`, ({ body }) => /"SinkWriteCount":"[1-9]/.test(body));
    if (stage.v2) {
      await until(stage, `${stage.v2}/jobs/checkpoints/${id}`, ({ body }) => body.includes('"COMPLETED"'));
      await until(stage, `${stage.v2}/job-info/${id}`, ({ body }) => /"SinkCommittedCount":"[1-9]/.test(body));
    }
    return id;
  };

  await look(seen, 'empty', base, {
    '/running-jobs': [],
    '/finished-jobs': [],
    '/running-jobs?page=1&rows=5': [],
    '/running-jobs?page=2&rows=5': [],
    '/pending-jobs': [],
  });
  await look(seen, 'refused', base, {
    '/job-info/123': [],
    '/job-info/abc': [],
    '/job-info/': [],
    '/nope': [],
    '/nope/nope': [],
    '/running-jobs?page=0&rows=1': [],
    '/jobs/checkpoints/123': [],
    'stop of an unknown id': ['/stop-job', 'POST', '{"jobId":"123"}'],
    'stop without id': ['/stop-job', 'POST', '{}'],
    'stop of no number': ['/stop-job', 'POST', '{"jobId":"abc"}'],
    'stop without JSON': ['/stop-job', 'POST', 'xx'],
    'stop as PUT': ['/stop-job', 'PUT', '{"jobId":"123"}'],
    'stop as GET': ['/stop-job', 'GET'],
  });
  if (stage.v2) {
    await look(seen, 'v1 of the same', stage.v1, {
      '/job-info/abc': [],
      '/nope': [],
      '/jobs/checkpoints/123': [],
      '/overview': [],
    });
  }

  await stage.submit('batch', 'batch');
  await until(stage, `${stage.v1}/finished-jobs/FINISHED`, ({ body }) => body.includes('"jobStatus":"FINISHED"'));
  const plain = await working('plain');
  await look(seen, 'RUNNING', base, reads(plain));
  seen.set('threads while RUNNING', await threads(stage, plain));
  seen.set('answer to a cancel', (await stop(plain)).body.replace(plain, 'ID'));
  await status(plain, 'CANCELED');
  // The engine lists a job that has just ended among the open ones for some tenths of a second more.
  await sleep(1_000);
  await look(seen, 'CANCELED', base, reads(plain));
  seen.set('answer to a cancel of an ended job', (await stop(plain)).body.replace(plain, 'ID'));

  const lost = await working('lost');
  await stage.loseFinalStatus(true);
  await stop(lost);
  await until(stage, `${stage.workerV1}/running-threads`, ({ body }) => !body.includes(`jobId=${lost},`));
  await stage.loseFinalStatus(false);
  await stop(lost);
  await sleep(2_000);
  await status(lost, 'CANCELING');
  seen.set('threads while the final status is lost', await threads(stage, lost));
  await look(seen, 'CANCELING', base, reads(lost));
  if (stage.v2) {
    const believed = await http(`${stage.v2}/pending-jobs`);
    seen.set('the master still believes in it', believed.body.includes(`[${lost}]`));
  }
  seen.set('answer to a force stop', (await stop(lost, { force: true })).body.replace(lost, 'ID'));
  await sleep(1_000);
  const after = /"jobStatus":"(\w+)"/.exec((await http(`${stage.v1}/job-info/${lost}`)).body)?.[1];
  seen.set('a second after the force stop', after);

  const held = await working('held');
  await stage.freezeWorker();
  const paths = [
    '/overview',
    '/running-jobs',
    `/job-info/${held}`,
    '/job-info/123',
    `/job-info/${plain}`,
    '/finished-jobs',
    '/system-monitoring-information',
    '/running-threads',
    '/pending-jobs',
  ];
  const told = await Promise.all(
    paths.map(async (path) => [path.replace(held, 'HELD').replace(plain, 'ENDED'), await answers(`${base}${path}`)])
  );
  seen.set('what answers while the worker is frozen', Object.fromEntries(told));
  seen.set('answer to a cancel while frozen', (await stop(held)).body.replace(held, 'ID'));
  return seen;
}

async function sideBySide(
  t: TestContext,
  args: readonly string[],
  simulated: Parameters<typeof running>[1]
): Promise<void> {
  let engine: RealEngine;
  try {
    engine = await startEngine(args);
  } catch (error) {
    if (error instanceof ToolMissing) {
      t.skip(error.message);
      return;
    }
    throw error;
  }
  t.after(() => engine.stop());
  const real = await story(realStage(engine));
  const simulator = await running(t, { ...simulated, scenario: 'empty', masters: 1, workers: 1 });
  const ours = await story(simulatedStage(simulator));
  t.diagnostic(`${real.size} answers compared`);
  const differences = [...real].filter(([what, form]) => JSON.stringify(form) !== JSON.stringify(ours.get(what)));
  for (const [what, form] of differences) {
    t.diagnostic(`${what}\n  real engine: ${JSON.stringify(form)}\n  simulator:   ${JSON.stringify(ours.get(what))}`);
  }
  assert.deepEqual(
    differences.map(([what]) => what),
    []
  );
  assert.deepEqual([...ours.keys()], [...real.keys()]);
}

test('2.3.8 beside the simulator', (t) => sideBySide(t, ['--version', '2.3.8'], { version: '2.3.8' }));

test('v2 (2.3.13) with the test back-port of force stop beside the simulator', (t) =>
  sideBySide(t, ['--version', 'v2', '--force-backport'], { version: '2.3.13', forceStop: 'yes' }));
